//go:build linux

package somd_test

import (
	"context"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/daemontest"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// echoer is an object of no class, as those of other ORBs.
type echoer struct{}

func (echoer) Interface() *orb.Interface { return &orb.Interface{ID: "IDL:Echoer:1.0"} }
func (echoer) Implementation() any       { return echoer{} }

func (echoer) Dispatch(r *orb.ServerRequest) bool {
	switch r.Operation() {
	case "echo":
		a := dyn.GetAny(&r.In)
		if r.Decoded() && r.Returned(nil) {
			dyn.PutAny(&r.Out, a)
			dyn.PutAny(&r.Out, a)
		}
	case "told":
		sent := orb.Properties(orb.GetContext(r))
		if r.Decoded() && r.Returned(nil) {
			var all []string
			for _, name := range slices.Sorted(maps.Keys(sent)) {
				all = append(all, fmt.Sprintf("%s=%s", name, sent[name]))
			}
			r.Out.String(strings.Join(all, " "))
		}
	default:
		return false
	}
	return true
}

// echoing returns the reference of an echoer.
func echoing(t *testing.T) string {
	t.Helper()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	ref, err := poa.New(o).Activate(echoer{})
	if err != nil {
		t.Fatal(err)
	}
	return orb.RefOf(ref).String()
}

// build compiles a client in C.
func (b bench) build(t *testing.T, name string) {
	t.Helper()
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	run(t, "gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-I"+root+"/libsom/include", "-I"+root+"/bind/c", "-I"+b.dir, "-o", b.path(name), "testdata/"+name+".c", "-L"+kernel, "-lsom", "-Wl,-rpath,"+kernel, "-pthread")
}

// TestRequests has a client in C that has no headers of any class make TypeCodes, lists, requests and contexts: of a class in C that a server elsewhere has, with all types that its methods take, in time and later; of an
// object of no class, with values that are any, and properties; and of objects of its own. What is wrong is told.
func TestRequests(t *testing.T) {
	b := newBench(t)
	b.build(t, "dii")
	pets := b.serve(t, b.path("only-pet", "libpet.so"), b.path("only-toy"))
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	got := b.program(t, []string{b.path("only-toy")}, "dii", pets, echoing(t))
	got = regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(got, "HOST")
	golden.Check(t, "dii.golden", got)
}

// TestForeignRequests has a client in C call a naming service of omniORB's, which nothing is generated for.
func TestForeignRequests(t *testing.T) {
	omniNames, err := exec.LookPath("omniNames")
	if err != nil {
		absent.Skip(t, "omniNames is not installed (Debian: omniorb-nameserver)")
	}
	b := newBench(t)
	b.build(t, "names")
	number := strconv.Itoa(freeport.Hold(t))
	at := "127.0.0.1:" + number
	cmd := exec.Command(omniNames, "-start", number, "-logdir", t.TempDir(), "-ignoreport", "-ORBendPoint", "giop:tcp:"+at)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for until := time.Now().Add(time.Minute); ; {
		c, err := net.Dial("tcp", at)
		if err == nil {
			_ = c.Close()
			break
		}
		if time.Now().After(until) {
			t.Fatalf("omniNames does not listen: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	want := `bind_new_context zoo: done
bind toy: done
bind again: done
resolve toy: done
the same: 1
resolve nobody: IDL:omg.org/CORBA/UNKNOWN:1.0
again, a object
toy, a object
iterator: none
`
	sorted := func(text string) string { // a naming service lists in an order of its own
		lines := strings.Split(text, "\n")
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	if got := b.program(t, []string{b.path("only-toy")}, "names", "corbaloc::"+at+"/NameService"); sorted(got) != sorted(want) {
		t.Errorf("the client prints\n%s, want\n%s", got, want)
	}
}

// TestDaemonSocket has a client in C call the daemon of its state folder by the socket of that.
func TestDaemonSocket(t *testing.T) {
	b := newBench(t)
	b.build(t, "tabled")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	d := daemontest.Start(t, b.path("dsom"), "127.0.0.1")
	c, err := admin.Open(d.State)
	if err != nil {
		t.Fatal(err)
	}
	for _, told := range []bool{true, false} {
		cmd := exec.Command(b.path("tabled"), "corbaloc:rir:/NameService") // it has asked what that is when it waits for a line
		cmd.Env = append(os.Environ(), "DSOM_PLACE_LIBRARY="+b.path("libdsom-place.so"), "DSOM_DAEMON="+d.Address)
		if told {
			cmd.Env = append(cmd.Env, "DSOM_STATE="+d.State)
		}
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var peers []string
		for until := time.Now().Add(time.Minute); len(peers) == 0 && time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
			now, err := c.Connections(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range now.Connections {
				peers = append(peers, x.Peer)
			}
		}
		if len(peers) != 1 || strings.Contains(peers[0], "127.0.0.1") == told {
			t.Errorf("with the state folder %v the daemon is called by %q", told, peers)
		}
		_ = in.Close()
		_ = cmd.Wait()
		for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
			if now, err := c.Connections(t.Context()); err != nil || len(now.Connections) == 0 {
				break
			}
		}
	}
}
