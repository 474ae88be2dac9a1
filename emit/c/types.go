package c

import (
	"strconv"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// primitive is the C type of each kind that is a scalar.
var primitive = map[model.Kind]string{
	model.Boolean: "uint8_t", model.Octet: "uint8_t", model.Char: "char", model.WChar: "uint16_t",
	model.Int8: "int8_t", model.UInt8: "uint8_t", model.Short: "int16_t", model.UShort: "uint16_t",
	model.Long: "int32_t", model.ULong: "uint32_t", model.LongLong: "int64_t", model.ULongLong: "uint64_t",
	model.Float: "float", model.Double: "double",
}

// typeName returns a type in C, but for the dimensions of an array.
func typeName(t *model.Type) string {
	switch cabi.StandardName(t) {
	case "somId":
		return "const char *"
	case "somInitCtrl", "som3InitCtrl":
		return "som_making"
	}
	if p, ok := primitive[t.Kind]; ok {
		return p
	}
	switch t.Kind {
	case model.String:
		return "char *"
	case model.WString:
		return "uint16_t *"
	case model.Object:
		return "som_ref"
	case model.Pointer:
		return cabi.Spaced(typeName(t.Elem)) + "*"
	case model.Sequence:
		return sequenceName(t)
	case model.Array:
		return typeName(t.Elem)
	case model.Named:
		switch d := t.Decl.(type) {
		case *model.Typedef:
			if cabi.IsSystem(d) {
				return typeName(d.Type)
			}
			if r := t.Resolve(); r.Kind == model.Named && cabi.FormOf(r) == cabi.Object {
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
	s := cabi.Spaced(typeName(t)) + name
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
			if cabi.IsSystem(d) {
				if cabi.StandardName(t) == "somId" {
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
	return cabi.Word(t.Kind.String())
}

// carried are the sequences that som_c.h defines.
var carried = cabi.Set(`boolean octet char wchar int8 uint8 short ushort long ulong longlong ulonglong float double string object`)

// owns reports whether values of a type hold memory or references.
var owns = cabi.Owns

// A param is a parameter of a function in C.
type param struct {
	typ, name string
	elements  string // the type of a pointer to the first one, of an array that is not written
}

func (p param) String() string { return cabi.Spaced(p.typ) + p.name }

// passed returns a parameter of an operation.
func passed(t *model.Type, dir model.Direction, name string) param {
	f := cabi.FormOf(t)
	p := param{name: local(name), typ: typeName(t)}
	switch {
	case f == cabi.Making:
		p.typ, p.name = "som_making *", "making"
	case t.Kind == model.Array: // a member of an exception: its elements, one behind the other
		if strings.HasSuffix(p.typ, "*") {
			p.typ += "const *"
		} else {
			p.typ = "const " + p.typ + " *"
		}
	case f == cabi.Array:
		if a := t.Resolve(); dir == model.In && len(a.Dims) == 1 && a.Elem.Resolve().Kind != model.Array {
			p.typ, p.elements = "const "+p.typ, cabi.Spaced(typeName(a.Elem))+"*"
		}
	case dir != model.In:
		p.typ = cabi.Spaced(p.typ) + "*"
	case f == cabi.Text:
		p.typ = "const char *"
	case f == cabi.Wide:
		p.typ = "const uint16_t *"
	case f == cabi.Aggregate:
		p.typ = "const " + p.typ + " *"
	}
	return p
}
