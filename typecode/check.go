package typecode

import (
	"math"
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
	if t.id != "" && !isID(t.id) {
		return badParam(exc.MinorBadRepositoryID, "%q is no repository id, such as IDL:acme.com/Bank:1.0", t.id)
	}
	if t.kind == TkAlias && t.id == "" && t.name == "" {
		return badParam(exc.MinorBadRepositoryID, "a typedef of %v has neither a repository id nor a name, so that nothing tells it from what it stands for", t.content.Kind())
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

// isID reports whether a text has the form of a repository id (part 1, clause 14.7.1): a format, and what that wants. Of
// the format IDL these are names, each behind a slash but the first, and a version of two numbers.
func isID(id string) bool {
	format, rest, ok := strings.Cut(id, ":")
	if format != "IDL" {
		return ok && format != "" && rest != ""
	}
	path, version, _ := strings.Cut(rest, ":")
	if major, minor, _ := strings.Cut(version, "."); !isNumber(major) || !isNumber(minor) {
		return false
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || strings.ContainsFunc(part, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			return false
		}
	}
	return true
}

// isNumber reports whether a text consists of decimal digits.
func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

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
		if n := t.elements(); n > math.MaxUint32 {
			return bad("an array has %d elements or more over its dimensions: there are %d at most", n, uint32(math.MaxUint32))
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

// elements returns how many elements an array has over all its dimensions, as far as it takes to know that there are too many.
func (t *TypeCode) elements() uint64 {
	n := uint64(1)
	for ; t.kind == TkArray && n <= math.MaxUint32; t = t.content.r() {
		n *= uint64(t.length) // both factors fit 32 bits
	}
	return n
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
	case base.modifier == ValueCustom && t.modifier != ValueCustom:
		return bad("the %v %s is derived from %s, which is custom, and must be custom too", t.kind, t.name, base.name)
	case base.kind == TkEvent && t.kind != TkEvent:
		return badMember("the %v %s is derived from %s, which is an event type, and must be one too", t.kind, t.name, base.name)
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

// checkNames checks that members have names, and each its own, which is neither that of the type nor that of a member that a base has; those of
// the labels of one arm are the same. Names that differ in case alone are the same, but for that of the type: IDL compilers
// let those pass.
func (t *TypeCode) checkNames() error {
	inherited := t.inheritedNames()
	seen := make(map[string]int, len(t.members))
	for i := range t.members {
		name := t.members[i].name
		if name == "" {
			continue
		}
		folded := strings.ToLower(name)
		at, twice := seen[folded]
		oneArm := t.kind == TkUnion && at == i-1 && t.members[at].name == name && Equal(t.members[at].tc, t.members[i].tc)
		switch base, ok := inherited[folded]; {
		case !isIdent(name):
			return badParam(exc.MinorBadMemberName, "%q is no name of a member", name)
		case name == t.name:
			return badParam(exc.MinorBadMemberName, "the %v %s has a member of its own name", t.kind, t.name)
		case ok:
			return badParam(exc.MinorBadMemberName, "the %v %s has a member %s, which it inherits from %s already", t.kind, t.name, name, base.name)
		case twice && !oneArm:
			return badParam(exc.MinorBadMemberName, "%s has two members %s", t.name, name)
		}
		seen[folded] = i
	}
	return nil
}

// inheritedNames returns the names of the members of all bases of a value type, in lower case, with the base that has each. It is not
// derived from itself.
func (t *TypeCode) inheritedNames() map[string]*TypeCode {
	if t.kind != TkValue && t.kind != TkEvent || len(t.members) == 0 {
		return nil
	}
	var all map[string]*TypeCode
	for base := t.content; base != nil; base = base.content {
		base = base.r()
		for i := range base.members {
			if name := base.members[i].name; name != "" {
				if all == nil {
					all = map[string]*TypeCode{}
				}
				all[strings.ToLower(name)] = base
			}
		}
	}
	return all
}
