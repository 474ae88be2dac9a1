package dsom

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/svc/somdd/client"
)

// Options of Init. The zero value is useful.
type Options struct {
	// Daemon is the host and port of the DSOM daemon, this one's or a somdd, that ImplRepository and SOMDServerMgr speak to. Empty: port $SOMDPORT
	// of this machine, or 3053.
	Daemon string

	// Objects is the adapter below which references of SOMOA's create lead, and as long as its own: a server's Objects, for those that outlive the process. Nil: the domain's.
	Objects *poa.POA

	// Serve makes the process the server of a role, as server.Run does, until ctx ends or the daemon stops the server. impl_is_ready calls it. Nil: the domain of
	// Init takes calls, and impl_is_ready has nothing to do.
	Serve func(ctx context.Context, as Role) error
}

// Globals are what SOMD_Init makes: SOMD_ORBObject and so on. A process has one set, since DSOM's classes are made by their names alone, from
// which they reach nothing else.
type Globals struct {
	ORB       som.Ref // SOMD_ORBObject
	ObjectMgr som.Ref // SOMD_ObjectMgr, of SOM 2.x
	ImplRep   som.Ref // SOMD_ImplRepObject
	SOMOA     som.Ref // SOMD_SOMOAObject

	given   *somd.Domain // Init's
	d       *somd.Domain // that, or the server's while the process is one
	daemon  *client.Daemon
	address string // the daemon's
	objects *poa.POA
	become  func(ctx context.Context, as Role) error
	sent    *requests
	serving *serving // nil: the process is not a server by impl_is_ready
}

// Server returns SOMD_ServerObject, the object that makes the server's objects, with a reference of the caller's own; a nil Ref where the process is no server.
func (g *Globals) Server() som.Ref {
	r, _ := g.d.ServerObject()
	return r
}

// Callback is SOMD_RegisterCallback, by which a program of SOM 2.x has the event manager wait for requests, too: there is nothing to wait for, since they are carried out
// by goroutines of the ORB, whatever the program does. So nothing is ever called by it.
func (g *Globals) Callback(func()) {}

// references are those that SOMOA makes, of which the server object loads the objects: create's, whose data change_id can change, and create_constant's.
type references struct{ changeable, constant *somd.Persistent }

// loaded has them by the domain: an adapter has its name once.
var loaded struct {
	sync.Mutex
	by map[*somd.Domain]references
}

// References has the references that SOMOA's create and create_constant make in a domain lead to objects: the domain's server object loads them. A server calls it before it takes calls, so
// that those lead there too which a process before has given out; for others Create does. File, if it is not empty, has the changes of reference data that change_id makes, for the next process as well.
func References(d *somd.Domain, objects *poa.POA, file string) error {
	p, err := referencesOf(d, objects)
	if err == nil && file != "" {
		err = p.changeable.Keep(file)
	}
	return err
}

func referencesOf(d *somd.Domain, objects *poa.POA) (references, error) {
	loaded.Lock()
	defer loaded.Unlock()
	if p, there := loaded.by[d]; there {
		return p, nil
	}
	if objects == nil {
		objects = d.Adapter()
	}
	load := func(ctx context.Context, ref *orb.Ref) (som.Object, error) {
		server, ok := d.ServerObject()
		if !ok {
			return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the process has no server object that could load what the reference leads to")
		}
		defer func() { _ = server.Release() }()
		r, err := d.Refer(ref)
		if err != nil {
			return nil, err
		}
		defer func() { _ = r.Release() }()
		got, err := server.Invoke(ctx, "somdSOMObjFromRef", r)
		o, _ := got.(som.Object)
		return o, err
	}
	var p references
	var err error
	if p.changeable, err = d.Loaded(objects, "SOMOA", load); err != nil {
		return p, err
	}
	if p.constant, err = d.Loaded(objects, "SOMOAConstant", load); err != nil {
		return p, err
	}
	if loaded.by == nil {
		loaded.by = map[*somd.Domain]references{}
	}
	loaded.by[d] = p
	d.AtClose(func() { // a process becomes a server again and again, each time with a domain of its own
		loaded.Lock()
		defer loaded.Unlock()
		delete(loaded.by, d)
	})
	return p, nil
}

func (g *Globals) references() (references, error) { return referencesOf(g.d, g.objects) }

// MakeProxyClass is somdCreateDynProxyClass: the class of proxies for objects of a class, Name__Proxy, which is made if there is none yet. The class itself has to be one that this
// process has, or can have by a library.
func (g *Globals) MakeProxyClass(name string) (*som.Class, error) {
	c, err := g.d.ClassNamed(name)
	if err != nil {
		return nil, err
	}
	return g.d.ProxyClass(c)
}

type processState struct {
	becoming sync.Mutex // one server is made at a time; nothing of the program's is called under the other lock

	sync.Mutex
	globals *Globals // replaced, not changed, when the process becomes a server
	inits   int
	ending  bool // an Uninit ends the server, during which calls are carried out that may use Init and Uninit
}

var process processState

var errNotBegun = exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "SOMD_Init was not called yet")

// Init makes the objects, or answers those that there are: as many calls of Uninit end them. It is an error if the process has them of another
// domain. Nothing is called yet.
func Init(d *somd.Domain, o Options) (*Globals, error) {
	process.Lock()
	defer process.Unlock()
	if g := process.globals; g != nil {
		if g.given != d {
			return nil, exc.New(exc.BadInvOrder, exc.MinorAlreadyActive, exc.No, "SOMD_Init was called for another domain of the process, and Uninit not yet")
		}
		process.inits++
		return g, nil
	}
	host, port, err := address(o.Daemon)
	if err != nil {
		return nil, err
	}
	g := &Globals{given: d, d: d, sent: &requests{}, objects: o.Objects, become: o.Serve, daemon: client.At(d.ORB(), host, port), address: net.JoinHostPort(host, strconv.Itoa(int(port)))}
	process.globals, process.inits = g, 1
	for _, x := range []struct {
		to    *som.Ref
		class *som.Class
	}{{&g.ORB, ORBClass}, {&g.ObjectMgr, ObjectMgrClass}, {&g.ImplRep, ImplRepositoryClass}, {&g.SOMOA, SOMOAClass}} {
		if *x.to, err = x.class.New(); err != nil {
			process.globals, process.inits = nil, 0
			return nil, errors.Join(err, g.release())
		}
	}
	return g, nil
}

// Uninit ends the objects when it is called as often as Init was, and before them the server that the process is. What calls use that the server still carries out stays until they have
// ended, and if Init was called meanwhile and Uninit not, until that is. The domain is the caller's to close.
func (g *Globals) Uninit() error {
	process.Lock()
	now := process.globals
	if now == nil || now.ORB != g.ORB || process.inits == 0 {
		process.Unlock()
		return exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "SOMD_Uninit is called more often than SOMD_Init")
	}
	if process.inits--; process.inits > 0 || process.ending {
		process.Unlock()
		return nil
	}
	process.ending = true
	process.Unlock()
	var err error
	if now.serving != nil { // calls of the program's, without the lock
		err = now.serving.deactivate()
	}
	process.Lock()
	defer process.Unlock()
	process.ending = false
	if process.inits > 0 {
		return err
	}
	now, process.globals = process.globals, nil
	return errors.Join(err, now.release())
}

func (g *Globals) release() (err error) {
	for _, r := range []som.Ref{g.ORB, g.ObjectMgr, g.ImplRep, g.SOMOA} {
		if !r.IsNil() {
			err = errors.Join(err, r.Release())
		}
	}
	return err
}

// current returns what Init has made: objects that a program makes by the names of their classes work with that.
func current() (*Globals, error) {
	process.Lock()
	defer process.Unlock()
	if process.globals == nil {
		return nil, errNotBegun
	}
	return process.globals, nil
}

// address returns where the daemon is.
func address(at string) (string, uint16, error) {
	if at == "" {
		at = net.JoinHostPort("127.0.0.1", cmp.Or(os.Getenv("SOMDPORT"), "3053"))
	}
	host, text, err := net.SplitHostPort(at)
	if err != nil {
		return "", 0, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "the daemon's address %.100q: want host:port: %w", at, err)
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return "", 0, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "the daemon's address %.100q: %.20q is no port ($SOMDPORT)", at, text)
	}
	return cmp.Or(host, "127.0.0.1"), uint16(n), nil
}

// export returns the text of an object's reference.
func (g *Globals) export(obj som.Object) (*orb.Ref, error) {
	if obj == nil || obj.SOM().IsNil() {
		return nil, exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "there is no object")
	}
	return g.d.Export(obj)
}

// given is a reference as an object, nil at an error.
func given(r som.Ref, err error) (som.Object, error) {
	if err != nil || r.IsNil() {
		return nil, err
	}
	return r, nil
}
