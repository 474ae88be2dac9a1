package poa_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// TestFindAllocations: finding an object, and the end of its request, allocate nothing, whether it is
// in the map, named by its whole key, or of the default servant.
func TestFindAllocations(t *testing.T) {
	_, root := newORB(t, nil)
	w := &worker{}
	deep := mustAdapter(t, mustAdapter(t, root.POA, "a", persistent), "b", persistent)
	byDefault := mustAdapter(t, root.POA, "c", poa.Options{
		IDAssignment: poa.UserID, IDUniqueness: poa.MultipleID, RequestProcessing: poa.UseDefaultServant, DefaultServant: w,
	})
	for name, ref := range map[string]*orb.Ref{
		"root":    must[*orb.Ref](t)(root.Activate(&worker{})),
		"plain":   must[*orb.Ref](t)(root.ActivateKey("plain", &worker{})),
		"below":   must[*orb.Ref](t)(deep.ActivateWithID("x", &worker{})),
		"default": must[*orb.Ref](t)(byDefault.Reference("x", workerInterface)),
	} {
		q := orb.Query{Key: []byte(ref.ObjectKey()), Operation: "work"}
		if n := testing.AllocsPerRun(1000, func() { find(t, root, q) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func find(t testing.TB, root *poa.Root, q orb.Query) {
	target, err := root.Find(context.Background(), q)
	if err == nil {
		err = target.Scope.Release()
	}
	if err != nil || target.Servant == nil {
		t.Fatal(err)
	}
}

// BenchmarkFind is the adapter's part of a request for one object, against the number of objects and adapters, and the
// depth.
func BenchmarkFind(b *testing.B) {
	for _, n := range []int{1, 100, 10000} {
		b.Run(fmt.Sprintf("objects=%d", n), func(b *testing.B) {
			_, root := newORB(b, nil)
			benchmarkFind(b, root, n, func(int) *orb.Ref { return must[*orb.Ref](b)(root.Activate(&worker{})) })
		})
		b.Run(fmt.Sprintf("adapters=%d", n), func(b *testing.B) {
			_, root := newORB(b, nil)
			benchmarkFind(b, root, n, func(i int) *orb.Ref {
				return must[*orb.Ref](b)(mustAdapter(b, root.POA, fmt.Sprint(i), poa.Options{}).Activate(&worker{}))
			})
		})
	}
	for _, depth := range []int{1, 15} {
		b.Run(fmt.Sprintf("depth=%d", depth), func(b *testing.B) {
			_, root := newORB(b, nil)
			p := root.POA
			for range depth {
				p = mustAdapter(b, p, "p", poa.Options{})
			}
			benchmarkFind(b, root, 1, func(int) *orb.Ref { return must[*orb.Ref](b)(p.Activate(&worker{})) })
		})
	}
}

// benchmarkFind finds one of the n objects that make makes.
func benchmarkFind(b *testing.B, root *poa.Root, n int, make func(i int) *orb.Ref) {
	var q orb.Query
	for i := range n {
		ref := make(i)
		if i == n/2 {
			q = orb.Query{Key: []byte(ref.ObjectKey()), Operation: "work"}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		find(b, root, q)
	}
}

// BenchmarkActivate makes objects, of which there are more and more.
func BenchmarkActivate(b *testing.B) {
	_, root := newORB(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := root.Activate(&worker{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFindParallel is the same object found by all processors at once.
func BenchmarkFindParallel(b *testing.B) {
	_, root := newORB(b, nil)
	q := orb.Query{Key: []byte(must[*orb.Ref](b)(root.Activate(&worker{})).ObjectKey()), Operation: "work"}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			find(b, root, q)
		}
	})
}

// TestLocateRequest: a client that asks where an object is has it incarnated or located, and hears of forwards,
// but calls nothing.
func TestLocateRequest(t *testing.T) {
	t.Parallel()
	o, root := newNetworkORB(t)
	elsewhere := must[*orb.Ref](t)(root.Activate(&worker{}))
	k := &keeper{fail: t.Errorf}
	c := &clerk{pre: func(i poa.Invocation) (orb.Servant, any, error) {
		switch i.ID {
		case "gone":
			return nil, nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "gone")
		case "forwarded":
			return nil, nil, &orb.ForwardRequest{To: elsewhere}
		}
		return &worker{do: func(context.Context) error { t.Error("called"); return nil }}, nil, nil
	}}
	opt := locating
	opt.ServantLocator = c
	l, a := mustAdapter(t, root.POA, "l", opt), mustAdapter(t, root.POA, "a", withActivator(k))
	stopped := persistent
	stopped.Manager = new(poa.Manager)
	s := mustAdapter(t, root.POA, "s", stopped)
	if err := stopped.Manager.DiscardRequests(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		p    *poa.POA
		id   string
		want giop.LocateStatus
	}{
		{l, "x", giop.ObjectHere}, {l, "gone", giop.UnknownObject}, {l, "forwarded", giop.ObjectForward},
		{a, "x", giop.ObjectHere}, {s, "x", giop.LocSystemException},
	} {
		ref := must[*orb.Ref](t)(x.p.Reference(x.id, workerInterface))
		if got := locate(t, o, ref); got != x.want {
			t.Errorf("%s in %s: got %v, want %v", x.id, x.p.Path(), got, x.want)
		}
	}
	if got := fmt.Sprint(c.log); got != "[pre x _non_existent post x _non_existent <nil>  pre gone _non_existent pre forwarded _non_existent]" {
		t.Error(got)
	}
	if got := k.logged(); len(got) != 1 || got[0] != "incarnate x" {
		t.Errorf("got %q", got)
	}
}

// locate returns what o answers to a LocateRequest.
func locate(t *testing.T, o *orb.ORB, ref *orb.Ref) giop.LocateStatus {
	t.Helper()
	c := must[net.Conn](t)(net.Dial("tcp", o.Endpoints()[0].Address()))
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	e := cdr.NewEncoder(nil, true, nil)
	giop.PutLocateRequest(e, cdr.V12, 7, []byte(ref.ObjectKey()), nil)
	if _, err := c.Write(e.Bytes()); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, giop.HeaderSize+8)
	if _, err := io.ReadFull(c, b); err != nil {
		t.Fatal(err)
	}
	h, err := giop.ParseHeader(b)
	if err != nil || h.Type != giop.TypeLocateReply {
		t.Fatalf("got %v, %v", h, err)
	}
	d := cdr.NewDecoder(b[giop.HeaderSize:], h.Little, nil)
	d.ULong()
	return giop.LocateStatus(d.ULong())
}
