package bbolt

import "syscall"

// What Windows calls a full disk and a write-protected one.
const (
	errorHandleDiskFull = syscall.Errno(39)
	errorDiskFull       = syscall.Errno(112)
	errorWriteProtect   = syscall.Errno(19)
)

func isFull(err error) bool {
	return means(err, errorDiskFull) || means(err, errorHandleDiskFull)
}

func isReadOnly(err error) bool { return means(err, errorWriteProtect) }
