//go:build !windows

package pipe

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/platform"
	"github.com/opendsom/dsom/transport"
)

// New returns the transport, which says that there are no named pipes here.
func New() transport.Transport { return none{} }

type none struct{}

func (none) Name() string { return Name }

func (none) Dial(_ context.Context, e transport.Endpoint) (transport.Conn, error) {
	return nil, refused(e)
}

func (none) Listen(_ context.Context, e transport.Endpoint) (transport.Listener, error) {
	return nil, refused(e)
}

func refused(e transport.Endpoint) error {
	if err := check(e); err != nil {
		return err
	}
	return fmt.Errorf("pipe:%s: %w", e.Host, platform.NamedPipes.Missing())
}
