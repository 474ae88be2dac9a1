package dsom

import (
	"context"
	"errors"
	"os"
	"reflect"
	"sync"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/svc/somdd/wire"
	"github.com/opendsom/dsom/typecode"
)

const boaOrder = `
	create o:poo/SOMDObject(<octet>,InterfaceDef,ImplementationDef) | riii
	dispose v:o/void(SOMDObject)
	get_id v:op/<octet>(SOMDObject) | ri
	change_implementation - v:oo/void(SOMDObject,ImplementationDef)
	get_principal o:op/Principal(SOMDObject,{enum,octet[12]}) | rii
	set_exception - v:Isp/void(enum,string,void*)
	impl_is_ready v:o/void(ImplementationDef)
	deactivate_impl v:o/void(ImplementationDef)
	obj_is_ready I:oo/unsigned long(SOMDObject,ImplementationDef)
	deactivate_obj v:o/void(SOMDObject)
	unused1
	unused2
`

// BOAClass is CORBA 1.1's object adapter, as SOM has it, which is abstract.
var BOAClass = som.MustClass[boaBase]("BOA", som.WithVersion(2, 2), som.With(func(s *som.Spec) {
	s.Abstract = true
	s.Introduces = inOrder(reflect.TypeFor[*somoa](), boaOrder)
}))

type boaBase struct{ som.Base }

// SOMOAClass is SOM's object adapter. What makes a process a server, and carries its calls out, is in serving.go; where the program has a domain of its own, the
// ORB carries calls out as they come, and a server of SOM has this to wait for. Objects are exported as they are passed; references with data of the program's own (create) lead to objects that the server object
// loads, by somdSOMObjFromRef.
//
// What has no implementation: set_exception, since a method raises what it returns (programs in C have it as a function of somd.h).
var SOMOAClass = classOf[somoa]("SOMOA", `
	execute_next_request I:I/unsigned long(unsigned long)
	execute_request_loop I:I/unsigned long(unsigned long)
	create_constant o:poo/SOMDObject(<octet>,InterfaceDef,ImplementationDef) | riii
	change_id v:op/void(SOMDObject,<octet>) | ii
	create_SOM_ref o:oo/SOMDObject(SOMObject,ImplementationDef)
	get_SOM_object o:o/SOMObject(SOMDObject)
	activate_impl_failed v:oI/void(ImplementationDef,unsigned long)
	interrupt_server v:/void()
	private1
	get_service_contexts p:/void*()
	private2
	private3
`, som.WithVersion(2, 2), som.Parents(BOAClass))

type somoa struct {
	som.Base
	mu     sync.Mutex
	over   chan struct{} // closed by interrupt_server
	done   bool
	failed uint32 // what activate_impl_failed was told
	seen   uint64 // of the domain's calls, those that execute_next_request has told of
}

// Flags of execute_request_loop.
const (
	Wait   = 0 // SOMD_WAIT
	NoWait = 1 // SOMD_NO_WAIT
)

func (o *somoa) SomDefaultInit() error { o.over = make(chan struct{}); return nil }

// ActivateImplFailed says that the process cannot be the server of a definition, and why: the daemon is told, which refuses those who wait for it, and the loop, if there is one yet,
// ends with that status. A server without a definition of DSOM has none for its daemon, and its loop ends.
func (o *somoa) ActivateImplFailed(ctx context.Context, impldef som.Object, status uint32) error {
	g, err := current()
	if err != nil {
		return err
	}
	o.mu.Lock()
	o.failed = status
	o.mu.Unlock()
	d, ok := Definition(impldef)
	if g.become == nil || g.serving != nil {
		err = o.InterruptServer(ctx)
	} else if !ok {
		return exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "activate_impl_failed: there is no ImplementationDef of this process")
	}
	if !ok {
		return err
	}
	id, bad := wire.ParseID(d.ID)
	if bad != nil {
		return errors.Join(err, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "activate_impl_failed: %w", bad))
	}
	return errors.Join(err, g.daemon.Failed(ctx, id, os.Getpid(), wire.Code(status)))
}

// status is what the loop ends with.
func (o *somoa) status() uint32 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.failed
}

// ownNext is ExecuteNextRequest where the domain is the program's own: it returns when a request has been carried out of which it has not told yet: with NoWait at once, with the status SOMDERROR_NoMessages if there is none. When
// interrupt_server is called, or ctx ends, it is that status, too.
func (o *somoa) ownNext(ctx context.Context, flag uint32) (uint32, error) {
	g, err := current()
	if err != nil {
		return 0, err
	}
	for {
		o.mu.Lock()
		seen := o.seen
		news := g.d.Calls() > seen
		if news {
			o.seen++
		}
		o.mu.Unlock()
		if news {
			return 0, nil
		}
		if flag&NoWait != 0 {
			return uint32(wire.NoMessages), nil
		}
		wait, stop := context.WithCancel(ctx)
		go func() {
			select {
			case <-o.over:
				stop()
			case <-wait.Done():
			}
		}()
		_, err := g.d.NextCall(wait, seen)
		stop()
		if err != nil {
			return uint32(wire.NoMessages), ctx.Err()
		}
	}
}

// Create makes a reference with data of the program's own, at most somd.MaxReferenceData octets. Whoever calls it has the server object find the object, by
// somdSOMObjFromRef, which is kept until the process ends; in a server (Options.Objects) the reference outlives that. Which interface the object has it says itself: the
// arguments for that, and for the implementation, are not heeded. The reference is a SOMDObject, of which the caller has a reference.
func (o *somoa) Create(_ context.Context, data []byte, _, _ som.Object) (som.Object, error) {
	return created(data, func(r references) *somd.Persistent { return r.changeable })
}

// CreateConstant is Create, of a reference whose data cannot be changed.
func (o *somoa) CreateConstant(_ context.Context, data []byte, _, _ som.Object) (som.Object, error) {
	return created(data, func(r references) *somd.Persistent { return r.constant })
}

func created(data []byte, of func(references) *somd.Persistent) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	p, err := g.references()
	if err != nil {
		return nil, err
	}
	ref, err := of(p).Reference(data)
	if err != nil {
		return nil, err
	}
	return given(g.d.Refer(ref))
}

// ChangeId gives a reference that Create has made other data, see [somd.Persistent.Change]. In a server it is an error if its registration has no file for them (impl_refdata_file).
func (o *somoa) ChangeId(_ context.Context, obj som.Object, data []byte) error {
	g, err := current()
	if err != nil {
		return err
	}
	if obj == nil || obj.SOM().IsNil() {
		return exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "there is no reference")
	}
	p, err := g.references()
	if err != nil {
		return err
	}
	ref, err := g.d.ReferenceOf(obj)
	if err != nil {
		return err
	}
	if _, is := p.constant.Data(ref); is {
		return exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "create_constant has made the reference: its data stay as they are")
	}
	return p.changeable.Change(ref, data)
}

// serviceContexts is the type of the service contexts of a request (CORBA 3.3 part 2, clause 7.7).
var serviceContexts = typecode.Alias("IDL:omg.org/IOP/ServiceContextList:1.0", "ServiceContextList", typecode.Sequence(typecode.Struct("IDL:omg.org/IOP/ServiceContext:1.0", "ServiceContext",
	typecode.Member{Name: "context_id", Type: typecode.ULong}, typecode.Member{Name: "context_data", Type: typecode.Sequence(typecode.Octet, 0)}), 0))

// GetServiceContexts returns the place of an IOP::ServiceContextList in C, the caller's to end: what the request that is carried out has come with, none for a call within the process. In Go it
// is [orb.ServiceContexts].
func (o *somoa) GetServiceContexts(ctx context.Context) (uintptr, error) {
	request := requestOf(ctx)
	if request == nil {
		return 0, exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "get_service_contexts: this thread carries no request out")
	}
	a, err := foreignMemory()
	if err != nil {
		return 0, err
	}
	all := []any{}
	for _, c := range orb.ServiceContexts(request) {
		all = append(all, dyn.Struct{{Name: "context_id", Value: c.ID}, {Name: "context_data", Value: c.Data}})
	}
	v, err := dyn.Of(serviceContexts, all)
	if err != nil {
		return 0, err
	}
	p, err := a.New(v)
	return uintptr(p), err
}

// GetId returns the data of a reference that Create has made, or of the object that was loaded by it.
func (o *somoa) GetId(_ context.Context, obj som.Object) ([]byte, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	if obj == nil || obj.SOM().IsNil() {
		return nil, exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "there is no reference")
	}
	p, err := g.references()
	if err != nil {
		return nil, err
	}
	ref, err := g.d.ReferenceOf(obj)
	if err != nil {
		return nil, err
	}
	data, ok := p.changeable.Data(ref)
	if !ok {
		data, ok = p.constant.Data(ref)
	}
	if !ok {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "%s is no reference that create has made, nor an object that was loaded by one: it has no reference data", obj.SOM())
	}
	return data, nil
}

// ObjIsReady does nothing, as in SOM.
func (o *somoa) ObjIsReady(context.Context, som.Object, som.Object) (uint32, error) { return 0, nil }

// An Environment is CORBA 1.1's, which says nothing of a request here.
type Environment struct {
	Major uint32
	Rest  [12]byte
}

// GetPrincipal returns who has sent the request that is carried out: see [NewPrincipal]. Neither the object nor the environment is looked at. Programs in C have it as a function of somd.h.
func (o *somoa) GetPrincipal(ctx context.Context, _ som.Object, _ Environment) (som.Object, error) {
	return given(NewPrincipal(ctx))
}

// DeactivateObj does nothing, as in SOM.
func (o *somoa) DeactivateObj(context.Context, som.Object) error { return nil }

// Dispose makes references to an object of this process void.
func (o *somoa) Dispose(_ context.Context, obj som.Object) error {
	g, err := current()
	if err != nil {
		return err
	}
	if obj == nil || obj.SOM().IsNil() || somd.IsProxy(obj) {
		return exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "there is no object of this process to dispose of")
	}
	return g.d.Withdraw(obj)
}

// ownLoop is ExecuteRequestLoop where the domain is the program's own: it returns when interrupt_server is called, or ctx ends; calls are carried out by the ORB meanwhile. With NoWait it returns at
// once.
func (o *somoa) ownLoop(ctx context.Context, flag uint32) (uint32, error) {
	if flag&NoWait != 0 {
		return uint32(wire.NoMessages), nil
	}
	select {
	case <-o.over:
		return o.status(), nil
	case <-ctx.Done():
		return o.status(), ctx.Err()
	}
}

// ownInterrupt ends it.
func (o *somoa) ownInterrupt() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.done {
		o.done = true
		close(o.over)
	}
}

// CreateSOMRef exports an object of this process, and returns what refers to it: itself, with a reference of the caller's.
func (o *somoa) CreateSOMRef(_ context.Context, obj, _ som.Object) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	if _, err := g.export(obj); err != nil {
		return nil, err
	}
	return obj, obj.SOM().Retain()
}

// GetSOMObject returns the object of this process that is referred to.
func (o *somoa) GetSOMObject(_ context.Context, obj som.Object) (som.Object, error) {
	if obj == nil || obj.SOM().IsNil() || somd.IsProxy(obj) {
		return nil, exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "it is no reference to an object of this process")
	}
	return obj, obj.SOM().Retain()
}
