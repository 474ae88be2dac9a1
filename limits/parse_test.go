package limits_test

import (
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/limits"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name limits.Name
		text string
		want int64 // 0: refused
	}{
		{limits.MessageSize, "64MiB", 64 << 20},
		{limits.MessageSize, "1 GiB", 1 << 30},
		{limits.MessageSize, "4K", 4096},
		{limits.MessageSize, "10", 10},
		{limits.MessageSize, "unlimited", limits.Unlimited},
		{limits.MessageSize, "9999999999GiB", 0},
		{limits.MessageSize, "10s", 0},
		{limits.BodyRate, "1KiB", 1024},
		{limits.CallTimeout, "1m30s", int64(90 * time.Second)},
		{limits.CallTimeout, "60", 0},
		{limits.CallTimeout, "-1s", 0},
		{limits.Forwards, "8", 8},
		{limits.Forwards, "0", 0},
		{limits.Forwards, "8K", 0},
		{limits.Forwards, "", 0},
	} {
		got, err := c.name.Parse(c.text)
		if got != c.want || (err != nil) != (c.want == 0) {
			t.Errorf("%s %q: got %d, %v, want %d", c.name, c.text, got, err, c.want)
		}
		if err != nil && !strings.Contains(err.Error(), c.name.String()) {
			t.Errorf("%s: the error %q does not name it", c.name, err)
		}
	}
}

// TestDefaultParses holds that what is shown as a default is the default.
func TestDefaultParses(t *testing.T) {
	t.Parallel()
	for _, n := range limits.Names() {
		s := n.Default()
		if s == "" {
			if n != limits.BytesInFlight {
				t.Errorf("%s shows no default", n)
			}
			continue
		}
		v, err := n.Parse(s)
		if err != nil || v != new(limits.Limits).Get(n) {
			t.Errorf("%s: the default %q reads as %d, %v", n, s, v, err)
		}
	}
	for n, want := range map[limits.Name]string{limits.MessageSize: "64MiB", limits.IdleTimeout: "5m", limits.CallTimeout: "1m", limits.ConnectTimeout: "10s", limits.Fragments: "65536"} {
		if got := n.Default(); got != want {
			t.Errorf("%s: got %q, want %q", n, got, want)
		}
	}
}
