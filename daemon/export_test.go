package daemon

import (
	"context"
	"net/http"
	"time"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/somdd"
)

// ShareWith makes a daemon share a store that is there.
func ShareWith(o *Options, w store.Watcher, machine string, deadAfter time.Duration) {
	o.shared, o.Shared = w, Shared{Machine: machine, DeadAfter: deadAfter}
}

// WithShared has the daemon share a store that is there.
func (c Config) WithShared(w store.Watcher, machine string, deadAfter time.Duration) Config {
	c.shared, c.Shared = w, Shared{Machine: machine, DeadAfter: deadAfter}
	return c
}

// WithAnswerTime has answers to datagrams take so long, however busy the machine is.
func (c Config) WithAnswerTime(d time.Duration) Config {
	c.answerTime = d
	return c
}

// API returns what answers the local API.
func API(d *Daemon) http.Handler { return d.handler() }

// Seize has a daemon hold a server, and returns what lets it go, and what ends that in a change of the record.
func Seize(ctx context.Context, d *Daemon, u implrepo.UUID) (free func(context.Context) error, end func(*implrepo.Record) error, err error) {
	h, err := d.seize(ctx, u)
	if err != nil {
		return nil, nil, err
	}
	return h.free, h.end, nil
}

// Renamed has what is kept under a server's name follow it.
func Renamed(ctx context.Context, d *Daemon, u implrepo.UUID) { d.renamed(ctx, u) }

// DSOMServers are a daemon's servers as programs of DSOM change them.
func DSOMServers(d *Daemon) somdd.Servers {
	return &dsomServers{sup: d.sup, d: d, log: d.o.Log}
}

// WaitForCounts is how long a daemon waits for the counts of servers that it has asked.
func WaitForCounts(d *Daemon, wait time.Duration) { d.counts.wait = wait }

// RetryEvery has a daemon try again at once, and then after twice as long, and so on, what could not be registered or moved.
func RetryEvery(d *Daemon, first time.Duration) {
	d.late.mu.Lock()
	defer d.late.mu.Unlock()
	d.late.again = first
}
