package implrepo_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func open(t *testing.T, dir string) store.Store {
	t.Helper()
	s, err := bbolt.Open(filepath.Join(dir, "dsom.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestLifeOfARecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	repo, ctx := implrepo.New(s), t.Context()
	in := implrepo.Record{Name: "Bank", Command: []string{"/bin/bank", "-v"}, Dir: "/tmp", Env: []string{"A=b=c"}, StartTimeout: time.Second}
	got, err := repo.Add(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if got.UUID == (implrepo.UUID{}) || got.Created.IsZero() || got.Revision == 0 || got.Activation != implrepo.OnDemand {
		t.Errorf("not filled in: %+v", got)
	}
	in.Command[0] = "changed by the caller"
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	repo = implrepo.New(open(t, dir))
	for _, name := range []string{"Bank", "bank", "BANK"} {
		again, err := repo.ByName(ctx, name)
		if err != nil || !cmp.Equal(again, got) {
			t.Errorf("%s after a restart: got %+v, %v, want %+v", name, again, err, got)
		}
	}
	if got.Command[0] != "/bin/bank" {
		t.Error("the record shares memory with the caller's")
	}
	changed, err := repo.Update(ctx, got.UUID, func(r *implrepo.Record) error {
		r.Name, r.Disabled, r.UUID, r.Created = "bank2", true, implrepo.NewUUID(), time.Time{}
		return nil
	})
	if err != nil || changed.UUID != got.UUID || !changed.Created.Equal(got.Created) || !changed.Disabled {
		t.Errorf("got %+v, %v", changed, err)
	}
	if err := repo.Settle(ctx, got.UUID, "Bank"); err != nil {
		t.Error(err)
	}
	if _, err := repo.ByName(ctx, "bank"); !errors.Is(err, implrepo.ErrUnknown) {
		t.Errorf("its old name: got %v, want %v", err, implrepo.ErrUnknown)
	}
	if _, err := repo.Add(ctx, implrepo.Record{Name: "bank", Command: []string{"x"}}); err != nil {
		t.Errorf("its old name is not free: %v", err)
	}
	if err := remove(ctx, repo, got.UUID); err != nil {
		t.Error(err)
	}
	if err := remove(ctx, repo, got.UUID); !errors.Is(err, implrepo.ErrUnknown) {
		t.Errorf("removed twice: got %v, want %v", err, implrepo.ErrUnknown)
	}
	if list, err := repo.List(ctx); err != nil || len(list) != 1 || list[0].Name != "bank" {
		t.Errorf("got %v, %v", list, err)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	repo, ctx := implrepo.New(open(t, t.TempDir())), t.Context()
	have, err := repo.Add(ctx, implrepo.Record{Name: "there", Command: []string{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	good := func(change func(r *implrepo.Record)) implrepo.Record {
		r := implrepo.Record{Name: "new", Command: []string{"/bin/x"}}
		change(&r)
		return r
	}
	for field, recs := range map[string][]implrepo.Record{
		"name": {
			good(func(r *implrepo.Record) { r.Name = "" }),
			good(func(r *implrepo.Record) { r.Name = strings.Repeat("x", implrepo.MaxName+1) }),
			good(func(r *implrepo.Record) { r.Name = "a/b" }),
			good(func(r *implrepo.Record) { r.Name = ".." }),
			good(func(r *implrepo.Record) { r.Name = "-v" }),
			good(func(r *implrepo.Record) { r.Name = "a b" }),
			good(func(r *implrepo.Record) { r.Name = "bänk" }),
			good(func(r *implrepo.Record) { r.Name = "a\x00" }),
		},
		"command": {
			good(func(r *implrepo.Record) { r.Command, r.Activation = nil, implrepo.OnDemand }),
			good(func(r *implrepo.Record) { r.Command = []string{""} }),
			good(func(r *implrepo.Record) { r.Command = []string{"./x"} }),
			good(func(r *implrepo.Record) { r.Command = []string{"a/x"} }),
			good(func(r *implrepo.Record) { r.Command = []string{"x", "\x00"} }),
			good(func(r *implrepo.Record) { r.Command = []string{"x", strings.Repeat("y", implrepo.MaxCommand)} }),
		},
		"dir": {good(func(r *implrepo.Record) { r.Dir = "relative" })},
		"env": {
			good(func(r *implrepo.Record) { r.Env = []string{"A"} }),
			good(func(r *implrepo.Record) { r.Env = []string{"=a"} }),
			good(func(r *implrepo.Record) { r.Env = []string{"A=\x00"} }),
			good(func(r *implrepo.Record) { r.Env = []string{"DSOM_SERVER_TOKEN=x"} }),
			good(func(r *implrepo.Record) { r.Env = []string{"A=" + strings.Repeat("y", implrepo.MaxEnv)} }),
		},
		"activation":    {good(func(r *implrepo.Record) { r.Activation = "sometimes" })},
		"start_timeout": {good(func(r *implrepo.Record) { r.StartTimeout = -1 })},
		"stop_timeout":  {good(func(r *implrepo.Record) { r.StopTimeout = 2 * implrepo.MaxTimeout })},
	} {
		for _, r := range recs {
			var e *implrepo.InvalidError
			if _, err := repo.Add(ctx, r); !errors.As(err, &e) || e.Field != field {
				t.Errorf("%+.100v: got %v, want an error in %s", r, err, field)
			}
		}
	}
	if _, err := repo.Add(ctx, implrepo.Record{Name: "THERE", Command: []string{"x"}}); !errors.Is(err, implrepo.ErrExists) {
		t.Errorf("the same name: got %v, want %v", err, implrepo.ErrExists)
	}
	if _, err := repo.Add(ctx, implrepo.Record{Name: "new", Command: []string{"x"}, UUID: have.UUID}); !errors.Is(err, implrepo.ErrExists) {
		t.Errorf("the same UUID: got %v, want %v", err, implrepo.ErrExists)
	}
	if _, err := repo.Add(ctx, implrepo.Record{Name: "other", Command: []string{"x"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := repo.Update(ctx, have.UUID, func(r *implrepo.Record) error { r.Name = "other"; return nil }); !errors.Is(err, implrepo.ErrExists) {
		t.Errorf("renamed to another's name: got %v, want %v", err, implrepo.ErrExists)
	}
	stop := errors.New("stop")
	if _, err := repo.Update(ctx, have.UUID, func(*implrepo.Record) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v, want %v", err, stop)
	}
	if _, err := repo.Get(ctx, implrepo.NewUUID()); !errors.Is(err, implrepo.ErrUnknown) {
		t.Errorf("got %v, want %v", err, implrepo.ErrUnknown)
	}
	if _, err := repo.ByName(ctx, "../etc"); !errors.Is(err, implrepo.ErrUnknown) {
		t.Errorf("got %v, want %v", err, implrepo.ErrUnknown)
	}
	if list, err := repo.List(ctx); err != nil || len(list) != 2 {
		t.Errorf("what was refused is there: %v, %v", list, err)
	}
}

// TestOneOfMany holds that a name goes to one of those who ask at the same time, and that
// changes at the same time are all kept.
func TestOneOfMany(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			repo := implrepo.New(s)
			r, err := repo.Add(t.Context(), implrepo.Record{Name: "one", Command: []string{"x"}})
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, implrepo.ErrExists) {
				t.Error(err)
			}
			if r, err = repo.ByName(t.Context(), "one"); err != nil {
				t.Error(err)
			}
			if _, err := repo.Update(t.Context(), r.UUID, func(r *implrepo.Record) error {
				r.Env = append(r.Env, fmt.Sprintf("V%d=", i))
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d registered the name, want 1", won.Load())
	}
	if r, err := implrepo.New(s).ByName(t.Context(), "one"); err != nil || len(r.Env) != 8 {
		t.Errorf("got %v, %v, want 8 variables", r.Env, err)
	}
}

// TestModel compares random programs with a map.
func TestModel(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(base, "")
		if err != nil {
			rt.Fatal(err)
		}
		s, err := bbolt.Open(filepath.Join(dir, "dsom.db"), bbolt.Options{})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		repo, ctx := implrepo.New(s), t.Context()
		want := map[string]implrepo.UUID{} // by name in lower case
		name := rapid.SampledFrom([]string{"a", "A", "b", "c.d", "C.D", "e-1"})
		check := func(rt *rapid.T, err error, ok bool, refusal error) {
			if ok != (err == nil) || err != nil && !errors.Is(err, refusal) {
				rt.Fatalf("got %v, should succeed: %v", err, ok)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"add": func(rt *rapid.T) {
				n := name.Draw(rt, "name")
				_, taken := want[strings.ToLower(n)]
				r, err := repo.Add(ctx, implrepo.Record{Name: n, Command: []string{"x"}})
				check(rt, err, !taken, implrepo.ErrExists)
				if err == nil {
					want[strings.ToLower(n)] = r.UUID
				}
			},
			"rename": func(rt *rapid.T) {
				from, to := name.Draw(rt, "from"), name.Draw(rt, "to")
				u, known := want[strings.ToLower(from)]
				if !known {
					return
				}
				other, taken := want[strings.ToLower(to)]
				r, err := repo.Update(ctx, u, func(r *implrepo.Record) error { r.Name = to; return nil })
				check(rt, err, !taken || other == u, implrepo.ErrExists)
				if err == nil {
					check(rt, repo.Settle(ctx, u, r.Was), true, nil)
					delete(want, strings.ToLower(from))
					want[strings.ToLower(to)] = u
				}
			},
			"remove": func(rt *rapid.T) {
				n := strings.ToLower(name.Draw(rt, "name"))
				u, known := want[n]
				check(rt, remove(ctx, repo, u), known, implrepo.ErrUnknown)
				delete(want, n)
			},
			"": func(rt *rapid.T) {
				list, err := repo.List(ctx)
				if err != nil {
					rt.Fatal(err)
				}
				var got []string
				for _, r := range list {
					got = append(got, strings.ToLower(r.Name))
					if r.UUID != want[strings.ToLower(r.Name)] {
						rt.Fatalf("%s is %v, want %v", r.Name, r.UUID, want[strings.ToLower(r.Name)])
					}
				}
				if names := slices.Sorted(maps.Keys(want)); !slices.Equal(got, names) {
					rt.Fatalf("got %v, want %v", got, names)
				}
			},
		})
	})
}

func FuzzParseUUID(f *testing.F) {
	f.Add("01234567-89ab-cdef-0123-456789abcdef")
	f.Add("01234567-89AB-CDEF-0123-456789ABCDEF")
	f.Add("0123456789abcdef0123456789abcdef")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := implrepo.ParseUUID(s)
		if err == nil && u.String() != strings.ToLower(s) {
			t.Errorf("got %v for %q", u, s)
		}
	})
}

// TestNameBefore holds that the name which a server had is nobody's until what is kept under it has been moved.
func TestNameBefore(t *testing.T) {
	t.Parallel()
	repo, ctx := implrepo.New(open(t, t.TempDir())), t.Context()
	bank, err := repo.Add(ctx, implrepo.Record{Name: "bank", Was: "shop"})
	if err != nil || bank.Was != "" {
		t.Fatal(bank.Was, err)
	}
	rename := func(to string) (implrepo.Record, error) {
		return repo.Update(ctx, bank.UUID, func(r *implrepo.Record) error { r.Name, r.Was = to, ""; return nil })
	}
	was := func(want string) {
		t.Helper()
		if r, err := repo.Get(ctx, bank.UUID); err != nil || r.Was != want {
			t.Errorf("it was %q, %v, want %q", r.Was, err, want)
		}
	}
	if r, err := rename("shop"); err != nil || r.Was != "bank" {
		t.Fatal(r.Was, err)
	}
	for _, to := range []string{"mall", "bank", "Shop"} {
		if _, err := rename(to); !errors.Is(err, implrepo.ErrMoving) {
			t.Errorf("another name, %s: %v", to, err)
		}
	}
	if _, err := rename("shop"); err != nil { // a change of something else
		t.Error(err)
	}
	was("bank")
	if _, err := repo.Add(ctx, implrepo.Record{Name: "Bank"}); !errors.Is(err, implrepo.ErrExists) {
		t.Errorf("another of the name: %v", err)
	}
	if _, err := repo.ByName(ctx, "bank"); !errors.Is(err, implrepo.ErrUnknown) {
		t.Errorf("by the name: %v", err)
	}
	if err := repo.Settle(ctx, bank.UUID, "farm"); err != nil {
		t.Error(err)
	}
	was("bank")
	for range 2 {
		if err := repo.Settle(ctx, bank.UUID, "bank"); err != nil {
			t.Error(err)
		}
		was("")
	}
	other, err := repo.Add(ctx, implrepo.Record{Name: "bank"})
	if err != nil {
		t.Error(err)
	}
	if err := remove(ctx, repo, other.UUID); err != nil {
		t.Error(err)
	}

	if _, err := rename("SHOP"); err != nil { // the same name, and other ones of what is kept
		t.Error(err)
	}
	was("shop")
	if err := repo.Settle(ctx, bank.UUID, "shop"); err != nil {
		t.Error(err)
	}
	if r, err := repo.ByName(ctx, "shop"); err != nil || r.UUID != bank.UUID {
		t.Errorf("by its name: %v, %v", r.UUID, err)
	}
	if _, err := rename("mall"); err != nil {
		t.Error(err)
	}
	if err := remove(ctx, repo, bank.UUID); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"shop", "mall"} {
		if _, err := repo.Add(ctx, implrepo.Record{Name: name}); err != nil {
			t.Errorf("%s is not free: %v", name, err)
		}
	}
}

// remove removes a server, and lets others have its names.
func remove(ctx context.Context, repo *implrepo.Repo, u implrepo.UUID) error {
	left, err := repo.Remove(ctx, u)
	for _, l := range left {
		err = errors.Join(err, repo.Free(ctx, l))
	}
	return err
}

// TestLeft holds that the names of a server that is removed, also the one before, are nobody's until they are freed, and then whose they become.
func TestLeft(t *testing.T) {
	t.Parallel()
	repo, ctx := implrepo.New(open(t, t.TempDir())), t.Context()
	r, err := repo.Add(ctx, implrepo.Record{Name: "Bank"})
	if err == nil {
		_, err = repo.Update(ctx, r.UUID, func(r *implrepo.Record) error { r.Name = "shop"; return nil })
	}
	if err != nil {
		t.Fatal(err)
	}
	left, err := repo.Remove(ctx, r.UUID)
	if err != nil || len(left) != 2 {
		t.Fatal(left, err)
	}
	if all, damaged, err := repo.Left(ctx); err != nil || damaged != nil || !slices.Contains(all, left[0]) || !slices.Contains(all, left[1]) || len(all) != 2 {
		t.Errorf("left are %v, %v, want %v", all, err, left)
	}
	for _, l := range left {
		if _, err := repo.ByName(ctx, l.Name); !errors.Is(err, implrepo.ErrUnknown) {
			t.Errorf("by the name %s: %v", l.Name, err)
		}
		again := implrepo.Record{Name: strings.ToUpper(l.Name), UUID: l.Server} // the same server
		if _, err := repo.Add(ctx, again); !errors.Is(err, implrepo.ErrExists) {
			t.Errorf("another %s: %v", l.Name, err)
		}
		if _, err := repo.StillLeft(l)(ctx); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := repo.Free(ctx, l); err != nil {
				t.Error(err)
			}
		}
		if _, err := repo.StillLeft(l)(ctx); !errors.Is(err, implrepo.ErrUnknown) {
			t.Errorf("when it is free: %v", err)
		}
		if again, err = repo.Add(ctx, again); err != nil {
			t.Fatal(err)
		}
		if err := repo.Free(ctx, l); err != nil {
			t.Error(err)
		}
		if _, err := repo.ByName(ctx, l.Name); err != nil {
			t.Errorf("the next of the name: %v", err)
		}
		if err := remove(ctx, repo, again.UUID); err != nil {
			t.Error(err)
		}
	}
}
