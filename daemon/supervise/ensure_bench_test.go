package supervise_test

import (
	"os"
	"testing"

	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
)

// BenchmarkEnsure is what it costs to find a server that runs.
func BenchmarkEnsure(b *testing.B) {
	ctx, dir := b.Context(), b.TempDir()
	st, err := bbolt.Open(dir+"/dsom.db", bbolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	s, err := supervise.New(ctx, supervise.Options{Store: st, Logs: &capture.Keeper{Dir: dir}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	rec, err := s.Records().Add(ctx, implrepo.Record{Name: "bank", Command: []string{"/bin/x"}})
	if err != nil {
		b.Fatal(err)
	}
	self, err := process.Of(os.Getpid())
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Register(ctx, supervise.Registration{UUID: rec.UUID, ByHand: true, Incarnation: "i", Process: self, Endpoints: []string{"tcp:127.0.0.1:1"}}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Ensure(ctx, rec.UUID); err != nil {
			b.Fatal(err)
		}
	}
}
