package daemon

import (
	"context"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A mender puts aside what cannot be read of a store, and reports what it did.
type mender func(context.Context, store.Store) ([]error, error)

// mend puts aside what cannot be read of the store, before it is served: the rest is. It is done by whichever daemon meets it, where several share the store.
func (d *Daemon) mend(ctx context.Context, mend mender) error {
	done, err := mend(ctx, d.store)
	for i, what := range done {
		if i == implrepo.MaxDamaged {
			d.o.Log.Error("further entries of the state are damaged", "entries", len(done)-i)
			break
		}
		d.o.Log.Error("the state is not as it should be: an entry was put aside, or made anew", "error", what)
	}
	if err != nil {
		return fmt.Errorf("the state is damaged, and that cannot be put right: %w", err)
	}
	return nil
}

// forgetMended forgets what was put aside and made anew since, or says nothing any more.
func (d *Daemon) forgetMended(ctx context.Context) error {
	for _, s := range []store.Store{d.own, d.store} {
		if err := store.ForgetAside(ctx, s, prefixDSOM); err != nil {
			return err
		}
	}
	return nil
}

// mended is open, which reads the store, and again when it was mended, if what is there cannot be read.
func (d *Daemon) mended(ctx context.Context, mend mender, open func() error) error {
	err := open()
	if !errors.Is(err, store.ErrCorrupt) {
		return err
	}
	if err := d.mend(ctx, mend); err != nil {
		return err
	}
	return open()
}

// damaged returns what was put aside, some of it, and names that nobody gets.
func (d *Daemon) damaged(ctx context.Context) []string {
	told := d.leftovers.told()
	stores := []store.Store{d.store}
	if d.own != d.store {
		stores = append(stores, d.own)
	}
	for _, s := range stores {
		all, err := store.AllAside(ctx, s, "", implrepo.MaxDamaged)
		if err != nil {
			told = append(told, err.Error())
		}
		for _, a := range all {
			told = append(told, a.String())
		}
	}
	return told
}
