package model

import "fmt"

// Link finishes a specification whose declarations are complete: it gives each its scope, its
// file and its fully scoped name, and resolves the names that a decoded model holds. Whoever
// builds a Spec calls it once; reading one from JSON does so by itself.
func (s *Spec) Link() error {
	s.index = map[string]Decl{}
	s.files = map[string]*File{}
	for _, f := range s.Files {
		s.files[f.Path] = f
	}
	if err := s.place(s.Decls, nil, "::"); err != nil {
		return err
	}
	for d := range s.All() {
		if err := s.resolve(d); err != nil {
			return err
		}
	}
	if err := s.checkCycles(); err != nil {
		return err
	}
	return s.checkBases()
}

// place names the declarations of a scope and enters them into the index.
func (s *Spec) place(ds Decls, scope Decl, prefix string) error {
	for _, d := range ds {
		if err := s.enter(d, scope, prefix); err != nil {
			return err
		}
		i := d.About()
		switch d := d.(type) {
		case *Enum:
			for _, v := range d.Enumerators {
				if err := s.enter(v, d, prefix); err != nil {
					return err
				}
			}
		case *Bitmask:
			for _, f := range d.Flags {
				if err := s.enter(f, d, prefix); err != nil {
					return err
				}
			}
		}
		if c, ok := d.(Container); ok {
			if err := s.place(c.Children(), d, i.qualified+"::"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Spec) enter(d, scope Decl, prefix string) error {
	i := d.About()
	i.scope, i.qualified = scope, prefix+i.Name
	if _, ok := d.(*AnnotationDecl); ok {
		i.qualified = prefix + "@" + i.Name // which is no name of anything else
	}
	i.file = s.files[i.Span.Start.File]
	old, dup := s.index[i.qualified]
	if !dup {
		s.index[i.qualified] = d
		return nil
	}
	switch old := old.(type) {
	case *Forward: // the definition takes its place
		if _, again := d.(*Forward); !again {
			s.index[i.qualified] = d
		}
		return nil
	case *Module:
		if _, ok := d.(*Module); ok {
			return nil
		}
	default:
		if f, ok := d.(*Forward); ok && f.Of == old.Kind() {
			return nil
		}
	}
	return fmt.Errorf("model: %s is declared twice", i.qualified)
}

func (s *Spec) resolve(d Decl) (err error) {
	for _, n := range nodes(d) {
		if err := s.resolveAnnotations(n.Annotations); err != nil {
			return err
		}
	}
	optional := func(t *Type) {
		if t != nil && err == nil {
			err = s.resolveType(t)
		}
	}
	types := func(ts ...*Type) {
		for _, t := range ts {
			if err == nil {
				err = s.resolveType(t)
			}
		}
	}
	switch d := d.(type) {
	case *Interface:
		types(d.Bases...)
		if d.Implementation != nil {
			optional(d.Implementation.Metaclass)
			for _, m := range d.Implementation.Data {
				types(m.Type)
			}
		}
	case *Operation:
		types(d.Result)
		for _, p := range d.Params {
			types(p.Type)
		}
		d.Raises, err = s.exceptions(d.Raises, &d.raises, err)
	case *Attribute:
		types(d.Type)
		d.GetRaises, err = s.exceptions(d.GetRaises, &d.getRaises, err)
		d.SetRaises, err = s.exceptions(d.SetRaises, &d.setRaises, err)
	case *Struct:
		optional(d.Base)
		for _, m := range d.Members {
			types(m.Type)
		}
	case *Exception:
		for _, m := range d.Members {
			types(m.Type)
		}
	case *Union:
		types(d.Discriminator)
		for _, c := range d.Cases {
			types(c.Type)
			for _, l := range c.Labels {
				if err == nil && l.Value == nil && !l.Default {
					err = fmt.Errorf("model: label without a value in %s", d.qualified)
				}
				if err == nil {
					err = s.resolveValue(l.Value)
				}
			}
		}
	case *Typedef:
		types(d.Type)
	case *ValueType:
		types(d.Bases...)
		types(d.Supports...)
	case *StateMember:
		types(d.Type)
	case *Factory:
		for _, p := range d.Params {
			types(p.Type)
		}
		d.Raises, err = s.exceptions(d.Raises, &d.raises, err)
	case *ValueBox:
		types(d.Type)
	case *Component:
		optional(d.Base)
		types(d.Supports...)
	case *Port:
		types(d.Type)
	case *Home:
		optional(d.Base)
		types(d.Supports...)
		types(d.Manages)
		optional(d.PrimaryKey)
	case *Bitset:
		optional(d.Base)
		for _, f := range d.Fields {
			optional(f.Type)
		}
	case *AnnotationDecl:
		for _, m := range d.Members {
			types(m.Type)
			if err == nil {
				err = s.resolveValue(m.Default)
			}
		}
	case *Const:
		types(d.Type)
		if err == nil && d.Value == nil {
			err = fmt.Errorf("model: constant %s has no value", d.qualified)
		}
		if err == nil {
			err = s.resolveValue(d.Value)
		}
	case *Forward:
		if def := s.index[d.qualified]; def != Decl(d) {
			if _, still := def.(*Forward); !still {
				d.Definition = def
			}
		}
	}
	return err
}

func (s *Spec) resolveType(t *Type) error {
	if t == nil {
		return fmt.Errorf("model: a type is missing")
	}
	for t.Elem != nil {
		if err := s.resolveAnnotations(t.Annotations); err != nil {
			return err
		}
		if t.Key != nil {
			if err := s.resolveType(t.Key); err != nil {
				return err
			}
		}
		t = t.Elem
	}
	if err := s.resolveAnnotations(t.Annotations); err != nil {
		return err
	}
	if t.ref != "" {
		t.Decl, t.ref = s.index[t.ref], ""
	}
	if f, ok := t.Decl.(*Forward); ok {
		if def := s.index[f.qualified]; def != nil {
			t.Decl = def
		}
	}
	if t.Kind == Named && t.Decl == nil {
		return fmt.Errorf("model: type %q is not declared", t.Name)
	}
	return nil
}

// nodes returns the node of a declaration and those of its members.
func nodes(d Decl) []*Node {
	ns := []*Node{&d.About().Node}
	switch d := d.(type) {
	case *Operation:
		for _, p := range d.Params {
			ns = append(ns, &p.Node)
		}
	case *Factory:
		for _, p := range d.Params {
			ns = append(ns, &p.Node)
		}
	case *Struct:
		for _, m := range d.Members {
			ns = append(ns, &m.Node)
		}
	case *Exception:
		for _, m := range d.Members {
			ns = append(ns, &m.Node)
		}
	case *Union:
		for _, c := range d.Cases {
			ns = append(ns, &c.Node)
		}
	case *Enum:
		for _, e := range d.Enumerators {
			ns = append(ns, &e.Node)
		}
	case *Bitset:
		for _, f := range d.Fields {
			ns = append(ns, &f.Node)
		}
	case *Bitmask:
		for _, f := range d.Flags {
			ns = append(ns, &f.Node)
		}
	case *AnnotationDecl:
		for _, m := range d.Members {
			ns = append(ns, &m.Node)
		}
	}
	return ns
}

func (s *Spec) resolveAnnotations(as []Annotation) error {
	for _, a := range as {
		for _, p := range a.Params {
			if err := s.resolveValue(p.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Spec) resolveValue(v *Value) error {
	if v == nil || v.ref == "" {
		return nil
	}
	e, ok := s.index[v.ref].(*Enumerator)
	if !ok {
		return fmt.Errorf("model: %s is no enumerator", v.ref)
	}
	v.Enumerator, v.ref = e, ""
	return nil
}

func (s *Spec) exceptions(have []*Exception, names *[]string, err error) ([]*Exception, error) {
	for _, n := range *names {
		e, ok := s.index[n].(*Exception)
		if err == nil && !ok {
			err = fmt.Errorf("model: %s is no exception", n)
		}
		have = append(have, e)
	}
	*names = nil
	return have, err
}

// checkCycles refuses what would make Resolve and Ancestors run for ever. The checker never
// makes it; a model that was read may hold it.
func (s *Spec) checkCycles() error {
	const visiting, done = 1, 2
	state := map[Decl]int{}
	var visit func(Decl) error
	visit = func(d Decl) error {
		switch state[d] {
		case visiting:
			return fmt.Errorf("model: %s is defined by itself", d.About().qualified)
		case done:
			return nil
		}
		state[d] = visiting
		for _, dep := range Needs(d) {
			if err := visit(dep); err != nil {
				return err
			}
		}
		state[d] = done
		return nil
	}
	for d := range s.All() {
		if err := visit(d); err != nil {
			return err
		}
	}
	return nil
}

// checkBases holds that interfaces inherit from interfaces. It looks behind typedefs, which must
// not go in circles.
func (s *Spec) checkBases() error {
	for d := range s.All() {
		i, ok := d.(*Interface)
		if !ok {
			continue
		}
		for _, b := range i.Bases {
			if _, ok := As[*Interface](b); !ok {
				return fmt.Errorf("model: base %s of %s is no interface", b, i.qualified)
			}
		}
	}
	return nil
}
