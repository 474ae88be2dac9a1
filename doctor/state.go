package doctor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
)

// What is asked of the machine at least.
const (
	leastFree  = 64 << 20 // octets for the state: what the outputs of two servers take
	enoughFree = 1 << 30
	leastFiles = 1024

	slowAnswer = time.Second // of the daemon, or of who looks names up
)

// made is when this was written: no clock that is right is before it.
var made = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// storeName is the file in the state folder that must be whole.
const storeName = "dsom.db"

func (e *exam) folder(context.Context) {
	const about = "state folder"
	s, err := os.Stat(e.State)
	switch {
	case errors.Is(err, os.ErrNotExist):
		e.say(about, Good, "", "%s is not there yet: the first dsom daemon makes it", e.State)
		return
	case err != nil:
		e.say(about, Bad, "run dsom as the daemon's user, or name another folder with --state", "%s cannot be looked at: %v", e.State, err)
		return
	case !s.IsDir():
		e.say(about, Bad, "move it away, or name another folder with --state", "%s is no folder", e.State)
		return
	case runtime.GOOS != "windows" && s.Mode().Perm()&0o022 != 0:
		e.say(about, Bad, "chmod 700 "+e.State, "others can change what is in %s (%v): who can is the daemon's master", e.State, s.Mode().Perm())
	case runtime.GOOS != "windows" && s.Mode().Perm()&0o055 != 0:
		e.say(about, Note, "chmod 700 "+e.State, "others can see which files are in %s (%v)", e.State, s.Mode().Perm())
	}
	left, all, err := e.Machine.Free(e.State)
	switch {
	case err != nil:
		e.say(about, Note, "", "%s; its file system does not tell how much room there is: %v", e.State, err)
	case left < leastFree:
		e.say(about, Bad, "make room: without it no name and no server can be changed", "%s has %s left, of %s", e.State, octets(left), octets(all))
	case left < enoughFree:
		e.say(about, Note, "make room, or give servers' outputs less: server-output", "%s has %s left, of %s", e.State, octets(left), octets(all))
	default:
		e.say(about, Good, "", "%s, %s left", e.State, octets(left))
	}
}

func octets(n uint64) string {
	for _, u := range []struct {
		name string
		size uint64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= u.size {
			return strconv.FormatFloat(float64(n)/float64(u.size), 'f', 1, 64) + " " + u.name
		}
	}
	return strconv.FormatUint(n, 10) + " octets"
}

func (e *exam) daemon(ctx context.Context) {
	const about = "daemon"
	if e.NoAccess != nil {
		e.say(about, Bad, "run dsom doctor as the daemon's user, or as root", "%v", e.NoAccess)
		return
	}
	if e.Daemon != nil {
		limited, cancel := context.WithTimeout(ctx, 5*e.Timeout)
		defer cancel()
		began := time.Now()
		s, err := e.Daemon.Status(limited)
		took := time.Since(began)
		switch {
		case err == nil && took > slowAnswer:
			e.status = &s
			e.say(about, Note, "look what keeps the machine: dsom top", "process %d answers, but took %v for it", s.PID, took.Round(time.Millisecond))
		case err == nil:
			e.status = &s
			e.say(about, Good, "", "process %d takes calls at %v", s.PID, s.Addresses)
		case !errors.Is(err, admin.ErrNoDaemon):
			e.say(about, Bad, "end it and start it again; its servers live on if it is killed, and are taken up", "it does not answer: %v", err)
			return
		}
	}
	if e.status != nil {
		if v := e.status.Version; e.Version != "" && v != e.Version {
			e.say(about, Note, "start the daemon again: dsom daemon --leave-servers", "its version is %q, and this program's is %q", v, e.Version)
		}
		return
	}
	if who := e.Machine.Owner(ctx, e.Port); who != "" {
		e.say(about, Bad, "end that, or: dsom daemon --listen :PORT --state DIR", "none runs, and port %d is taken by %s", e.Port, who)
		return
	}
	e.say(about, Bad, "dsom daemon", "none runs with this state folder")
}

// lost says what cannot be read of the state.
func (e *exam) lost(text string) {
	e.say("state", Bad, "restore a copy from before (dsom restore --replace), or make anew what it was: a server by dsom server add under its name, which keeps its references good, a name by dsom name bind", "%s", text)
}

// store looks at the state where no daemon has it.
func (e *exam) store(ctx context.Context) {
	const about = "state"
	path := filepath.Join(e.State, storeName)
	if e.status != nil { // who runs has looked at it when it started
		for _, text := range e.status.Damaged {
			e.lost(text)
		}
	}
	if e.status != nil || e.NoAccess != nil {
		return
	}
	if err := e.Interrupted; err != nil {
		e.say(about, Bad, "that; a daemon does not start until then", "%v", err)
		return
	}
	if _, err := os.Stat(path); err != nil {
		return
	}
	s, err := bbolt.Open(path, bbolt.Options{})
	one := (*store.Error)(nil)
	switch {
	case errors.Is(err, store.ErrLocked):
		e.say(about, Bad, "end that process, or wait until it has ended", "%v", err)
		return
	case errors.Is(err, os.ErrPermission) || errors.Is(err, store.ErrReadOnly):
		e.say(about, Bad, "run dsom doctor as the daemon's user; if that may not read it either, give it the file", "%v", err)
		return
	case errors.Is(err, store.ErrCorrupt) && errors.As(err, &one) && one.Key != "":
		e.say(about, Bad, "start the daemon, which puts that aside and serves the rest; or restore a copy: dsom restore", "%v", err)
		return
	case err != nil:
		e.say(about, Bad, "restore a copy: dsom restore; or begin anew with another folder, --state", "%v", err)
		return
	}
	aside, err := store.AllAside(ctx, s, "", implrepo.MaxDamaged)
	if err := errors.Join(err, s.Close()); err != nil {
		e.say(about, Bad, "", "%v", err)
		return
	}
	for _, a := range aside {
		e.lost(a.String())
	}
	if len(aside) > 0 {
		return
	}
	e.say(about, Good, "", "%s is whole", path)
}

func (e *exam) clock(context.Context) {
	const about = "clock"
	now := e.Machine.Now()
	switch yes, known := e.Machine.Synchronised(); {
	case now.Before(made):
		e.say(about, Bad, "set it, and have it kept: systemd-timesyncd, chrony", "it says %s", now.Format(time.DateOnly))
	case e.status != nil && e.status.Started.After(now.Add(time.Minute)):
		e.say(about, Bad, "set it, and have it kept: systemd-timesyncd, chrony", "it was put back: the daemon was started %v from now", e.status.Started.Sub(now).Round(time.Second))
	case known && !yes:
		e.say(about, Note, "have it kept: systemd-timesyncd, chrony; in a container the machine below it does", "it says %s, and is not known to follow another", now.Format(time.DateTime))
	default:
		e.say(about, Good, "", "%s", now.Format(time.DateTime))
	}
}

func (e *exam) files(context.Context) {
	n := e.Machine.Files()
	if e.status != nil && e.status.Files > 0 {
		n = e.status.Files
	}
	switch {
	case n == 0:
	case n < leastFiles:
		e.say("open files", Note, "ulimit -n 65536, or LimitNOFILE=65536 in systemd", "%d at most for a process: that bounds how many clients there can be", n)
	default:
		e.say("open files", Good, "", "%d at most for a process", n)
	}
}
