// Package natsserver runs servers of NATS, built from their Go module, for tests of what keeps state in them.
package natsserver

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/peer"
)

// built is where the program is, if it was built.
var built atomic.Value

// Remove removes the program, which all tests of the process have shared.
func Remove() {
	if dir, ok := built.Load().(string); ok {
		_ = os.RemoveAll(dir)
	}
}

// program builds the server, once. Who starts servers calls [Remove] in the end.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "natsserver")
	if err != nil {
		return "", err
	}
	built.Store(dir)
	path := filepath.Join(dir, "nats-server")
	out, err := exec.Command("go", "build", "-o", path, "github.com/nats-io/nats-server/v2").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// A Cluster is servers that keep streams together.
type Cluster struct {
	t     testing.TB
	nodes []*node
	whole context.Context // done when a server has ended by itself, which is the cause
	lose  context.CancelCauseFunc
}

type node struct {
	args []string
	url  string
	log  string

	mu      sync.Mutex
	running *process // nil: it does not run
}

// A process is one run of a server.
type process struct {
	cmd    *exec.Cmd
	killed atomic.Bool
	ended  chan struct{} // closed when it has
}

// Start runs n servers until the test ends, and returns when they take streams.
func Start(t testing.TB, n int) *Cluster {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{t: t}
	c.whole, c.lose = context.WithCancelCause(t.Context())
	ports := make([]int, 2*n)
	for i := range ports {
		ports[i] = freeport.Hold(t)
	}
	var routes []string
	for i := range n {
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", ports[n+i]))
	}
	for i := range n {
		dir := t.TempDir()
		conf := fmt.Sprintf("server_name: n%d\nlisten: \"127.0.0.1:%d\"\njetstream { store_dir: %q, sync_interval: always }\n", i, ports[i], filepath.Join(dir, "js"))
		if n > 1 {
			conf += fmt.Sprintf("cluster { name: c, listen: \"127.0.0.1:%d\", routes: [%s] }\n", ports[n+i], strings.Join(routes, ", "))
		}
		file := filepath.Join(dir, "conf")
		if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		c.nodes = append(c.nodes, &node{args: []string{path, "-c", file}, url: fmt.Sprintf("nats://127.0.0.1:%d", ports[i]), log: filepath.Join(dir, "log")})
	}
	t.Cleanup(func() {
		for i := range c.nodes {
			c.Kill(i)
		}
		if t.Failed() {
			for _, n := range c.nodes {
				log, _ := os.ReadFile(n.log)
				t.Logf("%s:\n%s", n.url, log[max(0, len(log)-1500):])
			}
		}
	})
	for i := range c.nodes {
		c.Run(i)
	}
	c.await()
	return c
}

// URLs are where the servers take clients.
func (c *Cluster) URLs() (all []string) {
	for _, n := range c.nodes {
		all = append(all, n.url)
	}
	return all
}

// Run starts a server that does not run. If it ends before it is killed the test fails.
func (c *Cluster) Run(i int) {
	c.t.Helper()
	n := c.nodes[i]
	n.mu.Lock()
	defer n.mu.Unlock()
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	p := &process{cmd: exec.Command(n.args[0], n.args[1:]...), ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	n.running = p
	go func() {
		defer close(p.ended)
		if err := p.cmd.Wait(); !p.killed.Load() {
			err = fmt.Errorf("the server of NATS at %s has ended by itself: %v", n.url, err)
			c.t.Error(err)
			c.lose(err)
		}
	}()
}

// Kill kills a server, without a chance to save anything.
func (c *Cluster) Kill(i int) {
	n := c.nodes[i]
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.running
	if p == nil {
		return
	}
	p.killed.Store(true)
	_ = p.cmd.Process.Kill()
	<-p.ended
	n.running = nil
}

// await waits until streams can be made.
func (c *Cluster) await() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.whole, peer.Patience)
	defer cancel()
	conn, err := nats.Connect(strings.Join(c.URLs(), ","), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		c.t.Fatal(err)
	}
	for ctx.Err() == nil {
		limited, done := context.WithTimeout(ctx, time.Second)
		_, err = js.CreateStream(limited, jetstream.StreamConfig{Name: "ready", Subjects: []string{"ready"}, Replicas: len(c.nodes)})
		done()
		if err == nil {
			return
		}
	}
	c.t.Fatalf("the cluster does not come up: %v: %v", context.Cause(ctx), err)
}
