package som

import (
	"context"
	"reflect"
	"sync"
)

// MaxFronted is how many parameters and results a method has at most that something can stand in front of: what package reflect
// makes functions of, less the context.
const MaxFronted = 127

// Redispatch puts functions in front of a class's methods: calls to its instances run what to gives
// for the method, which takes packed arguments. What the class implements stays what it is: subclasses
// inherit it, parent calls, next calls and Call run it. Methods for which to gives nil are
// left alone. It is for metaclasses, when the class is made (somClassReady): while there are instances it is [CodeBusy].
//
// Behind is what stood in front of the method before, or what the class implements: what to gives calls it, or takes the
// method over. Metaclasses that first have the next one's somClassReady run so stand in front in their order, the first outermost.
//
// somDispatch and somClassDispatch are not redispatched: what they call is.
func (c *Class) Redispatch(to func(m *Method, behind Packed) Packed) error {
	if c.isRoot() {
		return fail(CodeMethod, c.Name(), "all of the program shares it: redispatch a subclass")
	}
	methods := c.Methods()
	by := make(map[*Method]*impl, len(methods))
	for _, m := range methods {
		if m == dispatch.m || m.class == SOMObject && m.name == "somClassDispatch" {
			continue
		}
		p := to(m, c.behind(m))
		if p == nil {
			continue
		}
		if n := m.typ.NumIn() + m.typ.NumOut(); n > MaxFronted {
			return fail(CodeMethod, c.Name(), "%s has %d parameters and results, and at most %d are allowed for something to stand in front of it (MaxFronted)", m, n, MaxFronted)
		}
		by[m] = c.newFront(m, p)
	}
	c.changing.Lock()
	defer c.changing.Unlock()
	f := c.front.Load()
	if f == c.table {
		f = &table{make([]slot, len(c.table.slots))}
		for i := range f.slots {
			f.slots[i].Store(c.table.slots[i].Load())
		}
		c.front.Store(f) // as yet no other; an instance is counted before it looks at the front: it has this one, or is seen here
	}
	if n := c.Instances(); n > 0 {
		return fail(CodeBusy, c.Name(), "it has %d instances: put something in front of its methods before the first", n)
	}
	for m, i := range by {
		c.putFront(m, c.entryOf(m, i))
	}
	return nil
}

// behind is what calls of c's instances run now.
func (c *Class) behind(m *Method) Packed {
	if i := c.front.Load().at(m.token).impl; i.front != nil {
		return i.front
	}
	return func(self Self, ctx context.Context, args []any) ([]any, error) {
		return c.Call(ctx, m, self.Ref(), args)
	}
}

// newFront makes of p what stands in front of a method.
func (c *Class) newFront(m *Method, p Packed) *impl {
	front := func(self Self, ctx context.Context, args []any) ([]any, error) {
		if rest, without := comesBack(ctx, self.Ref(), m); rest != nil {
			return rest(self, without, args)
		}
		return p(self, ctx, args)
	}
	i := newImpl(c, m.packed(front), false)
	i.front = front
	if !m.takesContext() {
		i.carrying = sync.OnceValue(func() reflect.Value { return packedAs(withContext(m.typ), front) })
	}
	return i
}

// A returning call is one that somDispatch was asked to make.
type returning struct {
	r    Ref
	m    *Method
	rest Packed
}

type returningKey struct{}

// Returning is the context with which a metaclass that stands in front of a method hands the call to somDispatch: whichever way the
// call of m of r comes back with it (by the method, by Apply, or by [Class.Call] of r's class), it runs rest in place of all that
// stands in front. Calls that rest makes do not come back.
//
// A somDispatch of one's own goes on by the next somDispatch, by [Method.Apply] or by Class.Call with the context that it was given. A call
// by offset of a method that takes no context is another call, which is handed to somDispatch again.
func Returning(ctx context.Context, r Ref, m *Method, rest Packed) context.Context {
	return context.WithValue(ctx, returningKey{}, &returning{r, m, rest})
}

// invoked is the context for a call that Invoke hands to somDispatch: as it comes back, what stands in front has its turn, and need not
// hand it to somDispatch again.
func (r Ref) invoked(ctx context.Context, m *Method) context.Context {
	if m.token == 0 {
		return ctx
	}
	i := r.i.class.front.Load().at(m.token).impl
	if i.front == nil {
		return ctx
	}
	if ctx == nil {
		ctx = context.Background()
	}
	return Returning(ctx, r, m, func(self Self, ctx context.Context, args []any) ([]any, error) {
		return i.front(self, context.WithValue(ctx, dispatchedKey{}, &returning{r: r, m: m}), args)
	})
}

type dispatchedKey struct{}

// Dispatched reports whether the call of m of r to which the context belongs has been to somDispatch already, and returns the context
// for the rest of it.
func Dispatched(ctx context.Context, r Ref, m *Method) (context.Context, bool) {
	if ctx == nil {
		return ctx, false
	}
	if of, _ := ctx.Value(dispatchedKey{}).(*returning); of == nil || of.r != r || of.m != m {
		return ctx, false
	}
	return context.WithValue(ctx, dispatchedKey{}, (*returning)(nil)), true
}

// comesBack returns what is left of a call that comes back, and the context for it; or nil.
func comesBack(ctx context.Context, r Ref, m *Method) (Packed, context.Context) {
	if ctx == nil {
		return nil, nil
	}
	if of, _ := ctx.Value(returningKey{}).(*returning); of != nil && of.r == r && of.m == m {
		return of.rest, context.WithValue(ctx, returningKey{}, (*returning)(nil))
	}
	return nil, nil
}

// Call runs the class's implementation of a method, whatever stands in front of it, for an instance
// of the class or of a descendant. Of a call that comes back from somDispatch it runs the rest, see [Returning].
func (c *Class) Call(ctx context.Context, m *Method, r Ref, args []any) ([]any, error) {
	if err := c.takes(m); err != nil {
		return nil, err
	}
	if !r.i.class.DescendsFrom(c) {
		return nil, fail(CodeType, r.i.class.Name(), "it is no %s", c)
	}
	if !r.i.class.concrete[c] {
		return nil, fail(CodeAbstract, r.i.class.Name(), "of %s only the interface is inherited: it has nothing to call", c)
	}
	if rest, without := comesBack(ctx, r, m); rest != nil && c == r.i.class {
		return rest(r.self(), without, args)
	}
	i := c.table.at(m.token).impl
	return i.apply(ctx, m, i.self(r), args)
}

// takesContext reports whether implementations take a context.
func (m *Method) takesContext() bool { return takesContext(m.typ) }

func takesContext(t reflect.Type) bool { return t.NumIn() > 1 && t.In(1) == contextType }

// withContext is the type of a method that takes no context, with one.
func withContext(t reflect.Type) reflect.Type {
	in, out := []reflect.Type{t.In(0), contextType}, []reflect.Type(nil)
	for i := 1; i < t.NumIn(); i++ {
		in = append(in, t.In(i))
	}
	for i := range t.NumOut() {
		out = append(out, t.Out(i))
	}
	return reflect.FuncOf(in, out, t.IsVariadic())
}

// packed makes an implementation of m that hands its arguments to p.
func (m *Method) packed(p Packed) reflect.Value {
	if m.spec.Packing.dispatch != nil {
		return m.spec.Packing.dispatch(p)
	}
	return packedAs(m.typ, p)
}

// packedAs is packed for a method of type t.
func packedAs(t reflect.Type, p Packed) reflect.Value {
	takesContext := takesContext(t)
	n := t.NumOut()
	fails := n > 0 && t.Out(n-1) == errorType
	if fails {
		n--
	}
	return reflect.MakeFunc(t, func(in []reflect.Value) []reflect.Value {
		self := in[0].Interface().(Self)
		ctx := context.Background()
		in = in[1:]
		if takesContext {
			ctx, _ = in[0].Interface().(context.Context)
			in = in[1:]
		}
		args := make([]any, len(in))
		for i, v := range in {
			args[i] = v.Interface()
		}
		results, err := p(self, ctx, args)
		out := make([]reflect.Value, t.NumOut())
		for i := range n {
			out[i] = reflect.New(t.Out(i)).Elem()
			if i < len(results) && results[i] != nil {
				if v := reflect.ValueOf(results[i]); v.Type().AssignableTo(out[i].Type()) {
					out[i].Set(v)
				}
			}
		}
		if fails {
			out[n] = reflect.ValueOf(&err).Elem()
		}
		return out
	})
}
