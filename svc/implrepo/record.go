// Package implrepo is the implementation repository: the records of the server programs that
// a daemon may start or that register with it by themselves.
//
// A record is found by its UUID, which is part of every reference to an object of the server
// (so it never changes), and by its name, which is what people use (and may be changed).
// The CORBA specification leaves the contents of such a repository to the ORB (CORBA 3.3
// part 1, 15.3.4); this is ours.
package implrepo

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Activation says when a server is started.
type Activation string

// The ways to start a server. One process is the whole server, but where it is said otherwise.
const (
	OnDemand  Activation = "on-demand"  // by the first call of one of its objects
	Shared    Activation = "shared"     // the older word for OnDemand, which is stored in its place
	Unshared  Activation = "unshared"   // by the first call of an object, a process for each object
	PerObject Activation = "per-object" // as Unshared for the objects that Record.Apart matches, as OnDemand for the others
	PerCall   Activation = "per-call"   // by each call, a process for each
	Manual    Activation = "manual"     // by a person, or outside of the daemon
	Always    Activation = "always"     // with the daemon, and again whenever it ends
)

// Any is the machine of a server that may run on each, one at a time.
const Any = "any"

// activations are all ways, in the order in which they are told.
var activations = []Activation{OnDemand, Unshared, PerObject, PerCall, Manual, Always}

// Apart reports whether the server may have processes for single objects or calls.
func (a Activation) Apart() bool { return a == Unshared || a == PerObject || a == PerCall }

// Limits of a record.
const (
	MaxName    = 128      // octets of a name
	MaxCommand = 64 << 10 // octets of a command with its arguments
	MaxEnv     = 64 << 10 // octets of an environment
	MaxTimeout = time.Hour
)

// A Record describes a server program.
type Record struct {
	Name string `json:"name"`
	UUID UUID   `json:"uuid"`

	// Was is the name before, from when the server got another until what is kept under it has been moved (Settle): so long it is nobody's, and the server
	// gets no third one. "": nothing is to be moved. Update keeps it as it is.
	Was string `json:"was,omitempty"`

	// Command is the program and its arguments. The program is an absolute path, or a bare name
	// that is looked for in PATH when the server is started. Empty: the daemon cannot start this
	// server, it only knows it; then Activation is Manual.
	Command []string `json:"command,omitempty"`
	Dir     string   `json:"dir,omitempty"` // absolute; "": the daemon's
	Env     []string `json:"env,omitempty"` // NAME=value, besides the daemon's own environment

	Activation Activation `json:"activation"`         // "": OnDemand, Manual without a Command
	Disabled   bool       `json:"disabled,omitempty"` // neither started nor let register

	Held *Held `json:"held,omitempty"` // who keeps it disabled for a while; nil: nobody

	StartTimeout time.Duration `json:"start_timeout,omitempty"` // from the start until it takes calls; 0: the daemon's default
	StopTimeout  time.Duration `json:"stop_timeout,omitempty"`  // from the request to stop until it is ended by force; 0: the daemon's default
	IdleTimeout  time.Duration `json:"idle_timeout,omitempty"`  // without a call, after which it is stopped until the next; 0: never

	User   string  `json:"user,omitempty"`   // the account under which it runs; "": the daemon's
	Limits Limits  `json:"limits,omitzero"`  // what it may use of the machine
	After  []UUID  `json:"after,omitempty"`  // servers that have to take calls before it is started
	Retry  Retry   `json:"retry,omitzero"`   // when it is started again after a failure
	Health Health  `json:"health,omitzero"`  // how it is found out that it does not work though it runs
	Apart  string  `json:"apart,omitempty"`  // PerObject: which objects have processes of their own, see CheckPattern
	Most   int     `json:"most,omitempty"`   // processes at once, where Activation.Apart; 0: DefaultMost
	Copies int     `json:"copies,omitempty"` // replicas that run side by side; 0: one
	Choose Balance `json:"choose,omitempty"` // which of them a client is sent to; "": RoundRobin
	Alone  bool    `json:"alone,omitempty"`  // no two processes of it at a time, not even during an upgrade

	// Secure says that the server serves identified callers alone: see orb.Config.RequireIdentity. It is read by IsSecure and changed by SetSecure.
	Secure bool `json:"secure,omitempty"`

	// On is the machine whose daemon runs the server, where several daemons share this repository, or Any. "": the daemon shares it with no other.
	On string `json:"on,omitempty"`

	// Placed is a number that is greater each time that On has changed, and greater than that of each claim of the server made before; 0: it never has.
	Placed uint64 `json:"placed,omitempty"`

	// Upgrade counts the changes to another program while the server ran. Previous is the
	// command before the last of them; empty: there is nothing to go back to.
	Upgrade  uint64   `json:"upgrade,omitempty"`
	Previous []string `json:"previous,omitempty"`

	DSOM *DSOM `json:"dsom,omitempty"` // what programs of SOM's DSOM have said of it; nil: nothing

	Created time.Time `json:"created"`

	Revision uint64 `json:"-"` // of the store, when it was read
}

// An InvalidError says which field of a record is wrong, and what about it.
type InvalidError struct{ Field, Reason string }

// Error names the field.
func (e *InvalidError) Error() string { return fmt.Sprintf("server's %s: %s", e.Field, e.Reason) }

// reservedEnv begins the names of variables that the daemon itself sets for a server.
const reservedEnv = "DSOM_SERVER_"

// normalise fills in what may be left out and returns what is wrong, an *InvalidError.
func (r *Record) normalise() error {
	switch {
	case r.Activation == "" && len(r.Command) == 0:
		r.Activation = Manual
	case r.Activation == "", r.Activation == Shared:
		r.Activation = OnDemand
	}
	if err := CheckName(r.Name); err != nil {
		return err
	}
	if !slices.Contains(activations, r.Activation) {
		return &InvalidError{"activation", fmt.Sprintf("%.40q is none of %v", r.Activation, activations)}
	}
	if r.On != "" && CheckName(r.On) != nil {
		return &InvalidError{"on", fmt.Sprintf(`%.40q is no name of a machine: letters, digits and "._-", and %s for each of them`, r.On, Any)}
	}
	if r.On == Any && len(r.Command) == 0 {
		return &InvalidError{"on", "a server without a program is where it is started by hand: it cannot run on any machine"}
	}
	if err := r.checkCommand(); err != nil {
		return err
	}
	if r.Dir != "" && (!filepath.IsAbs(r.Dir) || strings.ContainsRune(r.Dir, 0) || len(r.Dir) > MaxCommand) {
		return &InvalidError{"dir", fmt.Sprintf("%.80q is not an absolute path", r.Dir)}
	}
	if err := r.checkEnv(); err != nil {
		return err
	}
	if err := checkTime("start_timeout", r.StartTimeout, MaxTimeout); err != nil {
		return err
	}
	if err := checkTime("stop_timeout", r.StopTimeout, MaxTimeout); err != nil {
		return err
	}
	return r.checkTerms()
}

func checkTime(field string, d, most time.Duration) error {
	if d < 0 || d > most {
		return &InvalidError{field, fmt.Sprintf("%v is not between 0 and %v", d, most)}
	}
	return nil
}

// CheckName returns what is wrong with a server's name: it is 1 to MaxName letters, digits
// and "._-" and begins with a letter or digit. Names that differ in case only are the same.
func CheckName(name string) error {
	if len(name) == 0 || len(name) > MaxName {
		return &InvalidError{"name", fmt.Sprintf("%.40q has %d octets, not 1 to %d", name, len(name), MaxName)}
	}
	for i, c := range []byte(name) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("._-", rune(c))) {
			return &InvalidError{"name", fmt.Sprintf(`%q: letters, digits and "._-" are allowed, the first must be a letter or digit`, name)}
		}
	}
	return nil
}

func (r *Record) checkCommand() error {
	if len(r.Command) == 0 {
		if r.Activation != Manual {
			return &InvalidError{"command", fmt.Sprintf("missing; without one the activation can only be %s, not %s", Manual, r.Activation)}
		}
		return nil
	}
	return CheckCommand("command", r.Command)
}

// CheckCommand returns what is wrong with a command of at least one word, which the error says is that of a field.
func CheckCommand(field string, command []string) error {
	if len(command) == 0 {
		return &InvalidError{field, "missing"}
	}
	size := 0
	for _, arg := range command {
		if size += len(arg) + 1; strings.ContainsRune(arg, 0) {
			return &InvalidError{field, fmt.Sprintf("a NUL in %.80q", arg)}
		}
	}
	if size > MaxCommand {
		return &InvalidError{field, fmt.Sprintf("%d octets, the limit is %d", size, MaxCommand)}
	}
	if p := command[0]; p == "" || !filepath.IsAbs(p) && filepath.Base(p) != p {
		return &InvalidError{field, fmt.Sprintf("program %.80q is neither an absolute path nor a bare name", p)}
	}
	return nil
}

func (r *Record) checkEnv() error {
	size := 0
	for _, kv := range r.Env {
		size += len(kv) + 1
		name, _, ok := strings.Cut(kv, "=")
		switch {
		case !ok || name == "" || strings.ContainsRune(kv, 0):
			return &InvalidError{"env", fmt.Sprintf("%.80q is not NAME=value", kv)}
		case strings.HasPrefix(strings.ToUpper(name), reservedEnv):
			return &InvalidError{"env", fmt.Sprintf("%.80s is set by the daemon", name)}
		}
	}
	if size > MaxEnv {
		return &InvalidError{"env", fmt.Sprintf("%d octets, the limit is %d", size, MaxEnv)}
	}
	return nil
}

// clone returns a copy that shares nothing with r.
func (r Record) clone() Record {
	r.Command, r.Env, r.Previous = slices.Clone(r.Command), slices.Clone(r.Env), slices.Clone(r.Previous)
	r.After, r.Health.Command, r.DSOM = slices.Clone(r.After), slices.Clone(r.Health.Command), r.DSOM.clone()
	if r.Held != nil {
		held := *r.Held
		r.Held = &held
	}
	return r
}
