package typelib

import (
	"math"
	"strings"

	"github.com/opendsom/dsom/model"
)

// decl reads the record of the i-th declaration, behind its kind, and puts it into its scope.
// depth has how deep the declarations before it stand, names how long their scoped names are, parts
// how often modules were opened.
func (r *reader) decl(spec *model.Spec, i int, depth, names []int, parts map[string]int) {
	r.declared(1)
	d := r.d.decls[i]
	about := d.About()
	scope := r.index(i, "scope")
	file := r.index(len(r.d.files), "file")
	r.node(&about.Node)
	about.ID = r.str()
	switch d := d.(type) {
	case *model.Interface:
		r.class(d)
	case *model.Operation:
		r.operation(d)
	case *model.Attribute:
		r.attribute(d)
	case *model.Struct:
		d.Base = r.typeOrNone()
		d.Members = r.members()
	case *model.Exception:
		d.Members = r.members()
	case *model.Union:
		r.union(d)
	case *model.Enum:
		r.enum(d)
	case *model.Typedef:
		d.Type = r.typ()
	case *model.Const:
		d.Type = r.typ()
		if d.Value = r.value(); d.Value == nil {
			r.fail("a constant without a value")
		}
		d.Expr = r.str()
	case *model.Forward:
		of := r.num()
		if of == 0 || of >= uint64(len(forwards)) {
			r.fail("a forward declaration of nothing known")
			return
		}
		d.Of = forwards[of]
		flags := r.bits(2)
		d.Abstract, d.Local = flags&forwardAbstract != 0, flags&forwardLocal != 0
	}
	r.end()
	if r.err != nil {
		return
	}
	if scope > 0 {
		names[i] = names[scope-1]
	}
	if e, ok := d.(*model.Enum); ok {
		r.use(int64(names[i]) * int64(len(e.Enumerators)))
	}
	names[i] += len("::") + len(about.Name)
	if r.use(int64(names[i])); r.err != nil {
		return
	}
	if file > 0 {
		about.Span = place(r.d.files[file-1], i)
	}
	if scope == 0 {
		if !topLevel(d) {
			r.fail("%s %s stands outside of all interfaces", d.Kind(), about.Name)
		}
		spec.Decls = append(spec.Decls, d)
	} else {
		depth[i] = depth[scope-1] + 1
		if depth[i] > MaxDepth {
			r.err = exceeded("typelib-depth", MaxDepth, "scopes are nested too deep")
		}
		if !put(r.d.decls[scope-1], d) {
			r.fail("%s %s cannot be declared in declaration %d", d.Kind(), about.Name, scope)
		}
	}
	if m, ok := d.(*model.Module); ok {
		key := about.Name
		if scope > 0 {
			key = r.d.modules[scope-1] + "::" + about.Name
		}
		if r.d.modules == nil {
			r.d.modules = map[int]string{}
		}
		r.d.modules[i] = key
		m.Part = parts[key]
		parts[key]++
	}
}

// topLevel reports whether a declaration can stand in no scope, or in a module.
func topLevel(d model.Decl) bool {
	switch d.(type) {
	case *model.Operation, *model.Attribute:
		return false
	}
	return true
}

// put puts a declaration into a scope, and reports whether it can stand there.
func put(scope, d model.Decl) bool {
	isType := false
	switch d.(type) {
	case *model.Struct, *model.Union, *model.Enum:
		isType = true
	}
	var to *model.Decls
	ok := isType
	switch s := scope.(type) {
	case *model.Module:
		to, ok = &s.Decls, topLevel(d)
	case *model.Interface:
		to = &s.Decls
		switch d.(type) {
		case *model.Module, *model.Interface:
			ok = false
		default:
			ok = true
		}
	case *model.Struct:
		to = &s.Decls
	case *model.Union:
		to = &s.Decls
	case *model.Exception:
		to = &s.Decls
	default:
		return false
	}
	if ok {
		*to = append(*to, d)
	}
	return ok
}

func (r *reader) class(d *model.Interface) {
	flags := r.bits(4)
	d.Abstract, d.Local = flags&interfaceAbstract != 0, flags&interfaceLocal != 0
	d.Bases = list(r, r.typ)
	if flags&interfaceImplementation != 0 {
		d.Implementation = &model.Implementation{Modifiers: r.modifiers(), Metaclass: r.typeOrNone(), Data: r.members()}
		d.Implementation.Overrides = list(r, func() *model.Override {
			o := new(model.Override)
			r.node(&o.Node)
			o.Of = r.str()
			return o
		})
		d.Implementation.Accessors = list(r, func() *model.Accessor {
			a := new(model.Accessor)
			r.node(&a.Node)
			return a
		})
	}
	if flags&interfaceClass == 0 {
		return
	}
	// What follows is for others: here it is told by the model.
	r.num()
	r.num()
	list(r, func() int {
		r.str()
		if r.num() > releaseData && !r.d.newer {
			r.fail("unknown kind of an entry of a release order")
		}
		return 0
	})
}

// passed reads how something is passed; all but the direction is told by the modifiers.
func (r *reader) passed(d *model.Direction) {
	p := r.bits(passBits)
	way := model.Direction(p & (1<<passOwner - 1))
	if way > model.InOut || d == nil && way != 0 || p>>passOwner&3 == 3 {
		r.fail("something is passed in the unknown way %#x", p)
	}
	if d != nil {
		*d = way
	}
}

func (r *reader) operation(d *model.Operation) {
	d.Oneway = r.bits(1) != 0
	d.Result = r.typ()
	r.passed(nil)
	d.Params = list(r, func() *model.Param {
		p := new(model.Param)
		r.node(&p.Node)
		r.passed(&p.Direction)
		p.Type = r.typ()
		return p
	})
	d.Raises = r.exceptions()
	d.Context = list(r, r.str)
}

func (r *reader) attribute(d *model.Attribute) {
	d.Readonly = r.bits(1) != 0
	d.Type = r.typ()
	r.passed(nil)
	if !d.Readonly {
		r.passed(nil)
	}
	d.GetRaises = r.exceptions()
	d.SetRaises = r.exceptions()
}

func (r *reader) union(d *model.Union) {
	d.Discriminator = r.typ()
	d.Cases = list(r, func() *model.Case {
		c := new(model.Case)
		r.node(&c.Node)
		c.Type = r.typ()
		c.Labels = list(r, func() model.Label {
			l := model.Label{Default: r.bits(1) != 0, Value: r.value(), Expr: r.str()}
			if l.Default == (l.Value != nil) {
				r.fail("a label is default or has a value")
			}
			return l
		})
		if len(c.Labels) == 0 {
			r.fail("a case has no label")
		}
		return c
	})
}

func (r *reader) enum(d *model.Enum) {
	d.Enumerators = list(r, func() *model.Enumerator {
		e := new(model.Enumerator)
		r.node(&e.Node)
		e.ID = r.str()
		if r.bits(1)&enumeratorValue != 0 {
			v := r.signed()
			e.Value = &v
		}
		return e
	})
	if len(d.Enumerators) == 0 || len(d.Enumerators) > math.MaxInt32 {
		r.fail("an enum of %d values", len(d.Enumerators))
	}
	for i, e := range d.Enumerators {
		e.Ordinal = uint32(i)
	}
}

// natural gives a declaration the repository id that its names make, where it has no other.
func natural(i *model.Info) {
	if i.ID == "" {
		i.ID = "IDL:" + strings.ReplaceAll(i.ScopedName(), "::", "/") + ":1.0"
	}
}
