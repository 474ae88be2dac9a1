package dyn

import (
	"reflect"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/typecode"
)

// jsonPlace is what a value of a JSON document is known by: a JSON pointer.
type jsonPlace string

// valuetype writes a value where one of type tc is declared.
func (b *builder) valuetype(at *path, tc *typecode.TypeCode, v any) error {
	switch x := v.(type) {
	case nil:
		b.e.NullValue()
		return nil
	case *Valuetype:
		if x == nil {
			b.e.NullValue()
			return nil
		}
		if there, err := b.shared(at, tc, x); there || err != nil {
			return err
		}
		return b.state(at, tc, x.Type, x, len(x.Members), x.Members.member)
	case cdr.Value:
		if !b.json {
			if err := noIdentity(x); err != nil {
				return at.errorf("%w", err)
			}
			b.e.Value(x, &cdr.ValueType{ID: tc.ID()})
			return nil
		}
	case map[string]any:
		return b.valueObject(at, tc, x)
	}
	return want(at, tc, v)
}

// noIdentity returns why v cannot be a value: it is no pointer, or a nil one.
func noIdentity(v cdr.Value) error {
	switch r := reflect.ValueOf(v); {
	case r.Kind() != reflect.Pointer:
		return exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "a %T cannot be a value: only a pointer has an identity", v)
	case r.IsNil():
		return exc.New(exc.BadParam, exc.MinorTypedNil, exc.No, "a nil %T stands where a value is wanted: pass a plain nil for null", v)
	}
	return nil
}

// valueObject writes what jsonWriter.valuetype wrote.
func (b *builder) valueObject(at *path, tc *typecode.TypeCode, x map[string]any) error {
	if ref, ok := x["_ref"].(string); ok && len(x) == 1 {
		there, err := b.shared(at, tc, jsonPlace(ref))
		if !there && err == nil {
			return at.errorf(`"_ref" is %q, and no value has begun there`, ref)
		}
		return err
	}
	chosen, extra := tc, 0
	if name, ok := x["_type"]; ok {
		extra = 1
		text, ok := name.(string)
		if !ok {
			return at.field("_type").errorf("the name of a valuetype is wanted, not %v", name)
		}
		if text != tc.ID() && text != typecode.ScopedName(tc.ID()) {
			chosen = nil
			if b.opt.Types != nil {
				chosen = b.opt.Types(text)
			}
			if chosen == nil {
				return at.field("_type").errorf("the type %s is not known", text)
			}
		}
	}
	get := func(_ int, name string) (any, bool) { v, ok := x[name]; return v, ok }
	return b.state(at, tc, chosen, jsonPlace(at.pointer()), len(x)-extra, get)
}

// state writes a value of type chosen, known as key, with n members that get returns.
func (b *builder) state(at *path, tc, chosen *typecode.TypeCode, key any, n int, get func(int, string) (any, bool)) error {
	if chosen = chosen.Unalias(); !isValue(chosen) {
		return at.errorf("a %s cannot be made here", describe(chosen))
	}
	if err := b.fitting(at, tc, chosen); err != nil {
		return err
	}
	if b.made == nil {
		b.made = map[any]*typecode.TypeCode{}
	}
	b.made[key] = chosen
	var ids []string
	if chosen.ID() != tc.ID() {
		ids = truncations(chosen, tc)
	}
	members := StateOf(chosen)
	if n > len(members) {
		return at.errorf("%s has %d members, not %d", chosen.Name(), len(members), n)
	}
	if chosen.Kind() == typecode.TkValueBox {
		b.e.Box()
	}
	level := b.e.ChunkLevel()
	m := b.e.BeginValue(key, ids, len(ids) > 1)
	to, canon := b.e.Env().Refs.(*canonical)
	if canon {
		to.stand(m.At, level, new(identity), chosen)
	}
	for i, s := range members {
		v, ok := get(i, s.Name)
		if !ok {
			return at.errorf("the member %s of %s is missing", s.Name, chosen.Name())
		}
		if err := b.put(at.field(s.Name), s.Type, v); err != nil {
			return err
		}
	}
	if b.e.EndValue(m); canon {
		to.end(m.At, b.e.Len())
	}
	return nil
}

// shared writes where the value is that key stands for, and reports whether there is one.
func (b *builder) shared(at *path, tc *typecode.TypeCode, key any) (bool, error) {
	made := b.made[key]
	if made == nil {
		return false, nil
	}
	if err := b.fitting(at, tc, made); err != nil {
		return false, err
	}
	return b.e.SharedValue(key), nil
}

// fitting says why a value of a type may not stand where tc is declared.
func (b *builder) fitting(at *path, tc, made *typecode.TypeCode) error {
	switch {
	case b.fit.stands(made, false, tc):
		return nil
	case made.ID() == tc.ID():
		return at.errorf("a %s is wanted, not one of other members under the same repository id", describe(tc))
	}
	return at.errorf("a %s is wanted, not a %s", describe(tc), describe(made))
}

// truncations returns the repository ids that a receiver may take a value of type tc for, up
// to the one that is declared.
func truncations(tc, declared *typecode.TypeCode) []string {
	ids := []string{tc.ID()}
	for tc.Kind() != typecode.TkValueBox && tc.Modifier() == typecode.ValueTruncatable && tc.Content() != nil && tc.ID() != declared.ID() {
		tc = tc.Content()
		ids = append(ids, tc.ID())
	}
	return ids
}

// abstract writes what stands where an abstract interface is declared.
func (b *builder) abstract(at *path, tc *typecode.TypeCode, v any) error {
	switch v.(type) {
	case nil:
		b.e.Boolean(false)
		b.e.NullValue()
		return nil
	case *Valuetype, cdr.Value, map[string]any:
		b.e.Boolean(false)
		return b.valuetype(at, tc, v)
	}
	b.e.Boolean(true)
	return b.object(at, tc, v)
}
