package conn

import (
	"sync/atomic"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
)

// A message is one that came, complete.
type message struct {
	head    giop.Header
	octets  []byte  // header included
	own     *buffer // holds octets, when they are no view of the chunk
	apart   bool    // octets are no view of the chunk
	charged int     // octets of the budget
}

// firstRoom is the memory for a long message before more than a chunk of it has come. From
// then on it grows fourfold, up to what the header promised. A peer that has sent a longer one before
// is given as much as that at once, unless memory is short.
const firstRoom = 4 * transport.ChunkSize

// A reader cuts what comes into messages. It belongs to the reading role, but for the
// atomic fields, which the sweeper reads.
type reader struct {
	t      transport.Conn
	limits *limits.Limits
	budget *budget

	chunk *transport.Chunk // nil: nothing is buffered
	r, w  int              // chunk[r:w] is not consumed
	long  *buffer          // a message longer than the chunk, under way
	head  giop.Header      // of long
	total int              // octets of long when it is complete
	most  int              // octets of the longest that has come
	parts giop.Assembler   // messages in fragments

	charged  int    // octets of the budget
	ordinal  uint64 // of the message that comes
	minor    byte   // of the version of GIOP last seen
	fragment uint64 // ordinal of the first fragment of those in parts

	received atomic.Int64  // octets
	partial  atomic.Uint64 // ordinal of the message that came in part and is waited for; 0: none
	heard    atomic.Bool   // a whole message has come
}

// next returns the next message that is complete. A view of the chunk is valid until the next fill.
func (in *reader) next() (m message, ok bool, err error) {
	for {
		if m, ok, err = in.cut(); !ok || err != nil {
			return m, false, err
		}
		if !m.head.More && m.head.Type != giop.TypeFragment && in.parts.Held() == 0 {
			return m, true, nil
		}
		held := in.parts.Held()
		h, octets, err := in.parts.Add(m.head, m.octets)
		if held == 0 && in.parts.Held() > 0 {
			in.fragment = in.ordinal
		}
		if err != nil {
			in.drop(m)
			return m, false, err
		}
		if octets == nil {
			in.drop(m)
			continue
		}
		if &octets[0] == &m.octets[0] {
			return m, true, nil
		}
		in.drop(m)
		in.budget.add(len(octets))
		return message{head: h, octets: octets, apart: true, charged: len(octets)}, true, nil
	}
}

// drop frees what a message holds.
func (in *reader) drop(m message) {
	m.own.free()
	in.budget.add(-m.charged)
}

// cut returns the next message or fragment as it came.
func (in *reader) cut() (m message, ok bool, err error) {
	if in.long != nil {
		if len(in.long.b) < in.total {
			return m, false, nil
		}
		m = message{head: in.head, octets: in.long.b, own: in.long, apart: true, charged: in.charged - in.parts.Held()}
		in.charged -= m.charged
		in.long = nil
		in.most = max(in.most, min(in.total, mostSize))
		in.completed()
		return m, true, nil
	}
	have := in.w - in.r
	if have < giop.HeaderSize {
		return m, false, nil
	}
	if m.head, err = giop.ParseHeader(in.chunk[in.r:in.w]); err != nil {
		return m, false, err
	}
	in.minor = m.head.Version.Minor
	total := uint64(m.head.Size) + giop.HeaderSize
	if total > uint64(in.limits.Get(limits.MessageSize)) {
		return m, false, exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%v: %w", m.head.Type, in.limits.Exceeded(limits.MessageSize, int64(total)))
	}
	switch {
	case total <= uint64(have):
		m.octets = in.chunk[in.r : in.r+int(total)]
		in.r += int(total)
		in.completed()
		return m, true, nil
	case total <= transport.ChunkSize:
		return m, false, nil
	}
	in.head, in.total = m.head, int(total)
	if in.long = idleBuffer(in.total); in.long == nil {
		room := firstRoom
		if !in.budget.crowded() {
			room = max(room, in.most)
		}
		in.long = getBuffer(min(in.total, room))
	}
	in.long.b = append(in.long.b[:0], in.chunk[in.r:in.w]...)
	in.release()
	return m, false, nil
}

// nextAsks reports whether next would return a request, or a part of one.
func (in *reader) nextAsks() bool {
	h := in.head
	if in.long == nil {
		if in.w-in.r < giop.HeaderSize {
			return false
		}
		var err error
		if h, err = giop.ParseHeader(in.chunk[in.r:in.w]); err != nil || uint64(h.Size)+giop.HeaderSize > uint64(in.w-in.r) {
			return false
		}
	} else if len(in.long.b) < in.total {
		return false
	}
	return h.Type == giop.TypeRequest || h.Type == giop.TypeLocateRequest || h.Type == giop.TypeFragment
}

func (in *reader) completed() {
	if in.ordinal++; in.ordinal == 1 {
		in.heard.Store(true)
	}
	if in.partial.Load() != 0 {
		in.partial.Store(0)
	}
}

// release gives the chunk back, whatever it holds.
func (in *reader) release() {
	in.chunk.Free()
	in.chunk, in.r, in.w = nil, 0, 0
}

// middle reports whether a message has come in part.
func (in *reader) middle() bool { return in.long != nil || in.r < in.w }

// firstOctets is how many octets are kept of what a stranger said.
const firstOctets = 64

// strange returns the beginning of what came, if that was never a message.
func (in *reader) strange() []byte {
	switch {
	case in.heard.Load():
		return nil
	case in.long != nil:
		return append([]byte{}, in.long.b[:min(len(in.long.b), firstOctets)]...)
	case in.chunk == nil:
		return nil
	}
	return append([]byte{}, in.chunk[in.r:min(in.w, in.r+firstOctets)]...)
}

// idle gives the chunk back if nothing is left in it.
func (in *reader) idle() {
	if in.r == in.w {
		in.release()
	}
}

// close gives everything back.
func (in *reader) close() {
	in.release()
	in.long.free()
	in.long = nil
	in.budget.add(-in.charged)
	in.charged = 0
}

// fill waits for octets. It is called when next has no complete message.
func (in *reader) fill() error {
	if in.r == in.w {
		in.release()
	}
	if err := in.account(); err != nil {
		return err
	}
	var n int
	var err error
	switch {
	case in.long != nil:
		if len(in.long.b) == cap(in.long.b) {
			if err := in.grow(); err != nil {
				return err
			}
		}
		b := in.long.b
		n, err = in.t.Read(b[len(b):min(cap(b), in.total)])
		in.long.b = b[:len(b)+n]
	case in.chunk == nil:
		in.chunk, n, err = in.t.ReadChunk()
		in.w = n
	default:
		if in.r > 0 {
			in.w = copy(in.chunk[:], in.chunk[in.r:in.w])
			in.r = 0
		}
		n, err = in.t.Read(in.chunk[in.w:])
		in.w += n
	}
	in.received.Add(int64(n))
	if n > 0 {
		return nil // an error comes again
	}
	return err
}

// roomAhead reports whether fillAhead may be called.
func (in *reader) roomAhead() bool {
	return in.chunk != nil && in.w-in.r < transport.ChunkSize
}

// fillAhead is fill for what is behind messages that are not consumed yet.
func (in *reader) fillAhead() error {
	in.w = copy(in.chunk[:], in.chunk[in.r:in.w])
	in.r = 0
	n, err := in.t.Read(in.chunk[in.w:])
	in.w += n
	in.received.Add(int64(n))
	if n > 0 {
		return nil
	}
	return err
}

// account tells the sweeper and the budget what is held while fill waits.
func (in *reader) account() error {
	var partial uint64
	held := in.parts.Held()
	want := held
	switch {
	case in.long != nil:
		want += cap(in.long.b)
		partial = in.ordinal + 1
	case in.chunk != nil:
		want += transport.ChunkSize
		partial = in.ordinal + 1
	}
	if held > 0 {
		partial = in.fragment + 1
	}
	if in.partial.Load() != partial {
		in.partial.Store(partial)
	}
	return in.charge(want)
}

// charge takes octets of the budget, or gives them back, until it is want that are taken.
func (in *reader) charge(want int) error {
	if want == in.charged {
		return nil
	}
	over := in.budget.add(want-in.charged) && want > in.charged
	in.charged = want
	if over {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%w", in.budget.exceeded())
	}
	return nil
}

// grow makes room for more of a long message: what has come was as long as had been promised by then.
func (in *reader) grow() error {
	old := in.long
	b := idleBuffer(in.total)
	if b == nil {
		n := min(in.total, 4*cap(old.b))
		if err := in.charge(in.charged - cap(old.b) + n); err != nil {
			return err
		}
		b = getBuffer(n)
	}
	if err := in.charge(in.parts.Held() + cap(b.b)); err != nil {
		b.free()
		return err
	}
	b.b = append(b.b[:0], old.b...)
	in.long = b
	old.free()
	return nil
}
