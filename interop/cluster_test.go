//go:build linux

package interop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/natsserver"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

// dsomProgram builds the program, once.
var dsomProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "dsom")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "dsom")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/dsom")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// deadAfter is after which silence a machine is dead in these tests. A change of the store's leader takes less than the part of it that is a hold.
const deadAfter = 15 * time.Second

// A fleet is daemons of several machines, which are folders here, that share a store.
type fleet struct {
	t       *testing.T
	program string
	dir     string
	store   *natsserver.Cluster
	all     []*fleetDaemon
	orb     *orb.ORB
	data    string // of the bank: who else writes to it is kept out by a lock, and says so
}

type fleetDaemon struct {
	name, state, address string
	log                  string
	under                []string // a command that the daemon is run by
	store                []string // where it reaches the store
	more                 []string // options of the daemon
	env                  []string // variables of commands that talk to it

	mu  sync.Mutex
	cmd *exec.Cmd
}

// newFleet starts so many daemons on three servers of the store, with more options each.
func newFleet(t *testing.T, n int, more ...string) *fleet {
	t.Helper()
	program, err := dsomProgram()
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{t: t, program: program, dir: t.TempDir(), store: natsserver.Start(t, 3)}
	f.data = filepath.Join(f.dir, "data")
	f.orb, err = orb.New(orb.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.orb.Shutdown(context.Background()) })
	for i := range n {
		name := fmt.Sprint("m", i)
		d := &fleetDaemon{name: name, state: filepath.Join(f.dir, name), address: freeport.Dead(t), log: filepath.Join(f.dir, name+".log"), store: f.store.URLs(), more: more}
		f.all = append(f.all, d)
	}
	t.Cleanup(func() {
		for _, d := range f.all {
			f.signal(d, syscall.SIGCONT)
			f.signal(d, syscall.SIGTERM)
		}
		for _, d := range f.all {
			f.wait(d)
		}
		for _, pid := range f.banks() {
			t.Errorf("bank %d outlived its daemon's orderly end", pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		for _, d := range f.all {
			if b, _ := os.ReadFile(d.log); t.Failed() {
				t.Logf("%s:\n%s", d.name, b[max(0, len(b)-6000):])
			}
		}
	})
	for _, d := range f.all {
		f.start(d)
	}
	return f
}

// start starts a daemon and waits until it takes calls.
func (f *fleet) start(d *fleetDaemon) {
	f.t.Helper()
	log, err := os.OpenFile(d.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	line := append(d.under[:len(d.under):len(d.under)], f.program, "daemon", "--state", d.state, "--listen", d.address, "--console", "off", "--machine", d.name,
		"--store", strings.Join(d.store, ","), "--dead-after", deadAfter.String())
	line = append(line, d.more...)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	d.mu.Lock()
	d.cmd = cmd
	d.mu.Unlock()
	f.eventually("the daemon "+d.name+" answers", func() bool {
		if d.under != nil { // its loopback is another
			return f.machines(d) != ""
		}
		c, err := admin.Open(d.state)
		if err != nil {
			return false
		}
		s, err := c.Status(f.t.Context())
		return err == nil && s.PID == cmd.Process.Pid
	})
}

func (f *fleet) signal(d *fleetDaemon, sig syscall.Signal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cmd != nil {
		_ = d.cmd.Process.Signal(sig)
	}
}

// wait waits for the end of a daemon.
func (f *fleet) wait(d *fleetDaemon) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cmd != nil {
		_ = d.cmd.Wait()
		d.cmd = nil
	}
}

// eventually waits for a condition.
func (f *fleet) eventually(what string, is func() bool) {
	f.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) || f.t.Context().Err() != nil {
			f.t.Fatalf("waited in vain for this: %s", what)
		}
	}
}

// dsom runs a command at a daemon.
func (f *fleet) dsom(d *fleetDaemon, args ...string) (out string, err error) {
	line := append(append(d.under[:len(d.under):len(d.under)], f.program), args...)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env = append(append(os.Environ(), admin.EnvState+"="+d.state, "NO_COLOR=1"), d.env...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	b, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("dsom %s at %s: %w: %s", strings.Join(args, " "), d.name, err, errs.String())
	}
	return string(b), err
}

func (f *fleet) must(d *fleetDaemon, args ...string) string {
	f.t.Helper()
	out, err := f.dsom(d, args...)
	if err != nil {
		f.t.Fatal(err)
	}
	return out
}

// machines returns the names of the machines that a daemon knows.
func (f *fleet) machines(d *fleetDaemon) string {
	out, err := f.dsom(d, "machine", "list", "--json")
	var m admin.Machines
	if err != nil || json.Unmarshal([]byte(out), &m) != nil {
		return ""
	}
	var names []string
	for _, x := range m.Machines {
		names = append(names, x.Name)
	}
	return strings.Join(names, " ")
}

// server returns a server as a daemon knows it.
func (f *fleet) server(d *fleetDaemon, name string) admin.Server {
	f.t.Helper()
	var all []admin.Server
	if err := json.Unmarshal([]byte(f.must(d, "server", "list", "--json", name)), &all); err != nil || len(all) != 1 {
		f.t.Fatal(err, all)
	}
	return all[0]
}

// addBank registers the bank at a daemon, to run where it says, with more options.
func (f *fleet) addBank(d *fleetDaemon, on string, more ...string) {
	f.t.Helper()
	f.must(d, append(append([]string{"server", "add", "--on", on}, more...), "bank", "--", f.program, "__demo-bank-server", "--data", f.data)...)
}

// banks returns the processes of the bank, wherever they are.
func (f *fleet) banks() (pids []int) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range all {
		b, err := os.ReadFile(name) // that of what has ended is empty
		if err != nil || !bytes.Contains(b, []byte("__demo-bank-server")) || !bytes.Contains(b, []byte(f.data)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// url is that of a name, at all daemons, one of them first.
func (f *fleet) url(first int, name string) string {
	var at []string
	for i := range f.all {
		at = append(at, ":"+f.all[(first+i)%len(f.all)].address)
	}
	return "corbaname:" + strings.Join(at, ",") + "#" + name
}

// root is the naming context of a daemon.
func (f *fleet) root(d *fleetDaemon) cosnaming.NamingContext {
	f.t.Helper()
	x, err := cosnaming.NamingContextClass.Bind(f.t.Context(), f.orb, "corbaloc::"+d.address+"/NameService")
	if err != nil {
		f.t.Fatal(err)
	}
	return x
}

// TestCluster has three daemons share a store: each knows the others, answers for all names and for a server that runs on any machine, which is started
// once whoever is asked; references name several of them; a daemon that ends in order, and one that is killed, are followed by others.
func TestCluster(t *testing.T) {
	t.Parallel()
	f := newFleet(t, 3)
	for _, d := range f.all {
		f.eventually(d.name+" knows all", func() bool { return f.machines(d) == "m0 m1 m2" })
	}
	f.addBank(f.all[1], "any")
	const callers = 24
	var first sync.WaitGroup
	for i := range callers { // at all daemons, at the same moment
		first.Go(func() {
			d := f.all[i%len(f.all)]
			f.eventually("the record is known at "+d.name, func() bool { _, err := f.dsom(d, "server", "list", "bank"); return err == nil })
			if out, err := f.dsom(d, "server", "start", "bank"); err != nil && !strings.Contains(err.Error(), "machine") {
				t.Error(out, err)
			}
		})
	}
	first.Wait()
	for _, d := range f.all { // each tells what the machine does that has the server
		if banks, run := f.banks(), f.server(d, "bank").Run; run.Starts != 1 || len(banks) != 1 {
			t.Fatalf("at %s the bank was started %d times, and its processes are %v", d.name, run.Starts, banks)
		}
	}
	var accounts []bank.Account
	for i := range f.all { // each answers for the name, and sends to where the server is
		branch, err := bank.BranchClass.Bind(t.Context(), f.orb, "corbaname::"+f.all[i].address+"#bank/branch")
		if err != nil {
			t.Fatal(err)
		}
		a, err := branch.Open(t.Context(), fmt.Sprint("a", i))
		if err != nil {
			t.Fatal(err)
		}
		accounts = append(accounts, a)
	}
	named := map[string]bool{}
	for _, raw := range orb.RefOf(any(accounts[0]).(orb.Object)).IOR().Profiles {
		p, err := raw.IIOP()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range p.Addresses() {
			named[a.HostPort()] = true
		}
	}
	if len(named) != 3 {
		t.Errorf("the reference of an account names %v", named)
	}
	at := func() *fleetDaemon {
		name := f.server(f.all[0], "bank").Machine
		for _, d := range f.all {
			if d.name == name {
				return d
			}
		}
		t.Fatalf("the bank is at %q", name)
		return nil
	}
	deposit := func(a bank.Account) {
		t.Helper()
		f.eventually("a deposit succeeds", func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
			defer cancel()
			return a.Deposit(ctx, 1) == nil
		})
	}
	for _, round := range []struct {
		what   string
		signal syscall.Signal
		bank   bool // it dies with the daemon, as with a machine
	}{{"the daemon ends", syscall.SIGTERM, false}, {"the machine dies", syscall.SIGKILL, true}, {"the daemon is killed", syscall.SIGKILL, false}} {
		was, before := at(), f.banks()
		begun := time.Now()
		f.signal(was, round.signal)
		f.wait(was)
		if round.bank {
			_ = syscall.Kill(before[0], syscall.SIGKILL)
		}
		f.eventually(round.what+": the bank has ended that was there", func() bool {
			now := f.banks()
			return len(now) == 0 || now[0] != before[0]
		})
		ended := time.Since(begun)
		for _, a := range accounts { // through references that were got before
			deposit(a)
		}
		took := time.Since(begun)
		if banks := f.banks(); len(banks) != 1 || banks[0] == before[0] {
			t.Errorf("%s: the bank's processes are %v, before %v", round.what, banks, before)
		}
		t.Logf("%s, %s: its bank had ended after %v, and all accounts were served again after %v", was.name, round.what, ended.Round(time.Millisecond), took.Round(time.Millisecond))
		f.start(was)
		f.eventually("the daemon that came back is known", func() bool { return f.machines(was) == "m0 m1 m2" })
		deposit(accounts[0])
		if banks := f.banks(); len(banks) != 1 {
			t.Errorf("%s: after it came back the bank's processes are %v", round.what, banks)
		}
	}
}

// TestClusterKills kills daemons and servers of the store at random, and halts daemons, while clients deposit and bind names by all of them: what was
// acknowledged is there, on every machine, and there is one bank at a time. Every call ends.
func TestClusterKills(t *testing.T) {
	t.Parallel()
	length := 45 * time.Second
	if testing.Short() {
		length = 15 * time.Second
	}
	if s := os.Getenv("DSOM_SOAK"); s != "" {
		var err error
		if length, err = time.ParseDuration(s); err != nil {
			t.Fatalf("DSOM_SOAK: %v", err)
		}
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 6))
	f := newFleet(t, 3)
	f.addBank(f.all[0], "any")
	f.must(f.all[0], "server", "start", "bank")
	branch, err := bank.BranchClass.Bind(t.Context(), f.orb, f.url(0, "bank/branch"))
	if err != nil {
		t.Fatal(err)
	}
	const clients, binders, callTime = 3, 3, 40 * time.Second
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	var slow, failed atomic.Int64
	ended := func(begun time.Time, err error) (completed exc.Completed) {
		if took := time.Since(begun); took > callTime+10*time.Second {
			slow.Add(1)
			t.Errorf("a call took %v", took)
		}
		var sys *exc.SystemException
		if err == nil {
			return exc.Yes
		}
		failed.Add(1)
		if !errors.As(err, &sys) {
			t.Errorf("a call failed with what is no system exception: %v", err)
			return exc.Maybe
		}
		if sys.Kind != exc.Transient && sys.Kind != exc.CommFailure && sys.Kind != exc.Timeout {
			t.Errorf("a call failed with what does not pass: %v", err)
		}
		return sys.Completed
	}
	var deposits [clients]struct{ sure, tried float64 }
	for i := range clients {
		acct, err := branch.Open(t.Context(), fmt.Sprint("client", i))
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for ctx.Err() == nil {
				call, cancel := context.WithTimeout(t.Context(), callTime)
				begun := time.Now()
				err := acct.Deposit(call, 1)
				cancel()
				switch ended(begun, err) {
				case exc.Yes:
					deposits[i].sure++
					deposits[i].tried++
				case exc.Maybe:
					deposits[i].tried++
				}
			}
		})
	}
	acknowledged := make([]map[string]bool, binders)
	var doubtful atomic.Int64
	target := orb.RefOf(any(branch).(orb.Object))
	for i := range binders {
		acknowledged[i] = map[string]bool{}
		root := f.root(f.all[i])
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				name := fmt.Sprintf("n%d-%d", i, n)
				call, cancel := context.WithTimeout(t.Context(), callTime)
				begun := time.Now()
				err := root.Bind(call, cosnaming.Name{{Id: name}}, target)
				cancel()
				switch ended(begun, err) {
				case exc.Yes:
					acknowledged[i][name] = true
				case exc.Maybe:
					doubtful.Add(1)
				}
				if err != nil {
					time.Sleep(10 * time.Millisecond) // the daemon may be away
				}
			}
		})
	}
	two := 0
	wg.Go(func() {
		for ctx.Err() == nil {
			if banks := f.banks(); len(banks) > 1 {
				two++
				t.Errorf("there are several banks: %v", banks)
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	pause := func(most time.Duration) {
		select {
		case <-time.After(time.Duration(r.Int64N(int64(most)))):
		case <-ctx.Done():
		}
	}
	var kills [4]int
	for end := time.Now().Add(length); time.Now().Before(end); {
		i := r.IntN(3)
		d := f.all[i]
		switch what := r.IntN(4); what {
		case 0:
			f.store.Kill(i)
			pause(3 * time.Second)
			f.store.Run(i)
			kills[what]++
		case 1:
			f.signal(d, syscall.SIGKILL)
			f.wait(d)
			pause(deadAfter * 3 / 2)
			f.start(d)
			kills[what]++
		case 2: // it goes on as if nothing had been
			f.signal(d, syscall.SIGSTOP)
			pause(deadAfter * 3 / 2)
			f.signal(d, syscall.SIGCONT)
			kills[what]++
		case 3:
			if banks := f.banks(); len(banks) > 0 {
				_ = syscall.Kill(banks[0], syscall.SIGKILL)
				kills[what]++
			}
		}
		pause(2 * time.Second)
	}
	stop()
	wg.Wait()
	for _, d := range f.all {
		f.eventually("all are there at "+d.name, func() bool { return f.machines(d) == "m0 m1 m2" })
	}
	names := 0
	for _, d := range f.all {
		root := f.root(d)
		for i := range acknowledged {
			for name := range acknowledged[i] {
				f.eventually(name+" can be looked up at "+d.name, func() bool {
					_, err := root.Resolve(t.Context(), cosnaming.Name{{Id: name}})
					var lost *cosnaming.NamingContext_NotFound
					if errors.As(err, &lost) {
						t.Fatalf("the name %s was acknowledged, and %s does not have it", name, d.name)
					}
					return err == nil
				})
				names++
			}
		}
	}
	sure := 0.0
	for i := range clients {
		var got float64
		f.eventually("the balance is told", func() bool {
			call, cancel := context.WithTimeout(t.Context(), callTime)
			defer cancel()
			a, err := branch.Find(call, fmt.Sprint("client", i))
			if err == nil {
				got, err = a.Balance(call)
			}
			return err == nil
		})
		if d := deposits[i]; got < d.sure || got > d.tried {
			t.Errorf("account %d holds %v: %v deposits were acknowledged, and %v may have happened", i, got, d.sure, d.tried)
		}
		sure += deposits[i].sure
	}
	t.Logf("kills: %d of store servers, %d of daemons, %d halts of daemons, %d of the bank; %v deposits and %d names acknowledged and there, %d names in doubt, %d calls failed, %d of them late, %d times two banks",
		kills[0], kills[1], kills[2], kills[3], sure, names/3, doubtful.Load(), failed.Load(), slow.Load(), two)
	if names == 0 || sure == 0 {
		t.Error("nothing was tried")
	}
}

// TestClusterActs does with a server of one machine what operators do, by the command line of another, with a store of NATS between the two.
func TestClusterActs(t *testing.T) {
	t.Parallel()
	f := newFleet(t, 2)
	here, there := f.all[0], f.all[1]
	for _, d := range f.all {
		f.eventually(d.name+" knows all", func() bool { return f.machines(d) == "m0 m1" })
	}
	f.must(here, "server", "add", "--on", "m1", "--alone", "bank", "--", f.program, "__demo-bank-server", "--data", f.data)
	f.must(here, "server", "start", "bank")
	first := f.server(there, "bank").Run.PID
	if s := f.server(here, "bank"); s.Machine != "m1" || s.Run.State != admin.StateReady || s.Run.PID != first || first == 0 {
		t.Fatalf("got %+v, want process %d", s, first)
	}
	branch, err := bank.BranchClass.Bind(t.Context(), f.orb, f.url(0, "bank/branch"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := branch.Open(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	f.must(here, "server", "add", "--on", "m1", "loud", "--", "/bin/sh", "-c", "echo heard; exit 3")
	if _, err := f.dsom(here, "server", "start", "loud"); err == nil || !strings.Contains(err.Error(), "heard") || !strings.Contains(err.Error(), "status 3") {
		t.Errorf("it has come up: %v", err)
	}
	if out := f.must(here, "server", "logs", "loud"); !strings.Contains(out, "heard") {
		t.Errorf("it has written %q", out)
	}
	if out := f.must(here, "server", "logs", "--machine", "m0", "loud"); out != "" {
		t.Errorf("it has written here %q", out)
	}
	f.must(here, "server", "remove", "loud")
	f.must(here, "server", "upgrade", "bank")
	if s := f.server(here, "bank"); s.Run.State != admin.StateReady || s.Run.PID == first {
		t.Errorf("got %+v", s)
	}
	if out := f.must(here, "top", "--once", "--every", "200ms"); !strings.Contains(out, "1 of 1 servers take calls") ||
		!strings.Contains(out, "\nm1           bank ") || !strings.Contains(out, "\nm1           (daemon) ") || !strings.Contains(out, "\nm0           (daemon) ") {
		t.Errorf("dsom top prints\n%s", out)
	}
	f.must(here, "server", "stop", "--disable", "bank")
	if banks := f.banks(); len(banks) != 0 {
		t.Errorf("there are %v", banks)
	}
	f.must(here, "server", "start", "bank")
	f.must(here, "server", "stop", "bank")
	f.must(here, "server", "change", "--on", "m0", "bank")
	f.must(there, "server", "start", "bank")
	if s := f.server(there, "bank"); s.Machine != "m0" || s.Run.State != admin.StateReady {
		t.Errorf("got %+v", s)
	}
	f.must(there, "server", "remove", "--stop", "bank")
	if banks := f.banks(); len(banks) != 0 {
		t.Errorf("there are %v", banks)
	}
}
