// Package dyn holds values whose type is known at run time only: IDL's any, its conversion
// to and from plain Go values and JSON, and the descriptors by which generated types become
// anys (CORBA 3.3 part 1, clause 8.11; part 2, clause 9.3.5.2).
//
// An [Any] keeps its value as CDR in a form of its own, independent of the connection it
// came by, so that it can be sent on in another byte order, GIOP version and code set, and
// its type need not be known to the program. That goes for valuetypes as long as they are of the types that the
// TypeCodes tell: what a derived type adds that is neither told nor registered, nobody can put into another form. Such a
// value is received as one of the first of its bases that is known, if it may be truncated to that, and sent on
// as such; else, and where it is led to from a place of that any at which it does not fit any more, it is MARSHAL.
//
// What one place cuts, others need not. Where parameters (in any a, in Base b) are one Derived value, and the receiver's code knows the Base alone while the TypeCode
// of a tells the Derived, b is a Base and a stays the Derived whole, in either order: each parameter is what it would be without the
// other, as truncation has it (part 1, clause 9.2), and nothing is lost that came. They are two values from then on, and are sent on as two; to
// make them one is impossible, as none that b can have is the one in a. If one value is led to from anys, or from anys and code, that say of one
// repository id that it has other members, it is MARSHAL on receipt: no value is of two types.
//
// Custom values are known to their own code alone, which is to be registered. Object references are kept as data, or as the
// Go object that was put in; package ior knows the one, the ORB behind [cdr.References] the other.
package dyn

import (
	"unsafe"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/typecode"
)

// An Any is a TypeCode and a value of that type. It is immutable: it shares nothing with
// the Go value that it was made from, but for objects, which are references in Go as well. Values that are in an any
// and around it, or beside it, are one in the message in which they come, and stay one: such an any holds the Go value itself, as one that [Hold]
// makes does, and one with a custom value. It is what the program makes of that value. An any that stands twice in a message, as two
// parameters, is one value there, too, whether it was received or made.
// The zero Any is that of null. Anys are compared with [Equal]; == promises nothing. They
// may be used concurrently.
type Any struct{ v *value }

type value struct {
	tc   *typecode.TypeCode
	raw  []byte // canonical form, up to where it ends
	at   int    // where it begins in raw; before it stand other anys of the message
	objs []object
	refs cdr.References // of the ORB that the value came by, or nil
	vals valueTypes     // of the values in it
	held []cdr.Value    // that stand outside, or are custom
	ids  stands         // the values in raw
	lim  *limits.Limits // of the ORB that it came by, or nil
	bare bool           // it came with an exception that lacked its repository id, and is sent on so to whoever may read no other
	err  error          // why there is no value
}

// object is a Go object that has, perhaps, no reference yet.
type object struct {
	v     any
	class any // what the IDL declares, as for cdr.References
}

// The canonical form is little-endian CDR of GIOP 1.2 from offset 0, strings in UTF-8. An
// object reference is a number: 0 and an IOR, or n for the object number n of the value. An
// exception is its members without the repository id. Values are checked when they become
// canonical, not again: each is of the type that is noted of its place. What is made of one that was received is charged as the message was, and how
// deep its values nest is limited as it was there: an any that leads to values in others may nest deeper when it is used without those.

// canonical is the cdr.References of the canonical form.
type canonical struct {
	objs []object
	refs cdr.References
	vals valueTypes
	held []cdr.Value
	ids  stands
	lim  *limits.Limits // nil: of the program's own making
	bare bool
	fit  fitted
	raw  *byte // the first that is read, or nil
}

func (c *canonical) PutObject(e *cdr.Encoder, v, class any) {
	if v == nil {
		putIOR(e, nil)
		return
	}
	c.objs = append(c.objs, object{v, class})
	e.Count(len(c.objs))
}

// noObject says that the canonical form leads to an object that is not there.
func noObject(n uint32, objs int) error {
	return exc.New(exc.Internal, 0, exc.No, "object %d of a value that has %d", n, objs)
}

func (c *canonical) Object(d *cdr.Decoder) any {
	if n := d.ULong(); n > 0 {
		if int64(n) > int64(len(c.objs)) {
			d.Fail(noObject(n, len(c.objs)))
			return nil
		}
		return c.objs[n-1].v
	}
	if c.refs != nil {
		return c.refs.Object(d)
	}
	if r := ior.Get(d); !r.IsNil() {
		d.Fail(exc.New(exc.Marshal, exc.MinorNotAnObject, exc.No, "an object reference cannot be read outside an ORB"))
	}
	return nil
}

// publisher is a cdr.References that writes references that are data as the peer is to see
// them: what a server's own name may depend on who gets it.
type publisher interface {
	PutIOR(e *cdr.Encoder, r *ior.IOR)
}

// putIOR writes a reference that is data, in the form of e.
func putIOR(e *cdr.Encoder, r *ior.IOR) {
	switch refs := e.Env().Refs.(type) {
	case publisher:
		refs.PutIOR(e, r)
		return
	case *canonical:
		e.ULong(0)
	}
	ior.Put(e, r)
}

// standard is for those who came by an ORB of which no limits are told.
var standard = new(limits.Limits)

// noLimits is for what the program has made.
var noLimits = func() *limits.Limits {
	l := new(limits.Limits)
	for _, n := range limits.Names() {
		l.Set(n, limits.Unlimited)
	}
	return l
}()

func (c *canonical) env() *cdr.Env {
	lim := c.lim
	if lim == nil {
		lim = noLimits
	}
	return &cdr.Env{Version: cdr.V12, Limits: lim, Wide: codeset.UTF16, Refs: c, Values: &c.vals, Memory: true}
}

// newEncoder returns an encoder of the canonical form.
func newEncoder() (*cdr.Encoder, *canonical) {
	c := &canonical{}
	return cdr.NewEncoder(nil, true, c.env()), c
}

// decoder returns a decoder of the canonical form.
func (v *value) decoder() *cdr.Decoder {
	c := &canonical{objs: v.objs, refs: v.refs, vals: v.vals, held: v.held, ids: v.ids, lim: v.lim, bare: v.bare}
	if len(v.raw) > 0 {
		c.raw = &v.raw[0]
	}
	d := new(cdr.Decoder)
	d.Reset(v.raw, v.at, true, c.env())
	if len(v.ids)+len(v.held) > 0 {
		d.SetPlaces(c)
	}
	if v.err != nil {
		d.Fail(v.err)
	}
	return d
}

// Type returns the type, never nil.
func (a Any) Type() *typecode.TypeCode {
	if a.v == nil {
		return typecode.Null
	}
	return a.v.tc
}

// IsNull reports whether a holds no value: its type is null or void.
func (a Any) IsNull() bool {
	k := a.Type().Unalias().Kind()
	return k == typecode.TkNull || k == typecode.TkVoid
}

// Err returns why the value could not be made, such as a string longer than its bound. An
// Any with an error cannot be sent.
func (a Any) Err() error {
	if a.v == nil {
		return nil
	}
	return a.v.err
}

// Through returns a as if it had come by the ORB that o came by: references in it become objects of
// that ORB, and valuetypes those which it knows.
func (a Any) Through(o Any) Any {
	if a.v == nil || o.v == nil {
		return a
	}
	v := *a.v
	if v.refs == nil {
		v.refs = o.v.refs
	}
	used := v.vals.used
	v.vals.used = nil
	v.vals.join(&valueTypes{used: used})
	v.vals.join(&o.v.vals)
	return Any{&v}
}

// PutAny writes a: its TypeCode and its value.
func PutAny(e *cdr.Encoder, a Any) {
	typecode.Put(e, a.Type())
	PutValue(e, a)
}

// PutValue writes the value of a without its TypeCode, where both sides know the type.
func PutValue(e *cdr.Encoder, a Any) {
	if a.v == nil {
		return
	}
	if a.v.err != nil {
		e.Fail(a.v.err)
		return
	}
	a.put(e, nil, false)
}

// PutMembers writes the members of an exception, where its repository id has been written before, as in a reply that raises it.
func PutMembers(e *cdr.Encoder, a Any) {
	switch {
	case a.v == nil:
	case a.v.err != nil:
		e.Fail(a.v.err)
	default:
		a.put(e, nil, true)
	}
}

// put writes the value of a, which has no error; a valuetype's where another type is declared, if that is not nil; raised: an exception's without its id.
func (a Any) put(e *cdr.Encoder, declared *typecode.TypeCode, raised bool) {
	if c, ok := e.Env().Refs.(*canonical); ok { // an any in an any
		c.vals.join(&a.v.vals)
	}
	t := transcoder{e: e, d: a.v.decoder(), as: declared, raised: raised}
	t.copy(a.v.tc)
	if err := t.d.Err(); err != nil {
		e.Fail(err)
	}
}

// GetAny reads an any. It returns the zero Any after an error. Its TypeCode is bounded by
// [limits.TypeCodeDepth] and [limits.TypeCodeNodes], recursion in the value by
// [limits.ValueDepth], anys in anys by [limits.AnyDepth], and their time, in all of a message, by
// [limits.AnySteps]. Its memory is charged to the message: [limits.DecodedSize]. An any in a message whose anys have valuetypes in them
// keeps the memory of those before it.
func GetAny(d *cdr.Decoder) Any {
	tc := typecode.Get(d)
	if d.Err() != nil {
		return Any{}
	}
	return GetValue(d, tc)
}

// GetValue reads a value of type tc, where both sides know the type.
func GetValue(d *cdr.Decoder, tc *typecode.TypeCode) Any { return get(d, tc, false) }

// GetMembers reads the members of an exception of type tc, whose repository id has been read before: it is the value that they make.
func GetMembers(d *cdr.Decoder, tc *typecode.TypeCode) Any { return get(d, tc, true) }

func get(d *cdr.Decoder, tc *typecode.TypeCode, raised bool) Any {
	if tc == typecode.Null {
		return Any{}
	}
	e, c, g := groundOf(d)
	at := e.Len()
	t := transcoder{e: e, d: d, holds: true, received: !isCanonical(d.Env()), told: told{root: tc}, fit: &c.fit, raised: raised}
	t.copy(tc)
	if err := e.Err(); err != nil {
		d.Fail(err)
	}
	if !d.Spend(1, valueSize+g.grown(e)) {
		return Any{}
	}
	v := &value{tc: tc, raw: e.Bytes(), at: at, objs: c.objs, refs: d.Env().Refs, lim: d.Env().Limits, bare: c.bare, vals: c.vals, held: c.held, ids: c.ids}
	g.leave(d, e, c)
	v.vals.orb = d.Env().Values
	if from, ok := v.refs.(*canonical); ok { // an any in an any
		v.refs, v.vals = from.refs, from.vals
	} else if v.lim == nil {
		v.lim = standard
	}
	return Any{v}
}

// valueSize is the memory that an any takes beside its value.
const valueSize = int(unsafe.Sizeof(value{}))
