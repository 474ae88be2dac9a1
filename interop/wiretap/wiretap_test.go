package wiretap_test

import (
	"bytes"
	"io"
	"net"
	"reflect"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/interop/wiretap"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// pair returns the ends of a connection with the tap on the first, and its ports.
func pair(t *testing.T, tap *wiretap.Tap) (a transport.Conn, b net.Conn, here, there int) {
	t.Helper()
	l, err := tap.On(tcp.New()).Listen(t.Context(), transport.Endpoint{Network: "tcp", Host: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if b, err = net.Dial("tcp", l.Endpoint().Address()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	if a, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a, b, int(l.Endpoint().Port), b.LocalAddr().(*net.TCPAddr).Port
}

func request(v cdr.Version, id uint32, flags byte, op string, body int) []byte {
	e := cdr.NewEncoder(nil, true, nil)
	m := giop.BeginRequest(e, v, &giop.RequestHead{ID: id, Flags: flags, Key: []byte("key"), Operation: op})
	e.Octets(make([]byte, body))
	giop.Finish(e, m)
	return e.Bytes()
}

func reply(v cdr.Version, id uint32, s giop.ReplyStatus) []byte {
	e := cdr.NewEncoder(nil, false, nil)
	giop.Finish(e, giop.BeginReply(e, v, id, s, nil))
	return e.Bytes()
}

// TestMessages sends messages through a tapped connection, whole, in pieces and in fragments, by every way to read and
// write, and compares what the tap wrote down.
func TestMessages(t *testing.T) {
	t.Parallel()
	var tap wiretap.Tap
	a, b, here, there := pair(t, &tap)

	in := request(cdr.V12, 7, giop.SyncTarget, "first", 100)
	in, err := giop.Split(nil, in, 64)
	if err != nil {
		t.Fatal(err)
	}
	in = append(in, request(cdr.V10, 8, giop.SyncNone, "second", 4)...)
	in = append(in, giop.AppendCancelRequest(nil, cdr.V11, true, 9)...)
	if _, err := b.Write(in); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(a, make([]byte, 70)); err != nil { // cuts the second message in two
		t.Fatal(err)
	}
	for left := len(in) - 70; left > 0; {
		chunk, n, err := a.ReadChunk()
		if err != nil {
			t.Fatal(err)
		}
		chunk.Free()
		left -= n
	}
	out := reply(cdr.V11, 7, giop.LocationForward)
	if _, err := a.Write(out[:5]); err != nil {
		t.Fatal(err)
	}
	if _, err := a.WriteBuffers(&net.Buffers{out[5:14], append(out[14:], reply(cdr.V12, 9, giop.SystemException)...)}); err != nil {
		t.Fatal(err)
	}

	type line struct {
		sent     bool
		from, to int
		version  cdr.Version
		kind     giop.Type
		little   bool
		more     bool
		id       uint32
		op       string
		expected bool
		status   giop.ReplyStatus
	}
	var got []line
	messages, err := tap.Messages()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		got = append(got, line{m.Sent, m.From, m.To, m.Header.Version, m.Header.Type, m.Header.Little, m.Header.More, m.ID, m.Operation, m.Expected, m.Status})
	}
	want := []line{
		{from: there, to: here, version: cdr.V12, kind: giop.TypeRequest, little: true, more: true, id: 7, op: "first", expected: true},
		{from: there, to: here, version: cdr.V12, kind: giop.TypeFragment, little: true, more: true, id: 7},
		{from: there, to: here, version: cdr.V12, kind: giop.TypeFragment, little: true, id: 7},
		{from: there, to: here, version: cdr.V10, kind: giop.TypeRequest, little: true, id: 8, op: "second"},
		{from: there, to: here, version: cdr.V11, kind: giop.TypeCancelRequest, little: true, id: 9},
		{sent: true, from: here, to: there, version: cdr.V11, kind: giop.TypeReply, id: 7, status: giop.LocationForward},
		{sent: true, from: here, to: there, version: cdr.V12, kind: giop.TypeReply, id: 9, status: giop.SystemException},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if made, answered, oneways := tap.Count(wiretap.Made), tap.Count(wiretap.Answered), tap.Count(wiretap.Oneway); made != 0 || answered != 1 || oneways != 1 {
		t.Errorf("counted %d made, %d answered, %d oneways", made, answered, oneways)
	}
}

// TestNoGIOP holds that what is no GIOP does not go unseen.
func TestNoGIOP(t *testing.T) {
	t.Parallel()
	for _, octets := range []string{"GET / HTTP/1.1\r\n\r\n", "GIOP\x01\x02\x01\x00\x04\x00\x00\x00\x00\x00\x00\x00"} {
		var tap wiretap.Tap
		a, _, _, _ := pair(t, &tap)
		if _, err := a.Write([]byte(octets)); err != nil {
			t.Fatal(err)
		}
		if messages, err := tap.Messages(); err == nil {
			t.Errorf("%q: got %+v, want an error", octets, messages)
		}
	}
}

// TestSpoil: of replies that are sent, and that are received, those to the operation named come with another last octet, and no
// other message does.
func TestSpoil(t *testing.T) {
	t.Parallel()
	for _, sent := range []bool{true, false} {
		tap := wiretap.Tap{Spoil: func(operation string) bool { return operation == "wrong" }}
		a, b, _, _ := pair(t, &tap)
		var from, to interface {
			io.Reader
			io.Writer
		} = a, b
		if !sent {
			from, to = b, a
		}
		var asked []byte
		for id, operation := range []string{"right", "wrong", "wrong"} {
			asked = append(asked, request(cdr.V12, uint32(id), giop.SyncTarget, operation, 4)...)
		}
		carry(t, to, from, asked, asked)
		var said, want []byte
		for id, status := range []giop.ReplyStatus{giop.NoException, giop.NoException, giop.SystemException} {
			r := reply(cdr.V12, uint32(id), status)
			if said, want = append(said, r...), append(want, r...); id == 1 {
				want[len(want)-1] ^= 0xff
			}
		}
		carry(t, from, to, said, want)
	}
}

// carry writes to one end of a connection and reads at the other.
func carry(t *testing.T, from io.Writer, to io.Reader, written, want []byte) {
	t.Helper()
	if _, err := from.Write(written); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(to, got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %x, %v, want %x", got, err, want)
	}
}
