package daemon

import (
	"context"
	"errors"
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
	describe := func(ctx context.Context) (ifr.Entry, error) {
		e, err := d.interfaces.Describe(ctx, name, packed)
		if err == nil {
			d.o.Log.Info("interfaces registered", "name", e.Name, "files", e.Files)
		} else {
			d.o.Log.Warn("the interfaces of a server are not answered from", "name", name, "error", err)
		}
		return e, err
	}
	e, err := ifr.Examine(name, packed)
	if err == nil {
		aside, err := l.Aside(func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, takenTime)
			defer cancel()
			turn := d.late.begin(name)
			if _, err := describe(ctx); !settled(err) { // the log says it; the server was told that it is registered
				still := func() bool { _, err := l.Aside(nil); return err == nil }
				d.late.try(name, turn, still, func(ctx context.Context) error { _, err := describe(ctx); return err })
			}
		})
		if err != nil {
			return err
		}
		if aside {
			return c.reply(admin.Specification(e))
		}
	} else if aside, late := l.Aside(nil); late != nil || aside {
		return errors.Join(late, err)
	}
	d.late.begin(name)
	if e, err = describe(c.r.Context()); err != nil {
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
	d.late.forget(c.r.PathValue("name"))
	if err := d.interfaces.Remove(c.r.Context(), c.r.PathValue("name")); err != nil {
		return err
	}
	return c.reply(struct{}{})
}

// spec answers GET /v1/spec.
func (d *Daemon) spec(c *call) error {
	spec, err := d.interfaces.Spec()
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
