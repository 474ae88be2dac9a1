package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/svc/implrepo"
)

// specificationTime is how long the body of a registration may take.
const specificationTime = time.Minute

// listInterfaces answers GET /v1/interfaces.
func (d *Daemon) listInterfaces(c *call) error {
	all, err := d.interfaces.Entries(c.r.Context())
	if err != nil {
		return err
	}
	list := make([]admin.Specification, len(all))
	for i, e := range all {
		list[i] = admin.Specification(e)
	}
	return c.reply(list)
}

// putInterfaces answers PUT /v1/interfaces/{name}.
func (d *Daemon) putInterfaces(c *call) error {
	packed, err := specificationIn(c)
	if err != nil {
		return err
	}
	e, err := d.interfaces.Put(c.r.Context(), c.r.PathValue("name"), packed)
	if err != nil {
		return err
	}
	d.o.Log.Info("interfaces registered", "name", e.Name, "files", e.Files)
	return c.reply(admin.Specification(e))
}

// describeServer answers PUT /v1/leases/{id}/interfaces: a server can register interfaces as its own alone. What a version says that an upgrade is trying out is
// registered when that serves, since until then the one before does.
func (d *Daemon) describeServer(c *call) error {
	l, err := d.lease(c)
	if err != nil {
		return err
	}
	packed, err := specificationIn(c)
	if err != nil {
		return err
	}
	rec, err := d.sup.Records().Get(c.r.Context(), l.UUID)
	if err != nil {
		return err
	}
	said := ifr.Examine(admin.ServerClasses(rec.Name), packed)
	e := said.Entry() // where it is put aside
	aside := func(f func(context.Context)) (bool, error) { return l.Aside("interfaces", f) }
	err = d.late.take(c.r.Context(), l.UUID.String(), aside, said.Err(), func(ctx context.Context) error {
		registered, err := d.registerClasses(ctx, l.UUID, said)
		if c.r.Context() == ctx {
			e = registered
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.reply(admin.Specification(e))
}

// registerClasses registers what a server says of its classes under the name that the server has: it may have got another since it said it, or get one meanwhile. What it said before
// is moved first, if it is under the name before: it would be moved later over what the server says now. The caller keeps others from both.
func (d *Daemon) registerClasses(ctx context.Context, server implrepo.UUID, said *ifr.Examined) (ifr.Entry, error) {
	for {
		if err := d.settleNow(ctx, server); err != nil {
			return ifr.Entry{}, err
		}
		rec, err := d.sup.Records().Get(ctx, server)
		if err != nil {
			return ifr.Entry{}, err
		}
		if rec.Was != "" { // renamed again since
			continue
		}
		name := admin.ServerClasses(rec.Name)
		if e, err := d.interfaces.Describe(ctx, said.As(name), d.sup.Records().Still(rec)); !errors.Is(err, implrepo.ErrRenamed) {
			if err == nil {
				d.o.Log.Info("interfaces registered", "name", e.Name, "files", e.Files)
			} else {
				d.o.Log.Warn("the interfaces of a server are not answered from", "name", name, "error", err)
			}
			return e, err
		}
	}
}

// specificationIn reads the specification that a request carries.
func specificationIn(c *call) ([]byte, error) {
	_ = c.rc.SetReadDeadline(time.Now().Add(specificationTime))
	packed, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, ifr.MaxPacked+1))
	if err != nil {
		return nil, &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("the specification: %v", err)}
	}
	_ = c.rc.SetReadDeadline(time.Time{})
	return packed, nil
}

// removeInterfaces answers DELETE /v1/interfaces/{name}.
func (d *Daemon) removeInterfaces(c *call) error {
	name, of := c.r.PathValue("name"), ""
	if server, ok := strings.CutPrefix(name, admin.ServerClasses("")); ok {
		if rec, err := d.sup.Records().ByName(c.r.Context(), server); err == nil && admin.ServerClasses(rec.Name) == name {
			of = rec.UUID.String()
		}
	}
	if err := d.removeDescription(c.r.Context(), of, name, nil); err != nil {
		return err
	}
	return c.reply(struct{}{})
}

// removeDescription takes out what is registered under a name, and what the server of a UUID, "" for none, was to have registered later, which is forgotten even where the error is ctx's. While, which may be nil, has to hold.
func (d *Daemon) removeDescription(ctx context.Context, server, name string, while store.Guard) error {
	if server == "" {
		return d.interfaces.Remove(ctx, name, while)
	}
	d.late.forget(server)
	done, err := d.late.alone(ctx, server)
	if err != nil {
		return err
	}
	defer done()
	d.late.forget(server) // what began to be registered meanwhile
	return d.interfaces.Remove(ctx, name, while)
}

// spec answers GET /v1/spec.
func (d *Daemon) spec(c *call) error {
	spec, err := d.interfaces.Spec(c.r.Context())
	if err != nil {
		return err
	}
	packed, err := ifr.Pack(spec)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/gzip")
	return c.stream(packed)
}
