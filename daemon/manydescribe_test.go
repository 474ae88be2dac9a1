package daemon_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/svc/ifr"
)

// TestManyServersDescribe has fifty servers get their leases and register their classes at the same time, a thousand where DSOM_SOAK is set: each has a class of its own, with what it needs, and the one
// that it descends from, which all have. All are there in the end, none is disputed, and what is asked meanwhile is answered.
func TestManyServersDescribe(t *testing.T) {
	t.Parallel()
	servers, root := 50, "interface SOMObject {};"
	if os.Getenv("DSOM_SOAK") != "" {
		servers, root = 1000, "#include <somobj.idl>"
	}
	d := open(t, quick(t.TempDir()))
	c, ctx := client(t, d), t.Context()
	packed := make([][]byte, servers)
	for i := range packed {
		var text strings.Builder
		fmt.Fprintf(&text, "%s\ninterface Shared : SOMObject { void ping(); };\nmodule M%d { struct P { long a; string b; sequence<long> c; }; exception E { string why; }; interface Dog%d : Shared {", root, i, i)
		for j := range 5 {
			fmt.Fprintf(&text, " P op%d(in string a, inout P q) raises(E);", j)
		}
		text.WriteString("}; };")
		packed[i] = packedIDL(t, text.String())
	}
	begun := time.Now()
	var all sync.WaitGroup
	var mu sync.Mutex
	var slowest time.Duration
	for i := range servers {
		all.Go(func() {
			stream, err := c.Lease(ctx, admin.Registration{Name: fmt.Sprint("s", i), Create: true, Incarnation: "x", Endpoints: []string{"tcp:127.0.0.1:1"}})
			if err != nil {
				t.Error(i, err)
				return
			}
			t.Cleanup(func() { _ = stream.Close() })
			m, err := stream.Next()
			if err != nil {
				t.Error(i, err)
				return
			}
			from := time.Now()
			if _, err := c.Describe(ctx, m.Lease, packed[i]); err != nil {
				t.Error(i, err)
			}
			took := time.Since(from)
			mu.Lock()
			defer mu.Unlock()
			slowest = max(slowest, took)
		})
	}
	all.Wait()
	registered := time.Since(begun)
	list, err := c.Specifications(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.Disputed != "" {
			t.Errorf("%s is disputed: %s", s.Name, s.Disputed)
		}
	}
	if len(list) != servers {
		t.Errorf("%d of %d servers are registered", len(list), servers)
	}
	listed := time.Since(begun) - registered
	spec, err := c.Specification(ctx)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := ifr.UnpackAll(spec)
	if err != nil {
		t.Fatal(err)
	}
	for i := range servers {
		if whole.Lookup(fmt.Sprintf("M%d::Dog%d::op4", i, i)) == nil {
			t.Errorf("the class of server %d is not there", i)
		}
	}
	t.Logf("%d servers: registered within %v, the slowest in %v; listed in %v; put together in %v", servers, registered, slowest, listed, time.Since(begun)-registered-listed)
}
