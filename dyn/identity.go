package dyn

import (
	"unsafe"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/typecode"
)

// What is one value in a message stays one, wherever it stands: in anys and outside of them (CORBA 3.3 part 2, clause 9.3.4.3).
//
// A value that was made a Go value outside of an any, or is custom, the any holds as that Go value. In the canonical form an
// indirection leads to it, at a place before the first octet. It need not be read to its end yet.
//
// From the first any on that has values in it, those of a message have one canonical form, the ground: each begins where the
// one before it ends, and what stands in one is led to from others. So each value is read once, however many anys hold it. What
// is told of the places is for who reads one of the anys, and comes by a value that stands in another.
//
// If generated code is led to a value that stands in an any, then the any has it as the Go value that is made there, from then on. It
// has not if that Go value lacks what is in the any, because generated code knows a base alone, or is of a type that differs under the
// same repository id: the any keeps what it has read, and what a member is cut to is a value of its own. The other way round, an
// any that knows more of a value than generated code reads it again.

// An identity is what a value in anys is known by. Who reads a message sets made, and notes where values stand, while it does so; then neither is changed.
type identity struct {
	of   *identity // in the any that this one was read from
	made cdr.Value // the same value, outside of the any
	in   place     // of a program's own making; or zero
}

// A place is one in the canonical form of an any that generated code wrote: it notes no identities.
type place struct {
	raw *byte // the first
	at  int
}

// key is what the value is known by where it is written.
func (id *identity) key() any {
	for id.of != nil {
		id = id.of
	}
	if id.in != (place{}) {
		return id.in
	}
	return id
}

// value returns the Go value that it is outside of the any, or nil.
func (id *identity) value() cdr.Value {
	for ; id != nil; id = id.of {
		if id.made != nil {
			return id.made
		}
	}
	return nil
}

// A stand is a value that stands in a canonical form.
type stand struct {
	id    *identity
	as    any // its type, as of met
	end   int // behind it; 0 while it is written
	level int // of values in chunks around it
}

// stands are the values that stand in a canonical form, by their places.
type stands map[int]stand

const standSize = int(unsafe.Sizeof(identity{})+unsafe.Sizeof(stand{})) + 32 // with its place

// met is what a decoder knows of a value that a transcoder has read.
type met struct {
	as  any // its type: a *typecode.TypeCode, or truncated
	id  *identity
	put *cdr.Encoder // where it is being written, and id is another's; nil: it is read, and id is its own
	fit *fitted
}

// Made notes that generated code, or that of a custom value, has the value as well; see [cdr.ValueWatcher].
func (m *met) Made(v cdr.Value) {
	switch {
	case !m.isOf(v): // it lacks something
	case m.put == nil:
		m.id.made = v
	default:
		m.put.SameValue(v, m.id.key())
	}
}

// isOf reports whether v is of the type that was met, or derived from it.
func (m *met) isOf(v cdr.Value) bool {
	made, ok := v.IDLValue().TypeCode.(*typecode.TypeCode)
	return !ok || m.fit.derives(made, codeOf(m.as))
}

// ID returns the repository id of what it was read as.
func (m *met) ID() string { return codeOf(m.as).ID() }

// meet notes a value that begins at a place, which may have been read before by another.
func (t *transcoder) meet(at int, as any) *met {
	v, other := t.d.SharedAs(at)
	m := &met{as: as, fit: t.fit}
	if !t.holds {
		m.put = t.e
	}
	switch before, ok := other.(*met); {
	case ok && before.ID() == m.ID():
		m.id = before.id
	case ok:
		m.id = new(identity)
	default:
		m.id = t.identityOf(at)
		if v != nil && v.IDLValue().ID == m.ID() && m.isOf(v) {
			m.id.made = v
		}
	}
	t.d.ShareValue(at, m)
	return m
}

// identityOf returns the identity of a value that is met for the first time.
func (t *transcoder) identityOf(at int) *identity {
	if from, ok := t.d.Env().Refs.(*canonical); ok {
		if s, ok := from.ids[at]; ok && t.holds {
			return &identity{of: s.id}
		} else if ok {
			return s.id
		}
		return &identity{in: place{from.raw, at}}
	}
	return new(identity)
}

// stand notes that a value of some type begins at a place.
func (c *canonical) stand(at, level int, id *identity, as any) {
	if c.ids == nil {
		c.ids = stands{}
	}
	c.ids[at] = stand{id: id, as: as, level: level}
}

// end notes where the value ends that begins at a place.
func (c *canonical) end(at, end int) {
	s := c.ids[at]
	s.end = end
	c.ids[at] = s
}

// ValueAt tells of the values in c, and of those that it holds; see [cdr.ValuePlaces].
func (c *canonical) ValueAt(at int) (p cdr.Placed, ok bool) {
	if at < 0 {
		if i := -1 - at; i < len(c.held) {
			return cdr.Placed{Value: c.held[i]}, true
		}
		return p, false
	}
	s, ok := c.ids[at]
	if !ok {
		return p, false
	}
	m := &met{as: s.as, id: &identity{of: s.id}, fit: &c.fit}
	return cdr.Placed{Value: s.id.value(), Other: m, End: s.end, Level: s.level}, true
}

// placeOf is the place of the i-th value that an any holds.
func placeOf(i int) int { return -1 - i }

// hold writes into the canonical form where v is.
func (c *canonical) hold(e *cdr.Encoder, v cdr.Value) {
	if !e.SharedValue(v) {
		e.PlaceValue(v, placeOf(len(c.held)))
		c.held = append(c.held, v)
		e.SharedValue(v)
	}
}

// goValue copies a Go value where one of type tc is declared.
func (t *transcoder) goValue(v cdr.Value, tc *typecode.TypeCode) {
	if to, ok := t.e.Env().Refs.(*canonical); ok && t.holds {
		to.hold(t.e, v)
		return
	}
	t.e.Value(v, t.declared(tc))
}

// pass ends a value of type tc that need not be written, because it is known where it stands.
func (t *transcoder) pass(h cdr.ValueHead, tc *typecode.TypeCode, cut bool) {
	if t.d.PassValue(h) {
		return
	}
	e, passing := t.e, t.passing
	if !passing {
		t.e, _ = newEncoder()
		t.passing = true
	}
	t.state(tc)
	t.e, t.passing = e, passing
	t.d.EndValue(h, cut)
}

// A ground is where the anys of a message are written, from the first on in which values stand.
type ground struct {
	e    *cdr.Encoder
	c    *canonical
	busy bool // an any is being written, whose custom value has an any within
	size int  // octets of memory that have been charged
}

// groundOf returns where an any that d reads is to be written: behind those before it, or, with a nil ground, by itself.
func groundOf(d *cdr.Decoder) (*cdr.Encoder, *canonical, *ground) {
	g, ok := d.Kept().(*ground)
	if !ok || g.busy {
		e, c := newEncoder()
		return e, c, nil
	}
	g.busy = true
	g.c.bare = false
	return g.e, g.c, g
}

// grown returns the octets of memory that what e has written takes beyond what was charged.
func (g *ground) grown(e *cdr.Encoder) int {
	size := cap(e.Bytes())
	if g == nil {
		return size
	}
	grown := size - g.size
	g.size = size
	return grown
}

// leave ends an any. The first in which values stand becomes the ground.
func (g *ground) leave(d *cdr.Decoder, e *cdr.Encoder, c *canonical) {
	if g != nil {
		g.busy = false
	} else if len(c.ids)+len(c.held) > 0 && d.Kept() == nil {
		d.Keep(&ground{e: e, c: c, size: cap(e.Bytes())})
	}
}

// whole returns v by itself: with what it holds, and what stands in other anys.
func (v *value) whole() *value {
	if len(v.ids)+len(v.held) == 0 || v.err != nil {
		return v
	}
	e, c := newEncoder()
	c.vals.join(&v.vals)
	t := transcoder{e: e, d: v.decoder(), fit: &c.fit}
	t.copy(v.tc)
	w := *v
	w.raw, w.at, w.objs, w.held, w.ids, w.bare, w.vals = e.Bytes(), 0, c.objs, c.held, c.ids, c.bare, c.vals
	if w.err = e.Err(); w.err == nil {
		w.err = t.d.Err()
	}
	return &w
}

// Whole returns a with copies of the values that it holds and that are not custom; see [Hold].
func (a Any) Whole() Any {
	if a.v == nil || a.v.err != nil {
		return a
	}
	return Any{a.v.whole()}
}

// Hold returns an any that holds v itself, not a copy as [Of] and [Type.Any] make: where it is sent in one message
// with v, both arrive as one value, and v may have the any for a member. What is in v when the any is sent is what arrives. An any that
// was received holds values in the same way if they stand outside of it as well. v must be a pointer
// that is not nil, and tc its type or that of a base: an any of another has an error, BAD_PARAM.
func Hold(tc *typecode.TypeCode, v cdr.Value) Any {
	if err := noIdentity(v); err != nil {
		return Any{&value{tc: tc, err: err}}
	}
	e, c := newEncoder()
	t := transcoder{e: e, d: cdr.NewDecoder(nil, true, nil)}
	t.madeFits(v.IDLValue().TypeCode, tc)
	c.hold(e, v)
	return Any{&value{tc: tc, raw: e.Bytes(), held: c.held, err: t.d.Err()}}
}
