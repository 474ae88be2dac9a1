//go:build unix

package doctor

import "golang.org/x/sys/unix"

func (thisMachine) Files() uint64 {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		return 0
	}
	return uint64(r.Max)
}
