//go:build linux

package interop_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/absent"
)

// The ends of the cable of TestClusterCut.
const nearHost, farHost = "198.51.100.1", "198.51.100.2"

// farMachine makes a network of its own with a cable to this one, and returns the command under which a program runs there, and what has the cable cut, or joined.
// Both end with the test.
func farMachine(t *testing.T) (under []string, cable func(state string)) {
	t.Helper()
	cmd := exec.Command("unshare", "--net", "sh", "-c", "echo up; exec cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		absent.Skip(t, "networks cannot be made here: %v", err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "up\n" {
		absent.Skip(t, "networks cannot be made here: %v", err)
	}
	pid := strconv.Itoa(cmd.Process.Pid)
	under = []string{"nsenter", "--net", "--target", pid}
	name := fmt.Sprintf("dsom%d", os.Getpid()%100000)
	run := func(line ...string) error {
		if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", strings.Join(line, " "), err, out)
		}
		return nil
	}
	for _, line := range []string{
		"ip link add " + name + " type veth peer name cable1 netns " + pid,
		"ip addr add " + nearHost + "/24 dev " + name,
		"ip link set " + name + " up",
		strings.Join(under, " ") + " ip addr add " + farHost + "/24 dev cable1",
		strings.Join(under, " ") + " ip link set cable1 up",
		strings.Join(under, " ") + " ip link set lo up",
	} {
		if err := run(strings.Fields(line)...); err != nil {
			absent.Skip(t, "networks cannot be made here: %v", err)
		}
	}
	t.Cleanup(func() { _ = exec.Command("ip", "link", "del", name).Run() })
	return under, func(state string) {
		t.Helper()
		if err := run(append(under[:len(under):len(under)], "ip", "link", "set", "cable1", state)...); err != nil {
			t.Fatal(err)
		}
	}
}

// forward has what comes in at the near end of the cable go on to an address of this machine, and returns where that is.
func forward(t *testing.T, to string) string {
	t.Helper()
	l, err := net.Listen("tcp", nearHost+":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				_ = in.Close()
				continue
			}
			end := sync.OnceFunc(func() { _ = in.Close(); _ = out.Close() })
			go func() { defer end(); _, _ = io.Copy(out, in) }()
			go func() { defer end(); _, _ = io.Copy(in, out) }()
		}
	}()
	return l.Addr().String()
}

// TestClusterCut has the machine that has the bank cut off from the others. The bank ends there by itself before another is started elsewhere; who is on the cut-off
// machine reads names, and is told right exceptions for the rest; when the cable is whole again the machine is one of them, and there is one bank.
func TestClusterCut(t *testing.T) {
	t.Parallel()
	under, cable := farMachine(t)
	f := newFleet(t, 2)
	far := &fleetDaemon{name: "far", state: filepath.Join(f.dir, "far"), address: farHost + ":3053", log: filepath.Join(f.dir, "far.log"), under: under}
	for _, url := range f.store.URLs() {
		far.store = append(far.store, "nats://"+forward(t, strings.TrimPrefix(url, "nats://")))
	}
	f.all = append(f.all, far)
	f.start(far)
	for _, d := range f.all {
		f.eventually(d.name+" knows all", func() bool { return f.machines(d) == "far m0 m1" })
	}
	f.addBank(far, "any")
	f.must(far, "server", "start", "bank")
	if s := f.server(far, "bank"); s.Machine != "far" {
		t.Fatalf("the bank is at %q", s.Machine)
	}
	branch, err := bank.BranchClass.Bind(t.Context(), f.orb, f.url(0, "bank/branch"))
	if err != nil {
		t.Fatal(err)
	}
	account, err := branch.Open(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	watched, stop := context.WithCancel(t.Context())
	var watcher sync.WaitGroup
	defer watcher.Wait()
	defer stop()
	watcher.Go(func() {
		for watched.Err() == nil {
			if banks := f.banks(); len(banks) > 1 {
				t.Errorf("there are two banks: %v", banks)
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
	deposits, doubtful := 0, 0
	deposit := func() {
		t.Helper()
		f.eventually("a deposit succeeds", func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), 3*deadAfter)
			defer cancel()
			err := account.Deposit(ctx, 1)
			var sys *exc.SystemException
			if errors.As(err, &sys) && sys.Completed != exc.No {
				doubtful++
			}
			if err != nil {
				t.Logf("a deposit: %v", err)
			}
			return err == nil
		})
		deposits++
	}
	deposit()
	before := f.banks()
	begun := time.Now()
	cable("down")
	f.eventually("the bank has ended that is cut off", func() bool {
		now := f.banks()
		return len(now) == 0 || now[0] != before[0]
	})
	ended := time.Since(begun)
	deposit()
	t.Logf("the bank that was cut off ended after %v, and the account was served again after %v", ended.Round(time.Millisecond), time.Since(begun).Round(time.Millisecond))
	if out := f.must(far, "name", "ls", "-R"); !strings.Contains(out, "bank/branch") {
		t.Errorf("who is cut off reads the names %q", out)
	}
	f.must(f.all[0], "name", "bind", "meanwhile", f.url(0, "bank/branch"))
	for what, args := range map[string][]string{
		"binding a name":   {"name", "bind", "cutoff", "corbaloc::127.0.0.1:1/x"},
		"calling the bank": {"call", "--timeout", "1m", "--idl", "../demo/bank/bank.idl", "corbaname::" + far.address + "#bank/branch", "list"},
	} {
		_, err := f.dsom(far, args...)
		if err == nil || !strings.Contains(err.Error(), "TRANSIENT") || strings.Contains(err.Error(), "YES") {
			t.Errorf("%s at the machine that is cut off: %v", what, err)
		}
		t.Logf("%s at the machine that is cut off: %v", what, err)
	}
	cable("up")
	for _, d := range f.all {
		f.eventually(d.name+" knows all again", func() bool { return f.machines(d) == "far m0 m1" })
	}
	f.eventually("what was bound meanwhile is known there", func() bool {
		out, err := f.dsom(far, "name", "ls")
		return err == nil && strings.Contains(out, "meanwhile")
	})
	deposit()
	if got, err := account.Balance(t.Context()); err != nil || got < float64(deposits) || got > float64(deposits+doubtful) {
		t.Errorf("the balance is %v after %d deposits, and %d of which nobody knows, %v", got, deposits, doubtful, err)
	}
	if banks := f.banks(); len(banks) != 1 {
		t.Errorf("the bank's processes are %v", banks)
	}
}
