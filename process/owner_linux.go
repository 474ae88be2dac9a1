package process

import (
	"os"
	"strconv"
	"syscall"
)

// Owner returns the number of the account under which the process runs, if it lives and the system tells. The system tells on Linux.
func (id ID) Owner() (uid int, ok bool) {
	info, err := os.Stat("/proc/" + strconv.Itoa(id.PID))
	if err != nil || id.certain() != nil { // the number was not another's when it was looked at
		return 0, false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(s.Uid), true
}
