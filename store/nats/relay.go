package nats

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"

	"github.com/opendsom/dsom/store"
)

var _ store.Relay = (*cluster)(nil)

// mostAnswered is how many requests to a name are answered at once; others wait, in the order in which they came.
const mostAnswered = 256

// calling returns the subject of requests to a name. It is none of the stream's: requests are not kept.
func (c *cluster) calling(name string) string {
	return c.o.Stream + "-ask." + store.EscapeKey(name)
}

// Serve implements store.Relay.
func (c *cluster) Serve(name string, answer func(context.Context, []byte) []byte) (stop func(), err error) {
	ctx, end := context.WithCancel(c.closing)
	var wg sync.WaitGroup
	room := make(chan struct{}, mostAnswered)
	sub, err := c.conn.Subscribe(c.calling(name), func(m *nats.Msg) {
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
			return
		}
		wg.Go(func() {
			defer func() { <-room }()
			if b := answer(ctx, m.Data); len(b) <= store.MaxMessage {
				_ = m.Respond(b) // who asks hears nothing, and asks again
			}
		})
	})
	if err != nil {
		end()
		return nil, c.fault(err)
	}
	gone := make(chan struct{})
	sub.SetClosedHandler(func(string) { close(gone) })
	return sync.OnceFunc(func() {
		end()
		if sub.Unsubscribe() == nil {
			<-gone // none is handed out any more
		}
		wg.Wait()
	}), nil
}

// Ask implements store.Relay.
func (c *cluster) Ask(ctx context.Context, name string, request []byte) ([]byte, error) {
	if len(request) > store.MaxMessage {
		return nil, &store.Error{Kind: store.ErrTooLarge, Detail: fmt.Sprintf("a request of %d octets, the limit is %d", len(request), store.MaxMessage)}
	}
	done, err := c.begun(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.closing, cancel)() // Close waits for this
	m, err := c.conn.RequestWithContext(asking, c.calling(name), request)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return nil, store.ErrNobody
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && c.closing.Err() != nil:
		return nil, &store.Error{Kind: store.ErrClosed, Path: c.place()}
	case err != nil:
		return nil, c.fault(err)
	}
	return m.Data, nil
}
