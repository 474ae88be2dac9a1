package somd

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
)

// Calls returns how many calls of objects of this process have been carried out.
func (d *Domain) Calls() uint64 { return d.calls.Load() }

// NextCall waits until more calls than n have been carried out, and returns how many there were. Its error is the context's.
func (d *Domain) NextCall(ctx context.Context, n uint64) (uint64, error) {
	for {
		c := make(chan struct{})
		at := &c
		if !d.awaited.CompareAndSwap(nil, at) {
			if at = d.awaited.Load(); at == nil {
				continue // there was one in this moment
			}
		}
		if now := d.calls.Load(); now > n {
			return now, nil
		}
		select {
		case <-*at:
		case <-ctx.Done():
			return d.calls.Load(), ctx.Err()
		}
	}
}

// called counts a call, and tells who waits for one.
func (d *Domain) called() {
	d.calls.Add(1)
	if d.awaited.Load() == nil {
		return
	}
	if c := d.awaited.Swap(nil); c != nil {
		close(*c)
	}
}

// Adapter returns the adapter in which objects are active.
func (d *Domain) Adapter() *poa.POA { return d.adapter }

// ServerObject returns the domain's server object, the last that [NewServer] has made, with a reference of the caller's own; ok is false if there is none, or none any more.
func (d *Domain) ServerObject() (r som.Ref, ok bool) {
	w := d.server.Load()
	if w == nil {
		return som.Ref{}, false
	}
	return w.Get()
}

// ClassNamed returns a class of this process, or of a library that has it.
func (d *Domain) ClassNamed(name string) (*som.Class, error) {
	if c := d.class(name); c != nil {
		return c, nil
	}
	if d.Find == nil {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "there is no class %.255q here", name)
	}
	c, err := d.Find(name)
	if err == nil {
		err = c.Err()
	}
	if err != nil {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "there is no class %.255q here: %w", name, err)
	}
	d.Know(c)
	return c, nil
}

// Refer returns an object that stands for a reference, whatever that leads to and whether anything is there: a SOMDObject, which has no other methods. The
// reference to it is the caller's.
func (d *Domain) Refer(o orb.Object) (som.Ref, error) {
	c, err := d.ProxyClass(som.SOMObject)
	if err != nil {
		return som.Ref{}, err
	}
	if d.Share != nil {
		if err := d.Share(c); err != nil {
			return som.Ref{}, err
		}
	}
	r, err := c.New()
	if err != nil {
		return som.Ref{}, err
	}
	p, _ := som.FindState[proxy](r)
	p.bind(d, orb.RefOf(o), som.SOMObject, false)
	return r, nil
}

// ReferenceOf returns the reference that an object has elsewhere: that of a proxy is its target's, another object is exported.
func (d *Domain) ReferenceOf(o som.Object) (*orb.Ref, error) {
	if ref, ok := Reference(o); ok {
		return ref, nil
	}
	return d.Export(o)
}
