package implrepo_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A counting store counts how often it is read.
type counting struct {
	store.Store
	gets int
}

func (c *counting) Get(ctx context.Context, key string) (store.Entry, error) {
	c.gets++
	return c.Store.Get(ctx, key)
}

// TestMend loses what belongs to a server, each by itself, and holds what becomes of its name and its UUID.
func TestMend(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		key    func(u string) string
		value  string // in its place; "": it is removed
		known  bool   // the server is there afterwards
		reason error  // what who asks for it is told else

		unmended bool // it happens while it is served
	}{
		"its record is garbled":         {func(u string) string { return "server/" + u }, "{", false, store.ErrCorrupt, false},
		"its record is garbled later":   {func(u string) string { return "server/" + u }, "{", false, store.ErrCorrupt, true},
		"its record is another's":       {func(u string) string { return "server/" + u }, `{"name":"bank","uuid":"318b90ac-f2a1-4825-a534-9b91cb63feb4"}`, false, store.ErrCorrupt, false},
		"its record has no name":        {func(u string) string { return "server/" + u }, `{}`, false, store.ErrCorrupt, false},
		"its record is gone":            {func(u string) string { return "server/" + u }, "", false, implrepo.ErrUnknown, false},
		"its name is garbled":           {func(string) string { return "server-name/bank" }, "x", true, nil, false},
		"its name is gone":              {func(string) string { return "server-name/bank" }, "", true, nil, false},
		"its name is left by another's": {func(string) string { return "server-name/bank" }, "318b90ac-f2a1-4825-a534-9b91cb63feb4 shop", true, nil, false},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), bbolt.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = b.Close() }()
			s, ctx := &counting{Store: b}, t.Context()
			p := implrepo.New(s)
			bank, err := p.Add(ctx, implrepo.Record{Name: "bank"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Add(ctx, implrepo.Record{Name: "other"}); err != nil {
				t.Fatal(err)
			}
			e, err := s.Get(ctx, c.key(bank.UUID.String()))
			if err != nil {
				t.Fatal(err)
			}
			op := store.Delete(e.Key, e.Revision)
			if c.value != "" {
				op = store.Update(e.Key, []byte(c.value), e.Revision)
			}
			if _, err := s.Commit(ctx, op); err != nil {
				t.Fatal(err)
			}
			if c.unmended {
				if _, err := p.ByName(ctx, "bank"); !errors.Is(err, c.reason) {
					t.Errorf("got %v, want %v", err, c.reason)
				}
				if l, err := p.Abandon(ctx, "bank"); err != nil || l.Server != bank.UUID {
					t.Errorf("it is given up: %+v, %v", l, err)
				}
				return
			}
			if done, err := implrepo.Mend(ctx, s); err != nil || len(done) == 0 && c.reason != implrepo.ErrUnknown {
				t.Errorf("mended %v, %v", done, err)
			}
			if done, err := implrepo.Mend(ctx, s); err != nil || len(done) > 0 {
				t.Errorf("mended again: %v, %v", done, err)
			}
			if all, err := p.List(ctx); err != nil || len(all) != 1 && !c.known || len(all) != 2 && c.known {
				t.Errorf("there are %v, %v", all, err)
			}
			s.gets = 0
			r, err := p.ByName(ctx, "bank")
			if s.gets > 4 {
				t.Errorf("it is read %d times", s.gets)
			}
			if c.known {
				if err != nil || r.UUID != bank.UUID {
					t.Errorf("got %+v, %v", r, err)
				}
				return
			}
			if !errors.Is(err, c.reason) {
				t.Errorf("got %+v, %v, want %v", r, err, c.reason)
			}
			if _, err := p.Get(ctx, bank.UUID); !errors.Is(err, c.reason) {
				t.Errorf("by its UUID: %v, want %v", err, c.reason)
			}
			if _, err := p.Add(ctx, implrepo.Record{Name: "bank", UUID: implrepo.NewUUID()}); !errors.Is(err, implrepo.ErrExists) {
				t.Errorf("another server gets the name: %v", err)
			}
			l, err := p.Abandon(ctx, "bank")
			if err != nil || l.Server != bank.UUID {
				t.Errorf("it is given up: %+v, %v", l, err)
			}
			if err := p.Free(ctx, l); err != nil {
				t.Error(err)
			}
			if _, err := p.Get(ctx, bank.UUID); !errors.Is(err, implrepo.ErrUnknown) {
				t.Errorf("what was given up: %v", err)
			}
			if _, err := p.Abandon(ctx, "other"); !errors.Is(err, implrepo.ErrUnknown) {
				t.Errorf("one that is whole is given up: %v", err)
			}
			if _, err := p.Add(ctx, implrepo.Record{Name: "bank", UUID: implrepo.NewUUID()}); err != nil {
				t.Errorf("the name is not free: %v", err)
			}
		})
	}
}

// TestAbandonNeeded loses the record of a server that another comes after: it is not given up before that is changed, nor if another comes to be meanwhile.
func TestAbandonNeeded(t *testing.T) {
	t.Parallel()
	b, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	s, ctx := &between{Store: b}, t.Context()
	p := implrepo.New(s)
	bank, err := p.Add(ctx, implrepo.Record{Name: "bank"})
	if err != nil {
		t.Fatal(err)
	}
	shop, err := p.Add(ctx, implrepo.Record{Name: "shop", After: []implrepo.UUID{bank.UUID}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.Get(ctx, "server/"+bank.UUID.String())
	if err != nil {
		t.Fatal(err)
	}
	rotten := store.Update(e.Key, []byte("{"), e.Revision)
	if _, err := s.Commit(ctx, rotten); err != nil {
		t.Fatal(err)
	}
	if _, err := implrepo.Mend(ctx, s); err != nil {
		t.Fatal(err)
	}
	after := func(u ...implrepo.UUID) {
		if _, err := p.Update(ctx, shop.UUID, func(r *implrepo.Record) error { r.After = u; return nil }); err != nil {
			t.Error(err)
		}
	}
	refused := func() {
		t.Helper()
		_, err := p.Abandon(ctx, "bank")
		var needed *implrepo.NeededError
		if !errors.As(err, &needed) || needed.Name != "bank" || len(needed.By) != 1 || needed.By[0] != "shop" {
			t.Errorf("got %v", err)
		}
		if _, err := p.Get(ctx, bank.UUID); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("what was not given up: %v", err)
		}
	}
	refused()
	after()
	order, err := s.Get(ctx, "server-order")
	if err != nil {
		t.Fatal(err)
	}
	s.before = func() { // as by another process, which has read the record of bank before it was lost
		now, err := b.Get(ctx, "server/"+shop.UUID.String())
		if err == nil {
			_, err = b.Commit(ctx, store.Update(now.Key, []byte(strings.Replace(string(now.Value), `"shop"`, `"shop","after":["`+bank.UUID.String()+`"]`, 1)), now.Revision), store.Update(order.Key, order.Value, order.Revision))
		}
		if err != nil {
			t.Error(err)
		}
	}
	refused()
	after()
	if l, err := p.Abandon(ctx, "bank"); err != nil || l.Server != bank.UUID {
		t.Errorf("it is given up: %+v, %v", l, err)
	}
}

// A between store does something once, before a commit.
type between struct {
	store.Store
	before func()
}

func (b *between) Commit(ctx context.Context, ops ...store.Op) (uint64, error) {
	if do := b.before; do != nil {
		b.before = nil
		do()
	}
	return b.Store.Commit(ctx, ops...)
}

// TestNameOfAnother has a name lead to a server that is called otherwise: it is nobody's, and whoever registers it has it.
func TestNameOfAnother(t *testing.T) {
	t.Parallel()
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	p, ctx := implrepo.New(s), t.Context()
	shop, err := p.Add(ctx, implrepo.Record{Name: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(ctx, store.Create("server-name/bank", []byte(shop.UUID.String()))); err != nil {
		t.Fatal(err)
	}
	if _, err := p.ByName(ctx, "bank"); !errors.Is(err, implrepo.ErrUnknown) {
		t.Errorf("got %v", err)
	}
	bank, err := p.Add(ctx, implrepo.Record{Name: "bank"})
	if err != nil || bank.UUID == shop.UUID {
		t.Errorf("got %+v, %v", bank, err)
	}
	for name, want := range map[string]implrepo.UUID{"bank": bank.UUID, "shop": shop.UUID} {
		if r, err := p.ByName(ctx, name); err != nil || r.UUID != want {
			t.Errorf("%s is %+v, %v", name, r, err)
		}
	}
}

// TestRemoveWithoutItsName removes servers whose names' entries are lost, or another's: that one keeps its name.
func TestRemoveWithoutItsName(t *testing.T) {
	t.Parallel()
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	p, ctx := implrepo.New(s), t.Context()
	other := implrepo.NewUUID()
	for name, with := range map[string]store.Op{"lost": {}, "anothers": store.Create("server-name/anothers", []byte(other.String()))} {
		r, err := p.Add(ctx, implrepo.Record{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Get(ctx, "server-name/"+name)
		if err == nil {
			_, err = s.Commit(ctx, store.Delete(e.Key, e.Revision))
		}
		if err == nil && with.Key != "" {
			_, err = s.Commit(ctx, with)
		}
		if err != nil {
			t.Fatal(err)
		}
		if left, err := p.Remove(ctx, r.UUID); err != nil || len(left) != 0 {
			t.Errorf("%s: got %v, %v", name, left, err)
		}
		if _, err := p.Get(ctx, r.UUID); !errors.Is(err, implrepo.ErrUnknown) {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	if e, err := s.Get(ctx, "server-name/anothers"); err != nil || string(e.Value) != other.String() {
		t.Errorf("the other's name is %q, %v", e.Value, err)
	}
}
