package supervise

import (
	"context"
	"errors"
)

// ErrReplaced is why what a process says of its server is not taken down any more.
var ErrReplaced = errors.New("another version of the server has taken its place")

// A trial is an upgrade of which it is not known yet whether it goes well.
type trial struct {
	version uint64
	then    func(context.Context) // to be done once it has; nil: nothing
}

// Aside has f done when the process is of the version that serves, if an upgrade is trying it out just now: after the upgrade, in its goroutine, and not at all if that is given up. Of several f for one
// upgrade the last is done, and what comes while one is done after it, up to mostAside times; a nil f puts nothing aside, and leaves what is. It reports whether it was put aside; if not, the process serves, and f was not done. ErrReplaced is the error of a process of a version that does not serve any more.
func (le *Lease) Aside(f func(context.Context)) (bool, error) {
	st := le.l.st
	version, _ := splitSeat(st.name)
	g := st.g
	g.mu.Lock()
	if g.trial != nil && g.trial.version == version {
		if f != nil {
			g.trial.then = f
		}
		g.mu.Unlock()
		return true, nil
	}
	g.mu.Unlock()
	if g.surplus(st.name) {
		return false, ErrReplaced
	}
	return false, nil
}

// mostAside bounds how often what was put aside is done for one upgrade, where more is put aside meanwhile. What comes while the last of it is done is not put aside: the process serves.
const mostAside = 8

// tried ends the trial: what was put aside is done, with what is left of ctx's values alone, or forgotten. What is put aside while that is done comes after it.
func (g *group) tried(ctx context.Context, well bool) {
	for round := 1; ; round++ {
		var then func(context.Context)
		g.mu.Lock()
		if t := g.trial; t != nil && well {
			then, t.then = t.then, nil
		}
		last := then == nil || round == mostAside
		if last {
			g.trial = nil
		}
		g.mu.Unlock()
		if then != nil {
			then(context.WithoutCancel(ctx))
		}
		if last {
			return
		}
	}
}
