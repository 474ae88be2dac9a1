package matrix

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/interop/peer"
)

// Self is how the table calls this project.
const Self = "dsom"

// A Peer is one of the others in the table.
type Peer struct {
	Name           string
	About          string
	Client, Server bool // which the suite has of it
	Versions       []string
	Limits         []Limit
	Others         []Other
	Columns        []Suite  // which of the table are run of it; nil: all
	Like           *Peer    // the same ORB, run otherwise, whose limits it has as well
	NoService      bool     // it comes without a naming service
	With           []string // names of other peers with which it is run as well, in both directions, in Suites; what is a limit of either of the two is not run then
}

// A Document is the text of the table, in a file, and the rows that this run has found. It is safe for concurrent use.
type Document struct {
	File  string
	Peers []Peer

	mu    sync.Mutex
	found map[string]map[string]string // cells, by the heads of their lines and the names of their columns
}

// Rows returns the rows of the table in its order.
func (d *Document) Rows() []Row {
	var rows []Row
	for _, p := range d.Peers {
		for _, k := range []struct {
			there bool
			row   Row
		}{{p.Client, Row{Client: p.Name, Server: Self}}, {p.Server, Row{Client: Self, Server: p.Name}}} {
			for _, version := range p.Versions {
				if k.row.Version = version; k.there {
					rows = append(rows, k.row)
				}
			}
		}
		for _, name := range p.With {
			for _, row := range []Row{{Client: p.Name, Server: name}, {Client: name, Server: p.Name}} {
				for _, version := range p.Versions {
					row.Version = version
					rows = append(rows, row)
				}
			}
		}
	}
	return rows
}

// Runnable returns the cases of Suites that are run in a row of two peers: those that are a limit of neither.
func (d *Document) Runnable(row Row) []string {
	limits := d.limits(row)
	return slices.DeleteFunc(Cases(), func(name string) bool { _, limited := limits[name]; return limited })
}

// has reports whether a suite is run of the other peer in a row.
func (d *Document) has(r Row, suite string) bool {
	if r.ofTwo() && !slices.ContainsFunc(Suites, func(s Suite) bool { return s.Name == suite }) {
		return false
	}
	return !slices.ContainsFunc(d.Peers, func(p Peer) bool {
		if p.NoService && p.Name == r.Server && suite == Naming.Name {
			return true
		}
		return (p.Name == r.Client || p.Name == r.Server) && p.Columns != nil && !slices.ContainsFunc(p.Columns, func(s Suite) bool { return s.Name == suite })
	})
}

// limits returns those of the other peer in a row, or those of two, without what is seen of them: they are not run.
func (d *Document) limits(r Row) map[string]Limit {
	of := map[string]Limit{}
	for _, p := range d.Peers {
		all := p.Limits
		if p.Like != nil {
			all = slices.Concat(p.Like.Limits, all)
		}
		for _, client := range []bool{true, false} {
			if client && p.Name != r.Client || !client && p.Name != r.Server {
				continue
			}
			for name, l := range Of(all, client, r.Version) {
				if r.ofTwo() {
					l.Seen = nil
				}
				of[name] = l
			}
		}
	}
	return of
}

// Check fails the test unless every case of the report about the Hub's suites went well or is a limit of the peer, and the
// document says so. With DSOM_UPDATE_GOLDEN set, Write puts what was found into the document.
func (d *Document) Check(t testing.TB, row Row, r peer.Report) {
	t.Helper()
	d.CheckSuites(t, row, Suites, r)
}

// CheckSuites is Check for a report about some suites.
func (d *Document) CheckSuites(t testing.TB, row Row, suites []Suite, r peer.Report) {
	t.Helper()
	cells, wrong := Judge(r, row.Version, suites, d.limits(row))
	for _, w := range wrong {
		t.Errorf("%s to %s in GIOP %s: %s", row.Client, row.Server, row.Version, w)
	}
	said := d.said(d.lines(t), row)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.found == nil {
		d.found = map[string]map[string]string{}
	}
	if d.found[row.head()] == nil {
		d.found[row.head()] = map[string]string{}
	}
	for i, s := range suites {
		d.found[row.head()][s.Name] = cells[i].String()
		if os.Getenv("DSOM_UPDATE_GOLDEN") == "" && len(wrong) == 0 && said[s.Name] != cells[i].String() {
			t.Errorf("%s, %s to %s in GIOP %s: %s is %q, and should be %q (DSOM_UPDATE_GOLDEN=1 writes it)", d.File, row.Client, row.Server, row.Version,
				s.Name, said[s.Name], cells[i])
		}
	}
}

// said returns the cells that a document of these lines has for a row, by the names of their columns.
func (d *Document) said(lines []string, row Row) map[string]string {
	cells := map[string]string{}
	for _, line := range lines {
		rest, ok := strings.CutPrefix(line, row.head()+" | ")
		if !ok {
			continue
		}
		parts := strings.Split(strings.TrimSuffix(rest, " |"), " | ")
		for i, s := range columns() {
			if i < len(parts) {
				cells[s.Name] = parts[i]
			}
		}
	}
	return cells
}

func (d *Document) lines(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(d.File)
	if err != nil && os.Getenv("DSOM_UPDATE_GOLDEN") == "" {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

// notRun is what the table says where no test has found anything.
const notRun = "not run"

// CheckText fails the test unless the document is what Write makes of the lines that it has, and has no cell that was not run.
func (d *Document) CheckText(t testing.TB) {
	t.Helper()
	lines := d.lines(t)
	for _, line := range lines {
		if os.Getenv("DSOM_UPDATE_GOLDEN") == "" && strings.Contains(line, "| "+notRun+" |") {
			t.Errorf("%s: a suite was not run: %s", d.File, line)
		}
	}
	if os.Getenv("DSOM_UPDATE_GOLDEN") == "" && strings.Join(lines, "\n") != d.text(lines) {
		t.Errorf("%s is not what is generated (DSOM_UPDATE_GOLDEN=1 go test ./... in folder interop writes it)", d.File)
	}
}

// Write writes the document anew: the rows that this run has found, and the others as they were.
func (d *Document) Write() error {
	old, err := os.ReadFile(d.File)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.WriteFile(d.File, []byte(d.text(strings.Split(string(old), "\n"))), 0o666)
}

func (d *Document) text(old []string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var b strings.Builder
	b.WriteString(introduction)
	heads := []string{"client", "server", "GIOP"}
	for _, s := range columns() {
		heads = append(heads, s.Name)
	}
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	for _, row := range d.Rows() {
		b.WriteString(row.head())
		said := d.said(old, row)
		for _, s := range columns() {
			if s.Only != "" && s.Only != row.Version || !d.has(row, s.Name) {
				b.WriteString(" | –")
				continue
			}
			fmt.Fprintf(&b, " | %s", cmp.Or(d.found[row.head()][s.Name], said[s.Name], notRun))
		}
		b.WriteString(" |\n")
	}
	b.WriteString("\n## What has to be refused\n\n")
	for _, demand := range Demands {
		b.WriteString(demand.text())
	}
	b.WriteString("\n## The peers, and their limits\n")
	for _, p := range d.Peers {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n", p.Name, p.About)
		if p.Like != nil {
			fmt.Fprintf(&b, "It has the limits of %s.\n", p.Like.Name)
		}
		for i, l := range p.Limits {
			if i == 0 {
				b.WriteString("\n")
			}
			b.WriteString(l.text())
		}
		for i, o := range p.Others {
			if i == 0 {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "- Beyond the cases: %s. Shown by: %s.\n", o.What, o.Proof)
		}
	}
	return b.String()
}

func (l Limit) text() string {
	where := ""
	switch {
	case l.Client && !l.Server:
		where = "as a client"
	case l.Server && !l.Client:
		where = "as a server"
	}
	if l.Versions != nil {
		where = strings.TrimPrefix(where+", in GIOP "+strings.Join(l.Versions, " and "), ", ")
	}
	if where != "" {
		where = " (" + where + ")"
	}
	proof := cmp.Or(l.Proof, "its own client and server as well ("+l.runner()+")")
	if l.Proof == "" && len(l.Alone) > 0 {
		proof += fmt.Sprintf(", as `%s`", strings.Join(l.Alone, "`, `"))
	} else if l.By != "" {
		proof += " (" + l.runner() + ")"
	}
	seen := ""
	if len(l.Seen) > 0 {
		seen = fmt.Sprintf(" Seen: `%s`.", strings.Join(l.Seen, "`, `"))
	}
	return fmt.Sprintf("- `%s`%s: %s.%s Shown by: %s.\n", strings.Join(l.Cases, "` `"), where, l.Why, seen, proof)
}

// runner returns the test that runs a case between a peer's own client and server.
func (l Limit) runner() string {
	if slices.Contains(Naming.Cases, cmp.Or(l.By, l.Cases[0])) {
		return "TestNamingSuite"
	}
	return "TestAlone"
}

const introduction = `# Who talks to whom

Generated by the tests in folder interop, which hold each row against what they have just seen: ` + "`make interop`" + `. A cell is the
number of cases that went well between that client and that server. "Refused" are those that failed as the specification
demands, with the exception that it demands: the list of these is below. "Limit" are those that a peer cannot do, each of them
listed with the reason, how it fails, and what shows it without this project: a minimal reproduction, or the case between the peer's own client and its own server, which are run each
time, and have to fail so; one that fails otherwise is a failure. No other case may fail, and none
that called nobody goes well. What the cases are, the comments in interop/idl say, and those of package interop/gopeer/names of naming.

Values, names and sizes are random in the clients of all languages, beside the ends of what a type can hold; the tests print the seed,
and DSOM_SEED=N runs them with it again. Replies that are changed on their way are noticed by every client (spoil_test.go). The
counts of requests and calls back that a peer reports are held against those of this project, and for omniORB and Combat against
those of tshark.

Bidirectional GIOP begins with GIOP 1.2, so that the cells of 1.0 and 1.1 have a dash. Its cases are run so that there is no way
back but the client's own connection: this project's server makes no connections, and its client listens nowhere
(bidir_test.go). Naming is the peer's client in this project's naming service, and this project's client in the
peer's (naming_suite_test.go; of omniORB it is nameclt and omniNames). Lists at the seams of fragments, in structures, boxes and values, are run in GIOP 1.1, where
ORBs write them in two ways (seams_test.go). The ORB in Smalltalk is run with peers as well as with the one in Go; in these rows the limits are those of both, and are not run.

`
