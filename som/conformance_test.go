package som_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/opendsom/dsom/conformance"
	"github.com/opendsom/dsom/som"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	cases, err := conformance.Cases()
	if err != nil {
		t.Fatal(err)
	}
	conformance.Run(t, append(cases, conformance.Limits()...), func(*testing.T) conformance.Kernel { return newKernel() })
}

// kernel takes the steps of cases. Every implementation answers the name of its class.
type kernel struct {
	m       som.Manager
	objects map[string]som.Ref
	weak    map[string]som.Weak
	trace   []string
	of      *conformance.Case
	define  map[string]bool // what may be loaded now
}

type tag = func(som.Self) (string, error)

func newKernel() *kernel {
	k := &kernel{objects: map[string]som.Ref{}, weak: map[string]som.Weak{}}
	k.m.Load = k.load
	return k
}

// answer makes an implementation.
func answer(name string) tag { return func(som.Self) (string, error) { return name, nil } }

var errRaised = errors.New("as the case wants it")

func (k *kernel) Do(c *conformance.Case, s conformance.Step) (any, error) {
	k.of, k.trace = c, nil
	is, err := k.do(s)
	var e *som.Error
	if errors.As(err, &e) {
		return is, &conformance.Failure{Code: string(e.Code), Text: e.Error()}
	}
	return is, err
}

func (k *kernel) do(s conformance.Step) (any, error) {
	if s.Do == "define" {
		return nil, k.defineClass(s.Class)
	}
	if s.Object != "" {
		return k.object(s)
	}
	c, err := k.m.Registered(s.Class)
	if err != nil {
		return nil, err
	}
	switch s.Do {
	case "order":
		return names(c.Order()), nil
	case "metaclass":
		return c.Metaclass().Name(), nil
	case "layout":
		var all [][]any
		for _, p := range c.Layout() {
			all = append(all, []any{p.Class.Name(), p.Offset})
		}
		return all, nil
	case "size":
		return c.Size(), nil
	case "methods":
		var all []string
		for _, m := range c.Methods() {
			if !isRoot(m.Class()) || isRoot(c) {
				all = append(all, m.String())
			}
		}
		return all, nil
	case "procedures":
		return names(c.Procedures()), nil
	case "dynamics":
		return names(c.Dynamics()), nil
	case "inits":
		all, err := c.SOM().Invoke(context.Background(), "_get_somDirectInitClasses")
		if err != nil {
			return nil, err
		}
		return names(all.([]*som.Class)), nil
	case "count":
		return c.SOM().Invoke(context.Background(), "somGetNumMethods")
	case "find":
		f, err := k.m.Find(s.Class, som.Version{})
		return f.String(), err
	case "version":
		_, err := k.m.Find(s.Class, som.Version{Major: s.Version[0], Minor: s.Version[1]})
		return nil, err
	case "bind":
		return nil, c.CheckSignature(s.Method, s.Signed())
	case "called":
		_, err := c.LookupAs(s.Method, s.Signed())
		return nil, err
	case "unload":
		return nil, k.m.Unload(c)
	case "descends":
		of, err := k.m.Registered(s.Of)
		return err == nil && c.DescendsFrom(of), err
	case "substitute":
		if s.By == "" {
			return nil, c.Substitute(nil)
		}
		by, err := k.m.Registered(s.By)
		if err != nil {
			return nil, err
		}
		return nil, c.Substitute(by)
	case "supports":
		return c.SOM().Invoke(context.Background(), "somSupportsMethod", s.Method)
	case "join":
		other, err := k.m.Registered(s.Of)
		if err != nil {
			return nil, err
		}
		m, err := som.Join(c, other)
		return m.String(), err
	case "add":
		_, err := c.AddMethod(s.Method, answer(s.Class))
		return nil, err
	}
	return k.method(c, s)
}

// method takes the steps about a method of a class.
func (k *kernel) method(c *som.Class, s conformance.Step) (any, error) {
	m, err := c.Lookup(s.Method)
	if err != nil {
		return nil, err
	}
	switch s.Do {
	case "resolve":
		return who(c.Entry(m))
	case "owner":
		_, owner, err := c.Entry(m)
		if err != nil {
			return nil, err
		}
		return owner.Name(), nil
	case "lookup":
		if m.Kind() == som.Procedure || m.Kind() == som.Dynamic {
			return m.Class().Name(), nil
		}
		return who(c.Entry(m))
	case "parentcall":
		fn, class, err := c.ParentEntry(m, s.Parent)
		if err != nil {
			return nil, err
		}
		return who(fn, class, nil)
	case "next":
		fns, classes, err := c.Chain(m)
		if err != nil {
			return nil, err
		}
		var all []string
		for i := range fns {
			name, _ := who(fns[i], classes[i], nil)
			all = append(all, name)
		}
		return all, nil
	case "front":
		return nil, c.Redispatch(func(of *som.Method, _ som.Packed) som.Packed {
			if of != m {
				return nil
			}
			return func(som.Self, context.Context, []any) ([]any, error) { return []any{s.By}, nil }
		})
	case "replace":
		var by any = answer(s.By)
		if name := m.String(); name == "SOMObject::somInit" || name == "SOMObject::somUninit" {
			by = func(som.Self) { k.trace = append(k.trace, s.By) }
		}
		_, err := c.Replace(m, by)
		return nil, err
	}
	return nil, fmt.Errorf("no step %q", s.Do)
}

// who is the name that an implementation answers, or that of its class if it is none of a case's.
func who(fn any, class *som.Class, err error) (string, error) {
	var e *som.Error
	if errors.As(err, &e) && e.Code == som.CodeAbstract {
		return "", nil
	}
	if f, ok := fn.(tag); ok {
		return f(som.Self{})
	}
	return class.String(), err
}

// object takes the steps about an object.
func (k *kernel) object(s conformance.Step) (any, error) {
	r := k.objects[s.Object]
	switch s.Do {
	case "new":
		c, err := k.m.Registered(s.Class)
		if err != nil {
			return nil, err
		}
		r, err := c.New()
		k.keep(s.Object, r, err)
		return k.trace, err
	case "copy":
		r, err := k.objects[s.From].Copy()
		k.keep(s.Object, r, err)
		return k.trace, err
	case "assign":
		err := r.Assign(k.objects[s.From])
		return k.trace, err
	case "free":
		err := r.Free()
		return k.trace, err
	case "retain":
		err := r.Retain()
		return r.Refs(), err
	case "release":
		if err := r.Release(); err != nil || r.Refs() == 0 {
			return k.trace, err
		}
		return r.Refs(), nil
	case "weak":
		if r, ok := k.weak[s.Object].Get(); ok {
			return "alive", r.Release()
		}
		return "gone", nil
	case "classof":
		return r.Class().Name(), nil
	case "uncast":
		return nil, r.Uncast()
	case "call":
		return k.call(r, s)
	case "responds":
		return r.Invoke(context.Background(), "somRespondsTo", s.Method)
	}
	c, err := k.m.Registered(s.Class)
	if err != nil {
		return nil, err
	}
	switch s.Do {
	case "isa":
		return r.IsA(c), nil
	case "cast":
		return nil, r.Cast(c)
	}
	return nil, fmt.Errorf("no step %q", s.Do)
}

func (k *kernel) keep(name string, r som.Ref, err error) {
	if err == nil {
		k.objects[name], k.weak[name] = r, r.Weak()
	}
}

func (k *kernel) call(r som.Ref, s conformance.Step) (any, error) {
	switch s.By {
	case "offset":
		m, err := som.Bind[tag](r.Class(), s.Method)
		if err != nil {
			return nil, err
		}
		fn, self := m.Of(r)
		return fn(self)
	case "name":
		fn, self, err := som.ByName[tag](s.Method).Of(r)
		if err != nil {
			return nil, err
		}
		return fn(self)
	case "dispatch":
		return r.Invoke(context.Background(), s.Method)
	}
	return nil, fmt.Errorf("no call by %q", s.By)
}

// defineClass asks for the class as one does that is not there, so that the manager loads it: this is
// how a class is found to be among its own ancestors.
func (k *kernel) defineClass(name string) error {
	if c, err := k.m.Registered(name); err == nil {
		_, err := k.m.NewClass(som.Spec{Name: c.Name()})
		return err
	}
	k.define = map[string]bool{name: true}
	_, err := k.m.Find(name, som.Version{})
	return err
}

func (k *kernel) load(l *som.Loading, name string) error {
	if !k.define[name] {
		return &som.Error{Code: som.CodeUnknown, Class: name, Text: "it was not defined"}
	}
	c := k.of.Class(name)
	s := som.Spec{Name: c.Name, Abstract: c.Abstract, Version: som.Version{Major: c.Version[0], Minor: c.Version[1]},
		Data: som.Data{Size: c.Data[0], Align: c.Data[1]}}
	var err error
	find := func(names []string) []*som.Class {
		if names == nil {
			return nil
		}
		all := []*som.Class{}
		for _, n := range names {
			p, e := l.Find(n)
			if e != nil && err == nil {
				err = e
			}
			all = append(all, p)
		}
		return all
	}
	s.Parents = find(c.Parents)
	s.AbstractParents = find(c.AbstractParents)
	if c.Metaclass != "" {
		s.Metaclass = find([]string{c.Metaclass})[0]
	}
	if err != nil {
		return err
	}
	s.InitClasses = k.inits(l, c.InitClasses)
	for _, m := range c.Introduces {
		ms := som.MethodSpec{Name: m.Name, Impl: answer(c.Name), Signature: m.Signed()}
		switch m.Kind {
		case "nonstatic":
			ms.Kind = som.NonStatic
		case "procedure":
			ms.Kind = som.Procedure
		}
		if m.Migrated != "" {
			if ms.Migrated, err = k.m.Registered(m.Migrated); err != nil {
				return err
			}
		}
		s.Introduces = append(s.Introduces, ms)
	}
	for _, m := range c.Overrides {
		s.Overrides = append(s.Overrides, som.Override{Method: m, Impl: answer(c.Name), Signature: conformance.Signed(c.Types[m])})
	}
	for m, p := range c.Select {
		if s.Select == nil {
			s.Select = map[string]*som.Class{}
		}
		if s.Select[m], err = k.m.Registered(p); err != nil {
			return err
		}
	}
	k.lives(&s, c)
	_, err = l.NewClass(s)
	return err
}

// inits are classes that are initialised; one that is not there is a class of its own, and so no ancestor.
func (k *kernel) inits(l *som.Loading, names []string) []*som.Class {
	if names == nil {
		return nil
	}
	all := []*som.Class{}
	for _, n := range names {
		c, err := k.m.Registered(n)
		if err != nil {
			if c, err = som.NewClass(som.Spec{Name: n}); err != nil {
				panic(err)
			}
		}
		all = append(all, c)
	}
	return all
}

func (k *kernel) lives(s *som.Spec, c *conformance.Class) {
	note := func(sign string) { k.trace = append(k.trace, sign+c.Name) }
	if c.Init {
		s.Init = func(som.Ref) error {
			note("")
			if c.Raises {
				return errRaised
			}
			return nil
		}
		s.Copy = func(_, _ som.Ref) error { note("+"); return nil }
		s.Assign = func(_, _ som.Ref) error { note("="); return nil }
	}
	if c.Fini {
		s.Fini = func(som.Ref) { note("~") }
	}
	if c.Older {
		s.Overrides = append(s.Overrides, som.Override{Method: "somInit", Impl: func(self som.Self) {
			k.parents(c.Name, "SOMObject::somInit", self)
			k.trace = append(k.trace, c.Name+".")
		}}, som.Override{Method: "somUninit", Impl: func(self som.Self) {
			k.trace = append(k.trace, "~"+c.Name+".")
			k.parents(c.Name, "SOMObject::somUninit", self)
		}})
	}
}

// parents makes parent calls, to each parent that has something to give.
func (k *kernel) parents(class, method string, self som.Self) {
	c, err := k.m.Registered(class)
	if err != nil {
		panic(err)
	}
	m, err := c.Lookup(method)
	if err != nil {
		panic(err)
	}
	for n := range c.Parents() {
		if fn, _, err := c.ParentEntry(m, n); err == nil {
			fn.(func(som.Self))(self)
		}
	}
}

func isRoot(c *som.Class) bool {
	return slices.Contains([]*som.Class{som.SOMObject, som.SOMClass, som.SOMClassMgr}, c)
}

func names[T fmt.Stringer](l []T) []string {
	var all []string
	for _, x := range l {
		all = append(all, x.String())
	}
	return all
}

// TestRandom compares with the naive oracle, in thousands of random cases. DSOM_SOAK makes it go on for that long.
func TestRandom(t *testing.T) {
	t.Parallel()
	soak, _ := time.ParseDuration(os.Getenv("DSOM_SOAK"))
	first := uint64(1)
	if soak > 0 {
		first = uint64(time.Now().UnixNano())
	}
	end := time.Now().Add(soak)
	for n := uint64(0); n < randomCases || time.Now().Before(end); n++ {
		c := conformance.Random(first + n)
		if err := conformance.Compare(newKernel(), &c); err != nil {
			t.Fatalf("%v\n%v", err, c)
		}
	}
}
