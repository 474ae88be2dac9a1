package typelib

import (
	"fmt"

	"github.com/opendsom/dsom/model"
)

// resolveLater finds the enumerators of values, when all are known.
func (d *decoder) resolveLater() error {
	for _, l := range d.enumerators {
		n := l.v.Enumerator.Ordinal
		if int64(n) >= int64(len(l.of.Enumerators)) {
			return fmt.Errorf("typelib: at octet %d: %s has no value %d", l.at, l.of.Name, n)
		}
		l.v.Enumerator = l.of.Enumerators[n]
	}
	return nil
}

// finish links a specification that was read, and holds of it what the compiler holds of all it makes.
func finish(spec *model.Spec) error {
	paths := map[string]bool{}
	for _, f := range spec.Files {
		if paths[f.Path] {
			return fmt.Errorf("typelib: two files are called %s", f.Path)
		}
		paths[f.Path] = true
	}
	if err := spec.Link(); err != nil {
		return fmt.Errorf("typelib: %w", err)
	}
	for d := range spec.All() {
		natural(d.About())
		if err := check(d); err != nil {
			return fmt.Errorf("typelib: %s: %w", d.About().ScopedName(), err)
		}
	}
	return inheritance(spec)
}

// check holds that a declaration can be.
func check(d model.Decl) error {
	switch d := d.(type) {
	case *model.Enum:
		for _, e := range d.Enumerators {
			natural(&e.Info)
		}
	case *model.Struct:
		if d.Base != nil {
			if _, ok := model.As[*model.Struct](d.Base); !ok {
				return fmt.Errorf("its base %s is no structure", d.Base)
			}
		}
		return unique(d.Members, func(m *model.Member) string { return m.Name })
	case *model.Exception:
		return unique(d.Members, func(m *model.Member) string { return m.Name })
	case *model.Operation:
		return unique(d.Params, func(p *model.Param) string { return p.Name })
	case *model.Const:
		return fits(d.Value, d.Type)
	case *model.Union:
		return checkUnion(d)
	case *model.Interface:
		if d.Implementation != nil {
			return unique(d.Implementation.Data, func(m *model.Member) string { return m.Name })
		}
	}
	return nil
}

func unique[T any](all []T, name func(T) string) error {
	seen := make(map[string]bool, len(all))
	for _, x := range all {
		if seen[name(x)] {
			return fmt.Errorf("%s is there twice", name(x))
		}
		seen[name(x)] = true
	}
	return nil
}

func checkUnion(d *model.Union) error {
	seen := map[string]bool{}
	for _, c := range d.Cases {
		for _, l := range c.Labels {
			s := "default"
			if !l.Default {
				if err := fits(l.Value, d.Discriminator); err != nil {
					return err
				}
				s = l.Value.String()
			}
			if seen[s] {
				return fmt.Errorf("the label %s is there twice", s)
			}
			seen[s] = true
		}
	}
	return unique(d.Cases, func(c *model.Case) string { return c.Name })
}

// fits holds that a value can be one of a type.
func fits(v *model.Value, t *model.Type) error {
	want, ok := model.BoolValue, true
	switch k := t.Resolve().Kind; {
	case k == model.Boolean:
	case k.IsInteger(), k == model.Octet:
		want = model.IntValue
	case k.IsFloat():
		want = model.FloatValue
	case k == model.Char:
		want = model.CharValue
	case k == model.WChar:
		want = model.WCharValue
	case k == model.String:
		want = model.StringValue
	case k == model.WString:
		want = model.WStringValue
	case k == model.Fixed:
		want = model.FixedValue
	default:
		e, isEnum := model.As[*model.Enum](t)
		want, ok = model.EnumValue, isEnum && (v.Kind != model.EnumValue || v.Enumerator.Enum() == e)
	}
	if !ok || v.Kind != want {
		return fmt.Errorf("%s is no value of the type %s", v, t)
	}
	return nil
}

// inheritance holds how deep classes inherit, so that whoever walks up comes to an end soon.
func inheritance(spec *model.Spec) error {
	depth := map[*model.Interface]int{}
	var of func(i *model.Interface) int
	of = func(i *model.Interface) int {
		n, known := depth[i]
		if known {
			return n
		}
		for _, p := range i.Parents() {
			n = max(n, of(p)+1)
		}
		depth[i] = n
		return n
	}
	for d := range spec.All() {
		if i, ok := d.(*model.Interface); ok && of(i) > MaxDepth {
			return exceeded("typelib-depth", MaxDepth, "%s has too many ancestors above one another", i.ScopedName())
		}
	}
	return nil
}
