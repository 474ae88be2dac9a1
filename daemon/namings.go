package daemon

import (
	"context"
	"time"

	"github.com/opendsom/dsom/daemon/supervise"
)

// saidTime is how long an upgrade that has gone well waits for each of the new processes to have said what it had put aside. What is not said by then the process tries on.
const saidTime = 5 * time.Second

// A holder is who holds a lease.
type holder struct {
	*supervise.Lease

	serves chan struct{} // closed when an upgrade has gone well that tried the process out: it is told
	said   chan struct{} // gets what it answers
}

func newHolder(l *supervise.Lease) *holder {
	return &holder{l, make(chan struct{}), make(chan struct{}, 1)}
}

// takeOver has the process told, once, that it serves, and waits a while until it has said what it had put aside. It is an aside of the upgrade.
func (h *holder) takeOver(ctx context.Context, d *Daemon) {
	close(h.serves)
	t := time.NewTimer(saidTime)
	defer t.Stop()
	select {
	case <-h.said:
		return
	case <-h.Over():
	case <-t.C:
	case <-ctx.Done():
	}
	d.o.Log.Warn("the naming service may not say yet what the version of a server wants that an upgrade has brought; the process tries on", "server", h.Name)
}

// setQuiet answers PUT /v1/leases/{id}/quiet.
func (d *Daemon) setQuiet(c *call) error {
	l, err := d.lease(c)
	if err != nil {
		return err
	}
	l.Quiet()
	return c.reply(struct{}{})
}

// setSaid answers PUT /v1/leases/{id}/said.
func (d *Daemon) setSaid(c *call) error {
	h, err := d.holder(c)
	if err != nil {
		return err
	}
	select {
	case h.said <- struct{}{}:
	default: // it has said so
	}
	return c.reply(struct{}{})
}
