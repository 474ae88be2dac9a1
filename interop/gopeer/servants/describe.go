package servants

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/typecode"
)

// Describe returns a TypeCode as text, in the form that Anys::describe of interop.idl defines.
func Describe(tc *typecode.TypeCode) string {
	var d describer
	return d.text(tc)
}

// plain are the names of the kinds that have no parameters.
var plain = map[typecode.Kind]string{
	typecode.TkNull: "null", typecode.TkVoid: "void", typecode.TkShort: "short", typecode.TkLong: "long", typecode.TkUShort: "ushort",
	typecode.TkULong: "ulong", typecode.TkFloat: "float", typecode.TkDouble: "double", typecode.TkBoolean: "boolean",
	typecode.TkChar: "char", typecode.TkOctet: "octet", typecode.TkAny: "any", typecode.TkTypeCode: "TypeCode",
	typecode.TkPrincipal: "Principal", typecode.TkLongLong: "longlong", typecode.TkULongLong: "ulonglong",
	typecode.TkLongDouble: "longdouble", typecode.TkWChar: "wchar",
}

// A describer remembers the types inside which it is.
type describer struct{ open []string }

func (d *describer) text(t *typecode.TypeCode) string {
	if name := plain[t.Kind()]; name != "" {
		return name
	}
	head := "(" + t.ID() + "," + t.Name() + ")"
	switch t.Kind() {
	case typecode.TkString:
		return bounded("string", t.Length())
	case typecode.TkWString:
		return bounded("wstring", t.Length())
	case typecode.TkFixed:
		return fmt.Sprintf("fixed<%d,%d>", t.Digits(), t.Scale())
	case typecode.TkSequence:
		if t.Length() == 0 {
			return "sequence<" + d.text(t.Content()) + ">"
		}
		return fmt.Sprintf("sequence<%s,%d>", d.text(t.Content()), t.Length())
	case typecode.TkArray:
		return fmt.Sprintf("array<%s,%d>", d.text(t.Content()), t.Length())
	case typecode.TkAlias:
		return "alias" + head + d.text(t.Content())
	case typecode.TkObjref:
		return "objref" + head
	case typecode.TkEnum:
		var names []string
		for i := range t.Len() {
			names = append(names, t.MemberName(i))
		}
		return "enum" + head + "{" + strings.Join(names, ";") + "}"
	case typecode.TkStruct:
		return d.members("struct"+head, t, func(int) string { return "" })
	case typecode.TkExcept:
		return d.members("exception"+head, t, func(int) string { return "" })
	case typecode.TkUnion:
		return d.members("union("+t.ID()+","+t.Name()+","+d.text(t.Discriminator())+")", t, func(i int) string {
			if i == t.DefaultIndex() {
				return "default="
			}
			return strconv.FormatInt(t.MemberLabel(i), 10) + "="
		})
	}
	return "kind " + strconv.Itoa(int(t.Kind()))
}

func bounded(name string, n uint32) string {
	if n == 0 {
		return name
	}
	return fmt.Sprintf("%s<%d>", name, n)
}

func (d *describer) members(head string, t *typecode.TypeCode, label func(int) string) string {
	if slices.Contains(d.open, t.ID()) {
		return "^" + t.ID()
	}
	d.open = append(d.open, t.ID())
	var members []string
	for i := range t.Len() {
		members = append(members, label(i)+t.MemberName(i)+":"+d.text(t.MemberType(i)))
	}
	d.open = d.open[:len(d.open)-1]
	return head + "{" + strings.Join(members, ";") + "}"
}
