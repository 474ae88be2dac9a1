package bounded_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/bounded"
)

// said is a test that notes what it is told.
type said struct {
	testing.TB
	all []string
}

func (s *said) Helper()                        {}
func (s *said) Errorf(format string, _ ...any) { s.all = append(s.all, format) }

var kept []byte

func TestRun(t *testing.T) {
	for _, c := range []struct {
		what string
		does func()
		want string
	}{
		{"nothing", func() {}, ""},
		{"as much as is allowed", func() { kept = make([]byte, 1<<20) }, ""},
		{"a megabyte too much", func() { kept = make([]byte, 5<<20) }, "memory"},
		{"too long", func() {
			for end := time.Now().Add(1100 * time.Millisecond); time.Now().Before(end); {
			}
		}, "took"},
	} {
		s := &said{TB: t}
		bounded.Bound{PerOctet: 1 << 10, Least: 1 << 20, Time: time.Microsecond, Patience: time.Second}.Run(s, 1<<10, c.does)
		if got := strings.Join(s.all, " "); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: it says %q", c.what, got)
		}
	}
}

// TestCollection: what was allocated before is not charged to what runs while the runtime comes to count it.
func TestCollection(t *testing.T) {
	s := &said{TB: t}
	for range 10 {
		for size := 1 << 10; size <= 32<<10; size += 1 << 10 {
			kept = make([]byte, size)
		}
		bounded.Bound{Least: 32 << 10, Patience: bounded.Patience}.Run(s, 0, runtime.GC)
	}
	if len(s.all) > 0 {
		t.Errorf("a collection was charged with what was allocated before it: %q", s.all)
	}
}
