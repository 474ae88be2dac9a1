package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/kin"
	"github.com/opendsom/dsom/transport/tcp"
)

// A private server was started by a program that has it for itself: see package transport/kin. It has nothing to do with a daemon, whatever Options say, takes calls of that
// program alone, and ends with it.
type private struct {
	*kin.Heir

	mu    sync.Mutex
	names map[string]string // what the server has bound: references, by name
}

var errOrphan = errors.New("the program that has started the server has ended, or needs it no more")

// inherit returns what the server is to its parent, nil if it has none. The server is stopped when that ends.
func inherit(ctx context.Context, stop context.CancelCauseFunc) (*private, error) {
	h, ok, err := kin.Inherited(tcp.New())
	if !ok || err != nil {
		return nil, err
	}
	go func() {
		select {
		case <-h.Orphan():
			stop(errOrphan)
		case <-ctx.Done():
		}
	}()
	return &private{Heir: h, names: map[string]string{}}, nil
}

// registration is that of a server without a daemon.
func (p *private) registration(opt Options) *registration {
	return &registration{name: opt.Name, without: "the server is private to the program that has started it", names: os.Getenv(admin.EnvDaemon)}
}

// configure has the ORB take calls of the parent alone. Objects of the parent are called back over its own connections.
func (p *private) configure(cfg *orb.Config) {
	set := transport.Set{p.Heir}
	for _, t := range cfg.Transports { // of which others are called by those that it does not stand for
		if t.Name() != p.Name() {
			set = append(set, t)
		}
	}
	cfg.Transports, cfg.Listen = set, []string{p.Endpoint()}
	cfg.RequireTLS = false // nobody else comes in
	cfg.Publish = fmt.Sprintf("%s:%d", p.Host(), kin.Port)
	cfg.BiDir.Accept = true
}

// bind keeps a name for the parent.
func (p *private) bind(name string, o orb.Object) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.names[name] = orb.RefOf(o).String()
}

// ready tells the parent what was bound.
func (p *private) ready() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	b, err := json.Marshal(p.names)
	if err != nil {
		return err
	}
	return p.Say(string(b))
}
