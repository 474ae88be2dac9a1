package typecode

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

func bad(format string, args ...any) error {
	return exc.New(exc.BadTypecode, exc.MinorBadValue, exc.No, format, args...)
}

// Put writes a TypeCode. A type inside itself is written as an indirection, and so is one
// that occurs a second time, which keeps small what was small when it was received.
func Put(e *cdr.Encoder, t *TypeCode) {
	w := writer{e: e}
	w.put(t)
}

type writer struct {
	e    *cdr.Encoder
	open []place           // the types around the one that is written
	done []place           // those that are written
	at   map[*TypeCode]int // of done, once there are many
}

type place struct {
	t  *TypeCode
	at int
}

// around returns where t stands, if it is one around the place: one that t refers back to, or that was left when t was
// taken from a type inside. The target may have been built apart from that one, and then has its id in common with it.
func (w *writer) around(t *TypeCode) (int, bool) {
	target := t.r()
	for _, p := range w.open {
		if p.t == target {
			return p.at, true
		}
	}
	if !t.recursive() || t.id == "" {
		return 0, false
	}
	for _, p := range w.open {
		if p.t.id == t.id && (t.target == nil || p.t.kind == t.target.kind) {
			return p.at, true
		}
	}
	return 0, false
}

const manyTypes = 32

// before returns where t was written before.
func (w *writer) before(t *TypeCode) (int, bool) {
	if w.at != nil {
		at, ok := w.at[t]
		return at, ok
	}
	for _, p := range w.done {
		if p.t == t {
			return p.at, true
		}
	}
	return 0, false
}

func (w *writer) written(t *TypeCode, at int) {
	if w.at != nil {
		w.at[t] = at
		return
	}
	w.done = append(w.done, place{t, at})
	if len(w.done) > manyTypes {
		w.at = make(map[*TypeCode]int, 2*manyTypes)
		for _, p := range w.done {
			w.at[p.t] = p.at
		}
	}
}

func (w *writer) indirection(at int) {
	w.e.ULong(uint32(tkIndirection))
	w.e.Long(int32(at - w.e.Len()))
}

func (w *writer) put(t *TypeCode) {
	e := w.e
	e.Align(4)
	if at, ok := w.around(t); ok {
		w.indirection(at)
		return
	}
	if t.recursive() && t.target == nil {
		e.Fail(bad("the TypeCode of %s is named inside another type, which does not hold it", t.id))
		return
	}
	t = t.r()
	at := e.Len()
	switch t.kind {
	case TkString, TkWString:
		e.ULong(uint32(t.kind))
		e.ULong(t.length)
		return
	case TkFixed:
		e.ULong(uint32(t.kind))
		e.UShort(t.digits)
		e.Short(t.scale)
		return
	}
	if simple[t.kind] != nil {
		e.ULong(uint32(t.kind))
		return
	}
	if at, ok := w.before(t); ok {
		w.indirection(at)
		return
	}
	e.ULong(uint32(t.kind))
	m := e.Begin()
	if t.kind != TkSequence && t.kind != TkArray {
		e.RawString(t.id)
		e.RawString(t.name)
	}
	w.open = append(w.open, place{t, at})
	w.parameters(t)
	w.open = w.open[:len(w.open)-1]
	e.End(m)
	w.written(t, at)
}

// parameters writes what follows id and name.
func (w *writer) parameters(t *TypeCode) {
	e := w.e
	switch t.kind {
	case TkStruct, TkExcept:
		e.Count(len(t.members))
		for i := range t.members {
			e.RawString(t.members[i].name)
			w.put(t.members[i].tc)
		}
	case TkUnion:
		w.put(t.disc)
		e.Long(int32(t.def))
		e.Count(len(t.members))
		for i := range t.members {
			putLabel(e, t.disc, t.members[i].label)
			e.RawString(t.members[i].name)
			w.put(t.members[i].tc)
		}
	case TkEnum:
		e.Count(len(t.members))
		for i := range t.members {
			e.RawString(t.members[i].name)
		}
	case TkSequence, TkArray:
		w.put(t.content)
		e.ULong(t.length)
	case TkAlias, TkValueBox:
		w.put(t.content)
	case TkValue, TkEvent:
		e.Short(t.modifier)
		w.put(t.content)
		e.Count(len(t.members))
		for i := range t.members {
			e.RawString(t.members[i].name)
			w.put(t.members[i].tc)
			e.Short(t.members[i].visibility)
		}
	}
}

// putLabel writes a union's label in the type of its discriminator.
func putLabel(e *cdr.Encoder, disc *TypeCode, v int64) {
	switch disc.Unalias().kind {
	case TkShort, TkUShort:
		e.UShort(uint16(v))
	case TkLong, TkULong, TkEnum:
		e.ULong(uint32(v))
	case TkLongLong, TkULongLong:
		e.LongLong(v)
	case TkBoolean, TkChar, TkOctet:
		e.Octet(byte(v))
	case TkWChar:
		e.WChar(rune(v))
	default:
		e.Fail(bad("a union cannot be switched by %s", disc.Kind()))
	}
}
