package objects

import (
	"context"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/typecode"
)

// Classes returns what is known of interfaces, without their operations.
func (o *Objects) Classes(ctx context.Context) (out admin.Classes, err error) {
	all, problems := o.c.Library.interfaces(ctx)
	out = admin.Classes{Classes: []admin.Class{}, Folder: o.c.Library.Folder()}
	for _, f := range all {
		out.Classes = append(out.Classes, outline(f))
	}
	for _, p := range problems {
		out.Problems = append(out.Problems, p.Error())
	}
	return out, ctx.Err()
}

// Class returns an interface by scoped name or repository id.
func (o *Objects) Class(ctx context.Context, name string) (admin.Class, error) {
	f, ok := o.c.Library.lookup(ctx, name)
	if !ok {
		return admin.Class{}, &admin.Error{Code: admin.CodeNotFound, Message: fmt.Sprintf("no interface %.200q is known: put its IDL file into %s", name, o.c.Library.Folder())}
	}
	return describe(f), nil
}

// ClassOf returns the interface of an object.
func (o *Objects) ClassOf(ctx context.Context, url string) (admin.Class, error) {
	ref, err := o.resolve(ctx, url)
	if err != nil {
		return admin.Class{}, err
	}
	f, err := o.interfaceOf(ctx, ref)
	if err != nil {
		return admin.Class{}, err
	}
	return describe(f), nil
}

// interfaceOf finds the interface of an object: by the id in its reference, or by asking the object for its id, or else, for each that is
// known, whether it is one.
func (o *Objects) interfaceOf(ctx context.Context, ref *orb.Ref) (found, error) {
	all, _ := o.c.Library.interfaces(ctx)
	byID := func(id string) (found, bool) {
		for _, f := range all {
			if ior.SameType(f.i.ID, id) {
				return f, true
			}
		}
		return found{}, false
	}
	if f, ok := byID(ref.TypeID()); ok {
		return f, nil
	}
	id := ref.TypeID()
	if r, err := dii.Call(ctx, ref, repositoryID); err == nil {
		if id, _ = r.Return.Value().(string); id != "" {
			if f, ok := byID(id); ok {
				return f, nil
			}
		}
	}
	specs := map[*model.Spec]bool{}
	for _, f := range all {
		if specs[f.spec] {
			continue
		}
		specs[f.spec] = true
		i, err := dii.InterfaceOf(ctx, ref, f.spec)
		if err == nil {
			return found{f.file, f.spec, i}, nil
		}
		if ctx.Err() != nil {
			return found{}, ctx.Err()
		}
	}
	if id == "" {
		id = "an interface that it does not tell"
	}
	return found{}, &admin.Error{Code: admin.CodeNotFound, Message: fmt.Sprintf("the object is of %s, which is not known here: put its IDL file into %s", id, o.c.Library.Folder())}
}

// repositoryID is the operation that tells an object's interface.
var repositoryID = &dii.Signature{Operation: "_repository_id", Result: typecode.String}

// outline says what an interface is, without its operations.
func outline(f found) admin.Class {
	c := admin.Class{Name: f.i.ScopedName(), ID: f.i.ID, Doc: f.i.Doc.Text(), File: f.file}
	for _, p := range f.i.Parents() {
		c.Bases = append(c.Bases, p.ScopedName())
	}
	return c
}

// describe says what an interface is, and what can be called.
func describe(f found) admin.Class {
	c := outline(f)
	for _, m := range f.i.AllMembers() {
		c.Operations = append(c.Operations, operations(f.i, m)...)
	}
	return c
}

// operations returns what can be called of a member: an operation, or one to read an attribute, and one to write it.
func operations(of *model.Interface, m model.Decl) []admin.Operation {
	about := m.About()
	base := admin.Operation{Name: about.Name, Doc: about.Doc.Text()}
	if from, ok := about.Scope().(*model.Interface); ok && from != of {
		base.From = from.ScopedName()
	}
	switch m := m.(type) {
	case *model.Operation:
		base.Result, base.Oneway, base.Writes = m.Result.String(), m.Oneway, true
		for _, p := range m.Params {
			base.Params = append(base.Params, admin.Param{Name: p.Name, Mode: modes[p.Direction], Type: p.Type.String()})
		}
		for _, x := range m.Raises {
			base.Raises = append(base.Raises, x.ScopedName())
		}
		return []admin.Operation{withForms(base, m)}
	case *model.Attribute:
		base.Result = m.Type.String()
		all := []admin.Operation{withForms(base, m)}
		if !m.Readonly {
			base.Name, base.Result, base.Writes = about.Name+"=", "void", true
			base.Params = []admin.Param{{Name: about.Name, Mode: modes[model.In], Type: m.Type.String()}}
			all = append(all, withForms(base, m))
		}
		return all
	}
	return nil
}

var modes = [...]string{model.In: "in", model.Out: "out", model.InOut: "inout"}

// withForms adds how arguments are entered.
func withForms(op admin.Operation, m model.Decl) admin.Operation {
	sig, err := signature(m, strings.HasSuffix(op.Name, "="))
	if err != nil {
		op.Trouble = err.Error()
		return op
	}
	for i := range op.Params {
		p := &op.Params[i]
		p.Form, p.Choices, p.Example = form(sig.Params[i].Type)
	}
	return op
}

// signature returns that of a member: of an attribute, to read or to write it.
func signature(m model.Decl, write bool) (*dii.Signature, error) {
	switch m := m.(type) {
	case *model.Operation:
		if !write {
			return dii.Of(m)
		}
	case *model.Attribute:
		if write {
			return dii.Setter(m)
		}
		return dii.Getter(m)
	}
	return nil, fmt.Errorf("%s is not an attribute that could be written", m.About().Name)
}

// form says how a value of a type is entered.
func form(tc *typecode.TypeCode) (form string, choices []string, sample string) {
	t := tc.Unalias()
	switch t.Kind() {
	case typecode.TkBoolean:
		return admin.FormBoolean, nil, "false"
	case typecode.TkShort, typecode.TkLong, typecode.TkLongLong, typecode.TkUShort, typecode.TkULong, typecode.TkULongLong, typecode.TkOctet:
		return admin.FormNumber, nil, "0"
	case typecode.TkFloat, typecode.TkDouble, typecode.TkLongDouble:
		return admin.FormNumber, nil, "0.5"
	case typecode.TkString, typecode.TkWString, typecode.TkChar, typecode.TkWChar:
		return admin.FormText, nil, ""
	case typecode.TkEnum:
		for i := range t.Len() {
			choices = append(choices, t.MemberName(i))
		}
		return admin.FormChoice, choices, ""
	case typecode.TkObjref:
		return admin.FormObject, nil, ""
	}
	return admin.FormJSON, nil, (&example{exampleNodes}).of(t, 0)
}

// An example is a value being made up for people to change. It is bounded, as types are not.
type example struct{ left int }

const (
	exampleNodes = 100 // values in an example; then null stands for others
	exampleDepth = 4   // values within one another
)

// of returns a value of a type as JSON.
func (e *example) of(tc *typecode.TypeCode, depth int) string {
	t := tc.Unalias()
	if e.left--; e.left < 0 || depth > exampleDepth {
		return "null"
	}
	switch t.Kind() {
	case typecode.TkSequence:
		if t.Content().Unalias().Kind() == typecode.TkOctet {
			return `""`
		}
		return "[" + e.of(t.Content(), depth+1) + "]"
	case typecode.TkArray:
		return "[" + e.of(t.Content(), depth+1) + "]"
	case typecode.TkStruct:
		var members []string
		for i := range t.Len() {
			members = append(members, fmt.Sprintf("%q: %s", t.MemberName(i), e.of(t.MemberType(i), depth+1)))
		}
		return "{" + strings.Join(members, ", ") + "}"
	case typecode.TkAny:
		return `{"_type": "long", "_value": 0}`
	case typecode.TkBoolean:
		return "false"
	case typecode.TkString, typecode.TkWString, typecode.TkChar, typecode.TkWChar:
		return `""`
	case typecode.TkEnum:
		if t.Len() > 0 {
			return fmt.Sprintf("%q", t.MemberName(0))
		}
	case typecode.TkFixed, typecode.TkObjref, typecode.TkValue, typecode.TkValueBox, typecode.TkUnion:
		return "null"
	}
	return "0"
}
