package som

import (
	"reflect"
	"slices"
)

// introduce makes the methods that the spec introduces.
func (c *Class) introduce() error {
	s := &c.spec
	if len(s.Introduces) > MaxMethods {
		return fail(CodeMethods, s.Name, "it introduces %d methods, and at most %d are allowed (MaxMethods)", len(s.Introduces), MaxMethods)
	}
	c.names = make(map[string]*Method, len(s.Introduces))
	own := make(map[*Method]*impl, len(s.Introduces))
	c.own.Store(&own)
	for _, ms := range s.Introduces {
		if c.names[ms.Name] != nil {
			return fail(CodeMethod, s.Name, "method %s is introduced twice", ms.Name)
		}
		m, err := c.method(ms)
		if err != nil {
			return err
		}
		c.names[ms.Name] = m
		switch {
		case m.class != c: // migrated
		case m.kind == Procedure:
			c.procedures = append(c.procedures, m)
			if ms.state.IsValid() {
				m.plain = newImpl(c, ms.state, true)
			}
		default:
			c.methods = append(c.methods, m)
			if ms.Impl != nil {
				own[m] = newImpl(c, reflect.ValueOf(ms.Impl), false)
			} else if ms.state.IsValid() {
				own[m] = newImpl(c, ms.state, true)
			}
		}
	}
	return nil
}

// method is what an entry of the release order means: a new method, or one that has migrated.
func (c *Class) method(ms MethodSpec) (*Method, error) {
	to := ms.Migrated
	if to == nil {
		if ms.Kind == Dynamic {
			return nil, fail(CodeMethod, c.Name(), "method %s is dynamic: such are added to a class that is there, by AddMethod", ms.Name)
		}
		return newMethod(c, ms)
	}
	if len(ms.Name) > MaxName || !isIdentifier(ms.Name) {
		return nil, fail(CodeName, c.Name(), "%.20q is no name of a method", ms.Name)
	}
	if to == c || !slices.Contains(c.order, to) {
		return nil, fail(CodeMethod, c.Name(), "method %s has migrated to %s, which is no ancestor", ms.Name, to)
	}
	m := to.names[ms.Name]
	if m == nil {
		return nil, fail(CodeMethod, c.Name(), "method %s has migrated to %s, which introduces no such method", ms.Name, to)
	}
	return m, nil
}

// implement finds what the spec overrides.
func (c *Class) implement() error {
	own := *c.own.Load()
	seen := map[*Method]bool{}
	for _, o := range c.spec.Overrides {
		m, err := c.inherited(o.Method)
		if err != nil {
			return err
		}
		if m.kind != Static {
			return fail(CodeMethod, c.Name(), "%s is %s in %s and cannot be overridden", m.name, m.kind, m.class)
		}
		if seen[m] || own[m] != nil {
			return fail(CodeMethod, c.Name(), "%s is overridden twice", m)
		}
		if err := c.checkSignature(m, o.Signature, true); err != nil {
			return err
		}
		seen[m] = true
		i, isImpl := o.Impl.(*impl) // of a Go type
		if !isImpl {
			v, err := checkImpl(c, m, o.Impl)
			if err != nil {
				return err
			}
			i = newImpl(c, v, false)
		}
		if !c.spec.takeOver(m, o.Impl) {
			own[m] = i
		}
	}
	return nil
}

// inherited finds a method that is to be overridden or selected.
func (c *Class) inherited(name string) (*Method, error) {
	class, bare, qualified := split(name)
	if qualified {
		for _, a := range c.order {
			if a.Name() != class {
				continue
			}
			if m := a.names[bare]; m != nil && m.class != c {
				return m, nil
			}
		}
		return nil, fail(CodeMethod, c.Name(), "no ancestor introduces %.300q", name)
	}
	var found *Method
	for _, a := range c.order[1:] {
		m := a.names[bare]
		switch {
		case m == nil || m.class != a:
		case found == nil:
			found = m
		default:
			return nil, fail(CodeAmbiguous, c.Name(), "%s is %s or %s: name the class too", bare, found, m)
		}
	}
	if found == nil {
		return nil, fail(CodeMethod, c.Name(), "no ancestor introduces %.300q", name)
	}
	return found, nil
}

// selections finds which parent gives a method.
func (c *Class) selections() (map[*Method]*Class, error) {
	all := map[*Method]*Class{}
	for name, p := range c.spec.Select {
		m, err := c.inherited(name)
		if err != nil {
			return nil, err
		}
		n := slices.Index(c.parents, p)
		switch {
		case n < 0:
			return nil, fail(CodeMethod, c.Name(), "%s is selected for %s, and is no parent", p, m)
		case c.abstracts[n]:
			return nil, fail(CodeMethod, c.Name(), "%s is selected for %s, and only its interface is inherited", p, m)
		case m.kind == Procedure || !p.DescendsFrom(m.class):
			return nil, fail(CodeMethod, c.Name(), "%s is selected for %s, which it has not", p, m)
		case p.table.at(m.token).impl.class == nil:
			return nil, fail(CodeMethod, c.Name(), "%s is selected for %s, and has no implementation of it", p, m)
		case all[m] != nil && all[m] != p:
			return nil, fail(CodeMethod, c.Name(), "two parents are selected for %s", m)
		}
		all[m] = p
	}
	return all, nil
}
