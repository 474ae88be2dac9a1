package model

// Parents returns the direct base interfaces, behind typedefs.
func (i *Interface) Parents() []*Interface {
	var ps []*Interface
	for _, b := range i.Bases {
		if p, ok := As[*Interface](b); ok {
			ps = append(ps, p)
		}
	}
	return ps
}

// Ancestors returns all interfaces that i inherits from, each once, each after its own
// ancestors, bases in the order in which they are written.
func (i *Interface) Ancestors() []*Interface {
	var all []*Interface
	seen := map[*Interface]bool{i: true}
	var visit func(*Interface)
	visit = func(x *Interface) {
		for _, p := range x.Parents() {
			if !seen[p] {
				seen[p] = true
				visit(p)
				all = append(all, p)
			}
		}
	}
	visit(i)
	return all
}

// Inherits reports whether i is base or inherits from it.
func (i *Interface) Inherits(base *Interface) bool {
	if i == base {
		return true
	}
	for _, a := range i.Ancestors() {
		if a == base {
			return true
		}
	}
	return false
}

// Operations returns the operations that the interface declares itself.
func (i *Interface) Operations() []*Operation { return pick[*Operation](i.Decls) }

// Attributes returns the attributes that the interface declares itself.
func (i *Interface) Attributes() []*Attribute { return pick[*Attribute](i.Decls) }

// Members returns the operations and attributes that the interface declares itself, in source order.
func (i *Interface) Members() []Decl {
	var ms []Decl
	for _, d := range i.Decls {
		switch d.(type) {
		case *Operation, *Attribute:
			ms = append(ms, d)
		}
	}
	return ms
}

// AllMembers returns the operations and attributes of the ancestors and of the interface
// itself, each once, inherited ones first. The Scope of each tells where it is declared.
func (i *Interface) AllMembers() []Decl {
	var ms []Decl
	for _, a := range i.Ancestors() {
		ms = append(ms, a.Members()...)
	}
	return append(ms, i.Members()...)
}

// AllOperations returns the inherited and own operations in the order of AllMembers.
func (i *Interface) AllOperations() []*Operation { return pick[*Operation](i.AllMembers()) }

// AllAttributes returns the inherited and own attributes in the order of AllMembers.
func (i *Interface) AllAttributes() []*Attribute { return pick[*Attribute](i.AllMembers()) }

func pick[D Decl](ds []Decl) []D {
	var out []D
	for _, d := range ds {
		if d, ok := d.(D); ok {
			out = append(out, d)
		}
	}
	return out
}
