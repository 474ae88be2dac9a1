package lease

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

// describeTime bounds one attempt to tell the daemon of the classes: with many servers that start at once each has to wait for the others.
const describeTime = time.Minute

// lastDescribePause is how long it is waited between attempts at most.
const lastDescribePause = 30 * time.Second

// A description is what the daemon's interface repository is to know of the server's classes.
type description struct {
	packed   []byte
	once     sync.Once
	answered chan struct{} // closed when the daemon has answered for the first time
	err      error         // what it said then
}

func (d *description) answer(err error) {
	d.once.Do(func() {
		d.err = err
		close(d.answered)
	})
}

// describe tells the daemon of the classes while the lease is held: what is to be told now, and what is later, each until the daemon has answered.
func (l *Lease) describe(ctx context.Context, client *admin.Client, id string) {
	var told *description
	pause := firstPause
	for {
		l.mu.Lock()
		d, changed := l.described, l.changed
		l.mu.Unlock()
		var again *time.Timer
		var elapsed <-chan time.Time
		if d != nil && d != told {
			err := l.describeOnce(ctx, client, id, d.packed)
			if ctx.Err() != nil {
				return
			}
			if late(err) {
				l.c.Log.Warn("the interface repository has not got the interfaces of the server's classes yet", "error", err, "again in", pause)
				again = time.NewTimer(pause/2 + rand.N(pause/2))
				elapsed = again.C
				pause = min(2*pause, lastDescribePause)
			} else {
				told, pause = d, firstPause
				d.answer(err)
			}
		}
		select {
		case <-elapsed:
		case <-changed:
		case <-ctx.Done():
		}
		if again != nil {
			again.Stop()
		}
		if ctx.Err() != nil {
			return
		}
	}
}

func (l *Lease) describeOnce(ctx context.Context, client *admin.Client, id string, packed []byte) error {
	ctx, cancel := context.WithTimeout(ctx, describeTime)
	defer cancel()
	_, err := client.Describe(ctx, id, packed)
	return err
}

// late reports whether an attempt may do better later: the daemon did not refuse for good.
func late(err error) bool {
	var said *admin.Error
	if err == nil || !errors.As(err, &said) {
		return err != nil
	}
	return said.Code == admin.CodeUnavailable || said.Code == admin.CodeBusy
}
