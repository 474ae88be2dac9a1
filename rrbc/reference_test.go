package rrbc_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
)

// The reference is the other kernel: package som, in which the classes of a release are built with functions that do what
// code says, and the steps of the client are taken. What it prints is what the client has to print.
type reference struct {
	lib     *release // what the library is made of
	old     *release // what the client and the subclass were compiled with
	in      tongues
	m       som.Manager
	refused map[string]bool // libraries that cannot be loaded, by module
	counts  map[part]int32
	values  map[part]int32 // of attributes
	object  som.Ref
	out     []string
}

// tongues are the languages of a library, of the subclass and of the client.
type tongues struct{ lib, sub, client *language }

type part struct {
	object som.Ref
	name   string // of a class, or of an attribute
}

// What methods are, by what they take and return.
type (
	numberFunc = func(som.Self, int32) (int32, error)
	doubleFunc = func(som.Self, float64) (int32, error)
	getFunc    = func(som.Self) (int32, error)
	setFunc    = func(som.Self, int32) error
	stringFunc = func(som.Self) (string, error)
	initFunc   = func(som.Self, string) error
	voidFunc   = func(som.Self) error                   // whatever it takes: it is bound, and not called
	oddFunc    = func(som.Self, float32) (int32, error) // whatever it takes: it is called as the row says
)

// raised is an exception of the row's IDL, with the first member that release 1 knows.
type raised struct {
	id    string
	since int32
}

func (r *raised) Error() string { return fmt.Sprintf("%s of %d", r.id, r.since) }

var errRefused = &som.Error{Code: som.CodeLibrary, Text: "its library cannot be loaded"}

// expect answers the lines that a client prints.
func expect(lib, old *release, in tongues, steps []step) []string {
	w := &reference{lib: lib, old: old, in: in, refused: map[string]bool{}, counts: map[part]int32{}, values: map[part]int32{}}
	w.refused["Zoo"] = w.load(lib, lib.classes(lib.library, "Zoo")) != nil
	if s := lib.row.substitute; s[0] != "" && lib.n == 2 {
		w.refused["Zoo"] = w.refused["Zoo"] || w.substitute(s[0], s[1]) != nil
	}
	w.refused["Home"] = w.refused["Zoo"] || w.loadSubclass() != nil || lib.n == 2 && isEager(lib.row.id, in.sub)
	for _, s := range steps {
		w.take(s)
	}
	return w.out
}

func (w *reference) print(format string, args ...any) {
	w.out = append(w.out, fmt.Sprintf(format, args...))
}

// ---- Classes ----

func (w *reference) load(r *release, classes []*model.Interface) error {
	for _, i := range classes {
		if err := w.define(r, i); err != nil {
			return err
		}
	}
	return nil
}

// loadSubclass defines the subclass, whose ancestors must be what it was compiled with.
func (w *reference) loadSubclass() error {
	for _, i := range w.old.classes(w.old.public, "Home") {
		if err := w.define(w.old, i); err != nil {
			return err
		}
		if _, err := w.bind(w.in.sub, i); err != nil {
			return err
		}
	}
	return nil
}

func (w *reference) substitute(class, by string) error {
	c, err := w.m.Registered(w.lib.words["Zoo"] + "::" + w.lib.words[class])
	if err != nil {
		return err
	}
	b, err := w.m.Registered(w.lib.words["Zoo"] + "::" + w.lib.words[by])
	if err != nil {
		return err
	}
	return c.Substitute(b)
}

func (w *reference) registered(i *model.Interface) *som.Class {
	switch i.Name {
	case "SOMObject":
		return som.SOMObject
	case "SOMClass":
		return som.SOMClass
	}
	c, err := w.m.Registered(name(i))
	if err != nil {
		return nil
	}
	return c
}

func (w *reference) all(is []*model.Interface) []*som.Class {
	var all []*som.Class
	for _, i := range is {
		all = append(all, w.registered(i))
	}
	return all
}

// define makes a class of a release.
func (w *reference) define(r *release, i *model.Interface) error {
	major, minor := i.ClassVersion()
	in := w.in.lib
	if r.word(strings.Split(name(i), "::")[0]) == "Home" {
		in = w.in.sub
	}
	size, align := in.layout(i)
	s := som.Spec{Name: name(i), Parents: w.all(i.Parents()), Version: som.Version{Major: major, Minor: minor}, Select: map[string]*som.Class{}}
	if size > 0 {
		s.Data = som.Data{Size: size, Align: align}
	}
	_, s.Abstract = i.ClassModifier("abstract")
	s.AbstractParents = w.all(i.AbstractParents())
	if m := i.Metaclass(); m != nil {
		s.Metaclass = w.registered(m)
	}
	if _, ok := i.ClassModifier("directinitclasses"); ok {
		s.InitClasses = w.all(i.DirectInitClasses())
	}
	c := new(*som.Class)
	for _, e := range i.ReleaseOrder() {
		s.Introduces = append(s.Introduces, w.introduced(r, i, e, c))
	}
	for _, o := range implemented(i) {
		m := i.FindMethod(o.Name)
		q := name(m.Class) + "::" + m.Name
		s.Overrides = append(s.Overrides, som.Override{Method: q, Impl: w.implementation(r, i, m, c, q), Signature: cabi.Signature(m)})
	}
	for _, method := range []string{"somInit", "somUninit"} {
		if overrides(i, method) {
			s.Overrides = append(s.Overrides, som.Override{Method: method, Impl: func(som.Self) { w.print("%s %s", method, s.Name) }})
		}
	}
	for _, o := range i.Implementation.Overrides {
		if v, ok := model.ModifierOf(o.Modifiers, "select"); ok {
			s.Select[o.Name] = w.registered(i.AncestorNamed(v))
		}
	}
	if initializes(i) {
		s.Init = func(o som.Ref) error {
			w.print("init %s", s.Name)
			if hasData(i) {
				w.counts[part{o, s.Name}] = r.begins(i)
			}
			return nil
		}
	}
	switch {
	case destroys(i):
		s.Fini = func(som.Ref) { w.print("fini %s", s.Name) }
	case in.keepsState || cabi.KeepsState(i):
		s.Fini = func(som.Ref) {}
	}
	var err error
	*c, err = w.m.NewClass(s)
	return err
}

func (w *reference) introduced(r *release, i *model.Interface, e model.Release, c **som.Class) som.MethodSpec {
	s := som.MethodSpec{Name: e.Name}
	switch {
	case e.Data != nil: // a procedure answers where they are
		s.Impl, s.Kind, s.Signature = getFunc(func(som.Self) (int32, error) { return 0, nil }), som.Procedure, cabi.DataSignature(e.Data)
	case e.IsPlaceholder():
		var none numberFunc
		s.Impl, s.Type = nil, typeOf(none)
	case e.Migrated != nil:
		s.Migrated = w.registered(e.Migrated)
	default:
		s.Impl, s.Signature = w.implementation(r, i, e.Method, c, name(i)+"::"+e.Name), cabi.Signature(e.Method)
		s.Kind = map[model.MethodKind]som.Kind{model.StaticMethod: som.Static, model.NonstaticMethod: som.NonStatic, model.ProcedureMethod: som.Procedure}[e.Method.Kind()]
	}
	return s
}

// implementation is the function of a class for a method.
func (w *reference) implementation(r *release, i *model.Interface, m *model.Method, c **som.Class, qualified string) any {
	does := r.code(i, m.Name)
	switch {
	case m.Attribute != nil && !isNumber(m.Attribute.Type):
		return voidFunc(func(som.Self) error { return nil })
	case m.Attribute != nil && m.Set:
		return setFunc(func(self som.Self, v int32) error { w.values[part{self.Ref(), m.Attribute.Name}] = v; return nil })
	case m.Attribute != nil:
		return getFunc(func(self som.Self) (int32, error) { return w.values[part{self.Ref(), m.Attribute.Name}], nil })
	case m.IsInit():
		return initFunc(func(som.Self, string) error { return nil })
	case isOdd(m):
		return oddFunc(func(som.Self, float32) (int32, error) { return r.row.odd.results[r.n-1], nil })
	case isString(m.Operation.Result):
		return stringFunc(func(som.Self) (string, error) { return fmt.Sprint("called ", does.b), nil })
	case m.Operation.Result.IsVoid():
		return voidFunc(func(som.Self) error { return nil })
	case !takesNumber(m):
		return doubleFunc(func(_ som.Self, v float64) (int32, error) { return int32(v), nil })
	}
	return numberFunc(func(self som.Self, n int32) (int32, error) {
		o := self.Ref()
		if does.raises && n%2 == 1 {
			since := n
			if r.n == 2 && r.row.shown {
				since = other
			}
			return 0, &raised{r.exception(r.row.raises()), since}
		}
		v := does.a*n + does.b
		var fn numberFunc
		switch does.calls {
		case "parent":
			method, err := (*c).Lookup(qualified)
			if err != nil {
				return 0, err
			}
			f, _, err := (*c).ParentEntry(method, does.parent)
			if err != nil {
				return 0, err
			}
			fn = f.(numberFunc)
		case "next":
			token, err := som.Bind[numberFunc](*c, qualified)
			if err != nil {
				return 0, err
			}
			fn, _, _ = token.Next(*c, o)
		}
		if fn != nil {
			got, err := fn(self, n)
			if err != nil {
				return 0, err
			}
			v += got
		}
		if does.c > 0 {
			at := part{o, name(i)}
			w.counts[at]++
			v += does.c * w.counts[at]
		}
		return v, nil
	})
}

// ---- Steps ----

// bind is what happens when a client first uses a class: it must be there, of the version, with the methods.
func (w *reference) bind(in *language, i *model.Interface) (*som.Class, error) {
	if in.bindsAncestors {
		for _, a := range slices.Backward(inherited(i)[1:]) {
			if _, err := w.bindAlone(in, a); err != nil {
				return nil, err
			}
		}
	}
	return w.bindAlone(in, i)
}

func (w *reference) bindAlone(in *language, i *model.Interface) (*som.Class, error) {
	module, _, _ := strings.Cut(name(i), "::")
	if w.refused[w.old.word(module)] {
		return nil, errRefused
	}
	c, err := w.m.Registered(name(i))
	if err != nil {
		return nil, errRefused // its library is there, and does not define it
	}
	major, minor := i.ClassVersion()
	if err := c.CheckVersion(som.Version{Major: major, Minor: minor}); err != nil {
		return nil, err
	}
	for _, a := range inherited(i)[1:] {
		b := w.registered(a)
		if b == nil || !c.DescendsFrom(b) {
			return nil, &som.Error{Code: som.CodeParents, Class: c.Name(), Text: "it does not descend from " + name(a)}
		}
		major, minor := a.ClassVersion()
		if err := b.CheckVersion(som.Version{Major: major, Minor: minor}); err != nil {
			return nil, err
		}
	}
	for _, b := range bound(i) {
		if above(in) && takesMaking(&b.method) { // which generated Go code leaves out
			continue
		}
		m, err := find(c, b.name)
		if err != nil {
			return nil, err
		}
		if m.Kind() == som.Procedure || m.Type() != goType(&b.method) {
			return nil, &som.Error{Code: som.CodeMethod, Class: c.Name(), Text: b.name + " is another"}
		}
		if err := c.CheckSignature(m.String(), cabi.Signature(&b.method)); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (w *reference) take(s step) {
	var r som.Ref
	switch s.do {
	case "new":
		c, err := w.bind(w.in.client, s.class)
		if err == nil {
			w.object, err = c.New()
		}
		if err != nil {
			w.object = som.Ref{}
			w.print("%s refused %s", name(s.class), errorCode(err))
		}
		return
	case "find":
		_, err := w.m.Registered(s.text)
		w.print("find %s: %v", s.text, err == nil)
		return
	}
	if r = w.object; r.IsNil() {
		return
	}
	method := ""
	if s.of != nil {
		method = name(s.of) + "::" + s.method
	}
	if s.of != nil && s.do != "is" && s.do != "meta" && s.do != "name" {
		if _, err := w.bind(w.in.client, s.of); err != nil {
			label := s.label()
			if s.do == "data" {
				w.print("%s refused data", label)
				return
			}
			w.result(label, map[bool]int32{true: s.arg}[s.do != "get" && s.do != "string" && s.do != "odd"])(nil, err)
			if s.do == "string" {
				w.print("%s leaves 0 blocks, 0 freed that were none", label)
			}
			return
		}
	}
	switch s.do {
	case "call":
		w.result(s.label(), s.arg)(w.invoke(r, method, s.arg))
	case "catch":
		v, err := w.invoke(r, method, s.arg)
		var caught *raised
		if errors.As(err, &caught) {
			w.print("%s(%d) = hungry since %d", s.label(), s.arg, caught.since)
			return
		}
		w.result(s.label(), s.arg)(v, err)
	case "odd":
		w.result(s.label(), 0)(w.invoke(r, method, float32(0)))
	case "procedure":
		w.result(s.label(), s.arg)(w.procedure(r, s, method))
	case "bare":
		v, err := w.procedure(r, s, method)
		if err != nil { // nobody is told, and the function does not run
			v = int32(0)
		}
		w.result(s.label(), s.arg)(v, nil)
	case "data":
		for _, d := range s.of.StaticData() {
			if d.Name == s.method {
				_, err := r.Class().LookupAs(method, cabi.DataSignature(d))
				w.print("%s %s", s.label(), map[bool]string{true: "has data", false: "refused data"}[err == nil])
			}
		}
	case "name":
		m, err := r.Class().Lookup(s.method)
		if err != nil {
			w.result(s.label()+" by name", s.arg)(nil, err)
			return
		}
		if m.Type() != typeOf(numberFunc(nil)) {
			w.print("%s by name is called otherwise", s.label())
			return
		}
		if _, _, err := r.Class().Entry(m); err == nil && w.placeholder(m) { // nobody knows its signature any more
			w.print("%s by name(%d) raised %s", s.label(), s.arg, som.CodeMethod)
			return
		}
		w.result(s.label()+" by name", s.arg)(r.Invoke(context.Background(), s.method, s.arg))
	case "set":
		_, err := w.invoke(r, method, s.arg)
		w.result(s.label(), s.arg)(int32(0), err)
	case "get":
		w.result(s.label(), 0)(w.invoke(r, method))
	case "string":
		v, err := w.invoke(r, method)
		w.result(s.label(), 0)(v, err)
		w.print("%s leaves %s", s.label(), w.leaves(s))
	case "keep":
		w.keep(s)
	case "is":
		c, err := w.bind(w.in.client, s.of)
		w.print("%s is %s: %v", name(s.class), name(s.of), err == nil && r.IsA(c))
	case "meta":
		c, err := w.bind(w.in.client, s.of)
		class := r.Class().SOM()
		if err != nil || !class.IsA(c) {
			w.print("class of %s is no %s", name(s.class), name(s.of))
			return
		}
		w.result("class of "+s.label(), s.arg)(w.invoke(class, method, s.arg))
	case "describe":
		w.describe(r.Class())
	case "free":
		if err := r.Release(); err != nil {
			w.print("%v", err)
		}
	}
}

// procedure calls a procedure, which is looked up by the signature that release 1 has of it.
func (w *reference) procedure(r som.Ref, s step, method string) (any, error) {
	if _, err := r.Class().LookupAs(method, cabi.Signature(s.of.FindMethod(s.method))); err != nil {
		return nil, err
	}
	return w.invoke(r, method, s.arg)
}

// find returns the method that bindings mean by a qualified name: that class's, or, since they look its bare name up in the class, one
// that it inherits now.
func find(c *som.Class, method string) (*som.Method, error) {
	m, err := c.Lookup(method)
	if err != nil {
		m, err = c.Lookup(method[strings.LastIndexByte(method, ':')+1:])
	}
	return m, err
}

// invoke calls a method of a qualified name, as a call by offset does.
func (w *reference) invoke(r som.Ref, method string, args ...any) (any, error) {
	m, err := find(r.Class(), method)
	if err != nil {
		return nil, err
	}
	out, err := m.Apply(context.Background(), r, args)
	if len(out) > 0 {
		return out[0], err
	}
	return nil, err
}

// result prints what a call came to.
func (w *reference) result(label string, arg int32) func(v any, err error) {
	return func(v any, err error) {
		if err != nil {
			w.print("%s(%d) raised %s", label, arg, errorCode(err))
			return
		}
		w.print("%s(%d) = %v", label, arg, v)
	}
}

func errorCode(err error) string {
	var r *raised
	if errors.As(err, &r) {
		return r.Error()
	}
	var e *som.Error
	if errors.As(err, &e) {
		return string(e.Code)
	}
	return err.Error()
}

// leaves says what becomes of a string's memory if the client takes it as the IDL said that it was compiled with, and
// the library gives it as its own says.
func (w *reference) leaves(s step) string {
	owner := func(r *release) model.Owner {
		return r.class(r.word(s.of.Name)).FindMethod(s.method).Owner("")
	}
	gives, frees := owner(w.lib) == model.CallerOwned, owner(w.old) == model.CallerOwned
	live, wrong := 0, 0
	if gives && !frees {
		live = 1
	}
	if frees && !gives {
		wrong = 1
	}
	return fmt.Sprintf("%d blocks, %d freed that were none", live, wrong)
}

// describe prints what a class says of itself.
func (w *reference) describe(c *som.Class) {
	list := func(what string, cs []*som.Class) {
		var names []string
		for _, x := range cs {
			names = append(names, x.Name())
		}
		w.print("%s %s %s", c.Name(), what, strings.Join(names, " "))
	}
	w.print("%s version %v of %s in %s", c.Name(), c.Version(), c.Metaclass().Name(), w.library(c))
	list("parents", c.Parents())
	list("order", c.Order())
	list("inits", c.InitOrder())
	var places []string
	for _, p := range c.Layout() {
		places = append(places, fmt.Sprintf("%s@%d", p.Class.Name(), p.Offset))
	}
	w.print("%s size %d: %s", c.Name(), c.Size(), strings.Join(places, " "))
	for _, a := range c.Order() {
		if i := w.interfaceOf(a.Name()); i != nil {
			w.print("%s has of %s %s", c.Name(), a.Name(), strings.Join(introductions(i), " "))
		}
	}
	for _, a := range c.Order() {
		i := w.interfaceOf(a.Name())
		if i == nil {
			continue
		}
		for _, e := range i.ReleaseOrder() {
			m, err := c.Lookup(a.Name() + "::" + e.Name)
			if err != nil || m.Kind() == som.Procedure {
				continue
			}
			owner := "nobody"
			if _, of, err := c.Entry(m); err == nil {
				owner = of.Name()
			}
			w.print("%s runs %s::%s of %s", c.Name(), a.Name(), e.Name, owner)
		}
	}
}

// interfaceOf is the IDL of which a class was made.
func (w *reference) interfaceOf(class string) *model.Interface {
	for _, i := range slices.Concat(w.lib.classes(w.lib.library, "Zoo"), w.old.classes(w.old.public, "Home")) {
		if name(i) == class {
			return i
		}
	}
	return nil
}

// placeholder reports whether of a method only the place is left.
func (w *reference) placeholder(m *som.Method) bool {
	i := w.interfaceOf(m.Class().Name())
	return i != nil && slices.ContainsFunc(i.ReleaseOrder(), func(e model.Release) bool { return e.Name == m.Name() && e.IsPlaceholder() })
}

// introductions are a class's methods in release order.
func introductions(i *model.Interface) []string {
	var all []string
	for _, e := range i.ReleaseOrder() {
		switch {
		case e.Data != nil:
			all = append(all, e.Name+"/procedure")
		case e.Migrated != nil:
			all = append(all, e.Name+">"+name(e.Migrated))
		case e.Method != nil && e.Method.Kind() == model.ProcedureMethod:
			all = append(all, e.Name+"/procedure")
		case e.Method != nil && e.Method.Kind() == model.NonstaticMethod:
			all = append(all, e.Name+"/nonstatic")
		default:
			all = append(all, e.Name)
		}
	}
	return all
}

// library is the file in which a class is.
func (w *reference) library(c *som.Class) string {
	if module, _, _ := strings.Cut(c.Name(), "::"); w.in.sub.unplaced && w.old.word(module) == "Home" {
		return "no library"
	}
	return libraryOf(w.lib, c.Name())
}
