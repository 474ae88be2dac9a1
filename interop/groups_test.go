package interop_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/group"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport/miop"
)

// A groupHearer is a member of a group, of which hear, with a text, is oneway.
type groupHearer struct {
	mu    sync.Mutex
	heard []string
}

var groupHearerInterface = &orb.Interface{ID: "IDL:Hearer:1.0"}

func (*groupHearer) Interface() *orb.Interface { return groupHearerInterface }
func (h *groupHearer) Implementation() any     { return h }
func (*groupHearer) Oneway(op string) bool     { return op == "hear" }
func (h *groupHearer) Dispatch(r *orb.ServerRequest) bool {
	text := r.In.String()
	if r.Operation() == "hear" && r.Decoded() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.heard = append(h.heard, text)
		r.Returned(nil)
	}
	return true
}

func (h *groupHearer) last() (n int, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n = len(h.heard); n > 0 {
		text = h.heard[n-1]
	}
	return n, text
}

// alphabet is what the client in Java sends.
func alphabet(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i%23)
	}
	return string(b)
}

// javaHash is String.hashCode.
func javaHash(s string) (h int32) {
	for _, c := range []byte(s) {
		h = 31*h + int32(c)
	}
	return h
}

// freeGroupPort returns a port of UDP that was free a moment ago, below 32768: JacORB takes others for negative, and the system gives others to who takes any.
func freeGroupPort(t *testing.T) uint16 {
	t.Helper()
	for range 1000 {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{Port: 20_000 + rand.IntN(10_000)})
		if err != nil {
			continue
		}
		defer c.Close()
		return uint16(c.LocalAddr().(*net.UDPAddr).Port)
	}
	t.Fatal("no port is free")
	return 0
}

func groupORB(t *testing.T, cfg orb.Config) *orb.ORB {
	t.Helper()
	cfg.Logger = slog.New(slog.DiscardHandler)
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return o
}

// needMulticast skips the test where what goes to a group does not come back to this machine.
func needMulticast(t *testing.T) {
	t.Helper()
	at := netip.AddrPortFrom(netip.MustParseAddr("239.255.77.9"), freeGroupPort(t))
	c, err := miop.Listen(at, "")
	if err != nil {
		peer.Lacking(t, "no group can be heard here: "+err.Error())
	}
	defer c.Close()
	s := miop.NewSender(miop.SenderConfig{})
	defer s.Close()
	if err := s.Send([]byte("x"), true, at); err != nil {
		peer.Lacking(t, "nothing can be sent to a group here: "+err.Error())
	}
}

// TestGroupFromJacORB: an object of this project hears what a client of JacORB sends to its group: by one host's address and by multicast, in GIOP 1.0, where the group stands in the place of the
// object key, and in 1.2; in one packet and in many.
func TestGroupFromJacORB(t *testing.T) {
	t.Parallel()
	command := jacorb.BuildGroups(t)
	needMulticast(t)
	for _, host := range []string{"127.0.0.1", "239.255.77.10"} {
		for _, version := range []string{"1.0", "1.2"} {
			t.Run(host+" "+version, func(t *testing.T) {
				o := groupORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
				g := group.New(o, group.Config{})
				url := fmt.Sprintf("corbaloc:miop:%s@1.0-NET-5/%s:%d", version, host, freeGroupPort(t))
				u, err := ior.ParseURL(url)
				if err != nil {
					t.Fatal(err)
				}
				h := new(groupHearer)
				member, err := poa.New(o).Activate(h)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := g.Join(o.NewRef(u.Reference()), member); err != nil {
					t.Fatal(err)
				}
				if out, err := exec.Command(command[0], append(command[1:], "call", url, "5", "3000", "20000")...).CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				soon(t, fmt.Sprintf("three texts are heard: %+v", g.Counts()), func() bool { n, _ := h.last(); return n == 3 })
				h.mu.Lock()
				defer h.mu.Unlock()
				for i, n := range []int{5, 3000, 20000} {
					if h.heard[i] != alphabet(n) {
						t.Errorf("text %d has %d octets, %.30q", i, len(h.heard[i]), h.heard[i])
					}
				}
				if c := g.Counts(); c.Malformed+c.Foreign+c.Refused > 0 || c.Packets < 15 {
					t.Errorf("%+v", c)
				}
			})
		}
	}
}

// TestGroupToJacORB: an object of JacORB's hears what a client of this project sends to its group.
func TestGroupToJacORB(t *testing.T) {
	t.Parallel()
	command := jacorb.BuildGroups(t)
	needMulticast(t)
	s := miop.NewSender(miop.SenderConfig{})
	defer s.Close()
	o := groupORB(t, orb.Config{Multicaster: s, BigEndian: true})
	url := fmt.Sprintf("corbaloc:miop:1.2@1.0-NET-6/239.255.77.11:%d", freeGroupPort(t))
	u, err := ior.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(command[0], append(command[1:], "hear", url)...)
	var errs peer.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(out); in.Scan(); {
			if text := in.Text(); text == "ready" || strings.HasPrefix(text, "heard ") {
				lines <- text
			}
		}
	}()
	if line := <-lines; line != "ready" {
		t.Fatalf("it says %q\n%s", line, errs.String())
	}
	ref := o.NewRef(u.Reference())
	for _, n := range []int{5, 3000, 20000} {
		text := alphabet(n)
		c := orb.StartCall(t.Context(), ref, "hear", orb.Oneway)
		for c.Next() {
			c.Out.String(text)
		}
		c.Returned()
		if err := c.End(); err != nil {
			t.Fatal(err)
		}
		if want, got := fmt.Sprintf("heard %d %d %.20s", n, javaHash(text), text), <-lines; got != want {
			t.Errorf("it says %q, want %q\n%s", got, want, errs.String())
		}
	}
}
