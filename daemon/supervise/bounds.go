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

// together are the limits of all processes of the server.
func (l *life) together() cgroup.Limits {
	bounds := l.rec.Limits.Group
	return cgroup.Limits{Memory: bounds.Memory, CPU: bounds.CPU, Processes: bounds.Processes}
}

// join makes the group that bounds what the server's processes use together, if it has such limits. What is not enforced is told to the
// log, and to who asks how the server is.
func (l *life) join() *cgroup.Group {
	if l.together() == (cgroup.Limits{}) {
		return nil
	}
	return l.bounded(cgroup.Make(l.st.uuid.String(), l.part(), l.together()))
}

// rejoin is join for a process that runs: its limits may have been changed since it was started, or taken off by the service manager.
func (l *life) rejoin() *cgroup.Group {
	return l.bounded(cgroup.Rejoin(l.st.uuid.String(), l.part(), l.pid(), l.together()))
}

// partName is how many letters of the hash of a life's token are the name of its part of the server's group: the daemon that follows knows it, too.
const partName = 16

func (l *life) part() string { return l.token[:min(len(l.token), partName)] }

// leaveGroup ends what is left of a life in its part of the server's group: the child has ended, and what it has started is ended with it, in whatever session that is by now.
func (l *life) leaveGroup() {
	n, err := l.group.Kill()
	if n > 0 || err != nil {
		l.s.o.Log.Info("processes were ended that a server had left behind in its group", "server", l.name(), "number", n, "error", err)
	}
	l.group.Close()
}

// bounded tells what is not enforced of a group's limits.
func (l *life) bounded(g *cgroup.Group, open []string) *cgroup.Group {
	for _, what := range open {
		l.s.o.Log.Warn("a limit of a server is not enforced", "server", l.name(), "limit", what)
	}
	l.st.update(func() { l.unenforced = open })
	return g
}
