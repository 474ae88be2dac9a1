package daemon

import (
	"net/http"
	"time"

	"github.com/opendsom/dsom/store"
)

// ShareWith makes a daemon share a store that is there.
func ShareWith(o *Options, w store.Watcher, machine string, deadAfter time.Duration) {
	o.shared, o.Shared = w, Shared{Machine: machine, DeadAfter: deadAfter}
}

// API returns what answers the local API.
func API(d *Daemon) http.Handler { return d.handler() }
