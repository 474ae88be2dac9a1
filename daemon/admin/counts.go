package admin

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/opendsom/dsom/orb"
)

// DaemonServer stands for the daemon itself where servers are named. No server can have this name.
const DaemonServer = "(daemon)"

// MaxCountedConnections is how many connections Counts tell of: those over which most octets have gone.
const MaxCountedConnections = 1000

// MaxCountedOperations is how many operations Counts tell of: those that are called most.
const MaxCountedOperations = 2000

// Counts are what a server has counted of its calls and its connections, told when the daemon asks.
type Counts struct {
	Operations  []OperationCalls `json:"operations"`  // at most MaxCountedOperations
	Connections []Connection     `json:"connections"` // at most MaxCountedConnections
	Open        int              `json:"open"`        // connections that there are
}

// OperationCalls is what was counted of the calls of an operation, by all processes of its server that the daemon has known since it was started itself: the
// numbers of one that lives are those since its start.
type OperationCalls struct {
	Server    string `json:"server"`              // its name, or DaemonServer
	Machine   string `json:"machine,omitempty"`   // where, if daemons of several share their state
	Interface string `json:"interface,omitempty"` // repository id
	Operation string `json:"operation"`           // or orb.OtherOperations, for those that are not told apart
	Calls     uint64 `json:"calls"`               // that have begun
	Raised    uint64 `json:"raised,omitempty"`    // that ended with an exception of the user's
	Failed    uint64 `json:"failed,omitempty"`    // that ended with a system exception

	// Took is a histogram: its i-th number, from 0, is how many calls took less than 2^i microseconds, and not less than those before;
	// the last of orb.CallBuckets has all longer ones, and zeros at the end are left out. Of an operation that is called often some calls
	// are timed, and stand for the others. Seconds is what they took together.
	Took    []uint64 `json:"took,omitempty"`
	Seconds float64  `json:"seconds"`
}

// Calls is what the daemon and its servers have counted, and those of the other machines that share its state.
type Calls struct {
	At         time.Time        `json:"at"`
	Operations []OperationCalls `json:"operations"`       // ordered by server, interface and operation
	Silent     []string         `json:"silent,omitempty"` // servers that run and did not tell, and "machine NAME"
}

// A Connection is one from a client.
type Connection struct {
	Server   string    `json:"server"` // to which; or DaemonServer
	Machine  string    `json:"machine,omitempty"`
	Peer     string    `json:"peer"` // host:port
	Since    time.Time `json:"since"`
	Calls    int64     `json:"calls"`
	Received int64     `json:"received"` // octets
	Sent     int64     `json:"sent"`     // octets
}

// Connections are those from clients, to the daemon and its servers.
type Connections struct {
	At          time.Time      `json:"at"`
	Open        map[string]int `json:"open"`        // how many there are, by server
	Connections []Connection   `json:"connections"` // of each server at most MaxCountedConnections
	Silent      []string       `json:"silent,omitempty"`
}

// CountsOf returns what an ORB has counted. Servers are not named in it.
func CountsOf(o *orb.ORB) Counts {
	r := Counts{Operations: []OperationCalls{}, Connections: []Connection{}}
	calls := o.Calls()
	if len(calls) > MaxCountedOperations {
		slices.SortStableFunc(calls, func(a, b orb.CallCount) int { return cmp.Compare(b.Calls, a.Calls) })
		calls = calls[:MaxCountedOperations]
	}
	for _, c := range calls {
		took := c.Took[:]
		for len(took) > 0 && took[len(took)-1] == 0 {
			took = took[:len(took)-1]
		}
		r.Operations = append(r.Operations, OperationCalls{
			Interface: c.Interface, Operation: c.Operation, Calls: c.Calls, Raised: c.Raised, Failed: c.Failed, Took: slices.Clone(took), Seconds: c.Time.Seconds(),
		})
	}
	peers := o.Peers()
	r.Open = len(peers)
	slices.SortStableFunc(peers, func(a, b orb.PeerCount) int { return cmp.Compare(b.Received+b.Written, a.Received+a.Written) })
	for _, p := range peers[:min(len(peers), MaxCountedConnections)] {
		r.Connections = append(r.Connections, Connection{Peer: p.Peer, Since: p.Since.UTC(), Calls: p.Requests, Received: p.Received, Sent: p.Written})
	}
	return r
}

// Calls returns what the daemon and the servers that hold a lease have counted. Servers are asked, for a second at most.
func (c *Client) Calls(ctx context.Context) (out Calls, err error) {
	return out, c.call(ctx, http.MethodGet, "/v1/calls", nil, &out)
}

// Connections returns the connections of the daemon and of the servers that hold a lease. Servers are asked, for a second at most.
func (c *Client) Connections(ctx context.Context) (out Connections, err error) {
	return out, c.call(ctx, http.MethodGet, "/v1/connections", nil, &out)
}

// Count tells the daemon what the server of a lease has counted.
func (c *Client) Count(ctx context.Context, lease string, in Counts) error {
	return c.call(ctx, http.MethodPut, "/v1/leases/"+url.PathEscape(lease)+"/counts", in, nil)
}
