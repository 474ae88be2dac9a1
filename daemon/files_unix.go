//go:build unix

package daemon

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// maxFiles returns how many files this process may have open, 0 if the system does not tell. The
// runtime has raised the number to what the user may have.
func maxFiles() uint64 {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return 0
	}
	return uint64(r.Cur)
}

// ownerOf returns whose a file is, by the user's number; told is false where the system does not say.
func ownerOf(info fs.FileInfo) (user int, told bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(s.Uid), true
}

// folderMark returns what tells a folder from others, whichever path leads to it: a copy of it is another.
func folderMark(path string) string {
	if info, err := os.Stat(path); err == nil {
		if s, ok := info.Sys().(*syscall.Stat_t); ok {
			return fmt.Sprintf("%x:%x", s.Dev, s.Ino)
		}
	}
	return path
}
