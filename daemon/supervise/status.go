package supervise

import (
	"cmp"
	"os/user"
	"slices"
	"strconv"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// Run returns how a server is just now: its first process, and, where it has others, all of them.
func (s *Supervisor) Run(u implrepo.UUID) admin.Run {
	all := s.seatsOf(u)
	if len(all) == 0 {
		return admin.Run{State: admin.StateStopped}
	}
	slices.SortFunc(all, func(a, b *seat) int { return compareSeats(a.name, b.name) })
	var run admin.Run
	var processes []admin.Process
	for _, st := range all {
		r := st.run()
		if run.State == "" || better(r, run) {
			run = r
		}
		if r.PID != 0 || isRunning(r.State) {
			processes = append(processes, admin.Process{Seat: st.name, State: r.State, PID: r.PID, Since: r.Since, Endpoints: r.Endpoints, Calls: st.load()})
		}
	}
	run.Starts = int(all[0].g.starts.Load())
	if len(processes) > 1 || len(processes) == 1 && processes[0].Seat != "" {
		run.Processes = processes
	}
	return run
}

// ProcessesAs returns the processes of servers that run under an account of their own, by its number: those that were started, and those that hold leases.
func (s *Supervisor) ProcessesAs(uid int) []process.ID {
	account, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return nil
	}
	return s.processes(func(g *group) bool { return g.account() == account.Username })
}

// Processes returns those of all servers of this machine.
func (s *Supervisor) Processes() []process.ID { return s.processes(func(*group) bool { return true }) }

// processes returns those of some servers.
func (s *Supervisor) processes(of func(*group) bool) (all []process.ID) {
	for _, st := range s.seats() {
		if !of(st.g) {
			continue
		}
		st.mu.Lock()
		if l := st.life; l != nil {
			for _, id := range []process.ID{l.leader, l.holder} {
				if id.Known() {
					all = append(all, id)
				}
			}
		}
		st.mu.Unlock()
	}
	return all
}

func isRunning(state string) bool { return state != admin.StateStopped && state != admin.StateBackOff }

// better reports whether a says more of the server than b.
func better(a, b admin.Run) bool {
	rank := func(r admin.Run) int {
		return slices.Index([]string{admin.StateStopped, admin.StateBackOff, admin.StateStopping, admin.StateLost, admin.StateStarting, admin.StateReady}, r.State)
	}
	return rank(a) > rank(b)
}

// compareSeats orders seats: the newest version first, within it replicas by their number.
func compareSeats(a, b string) int {
	va, pa := splitSeat(a)
	vb, pb := splitSeat(b)
	return cmp.Or(cmp.Compare(vb, va), cmp.Compare(len(pa), len(pb)), cmp.Compare(pa, pb))
}

// run returns how the process in a seat is.
func (st *seat) run() admin.Run {
	st.mu.Lock()
	defer st.mu.Unlock()
	r := admin.Run{State: admin.StateStopped, Since: st.since, Failures: st.failures, Ended: st.lastEnd}
	if st.failures > 0 && st.failure != nil {
		r.LastError = st.failure.Error()
	}
	l := st.life
	if l == nil {
		if time.Now().Before(st.retryAt) {
			r.State, r.RetryAt = admin.StateBackOff, st.retryAt
		}
		return r
	}
	r.Unenforced = l.unenforced
	r.Started, r.PID, r.Incarnation = l.started, l.pid(), l.incarnation
	switch {
	case l.ending():
		r.State = admin.StateStopping
	case l.lease == nil && l.hadLease:
		r.State, r.RetryAt = admin.StateLost, l.deadline
	case l.lease == nil || len(l.endpoints) == 0:
		r.State = admin.StateStarting
	default:
		r.State, r.Endpoints = admin.StateReady, slices.Clone(l.endpoints)
	}
	return r
}
