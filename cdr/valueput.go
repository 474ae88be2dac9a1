package cdr

import (
	"errors"
	"math"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// valuePut is what an encoder knows of the values in its scope.
type valuePut struct {
	at    map[any]int    // where a value's tag stands, by its identity
	ids   map[string]int // where a repository id stands
	level int            // of chunked values around the place
	chunk int            // where the data of the open chunk begin; 0: none is open
	start int            // where the buffer ended before the chunk's size
	cut   int            // where the data of the chunk begin that ended behind a run, and the open one after it; 0: it did not
	runs  int            // begun and not ended
	run   int            // where the buffer ended before the outermost of them
	parts bool           // it is of an any, and may be read in parts
	ended int            // behind the last end tag

	words  int // where the two words begin in which the steps are
	steps  [6]wordStep
	nsteps int
	wide   int // where the buffer ended behind a run of an any that omniORB aligns to 8
	row    int // where it ended behind one with padding in it
	tail   int // where the data of the value ended that ended last
}

func (e *Encoder) scope() *valuePut {
	if e.vals == nil {
		e.vals = &valuePut{at: map[any]int{}}
		e.borrows = false
	}
	return e.vals
}

// Value appends v where the IDL declares a value of the type that declared describes; nil is
// ValueBase. v is nil or a pointer that is not nil. In what may be in two pieces where it is read, the chunks of a
// value end behind every run: see [Encoder.BeginRun].
func (e *Encoder) Value(v Value, declared *ValueType) {
	if v == nil {
		e.NullValue()
		return
	}
	if e.err != nil || e.SharedValue(v) {
		return
	}
	if r, ok := e.env.Values.(ValueRecorder); ok {
		r.Used(v)
	}
	t := v.IDLValue()
	ids := t.truncations(declared)
	if t.Box {
		e.Box()
	}
	m := e.BeginValue(v, ids, t.Custom || len(ids) > 1)
	if e.Enter() {
		e.state(v, t)
		e.Leave()
	}
	e.EndValue(m)
}

func (e *Encoder) state(v Value, t *ValueType) {
	if !t.Custom {
		v.MarshalState(e)
		return
	}
	c, ok := v.(CustomValue)
	if !ok {
		e.Fail(notCustom(v, t))
		return
	}
	if err := c.MarshalCustom(e); err != nil {
		e.Fail(customError(t, err))
	}
}

func notCustom(v Value, t *ValueType) error {
	return exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "%s is custom, and a %T has no MarshalCustom and UnmarshalCustom", t.ID, v)
}

func customError(t *ValueType, err error) error {
	var sys *exc.SystemException
	if errors.As(err, &sys) {
		return err
	}
	return exc.New(exc.Marshal, exc.MinorForeignError, exc.No, "%s: %w", t.ID, err)
}

// Box says that the value which [Encoder.BeginValue] starts next is a box. JacORB (3.9), its own client's too, does not enter the chunk of
// a box inside a value in chunks, and takes the chunk's size for what is in the box, without an error: a known JacORB is not sent
// one.
func (e *Encoder) Box() {
	if s := e.vals; s != nil && s.level > 0 && e.env.Reader == JacORB && !e.env.Memory {
		e.Fail(exc.New(exc.Marshal, exc.MinorLimit, exc.No, "a value box inside a value in chunks (one that is passed as its base, or custom): a JacORB "+
			"would read the size of the chunk for what is in the box; pass what is in it without a box, or the value around as its own type"))
	}
}

// nested is called before each value. Combat (0.8.1) takes the tag of a value inside one in chunks for the size of a chunk, and what follows it for data, without an
// error at times: a known Combat is not sent one. A number that is aligned to 8 it reads from the start of a chunk, where padding is before it: no chunk
// but the first of a value begins so, if there is nothing inside.
func (e *Encoder) nested() {
	if s := e.vals; s.level > 0 && e.env.Reader == Combat && !e.env.Memory {
		e.Fail(exc.New(exc.Marshal, exc.MinorLimit, exc.No, "a value inside a value in chunks (one that is passed as its base, or custom): a Combat "+
			"would read its tag for the size of a chunk; pass the value around as its own type"))
	}
}

// NullValue appends what stands for no value.
func (e *Encoder) NullValue() { e.ULong(tagNull) }

// SharedValue appends an indirection if key was given to [Encoder.BeginValue] before in this
// scope, and reports whether it was.
//
// Like null it stands inside a chunk, where any reader finds it that reads tags as data.
func (e *Encoder) SharedValue(key any) bool {
	if e.vals == nil {
		return false
	}
	at, ok := e.vals.at[key]
	if ok {
		e.indirection(at)
	}
	return ok
}

// PlaceValue has [Encoder.SharedValue] lead to a place for key: a negative one, for what stands outside of what e
// writes and is to be found there by [Decoder.SetPlaces].
func (e *Encoder) PlaceValue(key any, at int) { e.scope().at[key] = at }

// SameValue has [Encoder.SharedValue] lead to the same place for key as for known, if it does for that.
func (e *Encoder) SameValue(key, known any) {
	if at, ok := e.scope().at[known]; ok {
		e.PlaceValue(key, at)
	}
}

// indirection appends a reference back to at.
func (e *Encoder) indirection(at int) {
	e.ULong(tagIndirection)
	offset := at - len(e.buf)
	if int64(offset) < math.MinInt32 {
		e.Fail(marshal(exc.MinorBound, "an indirection over %d octets is longer than CDR can say", -offset))
	}
	e.Long(int32(offset))
}

// A ValueMark is a value begun.
type ValueMark struct {
	At      int // where its tag stands in the buffer
	chunked bool
}

// BeginValue starts a value whose state follows, until [Encoder.EndValue]. key is what the value
// is known by in this scope, and comparable. ids are the repository ids that its reader is
// told, most derived first: none is the type that is declared. A value inside one in chunks is so too.
//
// It is for those who write values that are no [Value].
func (e *Encoder) BeginValue(key any, ids []string, chunked bool) ValueMark {
	s := e.scope()
	if most := e.env.Limits.Int(limits.ValueNodes); len(s.at) >= most {
		e.Fail(exceeded(e.env, limits.ValueNodes, len(s.at)+1))
	}
	chunked = chunked || s.level > 0
	e.nested()
	e.closeChunk()
	e.Align(4)
	at := len(e.buf)
	s.at[key] = at
	tag := tagValue
	if chunked {
		tag |= flagChunked
	}
	switch len(ids) {
	case 0:
		e.ULong(tag)
	case 1:
		e.ULong(tag | flagOneID)
		e.valueID(ids[0])
	default:
		e.ULong(tag | flagIDs)
		e.Count(len(ids))
		for _, id := range ids {
			e.valueID(id)
		}
	}
	if chunked {
		s.level++
		e.openChunk()
	}
	return ValueMark{at, chunked}
}

// valueID appends a repository id, or where it stands already.
func (e *Encoder) valueID(id string) {
	e.Align(4)
	if at, ok := e.vals.ids[id]; ok {
		e.indirection(at)
		return
	}
	if e.vals.ids == nil {
		e.vals.ids = map[string]int{}
	}
	e.vals.ids[id] = len(e.buf)
	e.RawString(id)
}

// EndValue ends the value that BeginValue started.
//
// Values that end at the same place have one end tag, that of the outermost (part 2, clause 9.3.4.6): at two in a
// row omniORB (4.2.5) fails an assertion, and the process ends.
func (e *Encoder) EndValue(m ValueMark) {
	if !m.chunked {
		return
	}
	s := e.vals
	e.closeChunk()
	if s.ended == len(e.buf) {
		e.buf = e.buf[:s.ended-4]
	} else {
		s.tail = len(e.buf)
	}
	e.Long(-int32(s.level))
	s.ended = len(e.buf)
	if s.level--; s.level > 0 {
		e.openChunk()
	}
}

// openChunk starts a chunk. What is written next may not belong into one: closeChunk takes
// back a chunk in which nothing is.
func (e *Encoder) openChunk() {
	e.vals.start, e.vals.cut = len(e.buf), 0
	e.ULong(0)
	e.vals.chunk = len(e.buf)
}

func (e *Encoder) closeChunk() {
	s := e.vals
	if s.chunk == 0 {
		return
	}
	if word, first, misread := e.lastWord(); misread {
		e.splitWord(word, first)
	}
	e.endChunk()
}

func (e *Encoder) endChunk() {
	s := e.vals
	n := len(e.buf) - s.chunk
	if n == 0 {
		e.buf = e.buf[:s.start]
	} else {
		if uint64(n) > uint64(maxChunk) {
			e.Fail(marshal(exc.MinorBound, "a chunk of %d octets is longer than CDR can say", n))
		}
		e.patch(s.chunk-4, n)
	}
	s.chunk = 0
}
