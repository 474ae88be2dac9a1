package pi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// An Initializer takes part in the making of an ORB (clause 16.8.1).
type Initializer interface {
	// PreInit registers what the ORB is to have. There are no objects yet.
	PreInit(i *InitInfo) error
	// PostInit is called when the ORB has been made, all PreInits have been called, and no client has been let in.
	PostInit(i *InitInfo) error
}

// Options describe an ORB to its interceptors. The zero value will do.
type Options struct {
	ORBID     string   // the ORB's name: -ORBid
	Arguments []string // of the program, for initializers that have options of their own
}

// A Setup is what interceptors of one ORB have in common. It is safe for concurrent use.
type Setup struct {
	opt      Options
	log      *slog.Logger
	early    *cdr.Env // of codecs, before there is an ORB
	orb      atomic.Pointer[orb.ORB]
	slotsNum atomic.Uint32
	requests atomic.Uint32

	// What is registered does not change once the ORB has been made.
	clients []ClientRequestInterceptor
	servers []ServerRequestInterceptor
	iors    []IORInterceptor

	mu          sync.Mutex
	factories   map[PolicyType]PolicyFactory
	policies    map[string]map[PolicyType]Policy // by adapter
	established map[adapterKey]*components
	references  map[string]*orb.Ref
}

// Configure calls the PreInit of the initializers, in order, and adds to cfg what it takes for the rest to happen when the ORB is made of
// it. An ORB that fails to be made has the error of an initializer. cfg makes one ORB only.
func Configure(cfg *orb.Config, opt Options, list ...Initializer) (*Setup, error) {
	s := &Setup{
		opt: opt, log: cfg.Logger, early: &cdr.Env{Version: cdr.V12, Limits: cfg.Limits, Narrow: codeset.UTF8, Wide: codeset.UTF16},
		factories: map[PolicyType]PolicyFactory{}, policies: map[string]map[PolicyType]Policy{}, established: map[adapterKey]*components{},
		references: map[string]*orb.Ref{},
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	i := &InitInfo{setup: s, cfg: cfg}
	defer i.close()
	for _, x := range list {
		if err := x.PreInit(i); err != nil {
			return nil, failed(x, err)
		}
	}
	// New lists: configurations that were copied from one share what lies behind its lists' ends.
	cfg.ClientInterceptors = append(slices.Clip(cfg.ClientInterceptors), s.client)
	cfg.ServerInterceptors = append(slices.Clip(cfg.ServerInterceptors), s.server)
	cfg.Adapters = append(slices.Clip(cfg.Adapters), s.adapter)
	cfg.References = append(slices.Clip(cfg.References), s.reference)
	cfg.Initializers = slices.Concat([]func(*orb.ORB) error{s.meet}, cfg.Initializers, []func(*orb.ORB) error{func(o *orb.ORB) error { return s.complete(o, list) }})
	return s, nil
}

func failed(x Initializer, err error) error {
	return exc.New(exc.Initialize, 0, exc.No, "initializer %T: %w", x, err)
}

// meet is called with the ORB before the program's own initializers, which may make adapters and calls; where those have been put in front of it, by the first
// adapter.
func (s *Setup) meet(o *orb.ORB) error {
	if !s.orb.CompareAndSwap(nil, o) {
		if s.orb.Load() == o {
			return nil
		}
		return exc.New(exc.Initialize, 0, exc.No, "the configuration has made an ORB already: call pi.Configure for each")
	}
	for id, ref := range s.references {
		o.RegisterInitialReference(id, ref)
	}
	o.AtEnd(s.destroy)
	o.WatchAdapters(s.adaptersChanged)
	return nil
}

// complete calls the PostInit of the initializers.
func (s *Setup) complete(o *orb.ORB, list []Initializer) error {
	i := &InitInfo{setup: s, orb: o}
	defer i.close()
	for _, x := range list {
		if err := x.PostInit(i); err != nil {
			return failed(x, err)
		}
	}
	return nil
}

// destroy ends the interceptors: whoever is registered as several is told once for each.
func (s *Setup) destroy() error {
	s.adaptersEnd()
	for _, x := range s.clients {
		x.Destroy()
	}
	for _, x := range s.servers {
		x.Destroy()
	}
	for _, x := range s.iors {
		x.Destroy()
	}
	return nil
}

// Current returns the ORB's PICurrent.
func (s *Setup) Current() *Current { return &Current{s} }

// CodecFactory returns the ORB's factory of codecs.
func (s *Setup) CodecFactory() *CodecFactory { return &CodecFactory{s} }

// made reports whether there is an ORB.
func (s *Setup) made() error {
	if s.orb.Load() == nil {
		return notMade()
	}
	return nil
}

func (s *Setup) slotCount() int { return int(s.slotsNum.Load()) }

// env returns the environment of codecs.
func (s *Setup) env() *cdr.Env {
	if o := s.orb.Load(); o != nil {
		return o.Env()
	}
	return s.early
}

// serverID returns the server's UUID as text.
func serverID(o *orb.ORB) string {
	id := o.ServerID()
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// InitInfo is what an initializer registers with (clause 16.8.2). It is gone when the method that was given it returns: OBJECT_NOT_EXIST.
type InitInfo struct {
	setup *Setup
	cfg   *orb.Config // in PreInit
	orb   *orb.ORB    // in PostInit
	over  bool
}

func (i *InitInfo) close() { i.over = true }

func (i *InitInfo) check() error {
	if i.over {
		return exc.New(exc.ObjectNotExist, 0, exc.No, "the ORB has been initialized: what is to be registered is registered in PreInit or PostInit")
	}
	return nil
}

// DuplicateName is the error of registering a second interceptor of a kind and name.
type DuplicateName struct{ Name string }

func (e *DuplicateName) Error() string {
	return fmt.Sprintf("there is an interceptor %q of that kind already: give this one another name, or none", e.Name)
}

// InvalidName is the error of an initial reference whose name is empty or taken, or which there is not.
type InvalidName struct{ Name string }

func (e *InvalidName) Error() string {
	return fmt.Sprintf("%q is no name of an initial reference here: it is empty, taken, or not known", e.Name)
}

// ORBID returns [Options].ORBID.
func (i *InitInfo) ORBID() string { return i.setup.opt.ORBID }

// Arguments returns [Options].Arguments.
func (i *InitInfo) Arguments() []string { return i.setup.opt.Arguments }

// CodecFactory returns the ORB's factory of codecs.
func (i *InitInfo) CodecFactory() *CodecFactory { return i.setup.CodecFactory() }

// Current returns the ORB's PICurrent, which cannot be used until the ORB has been made.
func (i *InitInfo) Current() *Current { return i.setup.Current() }

// ORB returns the ORB in PostInit, nil in PreInit.
func (i *InitInfo) ORB() *orb.ORB { return i.orb }

// RegisterInitialReference makes ref, which may be of another ORB, what the ORB resolves id to. An empty id, or one that is configured or
// registered, is an [InvalidName]; a nil ref is BAD_PARAM with minor code 27.
func (i *InitInfo) RegisterInitialReference(id string, ref *orb.Ref) error {
	if err := i.check(); err != nil {
		return err
	}
	if ref == nil {
		return exc.New(exc.BadParam, exc.MinorNilInitialRef, exc.No, "a nil object is registered as initial reference %q", id)
	}
	if _, taken := i.setup.references[id]; taken || id == "" || i.cfg != nil && i.cfg.InitialReferences[id] != "" {
		return &InvalidName{id}
	}
	i.setup.references[id] = ref
	if i.orb != nil {
		i.orb.RegisterInitialReference(id, ref)
	}
	return nil
}

// ResolveInitialReference returns the object that a program starts from. In PreInit there are none: BAD_INV_ORDER.
func (i *InitInfo) ResolveInitialReference(ctx context.Context, id string) (*orb.Ref, error) {
	if err := i.check(); err != nil {
		return nil, err
	}
	if i.orb == nil {
		return nil, notMade()
	}
	ref, err := i.orb.InitialReference(ctx, id)
	if errors.Is(err, exc.InvIdent) {
		return nil, &InvalidName{id}
	}
	return ref, err
}

// AddClientRequestInterceptor registers x behind those that are registered. The first is the outermost.
func (i *InitInfo) AddClientRequestInterceptor(x ClientRequestInterceptor) error {
	return add(i, &i.setup.clients, x)
}

// AddServerRequestInterceptor registers x behind those that are registered. The first is the outermost.
func (i *InitInfo) AddServerRequestInterceptor(x ServerRequestInterceptor) error {
	return add(i, &i.setup.servers, x)
}

// AddIORInterceptor registers x behind those that are registered.
func (i *InitInfo) AddIORInterceptor(x IORInterceptor) error { return add(i, &i.setup.iors, x) }

func add[T Interceptor](i *InitInfo, list *[]T, x T) error {
	if err := i.check(); err != nil {
		return err
	}
	for _, other := range *list {
		if name := x.Name(); name != "" && name == other.Name() {
			return &DuplicateName{name}
		}
	}
	*list = append(*list, x)
	return nil
}

// AllocateSlot returns a slot that nobody else has.
func (i *InitInfo) AllocateSlot() (SlotID, error) {
	if err := i.check(); err != nil {
		return 0, err
	}
	return SlotID(i.setup.slotsNum.Add(1) - 1), nil
}

// RegisterPolicyFactory makes f the one for policies of a type. A second is BAD_INV_ORDER with minor code 16.
func (i *InitInfo) RegisterPolicyFactory(t PolicyType, f PolicyFactory) error {
	if err := i.check(); err != nil {
		return err
	}
	i.setup.mu.Lock()
	defer i.setup.mu.Unlock()
	if i.setup.factories[t] != nil {
		return exc.New(exc.BadInvOrder, exc.MinorPolicyFactoryThere, exc.No, "there is a factory for policies of type %d already", t)
	}
	i.setup.factories[t] = f
	return nil
}
