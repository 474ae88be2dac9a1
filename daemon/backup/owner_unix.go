//go:build unix

package backup

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// giveTo gives all that is below a folder to whom another belongs: root may restore what is another user's.
func giveTo(owner, below string) error {
	s, err := os.Stat(owner)
	if err != nil {
		return err
	}
	of, ok := s.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 || of.Uid == 0 && of.Gid == 0 {
		return nil
	}
	return filepath.WalkDir(below, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(of.Uid), int(of.Gid))
	})
}
