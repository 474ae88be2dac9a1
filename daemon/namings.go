package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/somd/classmap"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/naming/binding"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// The times of a name that is bound because an upgrade has gone well.
const (
	namingTime  = 5 * time.Second // in all
	namingPause = 100 * time.Millisecond
)

// putNaming answers PUT /v1/leases/{id}/naming: what a process wants the naming service to say is put aside while an upgrade tries the process out, since the
// version before serves until that goes well, and goes on to if it does not.
func (d *Daemon) putNaming(c *call) error {
	l, err := d.lease(c)
	if err != nil {
		return err
	}
	var in admin.Naming
	if err := c.read(&in); err != nil {
		return err
	}
	if !strings.HasPrefix(in.Reference, "IOR:") {
		return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("the reference is to be an IOR, and is %.60q", in.Reference)}
	}
	at := d.classes.Load()
	if at == nil {
		return &admin.Error{Code: admin.CodeUnavailable, Message: "the naming service does not run yet"}
	}
	ref, err := at.orb.Resolve(c.r.Context(), in.Reference)
	if err != nil {
		return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("the reference: %v", err)}
	}
	key, what, do := "classes", "the classes of a server", func(ctx context.Context) error { return d.announce(ctx, at, l.UUID, ref, in.Classes) }
	if !in.Serves {
		if _, err := ior.ParseName(in.Name); err != nil {
			return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("the name: %v", err)}
		}
		key, what, do = "name "+in.Name, "a name", func(ctx context.Context) error { return binding.Bind(ctx, at.names.Root(), in.Name, ref) }
	}
	aside, err := l.Aside(key, func(ctx context.Context) {
		if err := persist(ctx, do); err != nil {
			d.o.Log.Error("the naming service does not say "+what+" as the version of the server wants it that an upgrade has brought", "server", l.UUID, "name", in.Name, "error", err)
		}
	})
	if err != nil {
		return err
	}
	return c.reply(admin.Aside{Aside: aside})
}

// persist tries what the naming service is to say, within namingTime and ctx.
func persist(ctx context.Context, do func(context.Context) error) error {
	ctx, end := own(ctx)
	defer end()
	ctx, cancel := context.WithTimeout(ctx, namingTime)
	defer cancel()
	for {
		err := do(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-time.After(namingPause):
		case <-ctx.Done():
			return err
		}
	}
}

// announce says which classes a server has, under the name that the server has now, and that it has no others.
func (d *Daemon) announce(ctx context.Context, at *classes, server implrepo.UUID, object *orb.Ref, classes []string) error {
	at.mu.Lock()
	defer at.mu.Unlock()
	rec, err := d.sup.Records().Get(ctx, server)
	if err != nil {
		if errors.Is(err, implrepo.ErrUnknown) {
			return nil
		}
		return err
	}
	return at.Announce(ctx, classmap.Server{Alias: rec.Name, ID: wire.ID(server).String(), Ref: object}, classes)
}
