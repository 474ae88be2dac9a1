package limits_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/limits"
)

func TestNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, n := range limits.Names() {
		s := n.String()
		if s == "" || seen[s] || s != strings.ToLower(s) || strings.Contains(s, " ") || n.Doc() == "" {
			t.Errorf("limit %d is called %q: %q", n, s, n.Doc())
		}
		seen[s] = true
		if got, ok := limits.NameOf(s); !ok || got != n {
			t.Errorf("%s is %v, %v", s, got, ok)
		}
	}
	if n, ok := limits.NameOf("nonsense"); ok {
		t.Errorf("nonsense is %v", n)
	}
}

// The defaults that the design promises.
func TestDefaults(t *testing.T) {
	t.Parallel()
	var none *limits.Limits
	for _, l := range []*limits.Limits{none, {}} {
		for n, want := range map[limits.Name]int64{
			limits.MessageSize: 64 << 20, limits.Fragments: 65536, limits.OutstandingRequests: 1024, limits.Connections: 10000,
			limits.ConnectionsPerAddress: 1000, limits.TypeCodeDepth: 64, limits.TypeCodeNodes: 4096, limits.ValueDepth: 64,
			limits.DecodedSize: 256 << 20, limits.AnyDepth: 32, limits.Forwards: 8, limits.BodyRate: 1024,
			limits.ConnectTimeout: int64(10 * time.Second), limits.CallTimeout: int64(time.Minute),
			limits.StallTimeout: int64(30 * time.Second), limits.IdleTimeout: int64(5 * time.Minute), limits.ServerOutput: 32 << 20,
			limits.HandlerTimeout: int64(5 * time.Second),
		} {
			if got := l.Get(n); got != want {
				t.Errorf("%v is %d, want %d", n, got, want)
			}
		}
		if l.Time(limits.ConnectTimeout) != 10*time.Second || l.Int(limits.Fragments) != 65536 || l.Hits(limits.Fragments) != 0 {
			t.Error("the limits read wrongly in other forms")
		}
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	l := &limits.Limits{}
	l.Set(limits.Fragments, 7)
	l.SetTime(limits.CallTimeout, time.Hour)
	l.Set(limits.Profiles, limits.Unlimited)
	if l.Int(limits.Fragments) != 7 || l.Time(limits.CallTimeout) != time.Hour || l.Get(limits.Profiles) != 1<<63-1 || l.Int(limits.Profiles) != 1<<31-1 {
		t.Errorf("got %d, %v, %d", l.Int(limits.Fragments), l.Time(limits.CallTimeout), l.Get(limits.Profiles))
	}
	l.Set(limits.Fragments, 0)
	if l.Int(limits.Fragments) != 65536 {
		t.Errorf("the default does not come back: %d", l.Int(limits.Fragments))
	}
}

// An error names the limit, its value, what exceeded it, and the option; it is counted.
func TestExceeded(t *testing.T) {
	t.Parallel()
	l := &limits.Limits{}
	for _, c := range []struct {
		n    limits.Name
		got  int64
		want string
	}{
		{limits.MessageSize, 70 << 20, "limit message-size of 67108864 octets exceeded: got 73400320 octets (octets of a message, reassembled from its fragments; raise it with the option message-size)"},
		{limits.Fragments, 0, "limit fragments of 65536 exceeded (fragments of a message; raise it with the option fragments)"},
		{limits.CallTimeout, 0, "limit call-timeout of 1m0s exceeded (time a call may take when its context has no deadline; raise it with the option call-timeout)"},
		{limits.BodyRate, 5, "limit body-rate of 1024 octets a second exceeded: got 5 octets a second"},
	} {
		if got := l.Exceeded(c.n, c.got).Error(); !strings.HasPrefix(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if l.Hits(c.n) != 1 {
			t.Errorf("%v was counted %d times", c.n, l.Hits(c.n))
		}
	}
	var none *limits.Limits
	if e := none.Exceeded(limits.Forwards, 9); e.Limit != 8 || e.Got != 9 || e.Name != limits.Forwards {
		t.Errorf("got %+v", e)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				_ = l.Exceeded(limits.Profiles, 1)
			}
		})
	}
	all.Wait()
	if l.Hits(limits.Profiles) != 800 {
		t.Errorf("%d of 800 counted", l.Hits(limits.Profiles))
	}
}
