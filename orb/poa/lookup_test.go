package poa_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// named is a servant whose one operation, name, returns its name.
type named string

var namedInterface = &orb.Interface{ID: "IDL:Named:1.0"}

func (named) Interface() *orb.Interface { return namedInterface }
func (n named) Implementation() any     { return n }
func (n named) Dispatch(r *orb.ServerRequest) bool {
	if r.Operation() != "name" {
		return false
	}
	if r.Decoded() && r.Returned(nil) {
		r.Out.String(string(n))
	}
	return true
}

func newORB(t *testing.T, listen ...string) *orb.ORB {
	t.Helper()
	o, err := orb.New(orb.Config{Listen: listen, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := o.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return o
}

// TestLookup calls objects that were activated, that are looked up, and that are not there.
func TestLookup(t *testing.T) {
	t.Parallel()
	server, client := newORB(t, "tcp:127.0.0.1:0"), newORB(t)
	root := poa.New(server)
	p, err := root.Create("found", poa.Options{Lookup: func(id []byte) orb.Servant {
		if name, ok := strings.CutPrefix(string(id), "looked up "); ok {
			return named(name)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.ActivateWithID("looked up a", named("activated a")); err != nil {
		t.Fatal(err)
	}
	for _, o := range []*orb.ORB{server, client} {
		for id, want := range map[string]string{"looked up a": "activated a", "looked up b": "b", "other": ""} {
			ref, err := p.Reference(id, namedInterface)
			if err != nil {
				t.Fatal(err)
			}
			c := orb.StartCall(t.Context(), o.NewRef(ref.IOR()), "name", 0)
			for c.Next() {
			}
			got := ""
			if c.Returned() {
				got = c.In.String()
			}
			if err := c.End(); got != want || (want == "") != errors.Is(err, exc.ObjectNotExist) {
				t.Errorf("%s: got %q, %v, want %q", id, got, err, want)
			}
			if gone, err := o.NewRef(ref.IOR()).NonExistent(t.Context()); err != nil || gone != (want == "") {
				t.Errorf("%s: _non_existent: got %v, %v", id, gone, err)
			}
		}
	}
	if !p.Deactivate("looked up a") || p.Deactivate("looked up b") {
		t.Error("Deactivate is about activated objects alone")
	}
}
