package matrix

import (
	"fmt"
	"slices"

	"github.com/opendsom/dsom/interop/peer"
)

// A Row is a line of the table: a client, a server, and the version of GIOP between them.
type Row struct {
	Client, Server, Version string
}

// A Limit is what a peer cannot do, and why it is the peer's.
type Limit struct {
	Why   string
	Cases []string
	// Client says that it is the client which cannot, Server that it is the server. Where both are false, either does.
	Client, Server bool
	Versions       []string // of GIOP, in which it cannot; nil: in all
	// Proof is where the peer alone shows it: a reproduction in its folder, or what else. Where it is empty, the case fails
	// between the peer's own client and its own server as well, which is shown anew with each row: see [Alone].
	Proof string
}

// applies reports whether the limit holds for a peer that is client, or server, of a row, in that version.
func (l Limit) applies(client bool, version string) bool {
	return (l.Client == l.Server || l.Client == client) && (l.Versions == nil || slices.Contains(l.Versions, version))
}

// Of returns the limits that hold for a peer that is client, or server, in a version, by their cases.
func Of(limits []Limit, client bool, version string) map[string]Limit {
	of := map[string]Limit{}
	for _, l := range limits {
		if l.applies(client, version) {
			for _, name := range l.Cases {
				of[name] = l
			}
		}
	}
	return of
}

// A Cell is what came of a suite.
type Cell struct {
	Good    int      // cases that went well, or failed as the specification demands
	Limited []string // those that are a limit of the peer
}

// Judge returns the cells of a row, one for each of the suites, and what is wrong: a case that went wrong without a limit, one
// that went well without a call, and a limit that is none any more.
func Judge(r peer.Report, suites []Suite, limits map[string]Limit) (cells []Cell, wrong []string) {
	outcomes := map[string]peer.Outcome{}
	for _, o := range r.Outcomes {
		outcomes[o.Case] = o
	}
	for _, s := range suites {
		var c Cell
		for _, name := range s.Cases {
			o, run := outcomes[name]
			_, limited := limits[name]
			good := run && (o.Verdict == peer.OK || o.Verdict == peer.Expected && !limited)
			switch {
			case good && o.Verdict == peer.OK && o.Calls == 0 && !slices.Contains(Located, name):
				wrong = append(wrong, fmt.Sprintf("%s went well, and called nobody", name))
			case good && limited:
				wrong = append(wrong, fmt.Sprintf("%s went well, and is said to be a limit of the peer", name))
			case good:
				c.Good++
			case limited:
				c.Limited = append(c.Limited, name)
			case !run:
				wrong = append(wrong, fmt.Sprintf("%s was not run", name))
			default:
				wrong = append(wrong, fmt.Sprintf("%s %s: %s", o.Verdict, name, o.Detail))
			}
		}
		cells = append(cells, c)
	}
	return cells, wrong
}

// Alone returns what a run of the peer's own client against its own server does not bear out: limits without another proof
// of which it shows nothing.
func Alone(r peer.Report, limits ...map[string]Limit) (wrong []string) {
	good := r.Names(peer.OK)
	for _, of := range limits {
		for name, l := range of {
			if l.Proof == "" && slices.Contains(good, name) {
				wrong = append(wrong, fmt.Sprintf("%s goes well between the peer and itself, and yet is said to be its limit", name))
			}
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

// String is how the table has it: the number of cases, and how many of them the peer cannot do.
func (c Cell) String() string {
	switch {
	case len(c.Limited) == 0 && c.Good == 0:
		return "–"
	case len(c.Limited) == 0:
		return fmt.Sprint(c.Good)
	}
	return fmt.Sprintf("%d, limit %d", c.Good, len(c.Limited))
}

// head is how the row's line begins.
func (r Row) head() string { return fmt.Sprintf("| %s | %s | %s", r.Client, r.Server, r.Version) }
