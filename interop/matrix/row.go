package matrix

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/interop/peer"
)

// A Row is a line of the table: a client, a server, and the version of GIOP between them.
type Row struct {
	Client, Server, Version string
}

// ofTwo reports whether it is a line of two peers, without this project's ORB in Go.
func (r Row) ofTwo() bool { return r.Client != Self && r.Server != Self }

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
	// By is the case which fails between the peer's own client and its own server instead of these, where a Proof says so.
	By string
	// Seen are words of what comes of the cases, one of which each of them has to show, so that another failure of theirs is seen.
	// Where a case is not run at all, or the client says that it has no means, there are none.
	Seen []string
	// Alone are such words of what comes of them between the peer's own client and server, where that says otherwise.
	Alone []string
}

// An Other is a limit that no case runs into: what it is, and where the peer alone shows it.
type Other struct{ What, Proof string }

// shown reports whether an outcome is the failure that the limit is about. Where it names none, the case has to be absent, or
// its client to say that there are no means for it.
func (l Limit) shown(o peer.Outcome, run bool) bool {
	if len(l.Seen) == 0 {
		return !run || o.Verdict == peer.Unsupported
	}
	return run && slices.ContainsFunc(l.Seen, func(words string) bool { return strings.Contains(o.Detail, words) })
}

// shownAlone is shown for an outcome between the peer and itself.
func (l Limit) shownAlone(o peer.Outcome) bool {
	l.Seen = slices.Concat(l.Seen, l.Alone)
	return l.shown(o, true)
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
	Good    int      // cases that went well
	Refused int      // cases that failed as the specification demands
	Limited []string // those that are a limit of the peer
}

// Judge returns the cells of a row in that version of GIOP, one for each of the suites, and what is wrong: a case that went
// wrong without a limit, one that went well without a call, one that is said to have failed as it has to and need not, and a
// limit that is none any more or fails otherwise than it says.
func Judge(r peer.Report, version string, suites []Suite, limits map[string]Limit) (cells []Cell, wrong []string) {
	outcomes := map[string]peer.Outcome{}
	for _, o := range r.Outcomes {
		outcomes[o.Case] = o
	}
	for _, s := range suites {
		var c Cell
		for _, name := range s.Cases {
			o, run := outcomes[name]
			limit, limited := limits[name]
			good := run && o.Verdict == peer.OK
			switch {
			case good && o.Calls == 0 && !slices.Contains(Located, name):
				wrong = append(wrong, fmt.Sprintf("%s went well, and called nobody", name))
			case good && limited:
				wrong = append(wrong, fmt.Sprintf("%s went well, and is said to be a limit of the peer", name))
			case good:
				c.Good++
			case limited && !limit.shown(o, run):
				wrong = append(wrong, fmt.Sprintf("%s is a limit that ends in %q, and ended otherwise: %s %s", name, limit.Seen, o.Verdict, o.Detail))
			case limited:
				c.Limited = append(c.Limited, name)
			case !run:
				wrong = append(wrong, fmt.Sprintf("%s was not run", name))
			case o.Verdict == peer.Expected && demanded(name, version, o.Detail):
				c.Refused++
			case o.Verdict == peer.Expected:
				wrong = append(wrong, fmt.Sprintf("%s failed with %s, which nothing demands in GIOP %s", name, o.Detail, version))
			default:
				wrong = append(wrong, fmt.Sprintf("%s %s: %s", o.Verdict, name, o.Detail))
			}
		}
		cells = append(cells, c)
	}
	return cells, wrong
}

// Alone returns what a run of the peer's own client against its own server does not bear out: limits without another proof
// of which it shows nothing, and those that another case is said to show. Those have to be run, and to fail as the limit says.
func Alone(r peer.Report, client, server map[string]Limit) (wrong []string) {
	outcomes := map[string]peer.Outcome{}
	for _, o := range r.Outcomes {
		outcomes[o.Case] = o
	}
	for _, of := range []map[string]Limit{client, server} {
		for name, l := range of {
			if l.Proof != "" && l.By == "" {
				continue
			}
			by := cmp.Or(l.By, name)
			o, run := outcomes[by]
			switch {
			case !run:
				wrong = append(wrong, fmt.Sprintf("%s was not run between the peer and itself, which is said to show that %s is its limit", by, name))
			case o.Verdict == peer.OK:
				wrong = append(wrong, fmt.Sprintf("%s goes well between the peer and itself, and yet is said to show that %s is its limit", by, name))
			case l.By == "" && !l.shownAlone(o):
				wrong = append(wrong, fmt.Sprintf("%s ends in %s %s between the peer and itself, and is said to end in %q or %q", by, o.Verdict, o.Detail, l.Seen, l.Alone))
			}
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

// Shown returns the cases of limits, in a version, that the peer's own client and server have to bear out: what [Alone] looks at.
func Shown(limits []Limit, version string) []string {
	var names []string
	for _, client := range []bool{true, false} {
		for name, l := range Of(limits, client, version) {
			switch {
			case l.By != "":
				names = append(names, l.By)
			case l.Proof == "":
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// String is how the table has it: the number of cases that went well, that were refused as they have to be, and that the peer
// cannot do.
func (c Cell) String() string {
	if c.Good == 0 && c.Refused == 0 && len(c.Limited) == 0 {
		return "–"
	}
	text := fmt.Sprint(c.Good)
	if c.Refused > 0 {
		text += fmt.Sprintf(", refused %d", c.Refused)
	}
	if len(c.Limited) > 0 {
		text += fmt.Sprintf(", limit %d", len(c.Limited))
	}
	return text
}

// head is how the row's line begins.
func (r Row) head() string { return fmt.Sprintf("| %s | %s | %s", r.Client, r.Server, r.Version) }
