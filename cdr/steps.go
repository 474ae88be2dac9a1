package cdr

// A Reader is what is known of who will read a message: where the chunks of values may end depends on it.
type Reader uint8

const (
	AnyReader  Reader = iota // nothing: chunks end where all peers read them, if there is such a place
	OtherOrder               // nothing, but that its own byte order is not the message's
	JacORB                   // needs no chunk to end, and cannot read on from each place where one does; see [Encoder.step]
	NotJacORB                // reads on wherever a chunk ends
	OmniORB                  // so does it, but its process ends at some arrays; see [Encoder.alignRun]
	Other                    // is known to be neither: needs no chunk to end, and reads on where one has to
	Combat                   // needs none to end, and reads on at no multiple of 8 with what is aligned to that; see [Encoder.nested]
)

// needsNoEnd reports whether r reads chunks that end nowhere but where they have to.
func (r Reader) needsNoEnd() bool { return r == JacORB || r == Other || r == Combat }

// mayBeJacORB reports whether r may be.
func (r Reader) mayBeJacORB() bool { return r <= JacORB }

// MayBeOmniORB reports whether r may be omniORB.
func (r Reader) MayBeOmniORB() bool { return r <= OmniORB && r != JacORB }

// A step is what JacORB (3.9) reads having looked whether its chunk ends: a number, a text, a wide character, a fixed, an array.
// It takes the chunk for ended if that ends at the next multiple of 4 or before. A short at 2 is such a step, if the chunk ends
// behind it: JacORB then reads the size of the next chunk first, and the short behind that. That goes without an error.
//
// So before a chunk ends, the steps in its last word that do not start with the word are moved into chunks of their own,
// where each is at a multiple of 4. An octet, boolean or char by itself is none: there it looks at the very place alone.
//
// omniORB reads a run of an any on over these ends, with two exceptions. What it aligns to 8 it aligns so again in the next
// chunk, whose first octet must be at a multiple of 8: if the word is not, the whole of it is moved, and the steps in the word before. And in
// a row it takes the padding for octets: where a chunk must end it then fails with MARSHAL, where none must none does.
//
// Before an array that is a member the padding stays in the chunk before: at the start of one omniORB's process would end. Others who look for the
// end of the chunk at the very place fail with MARSHAL there, if the array is one short behind an octet.

// A wordStep is a step that does not start with a word.
type wordStep struct {
	end   int // of what is before
	start int // behind the padding
}

// step is called before each step of less than 4 octets, which is aligned to 1, 2, 4 or 8.
func (e *Encoder) step(align int) {
	s := e.vals
	p := len(e.buf) - e.base
	if s == nil || p&3 == 0 || s.chunk == 0 || s.runs > 0 && !s.parts || !e.env.Reader.mayBeJacORB() || e.env.Memory {
		return
	}
	if two := len(e.buf) - p&7; two != s.words {
		s.words, s.nsteps = two, 0
	}
	w := wordStep{len(e.buf), (p+align-1)&-align + e.base}
	if n := s.nsteps; n > 0 && s.steps[n-1].end == w.end { // the same, said twice
		s.nsteps--
	}
	s.steps[s.nsteps] = w
	s.nsteps++
}

// arrayStep is step before an array of elements of size octets.
func (e *Encoder) arrayStep(size int) {
	e.step(size)
	if s := e.vals; s.nsteps > 0 && s.runs == 0 && s.steps[s.nsteps-1].end == len(e.buf) {
		last := &s.steps[s.nsteps-1]
		last.end = last.start
	}
}

// lastWord returns where the last word begins that is written, and which step is the first of those in it that do not start with it:
// JacORB cannot read on if the chunk ends here and there is one.
func (e *Encoder) lastWord() (word, first int, misread bool) {
	s, p := e.vals, len(e.buf)-e.base
	if s.nsteps == 0 {
		return 0, 0, false
	}
	word = (p-1)&^3 + e.base
	for first < s.nsteps && s.steps[first].end <= word {
		first++
	}
	return word, first, first < s.nsteps
}

// stuck reports whether omniORB would not read on if the steps of the last word were moved, from the first on: they are of a row, with padding.
func (e *Encoder) stuck(first int) bool {
	s := e.vals
	if e.env.Reader != AnyReader {
		return false
	}
	for _, w := range s.steps[first:s.nsteps] {
		if w.end < s.row && w.start > w.end {
			return true
		}
	}
	return false
}

// splitWord moves the steps of the last word into chunks of their own, from the first on. The last one is open then.
func (e *Encoder) splitWord(word, first int) {
	s := e.vals
	var moved [8]wordStep
	steps := append(moved[:0], s.steps[first:s.nsteps]...)
	if steps[0].end < s.wide && (word-e.base)&7 != 0 && e.env.Reader == AnyReader {
		steps = append(append(append(moved[:0], s.steps[:first]...), wordStep{word, word}), s.steps[first:s.nsteps]...)
	}
	var room [8]byte
	from, end := steps[0].end, len(e.buf)
	octets := append(room[:0], e.buf[from:]...)
	e.buf = e.buf[:from]
	s.nsteps = 0
	for i, w := range steps {
		until := end
		if i+1 < len(steps) {
			until = steps[i+1].end
		}
		e.endChunk()
		e.openChunk()
		e.buf = append(e.buf, octets[min(w.start, until)-from:until-from]...)
	}
}
