package bank

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/store"
)

// A ledger keeps the accounts. What one of its methods has returned without an error outlives
// a crash of the process and of the machine. It is safe for concurrent use.
type ledger struct {
	store store.Store

	mu       sync.Mutex
	accounts map[string]entry
}

type entry struct {
	Owner    string  `json:"owner"`
	Balance  float64 `json:"balance"`
	revision uint64
}

const accountPrefix = "account/"

// openLedger reads the accounts that lie in s.
func openLedger(ctx context.Context, s store.Store) (*ledger, error) {
	l := &ledger{store: s, accounts: map[string]entry{}}
	for e, err := range store.All(ctx, s, accountPrefix) {
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(e.Key, accountPrefix)
		a := entry{revision: e.Revision}
		if err := json.Unmarshal(e.Value, &a); err != nil {
			return nil, fmt.Errorf("account %q in the ledger is damaged: %w", name, err)
		}
		l.accounts[name] = a
	}
	return l, nil
}

// names returns the names of all accounts, in order.
func (l *ledger) names() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.accounts))
}

// get returns an account's entry; the error is a *bank.NoSuchAccount.
func (l *ledger) get(name string) (entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.find(name)
}

func (l *ledger) find(name string) (entry, error) {
	a, ok := l.accounts[name]
	if !ok {
		return entry{}, &bank.NoSuchAccount{Name: name}
	}
	return a, nil
}

// open opens an account with nothing in it.
func (l *ledger) open(ctx context.Context, name string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, there := l.accounts[name]; there {
		return &bank.AlreadyOpen{Name: name}
	}
	return l.commit(ctx, map[string]entry{name: {Owner: name}})
}

// setOwner says whose an account is.
func (l *ledger) setOwner(ctx context.Context, name, owner string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, err := l.find(name)
	if err != nil {
		return err
	}
	a.Owner = owner
	return l.commit(ctx, map[string]entry{name: a})
}

// move takes an amount from one account and puts it into another; an empty name stands for
// cash. It returns the balance left in from, or of to where from is cash.
func (l *ledger) move(ctx context.Context, from, to string, amount float64) (float64, error) {
	if !(amount > 0) || math.IsInf(amount, 0) { // NaN is not above zero
		return 0, &bank.InvalidAmount{Amount: amount}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	changed := map[string]entry{}
	left := 0.0
	if from != "" {
		a, err := l.find(from)
		if err != nil {
			return 0, err
		}
		if a.Balance < amount {
			return 0, &bank.InsufficientFunds{Balance: a.Balance}
		}
		a.Balance -= amount
		changed[from], left = a, a.Balance
	}
	if to != "" {
		a, err := l.find(to)
		if err != nil {
			return 0, err
		}
		if c, both := changed[to]; both { // to itself
			a = c
		}
		if a.Balance += amount; math.IsInf(a.Balance, 0) {
			return 0, &bank.InvalidAmount{Amount: amount}
		}
		changed[to] = a
		if from == "" || from == to {
			left = a.Balance
		}
	}
	if err := l.commit(ctx, changed); err != nil {
		return 0, err
	}
	return left, nil
}

// commit writes entries, all or none, and only then lets them be seen. The lock is held, so
// that the order in the store is that in memory.
func (l *ledger) commit(ctx context.Context, changed map[string]entry) error {
	var ops []store.Op
	for name, a := range changed {
		b, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if a.revision == 0 {
			ops = append(ops, store.Create(accountPrefix+name, b))
		} else {
			ops = append(ops, store.Update(accountPrefix+name, b, a.revision))
		}
	}
	// A client that gives up does not leave it open whether the money has moved.
	rev, err := l.store.Commit(context.WithoutCancel(ctx), ops...)
	if err != nil {
		return fmt.Errorf("the ledger cannot be written: %w", err)
	}
	for name, a := range changed {
		a.revision = rev
		l.accounts[name] = a
	}
	return nil
}

// checkName says what is wrong with an account's name, a *bank.InvalidName: it stands in
// object keys and in the naming service.
func checkName(name string) error {
	const most = 64
	wrong := func(why string) error { return &bank.InvalidName{Name: name, Why: why} }
	if name == "" || len(name) > most {
		return wrong(fmt.Sprintf("a name has 1 to %d characters", most))
	}
	if name == branchID {
		return wrong("this is the name of the bank's branch")
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return wrong("letters, digits, - and _ are allowed")
		}
	}
	return nil
}
