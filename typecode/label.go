package typecode

import (
	"math"
	"unicode/utf8"

	"github.com/opendsom/dsom/exc"
)

// checkLabels checks that a union is switched by a type that allows it, and that each label is one of its values.
func (t *TypeCode) checkLabels() error {
	disc := t.disc.Unalias()
	if !switchable(disc.kind) {
		return badParam(exc.MinorBadDiscriminator, "%s cannot be switched by %v", t.name, disc.kind)
	}
	if len(t.members) == 0 {
		return badParam(exc.MinorBadValue, "the union %s has no arms", t.name)
	}
	if t.manyDefaults {
		return badParam(exc.MinorDuplicateLabel, "%s has two default arms", t.name)
	}
	least, most := labelRange(disc)
	seen := make(map[int64]bool, len(t.members))
	for i := range t.members {
		label := t.members[i].label
		switch {
		case i == t.def:
			continue
		case label < least || label > most:
			return badParam(exc.MinorLabelType, "%s has the label %d, which is no %v", t.name, label, disc.kind)
		case seen[label]:
			return badParam(exc.MinorDuplicateLabel, "%s has the label %s twice", t.name, LabelText(disc, label))
		}
		seen[label] = true
	}
	if _, free := t.Unlabelled(); t.def >= 0 && !free {
		return badParam(exc.MinorLabelType, "%s has a default arm, which no value of its discriminator is left for", t.name)
	}
	return nil
}

// Unlabelled returns a value of a union's discriminator that no arm is labelled with: it chooses the default arm, or none. It is the least that is not negative,
// if there is one, else the greatest; false says that all have labels.
func (t *TypeCode) Unlabelled() (label int64, ok bool) {
	t = t.r()
	least, most := labelRange(t.disc.Unalias())
	taken := make(map[int64]bool, len(t.members))
	for i := range t.members {
		if i != t.def {
			taken[t.members[i].label] = true
		}
	}
	for v := range int64(len(taken)) + 1 { // one of them is free
		if 0xd800 <= v && t.disc.Unalias().kind == TkWChar {
			v += 0x800 // surrogates are no characters
		}
		if v > most {
			break
		}
		if !taken[v] {
			return v, true
		}
	}
	for v := int64(-1); v >= least; v-- {
		if !taken[v] {
			return v, true
		}
	}
	return 0, false
}

// labelRange returns the least and the largest label of a union that is switched by disc.
func labelRange(disc *TypeCode) (least, most int64) {
	switch disc.kind {
	case TkShort:
		return math.MinInt16, math.MaxInt16
	case TkUShort:
		return 0, math.MaxUint16
	case TkLong:
		return math.MinInt32, math.MaxInt32
	case TkULong:
		return 0, math.MaxUint32
	case TkBoolean:
		return 0, 1
	case TkChar, TkOctet:
		return 0, math.MaxUint8
	case TkWChar:
		return 0, utf8.MaxRune
	case TkEnum:
		return 0, int64(len(disc.members)) - 1
	}
	return math.MinInt64, math.MaxInt64 // of unsigned long long they are the same 64 bits
}
