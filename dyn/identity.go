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
// A value that stands in an any, and that another any of the message leads to, is in both: each can be read without the
// other. They have one identity, by which it is written once where both go into one message. If
// generated code is led to it, then the any has it as the Go value that is made there, from then on.

// An identity is what a value in anys is known by. Who reads a message sets made while it does so; then it is not changed.
type identity struct {
	of   *identity // in the any that this one was read from
	made cdr.Value // the same value, outside of the any
}

// key is what the value is known by where it is written.
func (id *identity) key() *identity {
	for id.of != nil {
		id = id.of
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

// identities are those of the values in an any, by their place in the canonical form.
type identities map[int]*identity

const identitySize = int(unsafe.Sizeof(identity{})) + 32 // with its place

// met is what a decoder knows of a value that a transcoder has read.
type met struct {
	as  any // its type: a *typecode.TypeCode, or truncated
	id  *identity
	put *cdr.Encoder // where it is being written, and id is another's; nil: it is read, and id is its own
}

// Made notes that generated code, or that of a custom value, has the value as well; see [cdr.ValueWatcher].
func (m *met) Made(v cdr.Value) {
	if m.put == nil {
		m.id.made = v
	} else {
		m.put.SameValue(v, m.id.key())
	}
}

// ID returns the repository id of what it was read as.
func (m *met) ID() string { return m.code().ID() }

func (m *met) code() *typecode.TypeCode {
	if cut, ok := m.as.(truncated); ok {
		return cut.to
	}
	return m.as.(*typecode.TypeCode)
}

// meet notes a value that begins at a place, which may have been read before by another.
func (t *transcoder) meet(at int, as any) *met {
	_, other := t.d.SharedAs(at)
	m := &met{as: as}
	if !t.holds {
		m.put = t.e
	}
	if before, ok := other.(*met); ok {
		m.id = before.id
	} else {
		m.id = t.identityOf(at)
	}
	t.d.ShareValue(at, m)
	return m
}

// identityOf returns the identity of a value that is met for the first time.
func (t *transcoder) identityOf(at int) *identity {
	if from, ok := t.d.Env().Refs.(*canonical); ok {
		if id := from.ids[at]; id != nil && t.holds {
			return &identity{of: id}
		} else if id != nil {
			return id
		}
	}
	return new(identity)
}

// identify notes whose identity the value at a place of the canonical form has.
func (t *transcoder) identify(at int, id *identity) {
	to, ok := t.e.Env().Refs.(*canonical)
	if !ok || t.holds && !t.d.Spend(1, identitySize) {
		return
	}
	if to.ids == nil {
		to.ids = identities{}
	}
	to.ids[at] = id
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

// pass reads the state of a value of a type that need not be written.
func (t *transcoder) pass(tc *typecode.TypeCode) {
	e, passing := t.e, t.passing
	if !passing {
		t.e, _ = newEncoder()
		t.passing = true
	}
	t.state(tc)
	t.e, t.passing = e, passing
}

// resolved returns v as it is now: with the Go values for those in it that have become such.
func (v *value) resolved() *value {
	for _, id := range v.ids {
		if id.value() != nil {
			e, c := newEncoder()
			t := transcoder{e: e, d: v.plainDecoder(), holds: true}
			t.copy(v.tc)
			return v.with(&t, c)
		}
	}
	return v
}

// whole returns v with what it holds, so that it can be read by itself.
func (v *value) whole() *value {
	if v = v.resolved(); len(v.held) == 0 || v.err != nil {
		return v
	}
	e, c := newEncoder()
	c.vals.join(&v.vals)
	t := transcoder{e: e, d: v.plainDecoder()}
	t.copy(v.tc)
	w := v.with(&t, c)
	w.vals = c.vals
	return w
}

// Whole returns a with copies of the values that it holds and that are not custom; see [Hold].
func (a Any) Whole() Any {
	if a.v == nil || a.v.err != nil {
		return a
	}
	return Any{a.v.whole()}
}

// with returns v in the canonical form that t has written.
func (v *value) with(t *transcoder, c *canonical) *value {
	w := *v
	w.raw, w.objs, w.held, w.ids, w.bare = t.e.Bytes(), c.objs, c.held, c.ids, c.bare
	if w.err = t.e.Err(); w.err == nil {
		w.err = t.d.Err()
	}
	return &w
}

// Hold returns an any that holds v itself, not a copy as [Of] and [Type.Any] make: where it is sent in one message
// with v, both arrive as one value, and v may have the any for a member. What is in v when the any is sent is what arrives. An any that
// was received holds values in the same way if they stand outside of it as well. v must not be nil. tc is its
// type or that of a base; an any of another type has an error.
func Hold(tc *typecode.TypeCode, v cdr.Value) Any {
	e, c := newEncoder()
	t := transcoder{e: e, d: cdr.NewDecoder(nil, true, nil)}
	t.madeFits(v.IDLValue().TypeCode, tc)
	c.hold(e, v)
	return Any{&value{tc: tc, raw: e.Bytes(), held: c.held, err: t.d.Err()}}
}
