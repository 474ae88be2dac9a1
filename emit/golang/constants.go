package golang

import (
	"fmt"
	"strconv"
	"unicode"

	"github.com/opendsom/dsom/model"
)

func (f *file) constant(d *model.Const) {
	name := f.names[d].Name
	typ := f.goType(d.Type)
	f.doc(d, name, "")
	switch t := d.Type.Resolve(); t.Kind {
	case model.LongDouble, model.Fixed: // Go has no constants of these types
		parse := map[model.Kind]string{model.LongDouble: "LongDouble", model.Fixed: "Fixed"}[t.Kind]
		f.F("var %s %s = %s.Must(%s.Parse%s(%q))", name, typ, f.rt("stub"), f.rt("cdr"), parse, plainNumber(d.Value))
	default:
		f.F("const %s %s = %s", name, typ, f.value(d.Value))
	}
	f.Blank()
}

// plainNumber returns a number as text without IDL's suffix.
func plainNumber(v *model.Value) string {
	switch v.Kind {
	case model.FloatValue:
		return v.Float.Text('g', -1)
	case model.IntValue:
		return v.Int.String()
	}
	return v.Text
}

// value returns a constant as Go writes it.
func (f *file) value(v *model.Value) string {
	switch v.Kind {
	case model.BoolValue:
		return strconv.FormatBool(v.Bool)
	case model.IntValue:
		return v.Int.String()
	case model.FloatValue:
		return v.Float.Text('g', -1)
	case model.CharValue, model.WCharValue:
		if unicode.IsPrint(v.Char) {
			return strconv.QuoteRuneToASCII(v.Char)
		}
		return fmt.Sprintf("%#x", v.Char)
	case model.StringValue, model.WStringValue:
		return strconv.Quote(v.Text)
	case model.EnumValue:
		return f.qualifiedName(v.Enumerator)
	}
	return strconv.Quote(v.Text)
}
