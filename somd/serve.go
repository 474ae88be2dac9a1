package somd

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd/classmap"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// privateName is that of the SOMDServer of a private server, among what its parent is told.
const privateName = "somd"

// A Host is what Serve needs of a server program: a *server.Server has it.
type Host interface {
	Name() string                                              // in the daemon, or empty
	Daemon() string                                            // its address, or empty
	Adapter() *poa.POA                                         // for objects whose references outlive the process
	Bind(ctx context.Context, name string, o orb.Object) error // in the daemon's naming service
	ActivateKey(key string, ref *orb.Ref) error                // makes an object of Adapter the one whose whole key is key
	DeactivateKey(key string) error                            // undoes that
	AtEnd(f func() error)                                      // has f called when no call is under way any more
	WhileBusy(f func() bool)                                   // does not end for want of calls while f reports true
	Private() bool                                             // a client has started it for itself, and finds what Bind tells it

	// Say has the naming service say something of the server by do: now, or, where an upgrade tries the process out, when that goes well.
	Say(ctx context.Context, of string, do func(context.Context) error) error
}

// Serve makes a server program serve classes, those of the names that find finds, by a SOMDServer in the domain. With a daemon it is bound to the
// name somd/ and the server's name, where clients find it that place a class there (docs/somd.md), and the daemon's naming service has what classes
// it serves (package classmap). It returns the reference:
//
//	err := server.Run(ctx, server.Options{Name: "dogs"}, func(ctx context.Context, s *server.Server) error {
//		d := somd.New(s.Root.POA, somd.Config{})
//		_, err := somd.Serve(ctx, s, d, somd.Among(dog.Class), "Dog")
//		return err
//	})
func Serve(ctx context.Context, h Host, d *Domain, find func(name string) (*som.Class, error), names ...string) (*orb.Ref, error) {
	s, err := NewServer(d, find, names...)
	if err != nil {
		return nil, err
	}
	ref, err := d.Publish(h.Adapter(), ServerID, s)
	if err := errors.Join(err, s.Release()); err != nil {
		return nil, err
	}
	h.AtEnd(d.Close)
	h.WhileBusy(func() bool { return d.Given() > 0 })
	switch {
	case h.Private():
		return ref, h.Bind(ctx, privateName, ref)
	case h.Daemon() == "" || h.Name() == "":
		return ref, nil
	}
	id := wire.ID(d.ORB().ServerID())
	if err := h.ActivateKey(string(wire.ServerKey(id)), ref); err != nil { // as the daemon, and programs of SOM's DSOM, call the server object: by the server's id alone
		return ref, err
	}
	var before string // what it was announced as
	return ref, h.Say(ctx, "classes", func(ctx context.Context) error {
		m, err := classmap.Of(ctx, d.ORB())
		if err != nil {
			return err
		}
		s := classmap.Server{Alias: h.Name(), ID: id.String(), Ref: ref}
		if before != "" && before != s.Alias { // the daemon may have moved what was there before that was said
			if err := m.Leave(ctx, before, s.ID); err != nil {
				return err
			}
		}
		before = s.Alias
		return m.Announce(ctx, s, names)
	})
}
