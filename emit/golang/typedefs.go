package golang

import (
	"fmt"

	"github.com/opendsom/dsom/model"
)

func (f *file) typedef(d *model.Typedef) {
	name := f.names[d].Name
	if !isDefined(d) {
		f.alias(d, name)
		return
	}
	f.doc(d, name, f.boundText(d.Type))
	f.F("type %s %s", name, f.goType(d.Type))
	f.Blank()
	if f.opt.Classes {
		return
	}
	cdr := f.rt("cdr")

	f.L("// MarshalCDR writes v.")
	f.fn(fmt.Sprintf("func (v %s) MarshalCDR(e *%s.Encoder)", name, cdr), func() {
		switch d.Type.Kind {
		case model.String, model.WString:
			f.put(encoder, "string(v)", d.Type, 0)
		default:
			f.put(encoder, "v", d.Type, 0)
		}
	})
	f.L("// UnmarshalCDR reads v.")
	f.fn(fmt.Sprintf("func (v *%s) UnmarshalCDR(d *%s.Decoder)", name, cdr), func() { f.readDefined(name, d.Type) })
	f.descriptor(d, fmt.Sprintf("%s.NewType[%s](%s)", f.rt("stub"), name, f.typeCode(d)))
}

// readDefined prints the body that reads a defined type into *v.
func (f *file) readDefined(name string, t *model.Type) {
	n, bounded := bound(t)
	switch {
	case t.Kind == model.String, t.Kind == model.WString:
		f.F("*v = %s(%s)", name, f.read(decoder, t))
	case t.Kind == model.Map:
		f.F("var m %s", name)
		f.get(decoder, "m", t, 0)
		f.L("*v = m")
	case t.Kind == model.Array:
		f.get(decoder, "v", t, 0)
	case bulkMethod(t.Elem) == "Octets" && !bounded:
		f.L("*v = d.OctetSeq()")
	default:
		f.F("s := %s.Make[%s](d, %s)", f.rt("stub"), name, f.readCount(decoder, t, n, bounded))
		f.getElements(decoder, "s", t, 0)
		f.L("*v = s")
	}
}

// boundText says what a Go type does not.
func (f *file) boundText(t *model.Type) string {
	if t.Bound > 0 {
		return ", a " + t.String()
	}
	return ""
}

// alias prints a typedef that is a plain rename.
func (f *file) alias(d *model.Typedef, name string) {
	f.doc(d, name, ", another name of "+d.Type.String())
	f.F("type %s = %s", name, f.goType(d.Type))
	f.Blank()
	if f.opt.Classes {
		return
	}

	t := plain(d.Type)
	if t.Kind == model.Named {
		i, isInterface := f.interfaceOf(t.Decl)
		switch {
		case isInterface && !i.Local:
			class := f.classOf(i)
			f.descriptor(d, fmt.Sprintf("%s.NewType(%s,\n%s.Put, %s.Get)", f.rt("dyn"), f.typeCode(d), class, class))
		case isValue(t.Decl):
			value := f.descriptorOf(t.Decl)
			f.descriptor(d, fmt.Sprintf("%s.NewType(%s,\n%s.Put, %s.Get)", f.rt("dyn"), f.typeCode(d), value, value))
		case !f.isOpaque(t.Decl):
			f.descriptor(d, fmt.Sprintf("%s.NewType[%s](%s)", f.rt("stub"), f.goType(d.Type), f.typeCode(d)))
		}
		return
	}
	f.descriptor(d, fmt.Sprintf("%s.NewType(%s,\n%s,\n%s)", f.rt("dyn"), f.typeCode(d), f.putFunc(t), f.getFunc(t)))
}

// putFunc returns an expression for a function that writes a value of a type without methods.
func (f *file) putFunc(t *model.Type) string {
	switch t.Kind {
	case model.Any:
		return f.rt("dyn") + ".PutAny"
	case model.TypeCode:
		return f.rt("typecode") + ".Put"
	case model.Object:
		return f.rt("stub") + ".PutObject"
	case model.ValueBase:
		return f.rt("stub") + ".PutValueBase"
	case model.Fixed:
		return fmt.Sprintf("func(e *%s.Encoder, v %s) { e.Fixed(v, %d, %d) }", f.rt("cdr"), f.goType(t), t.Digits, t.Scale)
	case model.LongDouble:
		return "(*" + f.rt("cdr") + ".Encoder).LongDouble"
	}
	return "(*" + f.rt("cdr") + ".Encoder)." + basic[t.Kind].method
}

// getFunc returns an expression for a function that reads a value of a type without methods.
func (f *file) getFunc(t *model.Type) string {
	switch t.Kind {
	case model.Any:
		return f.rt("dyn") + ".GetAny"
	case model.TypeCode:
		return f.rt("typecode") + ".Get"
	case model.Object:
		return f.rt("stub") + ".GetObject"
	case model.ValueBase:
		return f.rt("stub") + ".GetValueBase"
	case model.Fixed:
		return fmt.Sprintf("func(d *%s.Decoder) %s { return d.Fixed(%d, %d) }", f.rt("cdr"), f.goType(t), t.Digits, t.Scale)
	case model.LongDouble:
		return "(*" + f.rt("cdr") + ".Decoder).LongDouble"
	}
	return "(*" + f.rt("cdr") + ".Decoder)." + basic[t.Kind].method
}

// native prints a native type: opaque, and never marshalled.
func (f *file) native(d *model.Native) {
	name := f.names[d].Name
	f.doc(d, name, ", a native type, which cannot be sent")
	f.F("type %s any", name)
	f.Blank()
}
