package tunnel_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/tunnel"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

const patience = time.Minute

// soon waits for something that must come.
func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not so: %s", what)
		}
	}
}

func serve(t *testing.T) *tunnel.Server {
	t.Helper()
	s, err := tunnel.Listen(t.Context(), "127.0.0.1:0", 0x3053)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func dial(t *testing.T, s *tunnel.Server) *tunnel.Client {
	t.Helper()
	c, err := tunnel.Dial(t.Context(), s.At().String(), 0x3053, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestTunnel(t *testing.T) {
	t.Parallel()
	s := serve(t)
	server := ipx.NewStation(s)
	defer server.Close()
	ca, cb := dial(t, s), dial(t, s)
	if ca.Server() != tunnel.NodeOf(s.At()) || s.Clients() != 2 || ca.Addr() == cb.Addr() || ca.Addr().Net != 0x3053 {
		t.Errorf("%v and %v at %v", ca.Addr(), cb.Addr(), ca.Server())
	}
	a, b := ipx.NewStation(ca), ipx.NewStation(cb)
	defer a.Close()
	defer b.Close()
	var atServer, atA, atB, own atomic.Int64
	open := func(x *ipx.Station, socket uint16, n *atomic.Int64) {
		if _, err := x.Open(socket, func(p *ipx.Packet) {
			if string(p.Data) == "hello" || socket == ipx.SocketEcho {
				n.Add(1)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	open(server, 0x4000, &atServer)
	open(a, 0x4000, &atA)
	open(b, 0x4000, &atB)
	send := func(x *ipx.Station, to ipx.Addr) {
		to.Socket = 0x4000
		if err := x.Send(&ipx.Packet{Dst: to, Data: []byte("hello")}); err != nil {
			t.Error(err)
		}
	}
	send(a, b.Addr())
	send(a, ipx.Addr{Node: ipx.Broadcast})
	send(b, server.Addr())
	send(server, ipx.Addr{Node: ipx.Broadcast})
	send(server, a.Addr())
	soon(t, "packets come", func() bool { return atServer.Load() == 2 && atA.Load() == 2 && atB.Load() == 3 })
	// A ping of everybody, as DOSBox's.
	open(a, ipx.SocketEcho, &own)
	if err := a.Send(&ipx.Packet{Dst: ipx.Addr{Node: ipx.Broadcast, Socket: ipx.SocketEcho}}); err != nil {
		t.Error(err)
	}
	soon(t, "the other and the server answer", func() bool { return own.Load() == 2 })
	if n := s.Counts(); n.Registered != 2 || n.Broadcast != 3 || n.Malformed+n.Foreign+n.Unknown+n.Full != 0 {
		t.Errorf("%+v", n)
	}
}

// TestServerIsNotTaken: who has not registered is not heard, nor a client in another's name; there is room for so many.
func TestServerIsNotTaken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	a := dial(t, s)
	raw, err := net.Dial("udp4", s.At().String())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	p := ipx.Packet{Dst: ipx.Addr{Node: a.Addr().Node, Socket: 0x4000}, Src: ipx.Addr{Node: tunnel.NodeOf(raw.LocalAddr().(*net.UDPAddr).AddrPort())}}
	for range 3 {
		_, _ = raw.Write(p.Append(nil))
	}
	_, _ = raw.Write([]byte("GIOP"))
	p.Src = ipx.Addr{Node: ipx.Node{1, 2, 3, 4, 5, 6}}
	_ = a.Send(a.Addr().Node, p.Append(nil))
	p.Src, p.Dst.Node = a.Addr(), ipx.Node{9, 9, 9, 9, 9, 9}
	_ = a.Send(p.Dst.Node, p.Append(nil))
	soon(t, "all is counted", func() bool {
		n := s.Counts()
		return n.Unknown == 3 && n.Malformed == 1 && n.Foreign == 1 && n.NoClient == 1 && n.Relayed == 1 // to itself, by which it stays known
	})
	for range tunnel.MostPerAddress {
		c, err := net.Dial("udp4", s.At().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		reg := ipx.Packet{Dst: ipx.Addr{Socket: ipx.SocketEcho}, Src: ipx.Addr{Socket: ipx.SocketEcho}}
		_, _ = c.Write(reg.Append(nil))
	}
	soon(t, "one was too many", func() bool { return s.Counts().Full == 1 })
	if s.Clients() != tunnel.MostPerAddress {
		t.Errorf("%d clients", s.Clients())
	}
}

// TestServerAgain: a server that was started again, and knows nobody, has its clients again, as the nodes that they were.
func TestServerAgain(t *testing.T) {
	t.Parallel()
	at := fmt.Sprint("127.0.0.1:", freeport.UDP(t))
	s, err := tunnel.Listen(t.Context(), at, 0x3053)
	if err != nil {
		t.Fatal(err)
	}
	c, err := tunnel.DialKeeping(t.Context(), at, 0x3053, 10*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	a := ipx.NewStation(c)
	defer a.Close()
	var got atomic.Int64
	if _, err := a.Open(0x4000, func(*ipx.Packet) { got.Add(1) }); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		before := s.Counts().Relayed
		soon(t, "the client hears itself", func() bool { return s.Counts().Relayed > before+2 })
		if n := s.Counts(); n.Registered != 1 {
			t.Errorf("%+v", n)
		}
		_ = s.Close()
		if s, err = tunnel.Listen(t.Context(), at, 0x3053); err != nil {
			t.Fatal(err)
		}
		soon(t, "the client is there again", func() bool { return s.Clients() == 1 })
		server := ipx.NewStation(s)
		defer server.Close()
		n := got.Load()
		soon(t, "what is sent to the client comes", func() bool {
			to := a.Addr()
			to.Socket = 0x4000
			if err := server.Send(&ipx.Packet{Dst: to}); err != nil {
				t.Error(err)
			}
			return got.Load() > n
		})
	}
	if n := a.Counts(); n.Unopened != 0 {
		t.Errorf("what is between the client and its server is handed on: %+v", n)
	}
}

// TestOtherServers: a server that sends no client its own packets is not taken for one that was started again; and of one that knows the client as another node no more is asked.
func TestOtherServers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		echoes        bool // the first three packets that a client sends to itself come back
		registrations int
	}{{"no echo", false, 1}, {"another node", true, 2}} {
		raw, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		var registrations, others atomic.Int64
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			b := make([]byte, 1500)
			for {
				n, from, err := raw.ReadFromUDPAddrPort(b)
				if err != nil {
					return
				}
				p, err := ipx.Parse(b[:n])
				switch {
				case err != nil:
				case p.Dst.Node == (ipx.Node{}):
					node := ipx.Node{2, 0, 0, 0, 0, byte(registrations.Add(1))}
					a := ipx.Packet{Dst: ipx.Addr{Node: node, Socket: ipx.SocketEcho}, Src: ipx.Addr{Net: 1, Node: ipx.Node{9}, Socket: ipx.SocketEcho}}
					_, _ = raw.WriteToUDPAddrPort(a.Append(nil), from)
				default:
					if others.Add(1) <= 3 && c.echoes {
						_, _ = raw.WriteToUDPAddrPort(b[:n], from)
					}
				}
			}
		}()
		client, err := tunnel.DialKeeping(t.Context(), raw.LocalAddr().String(), 0, 5*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		a := ipx.NewStation(client)
		soon(t, c.name+": registered", func() bool { return registrations.Load() == int64(c.registrations) })
		from := others.Load()
		soon(t, "goes on to send to itself", func() bool { return others.Load() > from+20 })
		if n := registrations.Load(); n != int64(c.registrations) {
			t.Errorf("%s: %d registrations", c.name, n)
		}
		_ = a.Close()
		_ = raw.Close()
		<-ended
	}
}

// TestBroadcastsAreBounded: whoever sends to all has the server do so for a while, and no longer.
func TestBroadcastsAreBounded(t *testing.T) {
	t.Parallel()
	s := serve(t)
	a := dial(t, s)
	p := ipx.Packet{Dst: ipx.Addr{Node: ipx.Broadcast, Socket: 0x4000}, Src: a.Addr()}
	b := p.Append(nil)
	soon(t, "some are left out", func() bool {
		for range 20 { // a turn takes a millisecond at least
			_ = a.Send(ipx.Broadcast, b)
		}
		return s.Counts().Full > 0
	})
	if n := s.Counts(); n.Broadcast < 100 {
		t.Errorf("%+v", n)
	}
}

// TestSilence: a server that there is not, or that does not answer, is an error that says so, within the time.
func TestSilence(t *testing.T) {
	t.Parallel()
	c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	asked := make(chan string, 16)
	go func() {
		b := make([]byte, 100)
		for {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			asked <- string(b[:n])
		}
	}()
	began := time.Now()
	if x, err := tunnel.Dial(t.Context(), c.LocalAddr().String(), 0, nil); !errors.Is(err, tunnel.ErrSilent) {
		t.Errorf("%v, %v", x, err)
	}
	if len(asked) != 5 || time.Since(began) < 4*time.Second {
		t.Errorf("asked %d times in %v", len(asked), time.Since(began))
	}
	const want = "\xff\xff\x00\x1e\x00\x02" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"
	if got := <-asked; got != want {
		t.Errorf("asked %x; want %x", got, want)
	}
	if _, err := tunnel.Dial(t.Context(), "no-such-host.invalid", 0, nil); err == nil || !strings.Contains(err.Error(), "invalid") {
		t.Errorf("%v", err)
	}
}
