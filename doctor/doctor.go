// Package doctor looks whether a set-up is as it should be, the daemon, the machine, its network and its servers, and says of each finding
// how to mend it: dsom doctor.
//
// Nothing is changed by it, and no server is started.
package doctor

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

// A Grade says how a finding is.
type Grade string

// The grades. Their text is stable.
const (
	Good Grade = "good"
	Note Grade = "note" // it may be as it should be; who reads it knows
	Bad  Grade = "bad"
	Lack Grade = "lack" // the system has it not, and nothing mends that
)

// A Finding is what was found of one thing. Its JSON is stable.
type Finding struct {
	About string `json:"about"` // what was looked at; of the grade Lack, the key of a platform.Ability
	Grade Grade  `json:"grade"`
	Says  string `json:"says"`
	Mend  string `json:"mend,omitempty"` // what to do about it
}

// A Patient is what is looked at.
type Patient struct {
	State       string        // the state folder
	Daemon      *admin.Client // nil: none is known
	NoAccess    error         // why it is not known whether one is; nil: it is known
	Interrupted error         // why the state is not to be begun anew; nil: it may
	Version     string        // of this program; "": unknown
	Port        uint16        // at which a daemon would take calls that has no state yet
	Machine     Machine       // nil: this one
	System      string        // as Go names it; "": this one
	Shared      Shared        // where machines share their state; the zero value: they do not
	TLS         TLS           // by which certificates calls are taken
	Link        string        // the interface on which the configuration has daemons find each other, by name or address; "": none
	Timeout     time.Duration // for each address that is tried; 0: DefaultTimeout

	// More are looked at where the daemon's configuration is.
	More []func(context.Context) []Finding

	// Progress, if set, is told what is looked at.
	Progress func(about string)
}

// DefaultTimeout is what an address that is tried has, and a name that is looked up.
const DefaultTimeout = 3 * time.Second

// An exam is a look at a patient.
type exam struct {
	*Patient
	status *admin.Status // nil: no daemon answers
	found  []Finding
}

// Look looks at all, in the order in which one needs the other. It ends when ctx does.
func Look(ctx context.Context, p Patient) []Finding {
	if p.Machine == nil {
		p.Machine = thisMachine{}
	}
	p.System = cmp.Or(p.System, runtime.GOOS)
	if p.Timeout == 0 {
		p.Timeout = DefaultTimeout
	}
	e := &exam{Patient: &p}
	looks := []struct {
		about string
		at    func(context.Context)
	}{
		{"state folder", e.folder}, {"daemon", e.daemon}, {"state", e.store}, {"shared state", e.shared}, {"configuration", e.more}, {"clock", e.clock}, {"open files", e.files},
		{"names", e.names}, {"addresses", e.addresses}, {"firewall", e.firewall}, {"UDP", e.udp}, {aboutLink, e.link}, {"NetBIOS", e.netbios}, {"IPX", e.ipx}, {"certificates", e.certificates}, {"servers", e.servers},
		{"system", e.system},
	}
	for _, l := range looks {
		if ctx.Err() != nil {
			break
		}
		if p.Progress != nil {
			p.Progress(l.about)
		}
		l.at(ctx)
	}
	return e.found
}

// Sound reports whether nothing of what was found is bad.
func Sound(found []Finding) bool {
	return !slices.ContainsFunc(found, func(f Finding) bool { return f.Grade == Bad })
}

func (e *exam) say(about string, g Grade, mend, format string, args ...any) {
	e.found = append(e.found, Finding{about, g, fmt.Sprintf(format, args...), mend})
}

func (e *exam) more(ctx context.Context) {
	for _, m := range e.More {
		e.found = append(e.found, m(ctx)...)
	}
}
