package orb_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// TestHold holds that clients of an ORB that holds them are answered when they are let in,
// and not told before that their object does not exist.
func TestHold(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, func(c *orb.Config) { c.Hold = true })
	client := newClient(t, nil)
	answered := make(chan error, 1)
	go func() { // it is asked whether it is an Echo
		_, err := EchoClass.Bind(t.Context(), client, "corbaloc:iiop:1.2@"+o.Endpoints()[0].Address()+"/Echo")
		answered <- err
	}()
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
		t.Fatal(err)
	}
	own, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := EchoClass.Unchecked(own).Say(t.Context(), "at home"); s != "at home" || err != nil {
		t.Errorf("within the process: got %q, %v", s, err)
	}
	if n := o.Connections(); n != 0 {
		t.Errorf("%d clients are let in", n)
	}
	select {
	case err := <-answered:
		t.Fatalf("answered too soon: %v", err)
	default:
	}
	o.Accept()
	o.Accept()
	if err := <-answered; err != nil {
		t.Error(err)
	}
}

// TestHeldToTheEnd holds that an ORB that lets nobody in can be ended, and that who waited can tell.
func TestHeldToTheEnd(t *testing.T) {
	t.Parallel()
	o, _ := newORB(t, func(c *orb.Config) { c.Hold = true })
	client := newClient(t, nil)
	answered := make(chan error, 1)
	go func() {
		_, err := EchoClass.Bind(t.Context(), client, "corbaloc:iiop:1.2@"+o.Endpoints()[0].Address()+"/Echo")
		answered <- err
	}()
	if err := o.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	var sys *exc.SystemException
	if err := <-answered; !errors.As(err, &sys) || sys.Kind != exc.CommFailure && sys.Kind != exc.Transient {
		t.Errorf("got %v", err)
	}
}
