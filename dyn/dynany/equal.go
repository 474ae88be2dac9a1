package dynany

import (
	"bytes"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// comparison knows which objects are taken for equal, because they are being compared.
type comparison struct{ open map[[2]*object]bool }

// equal compares values of equivalent types.
func (c *comparison) equal(a, b *Value) (bool, error) {
	if a.obj != nil && b.obj != nil {
		pair := [2]*object{a.obj, b.obj}
		if a.obj == b.obj || c.open[pair] {
			return true, nil
		}
		if a.obj.tc.ID() != b.obj.tc.ID() {
			return false, nil
		}
		if c.open == nil {
			c.open = map[[2]*object]bool{}
		}
		c.open[pair] = true
	} else if a.obj != b.obj {
		return false, nil
	}
	x, isOctets := a.plain.([]byte)
	if y, both := b.plain.([]byte); isOctets && both {
		return bytes.Equal(x, y), nil
	}
	as, err := a.components()
	if err != nil {
		return false, err
	}
	bs, err := b.components()
	if err != nil || len(as) != len(bs) {
		return false, err
	}
	if !composite(a.kind) && a.obj == nil {
		if a.kind == typecode.TkAny {
			return c.anysEqual(a, b)
		}
		return leavesEqual(a, b)
	}
	for i := range as {
		if same, err := c.equal(as[i], bs[i]); err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

// anysEqual compares what anys hold.
func (c *comparison) anysEqual(a, b *Value) (bool, error) {
	x, err := a.GetDyn()
	if err != nil {
		return false, err
	}
	y, err := b.GetDyn()
	if err != nil || !typecode.Equivalent(x.tc, y.tc) {
		return false, err
	}
	return c.equal(x, y)
}

// leavesEqual compares values without components, in the type of the first.
func leavesEqual(a, b *Value) (bool, error) {
	x, err := a.Any()
	if err != nil {
		return false, err
	}
	plain, err := b.collect(collected())
	if err != nil {
		return false, err
	}
	y, err := dyn.Of(a.tc, convert(plain, b.tc, a.tc))
	if err != nil {
		return false, nil
	}
	return dyn.Equal(x, y), nil
}
