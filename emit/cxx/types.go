package cxx

import (
	"fmt"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// form is what matters of a type for passing it; som::form in value.hpp is the same at compile time.
type form uint8

const (
	plain   form = iota // numbers, enumerations, pointers
	text                // string
	wide                // wstring
	object              // a reference
	built               // structures, unions, sequences, arrays
	making              // somInitCtrl: what initializers hand on
	unknown             // what there is no form for
)

var primitive = map[model.Kind]string{
	model.Boolean: "bool", model.Octet: "std::uint8_t", model.Char: "char", model.WChar: "char16_t",
	model.Int8: "std::int8_t", model.UInt8: "std::uint8_t", model.Short: "std::int16_t", model.UShort: "std::uint16_t",
	model.Long: "std::int32_t", model.ULong: "std::uint32_t", model.LongLong: "std::int64_t", model.ULongLong: "std::uint64_t",
	model.Float: "float", model.Double: "double",
}

func formOf(t *model.Type) form {
	r := t.Resolve()
	switch cabi.FormOf(t) {
	case cabi.Scalar:
		return plain
	case cabi.Text:
		return text
	case cabi.Wide:
		return wide
	case cabi.Object:
		return object
	case cabi.Pointer:
		if r.Kind == model.Pointer {
			return plain
		}
	case cabi.Aggregate, cabi.Array:
		if r.Kind != model.Named {
			return built
		}
		if _, undefined := cabi.Definition(r.Decl).(*model.Forward); !undefined {
			return built
		}
	case cabi.Making:
		return making
	}
	return unknown
}

// flat reports whether values of a type are in C++ what they are when they travel.
func flat(t *model.Type) bool { return flatBelow(t, map[model.Decl]bool{}) }

func flatBelow(t *model.Type, seen map[model.Decl]bool) bool {
	switch formOf(t) {
	case plain:
		return t.Resolve().Kind != model.Boolean
	case built:
		t = t.Resolve()
		if t.Kind == model.Array {
			return flatBelow(t.Elem, seen)
		}
		s, ok := cabi.Definition(t.Decl).(*model.Struct)
		if !ok || t.Kind == model.Sequence || seen[s] {
			return false
		}
		seen[s] = true
		for _, m := range s.AllMembers() {
			if !flatBelow(m.Type, seen) {
				return false
			}
		}
		delete(seen, s)
		return true
	}
	return false
}

// lends reports whether a value can be handed out as it is: it need not be translated.
func lends(t *model.Type) bool {
	if formOf(t) != built {
		return true
	}
	r := t.Resolve()
	switch r.Kind {
	case model.Array:
		return false
	case model.Sequence:
		e := r.Elem.Resolve()
		_, enum := cabi.Definition(e.Decl).(*model.Enum)
		return e.Kind != model.Array && !enum && flat(r.Elem)
	}
	return flat(t)
}

// typeName returns a type in C++, names with all their namespaces.
func typeName(t *model.Type) string {
	switch cabi.StandardName(t) {
	case "somId":
		return "std::string"
	case "somInitCtrl", "som3InitCtrl":
		return "som_making *"
	}
	if p, ok := primitive[t.Kind]; ok {
		return p
	}
	switch t.Kind {
	case model.String:
		return "std::string"
	case model.WString:
		return "std::u16string"
	case model.Object:
		return "som::object"
	case model.Pointer:
		return pointed(t.Elem) + " *"
	case model.Sequence:
		return "std::vector<" + typeName(t.Elem) + ">"
	case model.Array:
		return array("std::array", typeName(t.Elem), t.Dims)
	case model.Named:
		if d, ok := t.Decl.(*model.Typedef); ok && cabi.IsSystem(d) {
			return typeName(d.Type)
		}
		if f, ok := t.Decl.(*model.Forward); ok && f.Definition == nil {
			return "som::object"
		}
		return qualified(cabi.Definition(t.Decl))
	}
	return "void"
}

// pointed returns what a pointer points to: as it is in C.
func pointed(t *model.Type) string {
	if t.Resolve().Kind == model.Void || formOf(t) == unknown {
		return "void"
	}
	return travels(t)
}

// array returns an array of arrays.
func array(of, elem string, dims []uint64) string {
	for i := len(dims) - 1; i >= 0; i-- {
		elem = fmt.Sprintf("%s<%s, %d>", of, elem, dims[i])
	}
	return elem
}

// travels returns what a type is as a member of what travels.
func travels(t *model.Type) string {
	if cabi.StandardName(t) == "somId" {
		return "char *"
	}
	r := t.Resolve()
	switch formOf(r) {
	case text:
		return "char *"
	case wide:
		return "char16_t *"
	case object:
		return "som_ref"
	case built:
		switch r.Kind {
		case model.Sequence:
			return "som::sequence<" + travels(r.Elem) + ">"
		case model.Array:
			return array("som::fixed", travels(r.Elem), r.Dims)
		}
		d := cabi.Definition(r.Decl)
		if !hasForm(d) {
			return qualified(d)
		}
		return qualifiedAs(d, formName(d))
	}
	if r.Kind == model.Boolean {
		return "std::uint8_t"
	}
	if _, ok := cabi.Definition(r.Decl).(*model.Enum); ok {
		return "std::uint32_t"
	}
	return typeName(r)
}

// hasForm reports whether a declaration is a structure or a union that is not in C++ what it is when it travels.
func hasForm(d model.Decl) bool {
	switch d.(type) {
	case *model.Struct, *model.Union:
		return !flat(&model.Type{Kind: model.Named, Decl: d})
	}
	return false
}

// parameter returns a parameter of a function in C++, by its direction.
func parameter(t *model.Type, dir model.Direction, name string) string {
	f := formOf(t)
	switch {
	case f == making:
		return "som_making *" + name
	case dir != model.In:
		return typeName(t) + " &" + name
	case f == text:
		return "const som::text &" + name
	case f == plain:
		return cabi.Spaced(typeName(t)) + name
	}
	return "const " + typeName(t) + " &" + name
}

// implemented returns the same of the member function that implements a method.
func implemented(t *model.Type, dir model.Direction, name string) string {
	if formOf(t) == text && dir == model.In {
		return "const std::string &" + name
	}
	return parameter(t, dir, name)
}
