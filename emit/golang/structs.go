package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/model"
)

func (f *file) structType(d *model.Struct) {
	name := f.names[d].Name
	members := f.memberNames(d, d.Members)
	f.doc(d, name, "")
	embedded := ""
	base := baseOf(d)
	if base != nil {
		embedded = f.qualifiedName(base)
	}
	f.fields(name, embedded, d.Members, members)
	if f.opt.Classes {
		return
	}
	if base != nil {
		embedded = f.names[base].Name
	}
	f.codec(name, "v", embedded, d.Members, members, model.IsRecursive(d))
	f.descriptor(d, fmt.Sprintf("%s.NewType[%s](%s)", f.rt("stub"), name, f.typeCode(d)))
}

func (f *file) exception(d *model.Exception) {
	name := f.names[d].Name
	members := f.memberNames(d, d.Members)
	f.doc(d, name, ", an exception")
	f.fields(name, "", d.Members, members)

	if len(members) == 0 {
		f.L("// Error returns the repository id.")
		f.F("func (*%s) Error() string { return %q }", name, d.ID)
	} else {
		f.L("// Error returns the repository id and the members.")
		f.F("func (v *%s) Error() string { return %s.Sprintf(%q, *v) }", name, f.rt("fmt"), strings.ReplaceAll(d.ID, "%", "%%")+" %+v")
	}
	f.Blank()
	if f.opt.Classes {
		if whyNotMembers(d.Members, map[model.Decl]bool{}) == "" {
			f.F("var _ = %s.Raises[%s](%q)", f.rt("som"), name, d.ID)
			f.Blank()
		}
		return
	}
	f.codec(name, "v's members", "", d.Members, members, false)
	f.descriptor(d, fmt.Sprintf("%s.NewException[%s](%q, %s)", f.rt("stub"), name, d.ID, f.typeCode(d)))
}

// baseOf returns the structure that a structure inherits from, or nil.
func baseOf(d model.Decl) *model.Struct {
	s, ok := d.(*model.Struct)
	if !ok || s.Base == nil {
		return nil
	}
	base, _ := model.As[*model.Struct](s.Base)
	return base
}

// fields prints the struct type. embedded is that of a base, or empty.
func (f *file) fields(name, embedded string, ms []*model.Member, members []string) {
	if len(ms) == 0 && embedded == "" {
		f.F("type %s struct{}", name)
		f.Blank()
		return
	}
	f.F("type %s struct {", name)
	if embedded != "" {
		f.L(embedded)
	}
	for i, m := range ms {
		behind := f.memberDoc(&m.Node)
		f.L(members[i] + " " + f.goType(m.Type) + f.wideTag(m.Type) + behind)
	}
	f.L("}")
	f.Blank()
}

// codec prints MarshalCDR and UnmarshalCDR of a type with members, and perhaps a base before them.
func (f *file) codec(name, what, embedded string, ms []*model.Member, members []string, recursive bool) {
	receiver := "v *" + name
	if len(ms) == 0 && embedded == "" {
		receiver = "*" + name
	}
	f.F("// MarshalCDR writes %s.", what)
	f.fn(fmt.Sprintf("func (%s) MarshalCDR(e *%s.Encoder)", receiver, f.rt("cdr")), func() {
		f.guard(encoder, recursive)
		if embedded != "" {
			f.F("v.%s.MarshalCDR(e)", embedded)
		}
		for i, m := range ms {
			f.put(encoder, "v."+members[i], m.Type, 0)
		}
	})
	f.F("// UnmarshalCDR reads %s.", what)
	f.fn(fmt.Sprintf("func (%s) UnmarshalCDR(d *%s.Decoder)", receiver, f.rt("cdr")), func() {
		f.guard(decoder, recursive)
		if embedded != "" {
			f.F("v.%s.UnmarshalCDR(d)", embedded)
		}
		for i, m := range ms {
			f.get(decoder, "v."+members[i], m.Type, 0)
		}
	})
}

// guard prints what counts the depth of a recursive type.
func (f *file) guard(c coder, recursive bool) {
	if recursive {
		f.F("if !%s.Enter() {", c.value)
		f.L("return")
		f.L("}")
		f.F("defer %s.Leave()", c.value)
	}
}

// descriptor prints the variable that describes a type.
func (f *file) descriptor(d model.Decl, value string) {
	n := f.names[d]
	f.F("// %s describes %s.", n.Type, n.Name)
	f.F("var %s = %s", n.Type, value)
	f.Blank()
}
