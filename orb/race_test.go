package orb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// A course is a network, under any name, in which hosts take their time, and all lead to one server. A host is called for what it does:
// dead never answers, refuses says no, 300ms takes that long, and late-300ms does whether it is given up meanwhile or not; deaf ones behave so with TLS in front of the name.
type course struct {
	name   string
	inside *mem.Network

	mu     sync.Mutex
	began  time.Time
	dialed []string // host at time
	open   *atomic.Int32
}

func (c *course) Name() string { return c.name }

// InProcess is as package mem has it.
func (c *course) InProcess() {}

func (c *course) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	return c.inside.Listen(ctx, e)
}

func (c *course) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	c.mu.Lock()
	c.dialed = append(c.dialed, fmt.Sprintf("%s:%s at %v", c.name, e.Host, time.Since(c.began)))
	c.mu.Unlock()
	host, late := strings.CutPrefix(e.Host, "late-")
	switch {
	case strings.HasPrefix(host, "dead"):
		<-ctx.Done()
		return nil, ctx.Err()
	case host == "refuses":
		return nil, syscall.ECONNREFUSED
	}
	d, err := time.ParseDuration(host)
	if err != nil {
		return nil, err
	}
	if late {
		time.Sleep(d)
		ctx = context.WithoutCancel(ctx)
	} else {
		select {
		case <-time.After(d):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	t, err := c.inside.Dial(ctx, transport.Endpoint{Network: mem.Name, Host: "server", Port: 1})
	if err != nil {
		return nil, err
	}
	c.open.Add(1)
	return &counting{Conn: t, open: c.open}, nil
}

// A counting connection is counted until it is closed.
type counting struct {
	transport.Conn
	open *atomic.Int32
	once sync.Once
}

func (c *counting) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

// referenceTo makes a reference of profiles: the host of each, "tls-" in front of it if it offers TLS.
func referenceTo(key []byte, hosts ...string) *ior.IOR {
	r := &ior.IOR{TypeID: echoID}
	for _, h := range hosts {
		p := ior.IIOP{Version: cdr.V12, Host: h, Port: 1, Key: key}
		if host, ok := strings.CutPrefix(h, "tls-"); ok {
			p.Host = host
			p.Components = []ior.Component{ior.SSL{Supports: ior.Integrity | ior.Confidentiality, Port: 2}.Component()}
		}
		r.Profiles = append(r.Profiles, p.Profile())
	}
	return r
}

// TestRace holds, in virtual time, when each address of a reference is tried, which of them the call goes over, and that of those that were slower no connection stays.
func TestRace(t *testing.T) {
	t.Parallel()
	const headStart = 250 * time.Millisecond
	for _, c := range []struct {
		name   string
		hosts  []string
		within time.Duration // 0: a minute
		dialed []string
		took   time.Duration
		kind   exc.Kind // 0: the call succeeds
		minor  uint32
	}{
		{name: "one", hosts: []string{"1s"}, dialed: []string{"tcp:1s at 0s"}, took: time.Second},
		{name: "the first is quick enough", hosts: []string{"200ms", "0s"}, dialed: []string{"tcp:200ms at 0s"}, took: 200 * time.Millisecond},
		{name: "the first is dead", hosts: []string{"dead", "10ms"}, dialed: []string{"tcp:dead at 0s", "tcp:10ms at 250ms"}, took: headStart + 10*time.Millisecond},
		{name: "the first refuses", hosts: []string{"refuses", "10ms"}, dialed: []string{"tcp:refuses at 0s", "tcp:10ms at 0s"}, took: 10 * time.Millisecond},
		{name: "the first wins for all its slowness", hosts: []string{"300ms", "400ms"}, dialed: []string{"tcp:300ms at 0s", "tcp:400ms at 250ms"}, took: 300 * time.Millisecond},
		{name: "the first comes when nobody wants it", hosts: []string{"late-900ms", "0s"}, dialed: []string{"tcp:late-900ms at 0s", "tcp:0s at 250ms"}, took: headStart},
		{name: "one after the other", hosts: []string{"dead", "dead.too", "refuses", "5ms"}, dialed: []string{"tcp:dead at 0s", "tcp:dead.too at 250ms", "tcp:refuses at 500ms", "tcp:5ms at 500ms"}, took: 505 * time.Millisecond},
		{name: "none answers", hosts: []string{"dead", "refuses"}, within: 3 * time.Second, dialed: []string{"tcp:dead at 0s", "tcp:refuses at 250ms"}, took: 3 * time.Second, kind: exc.Timeout},
		{name: "all refuse", hosts: []string{"refuses", "refuses"}, dialed: []string{"tcp:refuses at 0s"}, kind: exc.Transient, minor: exc.MinorConnect},
		{name: "TLS that is slow is not undercut", hosts: []string{"0s", "tls-2s"}, dialed: []string{"tls:2s at 0s"}, took: 2 * time.Second},
		{name: "TLS that refuses is not either", hosts: []string{"tls-refuses", "0s"}, dialed: []string{"tls:refuses at 0s"}, kind: exc.Transient, minor: exc.MinorConnect},
		{name: "TLS beside TLS", hosts: []string{"tls-dead", "0s", "tls-10ms"}, dialed: []string{"tls:dead at 0s", "tls:10ms at 250ms"}, took: 260 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				inside, open := mem.New(), new(atomic.Int32)
				_, root := newORB(t, func(o *orb.Config) { o.Transports, o.Listen = transport.Set{inside}, []string{"mem:server:1"} })
				ref, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo)))
				if err != nil {
					t.Fatal(err)
				}
				plain, tls := &course{name: "tcp", inside: inside, open: open}, &course{name: "tls", inside: inside, open: open}
				client := newClient(t, func(o *orb.Config) { o.Transports = transport.Set{plain, tls} })
				e := EchoClass.Unchecked(client.NewRef(referenceTo([]byte(ref.ObjectKey()), c.hosts...)))
				begin := time.Now()
				plain.began, tls.began = begin, begin
				if c.within == 0 {
					c.within = time.Minute
				}
				err = e.Ping(within(t, c.within))
				took := time.Since(begin)
				if c.kind == 0 && err != nil {
					t.Errorf("got %v", err)
				}
				if c.kind != 0 {
					if sys := kindOf(t, err); sys.Kind != c.kind || c.minor != 0 && sys.Minor != c.minor || sys.Completed != exc.No {
						t.Errorf("got %v", err)
					}
				}
				if took != c.took {
					t.Errorf("took %v, not %v", took, c.took)
				}
				time.Sleep(time.Second)
				synctest.Wait()
				if got := append(plain.dialed, tls.dialed...); c.name != "all refuse" && !slices.Equal(got, c.dialed) {
					t.Errorf("connected to %q, not %q", got, c.dialed)
				}
				want := 1
				if c.kind != 0 {
					want = 0
				}
				if n := int(open.Load()); n != want {
					t.Errorf("%d connections stay, not %d", n, want)
				}
				if c.kind == 0 { // over what is there
					if err := e.Ping(t.Context()); err != nil || time.Since(begin) != took+time.Second {
						t.Errorf("the next call: %v, after %v", err, time.Since(begin))
					}
				}
			})
		})
	}
}

// TestRaceAndOthers: an address that another call waits for is not given up by one for which it was too slow.
func TestRaceAndOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inside, open := mem.New(), new(atomic.Int32)
		_, root := newORB(t, func(o *orb.Config) { o.Transports, o.Listen = transport.Set{inside}, []string{"mem:server:1"} })
		ref, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo)))
		if err != nil {
			t.Fatal(err)
		}
		net := &course{name: "tcp", inside: inside, open: open, began: time.Now()}
		lim := new(limits.Limits)
		lim.Set(limits.HeadStart, int64(time.Millisecond))
		client := newClient(t, func(o *orb.Config) { o.Transports, o.Limits = transport.Set{net}, lim })
		key := []byte(ref.ObjectKey())
		var wait sync.WaitGroup
		for _, hosts := range [][]string{{"700ms"}, {"700ms", "3ms"}} {
			e := EchoClass.Unchecked(client.NewRef(referenceTo(key, hosts...)))
			wait.Go(func() {
				if err := e.Ping(t.Context()); err != nil {
					t.Errorf("%q: %v", hosts, err)
				}
			})
		}
		wait.Wait()
		if want := []string{"tcp:700ms at 0s", "tcp:3ms at 1ms"}; !slices.Equal(net.dialed, want) {
			t.Errorf("connected to %q, not %q", net.dialed, want)
		}
		if n := open.Load(); n != 2 {
			t.Errorf("%d connections, not 2", n)
		}
	})
}

// TestRaceGivenUp: a call that is given up leaves what it began to the next.
func TestRaceGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inside, open := mem.New(), new(atomic.Int32)
		_, root := newORB(t, func(o *orb.Config) { o.Transports, o.Listen = transport.Set{inside}, []string{"mem:server:1"} })
		ref, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo)))
		if err != nil {
			t.Fatal(err)
		}
		net := &course{name: "tcp", inside: inside, open: open, began: time.Now()}
		client := newClient(t, func(o *orb.Config) { o.Transports = transport.Set{net} })
		e := EchoClass.Unchecked(client.NewRef(referenceTo([]byte(ref.ObjectKey()), "5s")))
		for range 2 {
			if err := e.Ping(within(t, time.Second)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		}
		if err := e.Ping(within(t, 4*time.Second)); err != nil {
			t.Error(err)
		}
		if len(net.dialed) != 1 {
			t.Errorf("connected to %q", net.dialed)
		}
	})
}

// TestParting: a connection that some call goes over is not closed by one that was faster elsewhere, whichever of them tells first.
func TestParting(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		how   []orb.Parting
		ended bool
	}{
		{[]orb.Parting{orb.Took, orb.Lost}, false},
		{[]orb.Parting{orb.Lost, orb.Took}, false},
		{[]orb.Parting{orb.Lost, orb.Took, orb.Lost}, false},
		{[]orb.Parting{orb.Other, orb.Took, orb.Lost}, false},
		{[]orb.Parting{orb.Lost, orb.Other}, false},
		{[]orb.Parting{orb.Lost}, true},
		{[]orb.Parting{orb.Lost, orb.Lost}, true},
	} {
		if got := orb.Parted(c.how...); got != c.ended {
			t.Errorf("%v: ended %t", c.how, got)
		}
	}
}
