// Package smalltalk writes what programs in Smalltalk know of IDL: types and signatures as literal arrays, which the Smalltalk side
// (bind/smalltalk) reads when a program begins. There is no code for a method in it: proxies and servants are made from these data.
//
// The form is one array for each declaration, with its kind, its repository id, its scoped name and what it is made of:
//
//	(struct 'IDL:Climate/Reading:1.0' 'Climate::Reading' ('celsius' double) ('doing' 'IDL:Climate/Mode:1.0'))
//	(exception …)            as a structure
//	(enum ID NAME 'off' 'heating')
//	(alias ID NAME TYPE)
//	(union ID NAME TYPE ('name' TYPE LABEL …) …)      a label is an integer, true, false or default; enumerators and characters are numbers
//	(interface ID NAME (BASE …) OPERATION …)
//	(operation 'step' void ((inout 'by' double) (out 'now' ID)) (EXCEPTION …))  or oneway in place of operation
//	(const NAME VALUE)       an integer, true, false, a text, (float HIGH LOW), the two halves of a double, (fixed 'text'), (char n), (wide n …), (enum ID n)
//
// A type is a word, the id of a declaration, or (string n), (wstring n), (fixed d s), (sequence TYPE n), (array TYPE n), (left 'what it is') for what the
// Smalltalk side has no form for. Attributes are operations _get_x and _set_x.
package smalltalk

import (
	"fmt"
	"math"
	"path"
	"path/filepath"
	"strings"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/model"
)

// Emit makes a file of each main file of a specification: thermo.st of thermo.idl, with all that its declarations refer to, wherever that is declared. It is
// an error if two main files have one stem.
func Emit(spec *model.Spec) (*emit.Files, error) {
	files := new(emit.Files)
	for _, f := range spec.Files {
		if !f.Main {
			continue
		}
		w := &writer{known: map[model.Decl]bool{}}
		for d := range spec.All() {
			if d.About().File() == f {
				w.declare(d)
			}
		}
		stem := strings.TrimSuffix(path.Base(filepath.ToSlash(f.Path)), path.Ext(f.Path))
		head := fmt.Sprintf("\"Types of %s, made by dsom: data, no code.\"\nDsomTypes read: #(\n", strings.ReplaceAll(path.Base(filepath.ToSlash(f.Path)), `"`, `""`))
		if err := files.Add(stem+".st", []byte(escape(head+w.text.String()+")")+"!\n")); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// escape doubles what would end a chunk of a file.
func escape(s string) string { return strings.ReplaceAll(s, "!", "!!") }

// A writer writes each declaration once, behind whatever it met first.
type writer struct {
	text  strings.Builder
	known map[model.Decl]bool
}

// declare writes a declaration, if it is one of those that matter on the wire, and then those that it refers to.
func (w *writer) declare(d model.Decl) {
	if f, ok := d.(*model.Forward); ok {
		if f.Definition == nil {
			return
		}
		d = f.Definition
	}
	if w.known[d] {
		return
	}
	w.known[d] = true
	p := &entry{w: w}
	switch d := d.(type) {
	case *model.Struct:
		p.begin("struct", d)
		p.members(d.AllMembers())
	case *model.Exception:
		p.begin("exception", d)
		p.members(d.Members)
	case *model.Enum:
		p.begin("enum", d)
		for _, e := range d.Enumerators {
			p.add(" ", quote(e.Name))
		}
	case *model.Typedef:
		p.begin("alias", d)
		p.add(" ", p.typ(d.Type))
	case *model.Union:
		p.begin("union", d)
		p.add(" ", p.typ(d.Discriminator))
		for _, c := range d.Cases {
			p.add(" (", quote(c.Name), " ", p.typ(c.Type))
			for _, l := range c.Labels {
				p.add(" ", label(l))
			}
			p.add(")")
		}
	case *model.Interface:
		p.begin("interface", d)
		p.add(" (")
		for i, b := range d.Parents() {
			p.add(strings.Repeat(" ", min(i, 1)), quote(b.ID))
			p.refer(b)
		}
		p.add(")")
		for _, m := range d.Members() {
			p.member(m)
		}
	case *model.Const:
		p.add("(const ", quote(d.ScopedName()), " ", p.value(d.Value))
	default:
		return
	}
	w.text.WriteString(p.text.String() + ")\n")
	for _, r := range p.refers {
		w.declare(r)
	}
}

// An entry is one declaration in the making.
type entry struct {
	w      *writer
	text   strings.Builder
	refers []model.Decl
}

func (p *entry) add(words ...string) {
	for _, s := range words {
		p.text.WriteString(s)
	}
}

func (p *entry) begin(kind string, d model.Decl) {
	p.add("(", kind, " ", quote(d.About().ID), " ", quote(d.About().ScopedName()))
}

func (p *entry) refer(d model.Decl) { p.refers = append(p.refers, d) }

func (p *entry) members(ms []*model.Member) {
	for _, m := range ms {
		p.add(" (", quote(m.Name), " ", p.typ(m.Type), ")")
	}
}

func (p *entry) member(m model.Decl) {
	switch m := m.(type) {
	case *model.Operation:
		kind := "operation"
		if m.Oneway {
			kind = "oneway"
		}
		p.add("\n  (", kind, " ", quote(m.Name), " ", p.typ(m.Result), " (")
		for i, a := range m.Params {
			p.add(strings.Repeat(" ", min(i, 1)), "(", [...]string{"in", "out", "inout"}[a.Direction], " ", quote(a.Name), " ", p.typ(a.Type), ")")
		}
		p.add(")")
		p.raises(m.Raises)
		if len(m.Context) > 0 {
			p.add(" context")
		}
		p.add(")")
	case *model.Attribute:
		p.add("\n  (operation ", quote("_get_"+m.Name), " ", p.typ(m.Type), " ()")
		p.raises(m.GetRaises)
		p.add(")")
		if !m.Readonly {
			p.add("\n  (operation ", quote("_set_"+m.Name), " void ((in 'value' ", p.typ(m.Type), "))")
			p.raises(m.SetRaises)
			p.add(")")
		}
	}
}

func (p *entry) raises(es []*model.Exception) {
	p.add(" (")
	for i, e := range es {
		p.add(strings.Repeat(" ", min(i, 1)), quote(e.ID))
		p.refer(e)
	}
	p.add(")")
}

// words are the kinds of types that need no more than a word.
var words = map[model.Kind]string{
	model.Void: "void", model.Boolean: "boolean", model.Octet: "octet", model.Char: "char", model.WChar: "wchar", model.Int8: "int8", model.UInt8: "octet",
	model.Short: "short", model.UShort: "ushort", model.Long: "long", model.ULong: "ulong", model.LongLong: "longlong", model.ULongLong: "ulonglong",
	model.Float: "float", model.Double: "double", model.Any: "any", model.Object: "Object", model.TypeCode: "TypeCode",
}

func (p *entry) typ(t *model.Type) string {
	if t.IsVoid() {
		return "void"
	}
	if s, ok := words[t.Kind]; ok {
		return s
	}
	switch t.Kind {
	case model.String, model.WString:
		kind := "string"
		if t.Kind == model.WString {
			kind = "wstring"
		}
		return fmt.Sprintf("(%s %d)", kind, t.Bound)
	case model.Fixed:
		return fmt.Sprintf("(fixed %d %d)", t.Digits, t.Scale)
	case model.Sequence:
		return fmt.Sprintf("(sequence %s %d)", p.typ(t.Elem), t.Bound)
	case model.Array:
		s := p.typ(t.Elem)
		for i := len(t.Dims) - 1; i >= 0; i-- {
			s = fmt.Sprintf("(array %s %d)", s, t.Dims[i])
		}
		return s
	case model.Named:
		d := t.Decl
		if f, ok := d.(*model.Forward); ok && f.Definition != nil {
			d = f.Definition
		}
		switch d := d.(type) {
		case *model.Struct, *model.Union, *model.Enum, *model.Typedef, *model.Interface:
			p.refer(d)
			return quote(d.About().ID)
		case *model.Forward:
			if d.Of == "interface" {
				return "Object" // of which only references can be passed on
			}
		}
	}
	return "(left " + quote(t.Qualified()) + ")"
}

func label(l model.Label) string {
	if l.Default {
		return "default"
	}
	switch v := l.Value; v.Kind {
	case model.BoolValue:
		return fmt.Sprint(v.Bool)
	case model.CharValue, model.WCharValue:
		return fmt.Sprint(int(v.Char))
	case model.EnumValue:
		return fmt.Sprint(v.Enumerator.Ordinal)
	default:
		return v.Int.String()
	}
}

// value writes a constant.
func (p *entry) value(v *model.Value) string {
	switch v.Kind {
	case model.BoolValue:
		return fmt.Sprint(v.Bool)
	case model.IntValue:
		return v.Int.String()
	case model.FloatValue:
		f, _ := v.Float.Float64()
		bits := math.Float64bits(f)
		return fmt.Sprintf("(float %d %d)", bits>>32, uint32(bits))
	case model.FixedValue:
		return "(fixed " + quote(v.Text) + ")"
	case model.CharValue:
		return fmt.Sprintf("(char %d)", v.Char)
	case model.EnumValue:
		e := v.Enumerator
		p.refer(e.Enum())
		return fmt.Sprintf("(enum %s %d)", quote(e.Enum().ID), e.Ordinal)
	case model.WCharValue:
		return fmt.Sprintf("(char %d)", v.Char)
	}
	for _, r := range v.Text {
		if r > 126 || r < 32 {
			s := "(wide"
			for _, r := range v.Text {
				s += fmt.Sprintf(" %d", r)
			}
			return s + ")"
		}
	}
	return quote(v.Text)
}

// quote writes a text as Smalltalk does.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
