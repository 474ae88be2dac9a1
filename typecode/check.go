package typecode

import (
	"math"
	"strings"

	"github.com/opendsom/dsom/exc"
)

// Check reports whether t is a type that IDL could declare: what the operations of the ORB that create
// TypeCodes hold against their arguments (part 1, clause 8.11.3), for t and all types inside. Names and
// ids may be missing, as they are in compact TypeCodes. The errors are BAD_PARAM and BAD_TYPECODE with the
// minor codes of the specification.
//
// It is for types that a program puts together at run time. Those that are received need not pass.
func Check(t *TypeCode) error {
	c := checker{}
	return c.check(t)
}

// checker knows which types were met.
type checker map[*TypeCode]bool

func badParam(minor uint32, format string, args ...any) error {
	return exc.New(exc.BadParam, minor, exc.No, format, args...)
}

func (c checker) check(t *TypeCode) error {
	if t.recursive() && t.target == nil {
		return exc.New(exc.BadTypecode, exc.MinorIncompleteTypeCode, exc.No, "the TypeCode of %s is named inside another type, which does not hold it", t.id)
	}
	t = t.r()
	if c[t] {
		return nil
	}
	c[t] = true
	if t.name != "" && !isIdent(t.name) {
		return badParam(exc.MinorBadTypeName, "%q is no name of a type", t.name)
	}
	if format, rest, ok := strings.Cut(t.id, ":"); t.id != "" && (!ok || format == "" || rest == "") {
		return badParam(exc.MinorBadRepositoryID, "%q is no repository id", t.id)
	}
	if err := t.checkNames(); err != nil {
		return err
	}
	if t.kind == TkUnion {
		if err := t.checkLabels(); err != nil {
			return err
		}
		if err := c.check(t.disc); err != nil {
			return err
		}
	}
	for i := range t.members {
		if t.kind == TkEnum {
			break
		}
		if err := c.part(t, t.members[i].tc); err != nil {
			return err
		}
	}
	if t.content == nil && withContent&(1<<t.kind) == 0 {
		return nil
	}
	return c.part(t, t.content)
}

// part checks the type of something inside t.
func (c checker) part(t, inside *TypeCode) error {
	switch k := inside.Kind(); k {
	case TkNull, TkVoid, TkExcept:
		return exc.New(exc.BadTypecode, exc.MinorIllegalMemberType, exc.No, "a %v cannot consist of %v", t.kind, k)
	}
	return c.check(inside)
}

// checkNames checks that members have names, and each its own; those of the labels of one arm are the same.
func (t *TypeCode) checkNames() error {
	seen := make(map[string]int, len(t.members))
	for i := range t.members {
		name := t.members[i].name
		if name == "" {
			continue
		}
		if !isIdent(name) {
			return badParam(exc.MinorBadMemberName, "%q is no name of a member", name)
		}
		at, twice := seen[strings.ToLower(name)]
		oneArm := t.kind == TkUnion && at == i-1 && t.members[at].name == name && Equal(t.members[at].tc, t.members[i].tc)
		if twice && !oneArm {
			return badParam(exc.MinorBadMemberName, "%s has two members %s", t.name, name)
		}
		seen[strings.ToLower(name)] = i
	}
	return nil
}

// checkLabels checks that a union is switched by a type that allows it, and that each label is one of its values.
func (t *TypeCode) checkLabels() error {
	disc := t.disc.Unalias()
	if !switchable(disc.kind) {
		return badParam(exc.MinorBadDiscriminator, "%s cannot be switched by %v", t.name, disc.kind)
	}
	least, most := labelRange(disc)
	seen := make(map[int64]bool, len(t.members))
	for i := range t.members {
		label := t.members[i].label
		switch {
		case i == t.def:
			continue
		case label < least || label > most:
			return badParam(exc.MinorLabelType, "%s has the label %d, which is no %v", t.name, label, disc.kind)
		case seen[label]:
			return badParam(exc.MinorDuplicateLabel, "%s has the label %s twice", t.name, LabelText(disc, label))
		}
		seen[label] = true
	}
	return nil
}

// labelRange returns the least and the largest label of a union that is switched by disc.
func labelRange(disc *TypeCode) (least, most int64) {
	switch disc.kind {
	case TkShort:
		return math.MinInt16, math.MaxInt16
	case TkUShort:
		return 0, math.MaxUint16
	case TkLong:
		return math.MinInt32, math.MaxInt32
	case TkULong:
		return 0, math.MaxUint32
	case TkBoolean:
		return 0, 1
	case TkChar, TkOctet:
		return 0, math.MaxUint8
	case TkWChar:
		return 0, math.MaxInt32
	case TkEnum:
		return 0, int64(len(disc.members)) - 1
	}
	return math.MinInt64, math.MaxInt64 // of unsigned long long they are the same 64 bits
}
