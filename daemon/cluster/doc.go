// Package cluster makes daemons act as one that share a store: which machines there are, which of them are up, and which of them has a server
// that may run on each.
//
// Each machine has an entry in the store, and beside it a beat, which its daemon writes again and again. Whoever sees a beat unchanged for
// DeadAfter removes both, on condition that the beat is still what was seen: the machine is dead then, for all. One that had a beat to write in that moment has
// either written it, and is not removed, or is told by its own commit that it is dead. What counts are spans of time that each machine measures
// for itself, by a clock that is not set; what the machines think the time is does not matter.
//
// A server that may run anywhere is claimed, by an entry of its own, before it is started. A claim is good for as long as the machine's entry is the
// one that was there when it was made, and is taken over by a commit that expects it as it was: one machine has it at a time.
//
// The store keeps a claim from being had twice, and cannot keep a process from running that was started under one. So a machine trusts its claims only for a
// part of DeadAfter, its hold, from the moment before it began its last beat that succeeded: when that is over what it has started by claims has ended, by itself
// or by force (see server/lease). A machine that is cut off, whose daemon is killed, or that comes back makes no second writer, as long as no
// machine's clock runs a third slower than another's; for the rest there is the number of the claim, which grows, and which a server is told as DSOM_SERVER_FENCE.
package cluster

import "time"

// The times.
const (
	DefaultDeadAfter = 20 * time.Second // a beat that has not changed for so long is a dead machine's
	LeastDeadAfter   = 2 * time.Second
	MostDeadAfter    = time.Hour

	beatsInDead = 10 // beats in DeadAfter
	holdTenths  = 6  // of DeadAfter
	suspectBeat = 3  // beats that are missing of a machine to which nobody is sent any more until it is clear what became of it
)

// The entries in the shared store, names escaped:
//
//	cluster/identity        what all daemons have in common
//	cluster/machine/NAME    a machine that is up, or not known to be dead
//	cluster/beat/NAME       written by it again and again
//	cluster/claim/UUID      which machine has a server that may run on any
//
// And in the machine's own:
//
//	daemon/machine          which machine it is, and of which daemons
const (
	prefix         = "cluster/"
	identityKey    = prefix + "identity"
	prefixMachine  = prefix + "machine/"
	prefixBeat     = prefix + "beat/"
	prefixClaim    = prefix + "claim/"
	ownKey         = "daemon/machine"
	daemonIdentity = "daemon/identity" // of package daemon: what a daemon without others is
)
