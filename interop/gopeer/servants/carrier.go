package servants

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/interop/gen/graphs"
	"github.com/opendsom/dsom/interop/gen/parcels"
	"github.com/opendsom/dsom/orb"
)

// carrier is the object of custom.idl.
type carrier struct{ parcels.CarrierBase }

// Parcel is a parcel that marshals itself, as custom.idl has it.
type Parcel struct{ parcels.ParcelState }

// MarshalCustom writes the state.
func (p *Parcel) MarshalCustom(e *cdr.Encoder) error {
	e.ULong(uint32(len(p.Goods)))
	e.Longs(p.Goods)
	e.Boolean(p.Sealed)
	e.String(p.Label)
	e.Double(p.Weight)
	var tag cdr.Value
	if p.Tag != nil {
		tag = p.Tag
	}
	e.Value(tag, nil) // as write_Value does: the stream declares no type
	return e.Err()
}

// UnmarshalCustom reads the state.
func (p *Parcel) UnmarshalCustom(d *cdr.Decoder) error {
	p.Goods = make([]int32, d.Count(4))
	d.Longs(p.Goods)
	p.Sealed = d.Boolean()
	p.Label = d.String()
	p.Weight = d.Double()
	switch tag := d.Value(graphs.LeafType.ValueType()).(type) {
	case nil:
	case graphs.Leaf:
		p.Tag = tag
	default:
		return fmt.Errorf("the tag of a parcel is a %T", tag)
	}
	return d.Err()
}

var _ parcels.Parcel = (*Parcel)(nil)

// KnowParcels tells o how to make the values of custom.idl that need it.
func KnowParcels(o *orb.ORB) {
	parcels.ParcelType.Register(o, func() parcels.Parcel { return new(Parcel) })
}

func (*carrier) Carry(_ context.Context, p, again parcels.Parcel) (parcels.Parcel, parcels.Parcel, bool, error) {
	return p, again, p == again, nil
}
func (*carrier) CarryCrate(_ context.Context, c parcels.Crate) (parcels.Crate, error) { return c, nil }
func (*carrier) CarryAny(_ context.Context, a dyn.Any) (dyn.Any, error)               { return a, nil }
