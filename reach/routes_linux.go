package reach

import (
	"net/netip"
	"sync"
	"syscall"
)

// The kinds of news of the kernel's tables that what source answers depends on: RTMGRP_LINK, and addresses, routes and rules of IPv4 and IPv6 (linux/rtnetlink.h).
const routesGroups = 0x1 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400 | 1<<(19-1)

// mostNews is how many pieces of news are thrown away before it is asked anew in any case.
const mostNews = 1000

// A routed answer is kept until the kernel has news of its tables: it puts these into a socket before a change of them is done, and whether there are any costs one system
// call, where to ask source costs four, of which the one that makes a socket is dear. Where there is no such socket, as in some sandboxes, nothing is kept.
// It is for the network that the process is in when the first asks. Safe for concurrent use.
type routed struct {
	mu    sync.Mutex
	fd    int
	state routedState
	at    netip.Addr
	text  string
}

type routedState int

const (
	routedNew   routedState = iota // no socket has been asked for
	routedNone                     // there is none
	routedStale                    // there is news, or nothing has been asked
	routedKept
)

// outward returns the first answer of source for probes that others can use.
func (r *routed) outward() (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state == routedNew {
		r.state = r.listen()
	}
	if r.state != routedNone && r.news() {
		r.state = routedStale
	}
	if r.state == routedKept {
		return r.text, true
	}
	at, ok := outwardSource()
	if !ok {
		return "", false
	}
	if at != r.at {
		r.at, r.text = at, at.String()
	}
	if r.state == routedStale {
		r.state = routedKept
	}
	return r.text, true
}

func (r *routed) listen() routedState {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, syscall.NETLINK_ROUTE)
	if err != nil {
		return routedNone
	}
	if err := syscall.Bind(fd, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK, Groups: routesGroups}); err != nil {
		_ = syscall.Close(fd)
		return routedNone
	}
	r.fd = fd
	return routedStale
}

// news reports whether the kernel has said anything since it was asked last. What it said is thrown away.
func (r *routed) news() bool {
	var octet [1]byte // the rest of a message is dropped
	for n := range mostNews {
		switch _, err := syscall.Read(r.fd, octet[:]); err {
		case nil, syscall.EINTR, syscall.ENOBUFS: // the last: some were lost
		case syscall.EAGAIN:
			return n > 0
		default:
			_ = syscall.Close(r.fd)
			r.state = routedNone
			return false
		}
	}
	return true
}
