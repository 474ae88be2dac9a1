package som

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"unsafe"
)

// Self is what an implementation is called with: the object.
type Self struct{ p unsafe.Pointer }

// Ref returns the object that an implementation was called with.
func (s Self) Ref() Ref { return Ref{(*instance)(s.p)} }

// A Token is a method that is bound once, so that calls find its implementation in the object's
// table by place. F is the type of implementations: a func whose first parameter is a Self.
type Token[F any] struct {
	n uintptr // scaled
	m *Method
}

// Bind binds a method of a class or of an ancestor of it. The name is qualified, or bare if that is not
// ambiguous; the type of the method's implementations must be F.
func Bind[F any](c *Class, method string) (Token[F], error) {
	m, err := c.Lookup(method)
	if err != nil {
		return Token[F]{}, err
	}
	if m.kind == Procedure || m.kind == Dynamic {
		return Token[F]{}, fail(CodeMethod, c.Name(), "%s is a %s method, which has no place in the table: find it by name", m, m.kind)
	}
	if t := reflect.TypeFor[F](); m.typ != t {
		return Token[F]{}, fail(CodeMethod, c.Name(), "%s was bound as %v, and is %v", m, t, m.typ)
	}
	return Token[F]{uintptr(m.token) * scale, m}, nil
}

// MustBind is like Bind and panics instead of failing; it is for variables of packages. Of a class that is [Missing] the Token
// is as good as none, as there are no objects that it could be used with.
func MustBind[F any](c *Class, method string) Token[F] {
	if c.missing != nil {
		return Token[F]{}
	}
	t, err := Bind[F](c, method)
	if err != nil {
		panic(err)
	}
	return t
}

// errNotOf is what a call by offset panics with of an object that has no such method.
var errNotOf error = &Error{Code: CodeType, Class: "a call by offset", Text: "the object is not of the class that introduces the method"}

// Method returns the method.
func (t Token[F]) Method() *Method { return t.m }

// Of returns the implementation that r has of the method, to be called with the Self. If the object
// is not of the class that introduces the method, nor of a descendant, which a typed reference ensures, Of panics, as with
// a nil pointer.
func (t Token[F]) Of(r Ref) (F, Self) {
	e := r.i.entry(t.n)
	if e.token != t.n {
		panic(errNotOf)
	}
	return *(*F)(unsafe.Pointer(&e.fn)), Self{unsafe.Add(unsafe.Pointer(r.i), e.at)}
}

// In is a casted call: the implementation in the table of a, an ancestor of r's class that has the
// method. A parent call is one to a parent. Where a is another class, or r has only its interface, the func
// answers that there is no implementation.
func (t Token[F]) In(a *Class, r Ref) (F, Self) {
	i := t.m.missing()
	if e := a.table.at(t.m.token); e != nil && e.method == t.m && r.i.class.table.hasConcrete(a) {
		i = e.impl
	}
	return *(*F)(unsafe.Pointer(&i.word)), i.self(r)
}

// self is what an implementation of a concrete ancestor of r's class takes for r.
func (i *impl) self(r Ref) Self {
	if !i.state {
		return Self{unsafe.Pointer(r.i)}
	}
	return Self{r.i.state(i.class)}
}

// Next is a cooperative call: the implementation that follows class's own in the order of r's
// class, so that each runs once. It answers false where there is none.
func (t Token[F]) Next(class *Class, r Ref) (F, Self, bool) {
	i := r.i.class.following(class, t.m)
	if i == nil {
		var none F
		return none, Self{}, false
	}
	if chained(t.m) {
		i = r.i.class.table.at(t.m.token).impl
	}
	return *(*F)(unsafe.Pointer(&i.word)), i.self(r), true
}

// following returns the implementation of m that comes after that of a in the order of c.
func (c *Class) following(a *Class, m *Method) *impl {
	for _, x := range c.order[slices.Index(c.order, a)+1:] {
		if c.concrete[x] {
			if i := (*x.own.Load())[m]; i != nil {
				return i
			}
		}
	}
	return nil
}

// A Named is a method that is found by name when it is called, in whatever class the object is of.
// It remembers what it found last; its zero value is not useful, see [ByName].
type Named[F any] struct {
	name string
	last atomic.Pointer[found]
}

type found struct {
	class      *Class
	generation uint64
	m          *Method
	impl       *impl // of a method without a place in the table
}

// ByName makes a method that is found by its qualified or bare name.
func ByName[F any](name string) *Named[F] { return &Named[F]{name: name} }

// Of returns the implementation that r has of the method, to be called with the Self.
func (n *Named[F]) Of(r Ref) (F, Self, error) {
	if r.i.refs.Load() <= 0 {
		var none F
		return none, Self{}, r.over()
	}
	f := n.last.Load()
	if f == nil || f.class != r.i.class || f.generation != generation.Load() {
		var err error
		if f, err = n.find(r); err != nil {
			var none F
			return none, Self{}, err
		}
	}
	if f.impl != nil {
		return *(*F)(unsafe.Pointer(&f.impl.word)), f.impl.self(r), nil
	}
	e := f.class.front.Load().at(f.m.token)
	return *(*F)(unsafe.Pointer(&e.fn)), Self{unsafe.Add(unsafe.Pointer(r.i), e.at)}, nil
}

func (n *Named[F]) find(r Ref) (*found, error) {
	f := &found{class: r.i.class, generation: generation.Load()}
	var err error
	if f.m, err = f.class.Lookup(n.name); err != nil {
		return nil, err
	}
	if t := reflect.TypeFor[F](); f.m.typ != t {
		return nil, fail(CodeMethod, f.class.Name(), "%s was called as %v, and is %v", f.m, t, f.m.typ)
	}
	if f.impl = f.m.plain; f.impl == nil && f.m.token == 0 {
		f.impl = f.m.missing() // a procedure that nobody wrote
	}
	n.last.Store(f)
	return f, nil
}

// Invoke calls a method that is found by name, with arguments that fit its parameters; numbers are
// converted where nothing is lost. It gives nil, the result, or a []any of several. The object's
// class may take the call over, see [Dispatch].
func (r Ref) Invoke(ctx context.Context, method string, args ...any) (any, error) {
	if r.i.refs.Load() <= 0 {
		return nil, fail(CodeFreed, r.i.class.Name(), "method %s was called of an object after its end", method)
	}
	m, err := r.i.class.Lookup(method)
	if err != nil {
		return nil, err
	}
	fn, self := dispatch.Of(r)
	out, err := fn(self, r.invoked(ctx, m), m, args)
	switch len(out) {
	case 0:
		return nil, err
	case 1:
		return out[0], err
	}
	return out, err
}

// Apply calls what r's class has of a method, found by the class and whatever kind it is of.
func (m *Method) Apply(ctx context.Context, r Ref, args []any) ([]any, error) {
	i := m.plain
	if i == nil {
		if !r.i.class.DescendsFrom(m.class) {
			return nil, fail(CodeUnknown, r.i.class.Name(), "there is no method %s", m)
		}
		if m.token == 0 {
			return nil, fail(CodeAbstract, m.class.Name(), "%s cannot be called from Go", m)
		}
		i = r.i.class.front.Load().at(m.token).impl
	}
	return i.apply(ctx, m, i.self(r), args)
}

// apply calls an implementation with arguments that were packed.
func (i *impl) apply(ctx context.Context, m *Method, self Self, args []any) ([]any, error) {
	fn := i.fn
	switch {
	case i.carrying != nil: // lest the context end here
		fn = i.carrying()
	case m.spec.Packing.apply != nil:
		return m.spec.Packing.apply(i.word, self, ctx, args)
	}
	t := fn.Type()
	in := make([]reflect.Value, 0, t.NumIn())
	if i.state {
		in = append(in, reflect.NewAt(t.In(0).Elem(), self.p))
	} else {
		in = append(in, reflect.ValueOf(self))
	}
	if takesContext(t) {
		in = append(in, reflect.ValueOf(&ctx).Elem())
	}
	if len(in)+len(args) != t.NumIn() || t.IsVariadic() {
		return nil, fail(CodeMethod, m.class.Name(), "%s takes %d arguments and was given %d", m, t.NumIn()-len(in), len(args))
	}
	for k, a := range args {
		v, err := fitting(a, t.In(len(in)))
		if err != nil {
			return nil, fail(CodeMethod, m.class.Name(), "argument %d of %s: %v", k+1, m, err)
		}
		in = append(in, v)
	}
	return unpack(fn.Call(in))
}

// unpack parts results from the error behind them.
func unpack(out []reflect.Value) ([]any, error) {
	var err error
	if n := len(out); n > 0 && out[n-1].Type() == errorType {
		err, _ = out[n-1].Interface().(error)
		out = out[:n-1]
	}
	all := make([]any, len(out))
	for i, v := range out {
		all[i] = v.Interface()
	}
	return all, err
}

// fitting is a as a value of type t: as it is, or a number of another type that loses nothing.
func fitting(a any, t reflect.Type) (reflect.Value, error) {
	v := reflect.ValueOf(a)
	if !v.IsValid() {
		switch t.Kind() {
		case reflect.Interface, reflect.Pointer, reflect.Slice, reflect.Map, reflect.Func, reflect.Chan:
			return reflect.Zero(t), nil
		}
		return v, fmt.Errorf("nil is no %v", t)
	}
	if v.Type().AssignableTo(t) {
		return v, nil
	}
	if isNumber(v.Kind()) && isNumber(t.Kind()) {
		c := v.Convert(t)
		back := c.Convert(v.Type())
		if back.Equal(v) && negative(c) == negative(v) {
			return c, nil
		}
	}
	return v, fmt.Errorf("%v, a %v, is no %v", a, v.Type(), t)
}

func isNumber(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Float64 }

func negative(v reflect.Value) bool {
	switch {
	case v.CanInt():
		return v.Int() < 0
	case v.CanFloat():
		return v.Float() < 0
	}
	return false
}

// function is the implementation as a func of the method's type.
func (e *entry) function(m *Method) any {
	i := e.impl
	if !i.state {
		return i.fn.Interface()
	}
	return reflect.MakeFunc(m.typ, func(in []reflect.Value) []reflect.Value {
		self := in[0].Interface().(Self)
		state := i.self(self.Ref())
		in[0] = reflect.NewAt(i.fn.Type().In(0).Elem(), state.p)
		return i.fn.Call(in)
	}).Interface()
}

// checkImpl refuses what cannot implement m.
func checkImpl(c *Class, m *Method, fn any) (reflect.Value, error) {
	v := reflect.ValueOf(fn)
	if !v.IsValid() || v.Type() != m.typ || v.IsNil() {
		return v, fail(CodeMethod, c.Name(), "the implementation of %s is %T, and must be %v", m, fn, m.typ)
	}
	return v, nil
}

// takes is an error unless the class's table has a place for m.
func (c *Class) takes(m *Method) error {
	if m.kind == Procedure || m.kind == Dynamic {
		return fail(CodeMethod, c.Name(), "%s is a %s method, which has no place in the table", m, m.kind)
	}
	if !c.DescendsFrom(m.class) {
		return fail(CodeUnknown, c.Name(), "there is no method %s", m)
	}
	return nil
}

// Entry returns what stands in the class's table for a method, a func of the method's type, and the
// class whose implementation it is. A method without an implementation is an error.
func (c *Class) Entry(m *Method) (any, *Class, error) {
	if err := c.takes(m); err != nil {
		return nil, nil, err
	}
	e := c.table.at(m.token)
	if e.impl.class == nil {
		return nil, nil, fail(CodeAbstract, c.Name(), "method %s has no implementation here: override it", m)
	}
	return e.function(m), e.impl.class, nil
}

// ParentEntry returns what a call of parent n runs, made by the class's own implementation of m,
// and whose it is.
func (c *Class) ParentEntry(m *Method, n int) (any, *Class, error) {
	if n < 0 || n >= len(c.parents) {
		return nil, nil, fail(CodeParents, c.Name(), "there is no parent %d: there are %d", n, len(c.parents))
	}
	if err := c.parents[n].takes(m); err != nil {
		return nil, nil, err
	}
	if c.abstracts[n] {
		return nil, nil, fail(CodeAbstract, c.Name(), "of parent %s only the interface is inherited: it has nothing to call", c.parents[n])
	}
	return c.parents[n].Entry(m)
}

// Chain returns the implementations that run for an instance of the class if each calls the next, with
// their classes. It begins with what stands in the table.
func (c *Class) Chain(m *Method) (fns []any, classes []*Class, err error) {
	fn, class, err := c.Entry(m)
	if err != nil {
		return nil, nil, err
	}
	fns, classes = append(fns, fn), append(classes, class)
	for i := c.following(class, m); i != nil; i = c.following(i.class, m) {
		fns, classes = append(fns, (&entry{impl: i}).function(m)), append(classes, i.class)
	}
	return fns, classes, nil
}
