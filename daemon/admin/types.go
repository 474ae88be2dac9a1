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
	Version   string      `json:"version"`
	PID       int         `json:"pid"`
	State     string      `json:"state"` // the state folder
	Started   time.Time   `json:"started"`
	Uptime    Duration    `json:"uptime"`
	Admin     string      `json:"admin"`             // host:port of this API
	Console   string      `json:"console,omitempty"` // host:port of the pages for people, if there are any
	Addresses []string    `json:"addresses"`         // where it takes CORBA calls, as references name it
	Listens   string      `json:"listens,omitempty"` // and at which host:port it listens for them; without a host at all addresses of the machine
	Local     string      `json:"local"`             // where programs of this machine call it: loopback, if it listens there
	Socket    string      `json:"socket,omitempty"`  // the socket of the machine at which it takes calls, if it does
	Publish   string      `json:"publish,omitempty"` // what references name to whom, where that was set: rules of package reach
	Servers   int         `json:"servers"`           // registered
	Live      int         `json:"live"`              // of those, taking calls
	Files     uint64      `json:"files,omitempty"`   // how many files the daemon may have open; 0: not known
	Config    string      `json:"config,omitempty"`  // where its configuration is, or would be
	Machine   string      `json:"machine,omitempty"` // the name of this machine, where others share the daemon's state
	NetBIOS   *NetBIOS    `json:"netbios,omitempty"` // its part in a network of NetBIOS, if it has one
	IPX       *IPX        `json:"ipx,omitempty"`     // its part in a network of IPX, if it has one
	UDP       *UDP        `json:"udp,omitempty"`     // where datagrams are heard; nil: nowhere
	Link      *LinkStatus `json:"link,omitempty"`    // on which interface daemons find each other; nil: they do not
	Damaged   []string    `json:"damaged,omitempty"` // entries of the state that cannot be read, and were passed over: some of them
	TLS       *TLS        `json:"tls,omitempty"`     // by what certificates calls are taken and made; nil: there is no TLS
}

// NetBIOS is a daemon's part in a network of NetBIOS.
type NetBIOS struct {
	Address     string            `json:"address"`           // at which names are asked for, and sessions
	SessionPort uint16            `json:"session_port"`      //
	Names       []NetBIOSName     `json:"names"`             // the machine's first
	NameServer  bool              `json:"name_server"`       // it is one
	Servers     []string          `json:"servers,omitempty"` // those that it asks
	Counts      map[string]uint64 `json:"counts"`            // how often what has happened
}

// What has become of a name of NetBIOS; anything else is why it is not registered. The texts are stable.
const (
	NetBIOSRegistered = "registered"
	NetBIOSBegun      = "being registered"
	NetBIOSConflict   = "another has it too"
)

// A NetBIOSName is a name of the machine's, and what has become of it: NetBIOSRegistered, or why it is not.
type NetBIOSName struct {
	Name  string `json:"name"`
	State string `json:"state"`
}

// IPX is a daemon's part in a network of IPX.
type IPX struct {
	Carrier string            `json:"carrier"`           // what carries its packets
	Address string            `json:"address"`           // NET.NODE
	Socket  uint16            `json:"socket"`            // at which calls are taken by SPX
	Name    string            `json:"name,omitempty"`    // by which it is found
	Told    bool              `json:"told"`              // the network is told of the name
	Clients int               `json:"clients,omitempty"` // of the tunnel that it serves
	Counts  map[string]uint64 `json:"counts"`            // how often what has happened
}

// UDP is a daemon's part by datagrams.
type UDP struct {
	Addresses []string          `json:"addresses"` // where it tells where objects are, address:port
	Counts    map[string]uint64 `json:"counts"`    // how many datagrams were what
}

// TLS says by what certificates a daemon is known, and knows others: the files, by absolute paths.
type TLS struct {
	Listen      string `json:"listen,omitempty"`  // where calls are taken, [host]:port
	Require     bool   `json:"require,omitempty"` // nothing is taken that is not sealed: Addresses and Local are ports of TLS
	Certificate string `json:"certificate,omitempty"`
	Authorities string `json:"authorities,omitempty"` // by which servers are known; "": by the system's
	Clients     string `json:"clients,omitempty"`     // by which clients are known; "": they are not asked
}

// Daemons returns what the message says of the daemon.
func (m *Message) Daemons() Daemons {
	d := Daemons{Publish: m.Publish}
	if m.TLS != nil {
		d.TLS = *m.TLS
	}
	return d
}

// SetDaemons makes the message say that.
func (m *Message) SetDaemons(d Daemons) {
	m.Publish, m.TLS = d.Publish, nil
	if d.TLS != (DaemonTLS{}) {
		m.TLS = &d.TLS
	}
}

// Daemons is what references name for the daemon, and those beside it. It is comparable.
type Daemons struct {
	Publish string    // for plain IIOP, to whom; "": what the environment says
	TLS     DaemonTLS // the zero value: they are not called by TLS, or the daemon is of a version that does not tell
}

// DaemonTLS is how the daemon, and those beside it, are called by TLS.
type DaemonTLS struct {
	Publish string `json:"publish"`           // where, to whom: rules of package reach that say everything
	Mutual  bool   `json:"mutual,omitempty"`  // clients must show certificates
	Require bool   `json:"require,omitempty"` // nothing is taken that is not sealed
}

// A Server is a registered server program, and how it is just now.
type Server struct {
	Name         string    `json:"name"`
	UUID         string    `json:"uuid,omitempty"`       // Add: chosen by the daemon where it is empty
	Command      []string  `json:"command,omitempty"`    // an absolute path or a bare name, and arguments
	Dir          string    `json:"dir,omitempty"`        // absolute; "": the daemon's
	Env          []string  `json:"env,omitempty"`        // NAME=value
	Activation   string    `json:"activation,omitempty"` // on-demand, unshared, per-object, per-call, manual or always
	Disabled     bool      `json:"disabled,omitempty"`
	StartTimeout Duration  `json:"start_timeout,omitzero"` // 0: the daemon's default
	StopTimeout  Duration  `json:"stop_timeout,omitzero"`
	IdleTimeout  Duration  `json:"idle_timeout,omitzero"` // without a call, after which it is stopped; 0: never
	Created      time.Time `json:"created,omitzero"`

	User   string   `json:"user,omitempty"`   // the account under which it runs; "": the daemon's
	Limits Limits   `json:"limits,omitzero"`  // what it may use
	After  []string `json:"after,omitempty"`  // names of servers that have to take calls before it is started
	Retry  Retry    `json:"retry,omitzero"`   // when it is started again after a failure
	Health Health   `json:"health,omitzero"`  // how it is asked whether it works
	Apart  string   `json:"apart,omitempty"`  // per-object: patterns of the paths of objects that have processes of their own
	Most   int      `json:"most,omitempty"`   // unshared, per-object, per-call: processes at once; 0: the default
	Copies int      `json:"copies,omitempty"` // replicas; 0: one
	Choose string   `json:"choose,omitempty"` // which of them a client is sent to: round-robin, random or least-load
	Alone  bool     `json:"alone,omitempty"`  // no two processes at a time, not even during an upgrade
	Secure bool     `json:"secure,omitempty"` // it serves identified callers alone

	On      string `json:"on,omitempty"`      // the machine that it belongs to, or any, where daemons share a state; Add: "" is this machine
	Machine string `json:"machine,omitempty"` // which has it just now, if it may run on any; ignored in requests

	Upgrade  uint64   `json:"upgrade,omitempty"`  // counts upgrades; ignored in requests
	Previous []string `json:"previous,omitempty"` // the command before the last of them; ignored in requests

	Run Run `json:"run,omitzero"` // ignored in requests
}

// Limits are what a process of a server may use; 0 is as much as the daemon may. Of those of the second group, which hold for
// all its processes together, Run tells which are not enforced.
type Limits struct {
	Files   int64    `json:"files,omitempty"`   // open at once
	Memory  int64    `json:"memory,omitempty"`  // octets of address space
	FileLen int64    `json:"filelen,omitempty"` // octets of a file that it writes
	Core    int64    `json:"core,omitempty"`    // octets of a core file; -1: none is written
	CPUTime Duration `json:"cpu,omitzero"`      // of a process, to its end; whole seconds

	GroupMemory    int64 `json:"group_memory,omitempty"`    // octets
	GroupCPU       int   `json:"group_cpu,omitempty"`       // percent of one processor
	GroupProcesses int64 `json:"group_processes,omitempty"` // and threads
}

// A Retry says when a server is started again that has failed.
type Retry struct {
	Pause    Duration `json:"pause,omitzero"`     // after the first failure, doubled with each in a row; 0: the daemon's default
	MaxPause Duration `json:"max_pause,omitzero"` // 0: the daemon's default
	Most     int      `json:"most,omitempty"`     // failures in a row, after which a person has to start it; 0: it is tried for ever
}

// A Health says how a server is asked whether it works; the zero value: it is not.
type Health struct {
	Every   Duration `json:"every,omitzero"`   // 0: never
	Within  Duration `json:"within,omitzero"`  // in which it has to answer; 0: the default
	Bad     int      `json:"bad,omitempty"`    // failures in a row, after which it is ended; 0: the default
	Object  string   `json:"object,omitempty"` // the path of an object that has to exist, as objects/main
	Command []string `json:"command,omitempty"`
}

// The states of a server's Run.
const (
	StateStopped  = "stopped"  // it does not run
	StateBackOff  = "backoff"  // it does not run and failed lately; calls fail until RetryAt
	StateStarting = "starting" // it was started and has not said yet where it takes calls
	StateReady    = "ready"    // it takes calls
	StateLost     = "lost"     // its process lives, its lease does not; it has until RetryAt to come back
	StateStopping = "stopping" // it was asked to stop

	StateElsewhere = "elsewhere" // another machine's daemon knows
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
	Ended       string    `json:"ended,omitempty"`      // how the process before ended
	Unenforced  []string  `json:"unenforced,omitempty"` // limits that are not enforced, and why
	Processes   []Process `json:"processes,omitempty"`  // all of them, where there are several
}

// A Process is one of the processes of a server.
type Process struct {
	Seat      string    `json:"seat"` // what it is for: its version, and which replica, object or call
	State     string    `json:"state"`
	PID       int       `json:"pid,omitempty"`
	Since     time.Time `json:"since,omitzero"`
	Endpoints []string  `json:"endpoints,omitempty"`
	Calls     int       `json:"calls,omitempty"` // under way, as far as it tells
}

// An Upgrade asks for a server's program to be replaced while it serves.
type Upgrade struct {
	Command []string `json:"command,omitempty"` // none: the present one, started anew
	Back    bool     `json:"back,omitempty"`    // the one before the last upgrade
}

// Upgraded says how an upgrade went.
type Upgraded struct {
	Server  Server   `json:"server"`
	Ended   []int    `json:"ended,omitempty"` // the old processes
	Started Duration `json:"started"`         // what the new ones took to come up
	Drained Duration `json:"drained"`         // and the old ones to end
	Paused  Duration `json:"paused"`          // the longest that a call waited in the daemon for the server meanwhile; 0: none came
	Early   bool     `json:"early,omitempty"` // the new program knows nothing of trials, as those that were built with an older release: names that it binds were bound before the upgrade had gone well
}

// A Report is what a server says of its calls.
type Report struct {
	Calls int      `json:"calls"`          // under way
	Idle  Duration `json:"idle,omitzero"`  // how long there has been none
	Done  uint64   `json:"done,omitempty"` // ended since it was started
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
	IdleTimeout  *Duration `json:"idle_timeout,omitempty"`
	User         *string   `json:"user,omitempty"`
	Limits       *Limits   `json:"limits,omitempty"`
	After        *[]string `json:"after,omitempty"`
	Retry        *Retry    `json:"retry,omitempty"`
	Health       *Health   `json:"health,omitempty"`
	Apart        *string   `json:"apart,omitempty"`
	Most         *int      `json:"most,omitempty"`
	Copies       *int      `json:"copies,omitempty"`
	Choose       *string   `json:"choose,omitempty"`
	Alone        *bool     `json:"alone,omitempty"`
	Secure       *bool     `json:"secure,omitempty"`
	On           *string   `json:"on,omitempty"`
}

// A Registration is what a server program says of itself when it asks for its lease.
type Registration struct {
	Name string `json:"name,omitempty"` // of its record; or
	UUID string `json:"uuid,omitempty"` // of its record, and counts alone if both are given: a name may change

	// Create makes a record for a name that is unknown, of a server that is only started by hand. A UUID that is unknown is passed over then.
	Create bool `json:"create,omitempty"`

	Incarnation string     `json:"incarnation"` // tells this life of the server from others; 1 to 64 octets
	Process     process.ID `json:"process"`
	Endpoints   []string   `json:"endpoints,omitempty"` // where it takes calls; none: it will say so later
	Fences      bool       `json:"fences,omitempty"`    // it heeds Message.Hold

	// Quiets says that the process heeds Message.Trial and Message.Replaced, and answers the latter by Client.Quiet. Those that were built with an older release do not: what they have the naming service say is
	// neither put aside while an upgrade tries them out, nor waited for when one replaces them.
	Quiets bool `json:"quiets,omitempty"`
}

// The types of Message.
const (
	MessageGranted = "granted" // the first: the lease is held until the stream ends
	MessagePing    = "ping"    // nothing happened
	MessageStop    = "stop"    // finish the calls under way and end
	MessageCounts  = "counts"  // somebody wants to know what was counted: send Counts
	MessageDaemons = "daemons" // references name others from now on: see Publish
	MessageServes  = "serves"  // the upgrade has gone well that tried the process out: say what was put aside, and then that it is, by Client.Said
	MessageNow     = "now"     // the server has another name, or another version has taken the place of the process: see Name and Replaced
)

// A Message is a line in the stream of a lease, from the daemon to the server.
type Message struct {
	Type string `json:"type"`

	// Of MessageGranted.
	Lease string   `json:"lease,omitempty"` // its id, for the requests about it
	Name  string   `json:"name,omitempty"`  // of the record; of MessageServes and MessageNow, too
	UUID  string   `json:"uuid,omitempty"`
	Ping  Duration `json:"ping,omitzero"` // how often a message comes at least

	Report Duration `json:"report,omitzero"` // how often a Report is wanted while there is news; 0: none is
	Calls  int      `json:"calls,omitempty"` // how many calls to serve before ending; 0: any number

	// Hold is for how long, counted from before the lease was asked for, the process may be the server: then it has to have ended, unless
	// it has asked Client.Renew for more. 0: for good.
	Hold Duration `json:"hold,omitzero"`

	// Secure says that the server is to refuse callers that are not identified, and to say so by IdentifiedCallers among its endpoints.
	Secure bool `json:"secure,omitempty"`

	// RefDataFile is where the server is to keep the changes of reference data that it makes (impl_refdata_file); "": nowhere.
	RefDataFile string `json:"refdata_file,omitempty"`

	// Trial says that the process does not serve: an upgrade tries it out, or another version has taken its place. It changes no names until MessageServes comes, or it is granted a lease without that.
	Trial bool `json:"trial,omitempty"`

	// Replaced, of MessageNow too, says that another version has taken the place of the process, which changes no names any more, and says by Client.Quiet when the last of what it has begun is over.
	Replaced bool `json:"replaced,omitempty"`

	// Of MessageDaemons, too: see Daemons.
	Publish string     `json:"publish,omitempty"`
	TLS     *DaemonTLS `json:"tls,omitempty"`

	// Of MessageStop.
	Within Duration `json:"within,omitzero"` // after this it is ended by force
	Reason string   `json:"reason,omitempty"`
}
