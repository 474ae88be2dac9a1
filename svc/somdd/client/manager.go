package client

import (
	"context"

	"github.com/opendsom/dsom/orb"
)

// A Manager is a daemon's SOMDServerMgr. What its methods cannot do because of how the server is they tell by a [*StatusError].
type Manager struct{ self *orb.Ref }

// Manager returns the daemon's SOMDServerMgr.
func (d *Daemon) Manager(ctx context.Context) (*Manager, error) {
	ref, err := create(ctx, d.server, "SOMDServerMgr")
	return &Manager{ref}, err
}

// Start starts a server, and returns when it takes calls.
func (m *Manager) Start(ctx context.Context, alias string) error {
	return status(ctx, m.self, "somdStartServer", aString(alias), nil)
}

// Restart stops a server and starts it.
func (m *Manager) Restart(ctx context.Context, alias string) error {
	return status(ctx, m.self, "somdRestartServer", aString(alias), nil)
}

// Stop stops a server, and returns when it has ended.
func (m *Manager) Stop(ctx context.Context, alias string) error {
	return status(ctx, m.self, "somdShutdownServer", aString(alias), nil)
}

// StopID stops the server with an id, and returns when it has ended.
func (m *Manager) StopID(ctx context.Context, id string) error {
	return status(ctx, m.self, "somdShutdownImpl", aString(id), nil)
}

// List reports whether a server runs: its error is wire.ServerNotFound if not.
func (m *Manager) List(ctx context.Context, alias string) error {
	return status(ctx, m.self, "somdListServer", aString(alias), nil)
}

// Enable lets a server be started, Disable keeps it from being.
func (m *Manager) Enable(ctx context.Context, alias string) error {
	return status(ctx, m.self, "somdEnableServer", aString(alias), nil)
}

// Disable keeps a server from being started.
func (m *Manager) Disable(ctx context.Context, alias string) error {
	return status(ctx, m.self, "somdDisableServer", aString(alias), nil)
}
