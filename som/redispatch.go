package som

import (
	"context"
	"reflect"
)

// Redispatch puts functions in front of a class's methods: calls to its instances run what to gives
// for the method, which takes packed arguments. What the class implements stays what it is: subclasses
// inherit it, parent calls, next calls and Call run it. Methods for which to gives nil are
// left alone. It is for metaclasses, when the class is made (somClassReady): while there are instances it is [CodeBusy].
//
// somDispatch and somClassDispatch are not redispatched: what they call is.
func (c *Class) Redispatch(to func(*Method) Packed) error {
	if c.isRoot() {
		return fail(CodeMethod, c.Name(), "all of the program shares it: redispatch a subclass")
	}
	methods := c.Methods()
	by := make(map[*Method]*impl, len(methods))
	for _, m := range methods {
		if m == dispatch.m || m.class == SOMObject && m.name == "somClassDispatch" {
			continue
		}
		if p := to(m); p != nil {
			by[m] = newImpl(c, m.packed(p), false)
		}
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

// Call runs the class's implementation of a method, whatever stands in front of it, for an instance
// of the class or of a descendant.
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
	i := c.table.at(m.token).impl
	return i.apply(ctx, m, i.self(r), args)
}

// packed makes an implementation of m that hands its arguments to p.
func (m *Method) packed(p Packed) reflect.Value {
	if m.spec.Packing.dispatch != nil {
		return m.spec.Packing.dispatch(p)
	}
	takesContext := m.typ.NumIn() > 1 && m.typ.In(1) == contextType
	n := m.typ.NumOut()
	fails := n > 0 && m.typ.Out(n-1) == errorType
	if fails {
		n--
	}
	return reflect.MakeFunc(m.typ, func(in []reflect.Value) []reflect.Value {
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
		out := make([]reflect.Value, m.typ.NumOut())
		for i := range n {
			out[i] = reflect.New(m.typ.Out(i)).Elem()
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
