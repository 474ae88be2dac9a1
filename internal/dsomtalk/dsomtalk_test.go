package dsomtalk_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/binfmt"
	"github.com/opendsom/dsom/internal/captures"
	"github.com/opendsom/dsom/internal/dsomtalk"
	"github.com/opendsom/dsom/internal/golden"
)

// TestGolden holds that the golden file has what the capture has, octet by octet.
func TestGolden(t *testing.T) {
	t.Parallel()
	file := filepath.Join(captures.Dir(t, "dsom-capture"), "dsom.pcap")
	conns := map[int]int{} // of streams
	var list []dsomtalk.Message
	for _, m := range captures.Messages(t, file) {
		request := m.Header.Type == giop.TypeRequest
		if _, known := conns[m.Stream]; !known { // the two streams of a connection begin behind one another
			conns[m.Stream] = m.Stream / 2
		}
		list = append(list, dsomtalk.Message{Conn: conns[m.Stream], Called: !request, Octets: m.Octets})
	}
	golden.Check(t, dsomtalk.Golden, note(t, list))
}

// note prints the messages with what they say.
func note(t *testing.T, list []dsomtalk.Message) string {
	var b strings.Builder
	type call struct {
		conn int
		id   uint32
	}
	operations := map[call]string{}
	var r dsomtalk.Reader
	for _, m := range list {
		at := call{m.Conn, dsomtalk.ID(m.Octets)}
		p, side := binfmt.New(m.Octets), "caller"
		var items []dsomtalk.Item
		var err error
		if m.Called {
			side = "called"
			items, err = r.Reply(m.Octets, operations[at])
		} else {
			operations[at], items, err = r.Request(m.Octets)
		}
		if err != nil {
			t.Errorf("connection %d, id %d: %v", m.Conn, at.id, err)
		}
		fmt.Fprintf(&b, "# connection %d, %s, id %d\n", m.Conn, side, at.id)
		p.To(giop.HeaderSize, "header")
		for _, i := range items {
			p.To(i.End, "%s", i.Text)
		}
		p.Rest("rest")
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}

// TestParts holds that the conversation has the parts that its users look for.
func TestParts(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	var r dsomtalk.Reader
	for _, m := range dsomtalk.Messages(t) {
		if m.Called {
			continue
		}
		op, _, err := r.Request(m.Octets)
		if err != nil {
			t.Error(err)
		}
		counts[fmt.Sprint(m.Conn, " ", op)]++
	}
	for _, want := range []string{
		"0 find_impldef_by_class", "1 add_impldef", "2 find_all_impldefs", "3 somdListServer", "4 somdStartServer", "5 find_impldef",
		"6 impl_up", "7 somdListServer", "8 somdShutdownServer", "9 interrupt_server", "10 impl_down",
	} {
		if counts[want] != 1 {
			t.Errorf("%s: %d times, want once", want, counts[want])
		}
	}
}
