package node

import "sync/atomic"

// Counts says how often what has happened.
type Counts struct {
	Malformed uint64 // packets that could not be read
	Unasked   uint64 // responses that nobody had asked for
	Elsewhere uint64 // responses from another than who was asked, or about another name
	Foreign   uint64 // requests that tell an address which is not their sender's
	Full      uint64 // requests for which there was no room
	Disputed  uint64 // demands to give a name up that was this node's all the same
	Defended  uint64 // registrations of this node's names by others
	Conflicts uint64 // names that turned out to be another's too
}

type counts struct {
	malformed, unasked, elsewhere, foreign, full, disputed, defended, conflicts atomic.Uint64
}

// Counts returns how often what has happened.
func (n *Node) Counts() Counts {
	c := &n.counts
	return Counts{
		Malformed: c.malformed.Load(), Unasked: c.unasked.Load(), Elsewhere: c.elsewhere.Load(), Foreign: c.foreign.Load(),
		Full: c.full.Load(), Disputed: c.disputed.Load(), Defended: c.defended.Load(), Conflicts: c.conflicts.Load(),
	}
}
