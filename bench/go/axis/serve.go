// Package axis is this ORB's side of the axes: the server and the client whose cost is measured
// against the number of objects, adapters, operations, and so on.
package axis

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"

	"peers/gen/axes"
	"peers/gen/opscalls"
	"peers/load"
)

// Main runs a server or a client:
//
//	server PORT AXIS N SEED
//	client PORT AXIS N CALLS SEED
//
// as bench/README.md has it. What is drawn follows from SEED.
func Main(args []string) error {
	if len(args) < 5 {
		return fmt.Errorf("usage: server PORT AXIS N SEED | client PORT AXIS N CALLS SEED")
	}
	num := make([]int, len(args)-3)
	for i, s := range args[3:] {
		var err error
		if num[i], err = strconv.Atoi(s); err != nil {
			return err
		}
	}
	port, axis, n := args[1], args[2], num[0]
	random := rand.New(rand.NewPCG(uint64(num[len(num)-1]), uint64(n)))
	if args[0] == "server" {
		return serve(port, axis, n, random)
	}
	return call(port, axis, n, num[1], random)
}

// A server is what one axis needs at one size.
type server struct {
	root   *poa.Root
	random *rand.Rand
	nodes  []axes.Node
}

func serve(port, axis string, n int, random *rand.Rand) error {
	lim := new(limits.Limits)
	lim.Set(limits.ConnectionsPerAddress, limits.Unlimited)
	lim.Set(limits.AdapterDepth, limits.Unlimited)
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:" + port}, Limits: lim, BiDir: orb.BiDir{Accept: true}})
	if err != nil {
		return err
	}
	s := &server{root: poa.New(o), random: random}
	began := time.Now()
	if err := s.make(axis, n); err != nil {
		return err
	}
	took := time.Since(began)
	if _, err := s.root.ActivateKey("Echo", axes.HubClass.Servant(&hub{server: s})); err != nil {
		return err
	}
	load.Serve(map[string]float64{"made_ns": float64(took)})
	return nil
}

// make makes the objects, in the adapters that the axis asks for.
func (s *server) make(axis string, n int) error {
	switch axis {
	case "objects":
		at, err := s.root.Create(s.name(0), poa.Options{IDAssignment: poa.UserID})
		if err != nil {
			return err
		}
		for i := range n {
			if err := s.add(at, i); err != nil {
				return err
			}
		}
	case "flat":
		for i := range n {
			at, err := s.root.Create(s.name(i), poa.Options{IDAssignment: poa.UserID})
			if err != nil {
				return err
			}
			if err := s.add(at, i); err != nil {
				return err
			}
		}
	case "deep":
		at := s.root.POA
		for i := range n {
			var err error
			if at, err = at.Create(s.name(i), poa.Options{IDAssignment: poa.UserID}); err != nil {
				return err
			}
		}
		return s.add(at, 0)
	case "first", "last", "drawn":
		ops, ok := opscalls.Sets[n]
		if !ok {
			return fmt.Errorf("no interface has %d operations", n)
		}
		_, err := s.root.ActivateKey("Ops", ops.Servant())
		return err
	default:
		at, err := s.root.Create(s.name(0), poa.Options{IDAssignment: poa.UserID, Bidirectional: poa.Both})
		if err != nil {
			return err
		}
		return s.add(at, 0)
	}
	return nil
}

// add makes an object of a drawn id, which i keeps apart from others.
func (s *server) add(at *poa.POA, i int) error {
	n := new(node)
	ref, err := axes.NodeClass.ActivateWithID(at, s.name(i), n)
	if err == nil {
		n.self = axes.NodeClass.Unchecked(ref)
		s.nodes = append(s.nodes, n.self)
	}
	return err
}

// name draws a name of 8 to 31 octets, which i keeps apart from others.
func (s *server) name(i int) string {
	b := strconv.AppendInt(nil, int64(i), 36)
	b = append(b, '-')
	for n := 8 + s.random.IntN(24); len(b) < n; {
		b = append(b, "abcdefghijklmnopqrstuvwxyz"[s.random.IntN(26)])
	}
	return string(b)
}

// A node is the servant of a Node.
type node struct {
	axes.NodeBase
	self axes.Node
}

func (*node) Ping(context.Context) error { return nil }

func (*node) Sleep(_ context.Context, microseconds uint32) error {
	time.Sleep(time.Duration(microseconds) * time.Microsecond)
	return nil
}

func (*node) Reply(_ context.Context, octets uint32) (axes.Bytes, error) {
	return make(axes.Bytes, octets), nil
}

func (n *node) Nest(ctx context.Context, other axes.Node, levels uint32) (uint32, error) {
	if levels == 0 {
		return 0, nil
	}
	below, err := other.Nest(ctx, n.self, levels-1)
	return below + 1, err
}

// A hub is the servant of the Hub.
type hub struct {
	axes.HubBase
	server *server
}

func (*hub) Ping(context.Context) error { return nil }

func (h *hub) Find(_ context.Context, first, count uint32) (axes.Nodes, error) {
	all := h.server.nodes
	from := min(int(first), len(all))
	return all[from:min(from+int(count), len(all))], nil
}
