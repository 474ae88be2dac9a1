package daemon

import (
	"context"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/svc/implrepo"
)

// What is kept under the name of a server follows it to another name after that is in the record, and is moved piece by piece. Until all is moved the record says
// what the name before was, which nobody gets so long: whoever finds that, also after a daemon's end, moves the rest.

// renamed has what is kept under a server's name be under the one that it has got, if it has: now, or in the background if that fails, and also when ctx ends.
func (d *Daemon) renamed(ctx context.Context, server implrepo.UUID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leftTime)
	defer cancel()
	err := d.settle(ctx, server)
	if err == nil {
		return
	}
	d.o.Log.Warn("what is said of a server is not under its new name yet; this is tried again", "server", server, "error", err)
	d.late.until(func() bool {
		ctx, cancel := d.late.attempt(context.Background())
		defer cancel()
		return d.settle(ctx, server) == nil
	})
}

// settle moves what is kept under the name that a server had to the one that it has, if that is still to be done. Nothing that its processes say is registered meanwhile,
// see registerClasses.
func (d *Daemon) settle(ctx context.Context, server implrepo.UUID) error {
	if rec, err := d.sup.Records().Get(ctx, server); err == nil && rec.Was == "" {
		return nil
	}
	done, err := d.late.alone(ctx, server.String())
	if err != nil {
		return err
	}
	defer done()
	return d.settleNow(ctx, server)
}

// settleNow is settle for who registers what the server says, and keeps others from it.
func (d *Daemon) settleNow(ctx context.Context, server implrepo.UUID) error {
	rec, err := d.sup.Records().Get(ctx, server)
	if err == nil && rec.Was == "" {
		return nil
	}
	if err == nil {
		err = d.move(ctx, rec)
	}
	if err == nil {
		err = d.sup.Records().Settle(ctx, server, rec.Was)
	}
	if errors.Is(err, implrepo.ErrUnknown) || errors.Is(err, implrepo.ErrRenamed) { // it was removed meanwhile, with what is under either name, or another daemon has moved it
		return nil
	}
	return err
}

// move moves the interfaces that were registered with a server, and by it, and which classes it has. Each piece is moved in one commit with what says that the name before is
// the server's still: another daemon may have moved all, and what is under that name now be another server's.
func (d *Daemon) move(ctx context.Context, now implrepo.Record) error {
	var err error
	while := d.sup.Records().Still(now)
	for _, of := range []func(string) string{admin.ServerSpecification, admin.ServerClasses} {
		if failed := d.interfaces.Rename(ctx, of(now.Was), of(now.Name), while); failed != nil && !errors.Is(failed, ifr.ErrUnknown) {
			err = errors.Join(err, fmt.Errorf("the interfaces %q: %w", of(now.Was), failed))
		}
	}
	return errors.Join(err, d.classes.renamed(ctx, now, while))
}
