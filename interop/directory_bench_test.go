package interop_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/interop/natsserver"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/nats"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// directoryNames is how many names the benchmarks of the directory have; DSOM_NAMES says another number.
const directoryNames = 20_000

// fill binds n names, in contexts of a thousand, a commit for 200 of them, as servers that come up would one by one: written past the tree, which would
// make a commit of each.
func fill(b *testing.B, s store.Store, n int) {
	b.Helper()
	const perContext, perCommit = 1000, 200
	ref := make([]byte, 180) // as long as a reference to a server's object with three addresses
	ref[0] = 'o'
	var wg sync.WaitGroup
	limit := make(chan struct{}, 8)
	commit := func(ops []store.Op) {
		limit <- struct{}{}
		wg.Go(func() {
			defer func() { <-limit }()
			if _, err := s.Commit(b.Context(), ops...); err != nil {
				b.Error(err)
			}
		})
	}
	var ops []store.Op
	for c := range (n + perContext - 1) / perContext {
		ops = append(ops, store.Create(fmt.Sprintf("naming/context/c%d", c), nil), store.Create(fmt.Sprintf("naming/binding/root/c%d.=", c), []byte(fmt.Sprintf("cc%d", c))))
	}
	ops = append(ops, store.Create("naming/context/root", nil))
	for len(ops) > 0 {
		k := min(len(ops), store.MaxOps)
		if _, err := s.Commit(b.Context(), ops[:k]...); err != nil {
			b.Fatal(err)
		}
		ops = ops[k:]
	}
	for i := range n {
		ops = append(ops, store.Create(fmt.Sprintf("naming/binding/c%d/object-%07d.=", i/perContext, i), ref))
		if len(ops) == perCommit || i == n-1 {
			commit(ops)
			ops = nil
		}
	}
	wg.Wait()
}

// open opens a store; a benchmark's.
func openDirectory(b *testing.B, c *natsserver.Cluster) store.Watcher {
	b.Helper()
	s, err := nats.Open(b.Context(), nats.Options{Servers: c.URLs()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// heap returns the octets in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkDirectory measures the directory of daemons that share a store of three servers: what a name takes in memory, how long a daemon takes to come
// up with all names, looking one up, binding one, alone and beside others, and how long others take to see it, with so many daemons that watch.
func BenchmarkDirectory(b *testing.B) {
	n := directoryNames
	if s := os.Getenv("DSOM_NAMES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	c := natsserver.Start(b, 3)
	s := openDirectory(b, c)
	begun := time.Now()
	fill(b, s, n)
	b.Logf("%d names were written in %v", n, time.Since(begun).Round(time.Millisecond))
	b.Run("open", func(b *testing.B) { // the copy and the tree of a daemon that comes up
		for range min(b.N, 3) { // each is many names
			before, begun := heap(), time.Now()
			o, err := nats.Open(b.Context(), nats.Options{Servers: c.URLs()})
			if err != nil {
				b.Fatal(err)
			}
			copied, took := heap(), time.Since(begun)
			x, err := tree.Open(b.Context(), o, tree.Limits{Bindings: 2 * n, Contexts: n, Octets: 1 << 30})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(copied-before)/float64(n), "B/name-copy")
			b.ReportMetric(float64(heap()-copied)/float64(n), "B/name-tree")
			b.ReportMetric(float64(n)/took.Seconds(), "names/s-read")
			x.Close()
			_ = o.Close()
			runtime.KeepAlive(x)
		}
	})
	x, err := tree.Open(b.Context(), s, tree.Limits{Bindings: 4 * n, Contexts: n, Octets: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	b.Run("resolve", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			i = (i + 7919) % n
			if _, err := x.Resolve(tree.Root, ior.Name{{ID: fmt.Sprint("c", i/1000)}, {ID: fmt.Sprintf("object-%07d", i)}}); err != nil {
				b.Fatal(err)
			}
		}
	})
	var bound atomic.Int64
	bind := func(x *tree.Tree) error {
		k := bound.Add(1)
		return x.Bind(b.Context(), tree.Root, ior.Name{{ID: fmt.Sprint("c", int(k)%(n/1000))}, {ID: fmt.Sprint("new-", k)}}, tree.Target{Ref: make([]byte, 180)})
	}
	b.Run("bind", func(b *testing.B) {
		for b.Loop() {
			if err := bind(x); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, daemons := range []int{1, 8, 32} { // each in this process, with a connection of its own
		b.Run(fmt.Sprintf("daemons=%d", daemons), func(b *testing.B) {
			hub := make([]*tree.Tree, daemons)
			for i := range hub {
				o := openDirectory(b, c)
				x, err := tree.Open(b.Context(), o, tree.Limits{Bindings: 4 * n, Contexts: n, Octets: 1 << 30})
				if err != nil {
					b.Fatal(err)
				}
				defer x.Close()
				hub[i] = x
			}
			ctx, stop := context.WithCancel(b.Context())
			defer stop()
			_, writes0, _ := hub[0].Sizes()
			var wg sync.WaitGroup
			begun := time.Now()
			var left atomic.Int64
			left.Store(int64(b.N))
			for _, x := range hub { // all bind at the same time
				wg.Go(func() {
					for left.Add(-1) >= 0 && ctx.Err() == nil {
						if err := bind(x); err != nil && !errors.Is(err, store.ErrConflict) {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			took := time.Since(begun)
			_, want, _ := hub[0].Sizes()
			b.ReportMetric(float64(want-writes0)/took.Seconds(), "binds/s")
			var lag time.Duration
			const rounds = 20
			for range rounds { // until the last of them has seen it
				if err := bind(hub[0]); err != nil {
					b.Fatal(err)
				}
				begun := time.Now()
				_, want, _ := hub[0].Sizes()
				for _, x := range hub {
					for {
						if _, has, _ := x.Sizes(); has >= want {
							break
						}
						runtime.Gosched()
					}
				}
				lag += time.Since(begun)
			}
			b.ReportMetric(float64(lag.Microseconds())/rounds, "µs-seen-by-all")
		})
	}
}
