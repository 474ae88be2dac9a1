package pipe

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/transport"
)

// FuzzName: what a reference of others names, and is taken for a pipe, is one of this machine's, below the folder of pipes, and a name that the system has room for.
func FuzzName(f *testing.F) {
	for _, s := range []string{"pipe:bank", "pipe:@", `pipe:..\..\x`, `pipe:\\host\pipe\bank`, "pipe:a/b", "pipe:a:1", "pipe:" + strings.Repeat("x", 300), "pipe:\x00", "unix:/run/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := transport.ParseEndpoint(s)
		if err != nil || e.Network != Name || check(e) != nil {
			return
		}
		if e.Host == "" || len(e.Host) > MaxName || strings.ContainsAny(e.Host, "\\/\x00:") || e.Port != 0 {
			t.Errorf("%q is taken for the pipe %q", s, e.Host)
		}
	})
}
