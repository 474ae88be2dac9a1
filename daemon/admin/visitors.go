package admin

import (
	"context"
	"net/http"
	"time"
)

// Visitors is who came to the daemon's port and was no client of CORBA, since the daemon was started.
type Visitors struct {
	Counts  map[string]uint64 `json:"counts"`  // visits by kind: see package daemon/visitors
	Refused uint64            `json:"refused"` // connections of hosts that came too often
	Hosts   []VisitorHost     `json:"hosts"`   // who came last first; not all, if there were many
}

// A VisitorHost is a host from which such visitors came.
type VisitorHost struct {
	Host         string            `json:"host"`
	Counts       map[string]uint64 `json:"counts"`
	First        time.Time         `json:"first"`
	Last         time.Time         `json:"last"`
	Said         string            `json:"said,omitempty"` // last, if it was text; what cannot be printed is escaped
	Scanner      bool              `json:"scanner,omitempty"`
	Refused      uint64            `json:"refused,omitempty"`
	RefusedUntil time.Time         `json:"refused_until,omitzero"`
}

// Visitors returns who came.
func (c *Client) Visitors(ctx context.Context) (v Visitors, err error) {
	return v, c.call(ctx, http.MethodGet, "/v1/visitors", nil, &v)
}
