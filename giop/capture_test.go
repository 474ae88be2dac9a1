package giop_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/captures"
)

// again decodes a whole message and encodes it from the values alone; the body, which only
// its operation knows, is copied to its place.
func again(t *testing.T, h giop.Header, msg []byte) ([]byte, error) {
	t.Helper()
	var d cdr.Decoder
	env := &cdr.Env{Version: h.Version}
	giop.Open(&d, h, msg, env)
	e := cdr.NewEncoder(nil, h.Little, env)
	list := func(c giop.Contexts) (all []giop.Context) {
		for {
			id, data, ok := c.Next()
			if !ok {
				return all
			}
			all = append(all, giop.Context{ID: id, Data: bytes.Clone(data)})
		}
	}
	rest := func(m giop.Mark) {
		e.Octets(d.OctetsView(d.Remaining()))
		giop.Finish(e, m)
	}
	switch h.Type {
	case giop.TypeRequest:
		var r giop.Request
		if err := r.Parse(h, &d); err != nil {
			return nil, err
		}
		head := giop.RequestHead{ID: r.ID, Flags: r.Flags, Key: r.Key, Operation: string(r.Operation), Contexts: list(r.Contexts), Principal: r.Principal}
		if r.Target.Kind != giop.KeyAddr {
			head.Target = &r.Target
		}
		rest(giop.BeginRequest(e, h.Version, &head))
	case giop.TypeReply:
		var r giop.Reply
		if err := r.Parse(h, &d); err != nil {
			return nil, err
		}
		m := giop.BeginReply(e, h.Version, r.ID, r.Status, list(r.Contexts))
		if ahead := d; r.Status == giop.SystemException && strings.HasPrefix(ahead.RawString(), "IDL:") { // not DSOM's
			x, err := giop.GetSystemException(&d)
			if err != nil {
				return nil, err
			}
			giop.PutSystemException(e, x)
		}
		rest(m)
	case giop.TypeLocateRequest:
		var r giop.LocateRequest
		if err := r.Parse(h, &d); err != nil {
			return nil, err
		}
		giop.PutLocateRequest(e, h.Version, r.ID, r.Key, nil)
	case giop.TypeLocateReply:
		var r giop.LocateReply
		if err := r.Parse(h, &d); err != nil {
			return nil, err
		}
		rest(giop.BeginLocateReply(e, h.Version, r.ID, r.Status))
	case giop.TypeCancelRequest:
		var c giop.CancelRequest
		if err := c.Parse(h, &d); err != nil {
			return nil, err
		}
		return giop.AppendCancelRequest(nil, h.Version, h.Little, c.ID), nil
	case giop.TypeCloseConnection:
		return giop.AppendCloseConnection(nil, h.Version, h.Little), nil
	case giop.TypeMessageError:
		return giop.AppendMessageError(nil, h.Version, h.Little), nil
	}
	return e.Bytes(), e.Err()
}

// recorded returns all captures that hold GIOP over TCP. Those of the first folder have a
// list of tshark's.
func recorded(t *testing.T) []string {
	t.Helper()
	files := captures.Files(t, captures.Dir(t, "giop-captures"))
	files = append(files, captures.Files(t, captures.Dir(t, "dsom-capture"))...)
	return append(files, filepath.Join(captures.Dir(t, "transport-captures"), "s390-omni.pcap")) // big-endian
}

// Every recorded message decodes, and encodes again from its values to the same octets but
// for padding. An octet counts as padding if it may have any value.
func TestCapturesAgain(t *testing.T) {
	t.Parallel()
	for _, file := range recorded(t) {
		t.Run(captures.Name(file), func(t *testing.T) {
			t.Parallel()
			n, padding := 0, 0
			for _, m := range captures.Whole(t, file) {
				got, err := again(t, m.Header, m.Octets)
				if err != nil {
					t.Errorf("frame %d: %v", m.Frame, err)
					continue
				}
				n++
				if len(got) != len(m.Octets) {
					t.Errorf("frame %d: %v of %d octets became %d", m.Frame, m.Header.Type, len(m.Octets), len(got))
					continue
				}
				for i := range got {
					if got[i] == m.Octets[i] {
						continue
					}
					other := bytes.Clone(m.Octets)
					other[i] ^= 0xff
					if same, err := again(t, m.Header, other); err != nil || got[i] != 0 || !bytes.Equal(same, got) {
						t.Errorf("frame %d: octet %d of the %v is %#x, was %#x", m.Frame, i, m.Header.Type, got[i], m.Octets[i])
						break
					}
					padding++
				}
			}
			if n == 0 {
				t.Error("no messages")
			}
			t.Logf("%d messages, %d octets of padding that were not zero", n, padding)
		})
	}
}

// The fragments themselves come again too.
func TestCapturesFragments(t *testing.T) {
	t.Parallel()
	n := 0
	for _, file := range captures.Files(t, captures.Dir(t, "giop-captures")) {
		for _, m := range captures.Messages(t, file) {
			if m.Header.Type != giop.TypeFragment {
				continue
			}
			n++
			var d cdr.Decoder
			giop.Open(&d, m.Header, m.Octets, nil)
			var f giop.Fragment
			if err := f.Parse(m.Header, &d); err != nil {
				t.Fatal(err)
			}
			if got := giop.AppendFragment(nil, m.Header.Version, m.Header.Little, m.Header.More, f.ID, f.Data); !bytes.Equal(got, m.Octets) {
				t.Errorf("%s frame %d: got %x, want %x", file, m.Frame, got, m.Octets)
			}
		}
	}
	if n != 4 {
		t.Errorf("%d fragments, want 4: a request and a reply, in 1.1 and 1.2", n)
	}
}

// What tshark says of each message, this package says too.
func TestCapturesOracle(t *testing.T) {
	t.Parallel()
	for _, file := range captures.Files(t, captures.Dir(t, "giop-captures")) {
		t.Run(captures.Name(file), func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(filepath.Join(filepath.Dir(file), captures.Name(file)+".tshark.tsv"))
			if err != nil {
				t.Fatal(err)
			}
			rows := strings.Split(strings.TrimSpace(string(b)), "\n")
			msgs := captures.Messages(t, file)
			if len(rows) != len(msgs) {
				t.Fatalf("%d messages, tshark has %d", len(msgs), len(rows))
			}
			for i, m := range msgs {
				row := strings.Split(rows[i], "\t")
				got := summary(t, m)
				// tshark takes this request for a part of the fragmented one before it.
				if captures.Name(file) == "omni-omni-giop1.1" && m.Frame == 24 {
					if got[1] != "0" || got[2] != "14" || got[3] != "epoints" {
						t.Errorf("frame 24: got %q, want the request epoints", got)
					}
					continue
				}
				for j, column := range []string{"frame", "type", "request id", "operation", "status"} {
					if column == "operation" && m.Header.Type != giop.TypeRequest {
						continue // tshark repeats that of the request
					}
					if column == "status" && m.Header.Type != giop.TypeReply {
						continue
					}
					if got[j] != row[j] {
						t.Errorf("row %d: %s %q, tshark says %q", i+1, column, got[j], row[j])
					}
				}
				if want := fmt.Sprintf("GIOP %v %v, s=%d", m.Header.Version, m.Header.Type, m.Header.Size); !strings.HasPrefix(row[5], want) {
					t.Errorf("row %d: %s, tshark says %s", i+1, want, row[5])
				}
			}
		})
	}
}

// summary returns what tshark's list has of a message.
func summary(t *testing.T, m captures.Message) [5]string {
	t.Helper()
	s := [5]string{strconv.Itoa(m.Frame), strconv.Itoa(int(m.Header.Type))}
	if id, err := giop.RequestID(m.Header, m.Octets); err == nil {
		s[2] = strconv.FormatUint(uint64(id), 10)
	}
	var d cdr.Decoder
	giop.Open(&d, m.Header, m.Octets, nil)
	switch m.Header.Type {
	case giop.TypeRequest:
		var r giop.Request
		if err := r.Parse(m.Header, &d); err != nil {
			t.Fatal(err)
		}
		s[3] = string(r.Operation)
	case giop.TypeReply:
		var r giop.Reply
		if err := r.Parse(m.Header, &d); err != nil {
			t.Fatal(err)
		}
		s[4] = strconv.Itoa(int(r.Status))
	}
	return s
}

// A big-endian reply of a Java ORB, with its service contexts.
func TestCaptureJava(t *testing.T) {
	t.Parallel()
	msgs := captures.Whole(t, filepath.Join(captures.Dir(t, "giop-captures"), "combat-client-openjdkorb-server-port35901.pcap"))
	m := msgs[1]
	var d cdr.Decoder
	giop.Open(&d, m.Header, m.Octets, nil)
	var r giop.Reply
	if err := r.Parse(m.Header, &d); err != nil {
		t.Fatal(err)
	}
	var ids []uint32
	for c := r.Contexts; ; {
		id, _, ok := c.Next()
		if !ok {
			break
		}
		ids = append(ids, id)
	}
	if m.Header.Little || len(ids) == 0 || d.Pos()%8 != 0 || d.Remaining() != 1 || !d.Boolean() {
		t.Errorf("little-endian %v, contexts %v, body at %d, %d left", m.Header.Little, ids, d.Pos(), d.Remaining())
	}
	if _, ok := r.Contexts.Find(giop.ContextSendingRunTime); !ok {
		t.Errorf("contexts %v, without that of the sending run time", ids)
	}
}
