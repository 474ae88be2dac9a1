package daemon_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/backup"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/daemon/console"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/internal/chromium"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// fenceOf returns the number that the process of a server was started with, as its output says. What a process has written may come later than it is ready.
func fenceOf(t *testing.T, c *admin.Client, name string) uint64 {
	t.Helper()
	s, err := c.Server(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	var line string
	eventually(t, fmt.Sprintf("process %d has written its number", s.Run.PID), func() bool {
		r, err := c.Logs(t.Context(), name, 100, false)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		out, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(out), fmt.Sprintf("serving as process %d fence ", s.Run.PID))
		whole := false
		line, _, whole = strings.Cut(after, "\n")
		return whole
	})
	n, err := strconv.ParseUint(line, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestActElsewhere does with a server, by way of one machine's daemon, all that can be done with it, and the machine that has it does that.
func TestActElsewhere(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	a, b := open(t, sharing(t.TempDir(), "a", hub.View())), open(t, sharing(t.TempDir(), "b", hub.View()))
	ca, cb := client(t, a), client(t, b)
	for _, on := range []string{"b", implrepo.Any} {
		s := add(t, a, "bank", "serve", func(s *admin.Server) { s.On = on })
		u := uuid(t, s)
		if on == implrepo.Any {
			if _, err := cb.Start(ctx, "bank"); err != nil { // which claims it
				t.Fatal(err)
			}
		}
		at := func(got admin.Server, err error) {
			t.Helper()
			run := b.Supervisor().Run(u)
			if err != nil || got.Machine != "b" || got.Run.State != run.State || got.Run.PID != run.PID {
				t.Fatalf("got %+v, %v, want %+v", got, err, run)
			}
		}
		at(ca.Start(ctx, "bank"))
		if b.Supervisor().Run(u).State != admin.StateReady || a.Supervisor().Run(u).State != admin.StateStopped {
			t.Fatalf("it is %v there and %v here", b.Supervisor().Run(u).State, a.Supervisor().Run(u).State)
		}
		at(ca.Server(ctx, "bank"))
		all, err := ca.Servers(ctx)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		at(all[0], nil)

		log, err := ca.Logs(ctx, "bank", 10, true)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(log)
		wait := func(text string) {
			t.Helper()
			for lines.Scan() {
				if strings.Contains(lines.Text(), text) {
					return
				}
			}
			t.Fatalf("the output ends without %q: %v", text, lines.Err())
		}
		wait("serving as process " + strconv.Itoa(b.Supervisor().Run(u).PID))

		first := pidOf(t, b, u)
		up, err := ca.Upgrade(ctx, "bank", admin.Upgrade{Command: append(s.Command, "second")})
		at(up.Server, err)
		if !slices.Contains(up.Ended, first.PID) || len(up.Server.Command) != 2 {
			t.Errorf("upgraded: %+v", up)
		}
		wait("stopping")
		up, err = ca.Upgrade(ctx, "bank", admin.Upgrade{Back: true})
		at(up.Server, err)
		if len(up.Server.Command) != 1 {
			t.Errorf("rolled back: %+v", up)
		}
		idle := admin.Duration(1e12)
		at(ca.Update(ctx, "bank", admin.Change{IdleTimeout: &idle}))
		if err := log.Close(); err != nil {
			t.Error(err)
		}

		nobody := "nobody-has-this-account"
		if _, err := ca.Update(ctx, "bank", admin.Change{User: &nobody}); !errors.Is(err, &admin.Error{Code: admin.CodeInvalid}) {
			t.Errorf("an account that is not there: %v", err)
		}
		if err := ca.Remove(ctx, "bank", false); !errors.Is(err, &admin.Error{Code: admin.CodeBusy}) {
			t.Errorf("it runs, and can be removed: %v", err)
		}
		last := pidOf(t, b, u)
		at(ca.Stop(ctx, "bank"))
		if last.State() != process.Gone {
			t.Error("its process runs")
		}
		if _, err := ca.Start(ctx, "bank"); err != nil {
			t.Fatal(err)
		}
		last = pidOf(t, b, u)
		if err := ca.Remove(ctx, "bank", true); err != nil || last.State() != process.Gone {
			t.Errorf("removed: %v; its process is %v", err, last.State())
		}
		if _, err := cb.Server(ctx, "bank"); !errors.Is(err, &admin.Error{Code: admin.CodeNotFound}) {
			t.Errorf("it is there: %v", err)
		}
	}
}

// TestAskElsewhere holds what is asked of all machines, and of one that is named; and what is said where one does not answer.
func TestAskElsewhere(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	view := hub.View()
	a, b := open(t, mortal(t.TempDir(), "a", hub.View())), open(t, mortal(t.TempDir(), "b", view))
	c := client(t, a)
	add(t, b, "bank", "serve", nil)
	if _, err := c.Start(ctx, "bank"); err != nil {
		t.Fatal(err)
	}
	calls, err := c.Calls(ctx)
	if err != nil || !slices.Contains(calls.Silent, "bank") {
		t.Errorf("the bank counts nothing, and says so to nobody: %+v, %v", calls, err)
	}
	conns, err := c.Connections(ctx)
	if err != nil || !slices.Contains(conns.Silent, "bank") {
		t.Errorf("got %+v, %v", conns, err)
	}
	for machine, code := range map[string]string{"c": admin.CodeNotFound, "../status": admin.CodeNotFound} {
		if _, err := c.At(machine).Server(ctx, "bank"); !errors.Is(err, &admin.Error{Code: code}) {
			t.Errorf("the machine %q: %v", machine, err)
		}
	}
	logs, err := c.At("a").Logs(ctx, "bank", 10, false)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := io.ReadAll(logs); err != nil || len(out) != 0 {
		t.Errorf("it has written to another machine: %q, %v", out, err)
	}
	_ = logs.Close()

	view.Cut(true)
	for what, err := range map[string]error{"stop": second(c.Stop(ctx, "bank")), "logs": second(c.Logs(ctx, "bank", 1, false))} {
		if !errors.Is(err, &admin.Error{Code: admin.CodeUnavailable}) || !strings.Contains(err.Error(), `"b"`) {
			t.Errorf("%s, while it cannot be told: %v", what, err)
		}
	}
	eventually(t, "the machine is dead", func() bool { m, err := c.Machines(ctx); return err == nil && len(m.Machines) == 1 })
	for what, err := range map[string]error{"stop": second(c.Stop(ctx, "bank")), "logs": second(c.Logs(ctx, "bank", 1, false)), "start": second(c.Start(ctx, "bank"))} {
		if !errors.Is(err, &admin.Error{Code: admin.CodeUnavailable}) || !strings.Contains(err.Error(), "not up") {
			t.Errorf("%s, when it is dead: %v", what, err)
		}
	}
	if s, err := c.Server(ctx, "bank"); err != nil || s.Run.State != admin.StateElsewhere || s.Machine != "b" {
		t.Errorf("got %+v, %v", s, err)
	}
	view.Cut(false)
	eventually(t, "it is back", func() bool { s, err := c.Server(ctx, "bank"); return err == nil && s.Run.State == admin.StateReady })
}

func second[T any](_ T, err error) error { return err }

// TestErrandsAreFew holds that what is a daemon's own is not asked for by way of the store.
func TestErrandsAreFew(t *testing.T) {
	t.Parallel()
	hub := storetest.NewHub()
	open(t, sharing(t.TempDir(), "b", hub.View()))
	for _, r := range []struct{ method, path string }{
		{"POST", "/v1/leases"}, {"GET", "/v1/backup"}, {"POST", "/v1/settings/reload"}, {"POST", "/v1/objects/call"}, {"GET", "/v1/../v1/backup"}, {"DELETE", "/v1/servers"}, {"PUT", "/v1/interfaces/x"}, {"GET", "/"},
		{"POST", "/v1/status"}, {"DELETE", "/v1/calls"}, {"PUT", "/v1/connections"}, {"HEAD", "/v1/visitors"},
	} {
		answer, err := hub.View().Ask(t.Context(), "b", []byte(`{"id":"`+r.method+r.path+`","want":{"method":"`+r.method+`","path":"`+r.path+`","by":"a"}}`))
		if err != nil || !strings.Contains(string(answer), `"status":`+strconv.Itoa(http.StatusNotFound)) {
			t.Errorf("%s %s: %s, %v", r.method, r.path, answer, err)
		}
	}
}

// TestGivenAway gives a server of one machine, which is cut off, to another. What cannot be helped is that both run then. The machine that was cut off ends its own, at once and
// whatever that says to it, when it comes back, and sends clients on; if its daemon has ended meanwhile the next one does. The number that the server is told grows.
func TestGivenAway(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]string{"to the other": "b", "to any": implrepo.Any} {
		for _, restarted := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", restarted"}[restarted], func(t *testing.T) {
				t.Parallel()
				hub, ctx, state := storetest.NewHub(), t.Context(), t.TempDir()
				view := hub.View()
				a, err := daemon.Open(ctx, mortal(state, "a", view))
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = a.Close() }()
				b := open(t, mortal(t.TempDir(), "b", hub.View()))
				u := uuid(t, add(t, a, "bank", "stubborn", func(s *admin.Server) { s.StopTimeout = admin.Duration(1e12) })) // it is asked in vain
				if _, err := a.Supervisor().Ensure(ctx, u); err != nil {
					t.Fatal(err)
				}
				was := pidOf(t, a, u)
				defer func() { _ = was.Signal(os.Kill) }()
				view.Cut(true)
				cb := client(t, b)
				eventually(t, "it is dead", func() bool { m, err := cb.Machines(ctx); return err == nil && len(m.Machines) == 1 })
				if s, err := cb.Update(ctx, "bank", admin.Change{On: &to, Env: ptr(environ("serve"))}); err != nil || s.On != to {
					t.Fatal(s, err)
				}
				if s, err := cb.Start(ctx, "bank"); err != nil || s.Run.State != admin.StateReady {
					t.Fatal(s, err)
				}
				if was.State() != process.Running {
					t.Error("the server that is cut off has ended: then this tests nothing")
				}
				if n := fenceOf(t, cb, "bank"); n == 0 {
					t.Error("it is told no number")
				}
				if restarted {
					if err := a.Close(); err != nil {
						t.Fatal(err)
					}
					view = hub.View()
					if a, err = daemon.Open(ctx, mortal(state, "a", view)); err != nil {
						t.Fatal(err)
					}
				} else {
					view.Cut(false)
				}
				eventually(t, "the old process is ended", func() bool { return was.State() == process.Gone })
				eventually(t, "clients are sent on", func() bool {
					_, err := a.Supervisor().Ensure(ctx, u)
					return errors.As(err, new(*supervise.ElsewhereError))
				})
				if s, err := client(t, a).Server(ctx, "bank"); err != nil || s.Machine != "b" || s.Run.PID != b.Supervisor().Run(u).PID {
					t.Errorf("got %+v, %v", s, err)
				}
			})
		}
	}
}

func ptr[T any](v T) *T { return &v }

// TestFenceGrows holds that the number which a server is told grows with each machine that gets it, however.
func TestFenceGrows(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	a, b := open(t, sharing(t.TempDir(), "a", hub.View())), open(t, sharing(t.TempDir(), "b", hub.View()))
	add(t, a, "bank", "serve", func(s *admin.Server) { s.On = implrepo.Any })
	last := uint64(0)
	for i, on := range []string{"", "b", "a", implrepo.Any, "b", implrepo.Any} {
		c := client(t, []*daemon.Daemon{a, b}[i%2])
		if on != "" {
			if _, err := c.Update(ctx, "bank", admin.Change{On: &on}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Start(ctx, "bank"); err != nil {
			t.Fatal(err)
		}
		now := fenceOf(t, c, "bank")
		if now <= last {
			t.Errorf("on %q it is told %d, and was told %d", on, now, last)
		}
		last = now
		if _, err := c.Stop(ctx, "bank"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSharedBackup restores what machines share into a new folder, and begins a new store with that: names and servers are there, and references stay good, since the
// identity is what it was. The folder of a machine among others is not restored into, and a folder that was is not taken for one that belongs to the store that lives.
func TestSharedBackup(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	a := open(t, sharing(t.TempDir(), "a", hub.View()))
	open(t, sharing(t.TempDir(), "b", hub.View()))
	was := add(t, a, "bank", "serve", func(s *admin.Server) { s.On = "b" })
	all, err := client(t, a).Machines(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := client(t, a).Backup(ctx, &file); err != nil {
		t.Fatal(err)
	}
	shared := func(ctx context.Context, s store.Store) error {
		name, err := cluster.Joined(ctx, s)
		if err == nil && name != "" {
			err = errors.New("shared")
		}
		return err
	}
	member := t.TempDir()
	d, err := daemon.Open(ctx, sharing(member, "m", hub.View()))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := backup.Restore(ctx, bytes.NewReader(file.Bytes()), member, backup.Options{Replace: true, MayGo: shared}); err == nil || !strings.Contains(err.Error(), "shared") {
		t.Errorf("a machine's folder: %v", err)
	}
	if _, err := daemon.Open(ctx, quick(member)); err == nil || !strings.Contains(err.Error(), `"m"`) {
		t.Errorf("the folder is not the machine's any more: %v", err)
	}

	to := filepath.Join(t.TempDir(), "state")
	if _, _, err := backup.Restore(ctx, bytes.NewReader(file.Bytes()), to, backup.Options{MayGo: shared}); err != nil {
		t.Fatal(err)
	}
	if d, err := daemon.Open(ctx, sharing(to, "c", hub.View())); err == nil || !strings.Contains(err.Error(), "of its own") {
		if err == nil {
			_ = d.Close()
		}
		t.Errorf("at the store that lives: %v", err)
	}
	c := open(t, sharing(to, "c", storetest.NewHub().View()))
	cc := client(t, c)
	now, err := cc.Machines(ctx)
	if err != nil || now.UUID != all.UUID || len(now.Machines) != 1 {
		t.Errorf("got %+v, %v, want %s", now, err, all.UUID)
	}
	if s, err := cc.Server(ctx, "bank"); err != nil || s.UUID != was.UUID || s.On != "b" {
		t.Errorf("got %+v, %v", s, err)
	}
	if _, err := cc.Start(ctx, "bank"); err == nil || !strings.Contains(err.Error(), "--on") {
		t.Errorf("its machine is not there: %v", err)
	}
	here := "c"
	if _, err := cc.Update(ctx, "bank", admin.Change{On: &here}); err != nil {
		t.Fatal(err)
	}
	if s, err := cc.Start(ctx, "bank"); err != nil || s.Run.State != admin.StateReady {
		t.Errorf("got %+v, %v", s, err)
	}
}

// TestConsoleMachines looks at the pages of one machine's daemon: they show the others, their servers and how those are, and what one of them writes; a button there acts where the
// server is.
func TestConsoleMachines(t *testing.T) {
	hub := storetest.NewHub()
	view := hub.View()
	a, b := open(t, mortal(t.TempDir(), "a", hub.View())), open(t, mortal(t.TempDir(), "b", view))
	u := uuid(t, add(t, a, "bank", "serve", func(s *admin.Server) { s.On = "b" }))
	if _, err := client(t, b).Start(t.Context(), "bank"); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(console.Handler(daemon.API(a)))
	defer web.Close()
	p := chromium.Open(t)
	p.Go(web.URL + "/#token=" + a.Access().Token)
	p.Text("1 registered, 1 take calls")
	p.Text("on the machine a")
	p.Await("[...document.querySelectorAll('tbody td')].some((d) => d.textContent === 'b')")
	p.Press("g", "m")
	p.Await("document.querySelector('h1').textContent === 'Machines'")
	p.Text("up, this one")
	p.Await("[...document.querySelectorAll('tbody tr')].some((r) => r.children[0].textContent === 'b' && r.children[3].textContent === '1' && r.children[4].textContent === '1')")
	p.Go(web.URL + "/#/machines/b")
	p.Text("Nobody came but clients.")
	p.Await("[...document.querySelectorAll('tbody td')].some((d) => d.textContent === 'ready')")
	p.Go(web.URL + "/#/servers/bank")
	p.Await("document.getElementById('log') && document.getElementById('log').textContent.includes('serving as process')")
	p.Await("!document.getElementById('stop').disabled")
	p.Value("document.getElementById('stop').click()")
	p.Await("document.getElementById('stop').disabled && document.getElementById('log').textContent.includes('stopping')")
	if run := b.Supervisor().Run(u); run.State != admin.StateStopped {
		t.Errorf("it is %+v", run)
	}
	view.Cut(true)
	p.Go(web.URL + "/#/machines")
	p.Await("document.querySelectorAll('tbody tr').length === 1")
	p.Go(web.URL + "/#/machines/b")
	p.Text("No machine of this name is up.")
	view.Cut(false)
	for _, e := range p.Errors() {
		t.Errorf("the page complains: %s", e)
	}
}
