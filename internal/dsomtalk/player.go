package dsomtalk

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// playTime bounds a connection that is played.
const playTime = 30 * time.Second

// A Player plays the recorded programs' part against a daemon, and compares what it answers with what somdd did.
//
// What may differ: the port, and the keys of objects that end with their process, which are swapped in what is played, and are told by the
// order in which they come in what is compared; the order of replies to requests that are under way together; and what somdd had not
// implemented and others have, somdListServer.
type Player struct {
	Port  uint16 // of the daemon, on 127.0.0.1
	Swaps []Swap // made in what is played, and in what is expected

	recorded, played Reader
}

// Play plays one connection of the conversation, and reports each difference. It may be called by any goroutine, but by one at a time.
func (p *Player) Play(t testing.TB, conn int) {
	t.Helper()
	c, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", p.Port))
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(playTime))
	operations := map[uint32]string{}
	answers := map[uint32][]byte{} // by id, that somdd gave
	for _, m := range Sent(t, conn, true) {
		answers[ID(m.Octets)] = m.Octets
	}
	for _, m := range Messages(t) {
		switch {
		case m.Conn != conn:
		case !m.Called:
			op, err := p.ask(c, m.Octets)
			if err != nil {
				t.Errorf("%s: %v", op, err)
				return
			}
			operations[ID(m.Octets)] = op
		default: // a reply came then, and one comes now, to whichever request
			got, err := Read(c)
			if err != nil {
				t.Errorf("%s: no answer: %v", operations[ID(m.Octets)], err)
				return
			}
			id := ID(got)
			if answers[id] == nil {
				t.Errorf("an answer to request %d, which waits for none", id)
				return
			}
			p.compare(t, operations[id], answers[id], got)
			answers[id] = nil
		}
	}
}

// ask sends a request as it was recorded, with what is swapped in it, and returns its operation.
func (p *Player) ask(c net.Conn, b []byte) (op string, err error) {
	if op, _, err = p.recorded.Request(b); err != nil {
		return op, err
	}
	b = Replace(Replace(b, Port(DaemonPort, p.Port)), p.Swaps...)
	if _, _, err := p.played.Request(b); err != nil {
		return op, err
	}
	_, err = c.Write(b)
	return op, err
}

// compare compares an answer, and learns the keys in it.
func (p *Player) compare(t testing.TB, op string, want, got []byte) {
	t.Helper()
	wantItems, err := p.recorded.Reply(want, op)
	if err != nil {
		t.Error(err)
		return
	}
	gotItems, err := p.played.Reply(got, op)
	if err != nil {
		t.Errorf("the answer to %s cannot be read: %v", op, err)
		return
	}
	wantText := strings.ReplaceAll(Words(wantItems), fmt.Sprint(":", DaemonPort), fmt.Sprint(":", p.Port))
	for _, s := range p.Swaps {
		wantText = strings.ReplaceAll(wantText, string(s.Old), string(s.New))
	}
	gotText := Words(gotItems)
	if op == "somdListServer" {
		if !strings.Contains(wantText, "::StExcep::NO_IMPLEMENT") {
			t.Errorf("somdd had not implemented %s; the recording says %s", op, wantText)
		}
		if !strings.Contains(gotText, "NO_EXCEPTION") {
			t.Errorf("%s: got %s", op, gotText)
		}
		return
	}
	if gotText != wantText {
		t.Errorf("%s:\ngot\n%swant\n%s", op, gotText, wantText)
	}
	if len(want) != len(got) {
		t.Errorf("%s: the answer has %d octets, somdd's %d", op, len(got), len(want))
	}
	if op == "somdCreateObj" {
		p.learn(want, got)
	}
}

// learn has the key in a reply swapped for that of what was made now.
func (p *Player) learn(was, is []byte) {
	if was, is := MadeKey(was), MadeKey(is); was != nil && is != nil {
		p.Swaps = slices.DeleteFunc(p.Swaps, func(s Swap) bool { return string(s.Old) == string(was) }) // of one that was freed
		p.Swaps = append(p.Swaps, Swap{was, is})
	}
}

// MadeKey returns the key at the end of a reply that refers to an object that ends with its process, nil for others.
func MadeKey(reply []byte) []byte {
	const size = 46
	if len(reply) < size {
		return nil
	}
	key := reply[len(reply)-size:]
	if k, ok := wire.ParseKey(key); ok && k.Transient {
		return key
	}
	return nil
}

// Read returns the next message of a connection, of a MiB at most; io.EOF at its end.
func Read(c io.Reader) ([]byte, error) {
	head := make([]byte, giop.HeaderSize)
	if _, err := io.ReadFull(c, head); err != nil {
		return nil, err
	}
	h, err := giop.ParseHeader(head)
	if err != nil {
		return nil, err
	}
	if h.Size > 1<<20 {
		return nil, errors.New("a message of more than a MiB")
	}
	b := append(head, make([]byte, h.Size)...)
	_, err = io.ReadFull(c, b[giop.HeaderSize:])
	return b, err
}
