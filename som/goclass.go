package som

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Option is part of what ClassOf is told of a class.
type Option func(*Spec)

// Parents are the parents in order.
func Parents(p ...*Class) Option { return func(s *Spec) { s.Parents = append(s.Parents, p...) } }

// WithMetaclass is the explicit metaclass.
func WithMetaclass(m *Class) Option { return func(s *Spec) { s.Metaclass = m } }

// WithVersion is the version of the class.
func WithVersion(major, minor int) Option {
	return func(s *Spec) { s.Version = Version{major, minor} }
}

// With lets f change what the class will be made of, for all that has no Option of its own.
func With(f func(*Spec)) Option { return f }

// ClassOf makes a class whose instances have a T each for their state. T embeds the [Base] of its
// parent's package, or som.Base, and overrides an inherited method by declaring the Go method of
// its name with a pointer receiver: Speak overrides speak. Another exported method that T declares
// is introduced by the class, under its Go name with the first letter small. What is inherited is what the parents'
// generated code knows, where they have such: see [Class.Compiled].
//
// If *T has them, SomDefaultInit() error is the initializer, SomDestruct() the destructor,
// SomDefaultCopyInit(from *T) error and SomDefaultAssign(from *T) error copy; without these a T is copied as Go
// assigns it, which does not do for one that holds a lock.
func ClassOf[T any](name string, opts ...Option) (*Class, error) {
	return classOf[T](specOf[T](name, opts))
}

func specOf[T any](name string, opts []Option) Spec {
	s := Spec{Name: name, State: reflect.TypeFor[T]()}
	for _, o := range opts {
		o(&s)
	}
	return s
}

func classOf[T any](s Spec) (*Class, error) {
	name := s.Name
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := s.lacks(); err != nil {
		return nil, err
	}
	if s.State.Size() == 0 {
		return nil, fail(CodeType, name, "%v has no size: embed som.Base, or the parent's", s.State)
	}
	c := &Class{bases: basesIn(s.State, 0, nil)}
	lifeOf[T](&s, c)
	c.spec, c.goType = s, reflect.TypeFor[*T]()
	return c.define()
}

// MustClass is like ClassOf and is for variables of packages: where ClassOf fails it panics, unless the class has parents or a metaclass
// of another kernel. Whether there is such a class is not for the program to say but for the libraries that there are when it
// starts: the class is then [Missing], and who first uses it gets the error.
func MustClass[T any](name string, opts ...Option) *Class {
	s := specOf[T](name, opts)
	h, depends := s.elsewhere()
	c, err := classOf[T](s)
	switch {
	case err == nil:
		return c
	case depends:
		return Missing(name, h, err)
	}
	panic(err)
}

// lifeOf finds the functions of an object's life among T's methods.
func lifeOf[T any](s *Spec, c *Class) {
	of := func(r Ref) *T { return (*T)(r.i.state(c)) }
	if _, ok := any((*T)(nil)).(interface{ SomDefaultInit() error }); ok && declares(reflect.TypeFor[*T](), "SomDefaultInit") {
		s.Init = func(r Ref) error { return any(of(r)).(interface{ SomDefaultInit() error }).SomDefaultInit() }
	}
	if _, ok := any((*T)(nil)).(interface{ SomDestruct() }); ok && declares(reflect.TypeFor[*T](), "SomDestruct") {
		s.Fini = func(r Ref) { any(of(r)).(interface{ SomDestruct() }).SomDestruct() }
	}
	if _, ok := any((*T)(nil)).(interface{ SomDefaultCopyInit(*T) error }); ok {
		s.Copy = func(to, from Ref) error {
			return any(of(to)).(interface{ SomDefaultCopyInit(*T) error }).SomDefaultCopyInit(of(from))
		}
	}
	if _, ok := any((*T)(nil)).(interface{ SomDefaultAssign(*T) error }); ok {
		s.Assign = func(to, from Ref) error {
			return any(of(to)).(interface{ SomDefaultAssign(*T) error }).SomDefaultAssign(of(from))
		}
	}
}

// declare adds what the Go type declares to the spec: overrides, and what is new.
func (c *Class) declare() error {
	ptr := c.goType
	if ptr == nil {
		return nil
	}
	inherited, named := map[string][]*Method{}, map[*Method]bool{}
	add := func(name string, m *Method) {
		if !slices.Contains(inherited[name], m) {
			inherited[name] = append(inherited[name], m)
		}
		named[m] = true
	}
	for _, p := range c.parents {
		for _, k := range p.knownMethods() {
			add(k.goName, k.method)
		}
	}
	given := map[*Method]*Override{}
	c.spec.Overrides = slices.Grow(c.spec.Overrides, ptr.NumMethod()) // so that they stay where they are when more are added
	for i := range c.spec.Overrides {
		o := &c.spec.Overrides[i]
		m, err := c.inherited(o.Method)
		if err != nil {
			return err
		}
		given[m] = o
		if !named[m] {
			add(m.goName(), m)
		}
	}
	for i := range ptr.NumMethod() {
		gm := ptr.Method(i)
		if isLife(gm.Name) || !declares(ptr, gm.Name) {
			continue
		}
		if ms := c.spec.introducing(gm.Name); ms != nil {
			if want := methodType(ms.Type, ptr); gm.Type != want {
				return fail(CodeMethod, c.spec.Name, "%v declares %s as %v; to implement %s it must be %v", ptr, gm.Name, gm.Type, ms.Name, want)
			}
			ms.state = gm.Func
			continue
		}
		meant := inherited[gm.Name]
		if said := slices.DeleteFunc(slices.Clone(meant), func(m *Method) bool { return given[m] == nil }); len(said) > 0 {
			meant = said
		}
		switch {
		case len(meant) == 0:
			ms, err := introduced(c.spec.Name, gm)
			if err != nil {
				return err
			}
			c.spec.Introduces = append(c.spec.Introduces, ms)
		case len(meant) > 1 && given[meant[0]] == nil:
			return fail(CodeAmbiguous, c.spec.Name, "%v declares %s, and two ancestors have such a method, %s and %s: override by Spec.Overrides", ptr, gm.Name, meant[0], meant[1])
		}
		for _, m := range meant {
			o := given[m]
			if o != nil && o.Impl != nil {
				continue
			}
			if want := methodType(m.typ, ptr); gm.Type != want {
				return fail(CodeMethod, c.spec.Name, "%v declares %s as %v; to override %s it must be %v", ptr, gm.Name, gm.Type, m, want)
			}
			if o == nil {
				c.spec.Overrides = append(c.spec.Overrides, Override{Method: m.String(), Impl: newImpl(c, gm.Func, true)})
			} else {
				o.Impl = newImpl(c, gm.Func, true)
			}
		}
	}
	for _, o := range c.spec.Overrides {
		if o.Impl == nil {
			return fail(CodeMethod, c.spec.Name, "it overrides %s, which %v does not declare", o.Method, ptr)
		}
	}
	return nil
}

// introducing returns what the spec introduces for a Go method to implement.
func (s *Spec) introducing(name string) *MethodSpec {
	for i := range s.Introduces {
		ms := &s.Introduces[i]
		if ms.Impl == nil && ms.Type != nil && ms.Migrated == nil && ms.goName() == name {
			return ms
		}
	}
	return nil
}

func isLife(name string) bool {
	switch name {
	case "SomDefaultInit", "SomDestruct", "SomDefaultCopyInit", "SomDefaultAssign":
		return true
	}
	return false
}

// methodType is the type of a Go method of ptr that implements a method of type t.
func methodType(t, ptr reflect.Type) reflect.Type {
	in, out := signature(t)
	in[0] = ptr
	return reflect.FuncOf(in, out, t.IsVariadic())
}

func signature(t reflect.Type) (in, out []reflect.Type) {
	for i := range t.NumIn() {
		in = append(in, t.In(i))
	}
	for i := range t.NumOut() {
		out = append(out, t.Out(i))
	}
	return in, out
}

// introduced makes a method of a Go method that overrides nothing.
func introduced(class string, gm reflect.Method) (MethodSpec, error) {
	if gm.Type.IsVariadic() {
		return MethodSpec{}, fail(CodeMethod, class, "method %s is variadic, which methods of classes are not", gm.Name)
	}
	in, out := signature(gm.Type)
	in[0] = selfType
	r, n := utf8.DecodeRuneInString(gm.Name)
	return MethodSpec{Name: string(unicode.ToLower(r)) + gm.Name[n:], GoName: gm.Name, Type: reflect.FuncOf(in, out, false), state: gm.Func}, nil
}

// declares reports whether a type declares a method itself, rather than having it from what it embeds: the
// compiler writes the function of a promoted method, and says so.
func declares(ptr reflect.Type, name string) bool {
	for _, t := range []reflect.Type{ptr, ptr.Elem()} {
		if m, ok := t.MethodByName(name); ok {
			if f := runtime.FuncForPC(m.Func.Pointer()); f != nil {
				if file, _ := f.FileLine(f.Entry()); !strings.HasSuffix(file, "<autogenerated>") {
					return true
				}
			}
		}
	}
	return false
}

var baseType = reflect.TypeFor[Base]()

// basesIn adds the offsets of Bases in a State.
func basesIn(t reflect.Type, at uintptr, all []uintptr) []uintptr {
	if t == baseType {
		return append(all, at)
	}
	if t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			f := t.Field(i)
			all = basesIn(f.Type, at+f.Offset, all)
		}
	}
	return all
}
