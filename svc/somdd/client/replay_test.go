package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/dsomtalk"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A somdd is the recorded daemon: what it was asked by the recorded programs it must be asked by these, in the same order, and
// it answers what it did.
//
// What may differ: the port, the numbers of requests, the connections that they come by, and that these programs free each stream that they have
// read, which the recorded ones do not always.
type somdd struct {
	t    *testing.T
	port uint16
	want []dsomtalk.Message // requests and replies of the connections that are played

	mu       sync.Mutex
	recorded dsomtalk.Reader
	got      dsomtalk.Reader
	frees    []string // classes of what is freed beyond the recording
}

// newSomdd returns the recorded daemon for the recorded connections conns.
func newSomdd(t *testing.T, conns ...int) *somdd {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &somdd{t: t, port: uint16(l.Addr().(*net.TCPAddr).Port)}
	for _, conn := range conns {
		s.want = append(s.want, pairs(t, conn)...)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() { // runs when the clients' ORBs have closed
		_ = l.Close()
		open.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, m := range s.want {
			if !m.Called {
				op, _, _ := s.recorded.Request(m.Octets)
				t.Errorf("%s was not asked for", op)
			}
		}
	})
	return s
}

// pairs returns the messages of a connection, each request with its reply behind it.
func pairs(t *testing.T, conn int) (all []dsomtalk.Message) {
	replies := dsomtalk.Sent(t, conn, true)
	for _, q := range dsomtalk.Sent(t, conn, false) {
		all = append(all, q)
		for _, r := range replies {
			if dsomtalk.ID(r.Octets) == dsomtalk.ID(q.Octets) {
				all = append(all, r)
			}
		}
	}
	return all
}

func (s *somdd) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	for {
		b, err := dsomtalk.Read(c)
		if err != nil {
			return
		}
		if h, _ := giop.ParseHeader(b); h.Type != giop.TypeRequest {
			return // the client closes in order
		}
		if reply := s.answer(b); reply != nil {
			if _, err := c.Write(reply); err != nil {
				s.t.Error(err)
			}
		}
	}
}

// answer compares a request with the next that was recorded, and returns the recorded reply; nil for none.
func (s *somdd) answer(got []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, _ := giop.ParseHeader(got)
	if !h.Little {
		s.t.Error("the recorded programs are little-endian")
	}
	op, gotItems, err := s.got.Request(got)
	if err != nil {
		s.t.Error(err)
	}
	if len(s.want) == 0 || op == "somFree" && !strings.Contains(string(s.want[0].Octets), "somFree") {
		if op != "somFree" {
			s.t.Errorf("%s was not recorded any more", op)
		}
		s.frees = append(s.frees, gotItems[0].Text)
		return nil
	}
	want := s.want[0]
	s.want = s.want[1:]
	_, wantItems, err := s.recorded.Request(want.Octets)
	if err != nil {
		s.t.Error(err)
	}
	port := dsomtalk.Port(dsomtalk.DaemonPort, s.port)
	g, w := dsomtalk.Words(gotItems), strings.ReplaceAll(dsomtalk.Words(wantItems), fmt.Sprint(":", dsomtalk.DaemonPort), fmt.Sprint(":", s.port))
	if g != w {
		s.t.Errorf("asked\n%swant\n%s", g, w)
	}
	if g, w := dsomtalk.WithID(got, 0), dsomtalk.Replace(dsomtalk.WithID(want.Octets, 0), port); string(g) != string(w) {
		s.t.Errorf("%s differs in octets:\n% x\n% x", op, g, w)
	}
	if len(s.want) == 0 || !s.want[0].Called {
		return nil // oneway
	}
	reply := dsomtalk.Replace(s.want[0].Octets, port)
	if _, err := s.recorded.Reply(s.want[0].Octets, op); err != nil {
		s.t.Error(err)
	}
	if _, err := s.got.Reply(reply, op); err != nil {
		s.t.Error(err)
	}
	s.want = s.want[1:]
	return dsomtalk.WithID(reply, dsomtalk.ID(got))
}

// newORB returns the ORB of a program as the recorded ones call themselves.
func newORB(t *testing.T) *orb.ORB {
	t.Helper()
	o, err := orb.New(orb.Config{Principal: giop.AppendDSOMPrincipal(nil, "root", "127.0.0.1")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := o.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return o
}

// recorded is the definition that regimpl had registered.
func recorded(t *testing.T) wire.Definition {
	t.Helper()
	for _, m := range dsomtalk.Sent(t, dsomtalk.Register2, false) {
		if b := m.Octets; strings.Contains(string(b), "set_buffer") {
			d, err := wire.ParseDefinition(b[len(b)-159:])
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
	}
	t.Fatal("no set_buffer")
	return wire.Definition{}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	s := newSomdd(t, dsomtalk.Register)
	repo, err := client.At(newORB(t), "127.0.0.1", s.port).Repository(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d, err := repo.Maker(t.Context()); err != nil || d.ID != wire.DaemonID.String() {
		t.Errorf("got %+v, %v", d, err)
	}
}

// TestRegisterTwo holds what comes then. The recorded program asks for the repository behind the rest: here it is asked for before.
func TestRegisterTwo(t *testing.T) {
	t.Parallel()
	s := newSomdd(t, dsomtalk.Register2)
	at := slices.IndexFunc(s.want, func(m dsomtalk.Message) bool {
		return strings.Contains(string(m.Octets), "\x0f\x00\x00\x00ImplRepository")
	})
	s.want = slices.Concat(s.want[at:at+2], s.want[:at], s.want[at+2:])
	repo, err := client.At(newORB(t), "127.0.0.1", s.port).Repository(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.Add(t.Context(), recorded(t)); err != nil {
		t.Error(err)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	s := newSomdd(t, dsomtalk.List)
	repo, err := client.At(newORB(t), "127.0.0.1", s.port).Repository(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all, err := repo.All(t.Context())
	if diff := cmp.Diff([]wire.Definition{recorded(t)}, all); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
}

func TestManager(t *testing.T) {
	t.Parallel()
	for conn, call := range map[int]func(*client.Manager, context.Context, string) error{
		dsomtalk.Status: (*client.Manager).List, dsomtalk.Start: (*client.Manager).Start, dsomtalk.Stop: (*client.Manager).Stop,
	} {
		s := newSomdd(t, conn)
		m, err := client.At(newORB(t), "127.0.0.1", s.port).Manager(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = call(m, t.Context(), dsomtalk.Alias)
		if conn != dsomtalk.Status {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		var sys *exc.SystemException
		if !errors.As(err, &sys) || sys.Kind != exc.NoImplement || sys.Minor != uint32(wire.NotImplemented) || sys.Completed != exc.No || !sys.Remote {
			t.Errorf("somdd had not implemented somdListServer; got %v", err)
		}
	}
}

// TestServer holds the server's part: it looks for its definition, says that it is up, and that it ends.
func TestServer(t *testing.T) {
	t.Parallel()
	s := newSomdd(t, dsomtalk.Coming, dsomtalk.Up, dsomtalk.Down)
	o, ctx := newORB(t), t.Context()
	d := client.At(o, "127.0.0.1", s.port)
	repo, err := d.Repository(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if def, err := repo.Find(ctx, dsomtalk.ServerID); err != nil || !cmp.Equal(def, recorded(t)) {
		t.Errorf("got %+v, %v", def, err)
	}
	id, err := wire.ParseID(dsomtalk.ServerID)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Up(ctx, id, client.ServerRef(o, "127.0.0.1", dsomtalk.ServerPort, id)); err != nil {
		t.Error(err)
	}
	if err := d.Down(ctx, id); err != nil {
		t.Error(err)
	}
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	s := newSomdd(t, dsomtalk.ToServer)
	for i, m := range s.want {
		s.want[i].Octets = dsomtalk.Replace(m.Octets, dsomtalk.Port(dsomtalk.ServerPort, dsomtalk.DaemonPort))
	}
	id, err := wire.ParseID(dsomtalk.ServerID)
	if err != nil {
		t.Fatal(err)
	}
	o := newORB(t)
	if err := client.Interrupt(t.Context(), client.ServerRef(o, "127.0.0.1", s.port, id)); err != nil {
		t.Error(err)
	}
}
