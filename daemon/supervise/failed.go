package supervise

import (
	"time"

	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// Fail is the word of a process that it does not become the server as which it was started: who waits for that is told reason at once, and the process has TermTimeout to end by
// itself. Who is the process that says so, and token what the daemon gave it, as far as either is known; one of them has to fit, or the error is ErrToken. Of a server that takes calls, or that no daemon has
// started, nothing is changed: it is seen to end.
func (s *Supervisor) Fail(u implrepo.UUID, who process.ID, token, reason string) error {
	reg, others := Registration{Token: token, ByHand: who.Known(), Process: who}, false
	for _, st := range s.seatsOf(u) {
		st.mu.Lock()
		l := st.life
		mine := l != nil && l.is(reg, who)
		others = others || l != nil
		if mine && l.started && !l.wasReady && !l.ending() {
			l.doomed, l.deadline = reason, time.Now().Add(s.o.TermTimeout)
		} else if mine {
			l = nil
		}
		st.mu.Unlock()
		switch {
		case !mine:
			continue
		case l == nil:
			return nil
		}
		failure := l.startError(reason, nil) // it reads the output: not under the lock
		st.update(func() {
			if st.life == l && st.failed != l.attempt {
				st.fail(l.attempt, failure, l.rec.Retry, &s.o)
			}
		})
		return nil
	}
	if others {
		return ErrToken
	}
	return nil
}
