package dynany

import (
	"fmt"
	"unsafe"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// A collection is one walk over values, which makes of them what dyn.Of takes. What is one object in several of them stays one in what is made.
type collection struct {
	seen map[*object]*dyn.Valuetype // what has become of objects
	into *tree                      // the tree that is to have a copy, and pays for it; nil: it is for none
	has  bool                       // into may have other copies of the same objects
	made int64                      // what into was charged
	paid int64                      // of that, for what it keeps no longer than the value that has it
}

func collected() *collection { return &collection{seen: map[*object]*dyn.Valuetype{}} }

// copiedInto begins a copy for t, which has something already or has not.
func copiedInto(t *tree, has bool) *collection {
	c := collected()
	c.into, c.has = t, has
	return c
}

// charge charges the tree that is to have the copy.
func (c *collection) charge(n int, size int64) error {
	if c.into == nil {
		return nil
	}
	err := c.into.charge(n, size)
	if err == nil {
		c.made += int64(n) * size
	}
	return err
}

// refund takes back what was charged for a copy that is not to be.
func (c *collection) refund() { c.into.spent -= c.made }

// object pays for an object with n members. A tree keeps it, whatever becomes of the values that lead to it.
func (c *collection) object(n int) error {
	return c.charge(1, int64(unsafe.Sizeof(dyn.Valuetype{}))+int64(n)*int64(unsafe.Sizeof(dyn.Field{})))
}

// list pays for a value of a kind with n parts, which is no object.
func (c *collection) list(k typecode.Kind, n int) error {
	size := int64(unsafe.Sizeof(any(nil)))
	if k == typecode.TkStruct || k == typecode.TkExcept {
		size = int64(unsafe.Sizeof(dyn.Field{}))
	}
	c.paid += int64(n) * size
	return c.charge(n, size)
}

// remakes reports whether what v stands for is no part of a copy as it is, since it leads to objects: the tree may have another copy of these, which
// has been changed.
func (c *collection) remakes(plain any) bool { return c.has && leadsToObjects(plain) }

func leadsToObjects(plain any) bool {
	switch x := plain.(type) {
	case *dyn.Valuetype:
		return x != nil
	case dyn.Struct:
		for _, f := range x {
			if leadsToObjects(f.Value) {
				return true
			}
		}
	case dyn.Exception:
		return leadsToObjects(x.Members)
	case dyn.Union:
		return leadsToObjects(x.Value)
	case []any:
		for _, e := range x {
			if leadsToObjects(e) {
				return true
			}
		}
	}
	return false
}

// copyOf returns a copy of from as a component of type tc, of which from must be equivalent.
func (t *tree) copyOf(tc *typecode.TypeCode, from *Value) (*Value, error) {
	parts, err := t.copies([]*typecode.TypeCode{tc}, []*Value{from}, func(list []any) error {
		_, err := dyn.Of(tc, list[0])
		return err
	})
	if err != nil {
		return nil, err
	}
	return parts[0], nil
}

// copies returns copies of a list of values as components, each of the type at its place: what is one object in several of them is one in the copies. bounded is
// asked whether they are within their bounds, all at once, since each may lead to the same graph.
func (t *tree) copies(types []*typecode.TypeCode, from []*Value, bounded func([]any) error) (parts []*Value, err error) {
	for i, v := range from {
		if !fits(types[i], v.tc) {
			return nil, at(i, len(from), mismatch("a %v stands where a %v belongs", v.tc, types[i]))
		}
	}
	c := copiedInto(t, true)
	defer func() {
		if err != nil {
			c.refund()
		}
	}()
	if err := c.charge(len(from), int64(unsafe.Sizeof(Value{}))); err != nil {
		return nil, err
	}
	list, paid := make([]any, len(from)), make([]int64, len(from))
	for i, v := range from {
		plain, err := v.collect(c)
		if err != nil {
			return nil, at(i, len(from), err)
		}
		list[i], paid[i], c.paid = convert(plain, v.tc, types[i]), c.paid, 0
	}
	if err := bounded(list); err != nil {
		return nil, invalid("%w", err)
	}
	parts = make([]*Value, len(from))
	for i, plain := range list {
		parts[i] = t.wrap(types[i], plain)
		parts[i].paid = paid[i]
	}
	return parts, nil
}

// at says which of n values an error is of.
func at(i, n int, err error) error {
	if n == 1 {
		return err
	}
	return fmt.Errorf("element %d: %w", i, err)
}
