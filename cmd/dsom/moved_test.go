package main

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/transport"
)

// serves runs a server with one account in this process, and returns where it takes calls, the
// account's reference, and what ends it.
func serves(t *testing.T, state, name, listen string) (endpoint, url string, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	type place struct{ endpoint, url string }
	up, done := make(chan place, 1), make(chan error, 1)
	go func() {
		opt := server.Options{Name: name, State: state, Listen: []string{listen}}
		done <- server.Run(ctx, opt, func(_ context.Context, s *server.Server) error {
			ref, err := bank.AccountClass.ActivateWithID(s.Objects, "x", &purse{name: name})
			if err == nil {
				up <- place{s.ORB.Endpoints()[0].String(), ref.String()}
			}
			return err
		})
	}()
	stopped := false
	end = func() {
		cancel()
		if !stopped {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		stopped = true
	}
	t.Cleanup(end)
	select {
	case at := <-up:
		return at.endpoint, at.url, end
	case err := <-done:
		stopped = true
		t.Fatal(err)
	}
	return "", "", nil
}

// TestAnotherServerAtTheOldAddress holds that a client who comes to where a server was, and
// finds another there by now, gets to the right one.
func TestAnotherServerAtTheOldAddress(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Shutdown(context.Background()) }()
	_, url, _ := serves(t, state, "first", "tcp:127.0.0.1:0")
	other, _, _ := serves(t, state, "second", "tcp:127.0.0.1:0")
	at, err := transport.ParseEndpoint(other)
	if err != nil {
		t.Fatal(err)
	}
	// at the other, as if the client had been forwarded there once
	there := func(key string) bank.Account {
		p := ior.IIOP{Version: cdr.V12, Host: at.Host, Port: at.Port, Key: []byte(key)}
		return bank.AccountClass.Unchecked(o.NewRef(&ior.IOR{TypeID: bank.AccountClass.ID(), Profiles: []ior.Profile{p.Profile()}}))
	}
	ref, err := o.Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := there(ref.ObjectKey()).Name(t.Context()); err != nil || got != "first" {
		t.Errorf("got %q, %v, want the first", got, err)
	}
	nobody := ior.AppendKey(nil, ior.Key{Server: [16]byte{1}, Adapter: "objects", ID: []byte("x")})
	transient := ior.AppendKey(nil, ior.Key{Server: [16]byte{1}, Incarnation: 7, ID: []byte("x")})
	for _, key := range []string{string(nobody), string(transient), "nothing"} {
		if _, err := there(key).Name(t.Context()); !errors.Is(err, exc.ObjectNotExist) {
			t.Errorf("the key %q: got %v", key, err)
		}
	}
}
