package conn_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
)

// TestComplaintsAreFew: the same message is logged ten times a second at most, another one is
// not held back by it, and what was left out is counted.
func TestComplaintsAreFew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
		s := conn.NewShared(new(limits.Limits))
		for range 1000 {
			s.Complain(log, slog.LevelWarn, "refused")
		}
		s.Complain(log, slog.LevelWarn, "ended")
		time.Sleep(time.Second)
		s.Complain(log, slog.LevelWarn, "refused", "peer", "x")
		want := strings.Repeat("level=WARN msg=refused\n", 10) + "level=WARN msg=ended\nlevel=WARN msg=refused peer=x left_out_before=990\n"
		if got := b.String(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}
