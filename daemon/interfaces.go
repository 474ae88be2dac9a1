package daemon

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/svc/ifr"
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
	name := admin.ServerClasses(l.Name)
	said := ifr.Examine(name, packed)
	e := said.Entry() // where it is put aside
	err = d.late.take(c.r.Context(), name, l.Aside, said.Err(), func(ctx context.Context) error {
		registered, err := d.interfaces.Describe(ctx, said)
		if c.r.Context() == ctx {
			e = registered
		}
		if err == nil {
			d.o.Log.Info("interfaces registered", "name", registered.Name, "files", registered.Files)
		} else {
			d.o.Log.Warn("the interfaces of a server are not answered from", "name", name, "error", err)
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.reply(admin.Specification(e))
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
	if err := d.removeDescription(c.r.Context(), c.r.PathValue("name")); err != nil {
		return err
	}
	return c.reply(struct{}{})
}

// removeDescription takes out what is registered under a name, and what was to be registered later, which is forgotten even where the error is ctx's.
func (d *Daemon) removeDescription(ctx context.Context, name string) error {
	d.late.forget(name)
	done, err := d.late.alone(ctx, name)
	if err != nil {
		return err
	}
	defer done()
	d.late.forget(name) // what began to be registered meanwhile
	return d.interfaces.Remove(ctx, name)
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
