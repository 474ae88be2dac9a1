package supervise

import "github.com/opendsom/dsom/svc/implrepo"

// KeepUp is what happens when a server that shall always run was seen not to.
func (s *Supervisor) KeepUp(rec implrepo.Record) { s.keepUp(rec, "") }

// Waiting is how many calls wait for a server.
func (s *Supervisor) Waiting(u implrepo.UUID) int {
	s.mu.Lock()
	g := s.group(u)
	s.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.pauses.waiting)
}

// MayBe reports whether a process may be of a server that runs under an account.
var MayBe = mayBe

// Inherited is what of the daemon's environment a server under an account has.
var Inherited = inherited

// Ago is a time that was read, as one that durations are measured from.
var Ago = ago

// Hold makes the calls of a server wait until the function that it returns is called, as an upgrade in turn does.
func (s *Supervisor) Hold(u implrepo.UUID) (release func()) {
	s.mu.Lock()
	g := s.group(u)
	s.mu.Unlock()
	return g.hold()
}

// Candidate is the record for which a seat of the version is that an upgrade is trying out.
func (s *Supervisor) Candidate(u implrepo.UUID, version uint64) *implrepo.Record {
	s.mu.Lock()
	g := s.group(u)
	s.mu.Unlock()
	return g.candidate(seatName(version, ""))
}
