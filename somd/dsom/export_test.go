package dsom

import (
	"context"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
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

// AddItem adds an item to a list.
func AddItem(list som.Object, name string, value dyn.Any, flags uint32) error {
	l, _ := som.FindState[nvList](list.SOM())
	return l.Add(name, value, flags)
}

// PlaceOfItem is get_item of a program in C, of an item that is a text: where it is, and what is there.
func PlaceOfItem(ctx context.Context, list som.Object, n int32) (uintptr, string, error) {
	l, _ := som.FindState[nvList](list.SOM())
	_, _, typ, at, _, _, err := l.GetItem(ctx, n)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = typ.SOM().Release() }()
	v, err := foreign.of.Read(place(at), TypeOf(typ))
	if err != nil {
		return 0, "", err
	}
	text, _ := v.Value().(string)
	return at, text, nil
}

// HasReferences reports whether anything is kept of the references of a domain.
func HasReferences(d *somd.Domain) bool {
	loaded.Lock()
	defer loaded.Unlock()
	_, has := loaded.by[d]
	return has
}
