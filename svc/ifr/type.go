package ifr

import (
	"context"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/typecode"
)

// The first octet of an object's id says how the rest is to be read: a qualified name, or the spelling of a type
// without one, with the element of a sequence or an array behind ";".
const (
	tagNamed     = 'n' // n::A::B
	tagPrimitive = 'p' // pKIND, with the number of a PrimitiveKind
	tagString    = 's' // sBOUND
	tagWString   = 'w' // wBOUND
	tagFixed     = 'f' // fDIGITS,SCALE
	tagSequence  = 'q' // qBOUND;TYPE
	tagArray     = 'a' // aLENGTH;TYPE
)

// maxTypeDepth (ifr-type-depth) bounds how deep the spelling of a type nests.
const maxTypeDepth = 64

// primitives are the kinds of type that are primitive for the repository.
var primitives = map[model.Kind]ifr.PrimitiveKind{
	model.Void: ifr.PrimitiveKind_PkVoid, model.Short: ifr.PrimitiveKind_PkShort, model.Long: ifr.PrimitiveKind_PkLong,
	model.UShort: ifr.PrimitiveKind_PkUshort, model.ULong: ifr.PrimitiveKind_PkUlong, model.Float: ifr.PrimitiveKind_PkFloat,
	model.Double: ifr.PrimitiveKind_PkDouble, model.Boolean: ifr.PrimitiveKind_PkBoolean, model.Char: ifr.PrimitiveKind_PkChar,
	model.Octet: ifr.PrimitiveKind_PkOctet, model.Any: ifr.PrimitiveKind_PkAny, model.TypeCode: ifr.PrimitiveKind_Pk_TypeCode,
	model.Object: ifr.PrimitiveKind_PkObjref, model.LongLong: ifr.PrimitiveKind_PkLonglong, model.ULongLong: ifr.PrimitiveKind_PkUlonglong,
	model.LongDouble: ifr.PrimitiveKind_PkLongdouble, model.WChar: ifr.PrimitiveKind_PkWchar, model.ValueBase: ifr.PrimitiveKind_PkValueBase,
	model.String: ifr.PrimitiveKind_PkString, model.WString: ifr.PrimitiveKind_PkWstring,
}

// kinds is primitives the other way round.
var kinds = func() map[ifr.PrimitiveKind]model.Kind {
	m := map[ifr.PrimitiveKind]model.Kind{}
	for k, p := range primitives {
		m[p] = k
	}
	return m
}()

// spell returns the id of the object of a type. What the repository has no kind for (int8, maps, pointers,
// bit sets) is spelt as what its TypeCode is, or as void.
func spell(t *model.Type) string {
	if t == nil {
		return spell(&model.Type{})
	}
	switch t.Kind {
	case model.Named:
		if t.Decl == nil {
			break
		}
		return string(tagNamed) + t.Decl.About().QualifiedName()
	case model.String, model.WString:
		if t.Bound == 0 {
			break
		}
		tag := map[model.Kind]string{model.String: string(tagString), model.WString: string(tagWString)}[t.Kind]
		return tag + strconv.FormatUint(t.Bound, 10)
	case model.Fixed:
		return string(tagFixed) + strconv.Itoa(t.Digits) + "," + strconv.Itoa(t.Scale)
	case model.Sequence:
		return string(tagSequence) + strconv.FormatUint(t.Bound, 10) + ";" + spell(t.Elem)
	case model.Array:
		var b strings.Builder
		for _, n := range t.Dims {
			b.WriteString(string(tagArray) + strconv.FormatUint(n, 10) + ";")
		}
		return b.String() + spell(t.Elem)
	case model.Int8, model.UInt8:
		return spell(&model.Type{Kind: model.Octet})
	}
	return string(tagPrimitive) + strconv.Itoa(int(primitives[t.Kind]))
}

// parseType returns the type that an id spells; nil where it spells none.
func (x *snapshot) parseType(id string) *model.Type { return x.parse(id, 0) }

func (x *snapshot) parse(id string, depth int) *model.Type {
	if id == "" || depth > maxTypeDepth {
		return nil
	}
	number := func(text string, most uint64) (uint64, bool) {
		n, err := strconv.ParseUint(text, 10, 32)
		return n, err == nil && n <= most && strconv.FormatUint(n, 10) == text
	}
	switch tag, rest := id[0], id[1:]; tag {
	case tagNamed:
		if d := x.byName[rest]; d != nil {
			return &model.Type{Kind: model.Named, Decl: d, Name: rest}
		}
	case tagPrimitive:
		n, ok := number(rest, 255)
		if k, known := kinds[ifr.PrimitiveKind(n)]; ok && known {
			return &model.Type{Kind: k}
		}
	case tagString, tagWString:
		if n, ok := number(rest, 1<<32-1); ok && n > 0 {
			return &model.Type{Kind: map[byte]model.Kind{tagString: model.String, tagWString: model.WString}[tag], Bound: n}
		}
	case tagFixed:
		digits, scale, _ := strings.Cut(rest, ",")
		n, ok := number(digits, 31)
		m, err := strconv.Atoi(scale)
		if ok && n > 0 && err == nil && -128 <= m && m <= int(n) && strconv.Itoa(m) == scale {
			return &model.Type{Kind: model.Fixed, Digits: int(n), Scale: m}
		}
	case tagSequence, tagArray:
		bound, elem, ok := strings.Cut(rest, ";")
		n, isNumber := number(bound, 1<<32-1)
		if !ok || !isNumber || tag == tagArray && n == 0 {
			return nil
		}
		of := x.parse(elem, depth+1)
		switch {
		case of == nil:
			return nil
		case tag == tagSequence:
			return &model.Type{Kind: model.Sequence, Bound: n, Elem: of}
		case of.Kind == model.Array && of.Name == "":
			return &model.Type{Kind: model.Array, Dims: append([]uint64{n}, of.Dims...), Elem: of.Elem}
		}
		return &model.Type{Kind: model.Array, Dims: []uint64{n}, Elem: of}
	}
	return nil
}

// classOfType is classOf for types.
func classOfType(t *model.Type) orb.Class {
	switch t.Kind {
	case model.Named:
		return classOf(t.Decl)
	case model.String:
		if t.Bound > 0 {
			return ifr.StringDefClass
		}
	case model.WString:
		if t.Bound > 0 {
			return ifr.WstringDefClass
		}
	case model.Fixed:
		return ifr.FixedDefClass
	case model.Sequence:
		return ifr.SequenceDefClass
	case model.Array:
		return ifr.ArrayDefClass
	}
	return ifr.PrimitiveDefClass
}

// typeRef returns the reference of the object of a type.
func (v view) typeRef(t *model.Type) (*orb.Ref, error) {
	id := spell(t)
	known := v.x.parseType(id)
	if known == nil { // a kind of declaration that the repository does not hold
		known = &model.Type{}
		id = spell(known)
	}
	return v.s.objects.Reference(id, classOfType(known).Interface())
}

// typeDef is typeRef as a stub.
func (v view) typeDef(t *model.Type) (ifr.IDLType, error) {
	ref, err := v.typeRef(t)
	if err != nil {
		return nil, err
	}
	return ifr.IDLTypeClass.Unchecked(ref), nil
}

// typeCode returns the TypeCode of a type.
func typeCode(t *model.Type) (*typecode.TypeCode, error) {
	tc, err := t.Described()
	if err != nil {
		return nil, public(exc.New(exc.IntfRepos, exc.MinorNoRepository, exc.No, "the type has no TypeCode: %w", err))
	}
	return tc, nil
}

// both returns a type's TypeCode and its object.
func (v view) both(t *model.Type) (*typecode.TypeCode, ifr.IDLType, error) {
	tc, err := typeCode(t)
	if err != nil {
		return nil, nil, err
	}
	def, err := v.typeDef(t)
	return tc, def, err
}

// servantOfType makes the servant of a type without a name.
func (v view) servantOfType(t *model.Type) orb.Servant {
	a := anonymous{v, t}
	switch classOfType(t) {
	case ifr.StringDefClass:
		return ifr.StringDefClass.Servant(&stringDef{anonymous: a})
	case ifr.WstringDefClass:
		return ifr.WstringDefClass.Servant(&wstringDef{anonymous: a})
	case ifr.FixedDefClass:
		return ifr.FixedDefClass.Servant(&fixedDef{anonymous: a})
	case ifr.SequenceDefClass:
		return ifr.SequenceDefClass.Servant(&sequenceDef{anonymous: a, element: element{v, t.Elem}})
	case ifr.ArrayDefClass:
		elem := t.Elem
		if len(t.Dims) > 1 {
			elem = &model.Type{Kind: model.Array, Dims: t.Dims[1:], Elem: t.Elem}
		}
		return ifr.ArrayDefClass.Servant(&arrayDef{anonymous: a, element: element{v, elem}})
	}
	return ifr.PrimitiveDefClass.Servant(&primitiveDef{anonymous: a})
}

// anonymous is what types without a name have in common.
type anonymous struct {
	v view
	t *model.Type
}

func (a anonymous) DefKind(context.Context) (ifr.DefinitionKind, error) {
	return map[orb.Class]ifr.DefinitionKind{
		ifr.StringDefClass: ifr.DefinitionKind_Dk_String, ifr.WstringDefClass: ifr.DefinitionKind_Dk_Wstring, ifr.FixedDefClass: ifr.DefinitionKind_Dk_Fixed,
		ifr.SequenceDefClass: ifr.DefinitionKind_Dk_Sequence, ifr.ArrayDefClass: ifr.DefinitionKind_Dk_Array, ifr.PrimitiveDefClass: ifr.DefinitionKind_Dk_Primitive,
	}[classOfType(a.t)], nil
}

func (a anonymous) Type(context.Context) (*typecode.TypeCode, error) { return typeCode(a.t) }

// bounded is the bound of strings and sequences.
func (a anonymous) Bound(context.Context) (uint32, error) { return uint32(a.t.Bound), nil }

// element is what sequences and arrays have.
type element struct {
	v    view
	elem *model.Type
}

func (e element) ElementType(context.Context) (*typecode.TypeCode, error) { return typeCode(e.elem) }

func (e element) ElementTypeDef(context.Context) (ifr.IDLType, error) { return e.v.typeDef(e.elem) }

type (
	primitiveDef struct {
		anonymous
		primitiveRest
	}
	stringDef struct {
		anonymous
		stringRest
	}
	wstringDef struct {
		anonymous
		wstringRest
	}
	fixedDef struct {
		anonymous
		fixedRest
	}
	sequenceDef struct {
		anonymous
		element
		sequenceRest
	}
	arrayDef struct {
		anonymous
		element
		arrayRest
	}
)

func (p *primitiveDef) Kind(context.Context) (ifr.PrimitiveKind, error) {
	return primitives[p.t.Kind], nil
}

func (f *fixedDef) Digits(context.Context) (uint16, error) { return uint16(f.t.Digits), nil }

func (f *fixedDef) Scale(context.Context) (int16, error) { return int16(f.t.Scale), nil }

func (a *arrayDef) Length(context.Context) (uint32, error) { return uint32(a.t.Dims[0]), nil }
