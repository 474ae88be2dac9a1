package lease

import (
	"context"

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
