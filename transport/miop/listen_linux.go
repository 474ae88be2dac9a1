package miop

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
)

// listenGroup joins a group by an interface, nil for the system's choice. Package net would bind a socket to the port at all addresses, which takes it from who hears at one of them, and hears what is sent to those; one that is bound to the
// group's address has neither.
func listenGroup(at netip.AddrPort, by *net.Interface) (*net.UDPConn, error) {
	if !at.Addr().Is4() {
		return listenPort(at, by)
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	f := os.NewFile(uintptr(fd), "a group's socket")
	c, err := joined(fd, f, at, by)
	return c, errors.Join(err, f.Close()) // c has a copy
}

func joined(fd int, f *os.File, at netip.AddrPort, by *net.Interface) (*net.UDPConn, error) {
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return nil, os.NewSyscallError("setsockopt", err)
	}
	if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, ipMulticastAll, 0); err != nil { // else it hears what others have joined on other interfaces
		return nil, os.NewSyscallError("setsockopt", err)
	}
	group := at.Addr().As4()
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Port: int(at.Port()), Addr: group}); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	m := &syscall.IPMreqn{Multiaddr: group}
	if by != nil {
		m.Ifindex = int32(by.Index)
	}
	if err := syscall.SetsockoptIPMreqn(fd, syscall.IPPROTO_IP, syscall.IP_ADD_MEMBERSHIP, m); err != nil {
		return nil, os.NewSyscallError("setsockopt", err)
	}
	c, err := net.FilePacketConn(f)
	if err != nil {
		return nil, err
	}
	u, is := c.(*net.UDPConn)
	if !is {
		return nil, errors.Join(errors.New("the socket of a group is none of UDP"), c.Close())
	}
	return u, nil
}

// ipMulticastAll is IP_MULTICAST_ALL, which package syscall does not name.
const ipMulticastAll = 49
