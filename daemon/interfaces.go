package daemon

import (
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
func (d *Daemon) putInterfaces(c *call) error { return d.register(c, c.r.PathValue("name")) }

// describeServer answers PUT /v1/leases/{id}/interfaces: a server can register interfaces as its own alone.
func (d *Daemon) describeServer(c *call) error {
	l, err := d.lease(c)
	if err != nil {
		return err
	}
	return d.register(c, admin.ServerClasses(l.Name))
}

func (d *Daemon) register(c *call, name string) error {
	_ = c.rc.SetReadDeadline(time.Now().Add(specificationTime))
	packed, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, ifr.MaxPacked+1))
	if err != nil {
		return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("the specification: %v", err)}
	}
	_ = c.rc.SetReadDeadline(time.Time{})
	e, err := d.interfaces.Put(c.r.Context(), name, packed)
	if err != nil {
		return err
	}
	d.o.Log.Info("interfaces registered", "name", e.Name, "files", e.Files)
	return c.reply(admin.Specification(e))
}

// removeInterfaces answers DELETE /v1/interfaces/{name}.
func (d *Daemon) removeInterfaces(c *call) error {
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
