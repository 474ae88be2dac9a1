package cdr

// A run is what a peer may read in one step, whatever it is made of: a text, a fixed, the elements of a sequence or
// array of primitives. In an any it is each primitive, and as many members and elements as lie side by side in memory.
//
// omniORB (4.2.5) has of a message what fits into a buffer of 8 KiB, or one fragment, and reads a run to the end of the
// buffer; the rest must be the rest of the chunk, or it fails with MARSHAL. It reads a run right that goes over the end
// of its chunk, and numbers that are no run wherever they stand. Where its buffers end cannot be told: at multiples of
// 8 KiB, but counted from behind the last long run that it has read past the buffer. So behind leastRead each run has to
// be the last of its chunk. None is in two chunks, which JacORB does not read.

// leastRead is how many octets of a message any peer has in its memory at once. omniORB has 8 KiB.
const leastRead = 4 << 10

// BeginRun says that what is written until [Encoder.EndRun] is a run, which peers may read in one step: the chunk of a
// value does not end in it, but behind it if the run may be in two pieces where it is read. Runs in a run are
// part of it. There is no value in it, and no encapsulation.
//
// The encoder's methods for texts, sequences and arrays write runs by themselves. It is for those who write the
// elements one by one, and for the values of anys.
func (e *Encoder) BeginRun() {
	if e.vals != nil {
		e.vals.runs++
	}
}

// EndRun ends what BeginRun began.
func (e *Encoder) EndRun() {
	if e.vals != nil {
		e.vals.runs--
		e.endRun()
	}
}

// InChunk reports whether what is written next is in a chunk, and runs matter.
func (e *Encoder) InChunk() bool { return e.vals != nil && e.vals.chunk != 0 && !e.env.Memory }

// endRun is called behind each run.
func (e *Encoder) endRun() {
	if e.InChunk() && e.vals.runs == 0 {
		e.cutChunk()
	}
}

func (e *Encoder) cutChunk() {
	whole := leastRead
	if f := e.env.Fragment; f > 0 {
		whole = min(whole, f&^7) // fragments are a multiple of 8 long
	}
	s := e.vals
	if at := s.chunk; len(e.buf)-e.base > whole && len(e.buf) > at {
		e.closeChunk()
		e.openChunk()
		s.cut = at
	}
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
