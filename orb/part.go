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
	// still possible, but not such as tell a reply handler of their end ([ORB.Callback]). It may be called again.
	End(ctx context.Context) error
}

// parts is what is to be told of the ORB's end.
type parts struct {
	mu    sync.Mutex
	all   []Part
	ended bool
}

// Attach has p told of the ORB's end.
func (o *ORB) Attach(p Part) {
	o.parts.mu.Lock()
	defer o.parts.mu.Unlock()
	o.parts.all = append(o.parts.all, p)
}

// AtEnd has f called by [ORB.Shutdown], once, when requests are served no more, or its ctx has ended, and calls can
// still be made, but not such as tell a reply handler of their end ([ORB.Callback]). What was attached or named last is told first; errors are part of Shutdown's.
// After Shutdown f is called at once, and its error dropped.
func (o *ORB) AtEnd(f func() error) {
	o.parts.mu.Lock()
	over := o.parts.ended
	if !over {
		o.parts.all = append(o.parts.all, &ending{f: f})
	}
	o.parts.mu.Unlock()
	if over {
		_ = f() // there is nobody to tell
	}
}

// An ending is a part that is only told of the end.
type ending struct {
	f    func() error
	once sync.Once
}

func (*ending) Drain() {}

func (e *ending) End(context.Context) (err error) {
	e.once.Do(func() { err = e.f() })
	return err
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
	o.parts.mu.Lock()
	o.parts.ended = true
	o.parts.mu.Unlock()
	for _, p := range o.attached() {
		err = errors.Join(err, p.End(ctx))
	}
	return err
}
