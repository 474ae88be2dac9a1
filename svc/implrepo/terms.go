package implrepo

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Limits of the terms on which a server runs.
const (
	MaxUser        = 256            // octets of an account's name
	MaxPattern     = 1 << 10        // octets of a pattern of objects
	MaxCopies      = 64             // replicas of a server
	MaxMost        = 4096           // processes of a server at once
	DefaultMost    = 64             // processes at once where the record does not say
	MaxIdle        = 24 * time.Hour // of Record.IdleTimeout
	MaxPause       = 24 * time.Hour // between attempts to start a server
	MaxHealth      = 24 * time.Hour // between checks
	LeastHealth    = 10 * time.Millisecond
	MaxFailures    = 1 << 20
	DefaultBad     = 3               // failed checks in a row, after which a server is started anew
	DefaultPatient = 5 * time.Second // for a check
)

// Limits are what a process of a server may use; 0 is as much as the daemon may. Those of the second group
// hold for all processes of a server's together, where the system can (cgroup v2).
type Limits struct {
	Files   int64         `json:"files,omitempty"`   // open at once
	Memory  int64         `json:"memory,omitempty"`  // octets of address space
	CPUTime time.Duration `json:"cpu,omitempty"`     // of a process, to its end; whole seconds
	FileLen int64         `json:"filelen,omitempty"` // octets of a file that it writes
	Core    int64         `json:"core,omitempty"`    // octets of a core file; -1: none is written

	Group Group `json:"group,omitzero"`
}

// A Group is what the processes of a server may use together; 0 is as much as the daemon may.
type Group struct {
	Memory    int64 `json:"memory,omitempty"`    // octets
	CPU       int   `json:"cpu,omitempty"`       // percent of one processor
	Processes int64 `json:"processes,omitempty"` // and threads
}

// A Retry says when a server is started again that has failed to come up, or ended soon after it had.
type Retry struct {
	Pause    time.Duration `json:"pause,omitempty"`     // after the first failure, doubled with each in a row; 0: the daemon's default
	MaxPause time.Duration `json:"max_pause,omitempty"` // 0: the daemon's default
	Most     int           `json:"most,omitempty"`      // failures in a row, after which a person has to start it; 0: it is tried for ever
}

// A Health says how a server is asked whether it works. Who fails Bad times in a row is ended, and
// counts as having failed. The zero value asks nothing.
type Health struct {
	Every  time.Duration `json:"every,omitempty"`  // 0: never
	Within time.Duration `json:"within,omitempty"` // in which it has to answer; 0: DefaultPatient
	Bad    int           `json:"bad,omitempty"`    // 0: DefaultBad

	// Object is the path of the object to be asked whether it exists, as Apart has them. Empty, and without
	// a Command: it is enough that the server answers GIOP.
	Object  string   `json:"object,omitempty"`
	Command []string `json:"command,omitempty"` // exits 0 if the server works
}

// Balance says which replica a client is sent to.
type Balance string

// The ways to choose.
const (
	RoundRobin Balance = "round-robin" // one after the other
	Random     Balance = "random"
	LeastLoad  Balance = "least-load" // that which says it has the fewest calls under way
)

var balances = []Balance{RoundRobin, Random, LeastLoad}

// N returns how many replicas there are to be, 1 at least.
func (r *Record) N() int { return max(r.Copies, 1) }

// AtMost returns how many processes there may be at once for single objects or calls.
func (r *Record) AtMost() int {
	if r.Most > 0 {
		return r.Most
	}
	return DefaultMost
}

// OwnProcess reports whether an object has a process of its own. Its path is the names of its adapters from below the root
// down, and its id, with slashes between.
func (r *Record) OwnProcess(object string) bool {
	switch r.Activation {
	case Unshared:
		return true
	case PerObject:
		for pattern := range strings.FieldsSeq(r.Apart) {
			if ok, _ := path.Match(pattern, object); ok {
				return true
			}
		}
	}
	return false
}

// CheckPattern returns what is wrong with patterns of objects' paths: words as path.Match takes them.
func CheckPattern(patterns string) error {
	if len(patterns) > MaxPattern || strings.ContainsRune(patterns, 0) {
		return &InvalidError{"apart", fmt.Sprintf("%d octets, the limit is %d, and none may be NUL", len(patterns), MaxPattern)}
	}
	for pattern := range strings.FieldsSeq(patterns) {
		if _, err := path.Match(pattern, ""); err != nil {
			return &InvalidError{"apart", fmt.Sprintf("%q: %v; write it as objects/account-*", pattern, err)}
		}
	}
	return nil
}

// checkTerms returns what is wrong with the terms on which the server is to run.
func (r *Record) checkTerms() error {
	if r.Choose == "" && r.Copies > 1 {
		r.Choose = RoundRobin
	}
	switch {
	case len(r.User) > MaxUser || strings.ContainsAny(r.User, "\x00\n:"):
		return &InvalidError{"user", fmt.Sprintf("%.40q is no name of an account", r.User)}
	case len(r.After) > MaxAfter:
		return &InvalidError{"after", fmt.Sprintf("%d servers, the limit is %d", len(r.After), MaxAfter)}
	case r.Apart != "" && r.Activation != PerObject:
		return &InvalidError{"apart", fmt.Sprintf("only with the activation %s", PerObject)}
	case r.Activation == PerObject && strings.TrimSpace(r.Apart) == "":
		return &InvalidError{"apart", fmt.Sprintf("missing: the activation %s needs to know which objects have processes of their own", PerObject)}
	case r.Most < 0 || r.Most > MaxMost || r.Most > 0 && !r.Activation.Apart():
		return &InvalidError{"most", fmt.Sprintf("%d is not between 0 and %d, or the activation has but one process", r.Most, MaxMost)}
	case r.Copies < 0 || r.Copies > MaxCopies:
		return &InvalidError{"copies", fmt.Sprintf("%d is not between 0 and %d", r.Copies, MaxCopies)}
	case r.Copies > 1 && (r.Activation.Apart() || len(r.Command) == 0):
		return &InvalidError{"copies", fmt.Sprintf("a server that is %s or without a program cannot have any", r.Activation)}
	case r.Alone && (r.Copies > 1 || r.Activation.Apart()):
		return &InvalidError{"alone", "a server with several processes cannot run alone"}
	case r.Choose != "" && !slices.Contains(balances, r.Choose):
		return &InvalidError{"choose", fmt.Sprintf("%.40q is none of %v", r.Choose, balances)}
	}
	if err := CheckPattern(r.Apart); err != nil {
		return err
	}
	if err := checkTime("idle_timeout", r.IdleTimeout, MaxIdle); err != nil {
		return err
	}
	if r.IdleTimeout > 0 && (r.Activation == Always || r.Activation == Manual) {
		return &InvalidError{"idle_timeout", fmt.Sprintf("nothing would start a server that is %s again", r.Activation)}
	}
	if err := r.Retry.check(); err != nil {
		return err
	}
	if err := r.Limits.check(); err != nil {
		return err
	}
	if len(r.Previous) > 0 {
		if err := CheckCommand("previous", r.Previous); err != nil {
			return err
		}
	}
	return r.Health.check()
}

func (t Retry) check() error {
	if t.Most < 0 || t.Most > MaxFailures {
		return &InvalidError{"retry", fmt.Sprintf("%d failures are not between 0 and %d", t.Most, MaxFailures)}
	}
	if err := checkTime("retry", t.Pause, MaxPause); err != nil {
		return err
	}
	return checkTime("retry", t.MaxPause, MaxPause)
}

func (l Limits) check() error {
	for _, f := range []struct {
		name         string
		value, least int64
	}{
		{"files", l.Files, 0}, {"memory", l.Memory, 0}, {"cpu", int64(l.CPUTime), 0}, {"filelen", l.FileLen, 0}, {"core", l.Core, -1},
		{"group.memory", l.Group.Memory, 0}, {"group.cpu", int64(l.Group.CPU), 0}, {"group.processes", l.Group.Processes, 0},
	} {
		if f.value < f.least {
			return &InvalidError{"limits." + f.name, fmt.Sprintf("%d is below %d", f.value, f.least)}
		}
	}
	if l.CPUTime%time.Second != 0 {
		return &InvalidError{"limits.cpu", fmt.Sprintf("%v is not whole seconds", l.CPUTime)}
	}
	return nil
}

// check fills in nothing: what is 0 stays the default.
func (h Health) check() error {
	if err := checkTime("health.every", h.Every, MaxHealth); err != nil {
		return err
	}
	if err := checkTime("health.within", h.Within, MaxTimeout); err != nil {
		return err
	}
	switch {
	case h.Every > 0 && h.Every < LeastHealth:
		return &InvalidError{"health.every", fmt.Sprintf("%v is less than %v", h.Every, LeastHealth)}
	case h.Bad < 0 || h.Bad > MaxFailures:
		return &InvalidError{"health.bad", fmt.Sprintf("%d is not between 0 and %d", h.Bad, MaxFailures)}
	case h.Every == 0 && (h.Object != "" || len(h.Command) > 0):
		return &InvalidError{"health.every", "missing: how often is it to be asked?"}
	case len(h.Object) > MaxPattern || strings.ContainsRune(h.Object, 0):
		return &InvalidError{"health.object", fmt.Sprintf("%.80q is no path of an object", h.Object)}
	case len(h.Command) > 0:
		return CheckCommand("health.command", h.Command)
	}
	return nil
}
