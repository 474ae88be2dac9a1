package interop_test

import (
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/wiretap"
)

// TestForeignOmniORB runs all cases, and naming services, between this project and an omniORB on a machine of the other byte order.
func TestForeignOmniORB(t *testing.T) {
	t.Parallel()
	z := omniorb.BuildFor(t, &tally, omniorb.Foreign)
	for _, version := range omniorb.Versions {
		t.Run(version+" client", func(t *testing.T) {
			t.Parallel()
			checkOrder(t, version, testGoServer(t, omniorb.ForeignPeer, z, version, gopeer.Options{}))
		})
		t.Run(version+" server", func(t *testing.T) {
			t.Parallel()
			checkOrder(t, version, testGoClient(t, omniorb.ForeignPeer, z, version, gopeer.Options{}))
		})
	}
	testNamingOmniORB(t, omniorb.ForeignPeer, z)
}

// checkOrder demands that all that came from the peer was in a version of GIOP and big-endian, by the headers that tshark has seen as well (checkWire),
// requests and replies among it, and that this project answered little-endian. What has no body has no order.
func checkOrder(t *testing.T, version string, tap *wiretap.Tap) {
	t.Helper()
	messages, err := tap.Messages()
	if err != nil {
		t.Error(err)
	}
	type direction struct{ from, to int }
	ours := map[direction]bool{} // a server calls itself, too
	for _, m := range messages {
		if m.Sent {
			ours[direction{m.From, m.To}] = true
		}
	}
	came := map[giop.Type]int{}
	for _, m := range messages {
		theirs := !m.Sent && !ours[direction{m.From, m.To}]
		if theirs {
			came[m.Header.Type]++
			if got := m.Header.Version.String(); got != version {
				t.Errorf("%v %s came in GIOP %s, want %s", m.Header.Type, m.Operation, got, version)
			}
		}
		if m.Header.Size > 0 && m.Header.Little == theirs && (theirs || m.Header.Type != giop.TypeLocateRequest) { // which is sent by hand
			t.Errorf("%v %s (sent: %t) is little-endian: %t", m.Header.Type, m.Operation, m.Sent, m.Header.Little)
		}
	}
	calls, back := came[giop.TypeRequest], came[giop.TypeReply]
	if calls < back {
		calls, back = back, calls
	}
	if calls < 1000 || back < 5 { // all suites together, and those of callbacks
		t.Errorf("only %v came", came)
	}
	t.Logf("big-endian, in GIOP %s: %v", version, came)
}

// TestForeignFolder demands that install-peers puts omniORB where its recipe looks for it.
func TestForeignFolder(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("install-peers")
	if err != nil {
		t.Fatal(err)
	}
	if want := "\nroot=" + omniorb.Folder + "\n"; !strings.Contains(string(script), want) {
		t.Errorf("install-peers has no line %q", strings.TrimSpace(want))
	}
}
