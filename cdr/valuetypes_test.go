package cdr_test

import (
	"errors"

	"github.com/opendsom/dsom/cdr"
)

// The values of the tests, written by hand as the compiler would:
//
//	module V {
//	  valuetype Node { public long id; public Node next; public string name; };
//	  valuetype Base { public octet tag; private string name; };
//	  valuetype Mid : truncatable Base { public double weight; public Base inner; };
//	  valuetype Leaf : truncatable Mid { public sequence<long> numbers; public Node n; public long last; };
//	  valuetype Two : truncatable Base { public octet o; public Base b1; public Base b2; public octet p; public double d; };
//	  custom valuetype Cust { … };
//	};
type (
	node struct {
		ID   int32
		Next *node
		Name string
	}
	base struct {
		Tag  byte
		Name string
	}
	mid struct {
		base
		Weight float64
		Inner  cdr.Value
	}
	leaf struct {
		mid
		Numbers []int32
		N       *node
		Last    int32
	}
	two struct {
		base
		O      byte
		B1, B2 cdr.Value
		P      byte
		D      float64
	}
	cust struct {
		Write, Read int // longs
		err         error
	}
)

const (
	nodeID = "IDL:V/Node:1.0"
	baseID = "IDL:V/Base:1.0"
	midID  = "IDL:V/Mid:1.0"
	leafID = "IDL:V/Leaf:1.0"
	twoID  = "IDL:V/TwoChunks:1.0"
	custID = "IDL:V/Cust:1.0"
)

// types returns the type of an id, knowing those derived from base unless narrow is set.
func valueType(id string, narrow bool) *cdr.ValueType {
	t := &cdr.ValueType{ID: id}
	switch id {
	case nodeID:
		t.New = func() cdr.Value { return new(node) }
	case baseID:
		t.New = func() cdr.Value { return new(base) }
		t.Known = func(id string) *cdr.ValueType {
			if narrow {
				return nil
			}
			return valueType(id, false)
		}
	case midID:
		t.Bases = []string{baseID}
		t.New = func() cdr.Value { return new(mid) }
	case leafID:
		t.Bases = []string{midID, baseID}
		t.New = func() cdr.Value { return new(leaf) }
	case twoID:
		t.Bases = []string{baseID}
		t.New = func() cdr.Value { return new(two) }
	case custID:
		t.Custom = true
		t.New = func() cdr.Value { return new(cust) }
	default:
		return nil
	}
	return t
}

var (
	nodeType   = valueType(nodeID, false)
	baseType   = valueType(baseID, false)
	narrowType = valueType(baseID, true)
	custType   = valueType(custID, false)
)

func (*node) IDLValue() *cdr.ValueType { return nodeType }
func (v *node) MarshalState(e *cdr.Encoder) {
	e.Long(v.ID)
	putNode(e, v.Next)
	e.String(v.Name)
}
func (v *node) UnmarshalState(d *cdr.Decoder) {
	v.ID = d.Long()
	v.Next = getNode(d)
	v.Name = d.String()
}

func putNode(e *cdr.Encoder, v *node) {
	if v == nil {
		e.NullValue()
		return
	}
	e.Value(v, nodeType)
}

func getNode(d *cdr.Decoder) *node {
	v, _ := d.Value(nodeType).(*node)
	return v
}

func (*base) IDLValue() *cdr.ValueType      { return baseType }
func (v *base) MarshalState(e *cdr.Encoder) { e.Octet(v.Tag); e.String(v.Name) }
func (v *base) UnmarshalState(d *cdr.Decoder) {
	v.Tag, v.Name = d.Octet(), d.String()
}

func (*mid) IDLValue() *cdr.ValueType { return valueType(midID, false) }
func (v *mid) MarshalState(e *cdr.Encoder) {
	v.base.MarshalState(e)
	e.Double(v.Weight)
	e.Value(v.Inner, baseType)
}
func (v *mid) UnmarshalState(d *cdr.Decoder) {
	v.base.UnmarshalState(d)
	v.Weight = d.Double()
	v.Inner = d.Value(baseType)
}

func (*leaf) IDLValue() *cdr.ValueType { return valueType(leafID, false) }
func (v *leaf) MarshalState(e *cdr.Encoder) {
	v.mid.MarshalState(e)
	e.Count(len(v.Numbers))
	e.Longs(v.Numbers)
	putNode(e, v.N)
	e.Long(v.Last)
}
func (v *leaf) UnmarshalState(d *cdr.Decoder) {
	v.mid.UnmarshalState(d)
	v.Numbers = make([]int32, d.Count(4))
	d.Longs(v.Numbers)
	v.N = getNode(d)
	v.Last = d.Long()
}

func (*two) IDLValue() *cdr.ValueType { return valueType(twoID, false) }
func (v *two) MarshalState(e *cdr.Encoder) {
	v.base.MarshalState(e)
	e.Octet(v.O)
	e.Value(v.B1, baseType)
	e.Value(v.B2, baseType)
	e.Octet(v.P)
	e.Double(v.D)
}
func (v *two) UnmarshalState(d *cdr.Decoder) {
	v.base.UnmarshalState(d)
	v.O = d.Octet()
	v.B1 = d.Value(baseType)
	v.B2 = d.Value(baseType)
	v.P = d.Octet()
	v.D = d.Double()
}

func (*cust) IDLValue() *cdr.ValueType    { return custType }
func (*cust) MarshalState(*cdr.Encoder)   { panic("a custom value has no state") }
func (*cust) UnmarshalState(*cdr.Decoder) { panic("a custom value has no state") }

func (v *cust) MarshalCustom(e *cdr.Encoder) error {
	for i := range v.Write {
		e.Long(int32(i))
	}
	return v.err
}

func (v *cust) UnmarshalCustom(d *cdr.Decoder) error {
	for range custReads {
		if d.Long() == 1 {
			return errors.New("no ones, please")
		}
		v.Read++
	}
	return nil
}

const custReads = 1
