package orb

import (
	"context"

	"github.com/opendsom/dsom/ior"
)

// A Handler answers the requests that reach an ORB. Package poa has one; a program may put
// its own before it. Methods are called concurrently.
type Handler interface {
	// Find returns the servant of the object that key names, or where it is, or why not.
	// key is valid only during the call. ctx ends when the client has given up.
	Find(ctx context.Context, key []byte) (Target, error)
}

// A Target is what a Handler found.
type Target struct {
	Servant Servant  // the object is here
	Forward *ior.IOR // the object is there
	// Permanent says that Forward replaces the reference that the client used. Before GIOP 1.2
	// clients cannot be told.
	Permanent bool
	// Bidirectional lets the servant be called by servers over the connections that this ORB has made to them.
	Bidirectional bool
	// Release, if set, is called when the request has been answered.
	Release func()
}
