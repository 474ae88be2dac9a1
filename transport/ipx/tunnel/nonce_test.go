package tunnel_test

import (
	"bytes"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/tunnel"
)

// A log is what was logged. It is safe for concurrent use.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) times(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), what)
}

// TestForged: a server that relays whatever says that it is from a client, as DOSBox's does, has no client take a stranger's packets for its own, or for answers to what it has not asked. A client that its server knows
// as another node says so, once.
func TestForged(t *testing.T) {
	t.Parallel()
	raw, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	own := ipx.Node{2, 0, 0, 0, 0, 1}
	var mu sync.Mutex
	var client netip.AddrPort
	var nonces = map[string]bool{}
	var registrations, sent atomic.Int64
	var echo atomic.Bool  // the client's packets to itself come back
	var again atomic.Bool // they do from when it registers
	ended := make(chan struct{})
	answer := func(node ipx.Node, to netip.AddrPort) {
		a := ipx.Packet{Dst: ipx.Addr{Node: node, Socket: ipx.SocketEcho}, Src: ipx.Addr{Net: 1, Node: ipx.Node{9}, Socket: ipx.SocketEcho}}
		_, _ = raw.WriteToUDPAddrPort(a.Append(nil), to)
	}
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
				mu.Lock()
				client = from
				mu.Unlock()
				echo.Store(echo.Load() || again.Load())
				node := own
				node[5] = byte(registrations.Add(1))
				answer(node, from)
			default:
				mu.Lock()
				nonces[string(p.Data)] = true
				mu.Unlock()
				if echo.Load() {
					_, _ = raw.WriteToUDPAddrPort(b[:n], from)
				}
				sent.Add(1)
			}
		}
	}()
	var l log
	c, err := tunnel.DialLogging(t.Context(), raw.LocalAddr().String(), 0, 5*time.Millisecond, slog.New(slog.NewTextHandler(&l, nil)))
	if err != nil {
		t.Fatal(err)
	}
	a := ipx.NewStation(c)
	defer func() { _ = a.Close(); _ = raw.Close(); <-ended }()
	mu.Lock()
	to := client
	mu.Unlock()
	forge := func() { // what looks as if it came from the client itself, and answers to no question
		for _, data := range []string{"", "12345678", "\x00\x00\x00\x00\x00\x00\x00\x00"} {
			p := ipx.Packet{Type: ipx.TypeEcho, Dst: ipx.Addr{Node: own}, Src: ipx.Addr{Node: own, Socket: ipx.SocketEcho}, Data: []byte(data)}
			_, _ = raw.WriteToUDPAddrPort(p.Append(nil), to)
		}
		answer(ipx.Node{7}, to)
	}
	forge()
	soon(t, "it has sent packets to itself since", func() bool { forge(); return sent.Load() > 20 })
	if n := tunnel.Echoes(c); n != 0 || registrations.Load() != 1 || l.times("another node") != 0 {
		t.Errorf("%d echoes, %d registrations, %d words in the log, of what is forged", n, registrations.Load(), l.times("another node"))
	}
	mu.Lock()
	if len(nonces) < 20 {
		t.Errorf("%d nonces in %d packets", len(nonces), sent.Load())
	}
	mu.Unlock()
	echo.Store(true)
	soon(t, "it hears itself", func() bool { return tunnel.Echoes(c) > 2 })
	again.Store(true)
	echo.Store(false) // and now the server has forgotten it, until it registers
	soon(t, "it registers again, whatever is forged", func() bool { forge(); return registrations.Load() > 1 })
	soon(t, "it says that it is another node", func() bool { return l.times("another node") == 1 })
	from := sent.Load()
	soon(t, "goes on", func() bool { return sent.Load() > from+20 })
	if n := l.times("another node"); n != 1 {
		t.Errorf("it says so %d times", n)
	}
}
