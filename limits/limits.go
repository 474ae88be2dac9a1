// Package limits names every bound that the system sets on what arrives from outside:
// sizes, counts, depths and times. Each has a default, an option of the same name, a
// counter, and its name in the error that it causes.
package limits

import (
	"fmt"
	"sync/atomic"
	"time"
)

// A Name names a limit. It is also the name of the option that sets it.
type Name uint8

// The limits.
const (
	MessageSize Name = iota
	Fragments
	OutstandingRequests
	Connections
	ConnectionsPerAddress
	ReservedConnections
	TypeCodeDepth
	TypeCodeNodes
	ValueDepth
	ValueNodes
	ValueIDs
	DecodedSize
	AnyDepth
	ServiceContexts
	Profiles
	HostName
	ListenPoints
	BytesInFlight
	Forwards
	BodyRate
	ConnectTimeout
	CallTimeout
	StallTimeout
	IdleTimeout
	ServerOutput
	HeldRequests
	AdapterDepth
	TraceContext
	TelemetrySeries
	Enumerators
	AnySteps
	DSOMObjects
	DSOMStream
	DSOMClasses
	CountedOperations
	ClassServerTimeout
	HeadStart
	HandlerTimeout
	numNames
)

// unit says how a limit's number is read.
type unit uint8

const (
	count unit = iota
	octets
	octetsPerSecond
	nanoseconds
)

const mib = 1 << 20

// table is the one place that knows a limit's name, default and meaning.
var table = [numNames]struct {
	name string
	unit unit
	std  int64
	doc  string
}{
	MessageSize:           {"message-size", octets, 64 * mib, "octets of a message, reassembled from its fragments"},
	Fragments:             {"fragments", count, 65536, "fragments of a message"},
	OutstandingRequests:   {"outstanding-requests", count, 1024, "requests of a connection that wait for their reply, and oneway calls within the process; more are not read, or not sent, until one is done"},
	Connections:           {"connections", count, 10000, "connections accepted in all"},
	ConnectionsPerAddress: {"connections-per-address", count, 1000, "connections accepted from one address"},
	ReservedConnections:   {"reserved-connections", count, 200, "connections accepted from who is known when the two limits above have no room for others: at a daemon, from the processes of its servers, where the system tells whose a connection is (Linux)"},
	TypeCodeDepth:         {"typecode-depth", count, 64, "TypeCodes inside one another"},
	TypeCodeNodes:         {"typecode-nodes", count, 4096, "TypeCodes in a TypeCode"},
	ValueDepth:            {"value-depth", count, 64, "constructed values inside one another, where the type is recursive, and valuetypes"},
	ValueNodes:            {"value-nodes", count, 1 << 20, "valuetypes in a message; one that is shared with an any counts again"},
	ValueIDs:              {"value-ids", count, 64, "repository ids of a valuetype"},
	DecodedSize:           {"decoded-size", octets, 256 * mib, "octets of memory that the sequences, anys and TypeCodes of a message take when they are decoded; and again what a program has made of one of its anys"},
	AnyDepth:              {"any-depth", count, 32, "anys inside one another"},
	ServiceContexts:       {"service-contexts", count, 256, "service contexts of a message"},
	Profiles:              {"profiles", count, 64, "profiles of a reference, components of a profile, and addresses in all that are tried"},
	HostName:              {"host-name", octets, 255, "octets of a host name or address in a reference"},
	ListenPoints:          {"listen-points", count, 64, "addresses at which a client says it can be called over its own connection, a connection"},
	BytesInFlight:         {"bytes-in-flight", octets, 0, "octets of messages in the process that are incomplete, being served (32 KiB each beside the first of a connection) or not taken by the peer; 0 is a quarter of the memory"},
	Forwards:              {"forwards", count, 8, "forwards that a call follows"},
	BodyRate:              {"body-rate", octetsPerSecond, 1024, "least rate of a message's arrival, once it has taken longer than stall-timeout"},
	ConnectTimeout:        {"connect-timeout", nanoseconds, int64(10 * time.Second), "time to make a connection"},
	CallTimeout:           {"call-timeout", nanoseconds, int64(60 * time.Second), "time a call may take when its context has no deadline"},
	StallTimeout:          {"stall-timeout", nanoseconds, int64(30 * time.Second), "time without an octet in the middle of a message"},
	IdleTimeout:           {"idle-timeout", nanoseconds, int64(5 * time.Minute), "time after which a connection without requests is closed in order"},
	ServerOutput:          {"server-output", octets, 32 * mib, "octets kept of what a server that the daemon has started writes to standard output and error; the oldest is given up first"},
	HeldRequests:          {"held-requests", count, 1000, "requests that wait because the manager of their object adapter holds them"},
	AdapterDepth:          {"adapter-depth", count, 16, "object adapters below one another"},
	TraceContext:          {"trace-context", octets, 16384, "octets of the trace context that comes with a request; the request is served without a longer one"},
	TelemetrySeries:       {"telemetry-series", count, 2000, "operations and outcomes, taken together, that telemetry tells apart on each side; further ones are counted as _OTHER"},
	Enumerators:           {"enumerators", count, 65536, "enumerators in a TypeCode"},
	AnySteps:              {"any-steps", count, 65536, "values in the anys of a message, members and elements too, beyond 8 for each of its octets"},
	DSOMObjects:           {"dsom-objects", count, 1024, "objects that clients of SOM's DSOM have had made by the daemon, and have not freed"},
	DSOMStream:            {"dsom-stream", octets, 65536, "octets of a stream object of such a client"},
	DSOMClasses:           {"dsom-classes", count, 256, "classes that such a client says a server has objects of"},
	ClassServerTimeout:    {"class-server-timeout", nanoseconds, int64(10 * time.Second), "time that a server has to say which classes it makes objects of, or to make an object while another server could make it instead"},
	HeadStart:             {"head-start", nanoseconds, int64(250 * time.Millisecond), "time that an endpoint of a reference has to take a connection before the next is tried beside it"},
	HandlerTimeout:        {"handler-timeout", nanoseconds, int64(5 * time.Second), "time that reply handlers have at the ORB's end, before objects are etherealized and calls go out no more"},
	CountedOperations:     {"counted-operations", count, 1000, "operations whose calls a server counts one by one; those of further ones are counted together as _OTHER"},
}

// String returns the limit's name as options and errors spell it.
func (n Name) String() string { return table[n].name }

// Doc returns what the limit bounds.
func (n Name) Doc() string { return table[n].doc }

// Names returns all limits.
func Names() []Name {
	all := make([]Name, numNames)
	for i := range all {
		all[i] = Name(i)
	}
	return all
}

// NameOf returns the limit that an option names.
func NameOf(option string) (Name, bool) {
	for i := range table {
		if table[i].name == option {
			return Name(i), true
		}
	}
	return 0, false
}

// Unlimited is the value that switches a limit off.
const Unlimited = -1

// Limits holds a value for each limit and counts how often each was met. The zero value
// has all defaults; a nil *Limits too. Set values before use: they are read without locks.
// The counters may be used concurrently.
type Limits struct {
	set  [numNames]int64 // 0: the default
	hits [numNames]atomic.Uint64
}

// Set gives a limit another value: octets, a count, or nanoseconds. 0 restores the default,
// Unlimited switches the limit off.
func (l *Limits) Set(n Name, v int64) { l.set[n] = v }

// SetTime is Set for a limit that is a time.
func (l *Limits) SetTime(n Name, d time.Duration) { l.set[n] = int64(d) }

// Get returns the limit's value, a very large one when it is unlimited.
func (l *Limits) Get(n Name) int64 {
	v := table[n].std
	if l != nil && l.set[n] != 0 {
		v = l.set[n]
	}
	if v == Unlimited {
		return 1<<63 - 1
	}
	return v
}

// Int is Get for counts and sizes that index memory.
func (l *Limits) Int(n Name) int { return int(min(l.Get(n), 1<<31-1)) }

// Time is Get for a limit that is a time.
func (l *Limits) Time(n Name) time.Duration { return time.Duration(l.Get(n)) }

// Hits returns how often the limit has been exceeded.
func (l *Limits) Hits(n Name) uint64 {
	if l == nil {
		return 0
	}
	return l.hits[n].Load()
}

// Exceeded counts that limit n was exceeded by got (0 where there is no number) and returns the error that says so.
func (l *Limits) Exceeded(n Name, got int64) *Error {
	if l != nil {
		l.hits[n].Add(1)
	}
	return &Error{Name: n, Limit: l.Get(n), Got: got}
}

// An Error says which limit was exceeded, its value, and the value that exceeded it.
type Error struct {
	Name  Name
	Limit int64
	Got   int64 // 0 where there is no number
}

// Error names the limit, its value and its option.
func (e *Error) Error() string {
	show := func(v int64) string {
		switch table[e.Name].unit {
		case nanoseconds:
			return time.Duration(v).String()
		case octets:
			return fmt.Sprintf("%d octets", v)
		case octetsPerSecond:
			return fmt.Sprintf("%d octets a second", v)
		}
		return fmt.Sprint(v)
	}
	s := fmt.Sprintf("limit %s of %s exceeded", e.Name, show(e.Limit))
	if e.Got != 0 {
		s += ": got " + show(e.Got)
	}
	return s + fmt.Sprintf(" (%s; raise it with the option %s)", e.Name.Doc(), e.Name)
}
