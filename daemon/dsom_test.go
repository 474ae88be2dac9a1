package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
	dsomclient "github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/host"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// asDSOM is what programs of DSOM call themselves.
var asDSOM = giop.AppendDSOMPrincipal(nil, "ada", "here")

// somdsvr is a server of DSOM: which one it is, it is told by its first argument, and where its daemon is by SOMDPORT.
func somdsvr() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	id, err := wire.ParseID(os.Args[1])
	if err != nil {
		fmt.Println(err)
		return 90
	}
	port, err := strconv.ParseUint(os.Getenv("SOMDPORT"), 10, 16)
	if err != nil {
		fmt.Println("SOMDPORT:", err)
		return 89
	}
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, MaxVersion: cdr.V10, Principal: asDSOM, Hold: true})
	if err != nil {
		fmt.Println(err)
		return 88
	}
	err = host.Serve(ctx, host.Options{ORB: o, Daemon: dsomclient.At(o, "127.0.0.1", uint16(port)), ID: id})
	end, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err = errors.Join(err, o.Shutdown(end)); err != nil {
		fmt.Println(err)
		return 87
	}
	fmt.Println("ended in order")
	return 0
}

// deafsvr says that it is up at a port where it takes connections and answers nothing.
func deafsvr() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 90
	}
	id, err := wire.ParseID(os.Args[1])
	if err != nil {
		return 89
	}
	port, err := strconv.ParseUint(os.Getenv("SOMDPORT"), 10, 16)
	if err != nil {
		return 88
	}
	o, err := orb.New(orb.Config{MaxVersion: cdr.V10, Principal: asDSOM})
	if err != nil {
		return 87
	}
	self := dsomclient.ServerRef(o, "127.0.0.1", uint16(l.Addr().(*net.TCPAddr).Port), id)
	if err := dsomclient.At(o, "127.0.0.1", uint16(port)).Up(context.Background(), id, self); err != nil {
		fmt.Println(err)
		return 86
	}
	select {}
}

// failsvr says that it does not come up, and does not end either.
func failsvr() int {
	id, err := wire.ParseID(os.Args[1])
	if err != nil {
		return 89
	}
	port, err := strconv.ParseUint(os.Getenv("SOMDPORT"), 10, 16)
	if err != nil {
		return 88
	}
	o, err := orb.New(orb.Config{MaxVersion: cdr.V10, Principal: asDSOM})
	if err != nil {
		return 87
	}
	fmt.Println("the vault is empty")
	if err := dsomclient.At(o, "127.0.0.1", uint16(port)).Failed(context.Background(), id, os.Getpid(), wire.NoSpace); err != nil {
		fmt.Println(err)
		return 86
	}
	select {}
}

// A dsomDaemon is a whole daemon in this process, as programs of DSOM see it.
type dsomDaemon struct {
	daemon *daemon.Daemon
	*dsomclient.Daemon
	orb   *orb.ORB // theirs
	admin *admin.Client
	port  uint16
	end   func()
}

// runDSOM runs a daemon of a state until the test ends, or end is called.
func runDSOM(t *testing.T, c daemon.Config) *dsomDaemon {
	t.Helper()
	c.Listen = "127.0.0.1:0"
	if c.DSOMClients == "" && runtime.GOOS != "linux" { // no other system says whose programs call
		c.DSOMClients = daemon.DSOMThisMachine
	}
	ctx, cancel := context.WithCancel(t.Context())
	ready := make(chan *daemon.Daemon, 1)
	done := make(chan error, 1)
	c.Ready = func(d *daemon.Daemon) { ready <- d }
	go func() { done <- daemon.Run(ctx, c) }()
	d := new(dsomDaemon)
	select {
	case d.daemon = <-ready:
		d.admin = admin.NewClient(d.daemon.Access())
	case err := <-done:
		cancel()
		t.Fatal(err)
	}
	ended := false
	d.end = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the daemon: %v", err)
		}
	}
	t.Cleanup(d.end)
	s, err := d.admin.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(s.Local)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	d.port = uint16(n)
	d.orb, err = orb.New(orb.Config{Principal: asDSOM})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.orb.Shutdown(context.Background()) })
	d.Daemon = dsomclient.At(d.orb, "127.0.0.1", d.port)
	return d
}

func (d *dsomDaemon) repository(t *testing.T) *dsomclient.Repository {
	t.Helper()
	r, err := d.Repository(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (d *dsomDaemon) manager(t *testing.T) *dsomclient.Manager {
	t.Helper()
	m, err := d.Manager(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// somdsvrProgram returns a program that is the test binary as somdsvr.
func somdsvrProgram(t *testing.T) string { return testProgram(t, "somdsvr") }

// testProgram returns a program that is the test binary as one of its programs, for who can give it no environment.
func testProgram(t *testing.T, program string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), program)
	text := fmt.Sprintf("#!/bin/sh\n%s=%s GORACE=atexit_sleep_ms=0 exec %s \"$@\"\n", envProgram, program, os.Args[0])
	// While it is open for writing nothing is forked: the child would have it open until it is another program, and who runs it meanwhile would find it busy (ETXTBSY).
	syscall.ForkLock.RLock()
	err := os.WriteFile(name, []byte(text), 0o700)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

const bankID = "01234567-89abcdef-01-23-456789abcdef"

// TestDSOMServer is the life of a server of DSOM: registered by its own tools, seen by the daemon's, started by a call, killed, started by the
// next call, stopped.
func TestDSOMServer(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	ctx := t.Context()
	def := wire.Definition{Alias: "bank", ID: bankID, Program: somdsvrProgram(t), Flags: wire.MultiThread, ServerClass: "Bank", Protocols: wire.TCPIP}
	if err := d.repository(t).Add(ctx, def); err != nil {
		t.Fatal(err)
	}
	s, err := d.admin.Server(ctx, "bank")
	if err != nil || s.UUID != "01234567-89ab-cdef-0123-456789abcdef" || !cmp.Equal(s.Command, []string{def.Program, bankID}) || s.Activation != "on-demand" {
		t.Errorf("as the daemon's tools see it: %+v, %v", s, err)
	}
	if got, err := d.repository(t).ByAlias(ctx, "bank"); err != nil || !cmp.Equal(got, def) {
		t.Errorf("got %+v, %v", got, err)
	}
	id, err := wire.ParseID(bankID)
	if err != nil {
		t.Fatal(err)
	}
	through := dsomclient.ServerRef(d.orb, "127.0.0.1", d.port, id) // a reference that names the daemon
	if err := ping(ctx, through); err != nil {
		t.Fatalf("a call through the daemon: %v", err)
	}
	first := d.ready(t, "bank")
	if !strings.HasPrefix(first.Run.Endpoints[0], "tcp:127.0.0.1:") || !first.Run.Started {
		t.Errorf("it runs as %+v", first.Run)
	}
	kill(t, first.Run.PID)
	eventually(t, "a call after the server was killed", func() bool { return ping(ctx, through) == nil })
	second := d.ready(t, "bank")
	if second.Run.PID == first.Run.PID {
		t.Error("it is the same process")
	}
	m := d.manager(t)
	if err := m.List(ctx, "bank"); err != nil {
		t.Errorf("list: %v", err)
	}
	if err := m.Start(ctx, "bank"); err != nil {
		t.Errorf("start what runs: %v", err)
	}
	if err := m.Stop(ctx, "bank"); err != nil {
		t.Errorf("stop: %v", err)
	}
	if s, err := d.admin.Server(ctx, "bank"); err != nil || s.Run.State != admin.StateStopped {
		t.Errorf("stopped it is %+v, %v", s.Run, err)
	}
	if out := d.output(t, "bank"); !strings.Contains(out, "ended in order") {
		t.Errorf("it was not asked to end: %s", out)
	}
	var status *dsomclient.StatusError
	if err := m.Stop(ctx, "bank"); !errors.As(err, &status) || status.Code != wire.ServerNotFound {
		t.Errorf("stop what does not run: %v", err)
	}
	if err := m.Start(ctx, "bank"); err != nil {
		t.Errorf("start: %v", err)
	}
	if err := d.repository(t).Remove(ctx, bankID); !raised(err, exc.NoPermission, wire.AccessDenied) {
		t.Errorf("remove what runs: %v", err)
	}
	if err := m.Disable(ctx, "bank"); err != nil {
		t.Error(err)
	}
	if err := m.Stop(ctx, "bank"); err != nil {
		t.Errorf("stop what is disabled: %v", err)
	}
	if err := m.Start(ctx, "bank"); !raised(err, exc.ObjAdapter, wire.AccessDenied) {
		t.Errorf("start what is disabled: %v", err)
	}
	if err := ping(ctx, through); err == nil {
		t.Error("a call has started what is disabled")
	}
	if err := d.repository(t).Remove(ctx, bankID); err != nil {
		t.Error(err)
	}
	if all, err := d.admin.Servers(ctx); err != nil || len(all) != 0 {
		t.Errorf("left are %v, %v", all, err)
	}
}

// ping calls the server object of a server.
func ping(ctx context.Context, ref *orb.Ref) error {
	c := orb.StartCall(ctx, ref, "somGetClassName", 0)
	for c.Next() {
	}
	if c.Returned() {
		c.In.RawString()
	}
	return c.End()
}

// ready returns a server that takes calls.
func (d *dsomDaemon) ready(t *testing.T, name string) admin.Server {
	t.Helper()
	s, err := d.admin.Server(t.Context(), name)
	if err != nil || s.Run.State != admin.StateReady {
		t.Fatalf("%s is %+v, %v", name, s.Run, err)
	}
	return s
}

func (d *dsomDaemon) output(t *testing.T, name string) string {
	t.Helper()
	r, err := d.admin.Logs(t.Context(), name, 50, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	var b strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}

// TestDSOMServerFails has a server say that it does not come up: who waits for it is told why long before it ends or its time is over, and it is ended. Nobody
// else can say so of it.
func TestDSOMServerFails(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	ctx := t.Context()
	id, err := wire.ParseID(bankID)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.repository(t).Add(ctx, wire.Definition{Alias: "bank", ID: bankID, Program: testProgram(t, "hang")}); err != nil {
		t.Fatal(err)
	}
	hour := admin.Duration(time.Hour)
	if _, err := d.admin.Update(ctx, "bank", admin.Change{StartTimeout: &hour}); err != nil {
		t.Fatal(err)
	}
	if err := d.Failed(ctx, id, os.Getpid(), wire.NoSpace); err != nil {
		t.Errorf("a process of a server that the daemon has not started: %v", err)
	}
	m := d.manager(t)
	started := make(chan error, 1)
	go func() { started <- m.Start(ctx, "bank") }()
	hangs := 0
	eventually(t, "it is being started", func() bool {
		s, err := d.admin.Server(ctx, "bank")
		hangs = s.Run.PID
		return err == nil && hangs != 0
	})
	err = d.Failed(ctx, id, hangs, wire.NoSpace)
	if runtime.GOOS == "linux" { // no other system says whose programs call
		if !raised(err, exc.NoPermission, wire.AccessDenied) {
			t.Errorf("who is not the server: %v", err)
		}
		if s, err := d.admin.Server(ctx, "bank"); err != nil || s.Run.PID != hangs || s.Run.State != admin.StateStarting {
			t.Errorf("it is %+v, %v", s.Run, err)
		}
	}
	if _, err := d.admin.Stop(ctx, "bank"); err != nil {
		t.Fatal(err)
	}
	if err := <-started; err == nil {
		t.Error("it has come up")
	}

	command := []string{testProgram(t, "failsvr"), bankID}
	if _, err := d.admin.Update(ctx, "bank", admin.Change{Command: &command}); err != nil {
		t.Fatal(err)
	}
	_, err = d.admin.Start(ctx, "bank")
	for _, want := range []string{"activate_impl_failed", "SOMDERROR_NoSpace", "the vault is empty"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("it was started: %v, which does not say %s", err, want)
		}
	}
	eventually(t, "its process has ended", func() bool {
		s, err := d.admin.Server(ctx, "bank")
		return err == nil && s.Run.State != admin.StateStarting && s.Run.PID == 0
	})
}

// raised reports whether an error is a system exception of the daemon, of a kind with a code.
func raised(err error, k exc.Kind, code wire.Code) bool {
	var sys *exc.SystemException
	return errors.As(err, &sys) && sys.Remote && sys.Kind == k && sys.Minor == uint32(code)
}

// TestDSOMSeesOthers holds that servers which dsom server add has registered are seen and changed by DSOM's programs, and keep what
// those do not know of.
func TestDSOMSeesOthers(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	ctx := t.Context()
	was, err := d.admin.Add(ctx, admin.Server{Name: "ours", Command: []string{"/bin/ours", "-v", "x"}, Activation: "manual", Env: []string{"A=b"}})
	if err != nil {
		t.Fatal(err)
	}
	repo := d.repository(t)
	def, err := repo.ByAlias(ctx, "ours")
	if err != nil || def.Program != "/bin/ours -v x" || strings.ReplaceAll(def.ID, "-", "") != strings.ReplaceAll(was.UUID, "-", "") {
		t.Errorf("got %+v, %v", def, err)
	}
	def.Alias, def.Flags, def.ServerClass = "renamed", wire.Disabled|wire.NonStoppable, "X"
	if err := repo.Update(ctx, def); err != nil {
		t.Fatal(err)
	}
	got, err := d.admin.Server(ctx, "renamed")
	if err != nil || !cmp.Equal(got.Command, was.Command) || got.Activation != "manual" || !cmp.Equal(got.Env, was.Env) || !got.Disabled || got.UUID != was.UUID {
		t.Errorf("got %+v, %v", got, err)
	}
	if again, err := repo.ByAlias(ctx, "renamed"); err != nil || !cmp.Equal(again, def) {
		t.Errorf("got %+v, %v, want %+v", again, err, def)
	}
	enabled := false
	if _, err := d.admin.Update(ctx, "renamed", admin.Change{Disabled: &enabled}); err != nil {
		t.Fatal(err)
	}
	if again, err := repo.ByAlias(ctx, "renamed"); err != nil || again.Flags != wire.NonStoppable {
		t.Errorf("enabled by dsom it is %+v, %v", again, err)
	}
	if err := d.manager(t).Stop(ctx, "renamed"); err == nil {
		t.Error("what is not to be stopped was stopped")
	}
}

// TestDSOMLongCommand holds that servers with long commands keep no client of DSOM from all others, and keep their commands.
func TestDSOMLongCommand(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	ctx, repo := t.Context(), d.repository(t)
	commands := map[string][]string{
		"one":   {"/bin/" + strings.Repeat("x", 2000)},
		"words": append([]string{"/bin/java"}, strings.Split(strings.Repeat("-Dname=value ", 40), " ")...),
		"runes": {"/bin/y", strings.Repeat("ä", 300)},
		"odd":   {"/bin/" + strings.Repeat("ä", 200)},
		"fits":  {"/bin/x", strings.Repeat("x", wire.MaxProgram-len("/bin/x "))},
		"hand":  nil,
	}
	for name, command := range commands {
		activation := "on-demand"
		if command == nil {
			activation = "manual"
		}
		if _, err := d.admin.Add(ctx, admin.Server{Name: name, Command: command, Activation: activation}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := repo.All(ctx)
	if err != nil || len(all) != len(commands) {
		t.Fatalf("told of %d servers: %v", len(all), err)
	}
	for _, def := range all {
		whole := strings.Join(commands[def.Alias], " ")
		begin, cut := strings.CutSuffix(def.Program, " …")
		if len(def.Program) > wire.MaxProgram || cut != (len(whole) > wire.MaxProgram) || !strings.HasPrefix(whole, begin) || whole != "" && begin == "" {
			t.Errorf("%s: told is the program %q", def.Alias, def.Program)
		}
		def.Flags |= wire.Disabled
		if err := repo.Update(ctx, def); err != nil {
			t.Errorf("%s: %v", def.Alias, err)
		}
		s, err := d.admin.Server(ctx, def.Alias)
		if err != nil || !cmp.Equal(s.Command, commands[def.Alias]) || !s.Disabled || s.Activation == "manual" != (len(s.Command) == 0) {
			t.Errorf("changed: %+v, %v", s, err)
		}
	}
}

// TestDSOMNeeded holds that a server that others come after is not removed by clients of DSOM either.
func TestDSOMNeeded(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	ctx, repo := t.Context(), d.repository(t)
	for _, s := range []admin.Server{{Name: "ledger", Command: []string{"/bin/x"}}, {Name: "bank", Command: []string{"/bin/x"}, After: []string{"ledger"}}} {
		if _, err := d.admin.Add(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	def, err := repo.ByAlias(ctx, "ledger")
	if err != nil {
		t.Fatal(err)
	}
	id, err := wire.ParseID(def.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.Remove(ctx, id.String()); !raised(err, exc.NoPermission, wire.AccessDenied) {
		t.Errorf("got %v", err)
	}
	if s, err := d.admin.Server(ctx, "ledger"); err != nil || s.Disabled {
		t.Errorf("got %+v, %v", s, err)
	}
	if err := d.admin.Remove(ctx, "bank", false); err != nil {
		t.Fatal(err)
	}
	if err := repo.Remove(ctx, id.String()); err != nil {
		t.Error(err)
	}
}

// TestDSOMRefused holds what cannot be registered.
func TestDSOMRefused(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	repo := d.repository(t)
	good := wire.Definition{Alias: "a", ID: bankID, Program: "/bin/x"}
	for what, change := range map[string]func(*wire.Definition){
		"no alias":       func(d *wire.Definition) { d.Alias = "" },
		"a path":         func(d *wire.Definition) { d.Alias = "../x" },
		"Latin 1":        func(d *wire.Definition) { d.ServerClass = "b\xe4r" },
		"an id":          func(d *wire.Definition) { d.ID = "x" },
		"no id":          func(d *wire.Definition) { d.ID = "00000000-00000000-00-00-000000000000" },
		"the daemon":     func(d *wire.Definition) { d.ID = wire.DaemonID.String() },
		"relative":       func(d *wire.Definition) { d.Program = "bin/x" },
		"another's UUID": func(d *wire.Definition) { d.ID = "01234567-89ab-cdef-0123-456789abcdef" },
	} {
		bad := good
		change(&bad)
		if err := repo.Add(t.Context(), bad); !raised(err, exc.BadParam, wire.BadParm) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if all, err := repo.All(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("registered are %v, %v", all, err)
	}
}

// TestDSOMAdopted holds that a daemon which starts anew takes up the servers of DSOM that live, though they do not come back by themselves.
func TestDSOMAdopted(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	d := runDSOM(t, daemon.Config{State: state, Live: daemon.Live{LeaveServers: true}})
	ctx := t.Context()
	if err := d.repository(t).Add(ctx, wire.Definition{Alias: "bank", ID: bankID, Program: somdsvrProgram(t)}); err != nil {
		t.Fatal(err)
	}
	if err := d.manager(t).Start(ctx, "bank"); err != nil {
		t.Fatal(err)
	}
	before := d.ready(t, "bank")
	d.end()
	d = runDSOM(t, daemon.Config{State: state})
	after := d.ready(t, "bank")
	if after.Run.PID != before.Run.PID || !cmp.Equal(after.Run.Endpoints, before.Run.Endpoints) {
		t.Errorf("it was %+v, and is %+v", before.Run, after.Run)
	}
	if err := d.manager(t).Stop(ctx, "bank"); err != nil {
		t.Error(err)
	}
	if out := d.output(t, "bank"); !strings.Contains(out, "ended in order") {
		t.Errorf("it was not asked to end: %s", out)
	}
}

// TestDSOMNobody holds that programs of DSOM are refused where that was said, with the exception they know.
func TestDSOMNobody(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir(), Live: daemon.Live{DSOMClients: daemon.DSOMNobody}})
	if _, err := d.Repository(t.Context()); !raised(err, exc.NoPermission, wire.AccessDenied) {
		t.Errorf("got %v", err)
	}
}
