package supervise

import (
	"errors"
	"time"

	"github.com/opendsom/dsom/svc/implrepo"
)

// resumeUpgrades goes on with the upgrades that an earlier supervisor had written down and not finished when it was killed: processes of the version before live, and it is not known whether the new version has said
// its names. It is called when what may live is taken up, and before any of it can come back for its lease.
func (s *Supervisor) resumeUpgrades(recs []implrepo.Record) {
	for _, rec := range recs {
		if s.notElsewhere(rec) != nil || !s.outlived(rec) {
			continue
		}
		g := s.know(rec)
		g.upgrading.Lock() // nobody else has it yet
		g.mu.Lock()
		g.trial = &trial{version: rec.Upgrade}
		g.mu.Unlock()
		release := func() {}
		if rec.Alone {
			release = g.hold()
		}
		s.spawn(func() { s.resumeUpgrade(g, rec, release) })
	}
}

// outlived reports whether processes may live of a version of a server before the one that is registered.
func (s *Supervisor) outlived(rec implrepo.Record) bool {
	for _, st := range s.seatsOf(rec.UUID) {
		if version, _ := splitSeat(st.name); version < rec.Upgrade && st.runs() {
			return true
		}
	}
	return false
}

// resumeUpgrade does what is left of an upgrade. The server is upgraded, however that goes: the version before is not started again.
func (s *Supervisor) resumeUpgrade(g *group, rec implrepo.Record, release func()) {
	defer g.upgrading.Unlock()
	defer release()
	s.o.Log.Info("an upgrade is finished that was written down when the daemon ended", "server", rec.Name, "command", rec.Command)
	const reason = "a new version has taken its place"
	var ended []int
	var err error
	if rec.Alone {
		ended, err = s.endSurplus(s.ctx, g, reason)
	}
	begun := time.Now()
	for i := range rec.N() {
		_, failed := s.ensure(s.ctx, rec.UUID, seatName(rec.Upgrade, place(i)), byHand)
		if err == nil && !errors.Is(failed, ErrDisabled) {
			err = failed
		}
	}
	started := time.Since(begun)
	s.quieten(g)
	g.tried(s.ctx, true, release)
	if !rec.Alone {
		var failed error
		if ended, failed = s.endSurplus(s.ctx, g, reason); err == nil {
			err = failed
		}
	}
	if rec.Activation == implrepo.PerCall {
		if st := s.find(rec.UUID, seatName(rec.Upgrade, "")); st != nil && err == nil {
			err = st.stopLife(s.ctx, s.ctx, true, "it has come up, which was to be seen")
		}
	}
	switch {
	case s.ctx.Err() != nil || errors.Is(err, ErrClosed): // the next one goes on
		return
	case err != nil:
		s.o.Log.Error("an upgrade is not finished as it should be that was written down when the daemon ended", "server", rec.Name, "error", err)
		return
	}
	s.o.Log.Info("server upgraded", "server", rec.Name, "command", rec.Command, "started", started, "ended", ended)
}
