package daemon

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestSeldom holds that warnings which say the same are written so often and no more, whoever brings them about, and that the log tells how many were left out.
func TestSeldom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		log := seldom(slog.New(slog.NewTextHandler(&b, nil)))
		for i := range 1000 {
			log.With("i", i).Warn("refused")
			log.Info("registered")
		}
		log.Warn("another")
		if got := b.String(); strings.Count(got, "refused") != seldomLines || strings.Count(got, "registered") != 1000 || strings.Count(got, "another") != 1 {
			t.Errorf("got %.2000s", got)
		}
		b.Reset()
		time.Sleep(seldomTime)
		log.Warn("refused")
		log.Warn("refused")
		if got := b.String(); strings.Count(got, "refused") != 2 || strings.Count(got, "left_out_before=990") != 1 {
			t.Errorf("got %s", got)
		}
	})
}
