package somd

import (
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// given1 is a reference as an object, nil at an error.
func given1(r som.Ref, err error) (som.Object, error) {
	if err != nil {
		return nil, err
	}
	return r, nil
}

var _ orb.Servant = (*servant)(nil)
