package unix

import (
	"os"
	"sync"
	"syscall"

	sys "golang.org/x/sys/unix"
)

// tells reports whether this system tells of what comes through one epoll in another as a stream needs it, which epoll(7) does not promise: of each message, though nobody
// asks the inner one what it has; of what is not read yet not again and again (Linux before 5.6); and of a peer that reads not at all.
var tells = sync.OnceValue(func() bool {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer syscall.Close(fds[0])
	defer syscall.Close(fds[1])
	inner, err := epollOf(fds[0], sys.EPOLLIN|sys.EPOLLRDHUP|sys.EPOLLET)
	if err != nil {
		return false
	}
	defer syscall.Close(inner)
	outer, err := epollOf(inner, sys.EPOLLIN|sys.EPOLLOUT|sys.EPOLLRDHUP|sys.EPOLLET)
	if err != nil {
		return false
	}
	defer syscall.Close(outer)
	told := func() bool {
		var events [1]sys.EpollEvent
		for {
			n, err := sys.EpollWait(outer, events[:], 0)
			if err != syscall.EINTR {
				return n == 1
			}
		}
	}
	octets := make([]byte, 8)
	for range 3 {
		_, _ = syscall.Write(fds[1], octets[:1])
		if !told() || told() || told() {
			return false
		}
		_, _ = syscall.Read(fds[0], octets)
		_, _ = syscall.Read(fds[0], octets)
		_, _ = syscall.Write(fds[0], octets[:1])
		_, _ = syscall.Read(fds[1], octets)
		if told() {
			return false
		}
	}
	return true
})

// epollOf returns an epoll that has one descriptor.
func epollOf(fd int, events uint32) (int, error) {
	epoll, err := sys.EpollCreate1(sys.EPOLL_CLOEXEC)
	if err != nil {
		return 0, os.NewSyscallError("epoll_create1", err)
	}
	if err := sys.EpollCtl(epoll, sys.EPOLL_CTL_ADD, fd, &sys.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		sys.Close(epoll)
		return 0, os.NewSyscallError("epoll_ctl", err)
	}
	return epoll, nil
}
