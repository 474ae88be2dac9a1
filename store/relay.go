package store

import (
	"context"
	"errors"
)

// MaxMessage is how many octets a request of a Relay has at most, and its answer.
const MaxMessage = 512 << 10

// ErrNobody is the error of a request that nobody has taken: it has surely not been answered by anybody.
var ErrNobody = errors.New("nobody is there to answer")

// A Relay carries requests among those who have a store in common, beside what it keeps: whoever may write to the store may ask, and nobody else.
// All methods may be called concurrently.
type Relay interface {
	// Serve has requests to a name answered, each in a goroutine of its own, until stop is called, which returns when those under way have been
	// answered. ctx ends with that or with the store. Of several who serve a name each gets each request, and the first answer counts.
	Serve(name string, answer func(ctx context.Context, request []byte) []byte) (stop func(), err error)

	// Ask sends a request to whoever serves a name, and returns the answer. Its errors: ErrNobody, ErrUnreached and ErrClosed, the context's. After all but
	// ErrNobody it is not known whether the request has been answered.
	Ask(ctx context.Context, name string, request []byte) ([]byte, error)
}
