package process

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// The fields of /proc/PID/stat that are read, counted from the one after the name (see proc(5)).
const (
	fieldState   = 0
	fieldGroup   = 2
	fieldSession = 3
	fieldFlags   = 6
	fieldThreads = 17
	fieldStart   = 19
	fieldCount   = 20

	flagExiting = 0x4 // PF_EXITING
)

// bootID tells this boot from others; start times count from the boot.
var bootID = sync.OnceValue(func() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
})

// A stat is what is read of a process or of one of its threads.
type stat struct {
	ended   bool // it is a zombie
	exiting bool // it runs no code of its own any more
	threads int  // of the process that are left, this one included
	group   int
	session int
	start   string
}

// look reads a process's start and state. The start is in clock ticks since the boot, which
// no setting of the clock changes.
func look(pid int) (start string, state State, err error) {
	dir := "/proc/" + strconv.Itoa(pid)
	s, err := readStat(dir + "/stat")
	switch {
	case errors.Is(err, ErrGone):
		return "", Gone, err
	case err != nil:
		return "", Unknown, err
	case s.ended && s.threads <= 1:
		state = Gone
	case s.ended: // its first thread has ended
		if state, err = others(dir + "/task"); err != nil {
			return "", Unknown, err
		}
	case s.exiting:
		state = Ending
	default:
		state = Running
	}
	return bootID() + ":" + s.start, state, nil
}

// others returns the state of a process whose first thread has ended: that one may have
// ended alone, or be waiting for the others to follow.
func others(task string) (State, error) {
	threads, err := os.ReadDir(task)
	if isGone(err) {
		return Gone, nil
	}
	if err != nil {
		return Unknown, err
	}
	for _, t := range threads {
		s, err := readStat(task + "/" + t.Name() + "/stat")
		switch {
		case errors.Is(err, ErrGone):
		case err != nil:
			return Unknown, err
		case !s.ended && !s.exiting:
			return Running, nil
		}
	}
	return Ending, nil
}

// isGone reports whether err says that a process, or thread, has ended since its number was read. A path that leads through what has ended
// is ENOENT if it is looked for then, but ESRCH if it was found just before, be it opened or read.
func isGone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH)
}

func readStat(path string) (stat, error) {
	var buf [1024]byte // the line has about 50 numbers, and a name of 64 octets at most
	b, err := readOnce(path, buf[:])
	if isGone(err) {
		return stat{}, ErrGone
	}
	if err != nil {
		return stat{}, err
	}
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:]) // the name before it may contain anything
	if len(fields) < fieldCount {
		return stat{}, errors.New(path + " is not readable")
	}
	flags, _ := strconv.ParseUint(string(fields[fieldFlags]), 10, 64)
	threads, _ := strconv.Atoi(string(fields[fieldThreads]))
	group, _ := strconv.Atoi(string(fields[fieldGroup]))
	session, _ := strconv.Atoi(string(fields[fieldSession]))
	return stat{bytes.ContainsAny(fields[fieldState], "ZX"), flags&flagExiting != 0, threads, group, session, string(fields[fieldStart])}, nil
}

// readOnce reads the begin of a file that the system makes up as it is read, and which therefore never blocks. It costs three
// system calls, half of what os.ReadFile does: a daemon asks for each call that it sends on whether the server still lives.
func readOnce(path string, buf []byte) ([]byte, error) {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	for err == syscall.EINTR {
		fd, err = syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer func() { _ = syscall.Close(fd) }()
	n, err := syscall.Read(fd, buf)
	for err == syscall.EINTR {
		n, err = syscall.Read(fd, buf)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return buf[:n], nil
}
