package somd

import (
	"context"
	"reflect"
	"strings"
	"sync"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
)

// An object whose class descends from CosStream::Streamable can go as a copy: it writes its state to a stream, which is the message, and the
// other side makes an object of the same class, which reads it. In a message a copy is a custom value (CORBA 3.3 part 2, clause
// 9.3.4) with the class's repository id, whose state is what the object writes, as CDR; what may be a copy or a reference is as
// an abstract interface is (clause 9.3.7): a boolean, and the reference or the value.

const (
	streamable = "CosStream::Streamable"
	streamIO   = "CosStream::StreamIO"
)

// streamableIn returns the class CosStream::Streamable that a class descends from, with its implementation, or nil.
func streamableIn(c *som.Class) *som.Class {
	for _, a := range c.Order() {
		if a.Name() == streamable && c.Concrete(a) {
			return a
		}
	}
	return nil
}

// putCopied writes an object as a copy, or where it may be its reference and it cannot be copied, that.
func (v *values) putCopied(e *cdr.Encoder, t *som.SignedType, o som.Object) {
	maybe := v.copies == 'm'
	if o == nil || o.SOM().IsNil() {
		if maybe {
			e.Boolean(false)
		}
		e.NullValue()
		return
	}
	r := o.SOM()
	_, isProxy := som.FindState[proxy](r)
	base := streamableIn(r.Class())
	switch {
	case maybe && (isProxy || base == nil):
		e.Boolean(true)
		v.putReference(e, t.Class, r)
		return
	case isProxy:
		e.Fail(exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "%s is passed as a copy, and is a proxy: only the process that has an object can copy it", r))
		return
	case base == nil:
		e.Fail(exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "%s is passed as a copy, and class %s does not descend from %s", r, r.Class(), streamable))
		return
	case maybe:
		e.Boolean(false)
	}
	if e.SharedValue(identity(r)) {
		return
	}
	m := e.BeginValue(identity(r), []string{RepositoryID(r.Class().Name())}, true)
	if e.Enter() {
		inner := *v // objects within are copies where they can be, and are passed
		inner.gives = false
		inner.copies = 'm'
		if err := v.d.throughStream(v.ctx, base, "externalize_to_stream", r, &stream{v: &inner, e: e}); err != nil {
			e.Fail(err)
		}
		e.Leave()
	}
	e.EndValue(m)
}

// getCopied reads what putCopied writes.
func (v *values) getCopied(d *cdr.Decoder, t *som.SignedType, x reflect.Value) {
	if v.copies == 'm' && d.Boolean() {
		v.getReference(d, t, x)
		return
	}
	h := d.BeginValue()
	if d.Err() != nil || h.Kind == cdr.NoValue {
		return
	}
	var r som.Ref
	if h.Kind == cdr.SharedValue {
		_, made := d.SharedAs(h.At)
		known, ok := made.(som.Ref)
		if !ok {
			d.Fail(wrong("a copy of an object leads back to another value"))
			return
		}
		if err := known.Retain(); err != nil {
			d.Fail(err)
			return
		}
		r = known
	} else {
		var err error
		if r, err = v.copied(d, h, t.Class); err != nil {
			d.Fail(err)
			return
		}
	}
	v.refs = append(v.refs, r)
	as, ok := som.NarrowTo(r, x.Type())
	if !ok {
		d.Fail(wrong("a copy of a %s is where a %v should be", r.Class(), x.Type()))
		return
	}
	x.Set(as)
}

// copied makes an object of the class that a value names, which reads the value. The class has to be one of this process, since a peer
// says it: nothing is loaded for it but what the process's own classes declare.
func (v *values) copied(d *cdr.Decoder, h cdr.ValueHead, declared string) (som.Ref, error) {
	name := declared
	if len(h.IDs) > 0 {
		name = ClassName(h.IDs[0])
	}
	c := v.d.class(name)
	if c == nil && v.d.Find != nil && name == declared && name != "" {
		c, _ = v.d.Find(name)
	}
	if c == nil {
		return som.Ref{}, exc.New(exc.Marshal, exc.MinorNoValueFactory, exc.No, "a copy of a %.255q has come, and this process has no such class: it is needed where copies are read, not its description", name)
	}
	base := streamableIn(c)
	if base == nil || c.DescendsFrom(ClientProxy) || declared != "" && !descendsByName(c, declared) {
		return som.Ref{}, wrong("a copy of a %s is where one of a streamable %s should be", c, declared)
	}
	r, err := c.New()
	if err != nil {
		return som.Ref{}, exc.New(exc.Marshal, exc.MinorNoValueFactory, exc.No, "a copy of a %s has come, and no object of that class can be made: %w", c, err)
	}
	d.ShareValue(h.At, r)
	if !d.Enter() {
		return som.Ref{}, drop(r, d.Err())
	}
	inner := values{d: v.d, ctx: v.ctx, from: v.from, copies: 'm'}
	err = v.d.throughStream(v.ctx, base, "internalize_from_stream", r, &stream{v: &inner, d: d})
	d.Leave()
	inner.release() // who kept what it has read has its own reference
	if err != nil {
		return som.Ref{}, drop(r, err)
	}
	d.EndValue(h, true)
	if err := d.Err(); err != nil {
		return som.Ref{}, drop(r, err)
	}
	return r, nil
}

func drop(r som.Ref, err error) error {
	_ = r.Release()
	return err
}

func descendsByName(c *som.Class, ancestor string) bool {
	for _, a := range c.Order() {
		if a.Name() == ancestor {
			return true
		}
	}
	return false
}

// A stream is the state of an object of CosStream::StreamIO that is a place in a message: e or d is there, while it lasts. It is for the
// goroutine that it was made for.
type stream struct {
	v *values
	e *cdr.Encoder
	d *cdr.Decoder
}

// A messageStream is the object.
type messageStream struct {
	som.Base
	of *stream
}

// throughStream has an object write itself to a stream or read itself from one.
func (d *Domain) throughStream(ctx context.Context, base *som.Class, method string, r som.Ref, s *stream) error {
	c, err := d.streamClass(base)
	if err != nil {
		return err
	}
	o, err := c.New()
	if err != nil {
		return err
	}
	state, _ := som.FindState[messageStream](o)
	state.of = s
	defer func() {
		state.of = nil // it may have been kept
		_ = o.Release()
	}()
	args := []any{o}
	if s.d != nil {
		args = append(args, nil)
	}
	_, err = r.Invoke(ctx, streamable+"::"+method, args...)
	return err
}

var streamClasses sync.Map // by the *som.Class Streamable to a func() (*som.Class, error)

// streamClass returns the class of streams that objects of a class Streamable take: a subclass of the StreamIO of the same kernel.
func (d *Domain) streamClass(base *som.Class) (*som.Class, error) {
	make, _ := streamClasses.LoadOrStore(base, sync.OnceValues(func() (*som.Class, error) { return d.makeStreamClass(base) }))
	return make.(func() (*som.Class, error))()
}

func (d *Domain) makeStreamClass(base *som.Class) (*som.Class, error) {
	io := d.class(streamIO)
	if io == nil && d.Find != nil {
		io, _ = d.Find(streamIO)
	}
	if io == nil || io.IsMirror() != base.IsMirror() {
		return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "objects are copied through a %s, of which this process has no class that goes with its %s", streamIO, streamable)
	}
	s := som.Spec{Name: "SOMDMessageStream", Parents: []*som.Class{io}, State: reflect.TypeFor[messageStream]()}
	for _, m := range io.Methods() {
		if m.Class() != io {
			continue
		}
		if impl := streamMethod(m); impl != nil {
			s.Overrides = append(s.Overrides, som.Override{Method: m.String(), Impl: impl})
		}
	}
	c, err := som.NewClass(s)
	if err == nil && d.Share != nil && io.Host() != nil {
		err = d.Share(c)
	}
	return c, err
}

var streamTypes = map[string]*som.SignedType{
	"short": {Kind: som.Short}, "long": {Kind: som.Long}, "unsigned_short": {Kind: som.UShort}, "unsigned_long": {Kind: som.ULong},
	"float": {Kind: som.Float}, "double": {Kind: som.Double}, "boolean": {Kind: som.Boolean}, "char": {Kind: som.Char},
	"octet": {Kind: som.Octet}, "string": {Kind: som.String}, "object": {Kind: som.ObjectType, Class: streamable},
}

// streamMethod returns what does a method of StreamIO, by its name, or nil.
func streamMethod(m *som.Method) any {
	what, item, _ := strings.Cut(m.Name(), "_")
	typ := streamTypes[item]
	if typ == nil || what != "read" && what != "write" {
		return nil
	}
	t := m.Type()
	shape := newShape(t)
	return reflect.MakeFunc(t, func(in []reflect.Value) []reflect.Value {
		args := in[1:]
		if shape.takesCtx {
			args = args[1:]
		}
		out := make([]reflect.Value, t.NumOut())
		for i := range out {
			out[i] = reflect.New(t.Out(i)).Elem()
		}
		state, _ := som.FindState[messageStream](in[0].Interface().(som.Self).Ref())
		if err := state.of.item(what, typ, args, out); err != nil {
			if !shape.fails {
				panic(err)
			}
			out[shape.outs].Set(reflect.ValueOf(&err).Elem())
		}
		return out
	}).Interface()
}

// item writes args[0], or reads out[0].
func (s *stream) item(what string, typ *som.SignedType, args, out []reflect.Value) error {
	switch {
	case s == nil:
		return exc.New(exc.BadInvOrder, exc.MinorBadValue, exc.No, "the stream has ended: it is there for the object that is copied, while that is")
	case what == "write" && s.e != nil:
		s.v.put(s.e, typ, args[0])
		return s.e.Err()
	case what == "read" && s.d != nil:
		if typ.Kind == som.ObjectType && len(args) == 2 && !isNil(args[1]) {
			return exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "read_object makes the object that it reads: pass none to read into")
		}
		s.v.get(s.d, typ, out[0])
		if s.d.Err() == nil {
			each(out[0], func(r som.Ref) { _ = r.Retain() }) // the caller's; the stream's goes when it ends
		}
		return s.d.Err()
	}
	return exc.New(exc.BadInvOrder, exc.MinorBadValue, exc.No, "the stream is not one to %s", what)
}

func isNil(x reflect.Value) bool {
	if o, ok := x.Interface().(som.Object); ok {
		return o == nil || o.SOM().IsNil()
	}
	return x.Kind() == reflect.Interface && x.IsNil()
}
