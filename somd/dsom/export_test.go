package dsom

import (
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/typecode"
)

// TypeOf returns what a TypeCode that is an object is.
func TypeOf(o som.Object) *typecode.TypeCode {
	t, err := typeOf(o)
	if err != nil {
		panic(err)
	}
	return t
}
