package orb_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/exact"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
)

// The child of TestExactIdleConnections finds in its environment whom to connect to.
const envIdleAddress = "DSOM_TEST_IDLE_ADDRESS"

const (
	idleConnections = 10000
	idlePerAddress  = 900     // the limit is 1,000
	idleMemory      = 8 << 10 // octets of heap and stack a connection: the gate
)

// TestExactIdleConnections holds 10,000 connections that do nothing, from a process of their own
// and a dozen addresses, while another client is served; and what each costs.
func TestExactIdleConnections(t *testing.T) {
	if addr := os.Getenv(envIdleAddress); addr != "" {
		holdIdle(t, addr)
		return
	}
	exact.Start(t)
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil || files.Cur < idleConnections+200 {
		absent.Skip(t, "%d open files allowed, %d are needed", files.Cur, idleConnections+200)
	}
	lim := new(limits.Limits)
	lim.Set(limits.Connections, idleConnections+100)
	o, root := newORB(t, func(c *orb.Config) { c.Limits = lim })
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
		t.Fatal(err)
	}
	addr := o.Endpoints()[0].Address()
	e, err := EchoClass.Bind(t.Context(), newClient(t, nil), "corbaloc:iiop:1.2@"+addr+"/Echo")
	if err != nil {
		t.Fatal(err)
	}
	memory := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before := memory()

	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestExactIdleConnections$", "-test.count=1")
	child.Env = append(os.Environ(), envIdleAddress+"="+addr)
	stop, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer stop.Close()
	if line, err := bufio.NewReader(said).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the child said %q, %v", line, err)
	}
	until(t, func() bool { return o.Connections() > idleConnections })
	for range 100 {
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	each := (memory() - before) / idleConnections
	t.Logf("%d octets of heap and stack for an idle connection", each)
	if each > idleMemory {
		t.Errorf("an idle connection costs %d octets of heap and stack, the gate is %d", each, idleMemory)
	}
	stop.Close()
	until(t, func() bool { return o.Connections() <= 1 })
	if err := e.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// holdIdle is the child: it opens connections, calls once on each, and waits for the end of its input.
func holdIdle(t *testing.T, addr string) {
	ping := cdr.NewEncoder(nil, true, nil)
	m := giop.BeginRequest(ping, cdr.V12, &giop.RequestHead{ID: 1, Flags: giop.SyncTarget, Key: []byte("Echo"), Operation: "ping"})
	giop.Finish(ping, m)
	for i := range idleConnections {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i/idlePerAddress))}}
		c, err := d.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write(ping.Bytes()); err != nil {
			t.Fatal(err)
		}
		head := make([]byte, giop.HeaderSize)
		if _, err := io.ReadFull(c, head); err != nil || !strings.HasPrefix(string(head), "GIOP") {
			t.Fatalf("connection %d: %q, %v", i, head, err)
		}
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}
