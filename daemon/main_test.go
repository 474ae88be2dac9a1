package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/server/lease"
	"github.com/opendsom/dsom/std/cosnaming"
)

// The variables that make the test binary another program.
const (
	envProgram = "DSOM_TEST_PROGRAM"
	envData    = "DSOM_TEST_DATA" // a folder for what the programs leave behind
)

func TestMain(m *testing.M) {
	name := os.Getenv(envProgram)
	if name == "" {
		leaktest.Main(m)
		return
	}
	program, ok := programs()[name]
	if !ok {
		fmt.Println("no such program:", name)
		os.Exit(97)
	}
	os.Exit(program())
}

// programs are what the test binary does when it is started as a server, or as a daemon.
func programs() map[string]func() int {
	return map[string]func() int{
		"serve":    func() int { return serve(false) },
		"stubborn": func() int { return serve(true) },
		"exit": func() int {
			fmt.Println("cannot open the vault")
			fmt.Fprintln(os.Stderr, "giving up")
			return 3
		},
		"hang": func() int { fmt.Println("thinking"); time.Sleep(time.Hour); return 0 },
		"silent": func() int { // registers, and never says where it takes calls
			l, code := connect()
			if code == 0 {
				<-l.Refused()
			}
			return code
		},
		"fork": func() int { // a child of its own is the server, and it does not stay
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), envProgram+"=serve")
			if err := cmd.Start(); err != nil {
				return 96
			}
			return 0
		},
		"flood": func() int {
			go func() {
				line := []byte(strings.Repeat("noise ", 1000) + "\n")
				for {
					_, _ = os.Stdout.Write(line)
				}
			}()
			return serve(false)
		},
		"describe": describing,
		"daemon":   runDaemon,
		"somdsvr":  somdsvr,
		"deafsvr":  deafsvr,
		"failsvr":  failsvr,
		"namer":    namer,
		"naming":   naming,
	}
}

// namer is a server that makes a naming context at the daemon whose naming service its argument names, and is up when it may.
func namer() int {
	o, err := orb.New(orb.Config{})
	if err != nil {
		return 90
	}
	root, err := cosnaming.NamingContextClass.Bind(context.Background(), o, os.Args[1])
	if err == nil {
		_, err = root.NewContext(context.Background())
	}
	if err != nil {
		fmt.Println(err)
		return 89
	}
	return serve(false)
}

// describing is a server that says the interfaces in the file that its first argument names, and then waits for the file of its second, in which is whether it takes calls or ends.
func describing() int {
	packed, err := os.ReadFile(os.Args[1])
	if err != nil {
		return 88
	}
	l, code := connect()
	if code != 0 {
		return code
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := l.Describe(ctx, packed); err != nil {
		fmt.Println(err)
		return 87
	}
	if err := os.WriteFile(os.Args[1]+".said", nil, 0o600); err != nil {
		return 85
	}
	for ctx.Err() == nil {
		switch say, _ := os.ReadFile(os.Args[2]); string(say) {
		case "serve":
			l.Ready([]string{"tcp:127.0.0.1:1"})
			<-l.Stops()
			_ = l.Close(ctx)
			return 0
		case "end":
			return 3
		}
		time.Sleep(5 * time.Millisecond)
	}
	return 86
}

// connect asks for the lease, and returns when it is granted, or with an exit status.
func connect() (*lease.Lease, int) {
	c, ok := lease.FromEnv()
	if !ok {
		c = lease.Config{State: os.Getenv(admin.EnvState), Name: os.Getenv("DSOM_TEST_NAME"), Create: true}
	}
	l, err := lease.Connect(c)
	if err != nil {
		fmt.Println("lease:", err)
		return nil, 95
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := l.Granted(ctx); err != nil {
		fmt.Println("lease:", err)
		return nil, 94
	}
	return l, 0
}

// serve is a server as it should be: it takes its exclusive lock only when it has its lease,
// says where it takes calls, answers with its process id, and ends when asked to; if
// stubborn it does not.
func serve(stubborn bool) int {
	l, code := connect()
	if code != 0 {
		return code
	}
	_, uuid := l.Identity()
	if err := exclusive(uuid); err != nil {
		fmt.Println(err)
		return 93
	}
	ls, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 92
	}
	go func() {
		for {
			c, err := ls.Accept()
			if err != nil {
				return
			}
			_, _ = fmt.Fprintln(c, os.Getpid())
			go func() {
				_, _ = io.Copy(io.Discard, c)
				_ = c.Close()
			}()
		}
	}()
	term := make(chan os.Signal, 1)
	if stubborn {
		signal.Ignore(syscall.SIGTERM)
	} else {
		signal.Notify(term, syscall.SIGTERM)
	}
	fmt.Println("serving as process", os.Getpid(), "fence", os.Getenv(admin.EnvServerFence))
	l.Ready([]string{ls.Addr().String()}) // at last: from here on it is asked to end, and its output is looked at
	if stubborn {
		<-l.Stops()
		fmt.Println("no, I won't")
		time.Sleep(time.Hour)
	}
	select {
	case <-l.Stops():
		fmt.Println("stopping")
	case <-l.Refused():
		fmt.Println("refused:", l.Err())
		return 91
	case <-term:
	}
	_ = ls.Close()
	if err := l.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	return 0
}

// exclusive takes the lock that stands for the server's own state; that it is taken is a
// second writer, and written down as such.
func exclusive(uuid string) error {
	dir := os.Getenv(envData)
	if dir == "" {
		return nil
	}
	if err := lock(filepath.Join(dir, uuid+".lock")); err != nil {
		_ = os.WriteFile(filepath.Join(dir, fmt.Sprintf("violation-%d", os.Getpid())), []byte(uuid), 0o600)
		return fmt.Errorf("two processes are server %s: %w", uuid, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lives"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, uuid, os.Getpid())
	return errors.Join(err, f.Close())
}

// quick are options with short times.
func quick(state string) daemon.Options {
	return daemon.Options{State: state, Supervise: supervise.Options{
		StartTimeout: 20 * time.Second, StopTimeout: 2 * time.Second, TermTimeout: 300 * time.Millisecond,
		Grace: 5 * time.Second, BackOff: 300 * time.Millisecond, MaxBackOff: time.Second,
	}}
}

// open starts a daemon that stops its servers when the test ends.
func open(t *testing.T, o daemon.Options) *daemon.Daemon {
	t.Helper()
	d, err := daemon.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := d.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return d
}

// client returns a client of a daemon, as a user has one.
func client(t *testing.T, d *daemon.Daemon) *admin.Client {
	t.Helper()
	c, err := admin.Open(d.State())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// add registers the test binary as a server that does what program says.
func add(t *testing.T, d *daemon.Daemon, name, program string, change func(*admin.Server)) admin.Server {
	t.Helper()
	in := admin.Server{Name: name, Command: []string{os.Args[0]}, Env: environ(program)}
	if change != nil {
		change(&in)
	}
	s, err := client(t, d).Add(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// environ makes the test binary do what program says. (With the race detector a process
// would otherwise take a second to end.)
func environ(program string) []string {
	return []string{envProgram + "=" + program, "GORACE=atexit_sleep_ms=0"}
}

// dial connects to a server, which says which process it is.
func dial(endpoint string) (net.Conn, int, error) {
	c, err := net.DialTimeout("tcp", endpoint, 5*time.Second)
	if err != nil {
		return nil, 0, err
	}
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	var pid int
	if _, err = fmt.Fscanln(c, &pid); err != nil {
		_ = c.Close()
		return nil, 0, err
	}
	return c, pid, nil
}

// call asks a server which process it is.
func call(endpoint string) (int, error) {
	c, pid, err := dial(endpoint)
	if err == nil {
		_ = c.Close()
	}
	return pid, err
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// kill ends a process without warning.
func kill(t *testing.T, pid int) process.ID {
	t.Helper()
	id, err := process.Of(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := id.Signal(os.Kill); err != nil {
		t.Fatal(err)
	}
	return id
}
