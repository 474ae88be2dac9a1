package process

import (
	"os"
	"strconv"
)

// An eye is the file from which the size of a process's memory is read. The system forgets a process's memory when it ends, before it closes
// its connections, and what was opened of one process never tells of a later one with the same number. One
// system call reads it, and the system has next to nothing to count for that: /proc/PID/stat costs three, and sums up what all threads have used.
type eye struct{ file *os.File }

func (e *eye) open(id ID) {
	f, err := os.Open("/proc/" + strconv.Itoa(id.PID) + "/statm")
	if err != nil {
		return
	}
	if id.State() != Running { // it may be of another
		_ = f.Close()
		return
	}
	e.file = f
}

// lives reports whether the process is certain to live.
func (e *eye) lives() bool {
	if e.file == nil {
		return false
	}
	var buf [1]byte // the first digit of its size in pages
	n, err := e.file.ReadAt(buf[:], 0)
	return n == 1 && err == nil && buf[0] != '0'
}

func (e *eye) close() {
	if e.file != nil {
		_ = e.file.Close()
	}
}
