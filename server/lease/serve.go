package lease

import (
	"context"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

// Trial reports whether the process does not serve, as far as is known: an upgrade tries it out, or another version has taken its place. It says nothing then that others would take for the server's word.
func (l *Lease) Trial() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.trial || l.replaced
}

// Serving makes f what is called, in a goroutine, whenever Trial has become false: the upgrade has gone well, or the daemon that has granted the lease knows of none, such as one that was started since. The
// upgrade waits a while for f to return, and f does when ctx ends, as the lease does: it is called again with the next.
func (l *Lease) Serving(f func(ctx context.Context)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.serving = f
}

// serve calls what Serving has said, while the lease is held: at once, or when the daemon says that the process that it tries out serves, which is told of the end.
func (l *Lease) serve(ctx context.Context, client *admin.Client, id string, trial bool, serves <-chan struct{}) {
	if trial {
		select {
		case <-serves:
		case <-ctx.Done():
			return
		}
	}
	l.mu.Lock()
	l.trial = false
	f := l.serving
	l.mu.Unlock()
	if f != nil {
		f(ctx)
	}
	if !trial || ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	if err := client.Said(ctx, id); err != nil && ctx.Err() == nil {
		l.c.Log.Debug("the daemon could not be told that the naming service says what was put aside", "error", err)
	}
}

// Quieting makes f what is called, in a goroutine, when another version has taken the place of the process, which Trial reports by then: f returns when nothing is under way any more of what was begun before to have the
// naming service say something of the server. The successor's names are not said before, but for a time that the daemon has set; f returns when ctx ends, as the lease does: it is called again with the next.
func (l *Lease) Quieting(f func(ctx context.Context)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quieting = f
}

// quiet tells the daemon, while the lease is held, that nothing is under way any more, when another version has taken the place of the process.
func (l *Lease) quiet(ctx context.Context, client *admin.Client, id string, replaced <-chan struct{}) {
	select {
	case <-replaced:
	case <-ctx.Done():
		return
	}
	l.mu.Lock()
	f := l.quieting
	l.mu.Unlock()
	if f != nil {
		f(ctx)
	}
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, lastPause) {
		short, cancel := context.WithTimeout(ctx, tellTime)
		err := client.Quiet(short, id)
		cancel()
		if err == nil || ctx.Err() != nil {
			return
		}
		l.c.Log.Warn("the daemon could not be told that the process says nothing more of its server", "error", err)
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// now notes what the server is called, and whether another version has taken the place of the process.
func (l *Lease) now(name string, replaced bool) {
	l.called(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.replaced = replaced
}

// called notes what the server is called now.
func (l *Lease) called(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if name != "" {
		l.name = name
	}
}
