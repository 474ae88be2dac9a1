package dsom

import (
	"context"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/typecode"
)

// TypeCodeClass is what a TypeCode is to programs in C and C++, where bind/c/somdii.h makes TypeCode_kind and the others of its methods. Programs in Go have package typecode, and [NewTypeCode] for one as an object.
var TypeCodeClass = classOf[typeCode]("SOMDTypeCode", `
	parse v:s/void(string)
	make v:IpppI/void(unsigned long,<string>,<SOMDTypeCode>,<long long>,unsigned long) | iiiii
	kind I:/unsigned long()
	equal b:o/boolean(SOMDTypeCode)
	param_count i:/long()
	parameter v:ip/void(long,void*)
	size I:/unsigned long()
	alignment I:/unsigned long()
	text s:/string()
	copied p:p/void*(void*)
	ended v:p/void(void*)
	named o:I/SOMDTypeCode(unsigned long)
	stays b:/boolean()
`)

// Limits of TypeCodes that programs make.
const (
	MaxTypeText = 1 << 16 // octets of the text of one
	maxParts    = MaxItems
)

type typeCode struct {
	som.Base
	tc    atomic.Pointer[typecode.TypeCode] // nil: null
	stays atomic.Bool                       // it is one of namedTypes
}

// NewTypeCode returns a TypeCode as an object.
func NewTypeCode(t *typecode.TypeCode) (som.Ref, error) {
	r, err := TypeCodeClass.New()
	if err != nil {
		return r, err
	}
	c, _ := som.FindState[typeCode](r)
	c.tc.Store(t)
	return r, nil
}

// typeOf returns the TypeCode that an object is.
func typeOf(o som.Object) (*typecode.TypeCode, error) {
	if o == nil || o.SOM().IsNil() {
		return nil, exc.New(exc.BadTypecode, exc.MinorBadValue, exc.No, "there is no TypeCode")
	}
	c, ok := som.FindState[typeCode](o.SOM())
	if !ok {
		return nil, exc.New(exc.BadTypecode, exc.MinorBadValue, exc.No, "an object of class %s is no TypeCode", o.SOM().Class())
	}
	return c.is(), nil
}

func (c *typeCode) is() *typecode.TypeCode {
	if t := c.tc.Load(); t != nil {
		return t
	}
	return typecode.Null
}

// become makes it a type, once.
func (c *typeCode) become(t *typecode.TypeCode) error {
	if err := typecode.Check(t); err != nil {
		return exc.New(exc.BadTypecode, exc.MinorBadValue, exc.No, "%w", err)
	}
	if !c.tc.CompareAndSwap(nil, t) {
		return exc.New(exc.BadInvOrder, exc.MinorAlreadyActive, exc.No, "the TypeCode is made: %.100s", c.is())
	}
	return nil
}

// Parse makes it the type of a text.
func (c *typeCode) Parse(_ context.Context, text string) error {
	if len(text) > MaxTypeText {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "the text of a type has %d octets, and at most %d are allowed (MaxTypeText)", len(text), MaxTypeText)
	}
	t, err := typecode.Parse(text, nil)
	if err != nil {
		return exc.New(exc.BadTypecode, exc.MinorBadValue, exc.No, "%.100q is no type: %w", text, err)
	}
	return c.become(t)
}

// Make makes it a type of parts.
func (c *typeCode) Make(_ context.Context, kind uint32, names []string, types []som.Object, labels []int64, bound uint32) error {
	if n := len(names) + len(types); n > maxParts {
		return tooMany(n)
	}
	t, err := typeOfParts(typecode.Kind(kind), names, types, labels, bound)
	if err != nil {
		return err
	}
	return c.become(t)
}

// idOf is the repository id that a name is, or that IDL would give it as a scoped one. One is of a format, as IDL:Zoo/Point:2.3 or RMI:foo.Bar:0123456789ABCDEF; a scoped name has colons in pairs alone.
func idOf(name string) string {
	if isRepositoryID(name) || name == "" {
		return name
	}
	return "IDL:" + strings.ReplaceAll(strings.TrimPrefix(name, "::"), "::", "/") + ":1.0"
}

func isRepositoryID(name string) bool {
	format, rest, ok := strings.Cut(name, ":")
	return ok && format != "" && !strings.HasPrefix(rest, ":")
}

// simple is the name of a type without what is around it; empty where a repository id tells none, as DCE's.
func simple(name string) string {
	if isRepositoryID(name) {
		_, name, _ = strings.Cut(name, ":")
		name, _, _ = strings.Cut(name, ":") // from what is behind: a version, a hash
	}
	name = name[strings.LastIndexAny(name, "/:.$")+1:]
	if typecode.Check(typecode.Alias("", name, typecode.Long)) != nil { // no identifier
		return ""
	}
	return name
}

func typeOfParts(kind typecode.Kind, names []string, types []som.Object, labels []int64, bound uint32) (*typecode.TypeCode, error) {
	of := make([]*typecode.TypeCode, len(types))
	for i, o := range types {
		var err error
		if of[i], err = typeOf(o); err != nil {
			return nil, err
		}
	}
	wants := func(nNames, nTypes int) error {
		if len(names) == nNames && len(of) == nTypes {
			return nil
		}
		return exc.New(exc.BadTypecode, exc.MinorBadValue, exc.No, "a TypeCode of kind %s is made of %d names and %d types, not of %d and %d", kind, nNames, nTypes, len(names), len(of))
	}
	name := ""
	if len(names) > 0 {
		name = names[0]
	}
	var members []typecode.Member
	switch kind {
	case typecode.TkStruct, typecode.TkExcept:
		if err := wants(1+len(of), len(of)); err != nil {
			return nil, err
		}
		for i, t := range of {
			members = append(members, typecode.Member{Name: names[1+i], Type: t})
		}
	}
	switch kind {
	case typecode.TkStruct:
		return typecode.Struct(idOf(name), simple(name), members...), nil
	case typecode.TkExcept:
		return typecode.Exception(idOf(name), simple(name), members...), nil
	case typecode.TkString, typecode.TkWString:
		if kind == typecode.TkWString {
			return typecode.WStringMax(bound), wants(0, 0)
		}
		return typecode.StringMax(bound), wants(0, 0)
	case typecode.TkSequence, typecode.TkArray:
		if err := wants(0, 1); err != nil {
			return nil, err
		}
		if kind == typecode.TkArray {
			return typecode.Array(of[0], bound), nil
		}
		return typecode.Sequence(of[0], bound), nil
	case typecode.TkAlias:
		if err := wants(1, 1); err != nil {
			return nil, err
		}
		return typecode.Alias(idOf(name), simple(name), of[0]), nil
	case typecode.TkObjref:
		return typecode.ObjRef(idOf(name), simple(name)), wants(1, 0)
	case typecode.TkEnum:
		if len(names) < 2 {
			return nil, wants(2, 0)
		}
		return typecode.Enum(idOf(name), simple(name), names[1:]...), wants(len(names), 0)
	case typecode.TkUnion: // labels: of each arm whether it has one, and the label
		if len(of) < 2 || len(labels) != 2*(len(of)-1) {
			return nil, exc.New(exc.BadTypecode, exc.MinorBadValue, exc.No, "a union is made of a discriminator and arms")
		}
		if err := wants(len(of), len(of)); err != nil {
			return nil, err
		}
		var arms []typecode.Arm
		for i, t := range of[1:] {
			arms = append(arms, typecode.Arm{Default: labels[2*i] == 0, Label: labels[2*i+1], Name: names[1+i], Type: t})
		}
		return typecode.Union(idOf(name), simple(name), of[0], arms...), nil
	}
	if len(names)+len(types) > 0 {
		return nil, exc.New(exc.BadTypecode, exc.MinorBadValue, exc.No, "a TypeCode of kind %d is not made of parts", kind)
	}
	if t := basic(kind); t != nil {
		return t, nil
	}
	return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "no TypeCodes of kind %d are made: SOM's pointers, self and foreign types mean nothing outside of a process, valuetypes have no form in C", kind)
}

var basics = []*typecode.TypeCode{typecode.Null, typecode.Void, typecode.Short, typecode.Long, typecode.UShort, typecode.ULong, typecode.Float, typecode.Double, typecode.Boolean, typecode.Char, typecode.Octet,
	typecode.Any, typecode.TC, typecode.LongLong, typecode.ULongLong, typecode.WChar}

func basic(k typecode.Kind) *typecode.TypeCode {
	for _, t := range basics {
		if t.Kind() == k {
			return t
		}
	}
	return nil
}

// Kind returns the kind, as CORBA numbers them.
func (c *typeCode) Kind(context.Context) (uint32, error) { return uint32(c.is().Kind()), nil }

// Equal reports whether both are the same type, with all names.
func (c *typeCode) Equal(_ context.Context, other som.Object) (bool, error) {
	t, err := typeOf(other)
	return err == nil && typecode.Equal(c.is(), t), err
}

// Size returns how many octets a value has in C.
func (c *typeCode) Size(context.Context) (uint32, error) {
	size, _, err := layoutOf(c.is())
	return uint32(size), err
}

// Alignment returns to how many octets a value is aligned in C.
func (c *typeCode) Alignment(context.Context) (uint32, error) {
	_, align, err := layoutOf(c.is())
	return uint32(align), err
}

// Text returns the type as text.
func (c *typeCode) Text(context.Context) (string, error) { return c.is().String(), nil }

// params are what CORBA 1.1 says that a TypeCode has as parameters.
func params(t *typecode.TypeCode) []dyn.Any {
	name := t.ID()
	if name == "" {
		name = t.Name()
	}
	switch t.Kind() {
	case typecode.TkObjref:
		return []dyn.Any{dyn.String.Any(name)}
	case typecode.TkString, typecode.TkWString:
		return []dyn.Any{dyn.Long.Any(int32(t.Length()))}
	case typecode.TkSequence, typecode.TkArray:
		return []dyn.Any{dyn.TypeCode.Any(t.Content()), dyn.Long.Any(int32(t.Length()))}
	case typecode.TkAlias:
		return []dyn.Any{dyn.String.Any(name), dyn.TypeCode.Any(t.Content())}
	case typecode.TkStruct, typecode.TkExcept, typecode.TkEnum, typecode.TkUnion:
		all := []dyn.Any{dyn.String.Any(name)}
		if t.Kind() == typecode.TkUnion {
			all = append(all, dyn.TypeCode.Any(t.Discriminator()))
		}
		for i := range t.Len() {
			if t.Kind() == typecode.TkUnion {
				label := dyn.Octet.Any(0) // of the default arm
				if i != t.DefaultIndex() {
					label, _ = dyn.Of(t.Discriminator(), dyn.LabelValue(t.Discriminator(), t.MemberLabel(i)))
				}
				all = append(all, label)
			}
			all = append(all, dyn.String.Any(t.MemberName(i)))
			if t.Kind() != typecode.TkEnum {
				all = append(all, dyn.TypeCode.Any(t.MemberType(i)))
			}
		}
		return all
	}
	return nil
}

// ParamCount returns how many parameters the type has (CORBA 1.1, clause 6.7.1).
func (c *typeCode) ParamCount(context.Context) (int32, error) {
	return int32(len(params(c.is()))), nil
}

// Parameter fills an any in C with a parameter: BOUNDS of CORBA 1.1 is BAD_PARAM.
func (c *typeCode) Parameter(_ context.Context, n int32, to uintptr) error {
	all := params(c.is())
	if n < 0 || int(n) >= len(all) {
		return exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "there is no parameter %d of %d", n, len(all))
	}
	a, err := foreignMemory()
	if err != nil || to == 0 {
		return err
	}
	return a.Write(place(to), dyn.AnyType.Any(all[n]), false)
}

// Copied returns the place of a copy of a value.
func (c *typeCode) Copied(_ context.Context, value uintptr) (uintptr, error) {
	a, err := foreignMemory()
	if err != nil || value == 0 {
		return 0, err
	}
	v, err := a.Read(place(value), c.is())
	if err != nil {
		return 0, err
	}
	p, err := a.New(v)
	return uintptr(p), err
}

// Ended ends what a value owns.
func (c *typeCode) Ended(_ context.Context, value uintptr) error {
	a, err := foreignMemory()
	if err == nil && value != 0 {
		a.End(place(value), c.is())
	}
	return err
}

// place is an address of C's memory as a pointer, which the collector leaves alone.
func place(at uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&at)) }
