package lease

import (
	"context"
	"errors"
	mrand "math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

// run asks for the lease and holds it until it is refused or closed.
func (l *Lease) run(ctx context.Context) {
	defer close(l.done)
	defer l.cancel()
	pause := firstPause
	for {
		held, err := l.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if final(err, l.c.Token != "") {
			l.c.Log.Error("the daemon refuses the lease", "server", l.c.Name, "error", err)
			l.mu.Lock()
			l.err = err
			l.mu.Unlock()
			close(l.refused)
			return
		}
		if held {
			l.c.Log.Warn("the lease was lost; it is asked for again", "server", l.c.Name, "error", err)
			pause = firstPause
		}
		t := time.NewTimer(pause/2 + mrand.N(pause/2))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
		pause = min(2*pause, lastPause)
	}
}

// final reports whether it makes no sense to ask again after err. A process that the daemon
// has started has a token for one start, which may be over; one that was started by hand has
// the token of the state folder, which is another after a restart of the daemon.
func final(err error, started bool) bool {
	var e *admin.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case admin.CodeHeld, admin.CodeDisabled, admin.CodeNotFound, admin.CodeInvalid:
		return true
	case admin.CodeUnauthorized:
		return started
	}
	return false
}

// access says how to reach the daemon that is there now. It may have moved since the last time.
func (l *Lease) access() (admin.Access, error) {
	var a admin.Access
	err := admin.ErrNoDaemon
	if l.c.State != "" {
		a, err = admin.ReadAccess(l.c.State)
	}
	if err != nil && (l.c.Address == "" || l.c.Token == "") {
		return a, err
	}
	if err != nil {
		a.Address = l.c.Address
	}
	if l.c.Token != "" {
		a.Token = l.c.Token
	}
	return a, nil
}

// once asks for the lease once and, if it is granted, holds it until it is lost.
func (l *Lease) once(ctx context.Context) (held bool, err error) {
	a, err := l.access()
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := admin.NewClient(a)
	endpoints, changed := l.current()
	answered := l.ask()
	defer answered()
	watchdog := time.AfterFunc(3*tellTime, cancel)
	defer watchdog.Stop()
	before := time.Now()
	name, uuid := l.Identity() // which it has had: the name may be another's by now
	stream, err := client.Lease(ctx, admin.Registration{
		Name: name, UUID: uuid, Create: l.c.Create,
		Incarnation: l.c.Incarnation, Process: l.self, Endpoints: endpoints, Fences: true, Quiets: true,
	})
	if err != nil {
		return false, err
	}
	defer func() { _ = stream.Close() }()
	first, err := stream.Next()
	if err != nil || first.Type != admin.MessageGranted {
		return false, errors.Join(err, errors.New("the daemon did not begin with a grant"))
	}
	silence := max(3*time.Duration(first.Ping), tellTime)
	watchdog.Reset(silence)
	l.extend(before, time.Duration(first.Hold))
	l.daemons(first.Daemons())
	l.take(client, first)
	defer l.take(nil, admin.Message{})
	answered()
	var teller sync.WaitGroup
	defer teller.Wait()
	defer cancel()
	teller.Go(func() { l.tell(ctx, client, first.Lease, endpoints, changed) })
	teller.Go(func() { l.describe(ctx, client, first.Lease) })
	if first.Hold > 0 {
		teller.Go(func() { l.renew(ctx, client, first.Lease, time.Duration(first.Hold)) })
	}
	serves := make(chan struct{}, 1)
	teller.Go(func() { l.serve(ctx, client, first.Lease, first.Trial, serves) })
	quiet := make(chan struct{}, 1)
	if first.Replaced {
		quiet <- struct{}{}
	}
	teller.Go(func() { l.quiet(ctx, client, first.Lease, quiet) })
	asks := make(chan struct{}, 1)
	teller.Go(func() { l.answer(ctx, client, first.Lease, asks) })
	for {
		m, err := stream.Next()
		if err != nil {
			return true, err
		}
		watchdog.Reset(silence)
		switch m.Type {
		case admin.MessageStop:
			select {
			case l.stop <- Stop{time.Duration(m.Within), m.Reason}:
			default: // it was asked before
			}
		case admin.MessageDaemons:
			l.daemons(m.Daemons())
		case admin.MessageServes:
			l.called(m.Name)
			select {
			case serves <- struct{}{}:
			default: // it was told before
			}
		case admin.MessageNow:
			l.now(m.Name, m.Replaced)
			if !m.Replaced {
				continue
			}
			select {
			case quiet <- struct{}{}:
			default: // it was told before
			}
		case admin.MessageCounts:
			select {
			case asks <- struct{}{}:
			default: // the answer to the one before says as much
			}
		}
	}
}

// daemons tells what references name for the daemon.
func (l *Lease) daemons(now admin.Daemons) {
	l.mu.Lock()
	l.published = now
	l.mu.Unlock()
	l.pass()
}

// pass tells what is known of daemons now. One call at a time does, so that nothing older is told after it.
func (l *Lease) pass() {
	l.passing.Lock()
	defer l.passing.Unlock()
	l.mu.Lock()
	tell, now := l.told, l.published
	l.mu.Unlock()
	if tell != nil {
		tell(now)
	}
}

// Daemon returns what references name for the daemon and those beside it, as far as it was told.
func (l *Lease) Daemon() admin.Daemons {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.published
}

// Daemons makes tell what is told that, now and whenever it changes: by one goroutine at a time, and maybe more than once.
func (l *Lease) Daemons(tell func(admin.Daemons)) {
	l.mu.Lock()
	l.told = tell
	l.mu.Unlock()
	l.pass()
}

// ask notes that a request for the lease is under way, until the function that it returns is called.
func (l *Lease) ask() (answered func()) {
	asked := make(chan struct{})
	l.mu.Lock()
	l.asked = asked
	l.mu.Unlock()
	return sync.OnceFunc(func() {
		l.mu.Lock()
		l.asked = nil
		l.mu.Unlock()
		close(asked)
	})
}

// take notes the lease that is held now, or, without a client, that none is.
func (l *Lease) take(client *admin.Client, granted admin.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.client, l.id = client, granted.Lease
	if client == nil {
		return
	}
	l.name, l.uuid = granted.Name, granted.UUID
	l.terms = Terms{Report: time.Duration(granted.Report), Calls: granted.Calls, Secure: granted.Secure, RefDataFile: granted.RefDataFile}
	l.trial, l.replaced = granted.Trial, granted.Replaced
	select {
	case <-l.granted:
	default:
		close(l.granted)
	}
}

// current returns the endpoints, and what is closed when they change.
func (l *Lease) current() ([]string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.endpoints), l.changed
}

// tell tells the daemon of every change of the endpoints after told, until ctx ends.
func (l *Lease) tell(ctx context.Context, client *admin.Client, id string, told []string, changed <-chan struct{}) {
	for pause := firstPause; ; {
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
		endpoints, next := l.current()
		if slices.Equal(endpoints, told) {
			changed = next
			continue
		}
		short, cancel := context.WithTimeout(ctx, tellTime)
		err := client.SetEndpoints(short, id, endpoints)
		cancel()
		if err == nil {
			told, changed, pause = endpoints, next, firstPause
			continue
		}
		if ctx.Err() != nil { // the server ends, and its lease with it
			return
		}
		l.c.Log.Warn("the daemon could not be told where the server takes calls", "error", err)
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
		pause = min(2*pause, lastPause)
	}
}

// answer tells the daemon what the server has counted, each time that it asks, until ctx ends.
func (l *Lease) answer(ctx context.Context, client *admin.Client, id string, asks <-chan struct{}) {
	for {
		select {
		case <-asks:
		case <-ctx.Done():
			return
		}
		l.mu.Lock()
		counts := l.counts
		l.mu.Unlock()
		if counts == nil {
			continue
		}
		short, cancel := context.WithTimeout(ctx, tellTime)
		err := client.Count(short, id, counts())
		cancel()
		if err != nil && ctx.Err() == nil {
			l.c.Log.Debug("the daemon could not be told what was counted", "error", err)
		}
	}
}
