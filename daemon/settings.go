package daemon

import (
	"cmp"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/daemon/admin"
)

// Live is the part of the configuration that can be changed while the daemon runs.
type Live struct {
	Writers Writers // who may change names

	Operators Identities // who may do so, too, and register, start and stop servers by calls, besides those of DSOMClients

	// DSOMClients are the programs of SOM's DSOM that are served; "" is DSOMSameUser.
	DSOMClients DSOMClients

	// LeaveServers leaves the servers running when the daemon ends in order.
	LeaveServers bool
}

// live holds what is in force.
type live struct{ now atomic.Pointer[Live] }

func (l *live) set(to Live) {
	to.DSOMClients = cmp.Or(to.DSOMClients, DSOMSameUser)
	l.now.Store(&to)
}

// Settings is where the daemon's configuration is from. Its methods are called one at a time.
type Settings interface {
	// All returns what each key has.
	All() []admin.Setting

	// Reload reads the configuration again, and returns what can be changed at once, and what was changed. After an error nothing is.
	Reload() (Live, admin.Reloaded, error)
}

// settingsAPI answers for Settings.
type settingsAPI struct {
	mu   sync.Mutex
	from Settings // nil: there are none
	live *live
}

func (s *settingsAPI) list(c *call) error {
	if s.from == nil {
		return c.reply([]admin.Setting{})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.reply(s.from.All())
}

func (s *settingsAPI) reload(c *call) error {
	if s.from == nil {
		return &admin.Error{Code: admin.CodeInvalid, Message: "this daemon has no configuration that could be read again"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	to, changed, err := s.from.Reload()
	if err != nil {
		return &admin.Error{Code: admin.CodeInvalid, Message: err.Error()}
	}
	s.live.set(to)
	return c.reply(changed)
}
