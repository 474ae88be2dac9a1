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
	open    piece // begun, and a run of the encoder; there is none if it has no size
	rigid   bool  // there is a row in it, or a part of one
	depth   int   // of types around the place, in the outermost any
	structs int   // of them, and nothing between whose length is not known
	rows    int   // around the place, the first element of which it is in
	whole   bool  // a run has begun that all is part of until it ends
}

// inPieces reports whether a value is written that an any holds, in a chunk, and that is not part of a run already.
func (t *transcoder) inPieces() bool { return t.values == 0 && !t.pieces.whole && t.e.InChunk() }

// isRun reports whether the elements of tc, a sequence or array, are a run, and what is known of each.
func (t *transcoder) isRun(tc *typecode.TypeCode) (element layout, run bool) {
	content := tc.Content()
	k := content.Unalias().Kind()
	switch {
	case k == typecode.TkChar:
		element.put(piece{1, 1})
		return element, true
	case t.inPieces():
		run = element.add(content)
		return element, run && element.pieces > 0
	case tc.Kind() == typecode.TkSequence && isEnums(content):
		k = typecode.TkEnum
	case k == typecode.TkEnum:
		return element, false
	}
	p := primitive(k)
	if p.size > 0 {
		element.put(p)
	}
	return element, p.size > 0
}

// isEnums reports whether tc is an enum, or an array of one: omniORB (4.2.5) reads those of a sequence in one step, and those of an array one by one.
func isEnums(tc *typecode.TypeCode) bool {
	tc = tc.Unalias()
	for tc.Kind() == typecode.TkArray && !tc.RecursiveContent() {
		tc = tc.Content().Unalias()
	}
	return tc.Kind() == typecode.TkEnum
}

// writePieces writes a value that an any holds, in a chunk.
func (t *transcoder) writePieces(tc *typecode.TypeCode) {
	t.pieces.depth++
	switch k := tc.Kind(); k {
	case typecode.TkNull, typecode.TkVoid:
	case typecode.TkAlias:
		t.write(tc)
	case typecode.TkStruct:
		t.pieces.structs++
		t.write(tc)
		t.pieces.structs--
		t.endOutermost()
	case typecode.TkArray:
		t.arrayInPieces(tc)
	default:
		if p := primitive(k); p.size > 0 {
			t.beginPiece(p)
			t.write(tc)
		} else {
			t.apart(tc)
		}
	}
	if t.pieces.depth--; t.pieces.depth == 0 {
		t.endPiece()
	}
}

// apart writes what is no part of a piece. Structures in it are none of those around it.
func (t *transcoder) apart(tc *typecode.TypeCode) {
	t.endPiece()
	around := t.pieces
	t.pieces.structs, t.pieces.rows = 0, 0
	t.write(tc)
	t.pieces.structs, t.pieces.rows = around.structs, around.rows
	t.endPiece()
}

// arrayInPieces writes an array. One of what is one piece is one, too.
func (t *transcoder) arrayInPieces(tc *typecode.TypeCode) {
	var l layout
	n := int(min(tc.Length(), math.MaxInt32))
	switch flat := l.add(tc); {
	case !flat:
		t.apart(tc)
	case l.pieces == 0: // of nothing
		t.together(tc, n)
	case t.pieces.rows == 0 && t.pieces.open.align <= 1 && arraysOfOctets(tc.Content()):
		t.each(tc, n)
	case t.pieces.rows == 0 && t.pieces.open.align <= 1 && arraysOfOctets(tc):
		t.endPiece()
		t.beginPiece(l.last)
		t.together(tc, n)
		t.endPiece()
	case l.pieces == 1:
		t.beginPiece(l.last)
		t.together(tc, n)
	default:
		t.inARow(tc, n)
	}
}

// arraysOfOctets reports whether tc is an array of octets, or of such arrays: omniORBpy (4.3) reads each of them in one step. In a piece with
// numbers it is part of that.
func arraysOfOctets(tc *typecode.TypeCode) bool {
	if tc = tc.Unalias(); tc.Kind() != typecode.TkArray {
		return false
	}
	return tc.Content().Unalias().Kind() == typecode.TkOctet || arraysOfOctets(tc.Content())
}

// inARow writes n elements of more than one piece each. omniORB reads the first by its pieces and the others in one step, as if they stood
// where they would in one chunk: a chunk that ended in the first would have the padding of the others change. So no chunk ends in a row,
// and omniORB fails with MARSHAL if one of its buffers ends in the first element.
func (t *transcoder) inARow(tc *typecode.TypeCode, n int) {
	if n > 1 {
		t.pieces.rows++
	}
	t.inside(tc.RecursiveContent(), tc.Content())
	if n > 1 && t.ok() {
		t.pieces.rows--
		from := t.e.Len()
		t.together(tc, n-1)
		t.pieces.open.size += t.e.Len() - from
	}
	t.endOutermost()
}

// endOutermost ends a piece behind the outermost structure or row.
func (t *transcoder) endOutermost() {
	if t.pieces.structs == 0 && t.pieces.rows == 0 {
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
func (t *transcoder) beginPiece(p piece) {
	open := &t.pieces.open
	switch {
	case open.size > 0 && open.join(p):
	case t.pieces.rows > 0 && t.pieces.rigid:
		*open = p
	default:
		t.endPiece()
		t.e.BeginAnyRun()
		*open = p
	}
	t.pieces.rigid = t.pieces.rows > 0
}

func (t *transcoder) endPiece() {
	if open := &t.pieces.open; open.size > 0 {
		t.e.EndAnyRun(open.align, t.pieces.rigid)
		*open, t.pieces.rigid = piece{}, false
	}
}

// A layout is what is known of a type's values wherever they stand, if their length is.
type layout struct {
	last   piece
	pieces int
}

// add adds a value of type tc. It reports false if that has no length of its own.
func (l *layout) add(tc *typecode.TypeCode) bool {
	switch tc.Kind() {
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
		switch {
		case element.pieces == 0 || tc.Length() == 0:
		case element.pieces == 1:
			l.put(element.last.times(int(min(tc.Length(), math.MaxInt32))))
		default: // the first, and the others in a row
			l.pieces += element.pieces
		}
		return true
	}
	p := primitive(tc.Kind())
	if p.size > 0 {
		l.put(p)
	}
	return p.size > 0
}

// put adds a piece.
func (l *layout) put(p piece) {
	if l.pieces == 0 || !l.last.join(p) {
		l.last = p
		l.pieces++
	}
}
