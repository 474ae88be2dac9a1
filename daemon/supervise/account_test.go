package supervise_test

import (
	"os"
	"os/user"
	"runtime"
	"slices"
	"testing"

	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/process"
)

// TestAnothersProcess: a server that says to be a process of another account, the first of the system for one, is not believed, since
// it would be signalled in its place.
func TestAnothersProcess(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the system does not tell whose a process is")
	}
	first, err := process.Of(1)
	if err != nil {
		t.Fatal(err)
	}
	self, err := process.Of(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		id      process.ID
		account string
		may     bool
	}{
		{self, "", true},
		{self, me.Username, true},
		{self, "no such account", false},
		{first, "nobody", false},
		{first, "", os.Geteuid() == 0},
		{process.ID{PID: first.PID, Start: "another"}, "nobody", true}, // which is found out elsewhere
	} {
		if got := supervise.MayBe(c.id, c.account); got != c.may {
			t.Errorf("process %d for the account %q: %v", c.id.PID, c.account, got)
		}
	}
}

// TestInherited holds that a server under another account is not told what may be the daemon's secret, and one under the daemon's is told all.
func TestInherited(t *testing.T) {
	t.Parallel()
	all := []string{"PATH=/bin", "SECRET_TOKEN=x", "LANG=C", "LC_ALL=de", "LCX=1", "HOME=/root", "TZ=UTC", "XPATH=1", "DSOM_STATE=/x", "="}
	if got := supervise.Inherited(slices.Clone(all), ""); !slices.Equal(got, all) {
		t.Errorf("of the daemon's account: %q", got)
	}
	if got, want := supervise.Inherited(slices.Clone(all), "nobody"), []string{"PATH=/bin", "LANG=C", "LC_ALL=de", "TZ=UTC"}; !slices.Equal(got, want) {
		t.Errorf("of another: %q, want %q", got, want)
	}
}
