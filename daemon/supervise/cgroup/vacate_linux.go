package cgroup

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	procs   = "cgroup.procs"           // the processes that are in a group itself
	subtree = "cgroup.subtree_control" // the controllers of the groups below
)

// vacating is held while a group is vacated.
var vacating sync.Mutex

// vacateRounds bounds how often processes are looked for that have come to be meanwhile.
const vacateRounds = 100

// vacate moves this process out of a group, into the leaf below it, if it is in it, with all others that are: else nothing below it can be limited. They have to be its own, or
// the group has to be delegated to it: a group of others, such as that of somebody's session, is left as it is.
func vacate(dir string) error {
	vacating.Lock()
	defer vacating.Unlock()
	for range vacateRounds {
		all, err := members(dir)
		if err != nil || !slices.Contains(all, os.Getpid()) && !isDelegated(dir) || len(all) == 0 {
			return err
		}
		if !isDelegated(dir) {
			for _, pid := range all {
				if !isOurs(pid) {
					return fmt.Errorf("process %d is in it too, which is not the daemon's: run the daemon in a group of its own (systemd: Delegate=yes)", pid)
				}
			}
		}
		below := filepath.Join(dir, leaf)
		if err := os.Mkdir(below, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
		for _, pid := range all {
			err := os.WriteFile(filepath.Join(below, procs), []byte(strconv.Itoa(pid)), 0)
			if err != nil && !errors.Is(err, unix.ESRCH) { // it has ended
				return fmt.Errorf("process %d cannot be moved into %s: %w", pid, below, err)
			}
		}
	}
	return fmt.Errorf("processes have come to be in it all the time (%d times)", vacateRounds)
}

// members returns the processes that are in a group.
func members(dir string) (all []int, err error) {
	text, err := os.ReadFile(filepath.Join(dir, procs))
	for word := range strings.FieldsSeq(string(text)) {
		if pid, bad := strconv.Atoi(word); bad == nil && pid > 0 { // 0: one that this process cannot see
			all = append(all, pid)
		}
	}
	return all, err
}

// isDelegated reports whether systemd has given the group to its service, by the attributes by which it says so.
func isDelegated(dir string) bool {
	for _, name := range []string{"user.delegate", "trusted.delegate"} {
		value := make([]byte, 8)
		if n, err := unix.Getxattr(dir, name, value); err == nil && string(value[:n]) == "1" {
			return true
		}
	}
	return false
}

// isOurs reports whether a process is this one, or descends from it. One that has ended is nobody's, and in nobody's way.
func isOurs(pid int) bool {
	for pid > 1 || pid == os.Getpid() {
		if pid == os.Getpid() {
			return true
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH)
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // the name before may have spaces
		if len(fields) < 2 {
			return false
		}
		if pid, err = strconv.Atoi(fields[1]); err != nil {
			return false
		}
	}
	return false
}

// MakeWay has the group of a service of systemd, for which this process is run before its program (ExecStartPre=), be one in which a process can be started: what an earlier daemon limited below it, whose
// servers live on, is without limits until the next daemon sets them again. Run by anybody else it does nothing.
func MakeWay() error {
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return err
	}
	if !isControl(string(own)) {
		return nil
	}
	dir, err := base()
	if err != nil {
		return err
	}
	return makeWay(dir)
}

// isControl reports whether a process is in the group of what goes with a service, by what the system says of its groups.
func isControl(own string) bool {
	for line := range strings.Lines(own) {
		if path, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::"); ok {
			return filepath.Base(path) == control
		}
	}
	return false
}

// makeWay is MakeWay of a folder.
func makeWay(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, subtree))
	if err != nil {
		return err
	}
	for used := range strings.FieldsSeq(string(text)) {
		if slices.Contains(controllers, used) {
			err = errors.Join(err, os.WriteFile(filepath.Join(dir, subtree), []byte("-"+used), 0))
		}
	}
	return err
}
