package cdr

import (
	"slices"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// valueGet is what a decoder knows of the values in its scope.
type valueGet struct {
	seen  map[int]*seenValue // by the place of the tag
	ids   map[int]string     // repository ids and URLs, by their place
	lists map[int][]string   // lists of repository ids, by the place of their length
	nodes int
	level int  // of chunked values around the place
	end   int  // of the whole input while the decoder's own end is that of a chunk
	over  bool // the value that is being read has ended, with one inside it

	places ValuePlaces // or nil
	kept   any
}

// seenValue is a value that an indirection may lead to.
type seenValue struct {
	level int   // of chunked values around it
	value Value // the object, if it was made
	other any   // what somebody else made of it
	end   int   // behind it, once it was read to its end; 0 before
	cut   bool  // value lacks members that it had in the message
	stead bool  // value stands here instead of what is written
}

// ValuePlaces tells what stands at the places of an input of which a decoder reads a part: an indirection may lead to what
// that decoder has not come by, or outside of the input. What it tells is believed.
type ValuePlaces interface {
	// ValueAt returns what stands at a place, and whether a value begins there.
	ValueAt(at int) (Placed, bool)
}

// Placed is a value at a place.
type Placed struct {
	Value Value // that is to be read instead of what is written there, or nil
	Other any   // what [Decoder.ShareValue] would tell
	End   int   // behind what is written there
	Level int   // of chunked values around it
}

// SetPlaces has places tell of values until the scope ends.
func (d *Decoder) SetPlaces(places ValuePlaces) { d.scope().places = places }

// Keep keeps something of the caller's until the scope ends.
func (d *Decoder) Keep(kept any) { d.scope().kept = kept }

// Kept returns what Keep was given last in this scope, or nil.
func (d *Decoder) Kept() any {
	if d.vals == nil {
		return nil
	}
	return d.vals.kept
}

// seenAt returns what is known of a place, nil if no value begins there.
func (s *valueGet) seenAt(at int) *seenValue {
	seen := s.seen[at]
	if seen == nil && s.places != nil {
		if p, ok := s.places.ValueAt(at); ok {
			seen = &seenValue{level: p.Level, value: p.Value, other: p.Other, end: p.End, stead: p.Value != nil}
			s.seen[at] = seen
		}
	}
	return seen
}

// A ValueWatcher is what [Decoder.ShareValue] may tell of a value: an indirection in generated code may lead to what was
// not read by generated code.
type ValueWatcher interface {
	// Made is told the Value that is made of it as well.
	Made(Value)
	// ID returns the repository id of its type, which it need not have with it.
	ID() string
}

func (d *Decoder) scope() *valueGet {
	if d.vals == nil {
		d.vals = &valueGet{seen: map[int]*seenValue{}, ids: map[int]string{}, lists: map[int][]string{}}
	}
	return d.vals
}

// ForgetValues ends the scope of indirections, as the next message body does. It lets go of
// the Go objects that were read.
func (d *Decoder) ForgetValues() { d.vals = nil }

// Value reads a value where the IDL declares one of the type that declared describes; nil is
// ValueBase. It returns nil for null and after an error. What it makes may be of any type for
// which there is a factory; that it is one of those which the Go type at the place allows is
// for the caller to see.
func (d *Decoder) Value(declared *ValueType) Value {
	h := d.BeginValue()
	switch h.Kind {
	case SharedValue:
		if s := d.vals.seen[h.At]; s.value != nil {
			return s.value
		}
		back := d.jump(h.At)
		v := d.Value(declared)
		d.back(back)
		return v
	case NewValue:
		return d.newValue(h, declared)
	}
	return nil
}

// newValue makes a value and reads its state.
func (d *Decoder) newValue(h ValueHead, declared *ValueType) Value {
	if w, ok := d.vals.seen[h.At].other.(ValueWatcher); ok && len(h.IDs) == 0 {
		h.IDs = []string{w.ID()} // what was declared where it stands
	}
	t, truncated := h.choose(declared, d.env)
	if t == nil {
		d.Fail(h.unknown(declared))
		return nil
	}
	return d.MakeValue(h, t, truncated)
}

// MakeValue makes a value of type t, which must have a factory, of what BeginValue has begun, and ends
// it. truncated says that members will be left over. It is for those who read some values into
// something else, and others so. One that was made before, and is met again where an indirection led back to a value
// around it, is passed over and stays the one that it is. It returns nil after an error.
func (d *Decoder) MakeValue(h ValueHead, t *ValueType, truncated bool) Value {
	if !d.Enter() {
		return nil
	}
	defer d.Leave()
	s := d.vals.seen[h.At]
	before := s.value
	v := t.New()
	if v == nil {
		d.Fail(noFactory(t.ID))
		return nil
	}
	if before == nil {
		s.value, s.cut = v, truncated // before its state, which may lead back to it
		if w, ok := s.other.(ValueWatcher); ok {
			w.Made(v)
		}
	}
	if !t.Custom {
		v.UnmarshalState(d)
	} else if c, ok := v.(CustomValue); !ok {
		d.Fail(notCustom(v, t))
	} else if err := c.UnmarshalCustom(d); err != nil {
		d.Fail(customError(t, err))
	}
	d.EndValue(h, truncated || t.Custom)
	switch {
	case d.err != nil:
		return nil
	case before != nil:
		return before
	}
	return v
}

// choose returns the type to make of a value: the first of its repository ids for which
// there is a factory, and whether members will be left over.
func (h *ValueHead) choose(declared *ValueType, env *Env) (t *ValueType, truncated bool) {
	if len(h.IDs) == 0 {
		if declared == nil {
			return nil, false
		}
		if t = declared.find(declared.ID, env); t.New == nil {
			return nil, false
		}
		return t, false
	}
	for i, id := range h.IDs {
		if i > 0 && !h.Chunked {
			break // what is left over could not be skipped
		}
		if t = declared.find(id, env); t != nil && t.New != nil {
			return t, i > 0
		}
	}
	return nil, false
}

// unknown says why no type could be chosen.
func (h *ValueHead) unknown(declared *ValueType) error {
	switch {
	case len(h.IDs) > 0:
		return noFactory(h.IDs[0])
	case declared == nil:
		return marshal(exc.MinorBadValue, "a value without its type, where any value may stand")
	}
	return noFactory(declared.ID)
}

// ValueKind says what was found where a value is declared.
type ValueKind uint8

// The kinds. After an error it is NoValue.
const (
	NoValue     ValueKind = iota // null
	NewValue                     // a value, whose state follows
	SharedValue                  // a value that stands at an earlier place
)

// A ValueHead is what stands before the state of a value, or instead of it.
type ValueHead struct {
	Kind    ValueKind
	IDs     []string // repository ids, most derived first; none is the type that is declared
	Chunked bool
	At      int // the place of the value: where it is, or where the indirection leads
	level   int
	seen    *seenValue
}

// BeginValue reads the start of a value. After [NewValue] the state follows, up to
// [Decoder.EndValue]. It is for those who read values into something other than a [Value].
func (d *Decoder) BeginValue() (h ValueHead) {
	tag, at := d.valueTag()
	switch {
	case d.err != nil || tag == tagNull:
	case tag == tagIndirection:
		h.At = d.target()
		if d.scope().seenAt(h.At) == nil {
			d.Fail(marshal(exc.MinorBadValue, "a value's indirection to offset %d, where no value starts", h.At-d.base))
			return ValueHead{}
		}
		h.Kind = SharedValue
	case isValueTag(tag):
		h.At = at
		d.valueHead(&h, tag)
		if d.err != nil {
			return ValueHead{}
		}
		h.Kind = NewValue
		if h.seen.stead && d.PassValue(h) {
			h = ValueHead{Kind: SharedValue, At: at}
		}
	default:
		d.Fail(marshal(exc.MinorBadValue, "%#x at offset %d, where the tag of a value is wanted", tag, at-d.base))
	}
	if s := d.vals; s != nil && s.level > 0 && h.Kind != NewValue && d.end == s.end {
		d.end = d.pos // between chunks
	}
	return h
}

// target reads the offset of an indirection and returns the place to which it leads.
func (d *Decoder) target() int {
	d.Align(4)
	at := d.pos
	return at + int(d.Long())
}

// valueHead reads what follows a value's tag: codebase and repository ids, and enters the value.
func (d *Decoder) valueHead(h *ValueHead, tag uint32) {
	s := d.scope()
	if s.nodes++; s.nodes > d.env.Limits.Int(limits.ValueNodes) {
		d.Fail(exceeded(d.env, limits.ValueNodes, s.nodes))
		return
	}
	if tag&flagCodebase != 0 {
		d.valueID() // code is never loaded because a peer names it
	}
	switch tag & flagsIDs {
	case 0:
	case flagOneID:
		h.IDs = []string{d.valueID()}
	case flagIDs:
		h.IDs = d.valueIDs()
	default:
		d.Fail(marshal(exc.MinorBadValue, "a value's tag of %#x, which says neither one repository id nor a list", tag))
	}
	if tag&^(flagCodebase|flagsIDs|flagChunked) != tagValue {
		d.Fail(marshal(exc.MinorBadValue, "a value's tag of %#x, of which this version knows nothing", tag))
	}
	if h.seen = s.seenAt(h.At); h.seen == nil {
		h.seen = &seenValue{level: s.level}
		s.seen[h.At] = h.seen
	}
	if h.Chunked = tag&flagChunked != 0; h.Chunked {
		d.enterChunks(h)
	} else if s.level > 0 {
		d.Fail(marshal(exc.MinorBadValue, "a value that is not in chunks inside one that is"))
	}
}

// valueIDs reads a list of repository ids, or where one stands.
func (d *Decoder) valueIDs() []string {
	d.Align(4)
	at := d.pos
	n := d.ULong()
	if n == tagIndirection {
		ids, ok := d.vals.lists[d.target()]
		if !ok {
			d.Fail(marshal(exc.MinorBadValue, "an indirection at offset %d to repository ids that are not there", at-d.base))
		}
		return ids
	}
	if most := d.env.Limits.Int(limits.ValueIDs); int64(n) > int64(most) {
		d.Fail(exceeded(d.env, limits.ValueIDs, int(min(n, 1<<31-1))))
		return nil
	}
	var ids []string
	for range n {
		if ids = append(ids, d.valueID()); d.err != nil {
			return nil
		}
	}
	d.vals.lists[at] = slices.Clip(ids)
	return d.vals.lists[at]
}

// valueID reads a repository id or URL, or where one stands.
func (d *Decoder) valueID() string {
	d.Align(4)
	at := d.pos
	n := d.ULong()
	if n == tagIndirection {
		to := d.target()
		id, ok := d.vals.ids[to]
		if !ok && d.vals.places != nil && to >= 0 && to < d.pos { // in a part that d has not read
			back := d.pos
			d.pos = to
			id, ok = d.RawString(), d.err == nil
			d.pos = back
		}
		if !ok {
			d.Fail(marshal(exc.MinorBadValue, "an indirection at offset %d to a repository id that is not there", at-d.base))
		}
		return id
	}
	d.pos = min(at, d.end) // back to the length
	id := d.RawString()
	d.vals.ids[at] = id
	return id
}

// ShareValue tells what was made of the value at a place of this scope, so that it is found
// again through [Decoder.SharedAs].
func (d *Decoder) ShareValue(at int, made any) {
	if s := d.scope().seen[at]; s != nil {
		s.other = made
	}
}

// SharedAs returns what was made of the value at a place: a [Value], and what ShareValue
// told; nil where there is none.
func (d *Decoder) SharedAs(at int) (v Value, made any) {
	if d.vals == nil || d.vals.seen[at] == nil {
		return nil, nil
	}
	return d.vals.seen[at].value, d.vals.seen[at].other
}

// IsCut reports whether the [Value] that was made of the value at a place lacks members that it has in the message.
func (d *Decoder) IsCut(at int) bool {
	return d.vals != nil && d.vals.seen[at] != nil && d.vals.seen[at].cut
}

// PassValue passes over a value that BeginValue has begun, and ends it, if it was read to its end before. Otherwise it
// reports false, and its state is where it was.
func (d *Decoder) PassValue(h ValueHead) bool {
	switch {
	case d.err != nil || h.seen.end == 0:
		return false
	case h.Chunked:
		d.EndValue(h, true)
	default:
		d.pos = h.seen.end
	}
	return true
}

// A place is where a decoder was before it went back to a value that it had passed.
type place struct{ from, pos, end, level int }

// ReadAgain calls read with d at the value at a place where it was before, for who cannot use
// what others made of it. What read takes is charged to the message.
func (d *Decoder) ReadAgain(at int, read func()) {
	p := d.jump(at)
	read()
	d.back(p)
}

func (d *Decoder) jump(at int) place {
	s := d.scope()
	p := place{at, d.pos, d.end, s.level}
	if s.level == 0 {
		s.end = d.end
	}
	s.level = s.seen[at].level
	if d.pos, d.end = at, s.end; s.level > 0 {
		d.end = at // between chunks
	}
	return p
}

func (d *Decoder) back(p place) {
	s := d.vals
	used := d.pos - p.from
	d.end, s.level, s.over = p.end, p.level, false
	if d.err != nil {
		d.pos = d.end
		return
	}
	d.pos = p.pos
	d.Spend(max(used, 1), 1)
}
