//go:build linux

package somd_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/daemontest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/svc/somdd/wire"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/unix"
)

// tills builds the server that is written as DSOM's books have it, under the names by which it tells what it is to do, the class library
// that it serves, and a client.
func (b bench) tills(t *testing.T, kernel string) {
	t.Helper()
	if _, err := os.Stat(b.path("buyer")); err == nil {
		return
	}
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	cc := []string{"-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + b.dir}
	run(t, b.path("dsom"), "idl", "build", "--out", b.dir, "--c=h,ih", "--typelib", "--library", "till", "testdata/till.idl")
	if err := os.Mkdir(b.path("only-till"), 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, "gcc", append(append(cc, "-fPIC", "-shared", "-o", b.path("only-till", "libtill.so"), "testdata/till.c", b.path("till_library.c"), b.path("till_typelib.c")), link...)...)
	run(t, "gcc", append(append(cc, "-o", b.path("server"), "testdata/server.c"), link...)...)
	run(t, "gcc", append(append(cc, "-o", b.path("buyer"), "testdata/buyer.c"), link...)...)
	for _, name := range []string{"server-nowait", "server-single", "server-fails"} {
		if err := os.Link(b.path("server"), b.path(name)); err != nil {
			t.Fatal(err)
		}
	}
}

// A goClient is a client in Go of the servers of a daemon, which knows none of their classes.
func goClient(t *testing.T, daemon string, by ...transport.Transport) *somd.Domain {
	t.Helper()
	sends := func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
		if err := r.AddContext(0x777, make([]byte, 5), false); err != nil {
			return err
		}
		return next(ctx)
	}
	o, err := orb.New(orb.Config{Transports: by, ClientInterceptors: []orb.ClientInterceptor{sends}, InitialReferences: map[string]string{"NameService": "corbaloc:iiop:1.2@" + daemon + "/NameService"}})
	if err != nil {
		t.Fatal(err)
	}
	d := somd.New(poa.New(o).POA, somd.Config{})
	t.Cleanup(func() {
		_ = d.Close()
		_ = o.Shutdown(context.Background())
	})
	return d
}

func number(t *testing.T, r som.Ref, method string, args ...any) int32 {
	t.Helper()
	out, err := r.Invoke(t.Context(), method, args...)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	n, _ := out.(int32)
	return n
}

// TestCServer has servers in C come up under the daemon, carry calls of clients in C and Go out in the thread that they say, and end in order: for
// want of calls, when they are stopped with a call under way, and of themselves.
func TestCServer(t *testing.T) {
	b := newBench(t)
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	b.tills(t, kernel)
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	t.Setenv("SOM_PATH", b.path("only-till"))
	daemon := daemontest.Start(t, b.path("dsom"), "127.0.0.1")
	state, at := daemon.State, daemon.Address
	t.Setenv("DSOM_STATE", state)
	t.Setenv("DSOM_DAEMON", at)
	_, port, _ := strings.Cut(at, ":")
	t.Setenv("SOMDPORT", port)
	t.Setenv("NO_COLOR", "1")
	dsom := func(t *testing.T, args ...string) string {
		t.Helper()
		out, err := exec.Command(b.path("dsom"), args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	stateOf := func(t *testing.T, name string) string {
		t.Helper()
		var all []struct{ Run struct{ State string } }
		if out := dsom(t, "server", "list", "--json", name); json.Unmarshal([]byte(out), &all) != nil || len(all) != 1 {
			t.Fatalf("%s is listed as %s", name, out)
		}
		return all[0].Run.State
	}
	until := func(t *testing.T, what string, f func() bool) {
		t.Helper()
		for late := time.Now().Add(time.Minute); !f(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(late) {
				t.Fatalf("not within a minute: %s", what)
			}
		}
	}
	ordered := func(t *testing.T, name, loop string) {
		t.Helper()
		want := "the loop returns " + loop + "\nexecute_request_loop\ndeactivate_impl\nSOMD_Uninit\n"
		until(t, name+" ends with "+want, func() bool { return strings.HasSuffix(plain(dsom(t, "server", "logs", name)), want) })
		if s := stateOf(t, name); s != "stopped" {
			t.Errorf("%s is %s", name, s)
		}
	}
	d := goClient(t, at)
	for _, c := range []struct{ name, program, several, main string }{
		{"loop", "server", "off", "1"}, {"several", "server", "on", "0"}, {"nowait", "server-nowait", "off", "1"}, {"single", "server-single", "off", "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dsom(t, "regimpl", "-A", "-i", c.name, "-p", b.path(c.program), "-c", "Till", "-m", c.several)
			if c.name == "loop" { // the others have never run when they are called first
				dsom(t, "start", c.name)
			}
			known := func() { // what the type information of its classes says, as of a server without code of its own
				t.Helper()
				until(t, "the interface repository knows the classes of "+c.name, func() bool { // a daemon that has too much to do is told later, and the server says so
					return strings.Contains(dsom(t, "idl", "register", "--list"), "classes of server "+c.name)
				})
				if said := dsom(t, "class", "show", "Till"); !strings.Contains(said, "in_main") {
					t.Errorf("of the class it says\n%s", said)
				}
				for said := range strings.Lines(dsom(t, "server", "logs", c.name)) {
					if strings.Contains(said, "interface repository") && !strings.Contains(said, "the daemon has not answered yet") {
						t.Errorf("the server says %s", said)
					}
				}
			}
			if c.name == "single" {
				r, err := d.Create(t.Context(), "class=='Till' and alias=='single'")
				if err != nil {
					t.Fatal(err)
				}
				if n := number(t, r, "add", 4); n != 4 { // the second request: the first made it
					t.Errorf("got %d", n)
				}
				_ = r.Release() // the third
				ordered(t, "single", "0")
				return
			}
			if got := b.program(t, nil, "buyer", "class=='Till' and alias=='"+c.name+"'"); got != "5 "+c.main+"\n" {
				t.Errorf("the client in C prints %s", got)
			}
			r, err := d.Create(t.Context(), "class=='Till' and alias=='"+c.name+"'")
			if err != nil {
				t.Fatal(err)
			}
			known()
			if n := number(t, r, "add", 4) + number(t, r, "add", 5); n != 13 {
				t.Errorf("got %d", n)
			}
			if in, err := r.Invoke(t.Context(), "in_main", true); err != nil || in != (c.main == "1") {
				t.Errorf("in the main thread: %v, %v", in, err)
			}
			if who, err := r.Invoke(t.Context(), "who"); err != nil || who != " at 127.0.0.1" {
				t.Errorf("the caller is %q, %v", who, err)
			}
			if sent, none := number(t, r, "sent", 0x777), number(t, r, "sent", 0x778); sent != 5 || none != -1 {
				t.Errorf("the service contexts have %d and %d octets", sent, none)
			}
			for how, want := range map[string]string{"user": "IDL:Till/Short:1.0", "system": "NO_PERMISSION", "no such": "BAD_PARAM", "taken back": ""} {
				got, err := r.Invoke(t.Context(), "fail", how)
				switch {
				case want == "" && (err != nil || got != int32(42)), want != "" && (err == nil || !strings.Contains(err.Error(), want)):
					t.Errorf("%s: got %v, %v", how, got, err)
				case how == "system":
					if sys := (*exc.SystemException)(nil); !errors.As(err, &sys) || sys.Minor != 7 || sys.Completed != exc.No {
						t.Errorf("%s: got %+v", how, sys)
					}
				case how == "user":
					x := (*som.UserException)(nil)
					if !errors.As(err, &x) || !strings.Contains(fmt.Sprint(x.Members), "3 coins") {
						t.Errorf("%s: got %+v", how, err)
					}
				}
			}
			held := filepath.Join(t.TempDir(), "held")
			done := make(chan error, 1)
			go func() {
				out, err := r.Invoke(context.Background(), "hold", held)
				if err == nil && out != "held" {
					t.Errorf("the call that was under way returns %v", out)
				}
				done <- err
			}()
			until(t, "the call runs", func() bool { _, err := os.Stat(held); return err == nil })
			stopped := exec.Command(b.path("dsom"), "stop", c.name)
			if err := stopped.Start(); err != nil {
				t.Fatal(err)
			}
			until(t, "it stops", func() bool { return stateOf(t, c.name) == "stopping" })
			if err := os.Remove(held); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Errorf("a call under way when the server was stopped: %v", err)
			}
			if err := stopped.Wait(); err != nil {
				t.Errorf("dsom stop: %v", err)
			}
			ordered(t, c.name, "0")
			_ = r.Release()

			dsom(t, "server", "change", "--idle-timeout", "100ms", c.name) // the server's reference starts it again
			if got := b.program(t, nil, "buyer", "class=='Till' and alias=='"+c.name+"'"); got != "5 "+c.main+"\n" {
				t.Errorf("of the server that was started again the client in C gets %s", got)
			}
			until(t, "it goes idle", func() bool { return stateOf(t, c.name) == "stopped" })
			ordered(t, c.name, "0")
			if out := plain(dsom(t, "server", "logs", c.name)); strings.Count(out, "SOMD_Uninit\n") < 2 || strings.Count(out, "before it is ready: raised IDL:omg.org/CORBA/BAD_INV_ORDER:1.0") != strings.Count(out, "SOMD_Uninit\n") || strings.Count(out, "no request: raised IDL:omg.org/CORBA/BAD_INV_ORDER:1.0") != 2*strings.Count(out, "SOMD_Uninit\n") || strings.Count(out, "raised") != 3*strings.Count(out, "SOMD_Uninit\n") {
				t.Errorf("it has written\n%s", out)
			}
		})
	}

	t.Run("secure", func(t *testing.T) {
		me, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		host, _ := os.Hostname()
		near := goClient(t, at, tcp.New(), unix.New())
		for name, several := range map[string]string{"secure": "off", "secure-several": "on"} {
			dsom(t, "regimpl", "-A", "-i", name, "-p", b.path("server"), "-c", "Till", "-m", several, "-s", "on")
			dsom(t, "start", name)
			till := "class=='Till' and alias=='" + name + "'"
			var sys *exc.SystemException
			if _, err := d.Create(t.Context(), till); !errors.As(err, &sys) || sys.Kind != exc.NoPermission {
				t.Errorf("%s: who is nobody gets %v", name, err)
			}
			r, err := near.Create(t.Context(), till)
			if err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					if who, err := r.Invoke(t.Context(), "who"); err != nil || who != me.Username+" at "+host {
						t.Errorf("%s: the caller is %q, %v", name, who, err)
					}
				})
			}
			all.Wait()
			if got := b.program(t, nil, "buyer", till); !strings.HasPrefix(got, "5 ") {
				t.Errorf("%s: the client in C prints %s", name, got)
			}
			_ = r.Release()
		}
	})
	t.Run("by hand", func(t *testing.T) { // and ends by a signal
		all := dsom(t, "regimpl", "-L", "-i", "loop")
		id := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]+`).FindString(all)
		dsom(t, "server", "change", "--idle-timeout", "0", "loop")
		cmd := exec.Command(b.path("server"), id)
		var out strings.Builder
		cmd.Stderr = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		until(t, "it is up", func() bool { return stateOf(t, "loop") == "ready" })
		if got := b.program(t, nil, "buyer", "class=='Till' and alias=='loop'"); got != "5 1\n" {
			t.Errorf("the client in C prints %s", got)
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil || !strings.HasSuffix(out.String(), "\nSOMD_Uninit\n") {
			t.Errorf("it ends with %v, and has written\n%s", err, out.String())
		}
	})
	t.Run("fails", func(t *testing.T) { // and says so: who waits for it does not wait for its end
		dsom(t, "regimpl", "-A", "-i", "fails", "-p", b.path("server-fails"), "-c", "Till")
		dsom(t, "server", "change", "--start-timeout", "1h", "fails")
		out, err := exec.Command(b.path("dsom"), "server", "start", "fails").CombinedOutput()
		if err == nil || !strings.Contains(string(out), "activate_impl_failed") || !strings.Contains(string(out), "SOMDERROR_NoSpace") {
			t.Errorf("a server that says that it cannot come up: %v, %s", err, out)
		}
		until(t, "it has ended", func() bool { s := stateOf(t, "fails"); return s == "stopped" || s == "backoff" })
		if out := plain(dsom(t, "server", "logs", "fails")); !strings.HasSuffix(out, fmt.Sprintf("\nactivate_impl_failed\nthe loop returns %d\n", wire.NoSpace)) {
			t.Errorf("it has written\n%s", out)
		}
	})
	t.Run("another's", func(t *testing.T) { // the process cannot be another server than the one that it was started as
		dsom(t, "server", "add", "mine", "--start-timeout", "10s", "--", b.path("server"), regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]+`).FindString(dsom(t, "regimpl", "-L", "-i", "loop")))
		if out, err := exec.Command(b.path("dsom"), "server", "start", "mine").CombinedOutput(); err == nil || !strings.Contains(string(out), "impl_is_ready: raised IDL:omg.org/CORBA/BAD_PARAM:1.0") {
			t.Errorf("a server that says that it is another: %v, %s", err, out)
		}
	})
}

// plain is a server's log without the times before its lines.
func plain(log string) string {
	return regexp.MustCompile(`(?m)^(\S+ )?\d\S*Z? `).ReplaceAllString(log, "")
}

// TestStatuses holds the statuses of somd.h against those of the protocol.
func TestStatuses(t *testing.T) {
	header, err := os.ReadFile(root + "/bind/c/somd.h")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`(SOMDERROR_\w+) = (\d+)`).FindAllStringSubmatch(string(header), -1)
	if len(all) < 10 {
		t.Fatalf("the header has %v", all)
	}
	for _, m := range all {
		if n, _ := strconv.Atoi(m[2]); wire.Code(n).String() != m[1] {
			t.Errorf("%s is %s there", m[0], wire.Code(n))
		}
	}
}
