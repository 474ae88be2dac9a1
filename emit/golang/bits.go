package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/model"
)

// wordOf returns the kind of the smallest unsigned integer that has n bits.
func wordOf(n int) model.Kind {
	switch {
	case n <= 8:
		return model.Octet
	case n <= 16:
		return model.UShort
	case n <= 32:
		return model.ULong
	}
	return model.ULongLong
}

// fieldType returns the type of a bit field.
func fieldType(b *model.Bitfield) model.Kind {
	switch {
	case b.Type != nil:
		return b.Type.Resolve().Kind
	case b.Width == 1:
		return model.Boolean
	}
	return wordOf(b.Width)
}

// bitset prints a bitset: a struct with a field for each, sent as the integer that holds them.
func (f *file) bitset(d *model.Bitset) {
	n, width := f.names[d], d.Width()
	word := basic[wordOf(width)]
	taken := nameSet{}
	var put, get []string
	f.doc(d, n.Name, ", a bitset of "+bitCount(width))
	f.F("type %s struct {", n.Name)
	for _, b := range d.AllFields() {
		if b.Name == "" {
			put = append(put, fmt.Sprintf("b.Skip(%d)", b.Width))
			get = append(get, fmt.Sprintf("b.Skip(%d)", b.Width))
			continue
		}
		name := taken.claim(f.memberName(&b.Node, f.style(d).Member))
		kind := fieldType(b)
		typ := basic[kind].goType
		bits := bitCount(b.Width)
		behind := f.memberDoc(&b.Node)
		if behind = strings.TrimPrefix(behind, " // "); behind != "" {
			bits += ": " + behind
		}
		f.F("%s %s // %s", name, typ, bits)
		switch {
		case kind == model.Boolean:
			put = append(put, fmt.Sprintf("b.PutBool(v.%s)", name))
			get = append(get, fmt.Sprintf("v.%s = b.GetBool()", name))
		case kind.IsSigned():
			put = append(put, fmt.Sprintf("b.PutSigned(%s, %d)", converted("int64", typ, "v."+name), b.Width))
			get = append(get, fmt.Sprintf("v.%s = %s", name, converted(typ, "int64", fmt.Sprintf("b.GetSigned(%d)", b.Width))))
		default:
			put = append(put, fmt.Sprintf("b.Put(%s, %d)", converted("uint64", typ, "v."+name), b.Width))
			get = append(get, fmt.Sprintf("v.%s = %s", name, converted(typ, "uint64", fmt.Sprintf("b.Get(%d)", b.Width))))
		}
	}
	f.L("}")
	f.Blank()

	receiver := "v *" + n.Name
	if len(taken) == 0 {
		receiver = "*" + n.Name
	}
	f.L("// MarshalCDR writes the bits. A field with more than it has is BAD_PARAM.")
	f.F("func (%s) MarshalCDR(e *%s.Encoder) {", receiver, f.rt("cdr"))
	f.F("var b %s.Bits", f.rt("stub"))
	for _, l := range put {
		f.L(l)
	}
	f.F("e.%s(%s)", word.method, converted(word.goType, "uint64", fmt.Sprintf("b.Word(e, %q)", d.ID)))
	f.L("}")
	f.Blank()
	f.L("// UnmarshalCDR reads the bits.")
	f.F("func (%s) UnmarshalCDR(d *%s.Decoder) {", receiver, f.rt("cdr"))
	if len(get) == 0 {
		f.F("d.%s()", word.method)
	} else {
		f.F("b := %s.BitsOf(%s)", f.rt("stub"), converted("uint64", word.goType, "d."+word.method+"()"))
	}
	for _, l := range get {
		f.L(l)
	}
	f.L("}")
	f.Blank()
	f.descriptor(d, fmt.Sprintf("%s.NewType[%s](%s)", f.rt("stub"), n.Name, f.typeCode(d)))
}

// bitmask prints a bitmask: an unsigned integer with a constant for each flag.
func (f *file) bitmask(d *model.Bitmask) {
	n := f.names[d]
	word := basic[wordOf(d.Bound)]
	f.doc(d, n.Name, ", a set of flags")
	f.F("type %s %s", n.Name, word.goType)
	f.Blank()
	if len(d.Flags) > 0 {
		f.F("// The flags of %s.", n.Name)
		f.L("const (")
		for _, b := range d.Flags {
			behind := f.memberDoc(&b.Node)
			f.F("%s %s = 1 << %d%s", f.names[b].Name, n.Name, b.Position, behind)
		}
		f.L(")")
		f.Blank()
	}
	var names []string
	for _, b := range d.Flags {
		names = append(names, fmt.Sprintf("%d: %q", b.Position, b.Name))
	}
	table := lowerFirst(n.Name) + "_names"
	f.F("var %s = [...]string{%s}", table, strings.Join(names, ", "))
	f.Blank()
	f.L("// String returns the names of the flags that are set, as in IDL, and what else is set as a number.")
	f.F("func (v %s) String() string { return %s.FlagNames(uint64(v), %s[:]) }", n.Name, f.rt("stub"), table)
	f.Blank()
	f.L("// MarshalCDR writes v.")
	f.F("func (v %s) MarshalCDR(e *%s.Encoder) { e.%s(%s(v)) }", n.Name, f.rt("cdr"), word.method, word.goType)
	f.Blank()
	f.L("// UnmarshalCDR reads v.")
	f.F("func (v *%s) UnmarshalCDR(d *%s.Decoder) { *v = %s(d.%s()) }", n.Name, f.rt("cdr"), n.Name, word.method)
	f.Blank()
	f.descriptor(d, fmt.Sprintf("%s.NewType[%s](%s)", f.rt("stub"), n.Name, f.typeCode(d)))
}

// bitCount says how many bits there are.
func bitCount(n int) string {
	if n == 1 {
		return "1 bit"
	}
	return fmt.Sprintf("%d bits", n)
}

// converted returns x, which is of one type, as another.
func converted(to, from, x string) string {
	if to == from {
		return x
	}
	return to + "(" + x + ")"
}
