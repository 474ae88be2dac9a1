package server

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

// TestWhileBusy holds that a server is not without work while its program says so, and for as long as before from then on.
func TestWhileBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &Server{active: &activity{since: time.Now()}}
		idle := func(want time.Duration) {
			t.Helper()
			if got := s.active.report().Idle; got != admin.Duration(want) {
				t.Errorf("idle for %v, want %v", time.Duration(got), want)
			}
		}
		time.Sleep(time.Second)
		idle(time.Second)
		busy := true
		s.WhileBusy(func() bool { return false })
		s.WhileBusy(func() bool { return busy })
		time.Sleep(time.Second)
		idle(0)
		busy = false
		time.Sleep(time.Second)
		idle(time.Second)
		(&Server{}).WhileBusy(nil) // nobody asks
	})
}
