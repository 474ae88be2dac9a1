package daemon

import (
	"net/http"
	"time"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/somdd"
)

// ShareWith makes a daemon share a store that is there.
func ShareWith(o *Options, w store.Watcher, machine string, deadAfter time.Duration) {
	o.shared, o.Shared = w, Shared{Machine: machine, DeadAfter: deadAfter}
}

// API returns what answers the local API.
func API(d *Daemon) http.Handler { return d.handler() }

// DSOMServers are a daemon's servers as programs of DSOM change them.
func DSOMServers(d *Daemon) somdd.Servers {
	return &dsomServers{sup: d.sup, d: d, log: d.o.Log}
}
