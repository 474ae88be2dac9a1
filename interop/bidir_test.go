package interop_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/interop/bidir"
	stubs "github.com/opendsom/dsom/interop/bidir/stubs/bidir"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// inward is TCP for connections from others only: who is not reached over those is not reached.
type inward struct{ transport.Transport }

func (inward) Dial(context.Context, transport.Endpoint) (transport.Conn, error) {
	return nil, errors.New("no connections are made here")
}

// biPeer is the Peer in Go.
type biPeer struct {
	stubs.PeerBase
	mu   sync.Mutex
	kept stubs.Peer
}

func (p *biPeer) Tell(_ context.Context, text string) (string, error)     { return text, nil }
func (p *biPeer) TellWide(_ context.Context, text string) (string, error) { return text, nil }
func (p *biPeer) Meet(ctx context.Context, other stubs.Peer, turns int32) (int32, error) {
	if turns == 0 {
		return 1, nil
	}
	n, err := other.Meet(ctx, p, turns-1)
	return n + 1, err
}

func (p *biPeer) Keep(_ context.Context, other stubs.Peer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept = other
	return nil
}

func (p *biPeer) Poke(ctx context.Context, text string) (string, error) {
	p.mu.Lock()
	other := p.kept
	p.mu.Unlock()
	return other.Tell(ctx, text)
}

func (p *biPeer) Mirror(_ context.Context, data stubs.Peer_Octets) (stubs.Peer_Octets, error) {
	return data, nil
}

// biORB returns an ORB with a Peer that can be called against the direction of connections.
func biORB(t *testing.T, cfg orb.Config) (*orb.ORB, stubs.Peer) {
	t.Helper()
	cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := o.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	both, err := poa.New(o).Create("both", poa.Options{Bidirectional: poa.Both})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := stubs.PeerClass.Activate(both, new(biPeer))
	if err != nil {
		t.Fatal(err)
	}
	return o, stubs.PeerClass.Unchecked(ref)
}

// TestBiDirOfOmniORB holds that omniORB is called back over its own connections by a server that makes none, and that
// what omniORB does not offer, or its adapters do not allow, is not done.
func TestBiDirOfOmniORB(t *testing.T) {
	t.Parallel()
	program := bidir.Build(t, &tally)
	for name, c := range map[string]struct {
		o        bidir.Options
		fragment int
		failed   string // every case that needs a call back
	}{
		"offered":               {bidir.Options{Offer: true}, 0, ""},
		"offered, in fragments": {bidir.Options{Offer: true}, 1000, ""},
		"not offered":           {bidir.Options{}, 0, "TRANSIENT"},
		"offered, but NORMAL":   {bidir.Options{Offer: true, Normal: true}, 0, "OBJ_ADAPTER"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, me := biORB(t, orb.Config{
				Transports: transport.Set{inward{tcp.New()}}, Listen: []string{"tcp:127.0.0.1:0"}, BiDir: orb.BiDir{Accept: true}, FragmentSize: c.fragment,
			})
			r := program.Call(t, c.o, orb.RefOf(me.(orb.Object)).String())
			if n := len(r.Outcomes); n != 6 {
				t.Fatalf("%d cases were run", n)
			}
			for _, o := range r.Outcomes {
				needs := o.Case == "meet" || o.Case == "deep" || o.Case == "poke"
				want := c.failed != "" && needs
				if (o.Verdict == peer.Fail) != want || want && !strings.HasPrefix(o.Detail, c.failed) {
					t.Errorf("%s: %s %s", o.Case, o.Verdict, o.Detail)
				}
			}
		})
	}
}

// TestBiDirToOmniORB holds that an ORB that listens nowhere is called back by omniORB over its own connection.
func TestBiDirToOmniORB(t *testing.T) {
	t.Parallel()
	program := bidir.Build(t, &tally)
	for name, config := range map[string]orb.Config{
		"listening nowhere":                {},
		"listening":                        {Listen: []string{"tcp:127.0.0.1:0"}},
		"listening nowhere, in fragments":  {FragmentSize: 1000},
		"listening nowhere, in big-endian": {BigEndian: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config.BiDir.Offer = true
			client, me := biORB(t, config)
			s := program.Serve(t, bidir.Options{Accept: true})
			there, err := stubs.PeerClass.Bind(t.Context(), client, s.IOR)
			if err != nil {
				t.Fatal(err)
			}
			for _, turns := range []int32{0, 1, 2, 9} {
				if n, err := there.Meet(t.Context(), me, turns); n != turns+1 || err != nil {
					t.Errorf("%d turns: got %d, %v", turns, n, err)
				}
			}
			if err := there.Keep(t.Context(), me); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for range 50 {
						if got, err := there.Poke(t.Context(), "poked"); got != "poked" || err != nil {
							t.Errorf("got %q, %v", got, err)
							return
						}
					}
				})
			}
			wg.Wait()
			data := bytes.Repeat([]byte("0123456789"), 30_000)
			if got, err := there.Mirror(t.Context(), data); !bytes.Equal(got, data) || err != nil {
				t.Errorf("got %d octets, %v", len(got), err)
			}
			if got, err := there.TellWide(t.Context(), "größer €"); got != "größer €" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
			if n := client.Connections(); n != 0 {
				t.Errorf("%d connections to the client", n)
			}
		})
	}
}

// TestBiDirNotAccepted holds that omniORB finds no way to a client that listens nowhere if it does not accept the offer.
func TestBiDirNotAccepted(t *testing.T) {
	t.Parallel()
	program := bidir.Build(t, &tally)
	client, me := biORB(t, orb.Config{BiDir: orb.BiDir{Offer: true}})
	s := program.Serve(t, bidir.Options{})
	there, err := stubs.PeerClass.Bind(t.Context(), client, s.IOR)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := there.Meet(t.Context(), me, 1); !errors.Is(err, exc.Transient) {
		t.Errorf("got %v", err)
	}
}

// TestBiDirStubs demands that the committed stubs are what "go generate" in folder bidir writes.
func TestBiDirStubs(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(t.Context(), idl.Options{}, "bidir/src/bidir.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, report := golang.Emit(r.Spec, golang.Options{PackagePrefix: "github.com/opendsom/dsom/interop/bidir/stubs"})
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	for name, want := range files.All() {
		name = filepath.Join("bidir/stubs", filepath.FromSlash(name))
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what is generated (%v): run go generate in bidir", name, err)
		}
	}
}
