package interop_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/doctor"
	"github.com/opendsom/dsom/interop/wine"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/platform"
)

// wineTime is what a program under wine may take that is waited for.
const wineTime = 4 * time.Minute

// TestWine runs the program for Windows: what it says of itself and its system, its daemon, calls both ways, and its state after it was killed.
func TestWine(t *testing.T) {
	t.Parallel()
	w := wine.New(t)
	program := filepath.Join(t.TempDir(), "dsom.exe")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/dsom")
	build.Dir = ".."
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*wineTime)
	defer cancel()

	t.Run("version", func(t *testing.T) {
		if out, err := w.Output(ctx, program, "version"); err != nil || !strings.HasSuffix(out, " windows/amd64\n") {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("doctor", func(t *testing.T) {
		out, err := w.Output(ctx, program, "doctor", "--json", "--state", `C:\none`)
		var found []doctor.Finding
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		var lacks, bad, want []string
		for _, f := range found {
			if f.Grade == doctor.Lack {
				lacks = append(lacks, f.About)
			}
			if f.Grade == doctor.Bad {
				bad = append(bad, f.About)
			}
		}
		for _, a := range platform.Lacks("windows") {
			want = append(want, a.Key)
		}
		if !slices.Equal(lacks, want) {
			t.Errorf("it lacks %v, and should lack %v", lacks, want)
		}
		if err == nil || !slices.Equal(bad, []string{"daemon"}) { // none runs
			t.Errorf("%v; bad are %v", err, bad)
		}
	})
	t.Run("its own tests", func(t *testing.T) { ownTestsOf(ctx, t, w) })
	t.Run("call from it", func(t *testing.T) { callFromWindows(ctx, t, w, program) })
	t.Run("daemon", func(t *testing.T) { daemonOfWindows(ctx, t, w, program) })
	t.Run("the daemon's pipe", func(t *testing.T) { pipeOfDaemon(ctx, t, w, program) })
}

// pipeOfDaemon runs a daemon under wine, and calls its own objects by the named pipe that is its state folder's: there it knows whose program calls, as the programs of DSOM have to be known, and by TCP it does not.
func pipeOfDaemon(ctx context.Context, t *testing.T, w *wine.Wine, program string) {
	const state = `C:\piped`
	sum := sha256.Sum256([]byte(state))
	name := "dsom-" + hex.EncodeToString(sum[:6])
	cmd := w.Command(ctx, program, "daemon", "--listen", "127.0.0.1:0", "--state", state, "--console", "off")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	slow := time.AfterFunc(wineTime, func() { _ = cmd.Process.Kill() })
	defer slow.Stop()
	var said strings.Builder
	address := ""
	lines := bufio.NewScanner(out)
	for address == "" && lines.Scan() {
		fmt.Fprintln(&said, lines.Text())
		if m := regexp.MustCompile(`Taking calls at ([0-9.:]+)`).FindStringSubmatch(lines.Text()); m != nil {
			address = strings.TrimRight(m[1], ".:")
		}
	}
	if address == "" {
		t.Fatalf("the daemon ended early:\n%s", said.String())
	}
	go func() {
		for lines.Scan() {
		}
	}()
	for _, url := range []string{"corbaloc:pipe:" + name + "/NameService", "corbaloc::" + address + "/NameService"} {
		if out, err := w.Output(ctx, program, "call", url, "_is_a", "IDL:omg.org/CosNaming/NamingContext:1.0"); err != nil || out != "true\n" {
			t.Errorf("%s: %v\n%s", url, err, out)
		}
	}
	run := func(args ...string) (string, error) { return w.Output(ctx, program, args...) }
	if out, err := run("name", "bind", "--state", state, "here", "corbaloc::"+address+"/NameService"); err != nil {
		t.Errorf("a name is bound: %v\n%s", err, out)
	}
	if out, err := run("name", "resolve", "--state", state, "here"); err != nil || !strings.HasPrefix(out, "IOR:") && !strings.HasPrefix(out, "corbaloc:") {
		t.Errorf("it is resolved: %v\n%s", err, out)
	}
	if out, err := run("ior", "--probe", "corbaloc:pipe:"+name+"/NameService"); err != nil || !strings.Contains(out, "pipe:"+name+"  reachable") {
		t.Errorf("probed: %v\n%s", err, out)
	}
	register := w.Command(ctx, program, "regimpl", "-A", "-i", "kennel", "-p", `C:\windows\system32\cmd.exe`)
	register.Env = append(register.Env, "DSOM_STATE="+state)
	if out, err := register.CombinedOutput(); err != nil {
		t.Errorf("a program of DSOM registers a server: %v\n%s", err, out)
	}
	if out, err := run("server", "list", "--state", state); err != nil || !strings.Contains(out, "kennel") {
		t.Errorf("it is registered: %v\n%s", err, out)
	}
}

// ownTestsOf runs the tests of what is another on Windows: that what it lacks answers as it should, the sockets, and the files that are replaced.
func ownTestsOf(ctx context.Context, t *testing.T, w *wine.Wine) {
	cmd := exec.CommandContext(ctx, "go", "test", "-short", "-count=1", "-timeout", "5m", "-exec", "wine", "-run", "^(TestLack|TestSuite|TestSuiteBusy|TestPipe|TestPipeOfOthers|TestPipeLastPiece|TestPipeCallerGone|TestPipeIdentityWhileClosed|TestChangesAreShared|TestChangesOfOthers|TestChangesLocked)$",
		"./transport/tcp", "./transport/pipe", "./orb", "./transport/kin", "./transport/ipx/ether", "./daemon/supervise/child", "./daemon/supervise/cgroup", "./process", "./somd")
	cmd.Dir = ".."
	cmd.Env = append(w.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "no tests to run") {
		t.Errorf("%v\n%s", err, out)
	}
}

// An account is in this process.
type account struct {
	bank.AccountBase
	mu      sync.Mutex
	balance float64
}

func (a *account) Balance(context.Context) (float64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance, nil
}

func (a *account) Deposit(_ context.Context, amount float64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance += amount
	return nil
}

func (a *account) Withdraw(_ context.Context, amount float64) (float64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if amount > a.balance {
		return 0, &bank.InsufficientFunds{Balance: a.balance}
	}
	a.balance -= amount
	return a.balance, nil
}

// callFromWindows calls an object of this process.
func callFromWindows(ctx context.Context, t *testing.T, w *wine.Wine, program string) {
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	ref, err := bank.AccountClass.Activate(poa.New(o), &account{balance: 1})
	if err != nil {
		t.Fatal(err)
	}
	idl, err := filepath.Abs("../demo/bank/bank.idl")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   []string
		want   string
		status int
	}{
		{[]string{"deposit", "12.5"}, "", 0},
		{[]string{"balance"}, "13.5\n", 0},
		{[]string{"withdraw", "100"}, `{"_exception":"IDL:Bank/InsufficientFunds:1.0","balance":13.5}` + "\n", 3},
	} {
		out, err := w.Output(ctx, program, slices.Concat([]string{"call", "--idl", wine.Path(idl), ref.String()}, c.args)...)
		status := 0
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			status, err = ended.ExitCode(), nil
		}
		if err != nil || out != c.want || status != c.status {
			t.Errorf("%v: %v, status %d, %q; want %d, %q", c.args, err, status, out, c.status, c.want)
		}
	}
}

var saysDaemon = regexp.MustCompile(`^daemon +([0-9.:]+) `)

// demoOfWindows runs the demonstration under wine, and returns its daemon's address once it has shown everything, and what kills it.
func demoOfWindows(ctx context.Context, t *testing.T, w *wine.Wine, program, state string) (address string, kill func()) {
	t.Helper()
	cmd := w.Command(ctx, program, "demo", "--port", "0", "--state", state)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	t.Cleanup(kill)
	slow := time.AfterFunc(wineTime, func() { _ = cmd.Process.Kill() })
	defer slow.Stop()
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(&said, lines.Text())
		if m := saysDaemon.FindStringSubmatch(lines.Text()); m != nil {
			address = m[1]
		}
		if strings.HasPrefix(lines.Text(), "Type next") && address != "" {
			go func() {
				for lines.Scan() {
				}
			}()
			return address, kill
		}
	}
	t.Fatalf("the demonstration ended early:\n%s", said.String())
	return "", nil
}

// daemonOfWindows has the demonstration's daemon and bank run under wine, calls the bank, kills the daemon, and runs it anew with the same state. The
// demonstration itself kills the bank, and calls it again: so a connection whose peer was killed is seen to be closed.
func daemonOfWindows(ctx context.Context, t *testing.T, w *wine.Wine, program string) {
	const state = `C:\bank`
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	hasBalance := func(address string, want float64) bank.Account {
		t.Helper()
		acct, err := bank.AccountClass.Bind(ctx, o, "corbaname::"+address+"#bank/main")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := acct.Balance(ctx); err != nil || got != want {
			t.Fatalf("the balance is %v, %v; want %v", got, err, want)
		}
		return acct
	}
	address, kill := demoOfWindows(ctx, t, w, program, state)
	acct := hasBalance(address, 87.5)
	if err := acct.Deposit(ctx, 10); err != nil {
		t.Fatal(err)
	}
	var short *bank.InsufficientFunds
	if _, err := acct.Withdraw(ctx, 1e6); !errors.As(err, &short) || short.Balance != 97.5 {
		t.Errorf("%v", err)
	}

	t.Run("client in C", func(t *testing.T) { // docs/os2.md
		sources, err := filepath.Glob("../bind/c89/src/*.c")
		if err != nil || len(sources) == 0 {
			t.Fatal(sources, err)
		}
		client := filepath.Join(t.TempDir(), "bank.exe")
		args := slices.Concat([]string{"-std=c89", "-pedantic-errors", "-o", client}, sources, []string{"-lws2_32"})
		if out, err := exec.CommandContext(ctx, wine.Compiler, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		out, err := w.Output(ctx, client, "corbaloc::"+address+"/NameService")
		if err != nil || !strings.Contains(out, "\nwithdrawn 2.25, balance 107.75\n") || !strings.HasSuffix(out, "BAD_OPERATION:1.0 completed 1\n") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	hasBalance(address, 107.75)
	kill()
	again, _ := demoOfWindows(ctx, t, w, program, state)
	hasBalance(again, 107.75+87.5)
}
