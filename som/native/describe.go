//go:build cgo && unix

package native

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/typelib"
)

// A class in Go that was made without IDL is described to other languages by what Go's types say: parents, methods, and the types of those. Names
// of parameters and comments are not among it; who wants them writes the IDL.

// description returns the type information of a class, or an error where one of its methods is of types that Go's do not tell.
func description(c *som.Class) ([]byte, error) {
	d := begin(c)
	i := d.interfaceOf(c, d.file)
	if err := d.methods(i, c, d.operation); err != nil {
		return nil, err
	}
	if err := d.spec.Link(); err != nil {
		return nil, err
	}
	return typelib.Append(nil, &d.spec, typelib.Options{})
}

// begin returns what there is before a class: its ancestors.
func begin(c *som.Class) *describing {
	d := &describing{file: file(c.Name()), decls: map[string]model.Decl{}, parts: map[string]int{}}
	d.spec.Files = []*model.File{{Path: d.file, Main: true}}
	for _, a := range c.Order()[1:] {
		d.outline(a)
	}
	return d
}

// file is the IDL file that a class would be in.
func file(class string) string {
	return strings.ToLower(strings.ReplaceAll(class, "::", "_")) + ".idl"
}

type describing struct {
	spec  model.Spec
	file  string
	decls map[string]model.Decl // interfaces by their scoped names
	parts map[string]int        // how often modules were opened, by theirs

	// Of a class that is described to clients elsewhere:
	class    *som.Class
	in       *model.Interface
	declared model.Decls          // types, in the class
	types    map[form]*model.Type // them, by Go's
	taken    map[string]bool      // names in the class, in small letters
}

func about(name, scoped, file string) model.Info {
	at := diag.Span{Start: diag.Position{File: file, Line: 1, Column: 1}, End: diag.Position{File: file, Line: 1, Column: 1}}
	return model.Info{Node: model.Node{Name: name, Span: at, NameSpan: at}, ID: "IDL:" + strings.ReplaceAll(scoped, "::", "/") + ":1.0"}
}

// interfaceOf adds a class, without what it introduces.
func (d *describing) interfaceOf(c *som.Class, file string) *model.Interface {
	parts := strings.Split(c.Name(), "::")
	i := &model.Interface{Info: about(parts[len(parts)-1], c.Name(), file), Implementation: &model.Implementation{}}
	for _, p := range c.Parents() {
		i.Bases = append(i.Bases, d.named(p))
	}
	if v := c.Version(); v != (som.Version{}) {
		i.Implementation.Modifiers = append(i.Implementation.Modifiers,
			model.Modifier{Name: "majorversion", Value: fmt.Sprint(v.Major)}, model.Modifier{Name: "minorversion", Value: fmt.Sprint(v.Minor)})
	}
	if c.Abstract() {
		i.Implementation.Modifiers = append(i.Implementation.Modifiers, model.Modifier{Name: "abstract"})
	}
	if m := c.DeclaredMetaclass(); m != nil && m.IsMirror() {
		i.Implementation.Modifiers = append(i.Implementation.Modifiers, model.Modifier{Name: "metaclass", Value: m.Name()})
	}
	to := &d.spec.Decls
	for n, name := range parts[:len(parts)-1] {
		scoped := strings.Join(parts[:n+1], "::")
		m := &model.Module{Info: about(name, scoped, file), Part: d.parts[scoped]}
		d.parts[scoped]++
		*to = append(*to, m)
		to = &m.Decls
	}
	*to = append(*to, i)
	d.decls[c.Name()] = i
	return i
}

// outline adds an ancestor, which is in a file of its own, and its ancestors before it.
func (d *describing) outline(a *som.Class) {
	if d.decls[a.Name()] != nil {
		return
	}
	for _, p := range a.Parents() {
		d.outline(p)
	}
	f := path.Join("of", file(a.Name()))
	d.spec.Files = append(d.spec.Files, &model.File{Path: f})
	d.spec.Files[0].Includes = append(d.spec.Files[0].Includes, f)
	d.interfaceOf(a, f)
}

func (d *describing) named(c *som.Class) *model.Type {
	return &model.Type{Kind: model.Named, Name: "::" + c.Name(), Decl: d.decls[c.Name()]}
}

// methods adds what the class introduces, and what it overrides. The error tells of the methods that operation finds none for, which are left out.
func (d *describing) methods(i *model.Interface, c *som.Class, operation func(*som.Method) (*model.Operation, error)) error {
	var order []string
	var failed error
	for _, m := range c.Introduced() { // procedures are Go's alone
		o, err := operation(m)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", m, err))
			continue
		}
		order = append(order, m.Name())
		if m.Kind() == som.NonStatic {
			o.Modifiers = []model.Modifier{{Name: "nonstatic"}}
		}
		i.Decls = append(i.Decls, o)
	}
	i.Implementation.Modifiers = append(i.Implementation.Modifiers, model.Modifier{Name: "releaseorder", Value: strings.Join(order, ",")})
	for _, m := range c.Methods() {
		if m.Class() != c && c.Implements(m) != nil {
			o := &model.Override{Node: about(m.Name(), "", d.file).Node}
			o.Modifiers = []model.Modifier{{Name: "override"}}
			i.Implementation.Overrides = append(i.Implementation.Overrides, o)
		}
	}
	return failed
}

func (d *describing) operation(m *som.Method) (*model.Operation, error) {
	s, err := signatureOf(m.Type(), m.Packing().Passing())
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(m.Name(), "_") {
		return nil, fmt.Errorf("it is of an attribute")
	}
	o := &model.Operation{Info: about(m.Name(), m.Class().Name()+"/"+m.Name(), d.file), Result: &model.Type{Kind: model.Void}}
	if s.out != nil {
		if o.Result, err = typeIn(s.out); err != nil {
			return nil, err
		}
	}
	for n := range s.args {
		a := &s.args[n]
		t, err := typeIn(a)
		if err != nil {
			return nil, err
		}
		p := &model.Param{Node: about(fmt.Sprintf("p%d", n+1), "", d.file).Node, Type: t}
		switch a.how {
		case 'o':
			p.Direction = model.Out
		case 'x':
			p.Direction = model.InOut
		case 'r':
			return nil, fmt.Errorf("its result is a %v", a.typ)
		}
		o.Params = append(o.Params, p)
	}
	return o, nil
}

var kinds = map[reflect.Kind]model.Kind{
	reflect.Bool: model.Boolean, reflect.Uint8: model.Octet, reflect.Int8: model.Int8, reflect.Int16: model.Short, reflect.Uint16: model.UShort,
	reflect.Int32: model.Long, reflect.Uint32: model.ULong, reflect.Int64: model.LongLong, reflect.Uint64: model.ULongLong, reflect.Int: model.LongLong,
	reflect.Uint: model.ULongLong, reflect.Float32: model.Float, reflect.Float64: model.Double, reflect.String: model.String,
}

// typeIn is the type of a parameter in IDL.
func typeIn(a *slot) (*model.Type, error) {
	l := a.by
	if l == nil {
		l = a.at
	}
	switch {
	case l != nil && l.kind == wideChar:
		return &model.Type{Kind: model.WChar}, nil
	case l != nil && l.kind == wideText:
		return &model.Type{Kind: model.WString}, nil
	case a.typ == refType || a.typ.Kind() == reflect.Interface:
		return &model.Type{Kind: model.Object}, nil
	}
	if k, ok := kinds[a.typ.Kind()]; ok {
		return &model.Type{Kind: k}, nil
	}
	return nil, fmt.Errorf("a %v is no type that tells what it is in IDL", a.typ)
}
