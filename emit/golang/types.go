package golang

import (
	"fmt"
	"math"
	"strings"

	"github.com/opendsom/dsom/model"
)

// basic are the types of IDL that are one in Go: the Go type, and the name of the methods
// that write and read one (and, where bulk is set, many).
var basic = map[model.Kind]struct {
	goType, method, bulk string
	size                 int // least octets on the wire
}{
	model.Boolean:   {"bool", "Boolean", "Booleans", 1},
	model.Octet:     {"byte", "Octet", "Octets", 1},
	model.Char:      {"byte", "Char", "Chars", 1},
	model.WChar:     {"rune", "WChar", "", 1},
	model.Int8:      {"int8", "Int8", "", 1},
	model.UInt8:     {"uint8", "UInt8", "Octets", 1},
	model.Short:     {"int16", "Short", "Shorts", 2},
	model.UShort:    {"uint16", "UShort", "UShorts", 2},
	model.Long:      {"int32", "Long", "Longs", 4},
	model.ULong:     {"uint32", "ULong", "ULongs", 4},
	model.LongLong:  {"int64", "LongLong", "LongLongs", 8},
	model.ULongLong: {"uint64", "ULongLong", "ULongLongs", 8},
	model.Float:     {"float32", "Float", "Floats", 4},
	model.Double:    {"float64", "Double", "Doubles", 8},
	model.String:    {"string", "String", "", 4},
	model.WString:   {"string", "WString", "", 4},
}

// isDefined reports whether a typedef makes a Go type of its own, with methods: for sequences,
// arrays, maps and bounded strings. Other typedefs are Go aliases.
func isDefined(td *model.Typedef) bool {
	switch td.Type.Kind {
	case model.Sequence, model.Array, model.Map:
		return true
	case model.String, model.WString:
		return td.Type.Bound > 0
	}
	return false
}

// plain returns the type behind typedefs that are Go aliases. Where it is Named, the Go type
// has methods that write and read it, or is an interface or a native type.
func plain(t *model.Type) *model.Type {
	for t.Kind == model.Named {
		td, ok := t.Decl.(*model.Typedef)
		if !ok || isDefined(td) {
			break
		}
		t = td.Type
	}
	return t
}

// goType returns the Go type for a use of an IDL type.
func (f *file) goType(t *model.Type) string {
	if b, ok := basic[t.Kind]; ok {
		return b.goType
	}
	switch t.Kind {
	case model.LongDouble:
		return f.rt("cdr") + ".LongDouble"
	case model.Fixed:
		return f.rt("cdr") + ".Fixed"
	case model.Sequence:
		return "[]" + f.goType(t.Elem)
	case model.Map:
		return "map[" + f.goType(t.Key) + "]" + f.goType(t.Elem)
	case model.Array:
		var b strings.Builder
		for _, n := range t.Dims {
			fmt.Fprintf(&b, "[%d]", n)
		}
		return b.String() + f.goType(t.Elem)
	case model.Any:
		return f.rt("dyn") + ".Any"
	case model.Object:
		if f.opt.Classes {
			return f.rt("som") + ".Object"
		}
		return f.rt("orb") + ".Object"
	case model.TypeCode:
		return "*" + f.rt("typecode") + ".TypeCode"
	case model.ValueBase:
		return f.rt("orb") + ".Value"
	case model.Named:
		if f.opt.Classes {
			return f.classType(t)
		}
		if _, ok := t.Decl.(*model.ValueBox); ok {
			return "*" + f.qualified(t.Decl, f.names[t.Decl].Name)
		}
		return f.qualified(t.Decl, f.names[t.Decl].Name)
	}
	return "struct{}" // refused by check
}

// qualifiedName returns the Go name of a declaration as this file writes it.
func (f *file) qualifiedName(d model.Decl) string { return f.qualified(d, f.names[d].Name) }

// descriptorOf returns the expression for the descriptor of a type.
func (f *file) descriptorOf(d model.Decl) string { return f.qualified(d, f.names[d].Type) }

// classOf returns the expression for the class object of an interface.
func (f *file) classOf(i *model.Interface) string { return f.qualified(i, f.names[i].Class) }

// maxSize keeps sizes in the range of a Go int on every machine.
const maxSize = 1 << 30

// minSize returns how many octets a value takes on the wire at least, padding not counted:
// what the length of a sequence is held against before its elements are allocated.
func (g *generator) minSize(t *model.Type) int {
	if b, ok := basic[t.Kind]; ok {
		return b.size
	}
	switch t.Kind {
	case model.LongDouble:
		return 16
	case model.Fixed:
		return t.Digits/2 + 1
	case model.Sequence, model.Map, model.Any, model.TypeCode, model.ValueBase:
		return 4
	case model.Object:
		return minReference
	case model.Array:
		return int(min(t.Len()*uint64(g.minSize(t.Elem)), maxSize))
	case model.Named:
		if _, known := g.minimum[t.Decl]; !known {
			g.minimum[t.Decl] = min(g.minDecl(t.Decl), maxSize)
		}
		return g.minimum[t.Decl]
	}
	return 1
}

// minReference is the least size of a reference: what an any that was never sent keeps of one.
const minReference = 4

func (g *generator) minDecl(d model.Decl) int {
	switch d := d.(type) {
	case *model.Typedef:
		return g.minSize(d.Type)
	case *model.Enum, *model.ValueType, *model.ValueBox:
		return 4
	case *model.Interface, *model.Forward:
		return minReference
	case *model.Bitset:
		return basic[wordOf(d.Width())].size
	case *model.Bitmask:
		return basic[wordOf(d.Bound)].size
	case *model.Struct:
		n := 0
		if base := baseOf(d); base != nil {
			n = g.minDecl(base)
		}
		for _, m := range d.Members {
			n = min(n+g.minSize(m.Type), maxSize)
		}
		return max(n, 1)
	case *model.Union:
		least := math.MaxInt
		for _, c := range d.Cases {
			least = min(least, g.minSize(c.Type))
		}
		if hasNone(d) || least == math.MaxInt {
			least = 0
		}
		return g.minSize(d.Discriminator) + least
	}
	return 1
}
