package cdr

import "github.com/opendsom/dsom/exc"

// A run is what a peer may read in one step, whatever it is made of: a text, a fixed, the elements of a sequence or
// array of primitives, the enumerators of a sequence of them or of arrays of them (but not those of an array, which omniORB reads one by one). In an any it is each primitive, and as many members and elements as lie side by side in memory.
//
// omniORB (4.2.5) has of a message what fits into a buffer of 8 KiB, or one fragment. It reads a run to the end of the
// buffer, and the rest of the chunk must then be the rest of the run or a part of it, or it fails with MARSHAL. So where
// a buffer may end in a run, or before its first octet, a chunk ends in it or with it. Numbers that are no run it reads
// wherever they stand. Where its buffers end cannot be told: at multiples of 8, each 8 KiB long, but counted from behind
// the last long run that it has read past the buffer.
//
// JacORB reads no text and no array that is in two chunks, and cannot read on from each place where a chunk may end: see
// [Encoder.step]. The end of a run that goes over a multiple of 8 is one of those where it can, unless the run is of an
// any, where it reads one primitive after the other. There the chunk ends up to 3 octets earlier.

// leastRead is how many octets of a message any peer has in its memory at once. omniORB has 8 KiB.
const leastRead = 4 << 10

// BeginRun says that what is written until [Encoder.EndRun] is a run, which peers may read in one step: the chunk of a
// value does not end in it, but behind it if the run may be in two pieces where it is read. It aligns for the run, to
// 1, 2, 4 or 8. Runs in a run are part of it. There is no value in it, and no encapsulation.
//
// The encoder's methods for texts, sequences and arrays write runs by themselves. It is for those who write the
// elements one by one.
func (e *Encoder) BeginRun(align int) {
	e.alignRun(align)
	e.beginRun(false)
}

// BeginAnyRun is BeginRun in an any, where peers align by themselves and read the elements one by one or at once.
// [Encoder.EndAnyRun] ends it.
func (e *Encoder) BeginAnyRun() { e.beginRun(true) }

func (e *Encoder) beginRun(parts bool) {
	if s := e.vals; s != nil {
		if s.runs++; s.runs == 1 {
			s.run, s.parts = len(e.buf), parts
		}
	}
}

// EndRun ends what BeginRun began.
func (e *Encoder) EndRun() {
	if s := e.vals; s != nil {
		if s.runs--; s.runs == 0 {
			e.endRun(s.run)
		}
	}
}

// EndAnyRun ends what BeginAnyRun began. align is what peers align the run to; row says that there is padding in it, which omniORB
// takes for octets like others.
func (e *Encoder) EndAnyRun(align int, row bool) {
	s := e.vals
	if s == nil {
		return
	}
	if s.runs--; s.runs > 0 {
		return
	}
	if row {
		s.row = len(e.buf)
	}
	if align == 8 {
		s.wide = len(e.buf)
	}
	e.endRun(s.run)
}

// InChunk reports whether what is written next is in a chunk, and runs matter.
func (e *Encoder) InChunk() bool { return e.vals != nil && e.vals.chunk != 0 && !e.env.Memory }

// endRun is called behind each run, with the place where its first octet is.
func (e *Encoder) endRun(start int) {
	if e.InChunk() && e.vals.runs == 0 && (start-e.base+7)&^7 < len(e.buf)-e.base {
		e.cutChunk()
	}
}

// cutChunk ends the chunk behind a run that may be in two pieces, if it may.
func (e *Encoder) cutChunk() {
	whole := leastRead
	if f := e.env.Fragment; f > 0 {
		whole = min(whole, f&^7) // fragments are a multiple of 8 long
	}
	s := e.vals
	at := s.chunk
	if len(e.buf)-e.base <= whole || len(e.buf) <= at || e.env.Reader.needsNoEnd() {
		return
	}
	if word, first, misread := e.lastWord(); misread {
		if !e.stuck(first) {
			e.splitWord(word, first)
		}
		return
	}
	e.endChunk()
	e.openChunk()
	s.cut = at
}

// alignRun aligns for an array of numbers of size octets, with a count before it or without.
//
// omniORB aligns for it before it looks for the next chunk: if the chunk has ended just before, and padding is needed, it is then behind the
// end of the chunk, and its process ends. If a run ended that chunk, the array goes on in it. omniORB's own client
// does the same, so that of two such runs it reads the first only where it has it whole. If a value within ended there, nothing helps: a known omniORB is not
// sent the array, though its own client does so.
func (e *Encoder) alignRun(size int) {
	if s := e.vals; s != nil {
		switch {
		case s.cut != 0:
			e.rejoin(s, size)
		case e.env.Reader == OmniORB && s.chunk == len(e.buf) && s.start == s.ended && (s.tail-e.base)&(size-1) != 0:
			e.Fail(exc.New(exc.Marshal, exc.MinorLimit, exc.No, "an array of numbers of %d octets follows a value whose data end at offset %d, "+
				"which is no multiple of that: the process of an omniORB would end that reads it; put another member between", size, s.tail-e.base))
		}
		e.arrayStep(size)
	}
	e.Align(size)
}

func (e *Encoder) rejoin(s *valuePut, size int) {
	if len(e.buf) == s.chunk && s.runs == 0 && (s.start-e.base)&(size-1) != 0 {
		e.buf = e.buf[:s.start]
		s.chunk, s.cut = s.cut, 0
	}
}
