package naming

import (
	"context"
	"math"
	"math/big"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/std/extendednaming"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/naming/tree"
	"github.com/opendsom/dsom/svc/naming/tree/constraint"
	"github.com/opendsom/dsom/typecode"
)

// fromProperties returns properties as the tree has them: the whole value as an encapsulation, and
// beside it what constraints see.
func (s *service) fromProperties(list []extendednaming.PropertyStruct) ([]tree.Property, error) {
	if len(list) > tree.MaxProperties {
		return nil, s.raise(&tree.LimitError{Name: "naming-properties", Limit: tree.MaxProperties, Got: len(list)})
	}
	out := make([]tree.Property, len(list))
	for i, p := range list {
		e := cdr.NewEncoder(nil, false, s.orb.Env())
		e.Boolean(false) // big-endian
		dyn.PutAny(e, p.Value)
		if err := e.Err(); err != nil {
			return nil, err
		}
		out[i] = tree.Property{Name: p.Binding.PropertyName, Sharable: p.Binding.Sharable, Value: seen(p.Value), Any: e.Bytes()}
	}
	return out, nil
}

// toProperty returns a property as the IDL has it.
func (s *service) toProperty(p tree.Property) (extendednaming.PropertyStruct, error) {
	out := extendednaming.PropertyStruct{Binding: toPropertyBinding(p)}
	d := cdr.NewDecoder(p.Any, false, s.orb.Env())
	if little := d.Boolean(); d.Err() == nil {
		d.Reset(p.Any, 1, little, s.orb.Env())
	}
	out.Value = dyn.GetAny(d)
	if err := d.Done(); err != nil {
		return out, s.raise(&store.Error{Kind: store.ErrCorrupt, Detail: "the value of property " + p.Name + " cannot be read", Err: err})
	}
	return out, nil
}

func toPropertyBinding(p tree.Property) extendednaming.PropertyBindingStruct {
	return extendednaming.PropertyBindingStruct{PropertyName: p.Name, Sharable: p.Sharable}
}

// seen returns what a constraint sees of a value: numbers, texts, enumerators and booleans.
func seen(a dyn.Any) constraint.Value {
	switch kind := a.Type().Unalias().Kind(); kind {
	case typecode.TkShort, typecode.TkUShort, typecode.TkLong, typecode.TkULong, typecode.TkLongLong, typecode.TkULongLong, typecode.TkFloat,
		typecode.TkDouble, typecode.TkBoolean, typecode.TkOctet, typecode.TkChar, typecode.TkWChar, typecode.TkString, typecode.TkWString, typecode.TkEnum, typecode.TkFixed, typecode.TkLongDouble:
		return scalar(kind, a.Value())
	}
	return constraint.Value{}
}

func scalar(kind typecode.Kind, v any) constraint.Value {
	switch v := v.(type) {
	case string:
		return constraint.TextOf(v)
	case int32:
		if kind == typecode.TkWChar {
			return constraint.TextOf(string(v))
		}
		return constraint.IntegerOf(int64(v))
	case bool:
		return constraint.BooleanOf(v)
	case byte:
		if kind == typecode.TkChar {
			return constraint.TextOf(string(rune(v)))
		}
		return constraint.IntegerOf(int64(v))
	case int16:
		return constraint.IntegerOf(int64(v))
	case uint16:
		return constraint.IntegerOf(int64(v))
	case uint32:
		return constraint.IntegerOf(int64(v))
	case int64:
		return constraint.IntegerOf(v)
	case uint64:
		return constraint.UnsignedOf(v)
	case float32:
		return constraint.RealOf(float64(v))
	case float64:
		return constraint.RealOf(v)
	case cdr.Fixed:
		if n, ok := new(big.Rat).SetString(v.String()); ok {
			return constraint.ExactOf(n)
		}
	case cdr.LongDouble:
		return quadruple(v)
	}
	return constraint.Value{}
}

// quadruple is what a constraint sees of a long double.
func quadruple(v cdr.LongDouble) constraint.Value {
	if f, ok := v.Float(); ok {
		if n, _ := f.Rat(nil); n != nil {
			return constraint.ExactOf(n)
		}
	}
	switch {
	case v.IsNaN():
		return constraint.RealOf(math.NaN())
	case v.Signbit():
		return constraint.RealOf(math.Inf(-1))
	}
	return constraint.RealOf(math.Inf(1))
}

// page splits a list into what is returned and what an iterator is for.
func page[T any](list []T, howMany uint32) (now, later []T) {
	n := int(min(uint64(howMany), uint64(len(list)), math.MaxInt32))
	return list[:n:n], list[n:]
}

// properties returns the first properties of a list, and an iterator over the others, or nil.
func (s *service) properties(ctx context.Context, list []tree.Property, howMany uint32) (extendednaming.PropertyList, extendednaming.PropertyIterator, error) {
	all := make(extendednaming.PropertyList, len(list))
	octets := 0
	for i, p := range list {
		var err error
		if all[i], err = s.toProperty(p); err != nil {
			return nil, nil, err
		}
		octets += 2*len(p.Any) + len(p.Name)
	}
	now, later := page(all, howMany)
	if len(later) == 0 {
		return now, nil, nil
	}
	it := &propertyRest{rest[extendednaming.PropertyStruct]{left: later}}
	ref, err := s.iterators.add(ctx, extendednaming.PropertyIteratorClass.Servant(it), &it.place, octets)
	if err != nil {
		return nil, nil, err
	}
	return now, extendednaming.PropertyIteratorClass.Unchecked(ref), nil
}

// extended returns a context of another service as one with properties, which it may not be: BAD_OPERATION then.
func extended(there cosnaming.NamingContext) extendednaming.ExtendedNamingContext {
	return extendednaming.ExtendedNamingContextClass.Unchecked(there.(orb.Object))
}

// unsupported is what is said of what this service has not.
func unsupported() error { return new(extendednaming.ExtendedNamingContext_NotSupported) }
