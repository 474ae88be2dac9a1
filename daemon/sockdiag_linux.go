package daemon

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"syscall"
)

// What package syscall does not have of linux/sock_diag.h and linux/inet_diag.h.
const (
	netlinkSockDiag  = 4
	sockDiagByFamily = 20
	diagRequest      = 4 + 4 + diagSockID      // family, protocol, extensions, states, and which socket
	diagSockID       = 2 + 2 + 16 + 16 + 4 + 8 // ports, addresses, interface, cookie
	diagMessage      = 4 + diagSockID + 5*4    // family, state, timer, and which socket; times, queues, user, inode
	diagWait         = 1                       // seconds
)

// ask asks the system for the client's end, by both its addresses, which costs the same however many connections there are. The error is
// errors.ErrUnsupported where it does not answer that.
func (l link) ask() (s socket, err error) {
	if l.client.Addr().IsLinkLocalUnicast() { // an interface goes with it
		return s, errors.ErrUnsupported
	}
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, netlinkSockDiag)
	if err != nil {
		return s, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	defer func() { _ = syscall.Close(fd) }()
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Sec: diagWait}); err != nil {
		return s, err
	}
	if err := syscall.Sendto(fd, l.diagQuestion(), 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return s, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	answer := make([]byte, 4096)
	n, from, err := syscall.Recvfrom(fd, answer, 0)
	if err != nil {
		return s, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	if k, ok := from.(*syscall.SockaddrNetlink); !ok || k.Pid != 0 {
		return s, errors.New("the answer is not the system's")
	}
	return l.diagAnswer(answer[:n])
}

// diagQuestion is the message that asks for the client's end.
func (l link) diagQuestion() []byte {
	native := binary.NativeEndian
	q := make([]byte, 0, syscall.NLMSG_HDRLEN+diagRequest)
	q = native.AppendUint32(q, uint32(cap(q)))
	q = native.AppendUint16(q, sockDiagByFamily)
	q = native.AppendUint16(q, syscall.NLM_F_REQUEST)
	q = native.AppendUint64(q, 0) // number, and port
	family := byte(syscall.AF_INET6)
	if l.client.Addr().Is4() && l.here.Addr().Is4() {
		family = syscall.AF_INET
	}
	q = append(q, family, syscall.IPPROTO_TCP, 0, 0)
	q = native.AppendUint32(q, ^uint32(0)) // in any state
	q = binary.BigEndian.AppendUint16(q, l.client.Port())
	q = binary.BigEndian.AppendUint16(q, l.here.Port())
	for _, a := range []netip.Addr{l.client.Addr(), l.here.Addr()} {
		var b [16]byte
		if family == syscall.AF_INET {
			copy(b[:], a.AsSlice())
		} else {
			b = a.As16()
		}
		q = append(q, b[:]...)
	}
	q = native.AppendUint32(q, 0)             // whatever interface
	return native.AppendUint64(q, ^uint64(0)) // no cookie
}

// diagAnswer reads what the system answers.
func (l link) diagAnswer(b []byte) (s socket, err error) {
	native := binary.NativeEndian
	if len(b) < syscall.NLMSG_HDRLEN {
		return s, errors.New("the system's answer is cut short")
	}
	kind, m := native.Uint16(b[4:]), b[syscall.NLMSG_HDRLEN:]
	switch {
	case kind == syscall.NLMSG_ERROR && len(m) >= 4:
		if code := syscall.Errno(-int32(native.Uint32(m))); code != syscall.ENOENT {
			return s, fmt.Errorf("%w: %w", errors.ErrUnsupported, code)
		}
		return s, errNoSocket
	case kind != sockDiagByFamily || len(m) < diagMessage:
		return s, errors.New("the system's answer is none")
	}
	// Where there is no such connection, a listener that would take it is an answer, too.
	if binary.BigEndian.Uint16(m[4:]) != l.client.Port() || binary.BigEndian.Uint16(m[6:]) != l.here.Port() {
		return s, errNoSocket
	}
	of := m[4+diagSockID:]
	return socket{local: l.client, remote: l.here, user: int(native.Uint32(of[12:])), inode: strconv.FormatUint(uint64(native.Uint32(of[16:])), 10)}, nil
}
