package dsom

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/stream/coslifecycle/factoryfinder"
	"github.com/opendsom/dsom/som/stream/cosstream/streamable"
	"github.com/opendsom/dsom/som/stream/cosstream/streamablefactory"
	"github.com/opendsom/dsom/som/stream/cosstream/streamio"
	"github.com/opendsom/dsom/somd"
)

// ProcessClass is by what programs in other languages reach what Init makes: bind/c/somd.h is made of its methods. How the process's domain is made is said
// by Provide.
var ProcessClass = classOf[processObject]("SOMDProcess", `
	begin v:/void()
	end v:/void()
	global o:s/SOMObject(string)
	create o:s/SOMObject(string)
	factory o:s/SOMObject(string)
	daemon_ready b:I/boolean(unsigned long)
	proxy_class s:s/string(string)
	principal o:/Principal()
	set_exception v:IsIIL/void(unsigned long,string,unsigned long,unsigned long,unsigned long long)
	create_request o:oosopI/Request(SOMObject,Context,string,NVList,void*,unsigned long)
	create_request_args o:osp/NVList(SOMObject,string,void*)
	next_response o:I/Request(unsigned long)
	serve s:sss/string(string,string,string)
	publish s:os/string(SOMObject,string)
	accept v:/void()
	served v:/void()
	interrupt v:/void()
	leave v:/void()
`)

type processObject struct{ som.Base }

// MaxReadyWait is how many seconds daemon_ready waits at most.
const MaxReadyWait = 3600

var provider struct {
	sync.Mutex
	domain func() (*somd.Domain, Options, error)
}

// Provide says where ProcessClass has the process's domain from: what Init is called with. It is called before there are objects of the class, once.
func Provide(domain func() (*somd.Domain, Options, error)) {
	provider.Lock()
	defer provider.Unlock()
	provider.domain = domain
}

// Classes are those that programs in other languages use: whoever joins kernels makes them known to the other (native.Export), ancestors first.
func Classes() []*som.Class {
	return append(Streams(), somd.ClientProxy, somd.ServerClass, PrincipalClass, ImplementationDefClass, ImplRepositoryClass, ServerMgrClass, TypeCodeClass, NVListClass, RequestClass, ContextClass, ORBClass, ObjectMgrClass, SOMOAClass, ProcessClass)
}

// Streams are the classes of streams, which classes of objects that are copied descend from.
func Streams() []*som.Class {
	return []*som.Class{factoryfinder.Class, streamio.Class, streamable.Class, streamablefactory.Class}
}

// Begin makes the process's objects.
func (o *processObject) Begin(context.Context) error {
	provider.Lock()
	defer provider.Unlock()
	if provider.domain == nil {
		return exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "the program has no domain for DSOM's classes: it is to call dsom.Provide")
	}
	d, options, err := provider.domain()
	if err != nil {
		return err
	}
	_, err = Init(d, options)
	return err
}

// End takes it back.
func (o *processObject) End(context.Context) error {
	g, err := current()
	if err != nil {
		return err
	}
	return g.Uninit()
}

// Global returns one of the objects.
func (o *processObject) Global(_ context.Context, name string) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	if name == "SOMDServer" {
		return given(g.Server(), nil)
	}
	r, ok := map[string]som.Ref{"ORB": g.ORB, "ImplRepository": g.ImplRep, "SOMDObjectMgr": g.ObjectMgr, "SOMOA": g.SOMOA}[name]
	if !ok {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "there is no object %.100q: there are ORB, ImplRepository, SOMDObjectMgr, SOMOA and SOMDServer", name)
	}
	return r, r.Retain()
}

// Create makes an object at a server.
func (o *processObject) Create(ctx context.Context, constraint string) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	return given(g.d.Create(ctx, constraint))
}

// ProxyClass makes the class of proxies for a class, and returns its name, by which it is found.
func (o *processObject) ProxyClass(_ context.Context, name string) (string, error) {
	g, err := current()
	if err != nil {
		return "", err
	}
	c, err := g.MakeProxyClass(name)
	if err != nil {
		return "", err
	}
	if g.d.Share != nil {
		if err := g.d.Share(c); err != nil {
			return "", err
		}
	}
	return c.Name(), nil
}

// Factory returns what makes objects of a class at the first server that answers.
func (o *processObject) Factory(ctx context.Context, constraint string) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	return given(g.d.MakerOf(ctx, constraint))
}

// readyInterval is how long it is between two looks whether the daemon takes calls.
const readyInterval = 100 * time.Millisecond

// DaemonReady reports whether the daemon takes connections, now or within so many seconds.
func (o *processObject) DaemonReady(ctx context.Context, seconds uint32) (bool, error) {
	g, err := current()
	if err != nil {
		return false, err
	}
	ctx, stop := context.WithTimeout(ctx, time.Duration(min(seconds, MaxReadyWait))*time.Second+readyInterval)
	defer stop()
	for {
		var d net.Dialer
		c, err := d.DialContext(ctx, "tcp", g.address)
		if err == nil {
			return true, c.Close()
		}
		if seconds == 0 {
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, nil
		case <-time.After(readyInterval):
		}
	}
}
