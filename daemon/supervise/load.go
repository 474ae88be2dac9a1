package supervise

import (
	"fmt"
	"time"

	"github.com/opendsom/dsom/svc/implrepo"
)

// A Report is what a process says of its calls.
type Report struct {
	Calls int           // under way
	Idle  time.Duration // how long there has been none
	Done  uint64        // ended since it was started
}

// Terms are what a process that registers is told of how it is to serve.
type Terms struct {
	Every  time.Duration // how often it is to report, while there is anything new; 0: not at all
	Calls  int           // how many calls it serves before it ends; 0: any number
	Secure bool          // it is to serve identified callers alone

	RefDataFile string // where it keeps changes of reference data; "": nowhere
}

// How often processes report.
const (
	loadReport  = 100 * time.Millisecond // where the load decides on who is sent where
	leastReport = 10 * time.Millisecond
	mostReport  = 10 * time.Second
	idleParts   = 4 // reports in the time after which one is stopped for being idle
)

// terms are those of a record, for a seat.
func terms(rec implrepo.Record, seat string) Terms {
	t := Terms{Secure: rec.IsSecure()}
	if rec.DSOM != nil {
		t.RefDataFile = rec.DSOM.Definition.RefDataFile
	}
	if rec.IdleTimeout > 0 {
		t.Every = min(max(rec.IdleTimeout/idleParts, leastReport), mostReport)
	}
	if rec.N() > 1 && rec.Choose == implrepo.LeastLoad && (t.Every == 0 || t.Every > loadReport) {
		t.Every = loadReport
	}
	if isCall(seat) {
		t.Calls = 1
	}
	return t
}

// Report says how many calls the process of a lease serves. One that has been idle for as long as it may is
// asked to end, unless somebody was sent to it meanwhile. The error is ErrToken if another lease has taken the place of this one, or an
// *implrepo.InvalidError.
func (le *Lease) Report(r Report) error {
	if r.Calls < 0 || r.Idle < 0 {
		return &implrepo.InvalidError{Field: "report", Reason: fmt.Sprintf("%d calls, none for %v: neither can be below 0", r.Calls, r.Idle)}
	}
	l := le.l
	l.st.mu.Lock()
	defer l.st.mu.Unlock()
	if l.lease != le {
		return ErrToken
	}
	l.report, l.sent = r, 0
	idle := le.idle
	if idle > 0 && r.Calls == 0 && r.Idle >= idle && time.Since(l.sentAt) >= idle && l.started && !l.ending() {
		l.askStop("nobody has called it for " + idle.String())
		l.st.wake()
	}
	return nil
}

// load is how much the process in a seat has to do: what it said last, and who was sent to it since.
func (st *seat) load() int {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.life == nil {
		return 0
	}
	return st.life.report.Calls + st.life.sent
}

// noteSent counts a client that was sent to the process in a seat.
func (st *seat) noteSent() {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.life != nil {
		st.life.sent++
	}
}
