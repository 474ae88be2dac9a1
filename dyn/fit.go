package dyn

import (
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/typecode"
)

// truncated is what a value was read as that is of a type derived from that.
type truncated struct{ to *typecode.TypeCode }

// fits fails unless a value that was read as one of type chosen, cut may be, may stand where tc is declared. Which abstract types a valuetype supports
// its TypeCode does not tell: that of a value which was cut need not support what the value did.
func (t *transcoder) fits(chosen *typecode.TypeCode, cut bool, tc *typecode.TypeCode) bool {
	switch {
	case tc.ID() == typecode.ValueBase.ID(), tc.ID() == "":
		return true
	case tc.Kind() == typecode.TkAbstractInterface, tc.Modifier() == typecode.ValueAbstract:
		if !cut {
			return true
		}
	case derives(chosen, tc):
		return true
	}
	why := ""
	if cut {
		why = ", for which its own type would have to be known: register it with Register of the type's descriptor"
	}
	t.d.Fail(exc.New(exc.Marshal, exc.MinorWrongType, exc.No, "a value that is read as a %s stands where a %s is declared%s", typecode.ScopedName(chosen.ID()), typecode.ScopedName(tc.ID()), why))
	return false
}

// madeFits is fits for what a value was made: a custom one by its own code, or what is noted of another.
func (t *transcoder) madeFits(made any, tc *typecode.TypeCode) bool {
	switch as := made.(type) {
	case truncated:
		return t.fits(as.to, true, tc)
	case *typecode.TypeCode:
		return t.fits(as, false, tc)
	}
	return true
}
