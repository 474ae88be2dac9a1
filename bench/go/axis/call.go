package axis

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"

	"peers/gen/axes"
	"peers/gen/opscalls"
	"peers/load"
	"peers/rawgiop"
)

// callers is how many call at once what is to be called once before it is measured.
const callers = 16

// batch is how many references Find is asked for at once.
const batch = 1000

// A client is one that calls the server at a port.
type client struct {
	orb    *orb.ORB
	at     string
	random *rand.Rand
}

func call(port, axis string, n, calls int, random *rand.Rand) error {
	if axis == "connections" {
		return connections("127.0.0.1:"+port, n, calls, random)
	}
	ctx := context.Background()
	var cfg orb.Config
	switch axis {
	case "one":
		cfg.BiDir.Offer = true
	case "two":
		cfg.Listen = []string{"tcp:127.0.0.1:0"}
	}
	o, err := orb.New(cfg)
	if err != nil {
		return err
	}
	c := &client{o, "corbaloc:iiop:1.2@127.0.0.1:" + port + "/", random}
	switch axis {
	case "first", "last", "drawn":
		return c.operations(ctx, axis, n, calls)
	}
	all, err := c.nodes(ctx)
	if err != nil {
		return err
	}
	node := all[0]
	switch axis {
	case "objects", "flat", "deep":
		return c.walk(ctx, all, calls)
	case "replies":
		return load.Calls(calls, func() error {
			k := n - random.IntN(n/16+1)
			b, err := node.Reply(ctx, uint32(k))
			if err == nil && len(b) != k {
				err = fmt.Errorf("got %d octets of %d", len(b), k)
			}
			return err
		})
	case "one", "two":
		return c.nested(ctx, axis, node, n, calls)
	case "slow":
		return c.slow(ctx, node, n, calls)
	}
	return load.Calls(calls, func() error { return node.Ping(ctx) })
}

// nodes gets the references of all of the server's nodes: one at least.
func (c *client) nodes(ctx context.Context) (all axes.Nodes, err error) {
	ref, err := c.orb.Resolve(ctx, c.at+"Echo")
	if err != nil {
		return nil, err
	}
	for hub := axes.HubClass.Unchecked(ref); ; {
		some, err := hub.Find(ctx, uint32(len(all)), batch)
		switch {
		case err != nil:
			return nil, err
		case len(some) == 0 && len(all) == 0:
			return nil, errors.New("the server has no objects")
		case len(some) == 0:
			return all, nil
		}
		all = append(all, some...)
	}
}

// walk calls all objects in a drawn order, over and over. Each is called once before it is measured:
// the first call through a reference costs more.
func (c *client) walk(ctx context.Context, all axes.Nodes, calls int) error {
	var first sync.WaitGroup
	failed := make(chan error, callers)
	for part := range slices.Chunk(all, max(1, len(all)/callers)) {
		first.Go(func() {
			for _, n := range part {
				if err := n.Ping(ctx); err != nil {
					select {
					case failed <- err:
					default:
					}
					return
				}
			}
		})
	}
	first.Wait()
	select {
	case err := <-failed:
		return err
	default:
	}
	c.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	i := 0
	return load.Calls(calls, func() error {
		err := all[i].Ping(ctx)
		if i++; i == len(all) {
			i = 0
		}
		return err
	})
}

// connections calls over a drawn one of n connections. It is no ORB's client, since those share connections.
func connections(addr string, n, calls int, random *rand.Rand) error {
	all := make([]*rawgiop.Conn, n)
	for i := range all {
		c, err := rawgiop.Dial(addr)
		if err != nil {
			return err
		}
		defer c.Close()
		if err := c.Ping(); err != nil {
			return err
		}
		all[i] = c
	}
	return load.Calls(calls, func() error { return all[random.IntN(n)].Ping() })
}

// operations calls the first, the last, or drawn ones of n operations.
func (c *client) operations(ctx context.Context, which string, n, calls int) error {
	set, ok := opscalls.Sets[n]
	if !ok {
		return fmt.Errorf("no interface has %d operations", n)
	}
	ref, err := c.orb.Resolve(ctx, c.at+"Ops")
	if err != nil {
		return err
	}
	all := set.Bind(ref)
	return load.Calls(calls, func() error {
		switch which {
		case "first":
			return all[0](ctx)
		case "last":
			return all[len(all)-1](ctx)
		}
		return all[c.random.IntN(len(all))](ctx)
	})
}

// nested makes calls that come back, n levels deep, over one connection or two.
func (c *client) nested(ctx context.Context, connections string, there axes.Node, n, calls int) error {
	opt := poa.Options{IDAssignment: poa.UserID}
	if connections == "one" {
		opt.Bidirectional = poa.Both
	}
	at, err := poa.New(c.orb).Create("callbacks", opt)
	if err != nil {
		return err
	}
	me := new(node)
	ref, err := axes.NodeClass.ActivateWithID(at, "me", me)
	if err != nil {
		return err
	}
	me.self = axes.NodeClass.Unchecked(ref)
	return load.Calls(calls, func() error {
		got, err := there.Nest(ctx, me.self, uint32(n))
		if err == nil && got != uint32(n) {
			err = fmt.Errorf("went %d levels deep, not %d", got, n)
		}
		return err
	})
}

// slow calls a quick operation while n calls of a slow one are under way all the time.
func (c *client) slow(ctx context.Context, there axes.Node, n, calls int) error {
	stop := make(chan struct{})
	failed := make(chan error, n)
	for range n {
		random := rand.New(rand.NewPCG(c.random.Uint64(), 0))
		go func() {
			for {
				select {
				case <-stop:
					failed <- nil
					return
				default:
				}
				if err := there.Sleep(ctx, slowFor(random)); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	time.Sleep(20 * time.Millisecond) // until they are under way
	err := load.Calls(calls, func() error { return there.Ping(ctx) })
	close(stop)
	for range n {
		err = errors.Join(err, <-failed)
	}
	return err
}

// slowFor draws how long a slow operation takes, in microseconds: 10 to 30 ms.
func slowFor(random *rand.Rand) uint32 { return 10000 + random.Uint32N(20000) }
