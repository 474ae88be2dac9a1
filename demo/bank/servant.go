package bank

import (
	"context"
	"fmt"
	"time"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// An account is the object of an account in the ledger; its name is its object id.
type account struct {
	bank.AccountBase
	branch *branch
	name   string
}

func (a *account) Name(context.Context) (string, error) { return a.name, nil }

func (a *account) Owner(context.Context) (string, error) {
	e, err := a.branch.ledger.get(a.name)
	return e.Owner, err
}

func (a *account) SetOwner(ctx context.Context, owner string) error {
	return a.branch.ledger.setOwner(ctx, a.name, owner)
}

func (a *account) Balance(context.Context) (float64, error) {
	e, err := a.branch.ledger.get(a.name)
	return e.Balance, err
}

func (a *account) Deposit(ctx context.Context, amount float64) error {
	_, err := a.branch.ledger.move(ctx, "", a.name, amount)
	return err
}

func (a *account) Withdraw(ctx context.Context, amount float64) (float64, error) {
	return a.branch.ledger.move(ctx, a.name, "", amount)
}

// Transfer moves the amount at once where the other account is in this ledger. Otherwise the
// other one is called, and the amount comes back if that has surely not happened there.
func (a *account) Transfer(ctx context.Context, to bank.Account, amount float64) (left float64, receipt string, err error) {
	if to == nil {
		return 0, "", exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "there is no account to transfer to")
	}
	name, ours := a.branch.local(to)
	if ours {
		left, err = a.branch.ledger.move(ctx, a.name, name, amount)
	} else {
		left, err = a.transferAway(ctx, to, amount)
	}
	if err != nil {
		return 0, "", err
	}
	if !ours {
		name = "another bank"
	}
	return left, fmt.Sprintf("%s: %v from %s to %s", time.Now().UTC().Format(time.RFC3339), amount, a.name, name), nil
}

func (a *account) transferAway(ctx context.Context, to bank.Account, amount float64) (float64, error) {
	left, err := a.branch.ledger.move(ctx, a.name, "", amount)
	if err != nil {
		return 0, err
	}
	if err := to.Deposit(ctx, amount); err != nil {
		if exc.From(err, exc.No).Completed == exc.No { // exceptions of the operation as well
			if _, back := a.branch.ledger.move(ctx, "", a.name, amount); back != nil {
				return 0, back
			}
		}
		return 0, err
	}
	return left, nil
}

// branchID is the object id of the branch.
const branchID = "branch"

// A branch makes and finds accounts.
type branch struct {
	bank.BranchBase
	ledger  *ledger
	objects *poa.POA
	bind    func(ctx context.Context, name string, o orb.Object) error
}

func (b *branch) Open(ctx context.Context, name string) (bank.Account, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := b.ledger.open(ctx, name); err != nil {
		return nil, err
	}
	if err := b.activate(context.WithoutCancel(ctx), name); err != nil {
		return nil, err
	}
	return b.account(name)
}

// activate makes an account an object, and gives it its name in the naming service.
func (b *branch) activate(ctx context.Context, name string) error {
	ref, err := bank.AccountClass.ActivateWithID(b.objects, name, &account{branch: b, name: name})
	if err != nil {
		return err
	}
	return b.bind(ctx, "bank/"+name, ref)
}

func (b *branch) Find(_ context.Context, name string) (bank.Account, error) {
	if _, err := b.ledger.get(name); err != nil {
		return nil, err
	}
	return b.account(name)
}

func (b *branch) List(context.Context) (bank.Entries, error) {
	var list bank.Entries
	for _, name := range b.ledger.names() {
		e, err := b.ledger.get(name)
		if err != nil {
			return nil, err
		}
		acct, err := b.account(name)
		if err != nil {
			return nil, err
		}
		list = append(list, bank.Entry{Name: name, Owner: e.Owner, Balance: e.Balance, Acct: acct})
	}
	return list, nil
}

// account returns the object of an account.
func (b *branch) account(name string) (bank.Account, error) {
	ref, err := b.objects.Reference(name, bank.AccountClass.Interface())
	if err != nil {
		return nil, err
	}
	return bank.AccountClass.Unchecked(ref), nil
}

// local returns the name of an account of this ledger, told by its object key.
func (b *branch) local(to bank.Account) (string, bool) {
	o, ok := to.(orb.Object)
	if !ok {
		return "", false
	}
	id, err := b.objects.ReferenceToID(o)
	if err != nil {
		return "", false
	}
	_, err = b.ledger.get(id)
	return id, err == nil
}
