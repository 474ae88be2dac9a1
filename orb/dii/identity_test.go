package dii_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/internal/bounded"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/typecode"
)

// knot is, as the compiler would have it, valuetype Knot { public Knot next; public sequence<any> more; public long id; };
type knot struct {
	next *knot
	more []dyn.Any
	id   int32
}

var knotCode = typecode.Value("IDL:Knot:1.0", "Knot", 0, nil,
	typecode.State{Name: "next", Type: typecode.Recursive("IDL:Knot:1.0"), Public: true},
	typecode.State{Name: "more", Type: typecode.Sequence(typecode.Any, 0), Public: true},
	typecode.State{Name: "id", Type: typecode.Long, Public: true})

var knotInfo = &cdr.ValueType{ID: knotCode.ID(), New: func() cdr.Value { return new(knot) }, TypeCode: knotCode}

func putKnots(e *cdr.Encoder, knots ...*knot) {
	for _, k := range knots {
		if k == nil {
			e.NullValue()
		} else {
			e.Value(k, knotInfo)
		}
	}
}

func getKnot(d *cdr.Decoder) *knot {
	k, _ := d.Value(knotInfo).(*knot)
	return k
}

func (*knot) IDLValue() *cdr.ValueType { return knotInfo }

func (k *knot) MarshalState(e *cdr.Encoder) {
	putKnots(e, k.next)
	e.Count(len(k.more))
	for _, a := range k.more {
		dyn.PutAny(e, a)
	}
	e.Long(k.id)
}

func (k *knot) UnmarshalState(d *cdr.Decoder) {
	k.next = getKnot(d)
	for range d.Count(4) {
		if k.more = append(k.more, dyn.GetAny(d)); d.Err() != nil {
			return
		}
	}
	k.id = d.Long()
}

// octets are the knots in a message of their own.
func octets(knots ...*knot) []byte {
	e := cdr.NewEncoder(nil, false, nil)
	putKnots(e, knots...)
	return e.Bytes()
}

// A dispatch is a servant that is one function.
type dispatch func(r *orb.ServerRequest)

func (f dispatch) Interface() *orb.Interface          { return &orb.Interface{ID: "IDL:Knots:1.0"} }
func (f dispatch) Implementation() any                { return &f }
func (f dispatch) Dispatch(r *orb.ServerRequest) bool { f(r); return true }

// exchange is Knot exchange(in Knot p, inout Knot q, out Knot r), which returns p, q and p.
var exchange = &dii.Signature{Operation: "exchange", Result: knotCode, Params: []dii.Param{{Name: "p", Type: knotCode}, {Name: "q", Direction: model.InOut, Type: knotCode}, {Name: "r", Direction: model.Out, Type: knotCode}}}

// knots returns a client's reference to a server that exchanges knots, and one to a bridge to it that knows them by their TypeCodes alone.
// The server tells the octets of what has come.
func knots(t *testing.T) (server, bridge *orb.Ref, came chan []byte) {
	t.Helper()
	start := func() *orb.ORB {
		o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := o.Shutdown(context.Background()); err != nil {
				t.Error(err)
			}
		})
		return o
	}
	activate := func(o *orb.ORB, s orb.Servant) *orb.Ref {
		ref, err := poa.New(o).Activate(s)
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	came = make(chan []byte, 1)
	client, between, far := start(), start(), start()
	object := activate(far, dispatch(func(r *orb.ServerRequest) {
		p, q := getKnot(&r.In), getKnot(&r.In)
		if r.Decoded() && r.Returned(nil) {
			came <- octets(p, q)
			putKnots(&r.Out, p, q, p)
		}
	}))
	on := between.NewRef(object.IOR())
	through := activate(between, dispatch(func(r *orb.ServerRequest) {
		dii.Serve(r, exchange, func(ctx context.Context, s *dii.Signature, args []dyn.Any) (dii.Results, error) {
			return dii.Call(ctx, on, s, args...)
		})
	}))
	return client.NewRef(object.IOR()), client.NewRef(through.IOR()), came
}

// TestIdentity: parameters and results of one request that share values do so behind an object and a call without
// generated code, anys in them included.
func TestIdentity(t *testing.T) {
	t.Parallel()
	_, bridge, came := knots(t)
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for n := range 50 {
		all := make([]*knot, 1+r.IntN(5))
		for i := range all {
			all[i] = &knot{id: int32(i)}
		}
		for _, k := range all {
			if r.IntN(4) > 0 {
				k.next = all[r.IntN(len(all))]
			}
			for range r.IntN(3) {
				k.more = append(k.more, dyn.Hold(knotCode, all[r.IntN(len(all))]))
			}
		}
		p, q := all[0], all[r.IntN(len(all))]
		c := orb.StartCall(t.Context(), bridge, "exchange", 0)
		for c.Next() {
			putKnots(&c.Out, p, q)
		}
		var back []*knot
		if c.Returned() {
			back = []*knot{getKnot(&c.In), getKnot(&c.In), getKnot(&c.In)}
		}
		if err := c.End(); err != nil {
			t.Fatalf("seed %d, graph %d: %v", seed, n, err)
		}
		if got, want := <-came, octets(p, q); !bytes.Equal(got, want) {
			t.Fatalf("seed %d, graph %d: there came\n%x, not\n%x", seed, n, got, want)
		}
		if got, want := octets(back...), octets(p, q, p); !bytes.Equal(got, want) || back[0] != back[2] || (back[0] == back[1]) != (p == q) {
			t.Fatalf("seed %d, graph %d: there came back\n%x, not\n%x", seed, n, got, want)
		}
	}
}

// TestHeldBomb: a value whose anys all hold it takes no more of a server than its octets allow.
func TestHeldBomb(t *testing.T) { // not parallel: memory is counted
	server, bridge, came := knots(t)
	const n = 1000
	bomb := &knot{id: 1}
	for range n {
		bomb.more = append(bomb.more, dyn.Hold(knotCode, bomb))
	}
	size := len(octets(bomb))
	bound := bounded.Bound{PerOctet: 512, Least: 8 << 20, Time: 20 * time.Microsecond, Patience: bounded.Patience}
	for _, at := range []*orb.Ref{server, bridge} {
		bound.Run(t, size, func() {
			c := orb.StartCall(t.Context(), at, "exchange", 0)
			for c.Next() {
				putKnots(&c.Out, bomb, nil)
			}
			if c.Returned() {
				k := getKnot(&c.In)
				if getKnot(&c.In) != nil || getKnot(&c.In) != k || k == nil || len(k.more) != n || !holds(k.more[n-1], k) {
					t.Error("it comes back as another")
				}
			}
			if err := c.End(); err != nil && !strings.Contains(err.Error(), "decoded-size") {
				t.Error(err)
			}
			<-came
		})
	}
}

func holds(a dyn.Any, k *knot) bool {
	got, ok := a.Value().(*knot)
	return ok && got == k
}
