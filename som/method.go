package som

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A Method is one that a class introduces, whoever implements it.
type Method struct {
	class *Class
	name  string
	kind  Kind
	typ   reflect.Type // of implementations
	token uint32       // static and nonstatic ones
	spec  MethodSpec
	plain *impl // the function of a procedure or dynamic method

	missing, freed func() *impl
}

// Name returns the bare name.
func (m *Method) Name() string { return m.name }

// Class returns the class that introduces the method.
func (m *Method) Class() *Class { return m.class }

// Kind returns how the method is found.
func (m *Method) Kind() Kind { return m.kind }

// Type returns the type of implementations, a func whose first parameter is a Self.
func (m *Method) Type() reflect.Type { return m.typ }

// String is the qualified name.
func (m *Method) String() string { return m.class.Name() + "::" + m.name }

// goName is the Go method that overrides m in a class made of a Go type.
func (m *Method) goName() string { return m.spec.goName() }

func (s *MethodSpec) goName() string {
	if s.GoName != "" {
		return s.GoName
	}
	return goName(s.Name)
}

// goName is the Go form of an IDL name: speak and set_name are Speak and SetName, and so are what read and write an
// attribute, _get_age and _set_age, Age and SetAge.
func goName(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimPrefix(name, "_get_"), "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

// An impl is an implementation: a function, of the method's type or, for a Go type's method, of
// that type with a pointer to the State in place of Self.
type impl struct {
	class *Class        // whose it is; nil for the functions that fail
	fn    reflect.Value //
	word  unsafe.Pointer
	state bool // it takes the State

	front    Packed               // what it was made of, if it stands in front of a method
	carrying func() reflect.Value // the same as a func with a context, if the method takes none
}

// newImpl prepares fn, which must be of type t, or of t with a *State first.
func newImpl(c *Class, fn reflect.Value, state bool) *impl {
	box := reflect.New(fn.Type()) // a variable of the func's type, whose memory is one word
	box.Elem().Set(fn)
	return &impl{class: c, fn: fn, word: *(*unsafe.Pointer)(box.UnsafePointer()), state: state}
}

// failing makes a function of type t that does nothing but fail: by its error result, or where it has
// none by panicking with the error.
func failing(t reflect.Type, err error) *impl {
	out := make([]reflect.Value, t.NumOut())
	for i := range out {
		out[i] = reflect.Zero(t.Out(i))
	}
	last := len(out) - 1
	told := last >= 0 && t.Out(last) == errorType
	if told {
		out[last] = reflect.ValueOf(&err).Elem()
	}
	return newImpl(nil, reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value {
		if !told {
			panic(err)
		}
		return out
	}), false)
}

var (
	selfType    = reflect.TypeFor[Self]()
	errorType   = reflect.TypeFor[error]()
	contextType = reflect.TypeFor[context.Context]()
)

// newMethod checks what was specified and makes the method, without its token.
func newMethod(c *Class, s MethodSpec) (*Method, error) {
	if len(s.Name) > MaxName || !isIdentifier(s.Name) {
		return nil, fail(CodeName, c.Name(), "%.20q is no name of a method, which is an identifier of at most %d octets (MaxName)", s.Name, MaxName)
	}
	t := s.Type
	if s.Impl != nil {
		t = reflect.TypeOf(s.Impl)
	}
	if t == nil || t.Kind() != reflect.Func || t.NumIn() == 0 || t.In(0) != selfType {
		return nil, fail(CodeMethod, c.Name(), "method %s has the type %v, which must be that of a func with a som.Self first", s.Name, t)
	}
	if s.Impl != nil && reflect.ValueOf(s.Impl).IsNil() {
		return nil, fail(CodeMethod, c.Name(), "method %s has a nil func for its implementation", s.Name)
	}
	if strings.Trim(s.Copies, "rcm") != "" {
		return nil, fail(CodeMethod, c.Name(), "method %s says of how objects go to another process %q, whose letters are to be r, c and m", s.Name, s.Copies)
	}
	if strings.Trim(s.Owns, "cod") != "" {
		return nil, fail(CodeMethod, c.Name(), "method %s says of who owns what %q, whose letters are to be c, o and d", s.Name, s.Owns)
	}
	if s.Oneway && hasResults(t) {
		return nil, fail(CodeMethod, c.Name(), "method %s is oneway and has results: nobody waits for them", s.Name)
	}
	m := &Method{class: c, name: s.Name, kind: s.Kind, typ: t, spec: s}
	m.missing = sync.OnceValue(func() *impl {
		return failing(t, fail(CodeAbstract, c.Name(), "method %s has no implementation here: override it", s.Name))
	})
	m.freed = sync.OnceValue(func() *impl {
		return failing(t, fail(CodeFreed, c.Name(), "method %s was called of an object after its end", s.Name))
	})
	if s.Impl != nil && (s.Kind == Procedure || s.Kind == Dynamic) {
		m.plain = newImpl(c, reflect.ValueOf(s.Impl), false)
	}
	return m, nil
}

// generation counts dynamic methods that were added anywhere: what was looked up before may
// be found otherwise after.
var generation atomic.Uint64

// Lookup finds a method that instances of the class have, by its qualified or bare name. Of a bare
// name the first class of the linearisation decides that introduces it or has a dynamic method of it.
func (c *Class) Lookup(name string) (*Method, error) {
	if c.missing != nil {
		return nil, c.missing
	}
	if class, bare, qualified := split(name); qualified {
		for _, a := range c.order {
			if a.Name() == class {
				if m := a.ownMethod(bare); m != nil {
					return m, nil
				}
			}
		}
		return nil, fail(CodeUnknown, c.Name(), "there is no method %.300q", name)
	}
	for _, a := range c.order {
		if m := a.names[name]; m != nil && m.class == a {
			return c.alone(m)
		}
		if m := a.dynamic(name); m != nil {
			return m, nil
		}
	}
	return nil, fail(CodeUnknown, c.Name(), "there is no method %.300q", name)
}

// supports reports whether there is some method of the name, also where the name alone does not tell which.
func (c *Class) supports(name string) bool {
	_, err := c.Lookup(name)
	return err == nil || errors.Is(err, &Error{Code: CodeAmbiguous})
}

// alone is an error if another ancestor introduces a method of m's name too.
func (c *Class) alone(m *Method) (*Method, error) {
	for _, a := range c.order {
		if o := a.names[m.name]; o != nil && o.class == a && o != m {
			return nil, fail(CodeAmbiguous, c.Name(), "%s is %s or %s: name the class too", m.name, m, o)
		}
	}
	return m, nil
}

// ownMethod returns what name means when it is qualified with this class.
func (c *Class) ownMethod(name string) *Method {
	if m := c.names[name]; m != nil {
		return m
	}
	return c.dynamic(name)
}

func (c *Class) dynamic(name string) *Method {
	if d := c.dynamics.Load(); d != nil {
		return (*d)[name]
	}
	return nil
}

// AddMethod adds a dynamic method to the class: objects of it and of its descendants have it at
// once, by name. A descendant's own hides it.
func (c *Class) AddMethod(name string, fn any) (*Method, error) {
	if c.isRoot() {
		return nil, fail(CodeMethod, c.Name(), "all of the program shares it: add methods to a subclass")
	}
	m, err := newMethod(c, MethodSpec{Name: name, Kind: Dynamic, Impl: fn})
	if err != nil {
		return nil, err
	}
	c.changing.Lock()
	defer c.changing.Unlock()
	if c.ownMethod(name) != nil {
		return nil, fail(CodeMethod, c.Name(), "it has a method %s already", name)
	}
	all := map[string]*Method{name: m}
	if d := c.dynamics.Load(); d != nil {
		for n, old := range *d {
			all[n] = old
		}
	}
	c.dynamics.Store(&all)
	generation.Add(1)
	return m, nil
}
