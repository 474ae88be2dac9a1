//go:build unix

package bbolt

import "syscall"

func isFull(err error) bool {
	return means(err, syscall.ENOSPC) || means(err, syscall.EDQUOT) || means(err, syscall.EFBIG)
}

func isReadOnly(err error) bool { return means(err, syscall.EROFS) }
