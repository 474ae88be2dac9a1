package orb

import (
	"context"
	"sync/atomic"
)

// ForUpcall is embedded in the key of a context's value that tells of the upcall that it belongs to, or of a method of the program that the ORB calls:
// what the ORB goes on with behind that does not find it.
type ForUpcall struct{}

func (ForUpcall) forUpcall() {}

// behind returns ctx for what the ORB itself goes on with when a call, or the upcall that has made it, may be over: telling a reply handler. It has the
// values of ctx, such as those of a trace, but neither its end, nor what tells how the call is made (policies, properties, that it is polled for), nor
// what tells of the upcall: what is done with it is within no other.
func behind(ctx context.Context) context.Context {
	return &behindContext{context.WithoutCancel(ctx)}
}

type behindContext struct{ context.Context }

func (b *behindContext) Value(key any) any {
	switch key.(type) {
	case interface{ callersOwn() }, interface{ forUpcall() }:
		return nil
	}
	return b.Context.Value(key)
}

// An Aside is a goroutine in which the ORB makes a call beside the upcall that has begun it, as [Go] and [ORB.Callback] do. What is called runs not within that upcall, therefore: an adapter
// whose upcalls run one at a time has it wait, or offers it to the upcall while that waits for the call.
type Aside struct {
	outer  *Aside
	frame  any // the upcall's
	offers chan *Offer
}

// An Offer is what is to run in the goroutine of an upcall that waits for a [Future].
type Offer struct {
	run     func()
	settled atomic.Bool // it is run, or has been withdrawn
	taken   chan bool
}

// NewOffer returns an offer of f.
func NewOffer(f func()) *Offer { return &Offer{run: f, taken: make(chan bool, 1)} }

// Taken is asked when the offer has been received. It reports whether f is run; if not, it is to be offered anew, or ctx has ended before it was:
// it is not run then any more.
func (o *Offer) Taken(ctx context.Context) bool {
	select {
	case taken := <-o.taken:
		return taken
	case <-ctx.Done():
		return !o.settled.CompareAndSwap(false, true)
	}
}

// accept runs what is offered, unless it has been withdrawn.
func (o *Offer) accept() {
	if o.settled.CompareAndSwap(false, true) {
		o.taken <- true
		o.run()
	}
}

type (
	asideKey struct{ ForUpcall }
	frameKey struct{ ForUpcall }
)

// A frame is what identifies a method of the program that is no servant's, as its callContext does an upcall.
type frame struct{ _ byte }

func frameOf(ctx context.Context) any { return ctx.Value(frameKey{}) }

func asideOf(ctx context.Context) *Aside {
	if ctx == nil {
		return nil
	}
	a, _ := ctx.Value(asideKey{}).(*Aside)
	return a
}

// beside returns ctx for a call in another goroutine, and that if ctx is an upcall's. offers says that there will be somebody who waits for it.
func beside(ctx context.Context, offers bool) (context.Context, *Aside) {
	f := frameOf(ctx)
	if f == nil {
		return ctx, nil
	}
	a := &Aside{outer: asideOf(ctx), frame: f}
	if offers {
		a.offers = make(chan *Offer)
	}
	return context.WithValue(ctx, asideKey{}, a), a
}

// lends returns what is offered to him who waits with ctx for the call that a makes: nothing unless he is the upcall that has begun it.
func (a *Aside) lends(ctx context.Context) <-chan *Offer {
	if a == nil || frameOf(ctx) != a.frame || asideOf(ctx) != a.outer {
		return nil
	}
	return a.offers
}

// Offers takes what is to run while the upcall waits for the call. It may be that nobody ever receives from it.
func (a *Aside) Offers() chan<- *Offer {
	if a == nil {
		return nil
	}
	return a.offers
}

// LeftBy returns the goroutine in which what has ctx runs beside the method that was called with a ctx made of outer, of which ctx derives: the one that the method itself has begun. It
// is nil if it runs in the method's own. A nil outer is that of a call from elsewhere.
func LeftBy(ctx, outer context.Context) (first *Aside) {
	from := asideOf(outer)
	for a := asideOf(ctx); a != nil && a != from; a = a.outer {
		first = a
	}
	return first
}
