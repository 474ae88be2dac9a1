package dyn

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/typecode"
)

// Stands reports whether values of type from may stand where one of type to is declared, as far as the types tell: they are equivalent, or the one is a valuetype
// derived from the other, or any object for CORBA::Object, any value for ValueBase, and either for AbstractBase. Which interfaces an object supports TypeCodes do not tell, nor which
// abstract ones a value does: a value may stand there, an object by this alone not.
func Stands(from, to *typecode.TypeCode) bool {
	if typecode.Equivalent(from, to) {
		return true
	}
	from, to = from.Unalias(), to.Unalias()
	switch {
	case IsObject(from):
		return IsObject(to) && (to.ID() == typecode.Object.ID() || to.ID() == "") || to.Kind() == typecode.TkAbstractInterface && to.ID() == abstractBase
	case isAnyValue(from) && isAnyValue(to), isAnyValue(from) && to.Kind() == typecode.TkAbstractInterface:
		return new(fitted).stands(from, false, to)
	}
	return false
}

const abstractBase = "IDL:omg.org/CORBA/AbstractBase:1.0"

// IsObject reports whether values of a type are object references.
func IsObject(tc *typecode.TypeCode) bool {
	k := tc.Unalias().Kind()
	return k == typecode.TkObjref || k == typecode.TkComponent || k == typecode.TkHome
}

// isAnyValue reports whether values of a type are of a valuetype.
func isAnyValue(tc *typecode.TypeCode) bool {
	k := tc.Kind()
	return k == typecode.TkValue || k == typecode.TkEvent || k == typecode.TkValueBox
}

// PutValueAs is [PutValue] where a type is declared for which that of a may stand: [Stands] says so, or what the object is.
func PutValueAs(e *cdr.Encoder, a Any, declared *typecode.TypeCode) {
	if declared = declared.Unalias(); a.v == nil || a.v.err != nil || typecode.Equivalent(a.v.tc, declared) {
		PutValue(e, a)
		return
	}
	from := a.v.tc.Unalias()
	if declared.Kind() == typecode.TkAbstractInterface {
		e.Boolean(IsObject(from))
	}
	a.put(e, declared, false)
}
