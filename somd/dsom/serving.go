package dsom

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// A Role is the server that a process becomes when it calls impl_is_ready.
type Role struct {
	Name   string   // that it is registered by, IBM's alias
	Class  string   // the class of its server object, a descendant of SOMDServer; "": that
	Listen []string // endpoints; none: a free port

	// NoSignals leaves SIGTERM and SIGINT to the program.
	NoSignals bool

	// Around is to be called around each request that the server is sent, within all else that is.
	Around orb.ServerInterceptor

	// Setup is called when the process is the server, and before it takes calls; the context ends when the server is to. Describe is called
	// within it: it tells the daemon's interface repository of the classes of the names, or if there are none of those that the process has.
	Setup func(ctx context.Context, h somd.Host, d *somd.Domain, describe func(ctx context.Context, classes []string)) error
}

// serving is the server that a process has become.
type serving struct {
	*turns
	id, name string
	stop     context.CancelFunc
	up       chan struct{} // closed when it is about to take calls
	left     chan struct{} // closed by deactivate_impl
	ended    chan struct{} // closed when the process is the server no more
	err      error         // what it ended with
	hosting  *hosting      // nil: it is that of a definition
	leaving  bool          // left is closed; guarded by process
}

// serve makes the process the server of a definition, and returns when it takes calls.
func serve(ctx context.Context, d wire.Definition) error {
	process.becoming.Lock()
	defer process.becoming.Unlock()
	g, err := current()
	if err != nil {
		return err
	}
	if s := g.serving; s != nil && s.id == d.ID {
		return nil
	} else if s != nil {
		return exc.New(exc.BadInvOrder, exc.MinorAlreadyActive, exc.No, "the process is the server %s, and can be none besides (deactivate_impl)", s.name)
	}
	r, err := g.daemon.Repository(ctx)
	if err != nil {
		return err
	}
	classes, err := r.Classes(ctx, d.ID)
	if err != nil {
		return err
	}
	s := newServing(d.Flags&wire.MultiThread != 0)
	s.id, s.name = d.ID, d.Alias
	file := d.RefDataFile
	var domain *somd.Domain
	var objects *poa.POA
	role := Role{Name: d.Alias, Class: d.ServerClass, Around: s.around, Setup: func(ctx context.Context, h somd.Host, d *somd.Domain, describe func(context.Context, []string)) error {
		if err := s.publish(ctx, h, d, classes); err != nil {
			return err
		}
		if err := References(d, h.Adapter(), file); err != nil { // before a process's calls that was the server before come
			return err
		}
		describe(ctx, classes)
		domain, objects = d, h.Adapter()
		close(s.up)
		return nil
	}}
	if err := s.run(g, role); err != nil {
		return err
	}
	return s.enter(domain, objects)
}

func newServing(several bool) *serving {
	return &serving{turns: newTurns(several), up: make(chan struct{}), left: make(chan struct{}), ended: make(chan struct{})}
}

// run begins the server, and returns when it is up.
func (s *serving) run(g *Globals, role Role) error {
	within, stop := context.WithCancel(context.Background())
	s.stop = stop
	go func() {
		defer close(s.ended)
		defer s.end()
		s.err = g.become(within, role)
	}()
	select {
	case <-s.up:
		return nil
	case <-s.ended:
		stop()
		if s.err == nil {
			s.err = exc.New(exc.Transient, exc.MinorServerHolding, exc.No, "the server was stopped before it took calls")
		}
		return s.err
	}
}

// enter has the process's objects be the server's, with its domain and the adapter of references that outlive the process.
func (s *serving) enter(d *somd.Domain, objects *poa.POA) error {
	process.Lock()
	defer process.Unlock()
	if process.globals == nil {
		s.stop()
		return errNotBegun
	}
	process.replace(func(n *Globals) { n.d, n.objects, n.serving = d, objects, s })
	return nil
}

// publish has the classes served that are registered with the server, and of one without those that the process has.
func (s *serving) publish(ctx context.Context, h somd.Host, d *somd.Domain, classes []string) error {
	switch {
	case h.Daemon() == "":
		return exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "there is no daemon here (DSOM_STATE) at which the process could be the server %s", s.name)
	case h.Name() != s.name:
		return exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "the daemon has started the process as the server %s, which is not %s", h.Name(), s.name)
	}
	find := d.Class
	if len(classes) > 0 {
		find = d.Find
	}
	if find == nil {
		find = somd.Among()
	}
	if _, err := somd.Serve(ctx, h, d, find, classes...); err != nil {
		return err
	}
	// The last to be added is the first to be called: objects live, and the process is the server, until it says that it is not.
	h.AtEnd(func() error { s.end(); <-s.left; return nil })
	return nil
}

// replace changes what Init has made. It is held.
func (p *processState) replace(change func(*Globals)) {
	n := *p.globals
	change(&n)
	p.globals = &n
}

// deactivate ends the server: calls that have come are carried out, in this thread where the program carries them out, and others wait for the process that will be
// the server next. It returns when the process is the server no more. Several threads may call it, and one whose server another has ended.
func (s *serving) deactivate() error {
	s.stop()
	s.drain()
	process.Lock()
	if !s.leaving {
		s.leaving = true
		close(s.left)
	}
	process.Unlock()
	<-s.ended
	process.Lock()
	if n := process.globals; n != nil && n.serving == s {
		process.replace(func(n *Globals) { n.d, n.objects, n.serving = n.given, nil, nil })
	}
	process.Unlock()
	return s.err
}

// ImplIsReady makes the process the server of a definition (impl_is_ready): it gets the daemon's lease, and takes calls, which are carried out by who calls
// execute_request_loop. Where the process has a domain of the program's own it does nothing: that is known of who takes calls.
func (o *somoa) ImplIsReady(ctx context.Context, impldef som.Object) error {
	g, err := current()
	if err != nil || g.become == nil {
		return err
	}
	d, ok := Definition(impldef)
	if !ok {
		return exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "impl_is_ready: there is no ImplementationDef of this process")
	}
	if err = serve(ctx, d); err == nil { // what was said of an attempt before is true no longer
		o.mu.Lock()
		o.failed = 0
		o.mu.Unlock()
	}
	return err
}

// DeactivateImpl says that the process is no server any more: see [Globals]. Where it is none that impl_is_ready made one, its loop ends.
func (o *somoa) DeactivateImpl(ctx context.Context, _ som.Object) error {
	g, err := current()
	if err != nil {
		return err
	}
	if g.serving == nil {
		return o.InterruptServer(ctx)
	}
	return g.serving.deactivate()
}

// ExecuteRequestLoop carries calls out until interrupt_server is called, the daemon stops the server, or ctx ends. With NoWait it carries out those that
// have come, and returns SOMDERROR_NoMessages, or 0 when there will be none. Where the program has a domain of its own the ORB carries calls
// out, and this waits for interrupt_server alone.
func (o *somoa) ExecuteRequestLoop(ctx context.Context, flag uint32) (uint32, error) {
	t, err := o.turns()
	switch {
	case err != nil && o.status() != 0: // activate_impl_failed was called: there will be no calls
		return o.status(), nil
	case err != nil:
		return 0, err
	case t == nil:
		return o.ownLoop(ctx, flag)
	}
	status, err := t.loop(ctx, flag)
	if status == 0 {
		status = o.status()
	}
	return status, err
}

// ExecuteNextRequest carries one call out, for which it waits unless the flag is NoWait.
func (o *somoa) ExecuteNextRequest(ctx context.Context, flag uint32) (uint32, error) {
	t, err := o.turns()
	switch {
	case err != nil:
		return 0, err
	case t == nil:
		return o.ownNext(ctx, flag)
	}
	status, _, err := t.one(ctx, flag)
	return status, err
}

// turns are those of the server that the process is; nil where the domain is the program's own.
func (o *somoa) turns() (*turns, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	if g.serving != nil {
		return g.serving.turns, nil
	}
	if g.become != nil {
		return nil, exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "the process is no server: impl_is_ready was not called, or deactivate_impl was")
	}
	return nil, nil
}

// InterruptServer ends the loop.
func (o *somoa) InterruptServer(context.Context) error {
	t, err := o.turns()
	switch {
	case err != nil:
		return err
	case t == nil:
		o.ownInterrupt()
	default:
		t.interrupt()
	}
	return nil
}
