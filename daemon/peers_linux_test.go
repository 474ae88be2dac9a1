package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/std/cosnaming"
	dsomclient "github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// aStranger is a user that no daemon here runs as.
const aStranger = 65533

// as connects as another user: the system takes a socket for that user's who made it. It needs root.
type as struct {
	transport.Transport
	user int
}

func (t as) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	setfsuid(t.user)
	defer setfsuid(0)
	return t.Transport.Dial(ctx, e)
}

// setfsuid changes the user as whom this thread makes files and sockets.
func setfsuid(user int) { _, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, uintptr(user), 0, 0) }

// asUser returns a client of the daemon that connects as a user.
func (d *dsomDaemon) asUser(t *testing.T, user int) *dsomclient.Daemon {
	t.Helper()
	o, err := orb.New(orb.Config{Principal: asDSOM, Transports: transport.Set{as{tcp.New(), user}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
	return dsomclient.At(o, "127.0.0.1", d.port)
}

// TestDSOMUsers holds whose programs are served, whatever they say of themselves.
func TestDSOMUsers(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		absent.Skip(t, "not root, who alone connects as another user")
	}
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	if _, err := d.asUser(t, 0).Repository(t.Context()); err != nil {
		t.Errorf("the same user: %v", err)
	}
	stranger := d.asUser(t, aStranger)
	if _, err := stranger.Repository(t.Context()); !raised(err, exc.NoPermission, wire.AccessDenied) {
		t.Errorf("another user: %v", err)
	}
	id, err := wire.ParseID(bankID)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.repository(t).Add(t.Context(), wire.Definition{Alias: "bank", ID: bankID, Program: somdsvrProgram(t)}); err != nil {
		t.Fatal(err)
	}
	if err := stranger.Up(t.Context(), id, dsomclient.ServerRef(d.orb, "127.0.0.1", 9, id)); !raised(err, exc.NoPermission, wire.AccessDenied) {
		t.Errorf("another user is the server: %v", err)
	}
	o, err := orb.New(orb.Config{Principal: asDSOM, Transports: transport.Set{as{tcp.New(), aStranger}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Shutdown(context.Background()) }()
	if err := ping(t.Context(), dsomclient.ServerRef(o, "127.0.0.1", d.port, id)); err != nil {
		t.Errorf("another user calls a server: %v", err)
	}
	open := runDSOM(t, daemon.Config{State: t.TempDir(), Live: daemon.Live{DSOMClients: daemon.DSOMThisMachine}})
	if _, err := open.asUser(t, aStranger).Repository(t.Context()); err != nil {
		t.Errorf("another user, where all may: %v", err)
	}
}

// TestWriters holds whose programs of this machine may change names: the daemon's user's, root's, those of users that were named, and processes of servers that
// run as another; all others may read.
func TestWriters(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		absent.Skip(t, "not root, who alone connects as another user")
	}
	writes := func(d *dsomDaemon, user int) error {
		o, err := orb.New(orb.Config{Transports: transport.Set{as{tcp.New(), user}}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = o.Shutdown(context.Background()) }()
		root, err := cosnaming.NamingContextClass.Bind(t.Context(), o, fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/NameService", d.port))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := root.List(t.Context(), 10); err != nil {
			t.Errorf("user %d may not read: %v", user, err)
		}
		_, err = root.NewContext(t.Context())
		return err
	}
	denied := func(err error) bool {
		var sys *exc.SystemException
		return errors.As(err, &sys) && sys.Kind == exc.NoPermission && sys.Minor == exc.MinorWriteDenied
	}
	for name, c := range map[string]struct {
		writers daemon.Writers
		may     map[int]bool
	}{
		"by default":   {daemon.Writers{}, map[int]bool{0: true, aStranger: false, aStranger - 1: false}},
		"a user":       {daemon.Writers{Identities: daemon.Identities{Users: []int{1, aStranger}}}, map[int]bool{0: true, aStranger: true, aStranger - 1: false}},
		"this machine": {daemon.Writers{ThisMachine: true}, map[int]bool{0: true, aStranger: true, aStranger - 1: true}},
		"a network":    {daemon.Writers{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, map[int]bool{aStranger: true}},
	} {
		t.Run(name, func(t *testing.T) {
			d := runDSOM(t, daemon.Config{State: t.TempDir(), Live: daemon.Live{Writers: c.writers}})
			for user, may := range c.may {
				if err := writes(d, user); may && err != nil || !may && !denied(err) {
					t.Errorf("user %d, who may: %v, got %v", user, may, err)
				}
			}
		})
	}
}

// TestWritingServer holds that a server which runs under an account of its own may bind names, and other programs of the account may not.
func TestWritingServer(t *testing.T) {
	t.Parallel()
	nobody, err := user.Lookup("nobody")
	if os.Geteuid() != 0 || err != nil {
		absent.Skip(t, "not root, who alone starts programs as another user, or no user nobody")
	}
	uid, err := strconv.Atoi(nobody.Uid)
	if err != nil {
		t.Fatal(err)
	}
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	at := fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/NameService", d.port)
	program := forEverybody(t)
	if _, err := d.admin.Add(t.Context(), admin.Server{Name: "bank", User: "nobody", Command: []string{program, at}, Env: environ("namer")}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.admin.Start(t.Context(), "bank"); err != nil {
		t.Fatalf("%v\n%s", err, d.output(t, "bank"))
	}
	run := exec.Command(program, at)
	run.Env, run.Dir = environ("namer"), "/"
	run.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(aStranger)}}
	if out, err := run.CombinedOutput(); err == nil || !strings.Contains(string(out), "names may be changed by") {
		t.Errorf("got %v: %s", err, out)
	}
}

// forEverybody returns a copy of this test binary that every user can run.
func forEverybody(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "dsom-daemon-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	b, err := os.ReadFile(os.Args[0])
	name := filepath.Join(dir, "program")
	if err := errors.Join(err, os.Chmod(dir, 0o755), os.WriteFile(name, b, 0o755)); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestRegistrant holds that a program which registers and says that it is another process is not believed: that one is not ended in its place.
func TestRegistrant(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	o.Supervise.StopTimeout = 100 * time.Millisecond
	d := open(t, o)
	victim := exec.Command("sleep", "1000")
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = victim.Process.Kill(), victim.Wait() }()
	claim, err := process.Of(victim.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := client(t, d).Lease(t.Context(), admin.Registration{Name: "evil", Create: true, Incarnation: "x", Process: claim, Endpoints: []string{"tcp:127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	if _, err := stream.Next(); err != nil {
		t.Fatal(err)
	}
	if _, err := client(t, d).Stop(t.Context(), "evil"); !errors.Is(err, &admin.Error{Code: admin.CodeHeld}) {
		t.Errorf("what does not end was stopped: %v", err)
	}
	if claim.State() != process.Running {
		t.Errorf("another process was signalled, and is %v", claim.State())
	}
}

// TestDSOMImpostor holds that a process which is not the server cannot say that it is, while the server lives, nor that it has ended.
func TestDSOMImpostor(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	d := runDSOM(t, daemon.Config{State: state, Live: daemon.Live{LeaveServers: true}})
	ctx := t.Context()
	id, err := wire.ParseID(bankID)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.repository(t).Add(ctx, wire.Definition{Alias: "bank", ID: bankID, Program: somdsvrProgram(t)}); err != nil {
		t.Fatal(err)
	}
	if err := d.Down(ctx, id); err != nil {
		t.Errorf("what does not run has ended: %v", err)
	}
	if err := d.manager(t).Start(ctx, "bank"); err != nil {
		t.Fatal(err)
	}
	was := d.ready(t, "bank")
	if err := d.Up(ctx, id, dsomclient.ServerRef(d.orb, "127.0.0.1", 9, id)); !raised(err, exc.NoPermission, wire.AccessDenied) {
		t.Errorf("this process is the server: %v", err)
	}
	if err := d.Down(ctx, id); !raised(err, exc.NoPermission, wire.AccessDenied) {
		t.Errorf("this process says that the server has ended: %v", err)
	}
	if is := d.ready(t, "bank"); is.Run.PID != was.Run.PID || is.Run.Endpoints[0] != was.Run.Endpoints[0] {
		t.Errorf("it was %+v, and is %+v", was.Run, is.Run)
	}
	for what, ref := range map[string]*orb.Ref{
		"another's":  dsomclient.ServerRef(d.orb, "127.0.0.1", 9, wire.NewID()),
		"nobody's":   dsomclient.ServerRef(d.orb, "", 9, id),
		"at no port": dsomclient.ServerRef(d.orb, "127.0.0.1", 0, id),
	} {
		if err := d.Up(ctx, id, ref); !raised(err, exc.BadParam, wire.BadParm) {
			t.Errorf("a reference that is %s: %v", what, err)
		}
	}
	// Nothing of this is believed by the next daemon either.
	d.end()
	d = runDSOM(t, daemon.Config{State: state})
	if is := d.ready(t, "bank"); is.Run.PID != was.Run.PID || is.Run.Endpoints[0] != was.Run.Endpoints[0] {
		t.Errorf("to the next daemon it is %+v", is.Run)
	}
}

// TestDSOMByHand holds that a server which is started by hand is known by its process: when that is killed the server has stopped, and can be started.
func TestDSOMByHand(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	ctx := t.Context()
	program := somdsvrProgram(t)
	if err := d.repository(t).Add(ctx, wire.Definition{Alias: "bank", ID: bankID, Program: program}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, bankID)
	cmd.Env = append(os.Environ(), "SOMDPORT="+strconv.Itoa(int(d.port)))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	eventually(t, "it is up", func() bool {
		s, err := d.admin.Server(ctx, "bank")
		return err == nil && s.Run.State == admin.StateReady
	})
	if s := d.ready(t, "bank"); s.Run.PID != cmd.Process.Pid || s.Run.Started {
		t.Errorf("it runs as %+v, process %d", s.Run, cmd.Process.Pid)
	}
	kill(t, cmd.Process.Pid)
	eventually(t, "it is known to have ended", func() bool {
		s, err := d.admin.Server(ctx, "bank")
		return err == nil && s.Run.State == admin.StateStopped
	})
	var status *dsomclient.StatusError
	if err := d.manager(t).List(ctx, "bank"); !errors.As(err, &status) || status.Code != wire.ServerNotFound {
		t.Errorf("list: %v", err)
	}
	if err := d.manager(t).Start(ctx, "bank"); err != nil {
		t.Errorf("start after that: %v", err)
	}
	if s := d.ready(t, "bank"); !s.Run.Started {
		t.Errorf("it runs as %+v", s.Run)
	}
}

// TestDSOMDeaf holds that a server which says that it is up and then answers nothing is ended all the same, by signals, in its time.
func TestDSOMDeaf(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	ctx := t.Context()
	if err := d.repository(t).Add(ctx, wire.Definition{Alias: "deaf", ID: bankID, Program: testProgram(t, "deafsvr")}); err != nil {
		t.Fatal(err)
	}
	within := admin.Duration(time.Second)
	if _, err := d.admin.Update(ctx, "deaf", admin.Change{StopTimeout: &within}); err != nil {
		t.Fatal(err)
	}
	if err := d.manager(t).Start(ctx, "deaf"); err != nil {
		t.Fatal(err)
	}
	d.ready(t, "deaf")
	if err := d.manager(t).Stop(ctx, "deaf"); err != nil {
		t.Errorf("stop: %v", err)
	}
}
