package typelib

import (
	"fmt"
	"slices"

	"github.com/opendsom/dsom/model"
)

// decl returns the record of a declaration.
func (e *encoder) decl(d model.Decl) []byte {
	r := &record{e: e}
	i := d.About()
	r.num(declCode(d))
	scope := i.Scope()
	if scope == nil {
		r.num(0)
	} else {
		r.ref(scope)
	}
	r.num(e.files[i.File()])
	class, _ := d.(*model.Interface)
	if class != nil && e.outline(class) {
		r.node(&model.Node{Name: i.Name})
	} else {
		r.node(&i.Node)
	}
	r.id(i)
	switch d := d.(type) {
	case *model.Interface:
		r.class(d)
	case *model.Operation:
		r.operation(d)
	case *model.Attribute:
		r.attribute(d)
	case *model.Struct:
		r.typ(d.Base)
		r.members(d.Members)
	case *model.Exception:
		r.members(d.Members)
	case *model.Union:
		r.union(d)
	case *model.Enum:
		r.count(len(d.Enumerators))
		for _, v := range d.Enumerators {
			r.node(&v.Node)
			r.id(&v.Info)
			r.bits(v.Value != nil, enumeratorValue)
			if v.Value != nil {
				r.signed(*v.Value)
			}
		}
	case *model.Typedef:
		r.typ(d.Type)
	case *model.Const:
		r.typ(d.Type)
		r.value(d.Value)
		r.str(d.Expr)
	case *model.Forward:
		r.num(uint64(max(slices.Index(forwards[:], d.Of), 0)))
		r.bits(d.Abstract, forwardAbstract, d.Local, forwardLocal)
	}
	return r.b
}

// class appends what an interface is. Behind what the model has of it stands what follows from
// that, for readers which have no model.
func (r *record) class(d *model.Interface) {
	e := r.e
	e.methods = map[string]*model.Method{}
	for _, m := range d.Introduced() {
		e.methods[m.Name] = &m
	}
	isClass := d.IsClass()
	impl := d.Implementation
	r.bits(d.Abstract, interfaceAbstract, d.Local, interfaceLocal, impl != nil, interfaceImplementation, isClass, interfaceClass)
	r.typeList(d.Bases)
	if impl != nil {
		if e.outline(d) {
			impl = &model.Implementation{Modifiers: versionOnly(impl.Modifiers)}
		}
		r.modifiers(impl.Modifiers)
		r.typ(impl.Metaclass)
		r.members(impl.Data)
		r.count(len(impl.Overrides))
		for _, o := range impl.Overrides {
			r.node(&o.Node)
			r.str(o.Of)
		}
		r.count(len(impl.Accessors))
		for _, a := range impl.Accessors {
			r.node(&a.Node)
		}
	}
	if !isClass {
		return
	}
	major, minor := d.ClassVersion()
	r.num(uint64(max(major, 0)))
	r.num(uint64(max(minor, 0)))
	var order []model.Release
	if !e.outline(d) {
		order = d.ReleaseOrder()
	}
	r.count(len(order))
	for _, x := range order {
		r.str(x.Name)
		r.num(releaseCode(x))
	}
}

func (r *record) operation(d *model.Operation) {
	m := r.method(d.Name)
	r.bits(d.Oneway, operationOneway)
	r.typ(d.Result)
	r.num(passing(m, "", 0))
	r.count(len(d.Params))
	for _, p := range d.Params {
		r.node(&p.Node)
		r.num(passing(m, p.Name, p.Direction))
		r.typ(p.Type)
	}
	r.exceptions(d.Raises)
	r.strs(d.Context)
}

func (r *record) attribute(d *model.Attribute) {
	r.bits(d.Readonly, attributeReadonly)
	r.typ(d.Type)
	r.num(passing(r.method("_get_"+d.Name), "", 0))
	if !d.Readonly {
		r.num(passing(r.method("_set_"+d.Name), d.Name, model.In))
	}
	r.exceptions(d.GetRaises)
	r.exceptions(d.SetRaises)
}

// method returns the method of that name of the interface that is being encoded: its
// operations and attributes follow it.
func (r *record) method(name string) *model.Method {
	m := r.e.methods[name]
	if m == nil {
		r.e.failed = fmt.Errorf("typelib: there is no method %s", name)
		m = new(model.Method)
	}
	return m
}

func (r *record) union(d *model.Union) {
	r.typ(d.Discriminator)
	r.count(len(d.Cases))
	for _, c := range d.Cases {
		r.node(&c.Node)
		r.typ(c.Type)
		r.count(len(c.Labels))
		for _, l := range c.Labels {
			r.bits(l.Default, labelDefault)
			r.value(l.Value)
			r.str(l.Expr)
		}
	}
}
