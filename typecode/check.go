package typecode

import (
	"strings"

	"github.com/opendsom/dsom/exc"
)

// Check reports whether t is a type that IDL could declare: what the operations of the ORB that create
// TypeCodes hold against their arguments (part 1, clause 8.11.3), for t and all types inside. Names may be missing, as
// they are in compact TypeCodes, and ids where those may. The errors are BAD_PARAM and BAD_TYPECODE with the
// minor codes of the specification, and with MinorBadValue for what it has none for.
//
// It is for types that a program puts together at run time. Those that are received need not pass: other ORBs leave ids out, and send
// what their own IDL compilers let through.
func Check(t *TypeCode) error {
	c := checker{}
	return c.check(t)
}

// checker knows which types were met.
type checker map[*TypeCode]met

// met is what is known of a type.
type met struct {
	checked bool
	inside  walk
}

// walk tells what is known of the types that a value of a type always consists of.
type walk uint8

const (
	unknown walk = iota
	under        // they are being looked through
	finite       // the type is not one of them
)

func badParam(minor uint32, format string, args ...any) error {
	return exc.New(exc.BadParam, minor, exc.No, format, args...)
}

func (c checker) check(t *TypeCode) error {
	if t.recursive() && t.target == nil {
		return exc.New(exc.BadTypecode, exc.MinorIncompleteTypeCode, exc.No, "the TypeCode of %s is named inside another type, which does not hold it", t.id)
	}
	t = t.r()
	if c[t].checked {
		return nil
	}
	c[t] = met{true, c[t].inside}
	if t.name != "" && !isIdent(t.name) {
		return badParam(exc.MinorBadTypeName, "%q is no name of a type", t.name)
	}
	if format, rest, ok := strings.Cut(t.id, ":"); t.id != "" && (!ok || format == "" || rest == "") {
		return badParam(exc.MinorBadRepositoryID, "%q is no repository id", t.id)
	}
	if t.id == "" && needsID&(1<<t.kind) != 0 {
		return badParam(exc.MinorBadRepositoryID, "the %v %s has no repository id, by which it is told from others", t.kind, t.name)
	}
	if err := t.checkShape(); err != nil {
		return err
	}
	if err := t.checkNames(); err != nil {
		return err
	}
	if !c.isFinite(t) {
		return badMember("each value of the %v %s would hold another, without end: put a sequence between", t.kind, t.name)
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
		return badMember("a %v cannot consist of %v", t.kind, k)
	}
	return c.check(inside)
}

func badMember(format string, args ...any) error {
	return exc.New(exc.BadTypecode, exc.MinorIllegalMemberType, exc.No, format, args...)
}

// needsID are the kinds of types that have a repository id in any case (part 2, clause 9.3.5.1.1): a value of them says by it of
// what type it is.
var needsID = withID &^ of(TkStruct, TkUnion, TkEnum, TkAlias)

// maxDigits is how many digits a fixed may have.
const maxDigits = 31

// isFixed reports whether a fixed may have as many digits as t says.
func (t *TypeCode) isFixed() bool {
	return 0 < t.digits && t.digits <= maxDigits && 0 <= t.scale && int(t.scale) <= int(t.digits)
}

// checkShape checks what t says of itself beside its names and what it consists of. A struct may be empty, as in IDL 4.2.
func (t *TypeCode) checkShape() error {
	bad := func(format string, args ...any) error { return badParam(exc.MinorBadValue, format, args...) }
	switch t.kind {
	case TkFixed:
		if !t.isFixed() {
			return bad("fixed<%d,%d>: there are 1 to %d digits, of which none to all follow the point", t.digits, t.scale, maxDigits)
		}
	case TkArray:
		if t.length == 0 {
			return bad("an array has no elements")
		}
	case TkEnum:
		if len(t.members) == 0 {
			return bad("the enum %s has no enumerators", t.name)
		}
	case TkValueBox:
		if k := t.content.Unalias().Kind(); k == TkValue || k == TkEvent || k == TkValueBox {
			return badMember("the box %s has a %v inside, which may be null by itself", t.name, k)
		}
	case TkValue, TkEvent:
		return t.checkDerivation()
	}
	return nil
}

// checkDerivation checks what a value type says of its base.
func (t *TypeCode) checkDerivation() error {
	bad := func(format string, args ...any) error { return badParam(exc.MinorBadValue, format, args...) }
	base := t.Content()
	switch {
	case t.modifier < ValueNone || t.modifier > ValueTruncatable:
		return bad("the %v %s has the modifier %d: there are 0 to %d", t.kind, t.name, t.modifier, ValueTruncatable)
	case t.modifier == ValueAbstract && (base != nil || len(t.members) > 0):
		return bad("the abstract %v %s has members or a concrete base", t.kind, t.name)
	case t.modifier == ValueTruncatable && base == nil:
		return bad("the truncatable %v %s has no base that it could be truncated to", t.kind, t.name)
	case base == nil:
		return nil
	case base.kind != TkValue && base.kind != TkEvent:
		return badMember("the %v %s is derived from a %v", t.kind, t.name, base.kind)
	case base.modifier == ValueAbstract:
		return badMember("the concrete base of the %v %s is the abstract %s: it has none", t.kind, t.name, base.name)
	case t.derivesFromItself():
		return badMember("the %v %s is derived from itself", t.kind, t.name)
	}
	return nil
}

// isFinite reports whether t is none of the types that a value of t always consists of. Sequences may be empty, and values and boxes
// null, so that what is in them does not count; what may be in an arm of a union does, as in IDL.
func (c checker) isFinite(t *TypeCode) bool {
	switch t = t.r(); t.kind {
	case TkStruct, TkUnion, TkExcept, TkArray, TkAlias:
	default:
		return true
	}
	switch c[t].inside {
	case under:
		return false
	case finite:
		return true
	}
	c[t] = met{c[t].checked, under}
	if t.content != nil && !c.isFinite(t.content) {
		return false
	}
	for i := range t.members {
		if !c.isFinite(t.members[i].tc) {
			return false
		}
	}
	c[t] = met{c[t].checked, finite}
	return true
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
