package daemon

import (
	"time"

	"github.com/opendsom/dsom/store"
)

// ShareWith makes a daemon share a store that is there.
func ShareWith(o *Options, w store.Watcher, machine string, deadAfter time.Duration) {
	o.shared, o.Shared = w, Shared{Machine: machine, DeadAfter: deadAfter}
}
