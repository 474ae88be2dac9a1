package daemon

import (
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/svc/implrepo"
)

// TestGatheredStays has processes of a server end while somebody reads what was gathered of those before: that stays as it was, since it is read without a lock.
func TestGatheredStays(t *testing.T) {
	t.Parallel()
	r, server := &counts{}, implrepo.UUID{1}
	ends := func(lease, operation string) {
		t.Helper()
		r.open(lease, server)
		if err := r.take(lease, admin.Counts{Operations: []admin.OperationCalls{{Operation: operation, Calls: 1}}}); err != nil {
			t.Fatal(err)
		}
		r.close(lease)
	}
	ends("1", "b")
	ends("2", "b") // the two are put together, which leaves room behind them
	all := r.gather(t.Context())
	if len(all) != 1 || len(all[0].counts.Operations) != 1 {
		t.Fatalf("gathered are %+v", all)
	}
	done := make(chan struct{})
	go func() { ends("3", "a"); close(done) }() // which stands before it
	seen := all[0].counts.Operations[0]
	<-done
	for _, o := range []admin.OperationCalls{seen, all[0].counts.Operations[0]} {
		if o.Operation != "b" || o.Calls != 2 {
			t.Errorf("what was gathered is %+v now", o)
		}
	}
}
