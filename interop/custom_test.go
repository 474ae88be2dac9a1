package interop_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gen/parcels"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/gopeer/servants"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/orb"
)

// A wrongParcel marshals itself in another way than custom.idl has it.
type wrongParcel struct {
	servants.Parcel
	read  func(*wrongParcel, *cdr.Decoder) error
	write func(*wrongParcel, *cdr.Encoder) error
}

func (p *wrongParcel) UnmarshalCustom(d *cdr.Decoder) error { return p.read(p, d) }
func (p *wrongParcel) MarshalCustom(e *cdr.Encoder) error   { return p.write(p, e) }

// know has o make such parcels of those that arrive.
func (p wrongParcel) know(o *orb.ORB) {
	parcels.ParcelType.Register(o, func() parcels.Parcel { return &wrongParcel{read: p.read, write: (*wrongParcel).well} })
}

func (p *wrongParcel) well(e *cdr.Encoder) error { return p.Parcel.MarshalCustom(e) }

// goods reads no more than what stands first.
func (p *wrongParcel) goods(d *cdr.Decoder) error {
	p.Goods = make([]int32, d.Count(4))
	d.Longs(p.Goods)
	return d.Err()
}

// greedy reads more than there is.
func (p *wrongParcel) greedy(d *cdr.Decoder) error {
	if err := p.Parcel.UnmarshalCustom(d); err != nil {
		return err
	}
	d.ULongLong()
	return d.Err()
}

// astray takes what stands first for the length of a string.
func (p *wrongParcel) astray(d *cdr.Decoder) error {
	d.ULong()
	p.Label = d.String()
	return d.Err()
}

var errRefused = errors.New("no parcels are taken here")

// wrongReaders are what may be wrong with code that reads a value, and whether the call fails for it.
var wrongReaders = map[string]struct {
	read  func(*wrongParcel, *cdr.Decoder) error
	fails bool
}{
	"too little":  {(*wrongParcel).goods, false},
	"nothing":     {func(*wrongParcel, *cdr.Decoder) error { return nil }, false},
	"too much":    {(*wrongParcel).greedy, true},
	"other types": {(*wrongParcel).astray, true},
	"an error":    {func(*wrongParcel, *cdr.Decoder) error { return errRefused }, true},
}

// TestCustomReadWrong lets this project's code read values that JacORB, GlassFish's ORB and itself have sent, as requests and as
// replies, wrongly. What it does not read is skipped, and what stands behind it is read all the same; what it reads too much
// of is MARSHAL for that call, and the connection goes on.
func TestCustomReadWrong(t *testing.T) {
	t.Parallel()
	for name, wrong := range wrongReaders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := gopeer.Start(t, gopeer.Options{})
			testReplyWrong(t, s.IOR, wrongParcel{read: wrong.read}, wrong.fails)
		})
	}
	for _, o := range javaORBs {
		t.Run(o.peer.Name, func(t *testing.T) {
			t.Parallel()
			jvm := o.build(t, &tally)
			s := jvm.Start(t, java.Options{})
			for name, wrong := range wrongReaders {
				t.Run(name+", replies", func(t *testing.T) {
					// JacORB sends such values without chunks, whatever the specification says: nobody can skip what is not read.
					testReplyWrong(t, s.IOR, wrongParcel{read: wrong.read}, wrong.fails || o.peer.Name == jacorb.Peer.Name)
				})
			}
			t.Run("too much, requests", func(t *testing.T) {
				server := gopeer.Start(t, gopeer.Options{})
				wrongParcel{read: (*wrongParcel).greedy}.know(server.ORB.ORB)
				r := jvm.Run(t, java.Options{}, server.IOR, "custom", "ping", "leaf")
				if !slices.Equal(r.Names(peer.Fail), []string{"custom"}) || !slices.Equal(slices.Sorted(slices.Values(r.Names(peer.OK))), []string{"leaf", "ping"}) {
					t.Errorf("got\n%v", r)
				}
			})
			t.Run("too little written", func(t *testing.T) { testWriteWrong(t, s.IOR) })
		})
	}
}

func carrierAt(t *testing.T, o *orb.ORB, url string) (interop.Calls, parcels.Carrier) {
	t.Helper()
	ctx := t.Context()
	hub, err := interop.HubClass.Bind(ctx, o, url)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := hub.Lookup(ctx, "custom")
	if err != nil {
		t.Fatal(err)
	}
	calls, errCalls := hub.Traffic(ctx)
	carrier, err := parcels.CarrierClass.Narrow(ctx, ref)
	if err := errors.Join(err, errCalls); err != nil {
		t.Fatal(err)
	}
	return calls, carrier
}

// testReplyWrong has this project's client read the parcels in a reply wrongly.
func testReplyWrong(t *testing.T, url string, wrong wrongParcel, fails bool) {
	t.Helper()
	ctx, o := t.Context(), gopeer.NewORB(t, gopeer.Options{})
	calls, carrier := carrierAt(t, o.ORB, url)
	wrong.know(o.ORB)
	sent := &servants.Parcel{ParcelState: parcels.ParcelState{Label: "a label", Goods: []int32{1 << 30, 2, 3}}}
	got, again, same, err := carrier.Carry(ctx, sent, sent)
	switch {
	case fails:
		if !errors.Is(err, exc.Marshal) {
			t.Errorf("got %v, %v, want MARSHAL", got, err)
		}
	case err != nil || !same || got == nil || got != again:
		t.Errorf("got %v, %v, %v, %v: what stands behind a value is read wrongly", got, again, same, err)
	}
	if err := calls.Ping(ctx); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

// testWriteWrong has this project's client write less than its peer reads. What the peer says to that is its own affair; this
// side gets an exception, and the next call goes well.
func testWriteWrong(t *testing.T, url string) {
	t.Helper()
	ctx, o := t.Context(), gopeer.NewORB(t, gopeer.Options{})
	calls, carrier := carrierAt(t, o.ORB, url)
	servants.KnowParcels(o.ORB)
	short := &wrongParcel{write: func(_ *wrongParcel, e *cdr.Encoder) error { e.ULong(7); return nil }}
	_, _, _, err := carrier.Carry(ctx, short, nil)
	if sys := (*exc.SystemException)(nil); !errors.As(err, &sys) {
		t.Errorf("got %v, want an exception", err)
	}
	if err := calls.Ping(ctx); err != nil {
		t.Errorf("the next call: %v", err)
	}
}
