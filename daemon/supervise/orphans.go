package supervise

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// endChecks ends what is left of the commands by which an earlier daemon, which was killed, has asked whether servers work. It is called before this one asks any. They are known by
// the variable in their environment that says whose check it is: other daemons of this host may share the store, or have a copy of it. What a check has started in a session of its own is left alone, as it is
// when the check has ended.
func (s *Supervisor) endChecks(ctx context.Context) {
	all, err := process.All()
	if err != nil {
		return // the system does not tell
	}
	for _, id := range all {
		text, ok := id.Variable(admin.EnvServerCheck)
		if !ok || id.PID == os.Getpid() {
			continue
		}
		server, _, _ := strings.Cut(text, "@")
		u, err := implrepo.ParseUUID(server)
		if err != nil {
			continue
		}
		if session, ok := id.Session(); !ok || text != s.checkMark(u, session) {
			continue
		}
		rec, err := s.repo.Get(ctx, u)
		if err != nil {
			continue // a server of another daemon's
		}
		err = id.Signal(os.Kill)
		s.o.Log.Info("a process was ended that an earlier daemon had started to see whether a server works", "server", rec.Name, "pid", id.PID, "error", err)
	}
}

// checkMark is the value of that variable for a check of a server, by a daemon in a session: what it starts is in that, too.
func (s *Supervisor) checkMark(u implrepo.UUID, session int) string {
	return fmt.Sprintf("%s@%s/%d", u, s.o.Mark, session)
}

// session is that of this process; 0: the system does not tell.
func session() int {
	id, err := process.Self()
	if err != nil {
		return 0
	}
	in, _ := id.Session()
	return in
}

// endOrphans ends what is left of the group of a process that an earlier daemon has started and that has ended: its children, which
// a daemon ends with it whose child it is; or, if that daemon was killed before it could note which process it had started, this one wherever
// it is. They are known by the token in their environment, which no other life has.
func (l *life) endOrphans() {
	if !l.adopted || !l.started || l.token == "" {
		return
	}
	candidates := process.All
	if l.leader.PID != 0 {
		candidates = func() ([]process.ID, error) { return process.Members(l.leader.PID) }
	}
	all, err := candidates()
	if err != nil {
		return // the system does not tell
	}
	for _, id := range all {
		token, ok := id.Variable(admin.EnvServerToken)
		if !ok || hash(token) != l.token {
			continue
		}
		err := id.Signal(os.Kill)
		l.s.o.Log.Info("a process was ended that a server had left behind", "server", l.name(), "pid", id.PID, "error", err)
	}
}
