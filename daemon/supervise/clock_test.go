package supervise_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/clockset"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// envClock is set where the clock is set to and fro.
const envClock = "DSOM_TEST_CLOCK"

// TestClockIsSet runs this package's tests, those of leases, of visitors and of names, in a program whose clock is set each time that it is asked, by an hour or by ten
// years, forward and back: package time is compiled so. What measures time by the clock, and not by what has passed, ends leases and pauses at once, or never.
func TestClockIsSet(t *testing.T) {
	if os.Getenv(envClock) != "" {
		t.Skip("it is, here")
	}
	t.Parallel()
	if testing.Short() {
		absent.Skip(t, "the standard library is compiled anew, which takes minutes")
	}
	tool, overlay := clockset.Overlay(t)
	cmd := exec.CommandContext(t.Context(), tool, "test", "-count=1", "-overlay", overlay, ".", "../../server/lease", "../visitors", "../../svc/naming")
	cmd.Env = append(os.Environ(), envClock+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("with a clock that is set to and fro: %v\n%s", err, out)
	}
}

// TestClockWasSetBack: a server that was started, by the clock, ten years from now or ten years ago is waited for as long as any other, and no longer.
func TestClockWasSetBack(t *testing.T) {
	t.Parallel()
	for _, born := range []time.Time{time.Now().AddDate(10, 0, 0), time.Now().AddDate(-10, 0, 0)} {
		s := openStore(t)
		rec, err := implrepo.New(s).Add(t.Context(), implrepo.Record{Name: "bank", Command: []string{os.Args[0]}})
		if err != nil {
			t.Fatal(err)
		}
		run := `{"name":"bank","started":true,"born":"` + born.Format(time.RFC3339) + `"}`
		if _, err := s.Commit(t.Context(), store.Create("run/"+rec.UUID.String(), []byte(run))); err != nil {
			t.Fatal(err)
		}
		sup, err := supervise.New(t.Context(), supervise.Options{Store: s, Logs: &capture.Keeper{Dir: t.TempDir()}, Grace: 50 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		defer sup.Close()
		if state := sup.Run(rec.UUID).State; state != admin.StateLost && state != admin.StateStopped {
			t.Errorf("born %v: got %v", born, state)
		}
		eventually(t, "its life is over", func() bool { return sup.Run(rec.UUID).State == admin.StateStopped })
	}
}

// TestAgo: durations since a moment that the clock says has not come yet are none.
func TestAgo(t *testing.T) {
	t.Parallel()
	if os.Getenv(envClock) != "" {
		t.Skip("the clock is another one each time")
	}
	for ahead, want := range map[time.Duration]time.Duration{time.Hour: 0, -time.Hour: time.Hour} {
		read, err := time.Parse(time.RFC3339Nano, time.Now().Add(ahead).Format(time.RFC3339Nano))
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Since(supervise.Ago(read)); got < want || got > want+10*time.Minute {
			t.Errorf("%v ahead: %v ago, want %v", ahead, got, want)
		}
	}
}
