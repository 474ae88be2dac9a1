package supervise

import "github.com/opendsom/dsom/svc/implrepo"

// KeepUp is what happens when a server that shall always run was seen not to.
func (s *Supervisor) KeepUp(rec implrepo.Record) { s.keepUp(rec, "") }
