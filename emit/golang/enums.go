package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/model"
)

func (f *file) enum(d *model.Enum) {
	name := f.names[d].Name
	table := lowerFirst(name) + "_names"
	n := len(d.Enumerators)
	f.doc(d, name, "")
	f.F("type %s uint32", name)
	f.Blank()

	f.F("// The enumerators of %s.", name)
	f.L("const (")
	for _, v := range d.Enumerators {
		behind := f.memberDoc(&v.Node)
		f.F("%s %s = %d%s", f.names[v].Name, name, v.Ordinal, behind)
	}
	f.L(")")
	f.Blank()

	var names []string
	for _, v := range d.Enumerators {
		names = append(names, fmt.Sprintf("%q", v.Name))
	}
	f.F("var %s = [...]string{%s}", table, strings.Join(names, ", "))
	f.Blank()
	f.L("// String returns the enumerator's name in IDL.")
	f.F("func (v %s) String() string {", name)
	f.L("if v.IsValid() {")
	f.F("return %s[v]", table)
	f.L("}")
	f.F("return %s.Sprintf(\"%s(%%d)\", uint32(v))", f.rt("fmt"), name)
	f.L("}")
	f.Blank()
	f.F("// IsValid reports whether v is an enumerator of %s.", name)
	f.F("func (v %s) IsValid() bool { return v < %d }", name, n)
	f.Blank()
	if f.opt.Classes {
		return
	}

	f.L("// MarshalCDR writes v.")
	f.F("func (v %s) MarshalCDR(e *%s.Encoder) { e.Enum(uint32(v), %d) }", name, f.rt("cdr"), n)
	f.Blank()
	f.L("// UnmarshalCDR reads v.")
	f.F("func (v *%s) UnmarshalCDR(d *%s.Decoder) { *v = %s(d.Enum(%d)) }", name, f.rt("cdr"), name, n)
	f.Blank()
	f.descriptor(d, fmt.Sprintf("%s.NewType[%s](%s)", f.rt("stub"), name, f.typeCode(d)))
}
