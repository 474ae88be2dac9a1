package dyn

import (
	"math"

	"github.com/opendsom/dsom/typecode"
)

// In an any in a value in chunks each primitive is a run; see [cdr.Encoder.BeginRun]. omniORB copies an any by its
// type, in one step what lies side by side in memory: a piece.

// A piece is a number of octets, aligned to the first of them. No padding is in it that depends on where it stands.
type piece struct{ align, size int }

// join makes q, which follows p, a part of p if it needs no padding there wherever p stands.
func (p *piece) join(q piece) bool {
	if p.size%q.align != 0 || q.align > p.align {
		return false
	}
	p.size += q.size
	return true
}

// times returns n of p in a row.
func (p piece) times(n int) piece {
	return piece{p.align, p.size + (n-1)*((p.size+p.align-1)&-p.align)}
}

// primitive returns the piece that a primitive of kind k is; its size is 0 for other kinds. A char is none: its octet may be another there.
func primitive(k typecode.Kind) piece {
	switch k {
	case typecode.TkBoolean, typecode.TkOctet:
		return piece{1, 1}
	case typecode.TkShort, typecode.TkUShort:
		return piece{2, 2}
	case typecode.TkLong, typecode.TkULong, typecode.TkFloat, typecode.TkEnum:
		return piece{4, 4}
	case typecode.TkLongLong, typecode.TkULongLong, typecode.TkDouble:
		return piece{8, 8}
	case typecode.TkLongDouble:
		return piece{8, 16}
	}
	return piece{}
}

// pieces are those of which an any's value is written.
type pieces struct {
	open  layout // begun, and a run of the encoder; there is none if it has no pieces
	depth int    // of types around the place, in the outermost any
	whole bool   // a run has begun that all is part of until it ends
}

// inPieces reports whether a value is written that an any holds, in a chunk, and that is not part of a run already.
func (t *transcoder) inPieces() bool { return t.values == 0 && !t.pieces.whole && t.e.InChunk() }

// isRun reports whether the elements of a sequence or array, of type content, are a run, and what is known of each.
func (t *transcoder) isRun(content *typecode.TypeCode) (element layout, run bool) {
	k := content.Unalias().Kind()
	switch {
	case k == typecode.TkChar:
		element.put(piece{1, 1})
		return element, true
	case t.inPieces():
		run = element.add(content)
		return element, run && element.pieces > 0
	case k == typecode.TkEnum:
		return element, false
	}
	p := primitive(k)
	if p.size > 0 {
		element.put(p)
	}
	return element, p.size > 0
}

// writePieces writes a value that an any holds, in a chunk.
func (t *transcoder) writePieces(tc *typecode.TypeCode) {
	t.pieces.depth++
	switch k := tc.Kind(); k {
	case typecode.TkNull, typecode.TkVoid:
	case typecode.TkAlias, typecode.TkStruct:
		t.write(tc)
	case typecode.TkArray:
		t.arrayInPieces(tc)
	default:
		if p := primitive(k); p.size > 0 {
			t.beginPiece(layout{p, 1, p.size, true})
			t.write(tc)
		} else {
			t.endPiece()
			t.write(tc)
			t.endPiece()
		}
	}
	if t.pieces.depth--; t.pieces.depth == 0 {
		t.endPiece()
	}
}

// arrayInPieces writes an array. What has no variable length in it is a piece.
func (t *transcoder) arrayInPieces(tc *typecode.TypeCode) {
	var l layout
	n := int(min(tc.Length(), math.MaxInt32))
	switch flat := l.add(tc); {
	case flat && l.pieces == 1:
		t.beginPiece(l)
		t.together(tc, n)
	case flat:
		t.endPiece()
		t.e.BeginAnyRun()
		t.together(tc, n)
		t.e.EndAnyRun(l.leaf, false)
	default:
		t.endPiece()
		t.write(tc)
		t.endPiece()
	}
}

// together writes n elements that are part of a run.
func (t *transcoder) together(tc *typecode.TypeCode, n int) {
	t.pieces.whole = true
	t.each(tc, n)
	t.pieces.whole = false
}

// beginPiece begins one, or goes on with the one before.
func (t *transcoder) beginPiece(l layout) {
	open := &t.pieces.open
	if open.pieces > 0 && open.last.join(l.last) {
		open.even = open.even && l.even && open.leaf == l.leaf && l.leaf > 1
		open.leaf = l.leaf
		return
	}
	t.endPiece()
	t.e.BeginAnyRun()
	*open = l
}

func (t *transcoder) endPiece() {
	if open := &t.pieces.open; open.pieces > 0 {
		t.e.EndAnyRun(open.leaf, open.even)
		*open = layout{}
	}
}

// A layout is what is known of a type's values wherever they stand, if their length is.
type layout struct {
	last   piece
	pieces int
	leaf   int  // size of the last primitive
	even   bool // all have that size; if it is 1, in one array, which is read at once
}

// add adds a value of type tc. It reports false if that has no length of its own.
func (l *layout) add(tc *typecode.TypeCode) bool {
	switch tc.Kind() {
	case typecode.TkNull, typecode.TkVoid:
		return true
	case typecode.TkAlias:
		return !tc.RecursiveContent() && l.add(tc.Content())
	case typecode.TkStruct:
		for i := range tc.Len() {
			if tc.RecursiveMember(i) || !l.add(tc.MemberType(i)) {
				return false
			}
		}
		return true
	case typecode.TkArray:
		var element layout
		if tc.RecursiveContent() || !element.add(tc.Content()) {
			return false
		}
		if element.pieces == 0 || tc.Length() == 0 {
			return true
		}
		even := element.even && (l.leaf == 0 || l.even && l.leaf == element.leaf && l.leaf > 1)
		if element.pieces == 1 {
			l.put(element.last.times(int(min(tc.Length(), math.MaxInt32))))
		} else { // the first, and the others in a row
			l.last = element.last
			l.pieces += element.pieces + 1
		}
		l.leaf, l.even = element.leaf, even
		return true
	}
	p := primitive(tc.Kind())
	if p.size > 0 {
		l.put(p)
	}
	return p.size > 0
}

// put adds a piece of one primitive.
func (l *layout) put(p piece) {
	if l.pieces == 0 || !l.last.join(p) {
		l.last = p
		l.pieces++
	}
	l.even = l.leaf == 0 || l.even && l.leaf == p.size && p.size > 1
	l.leaf = p.size
}
