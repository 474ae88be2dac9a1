package giop

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// An Assembler puts the messages of one connection, in one direction, together from their
// fragments. The header of a message may itself be cut, as Java ORBs do: it is parsed when
// all is there. Memory grows with the octets received and never by what a header promises.
// The zero value has the default limits. It is not safe for concurrent use.
type Assembler struct {
	Limits *limits.Limits

	parts []*part // few: messages that began and have not ended
	held  int
	habit cdr.Habit // of the peer
}

// A part is a message whose end has not come.
type part struct {
	h         Header
	id        uint32 // in version 1.2; 1.1 has one part at a time
	fragments int
	msg       []byte
	seams     *cdr.Seams // in version 1.1
}

// Held returns how many octets of unfinished messages are kept.
func (a *Assembler) Held() int { return a.held }

// Add takes a message as it came, header included. It returns a complete message: msg
// itself if that is one (a view, nothing is copied), or one put together, with a header that
// says so, which is the caller's. It returns nil when more fragments must come. A CancelRequest drops what
// there is of the message that it names, and is returned. After an error the connection is
// of no more use.
func (a *Assembler) Add(h Header, msg []byte) (Header, []byte, error) {
	if int64(len(msg)) > a.Limits.Get(limits.MessageSize) {
		return h, nil, a.exceeded(limits.MessageSize, len(msg))
	}
	switch {
	case h.Type == TypeFragment:
		return a.fragment(h, msg)
	case h.More:
		return h, nil, a.first(h, msg)
	case h.Type == TypeCancelRequest && len(a.parts) > 0:
		if id, err := RequestID(h, msg); err == nil {
			a.drop(id)
		}
	}
	return h, msg, nil
}

// drop forgets the unfinished message of a request id.
func (a *Assembler) drop(id uint32) {
	for i, p := range a.parts {
		if p.h.Version.AtLeast(cdr.V12) && p.id == id {
			a.remove(i)
			return
		}
	}
}

func (a *Assembler) remove(i int) {
	a.held -= len(a.parts[i].msg)
	a.parts = append(a.parts[:i], a.parts[i+1:]...)
	if len(a.parts) == 0 {
		a.parts = nil
	}
}

// first keeps a message that fragments will follow.
func (a *Assembler) first(h Header, msg []byte) error {
	if !mayFragment(h) {
		return protocolError("a %v of GIOP %v announces fragments", h.Type, h.Version)
	}
	p := &part{h: h}
	if h.Version.AtLeast(cdr.V12) {
		var err error
		if p.id, err = RequestID(h, msg); err != nil {
			return err
		}
	}
	if _, busy := a.find(h, p.id); busy {
		return protocolError("a %v of GIOP %v begins before the last one has ended (request id %d)", h.Type, h.Version, p.id)
	}
	if int64(len(a.parts)) >= a.Limits.Get(limits.OutstandingRequests) {
		return a.exceeded(limits.OutstandingRequests, len(a.parts)+1)
	}
	p.msg = append(p.msg, msg...)
	a.held += len(msg)
	a.parts = append(a.parts, p)
	return nil
}

// find returns the place of the unfinished message to which a fragment belongs.
func (a *Assembler) find(h Header, id uint32) (int, bool) {
	for i, p := range a.parts {
		if p.h.Version == h.Version && p.id == id {
			return i, true
		}
	}
	return 0, false
}

// fragment adds a Fragment to the message it continues.
func (a *Assembler) fragment(h Header, msg []byte) (Header, []byte, error) {
	var f Fragment
	var d cdr.Decoder
	Open(&d, h, msg, nil)
	if err := f.Parse(h, &d); err != nil {
		return h, nil, err
	}
	i, ok := a.find(h, f.ID)
	if !ok {
		return h, nil, protocolError("a Fragment of no message (request id %d)", f.ID)
	}
	p := a.parts[i]
	if p.h.Little != h.Little {
		return h, nil, protocolError("a Fragment in another byte order than its message (request id %d)", f.ID)
	}
	p.fragments++
	if int64(p.fragments) > a.Limits.Get(limits.Fragments) {
		return h, nil, a.exceeded(limits.Fragments, p.fragments)
	}
	if n := len(p.msg) + len(f.Data); int64(n) > a.Limits.Get(limits.MessageSize) {
		return h, nil, a.exceeded(limits.MessageSize, n)
	}
	if len(f.Data) > 0 && !h.Version.AtLeast(cdr.V12) {
		// In version 1.2 data stand at the same place modulo 8 in the fragment as in the message.
		if p.seams == nil {
			p.seams = cdr.NewSeams(&a.habit)
		}
		p.seams.Add(len(p.msg), fragmentHead(h.Version))
	}
	p.msg = append(p.msg, f.Data...)
	a.held += len(f.Data)
	if h.More {
		return h, nil, nil
	}
	a.remove(i)
	whole := p.h
	whole.Seams = p.seams
	whole.More, whole.Size = false, uint32(len(p.msg)-HeaderSize)
	p.msg[6] &^= flagMore
	PatchSize(p.msg)
	return whole, p.msg, nil
}

func (a *Assembler) exceeded(n limits.Name, got int) error {
	return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%w", a.Limits.Exceeded(n, int64(got)))
}
