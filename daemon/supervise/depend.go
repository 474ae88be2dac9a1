package supervise

import (
	"context"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/svc/implrepo"
)

// ensureAfter starts the servers that have to run before a life begins, all at once, and returns when they take
// calls; or why one does not, or that the life is to end. It takes no longer than the life has for coming up.
func (s *Supervisor) ensureAfter(l *life) error {
	if len(l.rec.After) == 0 {
		return nil
	}
	ctx, cancel := context.WithDeadline(s.ctx, l.startBy)
	defer cancel()
	go l.cancelIfStopped(ctx, cancel)
	errs := make(chan error, len(l.rec.After))
	for _, u := range l.rec.After {
		go func() {
			_, err := s.EnsureFor(ctx, u, Want{})
			var elsewhere *ElsewhereError
			if errors.As(err, &elsewhere) {
				if _, rec, bad := s.record(ctx, u); bad == nil {
					err = s.o.Machines.Wake(ctx, *rec, elsewhere)
				}
			}
			var told *StartError
			if err != nil && !errors.As(err, &told) {
				err = fmt.Errorf("server %s: %w", s.nameOf(u), err)
			}
			errs <- err
		}()
	}
	var first error
	for range l.rec.After {
		if err := <-errs; err != nil && first == nil {
			first = err
			cancel() // the others may go on, they are not waited for
		}
	}
	return first
}

// cancelIfStopped calls cancel when somebody wants the life to end, and returns at the latest with ctx.
func (l *life) cancelIfStopped(ctx context.Context, cancel func()) {
	for {
		l.st.mu.Lock()
		changed, stop := l.st.changed, l.stopAsked
		l.st.mu.Unlock()
		if stop {
			cancel()
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// nameOf returns a server's name, or its UUID where that is not known.
func (s *Supervisor) nameOf(u implrepo.UUID) string {
	if _, rec, err := s.record(s.ctx, u); err == nil {
		return fmt.Sprintf("%q", rec.Name)
	}
	return u.String()
}

// A stopOrder has those stop first that come after others.
type stopOrder struct {
	over   map[*seat]chan struct{}
	before map[*seat][]*seat // whose end is waited for
}

// stopOrder returns the order in which seats are to be stopped.
func (s *Supervisor) stopOrder(all []*seat) *stopOrder {
	o := &stopOrder{map[*seat]chan struct{}{}, map[*seat][]*seat{}}
	after := map[implrepo.UUID][]implrepo.UUID{}
	of := map[implrepo.UUID][]*seat{}
	for _, st := range all {
		o.over[st] = make(chan struct{})
		of[st.uuid] = append(of[st.uuid], st)
		st.g.mu.Lock()
		if st.g.rec != nil {
			after[st.uuid] = st.g.rec.After
		}
		st.g.mu.Unlock()
	}
	ranks := map[implrepo.UUID]int{}
	for u := range of {
		rank(u, after, ranks)
	}
	for _, st := range all {
		for _, u := range after[st.uuid] {
			if ranks[st.uuid] > ranks[u] { // always, but in a circle, of which there should be none
				for _, first := range of[u] {
					o.before[first] = append(o.before[first], st)
				}
			}
		}
	}
	return o
}

// rank is above the ranks of all that a server comes after.
func rank(u implrepo.UUID, after map[implrepo.UUID][]implrepo.UUID, ranks map[implrepo.UUID]int) int {
	if r, known := ranks[u]; known {
		return r
	}
	ranks[u] = 0 // met again, it would be a circle
	most := 0
	for _, v := range after[u] {
		most = max(most, rank(v, after, ranks)+1)
	}
	ranks[u] = most
	return most
}

func (o *stopOrder) stopped(st *seat) { close(o.over[st]) }

// wait waits for the end of all that have to stop before st.
func (o *stopOrder) wait(ctx context.Context, st *seat) {
	for _, first := range o.before[st] {
		select {
		case <-o.over[first]:
		case <-ctx.Done():
			return
		}
	}
}
