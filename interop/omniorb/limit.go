package omniorb

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/peer"
)

// CheckLimit demands that the IDL compiler's back end for C++ still refuses a file of IDL, which is a minimal reproduction of
// something it cannot do, with the words of its first line: "// compiler: WORDS".
func CheckLimit(t testing.TB, file string) {
	t.Helper()
	peer.Need(t, omniidl)
	words := peer.Promised(t, file, "// compiler: ")
	said, err := peer.Output(t, "omniidl", "-bcxx", "-C"+t.TempDir(), file)
	if err == nil || !strings.Contains(said, words) {
		t.Errorf("%s fails no more with %q: %v\n%s", file, words, err, said)
	}
}

// Need skips a test where the tools of omniORB are not there, or fails it in CI.
func Need(t testing.TB) {
	t.Helper()
	peer.Need(t, recipe(Native).Needs...)
}
