// Package cabi says what IDL's types, names and signatures are in the object model's C interface, docs/som.md, and what else
// the emitters of C and C++ have to agree on: a class that one of them makes is used, and subclassed, by code of the other.
//
// All of it reads the model and changes nothing, so that it can be called at the same time.
package cabi

import (
	"path"

	"github.com/opendsom/dsom/model"
)

// A Form is what matters of a type for passing it.
type Form uint8

// The forms.
const (
	Unknown   Form = iota // what the interface has no form for
	Scalar                // a number or an enumeration
	Text                  // string
	Wide                  // wstring
	Object                // a reference
	Pointer               // of SOM IDL, or a native type
	Aggregate             // structure, union, sequence
	Array
	Making // somInitCtrl: what initializers hand on
)

// letters are those that the kinds of numbers have in signatures.
var letters = map[model.Kind]byte{
	model.Boolean: 'b', model.Octet: 'b', model.Char: 'b', model.Int8: 'b', model.UInt8: 'b', model.WChar: 'H', model.Short: 'h', model.UShort: 'H',
	model.Long: 'i', model.ULong: 'I', model.LongLong: 'l', model.ULongLong: 'L', model.Float: 'f', model.Double: 'd',
}

// FormOf returns how a type is passed.
func FormOf(t *model.Type) Form {
	switch StandardName(t) {
	case "somId":
		return Text
	case "somInitCtrl", "som3InitCtrl":
		return Making
	}
	t = t.Resolve()
	switch t.Kind {
	case model.String:
		return Text
	case model.WString:
		return Wide
	case model.Object:
		return Object
	case model.Pointer:
		if FormOf(t.Elem) == Making {
			return Making
		}
		return Pointer
	case model.Sequence:
		return Aggregate
	case model.Array:
		return Array
	case model.Named:
		switch d := t.Decl.(type) {
		case *model.Struct, *model.Union:
			return Aggregate
		case *model.Enum:
			return Scalar
		case *model.Interface:
			return Object
		case *model.Native:
			return Pointer
		case *model.Forward:
			switch d.Of {
			case "interface":
				return Object
			case "struct", "union":
				return Aggregate
			}
		}
		return Unknown
	}
	if _, ok := letters[t.Kind]; ok {
		return Scalar
	}
	return Unknown
}

// Letter returns the letter, in a method's signature, of a type that goes in or is a result.
func Letter(t *model.Type) byte {
	switch FormOf(t) {
	case Text:
		return 's'
	case Object:
		return 'o'
	case Scalar:
		if l, ok := letters[t.Resolve().Kind]; ok {
			return l
		}
		return 'I' // an enumeration
	}
	return 'p'
}

// StandardName returns the name of a typedef that the compiler carries and that means something of its own here: somId,
// somInitCtrl, som3InitCtrl. It is "" for all other types.
func StandardName(t *model.Type) string {
	for t.Kind == model.Named {
		d, ok := t.Decl.(*model.Typedef)
		if !ok {
			return ""
		}
		if IsSystem(d) {
			switch d.Name {
			case "somId", "somInitCtrl", "som3InitCtrl":
				return d.Name
			}
		}
		t = d.Type
	}
	return ""
}

// IsSystem reports whether a declaration is one of SOM's own, for which no names are generated.
func IsSystem(d model.Decl) bool {
	f := d.About().File()
	return f != nil && (f.Standard || IsGivenFile(f))
}

// IsGivenFile reports whether a file is that of classes which come with the kernel or with its library of metaclasses: the
// compiler's own file, or a toolkit's of the same name. It is false for nil.
func IsGivenFile(f *model.File) bool {
	if f == nil {
		return false
	}
	switch path.Base(f.Path) {
	case "somobj.idl", "somcls.idl", "somcm.idl", "sombacls.idl", "snglicls.idl", "somtrcls.idl", "somproxy.idl", "somprops.idl":
		return true
	}
	return false
}

// HasHeader reports whether a file of the compiler's own is one whose header is given in bind/c, and in bind/cxx unless it is a [IsGivenFile]: those of DSOM's classes, and of streams.
func HasHeader(f *model.File) bool {
	return IsGivenFile(f) || isDSOMs(f) && f.Standard
}

// isDSOMs reports whether a file is called as one of DSOM's classes.
func isDSOMs(f *model.File) bool {
	if f == nil {
		return false
	}
	switch path.Base(f.Path) {
	case "somdtype.idl", "omgidobj.idl", "omgestio.idl", "impldef.idl", "implrep.idl", "somdorb.idl", "somdobj.idl", "somdcprx.idl", "principl.idl",
		"servmgr.idl", "om.idl", "somdom.idl", "boa.idl", "somoa.idl", "somdserv.idl", "somdproc.idl", "somdtc.idl", "nvlist.idl", "request.idl", "cntxt.idl":
		return true
	}
	return false
}

// Definition returns what a forward declaration declares, if that is defined, and otherwise d.
func Definition(d model.Decl) model.Decl {
	if f, ok := d.(*model.Forward); ok && f.Definition != nil {
		return f.Definition
	}
	return d
}
