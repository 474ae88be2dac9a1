package supervise

import (
	"github.com/opendsom/dsom/daemon/supervise/cgroup"
	"github.com/opendsom/dsom/daemon/supervise/child"
	"github.com/opendsom/dsom/svc/implrepo"
)

// rlimits are the limits that each process has for itself.
func rlimits(l implrepo.Limits) child.Limits {
	return child.Limits{Files: l.Files, Memory: l.Memory, FileLen: l.FileLen, Core: l.Core, CPUTime: l.CPUTime}
}

// join makes the group that bounds what the server's processes use together, if it has such limits. What is not enforced is told to the
// log, and to who asks how the server is.
func (l *life) join() *cgroup.Group {
	bounds := l.rec.Limits.Group
	if bounds == (implrepo.Group{}) {
		return nil
	}
	g, open := cgroup.Make(l.st.uuid.String(), cgroup.Limits{Memory: bounds.Memory, CPU: bounds.CPU, Processes: bounds.Processes})
	for _, what := range open {
		l.s.o.Log.Warn("a limit of a server is not enforced", "server", l.name(), "limit", what)
	}
	l.st.update(func() { l.unenforced = open })
	return g
}
