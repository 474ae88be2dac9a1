package cdr

// A run is what a peer may read in one step, whatever it is made of: a text, a fixed, the elements of a sequence or
// array of primitives. In an any it is each primitive, and as many members and elements as lie side by side in memory.
//
// omniORB (4.2.5) has of a message what fits into a buffer of 8 KiB, or one fragment, and reads a run to the end of the
// buffer; the rest must be the rest of the chunk, or it fails with MARSHAL. It reads a run right that goes over the end
// of its chunk, and numbers that are no run wherever they stand. Where its buffers end cannot be told: at multiples of
// 8 KiB, but counted from behind the last long run that it has read past the buffer. So behind leastRead each run is
// the last of its chunk, wherever peers allow that: see [Encoder.EndAnyRun] and alignRun. But for the shorts of an any
// none is in two chunks, in which JacORB does not read it.

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
	e.beginRun()
}

// BeginAnyRun is BeginRun in an any, where peers align by themselves. [Encoder.EndAnyRun] ends it.
func (e *Encoder) BeginAnyRun() { e.beginRun() }

func (e *Encoder) beginRun() {
	if s := e.vals; s != nil {
		if s.runs++; s.runs == 1 {
			s.run = len(e.buf)
		}
	}
}

// EndRun ends what BeginRun began.
func (e *Encoder) EndRun() {
	if e.endedRun() {
		e.cutChunk(0)
	}
}

// EndAnyRun ends what BeginAnyRun began. last is the size of its last primitive; even says that all have that size.
//
// JacORB (3.9) takes a chunk for ended at a primitive that starts at no multiple of 4 if the chunk ends before the next
// one. Where it reads one primitive after the other the chunk ends before the last of shorts, or goes on.
func (e *Encoder) EndAnyRun(last int, even bool) {
	if !e.endedRun() {
		return
	}
	switch at := len(e.buf) - e.base - last; {
	case last >= 4 || at&3 == 0, even && last == 1:
		e.cutChunk(0)
	case even:
		e.cutChunk(last)
	}
}

// endedRun ends a run, and reports whether it may be in two pieces: not if there is no multiple of 8 in it, where
// buffers and fragments end.
func (e *Encoder) endedRun() bool {
	s := e.vals
	if s == nil {
		return false
	}
	s.runs--
	return s.runs == 0 && e.InChunk() && (s.run-e.base+7)&^7 < len(e.buf)-e.base
}

// InChunk reports whether what is written next is in a chunk, and runs matter.
func (e *Encoder) InChunk() bool { return e.vals != nil && e.vals.chunk != 0 && !e.env.Memory }

// endRun is called behind each run.
func (e *Encoder) endRun() {
	if e.InChunk() && e.vals.runs == 0 {
		e.cutChunk(0)
	}
}

// cutChunk ends a chunk before the last octets, at most 8, if it must end there.
func (e *Encoder) cutChunk(last int) {
	whole := leastRead
	if f := e.env.Fragment; f > 0 {
		whole = min(whole, f&^7) // fragments are a multiple of 8 long
	}
	s := e.vals
	at, end := s.chunk, len(e.buf)-last
	if end-e.base <= whole || end <= at {
		return
	}
	var rest [8]byte
	copy(rest[:], e.buf[end:])
	e.buf = e.buf[:end]
	e.closeChunk()
	e.openChunk()
	s.cut = at
	e.buf = append(e.buf, rest[:last]...)
}

// alignRun aligns for an array of numbers of size octets, with a count before it or without.
//
// If a run ended its chunk just before, and padding is needed, the array goes on in that chunk: omniORB aligns before
// it looks for the next, is then behind the end of the chunk, and its process ends. Its own client
// does the same, so that of two such runs it reads the first only where it has it whole.
func (e *Encoder) alignRun(size int) {
	if s := e.vals; s != nil && s.cut != 0 {
		e.rejoin(s, size)
	}
	e.Align(size)
}

func (e *Encoder) rejoin(s *valuePut, size int) {
	if len(e.buf) == s.chunk && s.runs == 0 && (s.start-e.base)&(size-1) != 0 {
		e.buf = e.buf[:s.start]
		s.chunk, s.cut = s.cut, 0
	}
}
