package miop

import (
	"container/list"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// The limits on what an [Assembler] keeps. Each is in the error that it causes, by the name that stands here.
const (
	MostPackets  = 1024            // miop-packets: packets of a message
	MostMessage  = 1 << 20         // miop-message: octets of a message
	MostMessages = 64              // miop-messages: messages at a time of which packets are missing
	MostOfSource = 8               // miop-messages-per-source: those of one sender
	MostKept     = 4 << 20         // miop-octets: octets that are kept of all of them
	MostAge      = 2 * time.Second // miop-age: how long a message waits for its packets
	MostDone     = 256             // miop-done: messages that are remembered, for MostAge, so that packets that come twice do not begin them anew
	overhead     = 256             // octets that are counted for each message beside its own, …
	perPacket    = 32              // … and for each of its packets
)

// A LimitError says which limit a message exceeds.
type LimitError struct {
	Name string
	Most int64
	Got  int64 // 0 where there is no number
}

// Error names the limit.
func (e *LimitError) Error() string {
	if e.Got == 0 {
		return fmt.Sprintf("the limit %s is %d", e.Name, e.Most)
	}
	return fmt.Sprintf("the limit %s is %d, and this is %d", e.Name, e.Most, e.Got)
}

// Why a packet is not taken, and for the lies what becomes of its message: it is dropped with all its pieces, since nobody can say which of them is true.
var (
	ErrDuplicate = errors.New("the packet has come before")
	ErrOverlap   = errors.New("two packets of a message have the same number and not the same content: it is dropped")
	ErrChanged   = errors.New("packets of a message tell different numbers of packets: it is dropped")
)

// An Assembler puts messages together from their packets, those of each sender by themselves. The zero value is one. It is not safe for concurrent use.
//
// Memory grows with what has come, and not by what headers promise.
type Assembler struct {
	Now func() time.Time // nil is time.Now

	byKey  map[key]*list.Element // of partial
	all    list.List             // of *partial, the oldest first
	of     map[netip.AddrPort]int
	octets int

	done   map[key]time.Time
	order  []key // of done, the oldest first
	counts Counts
}

// Counts is how often what has happened to packets and messages.
type Counts struct {
	Packets    uint64 // that were taken, those of one among them
	Messages   uint64 // that were whole
	Duplicates uint64 // packets that had come before
	Overlaps   uint64 // messages that were dropped for lies: two contents of a packet, two numbers of packets
	Late       uint64 // messages that were dropped since packets of them were missing for MostAge
	Full       uint64 // messages that were dropped, or not begun, by a limit
}

type key struct {
	from netip.AddrPort
	id   string
}

// A partial is a message of which packets are missing.
type partial struct {
	key    key
	of     uint32
	pieces map[uint32][]byte
	octets int // of the pieces
	since  time.Time
}

func (m *partial) weight() int { return overhead + perPacket*len(m.pieces) + m.octets }

func (a *Assembler) now() time.Time {
	if a.Now == nil {
		return time.Now()
	}
	return a.Now()
}

// Counts returns how often what has happened.
func (a *Assembler) Counts() Counts { return a.counts }

// Held returns how many messages wait for packets, and how much memory they take.
func (a *Assembler) Held() (messages, octets int) { return a.all.Len(), a.octets }

// Add takes a packet that came from somewhere, and returns its message if that is whole now, else nil. A message of one packet is a view of its Data; any other is the caller's.
//
// Its errors: ErrDuplicate, ErrOverlap, ErrChanged, *LimitError, and ErrNumber for a packet that Parse would not give. The message that a packet is of goes on after ErrDuplicate, and after a *LimitError of another's making; after the others its pieces are
// forgotten.
func (a *Assembler) Add(from netip.AddrPort, p Packet) ([]byte, error) {
	now := a.now()
	a.Expire()
	if p.Of > MostPackets {
		a.counts.Full++
		return nil, &LimitError{"miop-packets", MostPackets, int64(p.Of)}
	}
	if p.Number >= p.Of || len(p.Data) == 0 {
		return nil, ErrNumber
	}
	k := key{from, string(p.ID)}
	if _, was := a.done[k]; was && len(p.ID) > 0 {
		a.counts.Duplicates++
		return nil, ErrDuplicate
	}
	if p.Of == 1 {
		if at := a.byKey[k]; at != nil {
			a.drop(at)
			a.counts.Overlaps++
			return nil, ErrChanged
		}
		a.counts.Packets++
		a.finish(k, now)
		return p.Data, nil
	}
	at := a.byKey[k]
	if at == nil {
		var err error
		if at, err = a.begin(k, p.Of, now); err != nil {
			return nil, err
		}
	}
	m := at.Value.(*partial)
	if m.of != p.Of {
		a.drop(at)
		a.counts.Overlaps++
		return nil, ErrChanged
	}
	if before, has := m.pieces[p.Number]; has {
		if string(before) == string(p.Data) {
			a.counts.Duplicates++
			return nil, ErrDuplicate
		}
		a.drop(at)
		a.counts.Overlaps++
		return nil, ErrOverlap
	}
	if n := m.octets + len(p.Data); n > MostMessage {
		a.drop(at)
		a.counts.Full++
		return nil, &LimitError{"miop-message", MostMessage, int64(n)}
	}
	if n := a.octets + perPacket + len(p.Data); n > MostKept {
		a.drop(at)
		a.counts.Full++
		return nil, &LimitError{"miop-octets", MostKept, int64(n)}
	}
	m.pieces[p.Number] = append([]byte(nil), p.Data...)
	m.octets += len(p.Data)
	a.octets += perPacket + len(p.Data)
	a.counts.Packets++
	if len(m.pieces) < int(m.of) {
		return nil, nil
	}
	whole := make([]byte, 0, m.octets)
	for i := range m.of {
		whole = append(whole, m.pieces[i]...)
	}
	a.drop(at)
	a.finish(k, now)
	return whole, nil
}

// begin makes room for a message.
func (a *Assembler) begin(k key, of uint32, now time.Time) (*list.Element, error) {
	err := (*LimitError)(nil)
	switch {
	case a.of[k.from] >= MostOfSource:
		err = &LimitError{"miop-messages-per-source", MostOfSource, MostOfSource + 1}
	case a.all.Len() >= MostMessages:
		err = &LimitError{"miop-messages", MostMessages, MostMessages + 1}
	case a.octets+overhead > MostKept:
		err = &LimitError{"miop-octets", MostKept, int64(a.octets + overhead)}
	}
	if err != nil {
		a.counts.Full++
		return nil, err
	}
	if a.byKey == nil {
		a.byKey, a.of = map[key]*list.Element{}, map[netip.AddrPort]int{}
	}
	at := a.all.PushBack(&partial{key: k, of: of, pieces: map[uint32][]byte{}, since: now})
	a.byKey[k] = at
	a.of[k.from]++
	a.octets += overhead
	return at, nil
}

// drop forgets a message that is not whole.
func (a *Assembler) drop(at *list.Element) {
	m := a.all.Remove(at).(*partial)
	delete(a.byKey, m.key)
	if a.of[m.key.from]--; a.of[m.key.from] == 0 {
		delete(a.of, m.key.from)
	}
	a.octets -= m.weight()
}

// finish remembers that a message was whole.
func (a *Assembler) finish(k key, now time.Time) {
	a.counts.Messages++
	if len(k.id) == 0 { // it cannot be told from others
		return
	}
	if a.done == nil {
		a.done = map[key]time.Time{}
	}
	if len(a.order) >= MostDone {
		delete(a.done, a.order[0])
		a.order = a.order[1:]
	}
	a.done[k] = now
	a.order = append(a.order, k)
}

// Expire forgets messages whose packets have not come in time, as Add does, and returns how many they were.
func (a *Assembler) Expire() (late int) {
	now := a.now()
	for at := a.all.Front(); at != nil && now.Sub(at.Value.(*partial).since) >= MostAge; at = a.all.Front() {
		a.drop(at)
		late++
	}
	a.counts.Late += uint64(late)
	for len(a.order) > 0 && now.Sub(a.done[a.order[0]]) >= MostAge {
		delete(a.done, a.order[0])
		a.order = a.order[1:]
	}
	return late
}
