package interop_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/opendsom/dsom/interop/combat"
	"github.com/opendsom/dsom/interop/glassfish"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/omnipy"
	"github.com/opendsom/dsom/interop/smalltalk"
)

// document is the table that the tests of this package hold against what they see.
var document = &matrix.Document{
	File:  "../docs/interop.md",
	Peers: []matrix.Peer{omniorb.Peer, omniorb.ForeignPeer, omnipy.Peer, jacorb.Peer, jacorb.Plain, glassfish.Peer, combat.Peer, smalltalk.Peer, bigEndian, foreign},
}

// bigEndian is this project, told to send as machines of the other byte order do.
var bigEndian = matrix.Peer{
	Name: "dsom, big-endian", Client: true, Server: true, Versions: omniorb.Versions,
	About: "This project in the same process, sending in the byte order that is not the machine's.",
}

// TestDocument demands that the document is what its rows and the peers' limits make.
func TestDocument(t *testing.T) {
	t.Parallel()
	document.CheckText(t)
}

// TestSuites demands that each case that the IDL documents is in the table, but for those that are run by name alone.
func TestSuites(t *testing.T) {
	t.Parallel()
	got := slices.Sorted(slices.Values(append(matrix.Cases(), matrix.ByName...)))
	if want := documentedCases(t); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// proofFile is how a proof names a file.
var proofFile = regexp.MustCompile(`\b(omniorb|omnipy|jacorb|glassfish|combat)/\S+\.\w+`)

// TestProofs demands that each limit is shown without this project: by a file that is there, in the folders which
// TestOmniORBLimits, TestOmnipyLimits, TestJavaLimits and TestCombatLimits run, or by a case that TestAlone or TestNamingSuite runs between the peer's own client and server.
func TestProofs(t *testing.T) {
	t.Parallel()
	programs := 0
	for _, p := range document.Peers {
		for _, l := range p.Limits {
			files := proofFile.FindAllString(l.Proof, -1)
			for _, file := range files {
				programs++
				if _, err := os.Stat(file); err != nil {
					t.Errorf("%s: a limit of %q is said to be shown by %s: %v", p.Name, l.Cases, file, err)
				}
			}
			switch {
			case l.By != "":
				checkRun(t, p.Name, l.By)
			case l.Proof == "":
				for _, name := range l.Cases {
					checkRun(t, p.Name, name)
				}
			case len(files) == 0:
				t.Errorf("%s: a limit of %q is said to be shown by %q, which is no file", p.Name, l.Cases, l.Proof)
			}
		}
	}
	if programs < 5 {
		t.Errorf("only %d limits are shown by a program", programs)
	}
}

// checkRun demands that a case is run between a peer's own client and server.
func checkRun(t *testing.T, name, by string) {
	t.Helper()
	hub := slices.ContainsFunc(lonelyPeers, func(p lonely) bool { return p.Name == name }) && slices.Contains(matrix.Cases(), by)
	names := slices.ContainsFunc(namingPeers, func(p namedPeer) bool { return p.Name == name }) && slices.Contains(matrix.Naming.Cases, by)
	if !hub && !names {
		t.Errorf("%s: a limit is said to be shown by case %q between its own client and server, and no test runs that", name, by)
	}
}
