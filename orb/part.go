package orb

import (
	"context"
	"errors"
	"sync"
)

// A Part is something that ends with its ORB, such as an object adapter.
type Part interface {
	// Drain is called when the ORB takes no more requests and waits for those it has: whoever
	// waits in the part for something that may not come is to be sent away. It must not wait.
	Drain()
	// End is called when no request is served any more, or ctx has ended. Calls to others are
	// still possible. It may be called again.
	End(ctx context.Context) error
}

// parts is what is to be told of the ORB's end.
type parts struct {
	mu  sync.Mutex
	all []Part
}

// Attach has p told of the ORB's end.
func (o *ORB) Attach(p Part) {
	o.parts.mu.Lock()
	defer o.parts.mu.Unlock()
	o.parts.all = append(o.parts.all, p)
}

// attached returns the parts, the latest first.
func (o *ORB) attached() []Part {
	o.parts.mu.Lock()
	defer o.parts.mu.Unlock()
	all := make([]Part, 0, len(o.parts.all))
	for i := len(o.parts.all) - 1; i >= 0; i-- {
		all = append(all, o.parts.all[i])
	}
	return all
}

// drain tells all parts that the ORB waits for the requests it has.
func (o *ORB) drain() {
	for _, p := range o.attached() {
		p.Drain()
	}
}

// endParts ends all parts.
func (o *ORB) endParts(ctx context.Context) (err error) {
	for _, p := range o.attached() {
		err = errors.Join(err, p.End(ctx))
	}
	return err
}
