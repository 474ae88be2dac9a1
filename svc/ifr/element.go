package ifr

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/ifr"
)

// badType is the exception about a type that there is not.
func badType() error {
	return public(exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "there is no such type: strings have a bound above 0, arrays a length, fixed 1 to 31 digits, and elements are types of this repository"))
}

// elementOf returns the type that an object of this repository is.
func (r *repository) elementOf(ctx context.Context, elem ifr.IDLType) (*model.Type, error) {
	o, err := orb.ObjectOf(r.s.orb, elem)
	if err != nil {
		return nil, err
	}
	ref := orb.RefOf(o)
	if ref == nil {
		return nil, badType()
	}
	k, ok := ior.ParseKey([]byte(ref.ObjectKey()))
	if !ok || k.Server != r.s.orb.ServerID() || string(k.Adapter) != adapter {
		return nil, badType()
	}
	c, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	if t := c.o.x.parseType(string(k.ID)); t != nil {
		return t, nil
	}
	return nil, badType()
}
