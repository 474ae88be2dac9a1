package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/server/lease"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A registration is what a server has to do with its daemon: nothing, if there is none.
type registration struct {
	name    string
	uuid    [16]byte
	daemon  string // host:port at which it takes calls, as references name it
	socket  string // and at which socket; "": at none
	local   string // and as this machine reaches it
	publish string // as references name it, to whom: rules; "": daemon, to all
	require bool   // it takes calls by TLS alone, and daemon and local are ports of that; of one that grants no lease
	names   string // where there are a daemon's names, of a server that has nothing to do with the daemon itself
	without string // why there is no daemon
	lease   *lease.Lease
	naming  sync.Mutex
	named   admin.Daemons // what references name of the daemon, as it was told last; of naming
	within  atomic.Int64  // nanoseconds that the daemon leaves the server for ending; 0: it has not asked
}

// grantTimeout bounds the wait for a lease: that of another process of the same server may
// have to end first.
const grantTimeout = 30 * time.Second

// register finds the daemon and asks it for the server's lease. stop is called when the daemon wants the server to end.
func register(ctx context.Context, opt Options, stop context.CancelCauseFunc) (*registration, error) {
	at := &registration{name: opt.Name, without: "the daemon takes no calls"}
	cfg, started := lease.FromEnv()
	if opt.NoDaemon && !started {
		at.without = "Options.NoDaemon says to do without a daemon, and with it without a naming service"
		return at, nil
	}
	if started {
		at.daemon = os.Getenv(admin.EnvDaemon)
		at.local = os.Getenv(admin.EnvDaemonLocal)
		at.socket = os.Getenv(admin.EnvDaemonSocket)
		at.publish = os.Getenv(admin.EnvDaemonPublish)
	} else {
		found, err := byHand(ctx, opt, at, &cfg)
		if err != nil || !found {
			return at, err
		}
	}
	if cfg.Name == "" && cfg.UUID == "" {
		return at, nil // without a name there is nothing to register
	}
	cfg.Log = opt.Logger
	l, err := lease.Connect(cfg)
	if err != nil {
		return nil, err
	}
	at.lease = l
	wait, cancel := context.WithTimeout(ctx, grantTimeout)
	defer cancel()
	if err := l.Granted(wait); err != nil {
		at.release()
		return nil, err
	}
	name, id := l.Identity()
	uuid, err := implrepo.ParseUUID(id)
	if err != nil {
		at.release()
		return nil, fmt.Errorf("the daemon's answer: %w", err)
	}
	at.name, at.uuid = name, uuid
	go at.obey(ctx, stop)
	return at, nil
}

// byHand looks for a daemon of a process that none has started. A server with a name is
// made known to it.
func byHand(ctx context.Context, opt Options, at *registration, cfg *lease.Config) (found bool, err error) {
	state := opt.State
	if state == "" {
		if state, err = admin.DefaultState(); err != nil {
			at.without = err.Error()
			return false, nil
		}
	}
	client, err := admin.Open(state)
	if err == nil {
		var status admin.Status
		if status, err = client.Status(ctx); err == nil && len(status.Addresses) > 0 {
			at.daemon, at.local, at.publish, at.socket = status.Addresses[0], status.Local, status.Publish, status.Socket
			at.require = status.TLS != nil && status.TLS.Require
		}
	}
	switch {
	case errors.Is(err, admin.ErrNoDaemon):
		if opt.State == "" {
			at.without = err.Error() + "; start one with: dsom daemon"
			return false, nil
		}
		return false, fmt.Errorf("%w; start one with: dsom daemon --state %s", err, opt.State)
	case err != nil:
		return false, err
	}
	cfg.State, cfg.Name, cfg.Create = state, opt.Name, true
	return true, nil
}

// obey ends the server when the daemon says so, or gives the lease to nobody any more.
func (at *registration) obey(ctx context.Context, stop context.CancelCauseFunc) {
	select {
	case s := <-at.lease.Stops():
		at.within.Store(int64(s.Within))
		stop(fmt.Errorf("the daemon stops the server: %s", s.Reason))
	case <-at.lease.Refused():
		stop(at.lease.Err())
	case <-ctx.Done():
	}
}

// drainTime returns how long calls under way may take when the server ends: what the program says, else nearly all that the
// daemon leaves, if it wants the server to end, else the default.
func (at *registration) drainTime(given time.Duration) time.Duration {
	within := time.Duration(at.within.Load())
	return cmp.Or(given, within-within/10, defaultDrain)
}

// ready tells the daemon to send clients.
func (at *registration) ready(endpoints []string) {
	if at.lease != nil {
		at.lease.Ready(endpoints)
	}
}

// leaving tells the daemon to send no more clients: they wait for the next process instead.
func (at *registration) leaving() {
	if at.lease != nil {
		at.lease.Ready(nil)
	}
}

// release gives the lease up: from now on another process may be the server.
func (at *registration) release() {
	if at.lease == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = at.lease.Close(ctx) // a daemon that is not there notices by itself
}

// host returns the host to listen at: loopback if that is where the daemon is, so that a
// server is not reachable from further away than its daemon.
func (at *registration) host() string {
	host, _, err := net.SplitHostPort(at.daemon)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsLoopback() {
		if ip.To4() == nil {
			return "[" + host + "]"
		}
		return host
	}
	return ""
}
