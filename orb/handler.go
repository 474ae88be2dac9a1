package orb

import (
	"context"
	"log/slog"
	"runtime/debug"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
)

// A Handler answers the requests that reach an ORB. Package poa has one; a program may put
// its own before it. Methods are called concurrently.
type Handler interface {
	// Find returns the servant of the object that q names, or where it is, or why not. It may
	// wait, as long as ctx does not end: that is when the client has given up, or it is too late for the servant to have the request, while none is found ([Whole]). A Forward may be nil
	// along with the Servant, which says that there is no such object.
	Find(ctx context.Context, q Query) (Target, error)
}

// A Query asks a Handler for an object. What it holds is valid until the scope of the target
// is released, or until Find returns if there is none.
type Query struct {
	Key []byte // the object key
	// Operation is what is to be called; empty if the client asks only where the object is
	// (LocateRequest).
	Operation string
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
	// Scope, if set, is told when the operation has run.
	Scope Scope
}

// A Scope is what a Handler keeps of a request while it is served. The servant's ctx leads to it:
// see [UpcallOf].
type Scope interface {
	// Release is called once, when the operation has run or was not to be run, in the goroutine that
	// ran it. An error is answered instead of what the operation has returned.
	Release() error
}

// An Upcall is a request as its servant's ctx knows it.
type Upcall struct {
	Scope Scope  // that the Handler gave; nil if none
	Key   string // the object key, octets in a string

	outer context.Context
}

// UpcallOf returns the upcall that ctx was given to, or derives from; nil outside one, and after
// the servant's method has returned.
func UpcallOf(ctx context.Context) *Upcall {
	u, _ := ctx.Value(upcallKey{}).(*Upcall)
	return u
}

// Caller returns the ctx that the call was made with that u serves, if that was in the same process; else nil.
func (u *Upcall) Caller() context.Context { return u.outer }

// Outer returns the upcall from which the call was made that u serves, if that was in the same
// process; else nil.
func (u *Upcall) Outer() *Upcall {
	if u == nil || u.outer == nil {
		return nil
	}
	return UpcallOf(u.outer)
}

// InUpcall reports whether ctx is that of an upcall of o, or derives from one: who waits for all
// upcalls to end must not be in one.
func (o *ORB) InUpcall(ctx context.Context) bool { return upcallOf(ctx) == o }

// AsUpcall returns ctx for a method of the program that upcalls, or the ORB's end, wait for though it is no servant's, such
// as that of a servant manager: InUpcall is true of it.
func (o *ORB) AsUpcall(ctx context.Context) context.Context {
	return context.WithValue(context.WithValue(ctx, frameKey{}, new(frame)), orbKey{}, o)
}

// Complain logs what a client or the program's code brought about, seldom enough for the log to
// bear it.
func (o *ORB) Complain(level slog.Level, msg string, attrs ...any) { o.complain(level, msg, attrs...) }

// find asks the handler for the target of a request. The handler may be the program's own, and
// is given keys that come from the network: if it panics the request is answered UNKNOWN.
func (o *ORB) find(ctx context.Context, q Query) (t Target, err error) {
	h := o.handler.Load()
	if h == nil {
		return Target{}, exc.New(exc.ObjAdapter, exc.MinorNoServant, exc.No, "the ORB has no adapter yet")
	}
	returned := false
	defer func() {
		p := recover()
		if p == nil && !returned {
			o.complain(slog.LevelError, "finding an object ended the goroutine", "key", clip(q.Key))
		}
		if p != nil {
			o.complain(slog.LevelError, "finding an object panicked", "key", clip(q.Key), "panic", p, "stack", string(debug.Stack()))
			t, err = Target{}, exc.New(exc.Unknown, exc.MinorPanic, exc.No, "finding the object panicked")
		}
	}()
	t, err = (*h).Find(ctx, q)
	returned = true
	return t, err
}

// errFindExit answers a request whose handler called runtime.Goexit.
var errFindExit = exc.New(exc.Unknown, exc.MinorPanic, exc.No, "finding the object ended its goroutine")

// release ends a scope, if there is one. The error is to be answered.
func (o *ORB) release(s Scope) (err error) {
	if s == nil {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			o.complain(slog.LevelError, "releasing an object panicked", "panic", p, "stack", string(debug.Stack()))
			err = exc.New(exc.Unknown, exc.MinorPanic, exc.Maybe, "releasing the object panicked")
		}
	}()
	return s.Release()
}
