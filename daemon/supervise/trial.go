package supervise

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrReplaced is why what a process says of its server is not taken down any more.
var ErrReplaced = errors.New("another version of the server has taken its place")

// A trial is an upgrade of which it is not known yet whether it goes well.
type trial struct {
	version uint64
	then    []aside // to be done once it has, in this order
}

// An aside is something that was put aside; what is said of the same again replaces it.
type aside struct {
	what  string
	calls bool // calls wait for it
	do    func(context.Context)
}

// MaxAside bounds how much is put aside for one upgrade: for each of the processes, for one.
const MaxAside = 4096

// Aside has f done when the process is of the version that serves, if an upgrade is trying it out just now: after the upgrade, in its goroutine, and not at all if that is given up. Of several f for the same
// thing, for one upgrade, the last is done, in the place of the first, and what comes while one is done after it, up to mostAside times; a nil f puts nothing aside, and leaves what is; more than MaxAside things are an error. It reports whether it was put aside; if not, the process serves, and f was not done. ErrReplaced is the error of a process of a version that does not serve any more.
func (le *Lease) Aside(what string, f func(context.Context)) (bool, error) {
	return le.aside(aside{what: what, do: f})
}

// AsideFirst is Aside for what is done before all else, and before calls that wait while the old process of a server that is to run alone is replaced.
func (le *Lease) AsideFirst(what string, f func(context.Context)) (bool, error) {
	return le.aside(aside{what: what, do: f, calls: true})
}

func (le *Lease) aside(x aside) (bool, error) {
	st := le.l.st
	version, _ := splitSeat(st.name)
	g := st.g
	g.mu.Lock()
	if g.trial != nil && g.trial.version == version {
		defer g.mu.Unlock()
		return true, g.trial.put(x)
	}
	g.mu.Unlock()
	if g.surplus(st.name) {
		return false, ErrReplaced
	}
	return false, nil
}

// put puts something aside. The group is locked.
func (t *trial) put(x aside) error {
	if x.do == nil {
		return nil
	}
	if i := slices.IndexFunc(t.then, func(y aside) bool { return y.what == x.what }); i >= 0 {
		t.then[i] = x
		return nil
	}
	if len(t.then) == MaxAside {
		return fmt.Errorf("an upgrade tries the process out, and more than %d things are to be done when it has gone well (MaxAside)", MaxAside)
	}
	t.then = append(t.then, x)
	return nil
}

// mostAside bounds how often what was put aside is done for one upgrade, where more is put aside meanwhile. What comes while the last of it is done is not put aside: the process serves.
const mostAside = 8

// asideTime is what all of that may take each time: the processes before are ended after it.
const asideTime = 30 * time.Second

// tried ends the trial: what was put aside is done, with what is left of ctx's values alone, or forgotten. What is put aside while that is done comes after it. Release, which may be nil, is called when
// nothing is left that calls wait for.
func (g *group) tried(ctx context.Context, well bool, release func()) {
	for round := 1; ; round++ {
		var then []aside
		g.mu.Lock()
		if t := g.trial; t != nil && well {
			then, t.then = t.then, nil
		}
		last := len(then) == 0 || round == mostAside
		if last {
			g.trial = nil
		}
		g.mu.Unlock()
		slices.SortStableFunc(then, func(x, y aside) int {
			switch {
			case x.calls == y.calls:
				return 0
			case x.calls:
				return -1
			}
			return 1
		})
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), asideTime)
		for _, x := range then { // without the lock
			if !x.calls && release != nil {
				release()
			}
			x.do(within)
		}
		cancel()
		if release != nil {
			release()
		}
		if last {
			return
		}
	}
}
