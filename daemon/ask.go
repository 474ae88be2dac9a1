package daemon

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/objects"
)

// answering returns what answers questions about objects.
func (d *Daemon) answering() (*objects.Objects, error) {
	if o := d.objects.Load(); o != nil {
		return o, nil
	}
	return nil, &admin.Error{Code: admin.CodeUnavailable, Message: "the daemon takes no calls, or not yet: it knows of no names and objects"}
}

// ofObjects answers with what is known of objects.
func ofObjects[A any](d *Daemon, c *call, answer func(*objects.Objects) (A, error)) error {
	o, err := d.answering()
	if err != nil {
		return err
	}
	a, err := answer(o)
	if err != nil {
		return err
	}
	return c.reply(a)
}

// asked answers a question that stands in the request's body.
func asked[Q, A any](d *Daemon, c *call, answer func(*objects.Objects, Q) (A, error)) error {
	var q Q
	if err := c.read(&q); err != nil {
		return err
	}
	return ofObjects(d, c, func(o *objects.Objects) (A, error) { return answer(o, q) })
}

// listNames answers GET /v1/names.
func (d *Daemon) listNames(c *call) error {
	v := c.r.URL.Query()
	q := admin.NameQuery{In: v.Get("in"), Search: v.Get("search")}
	if s := v.Get("limit"); s != "" {
		var err error
		if q.Limit, err = strconv.Atoi(s); err != nil {
			return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("limit=%.20s is not a number", s)}
		}
	}
	return ofObjects(d, c, func(o *objects.Objects) (admin.Names, error) { return o.Names(c.r.Context(), q) })
}

// listClasses answers GET /v1/classes.
func (d *Daemon) listClasses(c *call) error {
	return ofObjects(d, c, func(o *objects.Objects) (admin.Classes, error) { return o.Classes(c.r.Context()) })
}

// getClass answers GET /v1/classes/{name}.
func (d *Daemon) getClass(c *call) error {
	return ofObjects(d, c, func(o *objects.Objects) (admin.Class, error) { return o.Class(c.r.Context(), c.r.PathValue("name")) })
}

// takeApart answers POST /v1/references.
func (d *Daemon) takeApart(c *call) error {
	return asked(d, c, func(o *objects.Objects, q admin.Question) (admin.Reference, error) {
		return o.Reference(c.r.Context(), q)
	})
}

// classOf answers POST /v1/objects/class.
func (d *Daemon) classOf(c *call) error {
	return asked(d, c, func(o *objects.Objects, q admin.Question) (admin.Class, error) {
		return o.ClassOf(c.r.Context(), q.URL)
	})
}

// callObject answers POST /v1/objects/call.
func (d *Daemon) callObject(c *call) error {
	return asked(d, c, func(o *objects.Objects, q admin.Call) (admin.Outcome, error) { return o.Call(c.r.Context(), q) })
}

// metrics answers GET /v1/metrics.
func (d *Daemon) metrics(c *call) error {
	text, err := d.exposition(c.r.Context())
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	c.write(http.StatusOK, text)
	return nil
}
