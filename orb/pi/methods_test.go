package pi_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/pi"
)

// pollster notes by which of its methods it is called.
type pollster struct {
	pi.Base
	d *diary
}

func (x pollster) SendRequest(context.Context, *pi.ClientRequestInfo) error {
	x.d.note("SendRequest")
	return nil
}
func (x pollster) SendPoll(context.Context, *pi.ClientRequestInfo) error {
	x.d.note("SendPoll")
	return nil
}
func (x pollster) ReceiveReply(_ context.Context, i *pi.ClientRequestInfo) error {
	_, err := i.GetRequestServiceContext(4711)
	x.d.note("ReceiveReply %s", brief(err))
	return nil
}
func (x pollster) ReceiveException(context.Context, *pi.ClientRequestInfo) error {
	x.d.note("ReceiveException")
	return nil
}
func (x pollster) ReceiveOther(_ context.Context, i *pi.ClientRequestInfo) error {
	_, err := i.ReceivedException()
	x.d.note("ReceiveOther %s", brief(err))
	return nil
}

// TestMethods: each point is a method of its own, and what is asked for at the wrong one is refused.
func TestMethods(t *testing.T) {
	t.Parallel()
	d := new(diary)
	o, _ := newORB(t, true, initializer{pre: func(i *pi.InitInfo) error { return i.AddClientRequestInterceptor(pollster{d: d}) }})
	ref := activate(t, o, new(servant))
	wrong, none := fmt.Sprintf("BAD_INV_ORDER:%d completed NO", exc.MinorPIPoint&0xfff), fmt.Sprintf("BAD_PARAM:%d completed NO", exc.MinorNoServiceContext&0xfff)
	for ctx, want := range map[context.Context]string{
		t.Context():               "SendRequest; ReceiveReply " + none,
		orb.WithPoll(t.Context()): "SendRequest; ReceiveOther " + wrong + "; SendPoll; ReceiveReply " + none,
	} {
		if err := call(ctx, ref, "ok"); err != nil {
			t.Fatal(err)
		}
		if got := d.take(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
