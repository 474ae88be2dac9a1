// Package host makes of a process a server of SOM 3.0's DSOM, as somdsvr does: it looks for its definition at the daemon, says that it takes
// calls, and where, does what its server object is asked to, and says that it ends.
//
// The server object makes one object, the SOMOA by which the daemon asks the server to end. Classes of the user's come with class
// libraries, which are loaded elsewhere: [Options].Create makes their objects.
package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// Options say which server it is, and what it has.
type Options struct {
	// ORB takes the server's calls, at an address of TCP. It is let in by [Serve], which sets its handler.
	ORB *orb.ORB

	Daemon *client.Daemon
	ID     wire.ID

	// Host is what the server's references name; "": the address listened at.
	Host string

	// Create makes an object of a class, for somdCreateObj; nil: there are none but the SOMOA.
	Create func(ctx context.Context, class, hints string) (*ior.IOR, error)

	// Next finds the objects that were made; nil: there are none.
	Next orb.Handler

	// Ready, if set, is called when the daemon knows that the server takes calls.
	Ready func()
}

// downTime bounds the server's last word to its daemon.
const downTime = 5 * time.Second

// adapterKey is the part of a key that says that the object is the SOMOA.
const adapterKey = "SOMOA\x00\x00\x00"

// Serve serves until ctx ends or the daemon asks the server to end. It returns nil then; requests under way are the ORB's to finish.
func Serve(ctx context.Context, o Options) error {
	at := o.ORB.Endpoints()
	if len(at) == 0 || at[0].Network != "tcp" {
		return errors.New("a server of DSOM needs an address of TCP to listen at")
	}
	if o.Host == "" {
		o.Host = at[0].Host
	}
	repo, err := o.Daemon.Repository(ctx)
	if err != nil {
		return err
	}
	if _, err := repo.Find(ctx, o.ID.String()); err != nil {
		return fmt.Errorf("the daemon does not know the server %v: %w", o.ID, err)
	}
	self := client.ServerRef(o.ORB, o.Host, at[0].Port, o.ID)
	h := &handler{o: o, port: at[0].Port, end: make(chan struct{})}
	o.ORB.SetHandler(h)
	o.ORB.Accept()
	if err := o.Daemon.Up(ctx, o.ID, self); err != nil {
		return err
	}
	if o.Ready != nil {
		o.Ready()
	}
	select {
	case <-h.end:
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), downTime)
	defer cancel()
	return o.Daemon.Down(ctx, o.ID)
}

// handler finds the server object and the SOMOA.
type handler struct {
	o    Options
	port uint16
	end  chan struct{} // closed when the server is to end
	once sync.Once
}

func (h *handler) Find(ctx context.Context, q orb.Query) (orb.Target, error) {
	if k, ok := wire.ParseKey(q.Key); ok && k.Server == h.o.ID {
		switch {
		case !k.Transient && len(k.Ref) == 0:
			return orb.Target{Servant: &servant{h, &serverInterface, "SOMDServer"}}, nil
		case k.Transient && string(k.Ref) == adapterKey:
			return orb.Target{Servant: &servant{h, &adapterInterface, "SOMOA"}}, nil
		}
	}
	if h.o.Next == nil {
		return orb.Target{}, nil
	}
	return h.o.Next.Find(ctx, q)
}

var (
	serverInterface  = orb.Interface{ID: "IDL:SOMDServer:2.2"}
	adapterInterface = orb.Interface{ID: "IDL:SOMOA:2.2", Bases: []string{"IDL:BOA:2.0"}}
)

// A servant is the server object, or the SOMOA.
type servant struct {
	h     *handler
	iface *orb.Interface
	class string
}

func (s *servant) Interface() *orb.Interface { return s.iface }
func (s *servant) Implementation() any       { return s }

// Dispatch runs an operation.
func (s *servant) Dispatch(r *orb.ServerRequest) bool {
	switch op := r.Operation(); {
	case op == "somGetClassName":
		if r.Decoded() && r.Returned(nil) {
			r.Out.RawString(s.class)
		}
	case op == "somFree": // both end with the process
		if r.Decoded() {
			r.Returned(nil)
		}
	case op == "somdCreateObj" && s.iface == &serverInterface:
		s.createObj(r)
	case op == "interrupt_server" && s.iface == &adapterInterface:
		if r.Decoded() {
			s.h.once.Do(func() { close(s.h.end) })
			r.Returned(nil)
		}
	default:
		return false
	}
	return true
}

// createObj is SOMDServer::somdCreateObj: SOMObject (in string objclass, in string hints).
func (s *servant) createObj(r *orb.ServerRequest) {
	class, hints := r.In.RawString(), r.In.RawString()
	if !r.Decoded() {
		return
	}
	ref, err := s.h.create(r.Context(), class, hints)
	if r.Returned(err) {
		ior.Put(&r.Out, ref)
	}
}

func (h *handler) create(ctx context.Context, class, hints string) (*ior.IOR, error) {
	if class == "SOMOA" {
		key := wire.Key{Server: h.o.ID, Transient: true, Ref: []byte(adapterKey)}.Append(nil)
		p := ior.IIOP{Version: cdr.V10, Host: h.o.Host, Port: h.port, Key: key}
		return &ior.IOR{TypeID: adapterInterface.ID, Profiles: []ior.Profile{p.Profile()}}, nil
	}
	if h.o.Create == nil {
		return nil, exc.New(exc.BadParam, uint32(wire.ClassNotFound), exc.No, "the server has no class %.64q", class)
	}
	return h.o.Create(ctx, class, hints)
}
