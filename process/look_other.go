//go:build !linux

package process

import (
	"errors"
	"math"
	"strconv"

	psutil "github.com/shirou/gopsutil/v4/process"
)

// look reads a process's start, in milliseconds since 1970 as the system recorded it.
func look(pid int) (start string, state State, err error) {
	if pid > math.MaxInt32 {
		return "", Gone, ErrGone
	}
	there, err := psutil.PidExists(int32(pid))
	if err == nil && !there {
		return "", Gone, ErrGone
	}
	p := &psutil.Process{Pid: int32(pid)}
	if status, err := p.Status(); err == nil && len(status) > 0 && status[0] == psutil.Zombie {
		return "", Gone, nil
	}
	ms, err := p.CreateTime()
	if errors.Is(err, psutil.ErrorProcessNotRunning) {
		return "", Gone, ErrGone
	}
	if err != nil || ms <= 0 {
		return "", Unknown, nil // the system does not tell: the process exists, unidentified
	}
	return strconv.FormatInt(ms, 10), Running, nil
}
