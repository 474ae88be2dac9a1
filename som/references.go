package som

import (
	"reflect"
	"sync"
)

// maxNesting is how deep values are in one another in what is held.
const maxNesting = 256

// retained is a copy of a value with references of its own.
func retained[T any](v T) (T, error) {
	var taken []Ref
	if err := retain(reflect.ValueOf(&v).Elem(), 0, &taken); err != nil {
		for _, r := range taken {
			_ = r.Release()
		}
		var none T
		return none, err
	}
	return v, nil
}

// retain makes what v refers to its own: it adds the references that it takes to taken.
func retain(v reflect.Value, depth int, taken *[]Ref) error {
	if depth > maxNesting {
		return fail(CodeDepth, v.Type().String(), "values that are more than %d deep in one another: the limit is MaxNesting", maxNesting)
	}
	if !refers(v.Type()) {
		return nil
	}
	if r, is := objectAt(v); is {
		if r.IsNil() {
			return nil
		}
		if err := r.Retain(); err != nil {
			return err
		}
		*taken = append(*taken, r)
		return nil
	}
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(c, v)
		v.Set(c)
	case reflect.Map:
		if v.IsNil() {
			return nil
		}
		c := reflect.MakeMapWithSize(v.Type(), v.Len())
		for all := v.MapRange(); all.Next(); {
			key, value := addressable(all.Key()), addressable(all.Value())
			for _, x := range []reflect.Value{key, value} {
				if err := retain(x, depth+1, taken); err != nil {
					return err
				}
			}
			c.SetMapIndex(key, value)
		}
		v.Set(c)
		return nil
	}
	return within(v, func(x reflect.Value) error { return retain(x, depth+1, taken) })
}

// letGo ends the references in a value that retain has made.
func letGo(v reflect.Value) {
	if !refers(v.Type()) {
		return
	}
	if r, is := objectAt(v); is {
		if !r.IsNil() {
			_ = r.Release()
		}
		return
	}
	if v.Kind() == reflect.Map {
		for all := v.MapRange(); all.Next(); {
			letGo(addressable(all.Key()))
			letGo(addressable(all.Value()))
		}
		return
	}
	_ = within(v, func(x reflect.Value) error { letGo(x); return nil })
}

func addressable(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return c
}

// objectAt returns the object that a value stands for, and whether it is one that has no parts, or none.
func objectAt(v reflect.Value) (Ref, bool) {
	switch v.Kind() {
	case reflect.Interface, reflect.Struct:
		if o, ok := v.Interface().(Object); ok {
			return o.SOM(), true
		}
	}
	return Ref{}, v.Kind() == reflect.Interface
}

// within calls f of each part that a value has: of a union that is what its discriminator selects.
func within(v reflect.Value, f func(reflect.Value) error) error {
	switch v.Kind() {
	case reflect.Struct:
		arm := -1
		if IsUnion(v.Type()) {
			if arm = UnionArm(v); arm < 1 || arm >= v.NumField() {
				return nil
			}
		}
		for i := range v.NumField() {
			if arm >= 0 && i != arm {
				continue
			}
			if err := f(fieldOf(v, i)); err != nil {
				return err
			}
		}
	case reflect.Slice, reflect.Array:
		if !refers(v.Type().Elem()) {
			return nil
		}
		for i := range v.Len() {
			if err := f(v.Index(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// fieldOf is a field, which may be one that only its package sees.
func fieldOf(v reflect.Value, i int) reflect.Value {
	x := v.Field(i)
	return reflect.NewAt(x.Type(), x.Addr().UnsafePointer()).Elem()
}

var referring sync.Map // reflect.Type to bool

// refers reports whether values of a type may share something with one that Go has assigned them from: an object, or elements.
func refers(t reflect.Type) bool {
	if x, ok := referring.Load(t); ok {
		return x.(bool)
	}
	is := false
	switch t.Kind() {
	case reflect.Interface, reflect.Slice, reflect.Map:
		is = true
	case reflect.Array:
		is = refers(t.Elem())
	case reflect.Struct:
		is = t == reflect.TypeFor[Ref]()
		for i := range t.NumField() {
			is = is || refers(t.Field(i).Type)
		}
	}
	referring.Store(t, is)
	return is
}
