package admin

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// LinkStatus is a daemon's part in finding others on a link.
type LinkStatus struct {
	Interface string            `json:"interface"`
	Heard     int               `json:"heard"`  // daemons that were heard of late
	Counts    map[string]uint64 `json:"counts"` // how often what has happened
}

// Neighbours are the daemons that have said on a link that they are there, or that they have a name. Each was asked by a call what it is.
type Neighbours struct {
	Interface string      `json:"interface"`
	Name      string      `json:"name,omitempty"` // that was asked for
	Daemons   []Neighbour `json:"daemons"`
}

// A Neighbour is a daemon on the link. What it says of itself is known to be so only as far as Answers says: whoever answers at the address says the same as the datagram did.
type Neighbour struct {
	Name      string    `json:"name"`          // of its machine, as it says
	Addresses []string  `json:"addresses"`     // where it takes calls, as it says
	Started   time.Time `json:"started"`       // as it says
	From      string    `json:"from"`          // the address by which the datagram came
	Heard     time.Time `json:"heard"`         // when the last came
	Answers   bool      `json:"answers"`       // it was called, and is what it says
	At        string    `json:"at,omitempty"`  // where, host:port
	Has       string    `json:"has,omitempty"` // what of the name it has, which it has told by that call: name, server or class
	Why       string    `json:"why,omitempty"` // it does not answer, or has nothing of that name any more
}

// Neighbours returns the daemons on the link; with a name, those that say that they have it. It takes some seconds. CodeInvalid is the error of a daemon that takes no part.
func (c *Client) Neighbours(ctx context.Context, name string) (n Neighbours, err error) {
	path := "/v1/link"
	if name != "" {
		path += "?" + url.Values{"name": {name}}.Encode()
	}
	return n, c.call(ctx, http.MethodGet, path, nil, &n)
}
