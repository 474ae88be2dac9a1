package cdr

// A Reader is what is known of who will read a message: where the chunks of values may end depends on it.
type Reader uint8

const (
	AnyReader Reader = iota // nothing: chunks end where most peers read them
	JacORB                  // needs no chunk to end, and cannot read on from each place where one does; see [Encoder.step]
	NotJacORB               // reads on wherever a chunk ends
)

// A step is what JacORB (3.9) reads having looked whether its chunk ends: a number, a text, a wide character, a fixed, an array.
// It takes the chunk for ended if that ends at the next multiple of 4 or before. A short at 2 is such a step, if the chunk ends
// behind it: JacORB then reads the size of the next chunk first, and the short behind that.
//
// So before a chunk ends, the steps in its last word that do not start with the word are moved into chunks of their own,
// where each is at a multiple of 4. An octet, boolean or char by itself is none: there it looks at the very place alone.

// A wordStep is a step that starts in a word, and not with it.
type wordStep struct {
	end   int // of what is before
	start int // behind the padding
}

// step is called before each step of less than 4 octets, which is aligned to 1, 2, 4 or 8.
func (e *Encoder) step(align int) {
	s := e.vals
	p := len(e.buf) - e.base
	if s == nil || p&3 == 0 || s.chunk == 0 || s.runs > 0 && !s.parts || e.env.Reader == NotJacORB || e.env.Memory {
		return
	}
	if word := len(e.buf) - p&3; word != s.word {
		s.word, s.nsteps = word, 0
	}
	w := wordStep{len(e.buf), (p+align-1)&-align + e.base}
	if n := s.nsteps; n > 0 && s.steps[n-1].end == w.end { // the same, said twice
		s.nsteps--
	}
	s.steps[s.nsteps] = w
	s.nsteps++
}

// misread reports whether JacORB cannot read on if the chunk ends here.
func (e *Encoder) misread() bool {
	s, p := e.vals, len(e.buf)-e.base
	return s.nsteps > 0 && s.chunk <= s.word && p > 0 && s.word == (p-1)&^3+e.base && s.steps[0].end < len(e.buf)
}

// stuck reports whether the steps of the last word cannot be moved, because omniORB would not read their run.
func (e *Encoder) stuck() bool { return e.vals.stuck > e.vals.steps[0].end && e.env.Reader != JacORB }

// splitWord moves the steps of the last word into chunks of their own. The last one is open then.
func (e *Encoder) splitWord() {
	s := e.vals
	var octets [3][]byte
	var room [3][4]byte
	steps := s.steps[:s.nsteps]
	for i, w := range steps {
		end := len(e.buf)
		if i+1 < len(steps) {
			end = steps[i+1].end
		}
		octets[i] = append(room[i][:0], e.buf[min(w.start, end):end]...)
	}
	e.buf = e.buf[:steps[0].end]
	s.nsteps = 0
	for i := range steps {
		e.endChunk()
		e.openChunk()
		e.buf = append(e.buf, octets[i]...)
	}
}
