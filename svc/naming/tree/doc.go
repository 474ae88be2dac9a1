// Package tree is the naming service's logic without its servants: contexts and bindings
// kept in a store, with the semantics of CosNaming (OMG Naming Service 1.3, clause 2).
//
// A tree answers reads from a copy in memory, which changes when a commit to the store has
// succeeded and never otherwise: a read sees the whole of a change or nothing of it, and
// does not touch the disk. Each change is one commit, guarded by the revisions of what it
// rests on and acknowledged when it is durable.
//
// What an object is is none of the tree's business: its reference is octets. Only contexts
// of the tree itself are known, by their id, so that a name that leads through several of
// them is followed in one step.
package tree
