package child

import (
	"os"
	"syscall"
)

// join has attr start a process within a cgroup, from its first instruction on.
func join(attr *syscall.SysProcAttr, group *os.File) {
	if group != nil {
		attr.UseCgroupFD, attr.CgroupFD = true, int(group.Fd())
	}
}
