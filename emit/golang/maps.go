package golang

import (
	"fmt"

	"github.com/opendsom/dsom/model"
)

// A map is a Go map. On the wire it is a sequence of keys and values, in the order of the keys,
// so that equal maps are equal octets.

// isMapKey reports whether a type can be the key of a map: Go can compare it, and it has an order.
func isMapKey(t *model.Type) bool {
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

// mapKeys returns the expression for the keys of the map x in order.
func (f *file) mapKeys(x string, t *model.Type) string {
	if t.Key.Resolve().Kind == model.Boolean {
		return fmt.Sprintf("%s.BoolKeys(%s)", f.rt("stub"), x)
	}
	return fmt.Sprintf("%s.Keys(%s)", f.rt("stub"), x)
}

func (f *file) putMap(c coder, x string, t *model.Type, depth int) {
	if n, bounded := bound(t); bounded {
		f.F("%s.CountMax(len(%s), %d)", c.value, x, n)
	} else {
		f.F("%s.Count(len(%s))", c.value, x)
	}
	key, elem := inLoop("key", depth), inLoop("elem", depth)
	f.F("for _, %s := range %s {", key, f.mapKeys(x, t))
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
