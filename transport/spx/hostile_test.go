package spx_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/spx"
)

// TestDecoded has tshark decode connections of both kinds over a bad network, in each framing: nothing is malformed, and each kind of packet is what it is meant to be.
func TestDecoded(t *testing.T) {
	var r ipxtest.Recording
	for i, c := range []spx.HostConfig{{}, {Only1: true}} {
		synctest.Test(t, func(t *testing.T) {
			w := ipxtest.New(ipxtest.Faults{Seed: 1, Loss: 0.05, Delay: time.Millisecond})
			w.Saw = func(to ipx.Node, b []byte) { r.Saw(ipx.Framing(2*i+r.Len()%2), to, b) }
			a, b := connect(t, pairOn(t, w, c))
			attended := make(chan string, 1)
			b.OnAttention(func(p []byte) { attended <- string(p) })
			if err := a.Attend([]byte("!")); err != nil {
				t.Fatal(err)
			}
			if got := <-attended; got != "!" {
				t.Errorf("attention %q", got)
			}
			if _, err := a.Write([]byte("GIOP\x01\x00\x00\x03\x00\x00\x00\x00")); err != nil {
				t.Fatal(err)
			}
			go a.Write(make([]byte, 100000))
			if _, err := io.ReadFull(b, make([]byte, 100012)); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute) // the watchdog asks, more than once
			b.CloseWrite()
			_, _ = io.ReadAll(a)
			a.Close()
			_, _ = io.ReadAll(b)
			b.Close()
			time.Sleep(time.Minute)
		})
	}
	if lines := r.Decode(t, nil, "_ws.malformed || _ws.expert.severity >= error || !spx", "frame.number", "_ws.col.Info"); len(lines) > 0 {
		t.Errorf("malformed, or not of SPX: %q", lines)
	}
	seen := map[string]bool{}
	for _, l := range r.Decode(t, nil, "spx", "spx.ctl.sys", "spx.ctl.send_ack", "spx.ctl.attn", "spx.ctl.eom", "spx.ctl.v2", "spx.ctl.neg_size", "spx.type") {
		seen[l] = true
	}
	want := []string{
		"1 1 0 0 1 1 0x00", "1 0 0 0 1 1 0x00", "0 1 1 1 1 0 0x00", "0 1 0 1 1 0 0x00", "1 0 0 0 1 0 0x00", "1 1 0 0 1 0 0x00", "0 1 0 0 1 0 0xfd", "1 0 0 0 1 0 0xfc",
		"1 1 0 0 - - 0x00", "1 0 0 0 - - 0x00", "0 1 0 1 - - 0x00", "0 1 0 0 - - 0xfd",
	}
	missing := 0
	for _, k := range want {
		if !seen[strings.NewReplacer(" ", "\t", "-", "").Replace(k)] {
			missing++
			t.Errorf("no packet of the kind %s", k)
		}
	}
	if missing > 0 {
		t.Logf("there are %v", slices.Sorted(maps.Keys(seen)))
	}
}

// raw is an end of a wire at which there is no host of ours: it says what it likes.
type raw struct {
	port *ipxtest.Port
	to   ipx.Addr
	own  ipx.Addr
}

func (r raw) say(h spx.Header, data string) {
	p := ipx.Packet{Type: ipx.TypeSPX, Dst: r.to, Src: r.own, Data: append(h.Append(nil), data...)}
	_ = r.port.Send(r.to.Node, p.Append(nil))
	synctest.Wait()
}

// ears are the headers that have come to who speaks to a host.
type ears struct {
	mu  sync.Mutex
	all []spx.Header
}

func (e *ears) list() []spx.Header {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.all)
}

func (e *ears) last() spx.Header { all := e.list(); return all[len(all)-1] }

func (e *ears) clear() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = nil
}

// hostile makes a host with a listener, and who speaks to it.
func hostile(t *testing.T, c spx.HostConfig) (*spx.Host, *spx.Listener, raw, *ears) {
	w := ipxtest.New(ipxtest.Faults{})
	s := ipx.NewStation(w.Port(ipxtest.Node(1)))
	h := spx.NewHost(s, c)
	t.Cleanup(func() { _ = h.Close(); _ = s.Close() })
	l, err := h.Listen(0x3053)
	if err != nil {
		t.Fatal(err)
	}
	to := s.Addr()
	to.Socket = 0x3053
	heard := new(ears)
	w.Saw = func(to ipx.Node, b []byte) {
		if to == ipxtest.Node(1) {
			return
		}
		p, _ := ipx.Parse(b)
		h, _, _ := spx.Parse(p.Data)
		heard.mu.Lock()
		defer heard.mu.Unlock()
		heard.all = append(heard.all, h)
	}
	r := raw{w.Port(ipxtest.Node(2)), to, ipx.Addr{Net: ipxtest.Net, Node: ipxtest.Node(2), Socket: 0x4d53}}
	return h, l, r, heard
}

// TestFlood: connections that are asked for, and never used, are bounded, go away, and are told no more than three times as much as was heard of them.
func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, l, r, heard := hostile(t, spx.HostConfig{})
		for i := range uint16(1000) {
			c := uint8(spx.System | spx.SendAck)
			if i%2 == 0 {
				c |= spx.II | spx.Negotiate
			}
			from := r
			from.own.Node = ipxtest.Node(byte(2 + i%8))
			from.say(spx.Header{Control: c, Src: i + 1, Dst: 0xffff}, "")
		}
		if h.Conns() != 128 || h.Counts().Full != 1000-128 || len(heard.list()) != 128 {
			t.Errorf("%d connections, %d answers, %+v", h.Conns(), len(heard.list()), h.Counts())
		}
		time.Sleep(20 * time.Second)
		if h.Conns() != 0 || len(heard.list()) > 3*128+128 { // and a word when they are given up
			t.Errorf("%d connections, %d packets", h.Conns(), len(heard.list()))
		}
		octets := 0
		for _, x := range heard.list() {
			octets += ipx.HeaderSize + len(x.Append(nil))
		}
		if most := 3 * 1000 * 42; octets > most {
			t.Errorf("%d octets for %d", octets, 1000*42)
		}
		// And then one is served.
		r.say(spx.Header{Control: spx.System | spx.SendAck, Src: 7, Dst: 0xffff, Alloc: 7}, "")
		id := heard.last().Src
		r.say(spx.Header{Control: spx.SendAck, Src: 7, Dst: id, Alloc: 7}, "hello")
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 9)
		if n, err := c.Read(b); string(b[:n]) != "hello" {
			t.Errorf("%q, %v", b[:n], err)
		}
		c.Close()
	})
}

// TestFloodOfOne: a node that asks for connections and never uses them keeps no others out, and its own are let in again when some of those are given up.
func TestFloodOfOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, l, r, heard := hostile(t, spx.HostConfig{})
		for i := range uint16(1000) {
			r.say(spx.Header{Control: spx.System | spx.SendAck, Src: i + 1, Dst: 0xffff}, "")
			r.own.Socket++
		}
		if h.Conns() != 32 || h.Counts().Full != 1000-32 {
			t.Errorf("%d connections, %+v", h.Conns(), h.Counts())
		}
		other := r
		other.own.Node = ipxtest.Node(3)
		other.say(spx.Header{Control: spx.System | spx.SendAck, Src: 7, Dst: 0xffff, Alloc: 7}, "")
		other.say(spx.Header{Control: spx.System, Src: 7, Dst: heard.last().Src, Alloc: 7}, "")
		if c, err := l.Accept(); err != nil || c.RemoteAddr().String() != spx.Addr(other.own).String() {
			t.Errorf("%v, %v", c, err)
		}
		for range 2 { // those that were given up count no more, nor those that are confirmed
			time.Sleep(20 * time.Second)
			for i := range uint16(100) {
				heard.clear()
				r.say(spx.Header{Control: spx.System | spx.SendAck, Src: 7, Dst: 0xffff, Alloc: 7}, "")
				if len(heard.list()) == 0 {
					t.Fatalf("no answer to request %d, %+v", i, h.Counts())
				}
				r.say(spx.Header{Control: spx.System, Src: 7, Dst: heard.last().Src, Alloc: 7}, "")
				if _, err := l.Accept(); err != nil {
					t.Fatal(err)
				}
				r.own.Socket++
			}
		}
	})
}

// TestEmpty: a packet without octets that stands behind others, such as attention, is nothing that a read finds.
func TestEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l, r, heard := hostile(t, spx.HostConfig{})
		c, id := established(t, r, l, heard)
		seq := uint16(0)
		say := func(control uint8, data string) {
			r.say(spx.Header{Control: control, Src: 7, Dst: id, Seq: seq, Alloc: 7}, data)
			seq++
		}
		for name, read := range map[string]func() (int, error){
			"Read": func() (int, error) { return c.Read(make([]byte, 3)) },
			"ReadChunk": func() (int, error) {
				b, n, err := c.ReadChunk()
				if b != nil {
					b.Free()
				}
				return n, err
			},
		} {
			say(0, "abc")
			say(spx.Attention, "!")
			say(spx.EndOfMsg, "")
			if n, err := read(); n != 3 || err != nil {
				t.Errorf("%s: %d, %v", name, n, err)
			}
			if s := c.State(); s != transport.Quiet {
				t.Errorf("%s: state %v behind what was read", name, s)
			}
			c.SetReadDeadline(time.Now().Add(time.Second))
			if n, err := read(); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: %d, %v", name, n, err)
			}
			c.SetReadDeadline(time.Time{})
			say(spx.Attention, "!")
			say(0, "d")
			if n, err := read(); n != 1 || err != nil {
				t.Errorf("%s: %d, %v", name, n, err)
			}
		}
		c.Close()
	})
}

// TestBacklog: connections that nobody accepts are bounded too.
func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _, r, heard := hostile(t, spx.HostConfig{})
		for i := range uint16(300) {
			r.own.Node = ipxtest.Node(byte(2 + i%5))
			r.say(spx.Header{Control: spx.System | spx.SendAck, Src: i + 1, Dst: 0xffff}, "")
			if len(heard.list()) == 0 {
				continue
			}
			id := heard.last().Src
			heard.clear()
			r.say(spx.Header{Control: spx.System, Src: i + 1, Dst: id}, "")
		}
		if h.Conns() != 128 || h.Counts().Full != 300-128 {
			t.Errorf("%d connections, %+v", h.Conns(), h.Counts())
		}
	})
}

// established makes a connection of SPX with a raw peer, whose number is 7.
func established(t *testing.T, r raw, l *spx.Listener, heard *ears) (*spx.Conn, uint16) {
	t.Helper()
	r.say(spx.Header{Control: spx.System | spx.SendAck, Src: 7, Dst: 0xffff, Alloc: 7}, "")
	id := heard.list()[0].Src
	r.say(spx.Header{Control: spx.System, Src: 7, Dst: id, Alloc: 7}, "")
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	heard.clear()
	return c, id
}

// TestLies: a peer that says what cannot be does no harm, and each lie is counted.
func TestLies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, l, r, heard := hostile(t, spx.HostConfig{Window: 8})
		c, id := established(t, r, l, heard)
		say := func(x spx.Header, data string) {
			x.Src, x.Dst = 7, id
			r.say(x, data)
		}
		count := func(what string, get func() uint64, want uint64) {
			t.Helper()
			if got := get(); got != want {
				t.Errorf("%s: %d; want %d", what, got, want)
			}
		}
		say(spx.Header{Ack: 5, Alloc: 7}, "acknowledges what was not sent")
		count("lies", func() uint64 { return h.Counts().Lies }, 1)
		say(spx.Header{Seq: 8, Alloc: 7}, "beyond the window")
		say(spx.Header{Seq: 0x7fff, Alloc: 7}, "far beyond")
		count("beyond", func() uint64 { return h.Counts().Beyond }, 2)
		say(spx.Header{Seq: 0xffff, Alloc: 7}, "before the first")
		count("doubled", func() uint64 { return h.Counts().Doubled }, 1)
		x := r
		x.own.Socket++
		x.say(spx.Header{Src: 7, Dst: id, Alloc: 7}, "from another socket")
		x = r
		x.own.Net++
		x.say(spx.Header{Src: 7, Dst: id, Alloc: 7}, "from another network")
		r.say(spx.Header{Src: 8, Dst: id, Alloc: 7}, "of another connection")
		count("elsewhere", func() uint64 { return h.Counts().Elsewhere }, 3)
		for _, b := range []string{"", "\x80", "\x88\x00\x00\x07\x00\x01\x00\x00\x00\x00\x00\x00", "\x09" + strings.Repeat("\x00", 20), "\x80\x00\xff\xff\x00\x01\x00\x00\x00\x00\x00\x00"} {
			p := ipx.Packet{Type: ipx.TypeSPX, Dst: r.to, Src: r.own, Data: []byte(b)}
			_ = r.port.Send(r.to.Node, p.Append(nil))
		}
		p := ipx.Packet{Type: ipx.TypeUnknown, Dst: r.to, Src: r.own, Data: []byte("no SPX at all")}
		_ = r.port.Send(r.to.Node, p.Append(nil))
		synctest.Wait()
		count("malformed", func() uint64 { return h.Counts().Malformed }, 6)
		// A window that leaps and falls back: what is on its way is bounded by what is queued.
		heard.clear()
		say(spx.Header{Control: spx.System, Alloc: 0x7000}, "")
		say(spx.Header{Control: spx.System, Alloc: 3}, "")
		c.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := c.Write(make([]byte, 1<<20))
		if !errors.Is(err, os.ErrDeadlineExceeded) || n > 64*534 {
			t.Errorf("%d octets are taken, %v", n, err)
		}
		if len(heard.list()) > 20 {
			t.Errorf("%d packets are sent to one who acknowledges none", len(heard.list()))
		}
		// It never acknowledges: it is given up.
		c.SetReadDeadline(time.Now().Add(5 * time.Minute))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ETIMEDOUT) {
			t.Errorf("%v", err)
		}
		count("silent", func() uint64 { return h.Counts().Silent }, 1)
		if h.Conns() != 0 {
			t.Errorf("%d connections are left", h.Conns())
		}
		c.Close()
	})
}

// TestNoRoom: a peer that is there and has no room is asked for it, less and less often, and not given up; when it has some, all goes on.
func TestNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := pairOn(t, ipxtest.New(ipxtest.Faults{Delay: time.Millisecond}), spx.HostConfig{Window: 4})
		a, b := connect(t, x)
		data := bytesOf(1, 400000)
		go a.Write(data)
		time.Sleep(10 * time.Minute)
		got := make([]byte, len(data))
		if _, err := io.ReadFull(b, got); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%v", err)
		}
		if c, at, _ := x.dial.Counts(); c.Silent != 0 || at.Sent > 1000 {
			t.Errorf("%+v, %+v", c, at)
		}
		a.Close()
		b.Close()
		time.Sleep(time.Minute)
	})
}

// TestWatchdog: idle connections live, and those whose peer vanishes end in 30 s.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := ipxtest.New(ipxtest.Faults{Delay: time.Millisecond})
		x := pairOn(t, w, spx.HostConfig{})
		a, b := connect(t, x)
		time.Sleep(time.Hour)
		_, at, _ := x.dial.Counts()
		if a.State() != transport.Quiet || b.State() != transport.Quiet || at.Sent > 1300 {
			t.Errorf("after an hour: %v, %v, %+v", a.State(), b.State(), at)
		}
		w.Change(func() { w.Drop = func([]byte) bool { return true } })
		began := time.Now()
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, syscall.ETIMEDOUT) || time.Since(began) > 31*time.Second || time.Since(began) < 24*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		a.Close()
		b.Close()
		time.Sleep(time.Minute)
	})
}

// TestStrangers: who speaks of a connection that is not there is told so, with no more octets than he has sent, so often; what tells that is not answered.
func TestStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _, r, heard := hostile(t, spx.HostConfig{})
		r.say(spx.Header{Control: spx.SendAck, Src: 9, Dst: 99, Seq: 4, Ack: 3}, "data")
		r.say(spx.Header{Control: spx.System | spx.SendAck, Stream: spx.End, Src: 9, Dst: 99, Seq: 4, Ack: 3}, "")
		if fmt.Sprint(heard.list()) != "[{128 254 99 9 2 4 0 0} {128 255 99 9 3 4 0 0}]" {
			t.Errorf("%v", heard.list())
		}
		heard.clear()
		r.say(spx.Header{Control: spx.System, Stream: spx.End, Src: 9, Dst: 99}, "")
		r.say(spx.Header{Control: spx.System, Stream: spx.Ended, Src: 9, Dst: 99}, "")
		r.say(spx.Header{Control: spx.System, Src: 9, Dst: 99}, "")
		if len(heard.list()) > 0 {
			t.Errorf("%v", heard.list())
		}
		for range 1000 {
			r.say(spx.Header{Control: spx.SendAck, Src: 9, Dst: 99}, "data")
		}
		if len(heard.list()) > 64 || h.Counts().Stray != 1005 {
			t.Errorf("%d answers, %+v", len(heard.list()), h.Counts())
		}
	})
}

// TestRefused: where nobody listens a client is told at once, and where nobody is, within its time.
func TestRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := pairOn(t, ipxtest.New(ipxtest.Faults{}), spx.HostConfig{})
		e := at(x.listen)
		e.Port = 99
		began := time.Now()
		if _, err := x.Dial(t.Context(), e); !errors.Is(err, syscall.ECONNREFUSED) || time.Since(began) > time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		e.Host = "00003053.020000000009"
		if _, err := x.Dial(t.Context(), e); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 11*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		for _, host := range []string{"00003053.ffffffffffff", "00003053.000000000000", "ADA"} {
			e.Host = host
			if _, err := x.Dial(t.Context(), e); err == nil {
				t.Errorf("%s is called", host)
			}
		}
	})
}

// TestSmallNetwork: packets are as long as the network takes, though both ends take longer ones.
func TestSmallNetwork(t *testing.T) {
	for most, want := range map[int]int{1424: 1424, 1423: 1024, 1024: 1024, 1023: 576, 576: 576} {
		synctest.Test(t, func(t *testing.T) {
			w := ipxtest.New(ipxtest.Faults{Delay: time.Millisecond})
			w.Drop = func(b []byte) bool { return len(b) > most }
			a, b := connect(t, pairOn(t, w, spx.HostConfig{}))
			go func() { a.Write(make([]byte, 50000)); a.CloseWrite() }()
			if got, err := io.ReadAll(b); len(got) != 50000 || err != nil {
				t.Errorf("%d, %v", len(got), err)
			}
			if two, n := a.Two(); !two || n != want {
				t.Errorf("over %d octets: %v, %d; want %d", most, two, n, want)
			}
			a.Close()
			b.Close()
			time.Sleep(time.Minute)
		})
	}
}

// TestMixed: a client of SPX-II meets a server of SPX, and the other way round.
func TestMixed(t *testing.T) {
	for _, c := range [][2]spx.HostConfig{{{}, {Only1: true}}, {{Only1: true}, {}}} {
		synctest.Test(t, func(t *testing.T) {
			w := ipxtest.New(ipxtest.Faults{Delay: time.Millisecond})
			a, b := connect(t, split{over(t, w.Port(ipxtest.Node(1)), c[0]), over(t, w.Port(ipxtest.Node(2)), c[1])})
			go func() { a.Write(make([]byte, 50000)); a.Close() }()
			if got, err := io.ReadAll(b); len(got) != 50000 || err != nil {
				t.Errorf("%d, %v", len(got), err)
			}
			if two, _ := b.Two(); two {
				t.Error("it is of SPX-II")
			}
			b.Close()
			time.Sleep(time.Minute)
		})
	}
}

// TestNoise throws packets at random at a host that serves a connection: they are as those of the connection, but for an octet or some, so that some pass. It serves on, or ends in an error.
func TestNoise(t *testing.T) {
	base := seed(t)
	for i := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(base+i, 5))
			w := ipxtest.New(ipxtest.Faults{Delay: time.Millisecond})
			x := split{over(t, w.Port(ipxtest.Node(1)), spx.HostConfig{}), nil}
			second := w.Port(ipxtest.Node(2))
			x.listen = over(t, second, spx.HostConfig{})
			var last [][]byte
			w.Saw = func(to ipx.Node, b []byte) {
				if to == ipxtest.Node(2) && len(last) < 1000 {
					last = append(last, bytes.Clone(b))
				}
			}
			a, b := connect(t, x)
			for _, c := range []*spx.Conn{a, b} {
				c.SetDeadline(time.Now().Add(20 * time.Minute))
				go func() { c.Write(make([]byte, 300000)); c.CloseWrite() }()
				go func() { io.Copy(io.Discard, c) }()
			}
			for range 300 {
				time.Sleep(time.Duration(r.IntN(3000)) * time.Microsecond)
				var p []byte
				w.Change(func() {
					if len(last) > 0 {
						p = bytes.Clone(last[r.IntN(len(last))])
					}
				})
				if p == nil {
					continue
				}
				for range r.IntN(3) {
					p[r.IntN(min(len(p), 46))] = byte(r.Uint32())
				}
				if r.IntN(10) == 0 {
					p = p[:r.IntN(len(p))]
				}
				second.Inject(p)
			}
			time.Sleep(30 * time.Minute)
			a.Close()
			b.Close()
			time.Sleep(time.Minute)
			for _, h := range []*spx.Transport{x.dial, x.listen} {
				if h, _ := h.Host(t.Context()); h.Conns() != 0 {
					t.Fatalf("-spx.seed=%d: %d connections are left", base+i, h.Conns())
				}
			}
		})
	}
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte("\xcc\x00\x81\xc2\xff\xff\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("\x8c\x00\x2d\x2c\x81\xc2\x00\x00\x00\x00\x00\x00\x05\xa4"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, data, err := spx.Parse(b)
		if err != nil {
			return
		}
		if again := append(h.Append(nil), data...); !bytes.Equal(again, b) {
			t.Errorf("%x is made again as %x", b, again)
		}
	})
}

// FuzzHost: whatever packets a peer sends to a host within a connection and beside it, of one octet that says how long each is, none is answered by more than a few, no more is kept than the window, and all ends in time.
func FuzzHost(f *testing.F) {
	pack := func(all ...spx.Header) (b []byte) {
		for _, h := range all {
			p := append(h.Append(nil), "data"...)
			b = append(append(b, byte(len(p))), p...)
		}
		return b
	}
	f.Add(pack(spx.Header{Control: spx.SendAck, Src: 7, Alloc: 7}, spx.Header{Control: spx.SendAck, Src: 7, Seq: 1, Alloc: 7}), true)
	f.Add(pack(spx.Header{Control: spx.System, Src: 7, Ack: 0xfff0, Alloc: 3}), true)
	f.Add(pack(spx.Header{Control: spx.System | spx.SendAck, Src: 9, Dst: 0xffff, Alloc: 0xffff}), false)
	f.Add(pack(spx.Header{Control: spx.SendAck, Src: 7, Stream: 0xfe, Alloc: 7}, spx.Header{Src: 7, Stream: 0xff, Alloc: 7}), true)
	f.Fuzz(func(t *testing.T, data []byte, within bool) {
		synctest.Test(t, func(t *testing.T) {
			h, l, r, heard := hostile(t, spx.HostConfig{})
			c, id := established(t, r, l, heard)
			got := 0
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				b := make([]byte, 4096)
				for {
					n, err := c.Read(b)
					if got += n; err != nil {
						return
					}
				}
			}()
			sent := 0
			for range 32 { // packets of one input
				if len(data) == 0 {
					break
				}
				b := bytes.Clone(data[1 : 1+min(int(data[0]), len(data)-1)])
				data = data[1+len(b):]
				if within && len(b) >= 6 { // the numbers of both ends
					b[2], b[3], b[4], b[5] = 0, 7, byte(id>>8), byte(id)
				}
				heard.clear()
				p := ipx.Packet{Type: ipx.TypeSPX, Dst: r.to, Src: r.own, Data: b}
				_ = r.port.Send(r.to.Node, p.Append(nil))
				synctest.Wait()
				if sent += len(b); len(heard.list()) > 8 {
					t.Errorf("%d packets in answer to %x", len(heard.list()), b)
				}
			}
			time.Sleep(time.Hour) // nobody answers the watchdog
			c.Close()
			<-ended
			if got > sent {
				t.Errorf("%d octets were read of %d", got, sent)
			}
			for { // what was asked for besides
				x, err := acceptNow(l)
				if err != nil {
					break
				}
				x.Close()
			}
			time.Sleep(time.Hour)
			if n := h.Conns(); n != 0 {
				t.Errorf("%d connections are left", n)
			}
		})
	})
}

// acceptNow takes a connection that is there.
func acceptNow(l *spx.Listener) (c *spx.Conn, err error) {
	done := make(chan struct{})
	go func() { c, err = l.Accept(); close(done) }()
	synctest.Wait()
	select {
	case <-done:
		return c, err
	default:
		l.Close()
		<-done
		return c, err
	}
}
