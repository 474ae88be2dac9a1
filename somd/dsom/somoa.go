package dsom

import (
	"context"
	"reflect"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

const boaOrder = `
	create - o:poo/SOMDObject(<octet>,InterfaceDef,ImplementationDef)
	dispose v:o/void(SOMDObject)
	get_id - v:op/<octet>(SOMDObject)
	change_implementation - v:oo/void(SOMDObject,ImplementationDef)
	get_principal - o:op/Principal(SOMDObject,{enum,octet[12]})
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

// SOMOAClass is SOM's object adapter. The process takes calls from the moment on that its ORB listens, and objects are exported as they are
// passed: what is left of the adapter is what a server of SOM calls until it ends.
var SOMOAClass = classOf[somoa]("SOMOA", `
	execute_next_request - I:I/unsigned long(unsigned long)
	execute_request_loop I:I/unsigned long(unsigned long)
	create_constant - o:poo/SOMDObject(<octet>,InterfaceDef,ImplementationDef)
	change_id - v:op/void(SOMDObject,<octet>)
	create_SOM_ref o:oo/SOMDObject(SOMObject,ImplementationDef)
	get_SOM_object o:o/SOMObject(SOMDObject)
	activate_impl_failed - v:oI/void(ImplementationDef,unsigned long)
	interrupt_server v:/void()
	private1
	get_service_contexts - p:/void*()
	private2
	private3
`, som.WithVersion(2, 2), som.Parents(BOAClass))

type somoa struct {
	som.Base
	mu   sync.Mutex
	over chan struct{} // closed by interrupt_server
	done bool
}

// Flags of execute_request_loop.
const (
	Wait   = 0 // SOMD_WAIT
	NoWait = 1 // SOMD_NO_WAIT
)

func (o *somoa) SomDefaultInit() error { o.over = make(chan struct{}); return nil }

// ImplIsReady says that the server is up: nothing is to be done, since that is known of who takes calls.
func (o *somoa) ImplIsReady(context.Context, som.Object) error { return nil }

// DeactivateImpl says that the server is about to end: its loop ends.
func (o *somoa) DeactivateImpl(ctx context.Context, _ som.Object) error {
	return o.InterruptServer(ctx)
}

// ObjIsReady does nothing, as in SOM.
func (o *somoa) ObjIsReady(context.Context, som.Object, som.Object) (uint32, error) { return 0, nil }

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

// ExecuteRequestLoop returns when interrupt_server is called, or ctx ends; calls are carried out by the ORB meanwhile. With NoWait it returns at
// once.
func (o *somoa) ExecuteRequestLoop(ctx context.Context, flag uint32) (uint32, error) {
	if flag&NoWait != 0 {
		return 0, nil
	}
	select {
	case <-o.over:
		return 0, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// InterruptServer ends the loop.
func (o *somoa) InterruptServer(context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.done {
		o.done = true
		close(o.over)
	}
	return nil
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
