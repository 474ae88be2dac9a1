package poa_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var workerInterface = &orb.Interface{ID: "IDL:Worker:1.0"}

// A worker is a servant whose one operation, work, does what do does and returns the worker's name.
type worker struct {
	name string
	do   func(ctx context.Context) error // nil: nothing
}

func (*worker) Interface() *orb.Interface { return workerInterface }
func (w *worker) Implementation() any     { return w }
func (w *worker) Dispatch(r *orb.ServerRequest) bool {
	if r.Operation() != "work" {
		return false
	}
	if r.Decoded() {
		var err error
		if w.do != nil {
			err = w.do(r.Context())
		}
		if r.Returned(err) {
			r.Out.String(w.name)
		}
	}
	return true
}

// work calls the object that ref refers to.
func work(ctx context.Context, ref *orb.Ref) (string, error) {
	c := orb.StartCall(ctx, ref, "work", 0)
	for c.Next() {
	}
	name := ""
	if c.Returned() {
		name = c.In.String()
	}
	return name, c.End()
}

// newORB returns an ORB of which all stays in this process, so that its time may be virtual.
func newORB(t testing.TB, l *limits.Limits) (*orb.ORB, *poa.Root) {
	t.Helper()
	o, err := orb.New(orb.Config{
		Transports: transport.Set{mem.New()}, Listen: []string{"mem:here:1"}, Limits: l,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shutdown(t, o) })
	return o, poa.New(o)
}

// newNetworkORB returns an ORB that others reach over TCP.
func newNetworkORB(t testing.TB) (*orb.ORB, *poa.Root) {
	t.Helper()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shutdown(t, o) })
	return o, poa.New(o)
}

func shutdown(t testing.TB, o *orb.ORB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := o.Shutdown(ctx); err != nil {
		t.Errorf("shutdown: %v", err)
	}
}

// must returns v of a call that must not fail.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func mustAdapter(t testing.TB, parent *poa.POA, name string, opt poa.Options) *poa.POA {
	t.Helper()
	return must[*poa.POA](t)(parent.Create(name, opt))
}

// is reports whether err is the system exception of a kind with a minor code.
func is(err error, k exc.Kind, minor uint32) bool {
	var sys *exc.SystemException
	return errors.As(err, &sys) && sys.Kind == k && sys.Minor == minor
}
