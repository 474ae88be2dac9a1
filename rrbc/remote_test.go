package rrbc_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
)

// TestRemote is row R34: clients and servers of the two releases call each other over the wire.
func TestRemote(t *testing.T) {
	t.Parallel()
	p := &pair{row: &rows[slices.IndexFunc(rows, func(r row) bool { return r.id == "R34" })]}
	p.one, p.two = releases(t, draw(seedOf(t), p.row))
	for _, c := range []struct {
		name           string
		client, server *release
	}{{"old to new", p.one, p.two}, {"new to old", p.two, p.one}, {"new to new", p.two, p.two}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			remote(t, c.client, c.server)
		})
	}
}

// remote calls all methods that a client of one release knows of a server of the other.
func remote(t *testing.T, client, server *release) {
	ref := serve(t, server)
	known := operations(server)
	calls := 0
	for _, op := range operations(client) {
		s, err := dii.Of(op)
		if err != nil {
			t.Fatal(err)
		}
		n := client.random("remote " + op.Name).Int32N(1000)
		got, err := dii.Call(context.Background(), ref, s, dyn.Long.Any(n))
		if !slices.ContainsFunc(known, func(o *model.Operation) bool { return o.Name == op.Name }) {
			if !errors.Is(err, exc.BadOperation) {
				t.Errorf("%s, which the server has not: %v, %v", client.word(op.Name), got, err)
			}
			continue
		}
		does := server.code(server.class("Animal"), op.Name)
		if err != nil || got.Return.Value() != does.a*n+does.b {
			t.Errorf("%s(%d): %v, %v, want %d", client.word(op.Name), n, got, err, does.a*n+does.b)
		}
		calls++
	}
	if want := min(len(known), len(operations(client))); calls != want || want < 3 {
		t.Errorf("%d calls, want %d", calls, want)
	}
}

func operations(r *release) []*model.Operation { return r.class("Animal").Operations() }

// serve starts a server of a release, and answers a reference as its client has it.
func serve(t *testing.T, r *release) *orb.Ref {
	t.Helper()
	orbOf := func(c orb.Config) *orb.ORB {
		o, err := orb.New(c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := o.Shutdown(context.Background()); err != nil {
				t.Error(err)
			}
		})
		return o
	}
	server, client := orbOf(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}}), orbOf(orb.Config{})
	animal := *r.class("Animal")
	animal.Bases = nil // SOMObject's methods are no remote client's
	servant, err := dii.NewServant(&animal, func(_ context.Context, s *dii.Signature, args []dyn.Any) (dii.Results, error) {
		does := r.code(r.class("Animal"), s.Operation)
		n, _ := args[0].Value().(int32)
		return dii.Results{Return: dyn.Long.Any(does.a*n + does.b)}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	object, err := poa.New(server).Activate(servant)
	if err != nil {
		t.Fatal(err)
	}
	return client.NewRef(object.IOR())
}
