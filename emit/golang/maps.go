package golang

import (
	"fmt"

	"github.com/opendsom/dsom/model"
)

// A map is a Go map. On the wire it is a sequence of keys and values, in the order of the keys,
// or of their octets where Go has no order for them, so that equal maps are equal octets.

// isMapKey reports whether a type can be the key of a map: Go can compare it.
func isMapKey(t *model.Type) bool {
	if isOrdered(t) {
		return true
	}
	t = t.Resolve()
	switch t.Kind {
	case model.Float, model.Double, model.LongDouble, model.Fixed:
		return true
	case model.Array:
		return isMapKey(t.Elem)
	case model.Named:
		switch d := t.Decl.(type) {
		case *model.Bitset:
			return true
		case *model.Struct:
			for _, m := range d.AllMembers() {
				if !isMapKey(m.Type) {
					return false
				}
			}
			return true
		}
	}
	return false
}

// isOrdered reports whether a type has an order in Go, and all its values are equal to themselves.
func isOrdered(t *model.Type) bool {
	t = t.Resolve()
	switch t.Kind {
	case model.Boolean, model.Octet, model.Char, model.WChar, model.String, model.WString:
		return true
	case model.Named:
		switch t.Decl.(type) {
		case *model.Enum, *model.Bitmask:
			return true
		}
	}
	return t.Kind.IsInteger()
}

// inLoop returns a variable's name inside depth loops.
func inLoop(name string, depth int) string {
	if depth == 0 {
		return name
	}
	return fmt.Sprintf("%s%d", name, depth+1)
}

// eachKey prints the begin of a loop over the keys of the map x in order.
func (f *file) eachKey(c coder, key, x string, t *model.Type, depth int) {
	switch {
	case t.Key.Resolve().Kind == model.Boolean:
		f.F("for _, %s := range %s.BoolKeys(%s) {", key, f.rt("stub"), x)
	case isOrdered(t.Key):
		f.F("for _, %s := range %s.Keys(%s) {", key, f.rt("stub"), x)
	default:
		f.F("for _, %s := range %s.KeysByOctets(%s, %s, func(e *%s.Encoder, %s %s) {", key, f.rt("stub"), c.pointer, x, f.rt("cdr"), key, f.goType(t.Key))
		f.put(encoder, key, t.Key, depth+1)
		f.L("}) {")
	}
}

func (f *file) putMap(c coder, x string, t *model.Type, depth int) {
	if n, bounded := bound(t); bounded {
		f.F("%s.CountMax(len(%s), %d)", c.value, x, n)
	} else {
		f.F("%s.Count(len(%s))", c.value, x)
	}
	key, elem := inLoop("key", depth), inLoop("elem", depth)
	f.eachKey(c, key, x, t, depth)
	f.put(c, key, t.Key, depth+1)
	f.F("%s := %s[%s]", elem, x, key)
	f.put(c, elem, t.Elem, depth+1)
	f.L("}")
}

func (f *file) getMap(c coder, x string, t *model.Type, depth int) {
	key, elem := inLoop("key", depth), inLoop("elem", depth)
	least := min(f.minSize(t.Key)+f.minSize(t.Elem), maxSize)
	count := fmt.Sprintf("%s.Count(%d)", c.value, least)
	if n, bounded := bound(t); bounded {
		count = fmt.Sprintf("%s.CountMax(%d, %d)", c.value, least, n)
	}
	f.F("%s = %s.GetMap[%s](%s, %s, func() (%s %s, %s %s) {", x, f.rt("stub"), f.goType(t), c.pointer, count, key, f.goType(t.Key), elem, f.goType(t.Elem))
	f.get(c, key, t.Key, depth+1)
	f.get(c, elem, t.Elem, depth+1)
	f.F("return %s, %s", key, elem)
	f.L("})")
}
