package typecode

import (
	"slices"
	"strings"
	"unsafe"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// Get reads a TypeCode. After an error it returns Null. How deep and how large it may be is
// limited by [limits.TypeCodeDepth], [limits.TypeCodeNodes] and [limits.Enumerators]; a type that is repeated by
// indirection counts again, so that no small message describes a huge type. Its memory, and that of its text,
// is charged to the message.
func Get(d *cdr.Decoder) *TypeCode {
	r := reader{}
	t := r.get(d, 0)
	if d.Err() != nil {
		return Null
	}
	return t
}

// allCovered is the index of the default arm that omniORB (4.2.5) sends for a union whose
// labels cover its discriminator, so that there can be no default; the specification says -1.
const allCovered = -2

type reader struct {
	shift       int // from places in the decoder's buffer to those in the message, where an encapsulation was put together
	nodes       int
	texts       int // octets of names and ids
	enumerators int
	sequences   int // around the type that is read
	types       []seen
}

// seen is a type that an indirection may lead to. They are in the order of their places.
type seen struct {
	at        int // where its kind stands
	t         *TypeCode
	nodes     int // when done: of which it consists
	texts     int // when done: in it
	sequences int
	open      bool
}

// The memory that types and members take, with what finds them.
const (
	typeSize   = int(unsafe.Sizeof(TypeCode{}) + unsafe.Sizeof(seen{}))
	memberSize = int(unsafe.Sizeof(member{}))
	indexSize  = 64 // of a member that is in an index: in two maps
)

// get reads a TypeCode at some depth. It never returns nil.
func (r *reader) get(d *cdr.Decoder, depth int) *TypeCode {
	d.Align(4)
	at := d.Pos() + r.shift
	kind := Kind(d.ULong())
	if d.Err() != nil {
		return Null
	}
	if kind == tkIndirection {
		return r.indirection(d)
	}
	if kind >= numKinds {
		d.Fail(bad("TypeCode of unknown kind %d", uint32(kind)))
		return Null
	}
	r.nodes++
	if most := d.Env().Limits.Int(limits.TypeCodeNodes); r.nodes > most {
		exceeded(d, limits.TypeCodeNodes, r.nodes)
		return Null
	}
	if most := d.Env().Limits.Int(limits.TypeCodeDepth); depth >= most {
		exceeded(d, limits.TypeCodeDepth, depth+1)
		return Null
	}
	switch kind {
	case TkString:
		return StringMax(d.ULong())
	case TkWString:
		return WStringMax(d.ULong())
	case TkFixed:
		t := Fixed(d.UShort(), d.Short())
		if d.Err() == nil && !t.isFixed() {
			d.Fail(bad("TypeCode of fixed<%d,%d>", t.digits, t.scale))
		}
		return t
	}
	if t := simple[kind]; t != nil {
		return t
	}
	return r.complex(d, kind, at, depth)
}

func exceeded(d *cdr.Decoder, n limits.Name, got int) {
	if d.Err() == nil {
		d.Fail(exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%w", d.Env().Limits.Exceeded(n, int64(got))))
	}
}

// indirection reads where the type stands that belongs here.
func (r *reader) indirection(d *cdr.Decoder) *TypeCode {
	at := d.Pos() + r.shift
	offset := int(d.Long())
	if d.Err() != nil {
		return Null
	}
	i, ok := slices.BinarySearchFunc(r.types, at+offset, func(s seen, at int) int { return s.at - at })
	if ok {
		s := &r.types[i]
		if s.open {
			return r.around(d, i)
		}
		if r.texts += s.texts; !d.Spend(s.texts, 1) {
			return Null
		}
		r.nodes += s.nodes
		if most := d.Env().Limits.Int(limits.TypeCodeNodes); r.nodes > most {
			exceeded(d, limits.TypeCodeNodes, r.nodes)
			return Null
		}
		return s.t
	}
	d.Fail(bad("TypeCode indirection to offset %d, where no TypeCode stands", offset))
	return Null
}

// around returns what stands for the type i, which is not done, inside itself.
func (r *reader) around(d *cdr.Decoder, i int) *TypeCode {
	s := &r.types[i]
	texts := 0 // that are printed again with it
	for ; i < len(r.types) && r.types[i].t.kind.bare(); i++ {
		texts += len(r.types[i].t.id) + len(r.types[i].t.name)
	}
	switch {
	case i == len(r.types) || r.types[i].t.kind == TkExcept:
		d.Fail(bad("TypeCode of a %v that holds itself", s.t.kind))
		return Null
	case s.sequences == r.sequences:
		d.Fail(bad("the TypeCode of %s holds itself, without a sequence between", s.t.id))
		return Null
	}
	if r.texts += texts; !d.Spend(texts, 1) {
		return Null
	}
	return &TypeCode{kind: tkRecursive, id: s.t.id, target: s.t}
}

// bare reports whether types of kind k cannot hold themselves without one of another kind between, whose name
// stands for it there: typedefs, sequences and arrays.
func (k Kind) bare() bool { return k == TkAlias || k == TkSequence || k == TkArray }

// complex reads a TypeCode whose parameters are an encapsulation.
func (r *reader) complex(d *cdr.Decoder, kind Kind, at, depth int) *TypeCode {
	if !d.Spend(1, typeSize) {
		return Null
	}
	t := &TypeCode{kind: kind, def: -1}
	place, before, texts := len(r.types), r.nodes, r.texts
	r.types = append(r.types, seen{at: at, t: t, sequences: r.sequences, open: true})
	start, shift := d.Pos()+4, r.shift
	in := d.Encapsulation()
	r.shift += start - (in.Pos() - 1) // not 0 where it is in several chunks of a value
	r.parameters(&in, t, depth+1)
	r.shift = shift
	if d.EndEncapsulation(&in); d.Err() != nil {
		return Null
	}
	r.types[place].open = false
	r.types[place].nodes = r.nodes - before + 1
	r.types[place].texts = r.texts - texts
	return t.done()
}

// text reads an id or name.
func (r *reader) text(d *cdr.Decoder) string {
	s := d.RawString()
	if strings.IndexByte(s, 0) >= 0 {
		d.Fail(bad("TypeCode with a zero octet inside a name"))
		return ""
	}
	if r.texts += len(s); !d.Spend(len(s), 1) {
		return ""
	}
	return s
}

// room returns room for n members, which takes memory: it is charged.
func room(d *cdr.Decoder, n int) []member {
	size := memberSize
	if n > fewMembers {
		size += indexSize
	}
	if !d.Spend(n, size) {
		return nil
	}
	return make([]member, 0, n)
}

// content reads the type of something inside.
func (r *reader) content(d *cdr.Decoder, depth int) *TypeCode {
	t := r.get(d, depth)
	switch t.kind {
	case TkNull, TkVoid, TkExcept:
		if d.Err() == nil {
			d.Fail(bad("TypeCode of something that consists of %v", t.kind))
		}
	}
	return t
}

func (r *reader) parameters(d *cdr.Decoder, t *TypeCode, depth int) {
	if t.kind == TkSequence || t.kind == TkArray {
		if t.kind == TkSequence {
			r.sequences++
		}
		t.content = r.content(d, depth)
		if t.kind == TkSequence {
			r.sequences--
		}
		t.length = d.ULong()
		return
	}
	t.id, t.name = r.text(d), r.text(d)
	switch t.kind {
	case TkStruct, TkExcept:
		r.members(d, t, depth)
	case TkUnion:
		t.disc = r.get(d, depth)
		if k := t.disc.Unalias().kind; d.Err() == nil && !switchable(k) {
			d.Fail(bad("TypeCode of a union that is switched by %v", k))
		}
		if t.def = int(d.Long()); t.def == allCovered {
			t.def = -1
		}
		r.members(d, t, depth)
		if d.Err() == nil && (t.def < -1 || t.def >= len(t.members)) {
			d.Fail(bad("TypeCode of a union whose default arm is number %d of %d", t.def, len(t.members)))
		}
	case TkEnum:
		r.enumeration(d, t)
	case TkAlias:
		t.content = r.content(d, depth)
	case TkValueBox:
		r.sequences++ // a box may be null, so that its content may recur
		t.content = r.content(d, depth)
		r.sequences--
	case TkValue, TkEvent:
		if t.modifier = d.Short(); uint16(t.modifier) > uint16(ValueTruncatable) {
			d.Fail(bad("TypeCode of a %v with modifier %d", t.kind, t.modifier))
		}
		r.sequences++
		r.base(d, t, depth)
		r.members(d, t, depth)
		r.sequences--
	}
}

func (r *reader) enumeration(d *cdr.Decoder, t *TypeCode) {
	n := d.Count(4)
	r.enumerators += n
	if most := d.Env().Limits.Int(limits.Enumerators); r.enumerators > most {
		exceeded(d, limits.Enumerators, r.enumerators)
		return
	}
	t.members = room(d, n)
	for range n {
		if t.members = append(t.members, member{name: r.text(d)}); d.Err() != nil {
			return
		}
	}
}

// base reads the type that a value type is derived from.
func (r *reader) base(d *cdr.Decoder, t *TypeCode, depth int) {
	base := r.get(d, depth)
	switch k := base.r().kind; {
	case d.Err() != nil || k == TkNull:
		return
	case k != TkValue && k != TkEvent:
		d.Fail(bad("TypeCode of a %v with a base that is a %v", t.kind, k))
		return
	}
	if t.content = base; t.derivesFromItself() {
		t.content = nil
		d.Fail(bad("the TypeCode of %s is derived from itself", t.id))
	}
}

// members reads the members of a struct, exception, union or value type.
func (r *reader) members(d *cdr.Decoder, t *TypeCode, depth int) {
	n := d.Count(8)
	if most := d.Env().Limits.Int(limits.TypeCodeNodes); n > most-r.nodes {
		exceeded(d, limits.TypeCodeNodes, r.nodes+n)
		return
	}
	t.members = room(d, n)
	for i := range n {
		var m member
		if t.kind == TkUnion {
			if m.label = label(d, t.disc); i == t.def {
				m.label = 0 // it means nothing
			} else if n := t.disc.Unalias().Len(); t.disc.Unalias().kind == TkEnum && m.label >= int64(n) && d.Err() == nil {
				d.Fail(bad("TypeCode of a union with label %d of an enum of %d", m.label, n))
			}
		}
		m.name = r.text(d)
		m.tc = r.content(d, depth)
		if t.kind == TkValue || t.kind == TkEvent {
			if m.visibility = d.Short(); m.visibility != 0 && m.visibility != 1 {
				d.Fail(bad("TypeCode of a %v whose member %s has visibility %d", t.kind, m.name, m.visibility))
			}
		}
		if d.Err() != nil {
			return
		}
		t.members = append(t.members, m)
	}
}

// switchable reports whether a union may be switched by a type of that kind.
func switchable(k Kind) bool {
	switch k {
	case TkShort, TkUShort, TkLong, TkULong, TkEnum, TkLongLong, TkULongLong, TkBoolean, TkChar, TkOctet, TkWChar:
		return true
	}
	return false
}

// label reads a union's label in the type of its discriminator.
func label(d *cdr.Decoder, disc *TypeCode) int64 {
	if disc = disc.Unalias(); d.Err() != nil {
		return 0
	}
	switch disc.kind {
	case TkShort:
		return int64(d.Short())
	case TkUShort:
		return int64(d.UShort())
	case TkLong:
		return int64(d.Long())
	case TkULong, TkEnum:
		return int64(d.ULong())
	case TkLongLong, TkULongLong:
		return d.LongLong()
	case TkBoolean:
		if d.Boolean() {
			return 1
		}
		return 0
	case TkChar, TkOctet:
		return int64(d.Octet())
	case TkWChar:
		return int64(d.WChar())
	}
	return 0
}
