package dii

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
)

// KnowValues tells o of the valuetypes that a specification defines, so that a value which is
// received keeps the members of its own type where a base, ValueBase or an abstract interface is declared. It makes
// no factories: generated code may be used with the same ORB.
func KnowValues(o *orb.ORB, spec *model.Spec) error {
	for d := range spec.All() {
		switch v := d.(type) {
		case *model.ValueType:
			if v.Abstract {
				continue
			}
		case *model.ValueBox:
		default:
			continue
		}
		id := d.About().ID
		if o.Env().Values.ValueType(id) != nil {
			continue
		}
		tc, err := model.TypeCodeOf(d)
		if err != nil {
			return err
		}
		o.RegisterValue(&cdr.ValueType{ID: id, TypeCode: tc})
	}
	return nil
}
