package orb

import "bytes"

const (
	keptContexts = 4   // of a connection, each for an object of its own
	keptKey      = 256 // octets of the key of such an object, at most
)

// contexts are those of requests that are over, of which nobody has asked them for anything that he could have kept. Each
// serves again for requests to the object that it was made for, and for no other: who kept one, or
// what context.WithValue or WithoutCancel made of it, never finds another object in it.
type contexts struct {
	kept [keptContexts]*callContext
	next int // which makes place
}

// take returns the context for requests to the object with this key, or nil.
func (x *contexts) take(key []byte) *callContext {
	for i, c := range x.kept {
		if c != nil && bytes.Equal(c.object, key) {
			x.kept[i] = nil
			return c
		}
	}
	return nil
}

// put ends a context, and keeps it if it may serve again.
func (x *contexts) put(c *callContext) {
	if !c.finish() || len(c.object) > keptKey {
		return
	}
	for i := range x.kept {
		if x.kept[i] == nil {
			x.kept[i] = c
			return
		}
	}
	x.kept[x.next] = c
	x.next = (x.next + 1) % keptContexts
}
