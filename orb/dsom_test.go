package orb_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
)

// refuses answers every request with an exception that has words for the peer.
type refuses struct{}

func (refuses) Find(context.Context, orb.Query) (orb.Target, error) {
	e := exc.New(exc.Timeout, 30023, exc.No, "too late")
	e.Public = true
	return orb.Target{}, e
}

// TestPrincipal holds that requests say who makes them, in the versions that have a place for it, and that who names himself as clients of DSOM do
// gets exceptions as those know them, without service contexts.
func TestPrincipal(t *testing.T) {
	t.Parallel()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
	o.SetHandler(refuses{})
	for _, c := range []struct {
		version   cdr.Version
		principal []byte
		want      string
	}{
		{cdr.V10, nil, "IDL:omg.org/CORBA/TIMEOUT:1.0"},
		{cdr.V10, []byte("ada"), "IDL:omg.org/CORBA/TIMEOUT:1.0"},
		{cdr.V10, giop.AppendDSOMPrincipal(nil, "ada", "here"), "::StExcep::NO_RESPONSE"},
		{cdr.V11, giop.AppendDSOMPrincipal(nil, "ada", "here"), "::StExcep::NO_RESPONSE"},
		{cdr.V12, giop.AppendDSOMPrincipal(nil, "ada", "here"), "IDL:omg.org/CORBA/TIMEOUT:1.0"},
	} {
		request, reply := between(t, o, c.version, c.principal)
		h, _ := giop.ParseHeader(request)
		var d cdr.Decoder
		d.Reset(request, giop.HeaderSize, h.Little, nil)
		var q giop.Request
		if err := q.Parse(h, &d); err != nil {
			t.Fatal(err)
		}
		if want := c.principal; c.version != cdr.V12 && !bytes.Equal(q.Principal, want) || h.Version != c.version {
			t.Errorf("GIOP %v: the request is of %v by % x, want % x", c.version, h.Version, q.Principal, want)
		}
		h, _ = giop.ParseHeader(reply)
		d.Reset(reply, giop.HeaderSize, h.Little, nil)
		var r giop.Reply
		if err := r.Parse(h, &d); err != nil {
			t.Fatal(err)
		}
		_, detailed := r.Contexts.Find(giop.ContextExceptionDetail)
		if id := d.RawString(); id != c.want || d.ULong() != 30023 || detailed == (id[0] == ':') {
			t.Errorf("GIOP %v by %q: raised %s, with words: %v; want %s", c.version, c.principal, id, detailed, c.want)
		}
	}
}

// between makes a call of o in a version and returns the request and the reply as they pass by.
func between(t *testing.T, o *orb.ORB, v cdr.Version, principal []byte) (request, reply []byte) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			done <- err
			return
		}
		defer c.Close()
		s, err := net.Dial("tcp", o.Endpoints()[0].Address())
		if err != nil {
			done <- err
			return
		}
		defer s.Close()
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		_ = s.SetDeadline(time.Now().Add(20 * time.Second))
		if request, err = passOn(s, c); err == nil {
			reply, err = passOn(c, s)
		}
		done <- err
	}()
	client, err := orb.New(orb.Config{MaxVersion: v, Principal: principal})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Shutdown(context.Background()) }()
	ref, err := client.Resolve(t.Context(), "corbaloc:iiop:"+v.String()+"@"+l.Addr().String()+"/x")
	if err != nil {
		t.Fatal(err)
	}
	call := orb.StartCall(t.Context(), ref, "bark", 0)
	for call.Next() {
	}
	call.Returned()
	if err := call.End(); err == nil {
		t.Error("it was not refused")
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return request, reply
}

// passOn passes a message on, and returns it.
func passOn(to io.Writer, from io.Reader) ([]byte, error) {
	b := make([]byte, giop.HeaderSize)
	if _, err := io.ReadFull(from, b); err != nil {
		return nil, err
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[6]&1 != 0 {
		order = binary.LittleEndian
	}
	b = append(b, make([]byte, order.Uint32(b[8:]))...)
	if _, err := io.ReadFull(from, b[giop.HeaderSize:]); err != nil {
		return nil, err
	}
	_, err := to.Write(b)
	return b, err
}
