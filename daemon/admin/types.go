package admin

import (
	"time"

	"github.com/opendsom/dsom/process"
)

// A Duration is a time.Duration that reads and writes as "1m30s".
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// Status describes the daemon.
type Status struct {
	Version   string    `json:"version"`
	PID       int       `json:"pid"`
	State     string    `json:"state"` // the state folder
	Started   time.Time `json:"started"`
	Uptime    Duration  `json:"uptime"`
	Admin     string    `json:"admin"`             // host:port of this API
	Addresses []string  `json:"addresses"`         // where it takes CORBA calls, as references name it
	Local     string    `json:"local"`             // where programs of this machine call it: loopback, if it listens there
	Publish   string    `json:"publish,omitempty"` // what references name to whom, where that was set: rules of package reach
	Servers   int       `json:"servers"`           // registered
	Live      int       `json:"live"`              // of those, taking calls
}

// A Server is a registered server program, and how it is just now.
type Server struct {
	Name         string    `json:"name"`
	UUID         string    `json:"uuid,omitempty"`       // Add: chosen by the daemon where it is empty
	Command      []string  `json:"command,omitempty"`    // an absolute path or a bare name, and arguments
	Dir          string    `json:"dir,omitempty"`        // absolute; "": the daemon's
	Env          []string  `json:"env,omitempty"`        // NAME=value
	Activation   string    `json:"activation,omitempty"` // on-demand, manual or always
	Disabled     bool      `json:"disabled,omitempty"`
	StartTimeout Duration  `json:"start_timeout,omitzero"` // 0: the daemon's default
	StopTimeout  Duration  `json:"stop_timeout,omitzero"`
	Created      time.Time `json:"created,omitzero"`

	Run Run `json:"run,omitzero"` // ignored in requests
}

// The states of a server's Run.
const (
	StateStopped  = "stopped"  // it does not run
	StateBackOff  = "backoff"  // it does not run and failed lately; calls fail until RetryAt
	StateStarting = "starting" // it was started and has not said yet where it takes calls
	StateReady    = "ready"    // it takes calls
	StateLost     = "lost"     // its process lives, its lease does not; it has until RetryAt to come back
	StateStopping = "stopping" // it was asked to stop
)

// A Run is how a server is just now.
type Run struct {
	State       string    `json:"state"`
	PID         int       `json:"pid,omitempty"`         // of the process that holds its lease, or was started
	Started     bool      `json:"started,omitempty"`     // by the daemon; false: by hand
	Since       time.Time `json:"since,omitzero"`        // when it came into this state
	Endpoints   []string  `json:"endpoints,omitempty"`   // where it takes calls
	Incarnation string    `json:"incarnation,omitempty"` // of this life of the server
	Starts      int       `json:"starts"`                // by this daemon
	Failures    int       `json:"failures,omitempty"`    // in a row
	LastError   string    `json:"last_error,omitempty"`
	RetryAt     time.Time `json:"retry_at,omitzero"`
}

// A Change is what is to be different in a server's record; nil fields stay as they are.
type Change struct {
	Name         *string   `json:"name,omitempty"`
	Command      *[]string `json:"command,omitempty"`
	Dir          *string   `json:"dir,omitempty"`
	Env          *[]string `json:"env,omitempty"`
	Activation   *string   `json:"activation,omitempty"`
	Disabled     *bool     `json:"disabled,omitempty"`
	StartTimeout *Duration `json:"start_timeout,omitempty"`
	StopTimeout  *Duration `json:"stop_timeout,omitempty"`
}

// A Registration is what a server program says of itself when it asks for its lease.
type Registration struct {
	Name string `json:"name,omitempty"` // of its record; or
	UUID string `json:"uuid,omitempty"` // of its record; both must fit if both are given

	// Create makes a record for a name that is unknown, of a server that is only started by hand.
	Create bool `json:"create,omitempty"`

	Incarnation string     `json:"incarnation"` // tells this life of the server from others; 1 to 64 octets
	Process     process.ID `json:"process"`
	Endpoints   []string   `json:"endpoints,omitempty"` // where it takes calls; none: it will say so later
}

// The types of Message.
const (
	MessageGranted = "granted" // the first: the lease is held until the stream ends
	MessagePing    = "ping"    // nothing happened
	MessageStop    = "stop"    // finish the calls under way and end
)

// A Message is a line in the stream of a lease, from the daemon to the server.
type Message struct {
	Type string `json:"type"`

	// Of MessageGranted.
	Lease string   `json:"lease,omitempty"` // its id, for the requests about it
	Name  string   `json:"name,omitempty"`  // of the record
	UUID  string   `json:"uuid,omitempty"`
	Ping  Duration `json:"ping,omitzero"` // how often a message comes at least

	// Of MessageStop.
	Within Duration `json:"within,omitzero"` // after this it is ended by force
	Reason string   `json:"reason,omitempty"`
}
