// Package client calls a DSOM daemon as the programs of SOM 3.0 do: in GIOP 1.0, with the names and in the order that they have. It
// speaks to whatever takes it: package somdd's service, or a real somdd.
package client

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// A Daemon is a daemon at an address. Its methods may be called concurrently.
type Daemon struct {
	orb    *orb.ORB
	server *orb.Ref
}

// At returns the daemon at host and port; nothing is called yet. The Principal of o's requests is what the daemon is told of the caller.
func At(o *orb.ORB, host string, port uint16) *Daemon {
	return &Daemon{o, ServerRef(o, host, port, wire.DaemonID)}
}

// AtTLS is At for a daemon of this project that is called by TLS, where who calls is known by his certificate.
func AtTLS(o *orb.ORB, host string, port uint16) *Daemon {
	p := ior.IIOP{Version: cdr.V12, Key: wire.ServerKey(wire.DaemonID)}
	at := ior.Places{Sealed: []ior.Address{{Host: host, Port: port}}}
	return &Daemon{o, o.NewRef(&ior.IOR{TypeID: serverType, Profiles: at.Profiles(p)})}
}

// serverType is the type of server objects.
const serverType = "IDL:SOMDServer:2.2"

// ServerRef returns the reference of the server object of an implementation that takes calls at host and port.
func ServerRef(o *orb.ORB, host string, port uint16, id wire.ID) *orb.Ref {
	p := ior.IIOP{Version: cdr.V10, Host: host, Port: port, Key: wire.ServerKey(id)}
	return o.NewRef(&ior.IOR{TypeID: serverType, Profiles: []ior.Profile{p.Profile()}})
}

// invoke calls an operation. in writes the arguments, and may be called again; out reads the results. Either may be nil.
func invoke(ctx context.Context, on *orb.Ref, operation string, in func(*cdr.Encoder), out func(*cdr.Decoder)) error {
	c := orb.StartCall(ctx, on, operation, 0)
	for c.Next() {
		if in != nil {
			in(&c.Out)
		}
	}
	if c.Returned() && out != nil {
		out(&c.In)
	}
	if err := c.End(); err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return nil
}

// create has a server make an object of a class.
func create(ctx context.Context, server *orb.Ref, class string) (*orb.Ref, error) {
	var made *ior.IOR
	err := invoke(ctx, server, "somdCreateObj", func(e *cdr.Encoder) {
		e.RawString(class)
		e.ULong(0) // no hints
	}, func(d *cdr.Decoder) { made = ior.Get(d) })
	if err == nil && made.IsNil() {
		err = exc.New(exc.InvObjref, uint32(wire.ObjectNotFound), exc.Yes, "somdCreateObj: the server made no %s, and did not say why", class)
	}
	return server.ORB().NewRef(made), err
}

// free gives an object up. Nobody waits for it, and an object that stays is dropped by the daemon in time.
func free(ctx context.Context, o *orb.Ref) {
	c := orb.StartCall(ctx, o, "somFree", orb.Oneway)
	for c.Next() {
	}
	_ = c.End()
}

// className asks an object for the name of its class.
func className(ctx context.Context, o *orb.Ref) (name string, err error) {
	err = invoke(ctx, o, "somGetClassName", nil, func(d *cdr.Decoder) { name = d.RawString() })
	return name, err
}

// aString returns a writer of one string.
func aString(s string) func(*cdr.Encoder) { return func(e *cdr.Encoder) { e.RawString(s) } }

// status calls an operation that returns an ORBStatus. One that is not success is a [*StatusError].
func status(ctx context.Context, on *orb.Ref, operation string, in func(*cdr.Encoder), more func(*cdr.Decoder)) error {
	var code wire.Code
	err := invoke(ctx, on, operation, in, func(d *cdr.Decoder) {
		if code = wire.Code(d.ULong()); more != nil {
			more(d)
		}
	})
	if err == nil && code != wire.Success {
		err = &StatusError{operation, code}
	}
	return err
}

// A StatusError is the status that an operation returned, which is not success.
type StatusError struct {
	Operation string
	Code      wire.Code
}

// Error names the operation and the status, and says what it means if that is known.
func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s: %v", e.Operation, e.Code)
	if m := e.Code.Meaning(); m != "" {
		s += ": " + m
	}
	return s
}

// putRef writes a reference as it was received.
func putRef(e *cdr.Encoder, r *orb.Ref) { ior.Put(e, r.IOR()) }

// putNil writes the nil reference, whose type is a string of length 0 in DSOM.
func putNil(e *cdr.Encoder) {
	e.ULong(0)
	e.ULong(0)
}
