package admin

import (
	"context"
	"net/http"
)

// A Machine is one whose daemon shares its state with this one's.
type Machine struct {
	Name      string   `json:"name"`
	Here      bool     `json:"here,omitempty"` // it is this one
	Addresses []string `json:"addresses"`      // where its daemon takes CORBA calls
	Version   string   `json:"version,omitempty"`
	Silent    Duration `json:"silent"` // for how long nothing was heard of it; above Machines.DeadAfter it is found dead
}

// Machines are those that share a state, this one among them.
type Machines struct {
	Store     []string  `json:"store"`      // where the state is
	UUID      string    `json:"uuid"`       // what is common to all, in the keys of their objects
	DeadAfter Duration  `json:"dead_after"` // of silence
	Sure      bool      `json:"sure"`       // this machine is sure of the servers that may run on any
	Machines  []Machine `json:"machines"`
}

// Machines returns the machines whose daemons share a state. Of a daemon that shares it with no other the error is a CodeInvalid.
func (c *Client) Machines(ctx context.Context) (m Machines, err error) {
	return m, c.call(ctx, http.MethodGet, "/v1/machines", nil, &m)
}
