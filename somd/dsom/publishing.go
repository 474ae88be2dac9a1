package dsom

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// A hosting is a server of a program that says itself which objects it has, instead of a definition: SOMDProcess's serve, up to accept.
type hosting struct {
	host     somd.Host
	domain   *somd.Domain
	describe func(context.Context, []string)
	accepted chan struct{} // closed by accept
	accept   func()        // closes it, once
}

// list is what stands between commas, nil if there is nothing.
func list(text string) []string {
	if text == "" {
		return nil
	}
	return slices.DeleteFunc(strings.Split(text, ","), func(s string) bool { return s == "" })
}

// Serve makes the process a server, which holds calls until Accept.
func (o *processObject) Serve(ctx context.Context, name, listen, classes string) (string, error) {
	process.becoming.Lock()
	defer process.becoming.Unlock()
	g, err := current()
	switch {
	case err != nil:
		return "", err
	case g.serving != nil:
		return "", exc.New(exc.BadInvOrder, exc.MinorAlreadyActive, exc.No, "the process is the server %q already: leave comes first", g.serving.name)
	case g.become == nil:
		return "", exc.New(exc.BadInvOrder, exc.MinorAlreadyActive, exc.No, "the process takes calls by an ORB of its program's own, and is no server besides")
	}
	s := newServing(true)
	s.begin() // threads of the ORB carry calls out as they come
	h := &hosting{accepted: make(chan struct{})}
	h.accept = sync.OnceFunc(func() { close(h.accepted) })
	var objects *poa.POA
	role := Role{Name: name, Listen: list(listen), NoSignals: true, Around: s.around, Setup: func(ctx context.Context, host somd.Host, d *somd.Domain, describe func(context.Context, []string)) error {
		if of := list(classes); len(of) > 0 {
			if _, err := somd.Serve(ctx, host, d, d.Find, of...); err != nil {
				return err
			}
		} else {
			host.AtEnd(d.Close)
			host.WhileBusy(func() bool { return d.Given() > 0 })
		}
		// The last to be added is the first to be called: objects live, and the process is the server, until it says that it is not.
		host.AtEnd(func() error { s.end(); <-s.left; return nil })
		s.name, h.host, h.domain, h.describe = host.Name(), host, d, describe
		objects = host.Adapter()
		close(s.up)
		select {
		case <-h.accepted:
		case <-ctx.Done():
		}
		select { // both may be so: leave says that calls are taken, and ends that at once
		case <-h.accepted:
			return nil
		default:
			return ctx.Err()
		}
	}}
	if err := s.run(g, role); err != nil {
		return "", raised(exc.Initialize, exc.No, "the server cannot begin", err)
	}
	s.hosting = h
	return h.host.Daemon(), s.enter(h.domain, objects)
}

// served is the server that the process is by Serve.
func (o *processObject) served() (*serving, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	if g.serving == nil || g.serving.hosting == nil {
		return nil, exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "the process is no server: serve was not called, or leave was")
	}
	return g.serving, nil
}

// Publish exports an object for good, and returns its reference.
func (o *processObject) Publish(ctx context.Context, obj som.Object, name string) (string, error) {
	s, err := o.served()
	if err != nil {
		return "", err
	}
	switch {
	case obj == nil:
		return "", exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "no object is to be published as %.100q", name)
	case name == "":
		return "", exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "an object that is published has a name, by which it is found again")
	}
	h := s.hosting
	ref, err := h.domain.Publish(h.host.Adapter(), name, obj)
	if err != nil {
		return "", err
	}
	if err := h.known(ctx, name, ref); err != nil { // it can be tried again, and else the object is the program's alone
		return "", errors.Join(err, h.domain.Withdraw(obj))
	}
	return ref.String(), nil
}

// known has an object be found by its name: as a key, and in the daemon's naming service. If it cannot be it is no key either. The name may lead to it where Bind did not hear
// of its success: until it is published again calls by it are answered that there is no such object.
func (h *hosting) known(ctx context.Context, name string, ref *orb.Ref) error {
	if err := h.host.ActivateKey(name, ref); err != nil {
		return err
	}
	if h.host.Daemon() == "" && !h.host.Private() {
		return nil
	}
	err := h.host.Bind(ctx, name, ref)
	if err != nil {
		err = errors.Join(err, h.host.DeactivateKey(name))
	}
	return err
}

// Accept has the server take calls. The daemon's interface repository is told of the process's classes.
func (o *processObject) Accept(ctx context.Context) error {
	s, err := o.served()
	if err != nil {
		return err
	}
	if s.hosting.host.Daemon() != "" {
		s.hosting.describe(ctx, nil)
	}
	s.hosting.accept()
	return nil
}

// Served waits until the server is to end.
func (o *processObject) Served(ctx context.Context) error {
	s, err := o.served()
	if err != nil {
		return err
	}
	select {
	case <-s.done: // no more calls come, or those of the program are over
	case <-s.over:
	case <-s.ended:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// Interrupt says that the server is to end.
func (o *processObject) Interrupt(context.Context) error {
	s, err := o.served()
	if err != nil {
		return err
	}
	s.interrupt()
	return nil
}

// Leave ends the server, and returns when the process is it no more.
func (o *processObject) Leave(context.Context) error {
	s, err := o.served()
	if err != nil {
		return err
	}
	s.hosting.accept() // of one that never took calls
	return raised(exc.Timeout, exc.Maybe, "the server has ended, but not in order", s.deactivate())
}

// raised is an error as other languages have it: a system exception.
func raised(kind exc.Kind, completed exc.Completed, what string, err error) error {
	if sys := (*exc.SystemException)(nil); err == nil || errors.As(err, &sys) {
		return err
	}
	return exc.New(kind, 0, completed, "%s: %w", what, err)
}
