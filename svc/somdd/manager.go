package somdd

import (
	"context"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// manager is the SOMDServerMgr.
type manager struct{ s *Service }

// act runs f on the server with the alias that a request names, and answers the status that f returns.
func (v *manager) act(r *orb.ServerRequest, f func(ctx context.Context, d wire.Definition, id wire.ID) (wire.Code, error)) {
	alias := r.In.RawString()
	if !r.Decoded() {
		return
	}
	d, err := v.s.c.Servers.ByAlias(r.Context(), alias)
	v.on(r, d, err, f)
}

func (v *manager) on(r *orb.ServerRequest, d wire.Definition, err error, f func(ctx context.Context, d wire.Definition, id wire.ID) (wire.Code, error)) {
	var id wire.ID
	var code wire.Code
	if err == nil {
		id, err = wire.ParseID(d.ID)
	}
	if err == nil {
		code, err = f(r.Context(), d, id)
	}
	if r.Returned(failure(err)) {
		r.Out.ULong(uint32(code))
	}
}

// start is somdStartServer: ORBStatus (in string alias). A server that runs is left alone.
func (v *manager) start(r *orb.ServerRequest) {
	v.act(r, func(ctx context.Context, _ wire.Definition, id wire.ID) (wire.Code, error) {
		return wire.Success, v.s.c.Servers.Start(ctx, id)
	})
}

// stop stops a server that may be stopped.
func (v *manager) stop(ctx context.Context, d wire.Definition, id wire.ID) (wire.Code, error) {
	if d.Flags&wire.NonStoppable != 0 {
		return wire.AccessDenied, nil
	}
	if runs, err := v.s.c.Servers.Runs(ctx, id); err != nil || !runs {
		return wire.ServerNotFound, err
	}
	return wire.Success, v.s.c.Servers.Stop(ctx, id)
}

// shutdown is somdShutdownServer: ORBStatus (in string alias).
func (v *manager) shutdown(r *orb.ServerRequest) { v.act(r, v.stop) }

// shutdownImpl is somdShutdownImpl: ORBStatus (in ImplId).
func (v *manager) shutdownImpl(r *orb.ServerRequest) {
	id := getID(&r.In)
	if r.Decoded() {
		d, err := v.s.c.Servers.Get(r.Context(), id)
		v.on(r, d, err, v.stop)
	}
}

// restart is somdRestartServer: ORBStatus (in string alias). One that does not run is started.
func (v *manager) restart(r *orb.ServerRequest) {
	v.act(r, func(ctx context.Context, d wire.Definition, id wire.ID) (wire.Code, error) {
		if code, err := v.stop(ctx, d, id); err != nil || code == wire.AccessDenied {
			return code, err
		}
		return wire.Success, v.s.c.Servers.Start(ctx, id)
	})
}

// list is somdListServer: ORBStatus (in string alias): whether the server runs.
func (v *manager) list(r *orb.ServerRequest) {
	v.act(r, func(ctx context.Context, _ wire.Definition, id wire.ID) (wire.Code, error) {
		if runs, err := v.s.c.Servers.Runs(ctx, id); err != nil || !runs {
			return wire.ServerNotFound, err
		}
		return wire.Success, nil
	})
}

// enable is somdEnableServer, disable is somdDisableServer: ORBStatus (in string alias).
func (v *manager) enable(r *orb.ServerRequest)  { v.setDisabled(r, false) }
func (v *manager) disable(r *orb.ServerRequest) { v.setDisabled(r, true) }

func (v *manager) setDisabled(r *orb.ServerRequest, to bool) {
	v.act(r, func(ctx context.Context, _ wire.Definition, id wire.ID) (wire.Code, error) {
		return wire.Success, v.s.c.Servers.SetDisabled(ctx, id, to)
	})
}

// isEnabled is somdIsServerEnabled: boolean (in ImplementationDef).
func (v *manager) isEnabled(r *orb.ServerRequest) {
	if d, ok := v.s.argument(r); ok && r.Returned(nil) {
		r.Out.Boolean(d.Flags&wire.Disabled == 0)
	}
}
