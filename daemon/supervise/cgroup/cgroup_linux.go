package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// leaf is the name of the group in which the daemon itself is, so that the group above can be divided: of those that are none may have processes and controlled groups. Either the
// service manager has put it there (DelegateSubgroup= of systemd 254 and later), or it moves there itself. control is that in which systemd runs what
// goes with a service whose group is delegated, such as ExecStartPre=.
const (
	leaf    = "daemon"
	control = ".control"
)

// controllers are those whose limits there are.
var controllers = []string{"memory", "cpu", "pids"}

// period is that of the limit of processor time, in microseconds.
const period = 100_000

// base is where groups are made.
var base = sync.OnceValues(func() (string, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	return findBase(string(mounts), string(own))
})

// findBase returns the folder of the group below which others are to be made, by what the system says of its mounts and of
// the groups of this process.
func findBase(mounts, own string) (string, error) {
	var at, root string
	for line := range strings.Lines(mounts) {
		left, right, ok := strings.Cut(line, " - ")
		fields := strings.Fields(left)
		if ok && len(fields) >= 5 && strings.HasPrefix(right, "cgroup2 ") {
			root, at = fields[3], fields[4]
		}
	}
	if at == "" {
		return "", errors.New("this system has no cgroups of version 2")
	}
	for line := range strings.Lines(own) {
		path, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::")
		if !ok {
			continue
		}
		if rel, err := filepath.Rel(root, path); err == nil && !strings.HasPrefix(rel, "..") {
			path = rel
		}
		dir := filepath.Join(at, path)
		if name := filepath.Base(dir); name == leaf || name == control {
			dir = filepath.Dir(dir)
		}
		return dir, nil
	}
	return "", errors.New("this process is in no cgroup of version 2")
}

// Make returns the group of a name with its limits and a part of it, made if need be, and what of the limits is not enforced, or that there is no part, and
// why. It returns no group where none can be made.
func Make(name, part string, l Limits) (*Group, []string) {
	dir, err := base()
	if err != nil {
		return nil, l.unenforced(err)
	}
	return makeBelow(dir, name, part, l)
}

// Find returns the group of a name with a part that there is; nil: there is none.
func Find(name, part string) *Group {
	dir, err := base()
	if err != nil {
		return nil
	}
	return findBelow(dir, name, part)
}

// findBelow is Find below a folder.
func findBelow(dir, name, part string) *Group {
	g := &Group{dir: filepath.Join(dir, "dsom-"+name)}
	g.part = filepath.Join(g.dir, part)
	var err error
	if g.f, err = os.Open(g.part); err != nil {
		return nil
	}
	return g
}

// Rejoin returns the group of a name with its limits as they are now, and a part of it, if a process is in that, or in the group itself, that an earlier daemon has started, and what of them is not enforced. One
// that was started when there were none is outside, and stays so: what it has started may be anywhere. A group of others gets the limits too, and one of nobody ends.
func Rejoin(name, part string, pid int, l Limits) (*Group, []string) {
	dir, err := base()
	if err != nil {
		return nil, l.unenforced(err)
	}
	return rejoinBelow(dir, name, part, pid, l)
}

// rejoinBelow is Rejoin below a folder.
func rejoinBelow(dir, name, part string, pid int, l Limits) (*Group, []string) {
	if all, err := members(filepath.Join(dir, "dsom-"+name, part)); err == nil && slices.Contains(all, pid) {
		return makeBelow(dir, name, part, l)
	}
	all, err := members(filepath.Join(dir, "dsom-"+name))
	if slices.Contains(all, pid) {
		return makeBelow(dir, name, "", l)
	}
	var open []string
	if err == nil {
		var g *Group
		g, open = makeBelow(dir, name, "", l)
		g.Close()
	}
	if l != (Limits{}) {
		open = l.unenforced(fmt.Errorf("process %d is not in the group: it was started before there were such limits, or by a daemon that was in another group; they hold from its next start on", pid))
	}
	return nil, open
}

// makeBelow is Make below a folder.
func makeBelow(dir, name, part string, l Limits) (*Group, []string) {
	g := &Group{dir: filepath.Join(dir, "dsom-"+name)}
	if err := os.Mkdir(g.dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, l.unenforced(fmt.Errorf("no group can be made below %s: %w", dir, err))
	}
	at := g.dir
	var open []string
	if part != "" { // without it the limits hold all the same
		if err := os.Mkdir(filepath.Join(g.dir, part), 0o755); err == nil || errors.Is(err, os.ErrExist) {
			g.part = filepath.Join(g.dir, part)
			at = g.part
		} else {
			open = append(open, fmt.Sprintf("end of all that a process has started: no part of the group can be made: %v; what goes into a session of its own may outlive it", err))
		}
	}
	var err error
	if g.f, err = os.Open(at); err != nil {
		return nil, append(open, l.unenforced(err)...)
	}
	for _, c := range (Limits{Memory: 1, CPU: 1, Processes: 1}).settings() { // a group that is there may have limits that there are no more
		if !slices.ContainsFunc(l.settings(), func(s setting) bool { return s.file == c.file }) {
			if err := g.lift(c); err != nil {
				open = append(open, fmt.Sprintf("%s: a limit that there is no more is still on: %v", c.what, err))
			}
		}
	}
	for _, c := range l.settings() {
		if err := g.set(dir, c); err != nil {
			open = append(open, fmt.Sprintf("%s: %v", c.what, err))
		}
	}
	return g, open
}

// A setting is a limit in the form in which it is written to a group.
type setting struct{ controller, file, value, what string }

// settings are the limits that there are.
func (l Limits) settings() (all []setting) {
	if l.Memory > 0 {
		all = append(all, setting{"memory", "memory.max", strconv.FormatInt(l.Memory, 10), "memory of all processes together"})
	}
	if l.CPU > 0 {
		value := fmt.Sprint(l.CPU*period/100, period)
		all = append(all, setting{"cpu", "cpu.max", value, "processor time of all processes together"})
	}
	if l.Processes > 0 {
		all = append(all, setting{"pids", "pids.max", strconv.FormatInt(l.Processes, 10), "number of processes"})
	}
	return all
}

// set enforces one limit.
func (g *Group) set(above string, c setting) error {
	have, err := os.ReadFile(filepath.Join(above, "cgroup.controllers"))
	if err != nil {
		return err
	}
	if !strings.Contains(" "+strings.TrimSpace(string(have))+" ", " "+c.controller+" ") {
		return fmt.Errorf("the system has not given the controller %s to %s (systemd: Delegate=yes)", c.controller, above)
	}
	if err := vacate(above); err != nil {
		return fmt.Errorf("the controller %s cannot be used below %s: %w", c.controller, above, err)
	}
	if err := os.WriteFile(filepath.Join(above, subtree), []byte("+"+c.controller), 0); err != nil {
		return fmt.Errorf("the controller %s cannot be used below %s, in which no process must be itself: %w", c.controller, above, err)
	}
	return os.WriteFile(filepath.Join(g.dir, c.file), []byte(c.value), 0)
}

// lift takes a limit off. Where the controller is not in use there is none.
func (g *Group) lift(c setting) error {
	f, err := os.OpenFile(filepath.Join(g.dir, c.file), os.O_WRONLY|os.O_TRUNC, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString("max")
	return errors.Join(err, f.Close())
}

// unenforced says of all limits why they are not enforced.
func (l Limits) unenforced(err error) (all []string) {
	for _, c := range l.settings() {
		all = append(all, fmt.Sprintf("%s: %v", c.what, err))
	}
	return all
}

// How long Kill waits for the system to end what it has killed, and how often it looks.
const (
	killTime = 5 * time.Second
	killPoll = 2 * time.Millisecond
)

// Kill ends all processes that are in the part, wherever they have gone otherwise, and waits until they have ended. It returns how many there were. Of a group without parts, which may have processes of others, it ends none.
func (g *Group) Kill() (n int, err error) {
	if g == nil || g.part == "" {
		return 0, nil
	}
	for end := time.Now().Add(killTime); ; time.Sleep(killPoll) {
		all, err := members(g.part)
		if n = max(n, len(all)); err != nil || len(all) == 0 {
			return n, err
		}
		if time.Now().After(end) {
			return n, fmt.Errorf("processes %d in the group %s have been killed, and did not end within %v", all, g.part, killTime)
		}
		if err := g.kill(); err != nil { // before Linux 5.14
			for _, pid := range all {
				_ = unix.Kill(pid, unix.SIGKILL)
			}
		}
	}
}

// kill has the system kill all at once, which none escapes by a fork.
func (g *Group) kill() error {
	f, err := os.OpenFile(filepath.Join(g.part, "cgroup.kill"), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString("1")
	return errors.Join(err, f.Close())
}

// Close gives the group up, and removes its part, and the group itself, if nothing is in them.
func (g *Group) Close() {
	if g == nil {
		return
	}
	_ = g.f.Close()
	if g.part != "" {
		_ = os.Remove(g.part)
	}
	_ = os.Remove(g.dir) // another process of the server may be in it
}
