package c

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/model"
)

// form is what matters of a type for passing it.
type form uint8

const (
	scalar    form = iota
	text           // string
	wide           // wstring
	object         // a reference
	pointer        // of SOM IDL
	aggregate      // structure, union, sequence
	array
	making  // somInitCtrl: what initializers hand on
	unknown // what C has no form for here
)

// primitive is the C type and the letter of each kind that is a scalar.
var primitive = map[model.Kind]struct {
	name   string
	letter byte
}{
	model.Boolean: {"uint8_t", 'b'}, model.Octet: {"uint8_t", 'b'}, model.Char: {"char", 'b'}, model.WChar: {"uint16_t", 'H'},
	model.Int8: {"int8_t", 'b'}, model.UInt8: {"uint8_t", 'b'}, model.Short: {"int16_t", 'h'}, model.UShort: {"uint16_t", 'H'},
	model.Long: {"int32_t", 'i'}, model.ULong: {"uint32_t", 'I'}, model.LongLong: {"int64_t", 'l'}, model.ULongLong: {"uint64_t", 'L'},
	model.Float: {"float", 'f'}, model.Double: {"double", 'd'},
}

// standardName returns the name of a typedef that the compiler carries and that means something of its own in C.
func standardName(t *model.Type) string {
	for t.Kind == model.Named {
		d, ok := t.Decl.(*model.Typedef)
		if !ok {
			return ""
		}
		if isSystem(d) {
			switch d.Name {
			case "somId", "somInitCtrl", "som3InitCtrl":
				return d.Name
			}
		}
		t = d.Type
	}
	return ""
}

// isSystem reports whether a declaration is one of SOM's own, of which C has no name.
func isSystem(d model.Decl) bool {
	f := d.About().File()
	return f != nil && (f.Standard || isGivenFile(f))
}

// formOf returns how a type is passed.
func formOf(t *model.Type) form {
	switch standardName(t) {
	case "somId":
		return text
	case "somInitCtrl", "som3InitCtrl":
		return making
	}
	t = t.Resolve()
	switch t.Kind {
	case model.String:
		return text
	case model.WString:
		return wide
	case model.Object:
		return object
	case model.Pointer:
		if formOf(t.Elem) == making {
			return making
		}
		return pointer
	case model.Sequence:
		return aggregate
	case model.Array:
		return array
	case model.Named:
		switch d := t.Decl.(type) {
		case *model.Struct, *model.Union:
			return aggregate
		case *model.Enum:
			return scalar
		case *model.Interface:
			return object
		case *model.Native:
			return pointer
		case *model.Forward:
			switch d.Of {
			case "interface":
				return object
			case "struct", "union":
				return aggregate
			}
		}
		return unknown
	}
	if _, ok := primitive[t.Kind]; ok {
		return scalar
	}
	return unknown
}

// letter returns the letter of a type, in a signature, that goes in or is a result.
func letter(t *model.Type) byte {
	switch formOf(t) {
	case text:
		return 's'
	case object:
		return 'o'
	case scalar:
		if p, ok := primitive[t.Resolve().Kind]; ok {
			return p.letter
		}
		return 'I'
	}
	return 'p'
}

// typeName returns a type in C, but for the dimensions of an array.
func typeName(t *model.Type) string {
	switch standardName(t) {
	case "somId":
		return "const char *"
	case "somInitCtrl", "som3InitCtrl":
		return "som_making"
	}
	if p, ok := primitive[t.Kind]; ok {
		return p.name
	}
	switch t.Kind {
	case model.String:
		return "char *"
	case model.WString:
		return "uint16_t *"
	case model.Object:
		return "som_ref"
	case model.Pointer:
		return spaced(typeName(t.Elem)) + "*"
	case model.Sequence:
		return sequenceName(t)
	case model.Array:
		return typeName(t.Elem)
	case model.Named:
		switch d := t.Decl.(type) {
		case *model.Typedef:
			if isSystem(d) {
				return typeName(d.Type)
			}
			if r := t.Resolve(); r.Kind == model.Named && formOf(r) == object {
				return "som_ref"
			}
			return cname(d)
		case *model.Interface:
			return "som_ref"
		case *model.Native:
			return "void *"
		case *model.Forward:
			if d.Of == "interface" {
				return "som_ref"
			}
		}
		return cname(t.Decl)
	}
	return "void"
}

// declare returns the declaration of a variable or member of a type.
func declare(t *model.Type, name string) string {
	s := spaced(typeName(t)) + name
	if t.Kind == model.Array {
		for _, n := range t.Dims {
			s += "[" + strconv.FormatUint(n, 10) + "]"
		}
	}
	return s
}

// sequenceName returns the name of a sequence's structure: that of its elements' type decides, bounds do not.
func sequenceName(t *model.Type) string { return "som_seq_" + elementWord(t.Elem) }

func elementWord(t *model.Type) string {
	switch t.Kind {
	case model.Sequence:
		return "seq_" + elementWord(t.Elem)
	case model.Pointer:
		return "ptr_" + elementWord(t.Elem)
	case model.Object:
		return "object"
	case model.Named:
		switch d := t.Decl.(type) {
		case *model.Interface:
			return "object"
		case *model.Forward:
			if d.Of == "interface" {
				return "object"
			}
		case *model.Typedef:
			if isSystem(d) {
				if standardName(t) == "somId" {
					return "name"
				}
				return elementWord(d.Type)
			}
		}
		return cname(t.Decl)
	}
	switch t.Kind {
	case model.UShort:
		return "ushort"
	case model.ULong:
		return "ulong"
	case model.LongLong:
		return "longlong"
	case model.ULongLong:
		return "ulonglong"
	}
	return word(t.Kind.String())
}

// carried are the sequences that som_c.h defines.
var carried = set(`boolean octet char wchar int8 uint8 short ushort long ulong longlong ulonglong float double string object`)

// owns reports whether values of a type hold memory or references.
func owns(t *model.Type) bool { return ownsBelow(t, map[model.Decl]bool{}) }

func ownsBelow(t *model.Type, seen map[model.Decl]bool) bool {
	switch formOf(t) {
	case text:
		return standardName(t) != "somId"
	case wide, object:
		return true
	case array:
		return ownsBelow(t.Resolve().Elem, seen)
	case aggregate:
		t = t.Resolve()
		if t.Kind == model.Sequence {
			return true
		}
		d := definition(t.Decl)
		if seen[d] {
			return false
		}
		seen[d] = true
		switch d := d.(type) {
		case *model.Struct:
			for _, m := range d.AllMembers() {
				if ownsBelow(m.Type, seen) {
					return true
				}
			}
		case *model.Union:
			for _, c := range d.Cases {
				if ownsBelow(c.Type, seen) {
					return true
				}
			}
		}
	}
	return false
}

func definition(d model.Decl) model.Decl {
	if f, ok := d.(*model.Forward); ok && f.Definition != nil {
		return f.Definition
	}
	return d
}

// A param is a parameter of a function in C.
type param struct {
	typ, name string
	letter    byte
}

func (p param) String() string { return spaced(p.typ) + p.name }

// passed returns a parameter of an operation.
func passed(t *model.Type, dir model.Direction, name string) param {
	f := formOf(t)
	p := param{name: local(name), letter: 'p', typ: typeName(t)}
	switch {
	case f == making:
		p.typ, p.name = "som_making *", "making"
	case t.Kind == model.Array: // a member of an exception: its elements, one behind the other
		if strings.HasSuffix(p.typ, "*") {
			p.typ += "const *"
		} else {
			p.typ = "const " + p.typ + " *"
		}
	case f == array:
		if a := t.Resolve(); dir == model.In && len(a.Dims) == 1 && a.Elem.Resolve().Kind != model.Array {
			p.typ = "const " + p.typ
		}
	case dir != model.In:
		p.typ = spaced(p.typ) + "*"
	case f == text:
		p.typ, p.letter = "const char *", 's'
	case f == wide:
		p.typ = "const uint16_t *"
	case f == aggregate:
		p.typ = "const " + p.typ + " *"
	default:
		p.letter = letter(t)
	}
	return p
}

// list joins parameters.
func list[T any](all []T, each func(T) string) string {
	words := make([]string, len(all))
	for i, x := range all {
		words[i] = each(x)
	}
	return strings.Join(words, ", ")
}

// quoted returns a string literal.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c < ' ' || c > '~' || c == '?' && i > 0 && s[i-1] == '?': // octal escapes end after three digits; no trigraphs
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}
