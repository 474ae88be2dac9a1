package process

import (
	"bytes"
	"errors"
	"io"
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

// look reads a process's start and state. The start is in clock ticks since the boot, which
// no setting of the clock changes.
func look(pid int) (start string, state State, err error) {
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", Gone, ErrGone
		}
		return "", Unknown, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	if errors.Is(err, syscall.ESRCH) {
		return "", Gone, ErrGone
	}
	end := bytes.LastIndexByte(b, ')') // the name before it may contain anything
	if err != nil || end < 0 {
		return "", Unknown, err
	}
	fields := bytes.Fields(b[end+1:])
	if len(fields) < fieldCount {
		return "", Unknown, errors.New("/proc/PID/stat is not readable")
	}
	start = bootID() + ":" + string(fields[fieldStart])
	flags, _ := strconv.ParseUint(string(fields[fieldFlags]), 10, 64)
	threads, _ := strconv.Atoi(string(fields[fieldThreads]))
	switch ended := bytes.ContainsAny(fields[fieldState], "ZX"); {
	case ended && threads <= 1:
		return start, Gone, nil
	case ended: // its first thread has ended, others run
		return start, Running, nil
	case flags&flagExiting != 0:
		return start, Ending, nil
	}
	return start, Running, nil
}
