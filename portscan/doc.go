// Package portscan says who listens at the ports of this machine, and what really speaks there.
//
// [Listeners] asks the system: address, process, user and program of everything that listens. [Identify] asks the
// listener, politely: at most [MaxConnections] connections, [Patience] long each, in which it says a TLS hello, a GIOP
// LocateRequest for a key that no object has, where that is not answered the Request whether this object exists, and an HTTP HEAD. None
// of them runs anything or changes any state. [IdentifyUDP] asks by datagrams, the LocateRequests alone. They ask nobody whom the caller did not name.
//
// All functions may be called concurrently.
package portscan

import "time"

const (
	// MaxConnections is the most that one listener is connected to.
	MaxConnections = 4
	// Patience is how long one connection is waited for, its establishment included.
	Patience = time.Second
	// bannerWait is how long a listener may take to speak first.
	bannerWait = 400 * time.Millisecond
	// maxAnswer is how many octets of an answer are read.
	maxAnswer = 512
)
