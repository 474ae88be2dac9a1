package interop_test

import (
	"context"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// TestExceptionRelayed passes an exception in an any, as omniORB 4.2 writes it, on to the ORBs in Java, which read the standard's form alone, and to omniORB, which reads its own alone.
func TestExceptionRelayed(t *testing.T) {
	t.Parallel()
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Shutdown(context.Background()) })
	want := interop.RefusedType.Any(interop.Refused{Code: 5, Why: "in an any"})
	e := cdr.NewEncoder(nil, true, o.Env())
	typecode.Put(e, want.Type())
	e.Long(5)
	e.String("in an any")
	d := cdr.NewDecoder(e.Bytes(), true, o.Env())
	came := dyn.GetAny(d)
	if d.Err() != nil || !dyn.Equal(came, want) {
		t.Fatalf("got %v, %v", came.Value(), d.Err())
	}
	check := func(t *testing.T, url string) {
		hub, err := interop.HubClass.Bind(t.Context(), o, url)
		if err != nil {
			t.Fatal(err)
		}
		anys, err := hub.AnyValues(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := anys.MirrorAny(t.Context(), came); err != nil || !dyn.Equal(got, want) {
			t.Errorf("got %v, %v", got.Value(), err)
		}
	}
	for _, j := range javaORBs {
		t.Run(j.peer.Name, func(t *testing.T) {
			t.Parallel()
			check(t, j.build(t, &tally).Start(t, java.Options{Version: "1.2"}).IOR)
		})
	}
	t.Run("omniORB", func(t *testing.T) {
		t.Parallel()
		check(t, omniorb.Build(t, &tally).Start(t, omniorb.Options{Version: "1.2"}).IOR)
	})
}
