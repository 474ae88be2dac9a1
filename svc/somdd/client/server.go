package client

import (
	"context"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// Up tells the daemon that the calling process is the server with an id, and takes calls where server, the reference of
// its server object, says.
func (d *Daemon) Up(ctx context.Context, id wire.ID, server *orb.Ref) error {
	return invoke(ctx, d.server, "impl_up", func(e *cdr.Encoder) { e.RawString(id.String()); e.RawString(server.String()) }, nil)
}

// Down tells the daemon that the calling process is that server no more, and about to end.
func (d *Daemon) Down(ctx context.Context, id wire.ID) error {
	return invoke(ctx, d.server, "impl_down", aString(id.String()), nil)
}

// Failed tells the daemon that the calling process has not become that server, and why.
func (d *Daemon) Failed(ctx context.Context, id wire.ID, pid int, code wire.Code) error {
	return invoke(ctx, d.server, "impl_failed", func(e *cdr.Encoder) {
		e.RawString(id.String())
		e.Long(int32(pid))
		e.ULong(uint32(code))
	}, nil)
}

// Interrupt asks a server, by the reference of its server object, to end: what somdd does to stop one.
func Interrupt(ctx context.Context, server *orb.Ref) error {
	adapter, err := create(ctx, server, "SOMOA")
	if err != nil {
		return err
	}
	return invoke(ctx, adapter, "interrupt_server", nil, nil)
}
