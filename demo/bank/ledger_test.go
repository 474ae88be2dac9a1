package bank

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

// reopen returns the ledger in a folder.
func reopen(t *testing.T, dir string) (*ledger, store.Store) {
	t.Helper()
	s, err := bbolt.Open(filepath.Join(dir, "ledger.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := openLedger(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return l, s
}

func TestLedger(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	l, s := reopen(t, dir)
	for _, name := range []string{"bob", "ada"} {
		if err := l.open(ctx, name); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		from, to string
		amount   float64
		left     float64
		want     any // of the error; nil: none
	}{
		{"", "ada", 100, 100, nil},
		{"ada", "", 30, 70, nil},
		{"ada", "bob", 20, 50, nil},
		{"ada", "ada", 50, 50, nil},
		{"ada", "bob", 51, 0, new(*bank.InsufficientFunds)},
		{"ada", "", math.Inf(1), 0, new(*bank.InvalidAmount)},
		{"", "ada", math.NaN(), 0, new(*bank.InvalidAmount)},
		{"", "ada", 0, 0, new(*bank.InvalidAmount)},
		{"", "ada", -1, 0, new(*bank.InvalidAmount)},
		{"ada", "eve", 1, 0, new(*bank.NoSuchAccount)},
		{"eve", "", 1, 0, new(*bank.NoSuchAccount)},
	} {
		left, err := l.move(ctx, c.from, c.to, c.amount)
		if left != c.left || (err == nil) != (c.want == nil) || c.want != nil && !errors.As(err, c.want) {
			t.Errorf("move %v from %q to %q: got %v, %v, want %v, %T", c.amount, c.from, c.to, left, err, c.left, c.want)
		}
	}
	if _, err := l.move(ctx, "", "bob", math.MaxFloat64); err != nil {
		t.Fatal(err)
	}
	if _, err := l.move(ctx, "", "bob", math.MaxFloat64); !errors.As(err, new(*bank.InvalidAmount)) {
		t.Errorf("a balance beyond all numbers: got %v", err)
	}
	if err := l.open(ctx, "ada"); !errors.As(err, new(*bank.AlreadyOpen)) {
		t.Errorf("got %v", err)
	}
	if err := l.setOwner(ctx, "ada", "Ada Lovelace"); err != nil {
		t.Error(err)
	}
	if err := l.setOwner(ctx, "eve", "x"); !errors.As(err, new(*bank.NoSuchAccount)) {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	l, s = reopen(t, dir)
	defer s.Close()
	a, err := l.get("ada")
	if err != nil || a.Balance != 50 || a.Owner != "Ada Lovelace" || !slices.Equal(l.names(), []string{"ada", "bob"}) {
		t.Errorf("after reopening: got %+v, %v, %v", a, err, l.names())
	}
	if _, err := l.move(ctx, "", "ada", 1); err != nil {
		t.Errorf("after reopening: %v", err)
	}
}

// TestLedgerKeepsTheSum holds that transfers at the same time neither make nor lose money.
func TestLedgerKeepsTheSum(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	l, s := reopen(t, t.TempDir())
	defer s.Close()
	names := []string{"a", "b", "c"}
	for _, n := range names {
		if err := errors.Join(l.open(ctx, n), second(l.move(ctx, "", n, 100))); err != nil {
			t.Fatal(err)
		}
	}
	var wait sync.WaitGroup
	for i := range 6 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for k := range 10 {
				_, err := l.move(ctx, names[(i+k)%3], names[(i+2*k+1)%3], float64(1+k))
				if poor := (*bank.InsufficientFunds)(nil); err != nil && !errors.As(err, &poor) {
					t.Error(err)
				}
			}
		}()
	}
	wait.Wait()
	sum := 0.0
	for _, n := range names {
		a, err := l.get(n)
		if err != nil {
			t.Fatal(err)
		}
		sum += a.Balance
	}
	if sum != 300 {
		t.Errorf("got %v, want 300", sum)
	}
}

func second(_ float64, err error) error { return err }

// TestLedgerFails holds that what could not be written is not seen either.
func TestLedgerFails(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	l, s := reopen(t, t.TempDir())
	if err := errors.Join(l.open(ctx, "ada"), second(l.move(ctx, "", "ada", 5))); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.move(ctx, "", "ada", 1); !errors.Is(err, store.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if a, _ := l.get("ada"); a.Balance != 5 {
		t.Errorf("got a balance of %v that was never written", a.Balance)
	}
}

func TestDamagedLedger(t *testing.T) {
	t.Parallel()
	_, s := reopen(t, t.TempDir())
	defer s.Close()
	if _, err := s.Commit(context.Background(), store.Create("account/ada", []byte("{"))); err != nil {
		t.Fatal(err)
	}
	if _, err := openLedger(t.Context(), s); err == nil || !strings.Contains(err.Error(), `"ada"`) {
		t.Errorf("got %v", err)
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, good := range map[string]bool{
		"ada": true, "Ada-1_x": true, "": false, "branch": false, "a/b": false, "a.b": false, "é": false, "a b": false, strings.Repeat("a", 65): false,
	} {
		if err := checkName(name); (err == nil) != good {
			t.Errorf("%q: got %v", name, err)
		}
	}
}
