package model

import (
	"fmt"
	"math"

	"github.com/opendsom/dsom/typecode"
)

// TypeCode returns the type at run time: what describes it in an any and types a dynamic call
// (CORBA 3.3 part 1, 8.11). IDL 4's int8 and uint8 have no TypeCode of their own and become
// octet. The error says which type has none: one that is declared but never defined, fixed
// without digits, or what is too large for a TypeCode.
func (t *Type) TypeCode() (*typecode.TypeCode, error) {
	b := typeBuilder{done: map[Decl]built{}}
	return b.typ(t)
}

// TypeCodeOf returns the TypeCode of what a declaration declares: a struct, union, enum,
// exception, typedef, interface, native type, valuetype, event type, boxed value, component or
// home, or a forward declaration of one.
func TypeCodeOf(d Decl) (*typecode.TypeCode, error) {
	b := typeBuilder{done: map[Decl]built{}}
	return b.decl(d)
}

// Described is TypeCode as an interface repository says it: a pointer of SOM's, for which CORBA has no kind, is a native type without an id, whose name is how IDL
// spells it, so that an operation with one in it can be described, and not called.
func (t *Type) Described() (*typecode.TypeCode, error) {
	b := typeBuilder{done: map[Decl]built{}, described: true}
	return b.typ(t)
}

// Described is TypeCodeOf, with pointers as [Type.Described] has them.
func Described(d Decl) (*typecode.TypeCode, error) {
	b := typeBuilder{done: map[Decl]built{}, described: true}
	return b.decl(d)
}

// A typeBuilder makes TypeCodes. A type that is used twice is built once, since a tower of
// structures with two members each would otherwise grow with every storey.
type typeBuilder struct {
	open []opened       // the types around the one that is built
	done map[Decl]built // of those that refer to none around them but to open ones

	described bool // pointers are native types
}

type opened struct {
	decl Decl
	// least is the outermost open type that something in this one refers back to, as an index
	// in open; its own index or more if nothing leaves it.
	least int
}

type built struct {
	tc    *typecode.TypeCode
	least int
}

var simpleTypeCodes = [numKinds]*typecode.TypeCode{
	Void: typecode.Void, Boolean: typecode.Boolean, Octet: typecode.Octet, Char: typecode.Char, WChar: typecode.WChar,
	Int8: typecode.Octet, UInt8: typecode.Octet, Short: typecode.Short, UShort: typecode.UShort, Long: typecode.Long,
	ULong: typecode.ULong, LongLong: typecode.LongLong, ULongLong: typecode.ULongLong, Float: typecode.Float,
	Double: typecode.Double, LongDouble: typecode.LongDouble, Any: typecode.Any, Object: typecode.Object, TypeCode: typecode.TC,
	ValueBase: typecode.ValueBase,
}

func (b *typeBuilder) typ(t *Type) (*typecode.TypeCode, error) {
	if t == nil {
		return typecode.Void, nil
	}
	if t.Kind < numKinds && simpleTypeCodes[t.Kind] != nil {
		return simpleTypeCodes[t.Kind], nil
	}
	if t.Bound > math.MaxUint32 {
		return nil, fmt.Errorf("%v: a bound of %d does not fit a TypeCode", t, t.Bound)
	}
	switch t.Kind {
	case String:
		return typecode.StringMax(uint32(t.Bound)), nil
	case WString:
		return typecode.WStringMax(uint32(t.Bound)), nil
	case Fixed:
		if t.Digits == 0 {
			return nil, fmt.Errorf("fixed without digits is the type of constants alone")
		}
		return typecode.Fixed(uint16(t.Digits), int16(t.Scale)), nil
	case Sequence:
		elem, err := b.typ(t.Elem)
		if err != nil {
			return nil, err
		}
		return typecode.Sequence(elem, uint32(t.Bound)), nil
	case Map:
		key, err := b.typ(t.Key)
		if err != nil {
			return nil, err
		}
		elem, err := b.typ(t.Elem)
		if err != nil {
			return nil, err
		}
		return typecode.Map(key, elem, uint32(t.Bound)), nil
	case Array:
		tc, err := b.typ(t.Elem)
		for i := len(t.Dims) - 1; i >= 0 && err == nil; i-- {
			if t.Dims[i] > math.MaxUint32 {
				return nil, fmt.Errorf("%v: a dimension of %d does not fit a TypeCode", t, t.Dims[i])
			}
			tc = typecode.Array(tc, uint32(t.Dims[i]))
		}
		return tc, err
	case Named:
		return b.decl(t.Decl)
	case Pointer:
		if b.described {
			return typecode.Interface(typecode.TkNative, "", t.String()), nil
		}
	}
	return nil, fmt.Errorf("%v has no TypeCode", t)
}

func (b *typeBuilder) decl(d Decl) (*typecode.TypeCode, error) {
	if f, ok := d.(*Forward); ok && f.Definition != nil {
		d = f.Definition
	}
	switch d.(type) {
	case *Struct, *Union, *ValueType, *ValueBox:
	default: // nothing refers back to these
		return b.define(d)
	}
	for i, o := range b.open {
		if o.decl == d {
			b.refersTo(i)
			return typecode.Recursive(d.About().ID), nil
		}
	}
	if x, ok := b.done[d]; ok {
		b.refersTo(x.least)
		return x.tc, nil
	}
	at := len(b.open)
	b.open = append(b.open, opened{d, at})
	tc, err := b.define(d)
	least := b.open[at].least
	b.open = b.open[:at]
	if err != nil {
		return nil, err
	}
	b.refersTo(least)
	// What refers back to d stands inside d's TypeCode alone; elsewhere it is built anew.
	for other, x := range b.done {
		if x.least == at {
			delete(b.done, other)
		}
	}
	if least >= at {
		least = math.MaxInt
	}
	b.done[d] = built{tc, least}
	return tc, nil
}

// refersTo notes that what is being built refers back to the open type i.
func (b *typeBuilder) refersTo(i int) {
	if n := len(b.open); n > 0 {
		b.open[n-1].least = min(b.open[n-1].least, i)
	}
}

func (b *typeBuilder) define(d Decl) (*typecode.TypeCode, error) {
	i := d.About()
	switch d := d.(type) {
	case *Struct:
		ms, err := b.members(d.AllMembers())
		return typecode.Struct(i.ID, i.Name, ms...), err
	case *Exception:
		ms, err := b.members(d.Members)
		return typecode.Exception(i.ID, i.Name, ms...), err
	case *Union:
		return b.union(d)
	case *Bitset:
		return typecode.Alias(i.ID, i.Name, word(d.Width())), nil
	case *Bitmask:
		return typecode.Alias(i.ID, i.Name, word(d.Bound)), nil
	case *Enum:
		names := make([]string, len(d.Enumerators))
		for n, e := range d.Enumerators {
			names[n] = e.Name
		}
		return typecode.Enum(i.ID, i.Name, names...), nil
	case *Typedef:
		tc, err := b.typ(d.Type)
		return typecode.Alias(i.ID, i.Name, tc), err
	case *Interface:
		return interfaceTypeCode(i, d.Local, d.Abstract), nil
	case *ValueType:
		return b.value(d)
	case *ValueBox:
		tc, err := b.typ(d.Type)
		return typecode.ValueBox(i.ID, i.Name, tc), err
	case *Component:
		return typecode.Interface(typecode.TkComponent, i.ID, i.Name), nil
	case *Home:
		return typecode.Interface(typecode.TkHome, i.ID, i.Name), nil
	case *Native:
		return typecode.Interface(typecode.TkNative, i.ID, i.Name), nil
	case *Forward:
		switch d.Of {
		case "interface":
			return interfaceTypeCode(i, d.Local, d.Abstract), nil
		case "component":
			return typecode.Interface(typecode.TkComponent, i.ID, i.Name), nil
		}
		return nil, fmt.Errorf("%s %s is declared but not defined", d.Of, i.ScopedName())
	}
	return nil, fmt.Errorf("%s %s is no type", d.Kind(), i.ScopedName())
}

func interfaceTypeCode(i *Info, local, abstract bool) *typecode.TypeCode {
	switch {
	case local:
		return typecode.Interface(typecode.TkLocalInterface, i.ID, i.Name)
	case abstract:
		return typecode.Interface(typecode.TkAbstractInterface, i.ID, i.Name)
	}
	return typecode.ObjRef(i.ID, i.Name)
}

func (b *typeBuilder) members(list []*Member) ([]typecode.Member, error) {
	ms := make([]typecode.Member, len(list))
	for i, m := range list {
		tc, err := b.typ(m.Type)
		if err != nil {
			return nil, err
		}
		ms[i] = typecode.Member{Name: m.Name, Type: tc}
	}
	return ms, nil
}

// value makes the TypeCode of a valuetype. It holds the state that the type declares itself;
// that of the concrete base is in the base's.
func (b *typeBuilder) value(v *ValueType) (*typecode.TypeCode, error) {
	modifier := typecode.ValueNone
	switch {
	case v.Custom:
		modifier = typecode.ValueCustom
	case v.Abstract:
		modifier = typecode.ValueAbstract
	case v.Truncatable && v.Concrete() != nil:
		modifier = typecode.ValueTruncatable
	}
	var base *typecode.TypeCode
	if c := v.Concrete(); c != nil {
		tc, err := b.decl(c)
		if err != nil {
			return nil, err
		}
		base = tc
	}
	var state []typecode.State
	for _, m := range v.State() {
		tc, err := b.typ(m.Type)
		if err != nil {
			return nil, err
		}
		state = append(state, typecode.State{Name: m.Name, Type: tc, Public: m.Public})
	}
	if v.Event {
		return typecode.Event(v.ID, v.Name, modifier, base, state...), nil
	}
	return typecode.Value(v.ID, v.Name, modifier, base, state...), nil
}

func (b *typeBuilder) union(u *Union) (*typecode.TypeCode, error) {
	disc, err := b.typ(u.Discriminator)
	if err != nil {
		return nil, err
	}
	var arms []typecode.Arm
	for _, c := range u.Cases {
		tc, err := b.typ(c.Type)
		if err != nil {
			return nil, err
		}
		for _, l := range c.Labels {
			arm := typecode.Arm{Name: c.Name, Type: tc, Default: l.Default}
			if !l.Default {
				arm.Label = labelNumber(l.Value)
				if u.Discriminator.Resolve().Kind == Int8 { // an octet in the TypeCode
					arm.Label &= 0xff
				}
			}
			arms = append(arms, arm)
		}
	}
	return typecode.Union(u.ID, u.Name, disc, arms...), nil
}

// labelNumber returns a label as TypeCodes hold it: a number, of an unsigned one the same 64 bits.
func labelNumber(v *Value) int64 {
	switch v.Kind {
	case EnumValue:
		return int64(v.Enumerator.Ordinal)
	case IntValue:
		if v.Int.IsUint64() {
			return int64(v.Int.Uint64())
		}
	}
	return v.ordinal()
}

// word returns the smallest unsigned integer type that has n bits; the widest has 64.
func word(n int) *typecode.TypeCode {
	switch {
	case n <= 8:
		return typecode.Octet
	case n <= 16:
		return typecode.UShort
	case n <= 32:
		return typecode.ULong
	}
	return typecode.ULongLong
}
