package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
)

// servers looks at those that are registered.
func (e *exam) servers(ctx context.Context) {
	if e.status == nil {
		return
	}
	all, err := e.Daemon.Servers(ctx)
	if err != nil {
		e.say("servers", Bad, "", "they cannot be listed: %v", err)
		return
	}
	sound := 0
	for _, s := range all {
		before := len(e.found)
		e.server(s)
		if len(e.found) == before {
			sound++
		}
	}
	if sound > 0 {
		e.say("servers", Good, "", "%d of %d are as they should be", sound, len(all))
	}
}

func (e *exam) server(s admin.Server) {
	about := "server " + s.Name
	if len(s.Command) > 0 && s.Run.State != admin.StateElsewhere {
		name := s.Command[0]
		if err := e.Machine.Program(name); err != nil && (strings.ContainsRune(name, '/') || !hasPath(s.Env)) {
			e.say(about, Bad, "dsom server upgrade "+s.Name+" -- PROGRAM ARGUMENTS", "its program cannot be run: %v", err)
		}
	}
	switch r := s.Run; {
	case r.State == admin.StateBackOff || r.Failures > 0:
		e.say(about, Bad, "dsom server logs "+s.Name+"; and dsom server start "+s.Name+" does not wait", "it has failed %s: %s", times(r.Failures), r.LastError)
	case r.State == admin.StateLost:
		e.say(about, Bad, "wait, or: dsom server stop "+s.Name, "its process %d lives, and does not speak to the daemon", r.PID)
	case s.Disabled:
		e.say(about, Note, "dsom server start "+s.Name, "it is disabled: calls of its objects fail")
	}
	for _, l := range s.Run.Unenforced {
		e.say(about, Note, "run the daemon where it may make control groups: as root, or with Delegate=yes in systemd", "a limit is not enforced: %s", l)
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times in a row", n)
}

// hasPath reports whether a server's environment says where programs are.
func hasPath(env []string) bool {
	for _, v := range env {
		if strings.HasPrefix(v, "PATH=") {
			return true
		}
	}
	return false
}
