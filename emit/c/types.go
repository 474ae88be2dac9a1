package c

import (
	"slices"
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

// declareMember returns the declaration of a member among others of some names. A type of one of these names is called something else: in
// C++ the member would hide it.
func declareMember(t *model.Type, name string, others map[string]bool) string {
	dims := ""
	for {
		if t.Kind == model.Array {
			for _, n := range t.Dims {
				dims += "[" + strconv.FormatUint(n, 10) + "]"
			}
			t = t.Elem
			continue
		}
		d, ok := t.Decl.(*model.Typedef)
		if t.Kind != model.Named || !ok || !others[typeName(t)] {
			break
		}
		t = d.Type
	}
	typ := typeName(t)
	if others[typ] && t.Kind == model.Named {
		switch cabi.Definition(t.Decl).(type) {
		case *model.Struct, *model.Union:
			typ = "struct " + typ
		case *model.Enum:
			typ = "uint32_t"
		}
	}
	return cabi.Spaced(typ) + name + dims
}

// sequenceName returns the name of a sequence's structure: that of its elements' type decides, bounds do not. No two types have one
// name, since those with equal names are taken for one by all headers.
func sequenceName(t *model.Type) string { return "som_seq_" + elementWord(t.Elem) }

// elementWord returns what an element's type is called in the name of a sequence: a word of IDL's, what it is made of behind seq_ or
// ptr_, or its own name, which stands behind named_ if it could be taken for one of these.
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
		return namedWord(cname(t.Decl))
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

// namedWord returns the word of a type that is declared, by its name in C. Behind one that ends as the functions of sequences do there
// is an underscore: som_seq_T_clear is a function of sequence<T>.
func namedWord(name string) string {
	begins := func(made string) bool { return strings.HasPrefix(name, made) }
	ends := func(function string) bool { return strings.HasSuffix("_"+strings.TrimRight(name, "_"), function) }
	word := name
	if slices.ContainsFunc([]string{"_clear", "_resize", "_copy"}, ends) {
		word += "_"
	}
	if elementWords[name] || slices.ContainsFunc([]string{"seq_", "ptr_", "named_"}, begins) {
		word = "named_" + word
	}
	return word
}

// elementWords are those of types that no declaration has named: carried, and wstring, somId and pointers to void.
var elementWords = cabi.Set(`boolean octet char wchar int8 uint8 short ushort long ulong longlong ulonglong float double string object
	wstring name void`)

// carried are the sequences that som_c.h defines.
var carried = cabi.Set(`boolean octet char wchar int8 uint8 short ushort long ulong longlong ulonglong float double string object`)

// className returns the name in C of the class whose objects are of a type; "" if it has none that the headers of a file have.
func (g *generator) className(from *model.File, t *model.Type) string {
	r := t.Resolve()
	if r.Kind != model.Named || cabi.FormOf(r) != cabi.Object {
		return ""
	}
	i, ok := cabi.Definition(r.Decl).(*model.Interface)
	if !ok || !i.IsClass() || !g.sight.Sees(g.spec, from, i.File()) || !isRoot(i) && (isGiven(i) || cabi.IsGivenFile(i.File()) || i.File().Standard) {
		return ""
	}
	return cname(i)
}

// owns reports whether values of a type hold memory or references.
var owns = cabi.Owns

// A param is a parameter of a function in C.
type param struct {
	typ, name string
	elements  string // the type of a pointer to the first one, of an array that is not written
	object    string // the name in C of the class of an object, if it has one
	id        bool   // IDL says somId: the text itself goes over, and IBM's bindings show the address of one
}

func (p param) String() string { return cabi.Spaced(p.typ) + p.name }

// passed returns a parameter of an operation.
func passed(t *model.Type, dir model.Direction, name string) param {
	f := cabi.FormOf(t)
	p := param{name: local(name), typ: typeName(t), id: dir == model.In && cabi.StandardName(t) == "somId"}
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
