package dyn

import (
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/typecode"
)

// truncated is what a value was read as that is of a type derived from that.
type truncated struct{ to *typecode.TypeCode }

// codeOf returns the type that a value was read as: a *typecode.TypeCode, or truncated.
func codeOf(as any) *typecode.TypeCode {
	if cut, ok := as.(truncated); ok {
		return cut.to
	}
	return as.(*typecode.TypeCode)
}

// fitted are the types of one repository id that were compared. Two anys of a message may tell an id differently; a value
// is then of one of the types, and where the other is declared it does not fit (CORBA 3.3 part 2, clause 9.3.4.3).
type fitted struct{ typecode.Likeness }

// derives reports whether tc is base or has it for one.
func (f *fitted) derives(tc, base *typecode.TypeCode) bool {
	for ; tc != nil; tc = tc.Content() {
		if tc == base {
			return true
		}
		if tc.ID() == base.ID() {
			return isCustom(tc) && isCustom(base) || f.Alike(tc, base)
		}
		if tc.Kind() == typecode.TkValueBox {
			break
		}
	}
	return false
}

// isCustom reports whether only the code of a type knows what is in its values.
func isCustom(tc *typecode.TypeCode) bool { return tc.Modifier() == typecode.ValueCustom }

// stands reports whether a value that was read as one of type chosen, cut may be, may stand where tc is declared. Which abstract
// types a valuetype supports its TypeCode does not tell: that of a value which was cut need not support what the value did.
func (f *fitted) stands(chosen *typecode.TypeCode, cut bool, tc *typecode.TypeCode) bool {
	switch {
	case isValue(tc): // or it would be one of those below
		return f.derives(chosen, tc)
	case tc.ID() == typecode.ValueBase.ID(), tc.ID() == "":
		return true
	case tc.Kind() == typecode.TkAbstractInterface, tc.Modifier() == typecode.ValueAbstract:
		return !cut && chosen.ID() != tc.ID()
	}
	return f.derives(chosen, tc)
}

// fits fails unless that is so.
func (t *transcoder) fits(chosen *typecode.TypeCode, cut bool, tc *typecode.TypeCode) bool {
	if t.fit == nil {
		t.fit = new(fitted)
	}
	if t.fit.stands(chosen, cut, tc) {
		return true
	}
	why := ""
	switch {
	case cut:
		why = ", for which its own type would have to be known: register it with Register of the type's descriptor"
	case chosen.ID() == tc.ID():
		why = ", of which the message tells other members there"
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
