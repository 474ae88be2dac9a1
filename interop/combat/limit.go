package combat

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/peer"
)

// CheckLimit demands that a script, which is a minimal reproduction of something that Combat cannot do, still shows it with the
// words of its first line: "# prints: WORDS".
func CheckLimit(t testing.TB, file string) {
	t.Helper()
	peer.Need(t, tools[:2]...)
	words := peer.Promised(t, file, "# prints: ")
	said, err := peer.Output(t, "tclsh", file)
	if err != nil || !strings.Contains(said, words) {
		t.Errorf("%s prints no more %q: %v\n%s", file, words, err, said)
	}
}
