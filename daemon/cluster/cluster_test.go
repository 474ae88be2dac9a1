package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// After which silence a machine is dead: where that is waited for, and where none is to be taken for dead because this host is busy.
const (
	dead     = cluster.LeastDeadAfter
	lateDead = cluster.DefaultDeadAfter
)

func local(t testing.TB, dir string) store.Store {
	t.Helper()
	s, err := bbolt.Open(filepath.Join(dir, "dsom.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// A machine is one of a test's, with what it was told of its claims.
type machine struct {
	*cluster.Cluster
	view *storetest.View
	own  store.Store

	mu   sync.Mutex
	told []cluster.Loss
}

func (m *machine) tell(l cluster.Loss) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = append(m.told, l)
}

func (m *machine) was(l cluster.Loss) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Contains(m.told, l)
}

// join has a machine come to a store. The first that comes says after which silence machines are dead there.
func join(t testing.TB, view *storetest.View, own store.Store, name string, after time.Duration) *machine {
	t.Helper()
	c, err := cluster.Join(t.Context(), cluster.Options{Store: view, Local: own, Name: name, DeadAfter: after, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{Cluster: c, view: view, own: own}
	if err := c.Enter(t.Context(), []string{name + ":3053"}, nil, m.tell); err != nil {
		t.Fatal(err)
	}
	return m
}

// fleet returns so many machines on one store, where they are dead after such a silence.
func fleet(t testing.TB, n int, after time.Duration) (*storetest.Hub, []*machine) {
	t.Helper()
	hub := storetest.NewHub()
	var all []*machine
	for i := range n {
		m := join(t, hub.View(), local(t, t.TempDir()), fmt.Sprint("m", i), after)
		t.Cleanup(m.Close)
		all = append(all, m)
	}
	return hub, all
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for this: %s", what)
		}
	}
}

// TestUnreadClaim damages a claim: whoever gets the server then has it when the machine that had it has to have ended it, and that one is sure of it no more.
func TestUnreadClaim(t *testing.T) {
	t.Parallel()
	hub, all := fleet(t, 2, dead)
	u := implrepo.NewUUID()
	if p, err := all[0].Find(t.Context(), u, implrepo.Any); err != nil || !p.Here {
		t.Fatalf("got %+v, %v", p, err)
	}
	view, key := hub.View(), "cluster/claim/"+u.String()
	e, err := view.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if _, err := view.Commit(t.Context(), store.Update(key, []byte("{"), e.Revision)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the machine that had it is not sure of it", func() bool { left, _ := all[0].Holds(u); return left == 0 })
	p, err := all[1].Find(t.Context(), u, implrepo.Any)
	if err != nil || !p.Here {
		t.Fatalf("got %+v, %v", p, err)
	}
	if after := time.Since(begun); after < dead {
		t.Errorf("another had it after %v, when the one before may have it for %v", after, dead)
	}
	if _, fence := all[1].Holds(u); fence <= e.Revision {
		t.Errorf("its number is %d, not above %d", fence, e.Revision)
	}
}

// TestOneClaims has many ask for servers of any machine by all daemons at the same moment, with copies that lag behind: each server is one machine's, and all
// say the same.
func TestOneClaims(t *testing.T) {
	t.Parallel()
	_, all := fleet(t, 4, lateDead)
	for round := range 20 {
		u := implrepo.NewUUID()
		for _, m := range all {
			m.view.Hold(rand.IntN(2) == 0)
		}
		var here atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			m := all[i%len(all)]
			wg.Go(func() {
				p, err := m.Find(t.Context(), u, implrepo.Any)
				if err != nil {
					t.Error(err)
				}
				if left, _ := m.Holds(u); p.Here != (left > 0) {
					t.Errorf("%s: here %v, held for %v", m.Name(), p.Here, left)
				}
			})
		}
		wg.Wait()
		who := ""
		for _, m := range all {
			m.view.Hold(false)
			if m.Has(u) {
				here.Add(1)
			}
			p := m.Where(u, implrepo.Any)
			if who == "" {
				who = p.Machine
			}
			if p.Machine != who || p.Here != (m.Name() == who) {
				t.Errorf("%s says %+v, and others %s", m.Name(), p, who)
			}
		}
		if here.Load() != 1 {
			t.Errorf("round %d: %d machines have it", round, here.Load())
		}
	}
}

// TestCutOff parts a machine from the store. It is told in time that its claims are over; only when that has been is another sure of
// them; and when it comes back it has nothing more, under another epoch.
func TestCutOff(t *testing.T) {
	t.Parallel()
	_, all := fleet(t, 3, dead)
	u := implrepo.NewUUID()
	if p, err := all[0].Find(t.Context(), u, implrepo.Any); err != nil || !p.Here {
		t.Fatal(p, err)
	}
	_, fence := all[0].Holds(u)
	epoch := all[0].Machines()[0].Epoch
	all[0].view.Cut(true)
	found := make(chan error, 1)
	go func() {
		for {
			ctx, cancel := context.WithTimeout(t.Context(), 10*dead)
			p, err := all[1].Find(ctx, u, implrepo.Any)
			cancel()
			if err == nil && !p.Here && t.Context().Err() == nil { // it is not noticed yet
				time.Sleep(time.Millisecond)
				continue
			}
			if left, _ := all[0].Holds(u); left > 0 {
				err = errors.Join(err, fmt.Errorf("two machines have the server, one for %v still", left))
			}
			if !all[0].was(cluster.Over) {
				err = errors.Join(err, errors.New("the one that is cut off was not told that its claims are over"))
			}
			found <- err
			return
		}
	}()
	eventually(t, "it is told that its claims will be over", func() bool { return all[0].was(cluster.Waning) })
	if err := <-found; err != nil {
		t.Fatal(err)
	}
	if _, next := all[1].Holds(u); next <= fence {
		t.Errorf("the number of the claim is %d, and was %d", next, fence)
	}
	eventually(t, "who waits at the one that is cut off is told in time", func() bool {
		limited, cancel := context.WithTimeout(t.Context(), dead/2)
		defer cancel()
		_, err := all[0].Find(limited, implrepo.NewUUID(), implrepo.Any)
		if !errors.Is(err, cluster.ErrUnclear) && !errors.Is(err, context.DeadlineExceeded) { // the latter if this host slept over both
			t.Fatalf("who is cut off: got %v, want %v", err, cluster.ErrUnclear)
		}
		return errors.Is(err, cluster.ErrUnclear)
	})
	all[0].view.Cut(false)
	eventually(t, "it is back", func() bool { return all[0].was(cluster.Back) && len(all[2].Machines()) == 3 && all[0].Sure() })
	if all[0].Has(u) || all[0].Machines()[0].Epoch == epoch {
		t.Error("it has the server again, or is who it was")
	}
	if p, err := all[0].Find(t.Context(), u, implrepo.Any); err != nil || p.Here || p.Machine != all[1].Name() {
		t.Errorf("got %+v, %v", p, err)
	}
}

// TestDeadOnce has a machine found dead and come back, and nobody claim meanwhile what it had: its claim is from before its death, and so is nobody's.
func TestDeadOnce(t *testing.T) {
	t.Parallel()
	_, all := fleet(t, 2, dead)
	u := implrepo.NewUUID()
	if p, err := all[0].Find(t.Context(), u, implrepo.Any); err != nil || !p.Here {
		t.Fatal(p, err)
	}
	all[0].view.Cut(true)
	eventually(t, "it is found dead", func() bool { return len(all[1].Machines()) == 1 })
	all[0].view.Cut(false)
	eventually(t, "it is back", func() bool { return len(all[1].Machines()) == 2 && all[0].Sure() })
	if p := all[1].Where(u, implrepo.Any); p.Machine != "" {
		t.Errorf("the server is somebody's: %+v", p)
	}
	if p, err := all[1].Find(t.Context(), u, implrepo.Any); err != nil || !p.Here {
		t.Errorf("got %+v, %v", p, err)
	}
}

// TestShortCut parts a machine from the store for less than it takes to be dead: it keeps its claims, though it may have been told that it has to end what
// they are for.
func TestShortCut(t *testing.T) {
	t.Parallel()
	_, all := fleet(t, 2, 8*time.Second) // between its hold and its death are 3.2 s
	u := implrepo.NewUUID()
	if p, err := all[0].Find(t.Context(), u, implrepo.Any); err != nil || !p.Here {
		t.Fatal(p, err)
	}
	all[0].view.Cut(true)
	eventually(t, "it is not sure of its claims", func() bool { return all[0].was(cluster.Over) })
	all[0].view.Cut(false)
	eventually(t, "it is sure again", all[0].Sure)
	left, _ := all[0].Holds(u)
	p, err := all[1].Find(t.Context(), u, implrepo.Any)
	if left <= 0 || err != nil || p.Machine != all[0].Name() {
		t.Errorf("held for %v; the other says %+v, %v", left, p, err)
	}
}

// TestRestartKeeps has a daemon end and another come up at its state before it is dead: the claims are there. One that leaves gives them up at once.
func TestRestartKeeps(t *testing.T) {
	t.Parallel()
	hub, all := fleet(t, 2, lateDead)
	own, view := local(t, t.TempDir()), hub.View()
	m := join(t, view, own, "restarted", lateDead)
	u := implrepo.NewUUID()
	if p, err := m.Find(t.Context(), u, implrepo.Any); err != nil || !p.Here {
		t.Fatal(p, err)
	}
	m.Close() // without a word
	m = join(t, view, own, "restarted", lateDead)
	if left, _ := m.Holds(u); left <= 0 {
		t.Error("the claim is not its own any more")
	}
	begun := time.Now()
	if err := m.Leave(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.Close()
	if p, err := all[0].Find(t.Context(), u, implrepo.Any); err != nil || !p.Here || time.Since(begun) > lateDead/2 {
		t.Errorf("after %v: got %+v, %v", time.Since(begun), p, err)
	}
}

// TestFixed holds that a server of one machine is that machine's, up or not.
func TestFixed(t *testing.T) {
	t.Parallel()
	_, all := fleet(t, 2, lateDead)
	u := implrepo.NewUUID()
	for _, c := range []struct {
		on   string
		want cluster.Place
		away bool
	}{
		{"m0", cluster.Place{Here: true, Machine: "m0", Up: true}, false},
		{"", cluster.Place{}, true}, // else it would be here, and on every other machine
		{"m1", cluster.Place{Machine: "m1", Up: true, Addresses: []string{"m1:3053"}}, false},
		{"gone", cluster.Place{Machine: "gone"}, true},
	} {
		p, err := all[0].Find(t.Context(), u, c.on)
		var away *cluster.AwayError
		if fmt.Sprint(p) != fmt.Sprint(c.want) || errors.As(err, &away) != c.away || err != nil && !c.away {
			t.Errorf("%q: got %+v, %v", c.on, p, err)
		}
	}
	if n := all[0].Beside(5); len(n) != 1 || n[0].Name != "m1" {
		t.Errorf("beside it is %v", n)
	}
}

// TestJoin holds what states belong together.
func TestJoin(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	fill := func(s store.Store, name string) implrepo.Record {
		t.Helper()
		r, err := implrepo.New(s).Add(ctx, implrepo.Record{Name: name, Command: []string{"x"}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	try := func(view *storetest.View, own store.Store, name string) (*cluster.Cluster, error) {
		c, err := cluster.Join(ctx, cluster.Options{Store: view, Local: own, Name: name, DeadAfter: dead})
		if err == nil {
			t.Cleanup(c.Close)
		}
		return c, err
	}
	hub := storetest.NewHub()
	full, empty, other := local(t, t.TempDir()), local(t, t.TempDir()), local(t, t.TempDir())
	had := fill(full, "bank")
	for i := range 600 { // more than a commit takes
		if _, err := full.Commit(ctx, store.Create(fmt.Sprintf("naming/context/c%d", i), nil)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := full.Commit(ctx, store.Create("daemon/identity", []byte(fmt.Sprintf(`{"uuid":%q,"host":"h"}`, had.UUID)))); err != nil {
		t.Fatal(err)
	}
	fill(other, "ledger")
	a, err := try(hub.View(), full, "a")
	if err != nil {
		t.Fatal(err)
	}
	if a.UUID() != had.UUID {
		t.Errorf("the identity is %v, and was %v: references are void", a.UUID(), had.UUID)
	}
	r, err := implrepo.New(hub.View()).Get(ctx, had.UUID)
	if err != nil || r.On != "a" || r.Name != "bank" {
		t.Errorf("got %+v, %v", r, err)
	}
	n := 0
	for _, err := range store.All(ctx, hub.View(), "naming/") {
		if n++; err != nil {
			t.Fatal(err)
		}
	}
	if n != 600 {
		t.Errorf("%d of 600 entries were taken over", n)
	}
	b, err := try(hub.View(), empty, "b")
	if err != nil || b.UUID() != a.UUID() {
		t.Errorf("got %v", err)
	}
	var refused *cluster.JoinError
	for what, err := range map[string]error{
		"a state with servers of its own": second(try(hub.View(), other, "c")),
		"a state of another store":        second(try(storetest.NewHub().View(), empty, "b")),
		"another name":                    second(try(hub.View(), empty, "c")),
		"a name that is a word":           second(try(hub.View(), local(t, t.TempDir()), "any")),
		"a name with a slash":             second(try(hub.View(), local(t, t.TempDir()), "a/b")),
	} {
		if !errors.As(err, &refused) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if name, err := cluster.Joined(ctx, empty); name != "b" || err != nil {
		t.Errorf("got %q, %v", name, err)
	}
	if name, err := cluster.Joined(ctx, other); name != "" || err != nil {
		t.Errorf("got %q, %v", name, err)
	}
	broken := errors.New("the disk does not answer")
	if name, err := cluster.Joined(ctx, unread{other, broken}); !errors.Is(err, broken) {
		t.Errorf("of a state that is not to be read is said %q, %v", name, err)
	}
}

// unread is a store of which nothing that was put aside can be read.
type unread struct {
	store.Store
	err error
}

func (u unread) Get(ctx context.Context, key string) (store.Entry, error) {
	if strings.HasPrefix(key, store.PrefixAside) {
		return store.Entry{}, u.err
	}
	return u.Store.Get(ctx, key)
}

func second[T any](_ T, err error) error { return err }

// TestSeedIsResumed has a machine die in the middle of filling a new store, which another cannot take for its own then, and which it completes itself.
func TestSeedIsResumed(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	hub := storetest.NewHub()
	own := local(t, t.TempDir())
	if _, err := own.Commit(ctx, store.Create("naming/context/a", nil), store.Create("naming/context/b", nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := hub.View().Commit(ctx, store.Create("naming/context/a", nil)); err != nil {
		t.Fatal(err)
	}
	c, err := cluster.Join(ctx, cluster.Options{Store: hub.View(), Local: own, Name: "a", DeadAfter: dead})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := hub.View().Get(ctx, "naming/context/b"); err != nil {
		t.Error(err)
	}
}

// TestTwoOfAName has two machines with one name: the second is refused while the first is up, and takes its place when that is dead.
func TestTwoOfAName(t *testing.T) {
	t.Parallel()
	hub := storetest.NewHub()
	first := join(t, hub.View(), local(t, t.TempDir()), "same", dead)
	c, err := cluster.Join(t.Context(), cluster.Options{Store: hub.View(), Local: local(t, t.TempDir()), Name: "same", DeadAfter: dead})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var refused *cluster.JoinError
	if err := c.Enter(t.Context(), nil, nil, func(cluster.Loss) {}); !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
	first.Close()
	if err := c.Enter(t.Context(), nil, nil, func(cluster.Loss) {}); err != nil {
		t.Errorf("the first is dead: got %v", err)
	}
}
