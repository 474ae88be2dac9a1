package cases

import (
	"slices"

	"github.com/opendsom/dsom/interop/gen/graphs"
	"github.com/opendsom/dsom/interop/gen/parcels"
	"github.com/opendsom/dsom/interop/gopeer/servants"
)

const (
	someGoods = 20
	manyGoods = 20_000
)

// Cases of custom.idl: valuetypes that marshal themselves.
var customCases = []testCase{
	{name: "custom", run: func(c *Client) {
		for _, p := range []*servants.Parcel{c.rnd.parcel(1 + c.rnd.upTo(someGoods)), c.rnd.parcel(0)} {
			got, again, _, err := c.carrier().Carry(c.ctx, p, nil)
			done(err)
			check(again == nil, "null came back as a parcel")
			sameParcel(got, p)
		}
	}},
	{name: "custom_shared", run: customShared},
	{name: "custom_large", run: func(c *Client) {
		p := c.rnd.parcel(manyGoods + c.rnd.upTo(1000))
		got, _, _, err := c.carrier().Carry(c.ctx, p, nil)
		done(err)
		sameParcel(got, p)
	}},
	{name: "custom_within", run: func(c *Client) {
		got := carried(c, c.rnd.parcel(c.rnd.upTo(someGoods)), c.rnd.parcel(c.rnd.upTo(someGoods)))
		check(got.First != got.Second, "two parcels came back as one")
		both := c.rnd.parcel(c.rnd.upTo(someGoods))
		got = carried(c, both, both)
		check(got.First == got.Second, "one parcel came back as two")
	}},
	{name: "custom_tag", run: func(c *Client) {
		a, b, tag := c.rnd.parcel(c.rnd.upTo(someGoods)), c.rnd.parcel(c.rnd.upTo(someGoods)), c.rnd.leaf()
		a.Tag, b.Tag = tag, tag
		got := carried(c, a, b)
		check(got.First.AsParcel().Tag == got.Second.AsParcel().Tag, "one tag came back as two")
	}},
	{name: "custom_any", run: func(c *Client) {
		p := c.rnd.parcel(c.rnd.upTo(someGoods))
		sameParcel(ok(parcels.ParcelType.From(ok(c.carrier().CarryAny(c.ctx, parcels.ParcelType.Any(p))))), p)
	}},
}

func (c *Client) carrier() parcels.Carrier {
	o := ok(c.Hub.Lookup(c.ctx, "custom"))
	if o == nil {
		panic(unsupported{"the server has no Parcels::Carrier"})
	}
	servants.KnowParcels(c.ORB)
	return ok(parcels.CarrierClass.Narrow(c.ctx, o))
}

func sameParcel(got parcels.Parcel, want *servants.Parcel) {
	check(got != nil, "null came back")
	g := got.AsParcel()
	check(g.Label == want.Label && g.Sealed == want.Sealed && g.Weight == want.Weight && slices.Equal(g.Goods, want.Goods), "got %+v, want %+v", g,
		want.ParcelState)
	sameTag(g.Tag, want.Tag)
}

func sameTag(got, want graphs.Leaf) {
	check((got == nil) == (want == nil), "got %v, want %v", got, want)
	if want != nil {
		equal(*got.AsLeaf(), *want.AsLeaf())
	}
}

func customShared(c *Client) {
	p := c.rnd.parcel(c.rnd.upTo(someGoods))
	got, again, same, err := c.carrier().Carry(c.ctx, p, p)
	done(err)
	check(same && got == again, "the same parcel came back as two")
	sameParcel(got, p)
	twin := &servants.Parcel{ParcelState: p.ParcelState}
	got, again, same, err = c.carrier().Carry(c.ctx, p, twin)
	done(err)
	check(!same && got != again, "two parcels came back as one")
	sameParcel(got, p)
	sameParcel(again, p)
}

// carried sends a crate of two parcels and checks what is in the crate that comes back.
func carried(c *Client, first, second *servants.Parcel) *parcels.CrateState {
	v := parcels.CrateState{Number: c.rnd.number(), First: first, Second: second, Note: c.rnd.text(10)}
	got := ok(c.carrier().CarryCrate(c.ctx, &v)).AsCrate()
	check(got.Number == v.Number && got.Note == v.Note, "got %+v", got)
	sameParcel(got.First, first)
	sameParcel(got.Second, second)
	return got
}
