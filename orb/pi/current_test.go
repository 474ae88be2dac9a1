package pi_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/pi"
)

// text returns the string in a slot, "" for none.
func text(a dyn.Any, err error) string {
	if err != nil {
		return err.Error()
	}
	if a.IsNull() {
		return ""
	}
	s, err := dyn.String.From(a)
	if err != nil {
		return err.Error()
	}
	return s
}

// transfer is a service that hands the text in a slot from clients to servants, as a security or transaction service does.
type transfer struct {
	slot    pi.SlotID
	own     pi.SlotID // set in calls of the service's own
	codec   *pi.Codec
	current *pi.Current
	d       *diary
	audit   func() *orb.Ref // called by the client's interceptor, if set
}

func (x *transfer) PreInit(i *pi.InitInfo) (err error) {
	if x.slot, err = i.AllocateSlot(); err != nil {
		return err
	}
	if x.own, err = i.AllocateSlot(); err != nil {
		return err
	}
	if x.codec, err = i.CodecFactory().CreateCodec(pi.Encoding{Major: 1, Minor: 2}); err != nil {
		return err
	}
	x.current = i.Current()
	if _, err := x.current.GetSlot(context.Background(), x.slot); brief(err) != "BAD_INV_ORDER:14 completed NO" {
		return fmt.Errorf("the slots can be used before there is an ORB: %w", err)
	}
	return must(i.AddClientRequestInterceptor(clientAt{pi.Base{ID: "transfer"}, x.client}), i.AddServerRequestInterceptor(serverAt{pi.Base{ID: "transfer"}, x.server}))
}

func (x *transfer) PostInit(*pi.InitInfo) error { return nil }

const transferContext = 0x44530009

func (x *transfer) client(ctx context.Context, i *pi.ClientRequestInfo) error {
	a, err := i.GetSlot(x.slot)
	if err != nil || i.Point() != pi.AtSendRequest {
		x.d.note("%v %s, thread %s", i.Point(), text(a, err), text(x.current.GetSlot(ctx, x.slot)))
		return err
	}
	if own, err := i.GetSlot(x.own); err != nil || !own.IsNull() {
		x.d.note("own call")
		return err
	}
	if x.audit != nil {
		if err := x.current.SetSlot(ctx, x.own, dyn.Boolean.Any(true)); err != nil {
			return err
		}
		if err := call(ctx, x.audit(), "ok"); err != nil {
			return err
		}
	}
	// What the interceptor does to its own scope is not the request's.
	if err := x.current.SetSlot(ctx, x.slot, dyn.String.Any("interceptor's")); err != nil {
		return err
	}
	if a.IsNull() {
		return nil
	}
	c, err := x.codec.ServiceContext(transferContext, a)
	if err != nil {
		return err
	}
	return i.AddRequestServiceContext(c, false)
}

func (x *transfer) server(ctx context.Context, i *pi.ServerRequestInfo) error {
	if i.Point() == pi.AtReceiveRequestServiceContexts {
		c, err := i.GetRequestServiceContext(transferContext)
		if err != nil { // a client without the service
			return nil
		}
		a, err := x.codec.DecodeValue(c.Data, dyn.String.TypeCode())
		if err != nil {
			return err
		}
		return i.SetSlot(x.slot, a)
	}
	x.d.note("%v %s", i.Point(), text(i.GetSlot(x.slot)))
	return nil
}

// TestCurrent holds how slots travel: from the client's context to its request, by a service context to the server's
// request, from there to the servant's context, its own calls, and back to the ending points.
func TestCurrent(t *testing.T) {
	t.Parallel()
	for _, local := range []bool{false, true} {
		d := new(diary)
		service := &transfer{d: d}
		o, current := newORB(t, true, service)
		last := activate(t, o, &servant{do: func(ctx context.Context, op string) error {
			d.note("last has %s", text(service.current.GetSlot(ctx, service.slot)))
			return nil
		}})
		first := activate(t, o, &servant{do: func(ctx context.Context, op string) error {
			d.note("first has %s", text(service.current.GetSlot(ctx, service.slot)))
			if err := call(ctx, last, "ok"); err != nil {
				return err
			}
			return service.current.SetSlot(ctx, service.slot, dyn.String.Any("servant's"))
		}})
		from, cs, ref := service, current, first
		if !local {
			from = &transfer{d: new(diary)}
			var co *orb.ORB
			co, cs = newORB(t, false, from)
			ref = co.NewRef(first.IOR())
		}
		ctx, err := cs.Current().WithSlot(t.Context(), from.slot, dyn.String.Any("client's"))
		if err != nil {
			t.Fatal(err)
		}
		if err := call(ctx, ref, "ok"); err != nil {
			t.Fatal(err)
		}
		serverSide := "receive_request client's; first has client's; receive_request client's; last has client's; send_reply client's; " +
			"receive_reply client's, thread interceptor's; send_reply servant's"
		want := serverSide
		if local {
			want += "; receive_reply client's, thread interceptor's"
		}
		if got := d.take(); got != want {
			t.Errorf("local=%v: got\n%s, want\n%s", local, got, want)
		}
		if got := text(cs.Current().GetSlot(ctx, from.slot)); got != "client's" {
			t.Errorf("local=%v: the client's context has %s", local, got)
		}

		// Without anything in the slot nothing reaches the servant, not even within the process.
		if err := call(t.Context(), ref, "ok"); err != nil {
			t.Fatal(err)
		}
		want = "receive_request ; first has ; receive_request ; last has ; send_reply ; receive_reply , thread interceptor's; send_reply servant's"
		if local {
			want += "; receive_reply , thread interceptor's"
		}
		if got := d.take(); got != want {
			t.Errorf("local=%v: got\n%s, want\n%s", local, got, want)
		}
	}
}

// TestLocalSlotsWithoutInterceptors holds that a servant in the client's process does not get the client's slots, though
// nobody intercepts.
func TestLocalSlotsWithoutInterceptors(t *testing.T) {
	t.Parallel()
	var slot pi.SlotID
	o, s := newORB(t, true, initializer{pre: func(i *pi.InitInfo) (err error) {
		slot, err = i.AllocateSlot()
		return err
	}})
	saw := "?"
	ref := activate(t, o, &servant{do: func(ctx context.Context, _ string) error {
		saw = text(s.Current().GetSlot(ctx, slot))
		return nil
	}})
	ctx, err := s.Current().WithSlot(t.Context(), slot, dyn.String.Any("client's"))
	if err != nil {
		t.Fatal(err)
	}
	if err := call(ctx, ref, "ok"); err != nil || saw != "" {
		t.Errorf("the servant saw %q, %v", saw, err)
	}
}

// TestSlotsAreCopied: a request has the slots that its thread had when it began, whatever is put there afterwards.
func TestSlotsAreCopied(t *testing.T) {
	t.Parallel()
	var slot pi.SlotID
	d := new(diary)
	o, s := newORB(t, true, initializer{pre: func(i *pi.InitInfo) (err error) {
		slot, err = i.AllocateSlot()
		return must(err, i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error {
			d.note("%v %s", i.Point(), text(i.GetSlot(slot)))
			return nil
		}}))
	}})
	ctx, err := s.Current().WithSlot(t.Context(), slot, dyn.String.Any("before"))
	if err != nil {
		t.Fatal(err)
	}
	ref := activate(t, o, &servant{do: func(context.Context, string) error { // the thread's ctx, not the servant's own
		return s.Current().SetSlot(ctx, slot, dyn.String.Any("after"))
	}})
	for range 2 {
		if err := call(ctx, ref, "ok"); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := d.take(), "send_request before; receive_reply before; send_request after; receive_reply after"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestOwnCalls holds that an interceptor can make calls, and tell its own from the program's by a slot.
func TestOwnCalls(t *testing.T) {
	t.Parallel()
	d := new(diary)
	s := &transfer{d: d}
	o, _ := newORB(t, true, s)
	audit := activate(t, o, new(servant))
	s.audit = func() *orb.Ref { return audit }
	if err := call(t.Context(), activate(t, o, new(servant)), "ok"); err != nil {
		t.Fatal(err)
	}
	want := "own call; receive_request ; send_reply ; receive_reply , thread ; receive_request ; send_reply ; receive_reply , thread interceptor's"
	if got := d.take(); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

// TestInvalidSlots holds what is refused.
func TestInvalidSlots(t *testing.T) {
	t.Parallel()
	_, s := newORB(t, false, initializer{pre: func(i *pi.InitInfo) error {
		for want := range pi.SlotID(3) {
			if id, err := i.AllocateSlot(); err != nil || id != want {
				t.Errorf("got slot %d, %v", id, err)
			}
		}
		return nil
	}})
	c := s.Current()
	ctx, err := c.WithSlot(t.Context(), 2, dyn.String.Any("there"))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []pi.SlotID{3, 1 << 31, 1<<32 - 1} {
		var invalid *pi.InvalidSlot
		if _, err := c.GetSlot(ctx, id); !errors.As(err, &invalid) {
			t.Errorf("get %d: %v", id, err)
		}
		if err := c.SetSlot(ctx, id, dyn.Any{}); !errors.As(err, &invalid) {
			t.Errorf("set %d: %v", id, err)
		}
		if err := c.SetSlot(t.Context(), id, dyn.Any{}); !errors.As(err, &invalid) {
			t.Errorf("set %d without slots: %v", id, err)
		}
		if _, err := c.WithSlot(ctx, id, dyn.Any{}); !errors.As(err, &invalid) {
			t.Errorf("with %d: %v", id, err)
		}
	}
	if err := c.SetSlot(t.Context(), 0, dyn.Any{}); brief(err) != "BAD_INV_ORDER:14 completed NO" {
		t.Errorf("a context without slots: %v", err)
	}
	if got := text(c.GetSlot(ctx, 0)) + text(c.GetSlot(t.Context(), 2)); got != "" {
		t.Errorf("nothing was set, got %q", got)
	}
}
