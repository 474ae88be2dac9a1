package daemon

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/somdd"
	"github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// dsomLives holds the leases of servers of DSOM, which know none: they say once that they take calls, and once that they end. What a
// lease's connection tells of other servers is told of them by the system, by their process; and what it asks of those is
// asked of them by a call, as somdd does. A daemon that comes up finds in the store which of them may live.
type dsomLives struct {
	sup   *supervise.Supervisor
	orb   *orb.ORB
	store store.Store
	peers *peers
	log   *slog.Logger

	ctx context.Context // ends with the daemon
	end context.CancelFunc
	wg  sync.WaitGroup

	mu   sync.Mutex
	held map[dsomHolder]*supervise.Lease
}

// A dsomHolder is who holds a lease: a server may be several processes.
type dsomHolder struct {
	id  wire.ID
	pid int // 0: which process it is was not told
}

// A dsomLife is what the store holds of a server of DSOM that takes calls.
type dsomLife struct {
	Server      string     `json:"server"` // the reference of its server object
	Process     process.ID `json:"process,omitzero"`
	Incarnation string     `json:"incarnation"`
}

const prefixDSOM = "dsom/life/"

func dsomLifeKey(id wire.ID, incarnation string) string {
	return prefixDSOM + implrepo.UUID(id).String() + "/" + incarnation
}

// newDSOMLives takes up what an earlier daemon has left behind.
func newDSOMLives(ctx context.Context, l *dsomLives) (*dsomLives, error) {
	l.held = map[dsomHolder]*supervise.Lease{}
	l.ctx, l.end = context.WithCancel(context.WithoutCancel(ctx))
	for e, err := range store.All(ctx, l.store, prefixDSOM) {
		if err != nil {
			return nil, err
		}
		of, _, _ := strings.Cut(strings.TrimPrefix(e.Key, prefixDSOM), "/")
		uuid, err := implrepo.ParseUUID(of)
		var life dsomLife
		var u *ior.URL
		if err = errors.Join(err, json.Unmarshal(e.Value, &life)); err == nil {
			u, err = ior.ParseURL(life.Server)
		}
		if err != nil {
			err = &store.Error{Kind: store.ErrCorrupt, Key: e.Key, Detail: "not the life of a server of DSOM", Err: err}
			l.log.Error("a server of DSOM is not taken up again, if it lives: it has to say anew that it is there", "error", err)
			if _, err := l.store.Commit(ctx, store.Delete(e.Key, e.Revision)); err != nil {
				return nil, err
			}
			continue
		}
		if err := l.adopt(ctx, wire.ID(uuid), life, u.IOR); err != nil {
			l.log.Info("a server of DSOM is not taken up again", "uuid", uuid, "pid", life.Process.PID, "reason", err)
			l.forget(wire.ID(uuid), life.Incarnation)
		}
	}
	return l, nil
}

// adopt registers a server that an earlier daemon knew.
func (l *dsomLives) adopt(ctx context.Context, id wire.ID, life dsomLife, server *ior.IOR) error {
	at, err := serverAddress(id, server)
	if err != nil {
		return err
	}
	if life.Process.State() == process.Gone {
		return process.ErrGone
	}
	if !life.Process.Known() { // the system does not tell: the address has to do
		c, err := net.DialTimeout("tcp", at, time.Second)
		if err != nil {
			return err
		}
		_ = c.Close()
	}
	_, err = l.register(ctx, id, life, server, at, "")
	return err
}

// serverAddress returns host:port at which a server takes calls, by the reference of its server object.
func serverAddress(id wire.ID, server *ior.IOR) (string, error) {
	for _, p := range server.Profiles {
		at, err := p.IIOP()
		if err != nil {
			continue
		}
		if k, ok := wire.ParseKey(at.Key); ok && k.Server == id && len(k.Ref) == 0 && at.Host != "" && at.Port != 0 {
			return net.JoinHostPort(at.Host, strconv.Itoa(int(at.Port))), nil
		}
	}
	return "", &somdd.InvalidError{Err: fmt.Errorf("the reference is not that of the server object of %v at an address of TCP", id)}
}

// up is a server's word that it takes calls.
func (l *dsomLives) up(ctx context.Context, id wire.ID, server *ior.IOR) error {
	at, err := serverAddress(id, server)
	if err != nil {
		return err
	}
	started := l.started(id)
	caller := l.peers.caller(ctx, started)
	if !caller.process.Known() {
		caller.process = started
	}
	life := dsomLife{Server: server.String(), Process: caller.process, Incarnation: rand.Text()}
	lease, err := l.register(ctx, id, life, server, at, caller.token)
	if err != nil {
		return err
	}
	if err := l.remember(ctx, id, life); err != nil { // the server is told, and ends
		lease.Lost()
		return err
	}
	return nil
}

// failed is a server's word that it does not come up.
func (l *dsomLives) failed(ctx context.Context, id wire.ID, code wire.Code) error {
	started := l.started(id)
	caller := l.peers.caller(ctx, started)
	if !caller.process.Known() { // the system does not tell: it may use the daemon, and so could stop the server as well
		caller.process = started
	}
	reason := fmt.Sprintf("says that it cannot come up (activate_impl_failed), with the status %v", code)
	if meaning := code.Meaning(); meaning != "" {
		reason += ": " + meaning
	}
	l.log.Warn("a server of DSOM says that it does not come up", "uuid", implrepo.UUID(id), "pid", caller.process.PID, "status", code, "meaning", code.Meaning())
	return l.sup.Fail(implrepo.UUID(id), caller.process, caller.token, reason)
}

// started returns the process that the daemon has started as a server: none if there is none.
func (l *dsomLives) started(id wire.ID) process.ID {
	run := l.sup.Run(implrepo.UUID(id))
	if !run.Started {
		return process.ID{}
	}
	p, err := process.Of(run.PID)
	if err != nil {
		return process.ID{}
	}
	return p
}

// register gets the lease of a server, and holds it until it is over.
func (l *dsomLives) register(ctx context.Context, id wire.ID, life dsomLife, server *ior.IOR, at, token string) (*supervise.Lease, error) {
	lease, err := l.sup.Register(ctx, supervise.Registration{
		UUID: implrepo.UUID(id), Token: token, ByHand: true, Incarnation: life.Incarnation, Process: life.Process,
		Endpoints: []string{"tcp:" + at, admin.Speech{Version: cdr.V10, CodeSets: codeset.Ours()}.String()},
	})
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held[dsomHolder{id, life.Process.PID}] = lease
	if l.ctx.Err() == nil { // else the daemon ends, and the next one takes the server up
		l.wg.Go(func() { l.hold(id, life, lease, l.orb.NewRef(server)) })
	}
	return lease, nil
}

// hold keeps the lease of a server's life until it is over.
func (l *dsomLives) hold(id wire.ID, life dsomLife, lease *supervise.Lease, server *orb.Ref) {
	for {
		select {
		case <-lease.Over():
			l.mu.Lock()
			if who := (dsomHolder{id, life.Process.PID}); l.held[who] == lease {
				delete(l.held, who)
			}
			l.mu.Unlock()
			l.forget(id, life.Incarnation)
			return
		case stop := <-lease.Stops():
			ctx, cancel := context.WithTimeout(l.ctx, stop.Within)
			if err := client.Interrupt(ctx, server); err != nil { // it is ended by signals then
				l.log.Info("a server of DSOM cannot be asked to end", "server", lease.Name, "error", err)
			}
			cancel()
		case <-l.ctx.Done():
			return
		}
	}
}

// down is a server's word that it ends.
func (l *dsomLives) down(ctx context.Context, id wire.ID) error {
	caller := l.peers.caller(ctx, l.started(id)).process
	l.mu.Lock()
	lease, others := l.held[dsomHolder{id, caller.PID}], 0
	for who, le := range l.held {
		if who.id != id {
			continue
		}
		if others++; lease == nil && (caller.PID == 0 || who.pid == 0) { // the one of the two that is known has to do
			lease = le
		}
	}
	l.mu.Unlock()
	switch {
	case lease != nil:
		lease.Release()
	case others > 0:
		return fmt.Errorf("%w: process %d is not the server with the id %v", somdd.ErrNotYours, caller.PID, id)
	}
	return nil // else it had not come up, or its end is known already
}

// remember writes to the store that a server lives.
func (l *dsomLives) remember(ctx context.Context, id wire.ID, life dsomLife) error {
	b, err := json.Marshal(life)
	if err == nil {
		_, err = l.store.Commit(ctx, store.Create(dsomLifeKey(id, life.Incarnation), b))
	}
	return err
}

// forget removes a life from the store. What cannot be removed is found to be over by the next daemon.
func (l *dsomLives) forget(id wire.ID, incarnation string) {
	ctx, key := context.WithoutCancel(l.ctx), dsomLifeKey(id, incarnation)
	e, err := l.store.Get(ctx, key)
	if err == nil {
		_, err = l.store.Commit(ctx, store.Delete(key, e.Revision))
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrClosed) {
		l.log.Warn("the end of a server of DSOM cannot be noted", "uuid", implrepo.UUID(id), "error", err)
	}
}

// close lets go of the servers, which live on.
func (l *dsomLives) close() {
	l.mu.Lock()
	l.end()
	l.mu.Unlock() // from now on none is begun
	l.wg.Wait()
}
