package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server/lease"
)

// aCounter holds a lease in this process, and tells what f returns.
func aCounter(t *testing.T, d *daemon.Daemon, name string, f func() admin.Counts) {
	t.Helper()
	l, err := lease.Connect(lease.Config{State: d.State(), Name: name, Create: true, Endpoints: []string{"tcp:127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	if f != nil {
		l.Counts(f)
	}
	if err := l.Granted(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close(context.Background()) })
}

// TestCounts holds that servers are asked when somebody looks, that what they tell is theirs alone, and that one that does not answer
// holds nobody up for long, and only once.
func TestCounts(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	const wait = 5 * time.Second // which the deaf use up
	daemon.WaitForCounts(d, wait)
	c := client(t, d)
	aCounter(t, d, "bank", func() admin.Counts {
		return admin.Counts{Operations: []admin.OperationCalls{
			{Server: "a name of another", Interface: "IDL:B:1.0", Operation: "deposit", Calls: 3, Raised: 1, Failed: 1, Took: []uint64{1, 0, 2}, Seconds: 0.5},
		}, Connections: []admin.Connection{{Server: "likewise", Peer: "1.2.3.4:5", Calls: 7}}, Open: 2}
	})
	aCounter(t, d, "deaf", nil)
	begin := time.Now()
	got, err := c.Calls(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []admin.OperationCalls{{Server: "bank", Interface: "IDL:B:1.0", Operation: "deposit", Calls: 3, Raised: 1, Failed: 1, Took: []uint64{1, 0, 2}, Seconds: 0.5}}
	if !cmp.Equal(got.Operations, want) {
		t.Error(cmp.Diff(want, got.Operations))
	}
	if !cmp.Equal(got.Silent, []string{"deaf"}) {
		t.Errorf("silent: %q", got.Silent)
	}
	first := time.Since(begin)
	begin = time.Now()
	conns, err := c.Connections(t.Context())
	if err != nil || len(conns.Connections) != 1 || conns.Connections[0].Server != "bank" || conns.Open["bank"] != 2 {
		t.Errorf("got %+v, %v", conns, err)
	}
	if second := time.Since(begin); first > time.Minute || second >= wait {
		t.Errorf("the first look took %v, the second %v", first, second)
	}
}

// TestBadCounts holds that what a server tells beyond all bounds is refused, and what it told before stands.
func TestBadCounts(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	c := client(t, d)
	stream, err := c.Lease(t.Context(), admin.Registration{Name: "bad", Create: true, Incarnation: "x", Endpoints: []string{"tcp:127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	m, err := stream.Next()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Count(t.Context(), m.Lease, admin.Counts{Operations: []admin.OperationCalls{{Operation: "good", Calls: 1}}}); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]admin.Counts{
		"operations":  {Operations: make([]admin.OperationCalls, admin.MaxCountedOperations+1)},
		"connections": {Connections: make([]admin.Connection, admin.MaxCountedConnections+1)},
		"spans":       {Operations: []admin.OperationCalls{{Took: make([]uint64, orb.CallBuckets+1)}}},
		"infinite":    {Operations: []admin.OperationCalls{{Operation: "x", Seconds: 1e308}}},
		"negative":    {Operations: []admin.OperationCalls{{Operation: "x", Seconds: -1e-9}}},
		"calls":       {Operations: []admin.OperationCalls{{Operation: "x", Calls: 1 << 63}}},
		"raised":      {Operations: []admin.OperationCalls{{Operation: "x", Raised: 1<<53 + 1}}},
		"failed":      {Operations: []admin.OperationCalls{{Operation: "x", Failed: 1<<64 - 1}}},
		"a span":      {Operations: []admin.OperationCalls{{Operation: "x", Took: []uint64{1<<64 - 1}}}},
		"received":    {Connections: []admin.Connection{{Received: -1}}},
		"sent":        {Connections: []admin.Connection{{Sent: 1<<63 - 1}}},
		"open":        {Open: -1},
		"octets":      {Operations: []admin.OperationCalls{{Operation: strings.Repeat("x", admin.MaxRequest)}}},
	} {
		if err := c.Count(t.Context(), m.Lease, r); !errors.Is(err, &admin.Error{Code: admin.CodeInvalid}) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	got, err := c.Calls(t.Context())
	if err != nil || len(got.Operations) != 1 || got.Operations[0].Operation != "good" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestCountsAddUp holds that a server's counters go up alone: what processes that have ended have told stays in the sum, as long as there is the server,
// and the sum is a number whatever they have told.
func TestCountsAddUp(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	c, ctx := client(t, d), t.Context()
	life := func(most admin.OperationCalls) {
		stream, err := c.Lease(ctx, admin.Registration{Name: "bank", Create: true, Incarnation: "x", Endpoints: []string{"tcp:127.0.0.1:1"}})
		if err != nil {
			t.Fatal(err)
		}
		m, err := stream.Next()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Count(ctx, m.Lease, admin.Counts{Operations: []admin.OperationCalls{most, most}}); err != nil {
			t.Fatal(err)
		}
		_ = stream.Close()
		eventually(t, "the lease has ended", func() bool {
			s, err := c.Server(ctx, "bank")
			return err == nil && s.Run.State == admin.StateStopped
		})
	}
	got := func() []admin.OperationCalls {
		all, err := c.Calls(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return all.Operations
	}
	life(admin.OperationCalls{Operation: "x", Calls: 3, Took: []uint64{1, 2}, Seconds: 0.5})
	life(admin.OperationCalls{Operation: "x", Calls: 4, Failed: 1, Took: []uint64{3, 0, 1}, Seconds: 0.25})
	if all, want := got(), []admin.OperationCalls{{Server: "bank", Operation: "x", Calls: 14, Failed: 2, Took: []uint64{8, 4, 2}, Seconds: 1.5}}; !cmp.Equal(all, want) {
		t.Error(cmp.Diff(want, all))
	}
	const most = 1 << 53
	life(admin.OperationCalls{Operation: "x", Calls: most, Raised: most, Failed: most, Took: []uint64{most}, Seconds: most})
	if all, want := got(), []admin.OperationCalls{{Server: "bank", Operation: "x", Calls: most, Raised: most, Failed: most, Took: []uint64{most, 4, 2}, Seconds: most}}; !cmp.Equal(all, want) {
		t.Error(cmp.Diff(want, all))
	}
	if err := c.Remove(ctx, "bank", false); err != nil {
		t.Fatal(err)
	}
	if all := got(); len(all) != 0 {
		t.Errorf("of a server that was removed: %+v", all)
	}
}

// TestMetrics holds the text that Prometheus reads: hostile names are escaped, a histogram adds up, and what there is too much of is
// one for each server.
func TestMetrics(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	daemon.WaitForCounts(d, time.Minute)
	aCounter(t, d, "bank", func() admin.Counts {
		return admin.Counts{Operations: []admin.OperationCalls{
			{Interface: "IDL:\"\\\n\xff:1.0", Operation: "a", Calls: 6, Raised: 2, Failed: 1, Took: []uint64{0, 1, 0, 0, 0, 2, 27: 0}[:27], Seconds: 0.25},
			{Interface: "IDL:B:1.0", Operation: strings.Repeat("long", 1000), Calls: 1, Took: append(make([]uint64, 26), 3)},
		}}
	})
	many := func(prefix string) func() admin.Counts {
		var r admin.Counts
		for i := range 1500 {
			r.Operations = append(r.Operations, admin.OperationCalls{Operation: fmt.Sprint(prefix, i), Calls: 2, Failed: 1})
		}
		return func() admin.Counts { return r }
	}
	aCounter(t, d, "crowd1", many("a"))
	aCounter(t, d, "crowd2", many("b"))
	status, text := request(t, d, "GET", "/v1/metrics", d.Access().Token, "")
	if status != 200 {
		t.Fatal(status, text)
	}
	for _, want := range []string{
		"# TYPE dsom_calls_total counter\n",
		`dsom_calls_total{server="bank",interface="IDL:\"\\\n` + "\uFFFD" + `:1.0",operation="a"} 6` + "\n",
		`operation="a",kind="user"} 2` + "\n", `operation="a",kind="system"} 1` + "\n",
		`operation="a",le="1.6e-05"} 1` + "\n", `operation="a",le="6.4e-05"} 3` + "\n", `operation="a",le="+Inf"} 3` + "\n",
		`dsom_server_up{server="bank"} 1` + "\n", `dsom_servers{state="ready"} 3` + "\n", "dsom_servers_silent 0\n",
		`server="crowd2",interface="",operation="_OTHER"}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(text, strings.Repeat("long", 100)) {
		t.Error("a label is as long as its server wanted it")
	}
	seen, calls := map[string]bool{}, 0
	for line := range strings.Lines(text) {
		at := strings.LastIndexByte(line, ' ')
		if !strings.HasPrefix(line, "#") && seen[line[:at]] {
			t.Errorf("twice: %s", line)
		}
		seen[line[:at]] = true
		if strings.HasPrefix(line, "dsom_calls_total{") {
			calls++
		}
	}
	if calls > 500+3 {
		t.Errorf("%d operations are told apart", calls)
	}
}
