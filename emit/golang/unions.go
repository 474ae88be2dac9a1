package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/model"
)

// hasNone reports whether a union has values of the discriminator that select no arm.
func hasNone(u *model.Union) bool { return u.DefaultCase() == nil && u.UnusedLabel() != nil }

// takesLabel reports whether the constructor of an arm is told the discriminator, because
// the arm has several.
func takesLabel(c *model.Case) bool { return c.IsDefault() || len(c.Labels) > 1 }

// A unionWriter prints one union.
type unionWriter struct {
	*file
	u         *model.Union
	n         *declNames
	disc      string // Go type of the discriminator
	methods   []string
	fields    []string
	checked   bool // there are constructors that can be given a wrong discriminator
	recursive bool
}

func (f *file) union(d *model.Union) {
	w := &unionWriter{file: f, u: d, n: f.names[d], disc: f.goType(d.Discriminator), checked: hasNone(d), recursive: model.IsRecursive(d)}
	w.methods, w.fields = f.armNames(d)
	for _, c := range d.Cases {
		w.checked = w.checked || takesLabel(c)
	}
	w.declare()
	for i := range d.Cases {
		w.constructor(i)
	}
	w.none()
	w.accessors()
	if f.opt.Classes {
		w.F("// SOMArm is the number of the active arm, from 1, or 0: other languages are told of it.")
		w.F("func (v *%s) SOMArm() int { return v.armOf() }", w.n.Name)
		w.Blank()
		return
	}
	w.codec()
	f.descriptor(d, fmt.Sprintf("%s.NewType[%s](%s)", f.rt("stub"), w.n.Name, f.typeCode(d)))
}

func (w *unionWriter) declare() {
	w.doc(w.u, w.n.Name, ", a union. Its zero value has the arm that the discriminator's zero value selects")
	w.F("type %s struct {", w.n.Name)
	w.F("d %s%s", w.disc, w.wideTag(w.u.Discriminator))
	for i, c := range w.u.Cases {
		behind := w.memberDoc(&c.Node)
		w.L(w.fields[i] + " " + w.goType(c.Type) + w.wideTag(c.Type) + behind)
	}
	if w.checked {
		w.L("bad bool // made with a discriminator that selects another arm")
	}
	w.L("}")
	w.Blank()
}

// constructor prints the function that makes a union with the arm of case i.
func (w *unionWriter) constructor(i int) {
	c, name := w.u.Cases[i], w.n.More[i]
	typ := w.goType(c.Type)
	if !takesLabel(c) {
		label := w.value(c.Labels[0].Value)
		w.F("// %s returns a %s with arm %s, discriminator %s.", name, w.n.Name, c.Name, labelText(c.Labels[0].Value))
		w.F("func %s(v %s) %s { return %s{d: %s, %s: v} }", name, typ, w.n.Name, w.n.Name, label, w.fields[i])
		w.Blank()
		return
	}
	if c.IsDefault() {
		w.F("// %s returns a %s with the default arm %s. If d selects another arm it cannot be sent.", name, w.n.Name, c.Name)
	} else {
		var labels []string
		for _, l := range c.Labels {
			labels = append(labels, labelText(l.Value))
		}
		w.F("// %s returns a %s with arm %s. If d is none of %s it cannot be sent.", name, w.n.Name, c.Name, strings.Join(labels, ", "))
	}
	w.F("func %s(d %s, v %s) %s {", name, w.disc, typ, w.n.Name)
	w.F("u := %s{d: d, %s: v}", w.n.Name, w.fields[i])
	w.F("u.bad = u.armOf() != %d", i+1)
	w.L("return u")
	w.L("}")
	w.Blank()
}

// labelText returns a label as a comment says it.
func labelText(v *model.Value) string {
	if v.Kind == model.EnumValue {
		return v.Enumerator.Name
	}
	return oneLine(v.String())
}

// none prints the function that makes a union without an arm, if there can be one.
func (w *unionWriter) none() {
	if !hasNone(w.u) {
		return
	}
	name := w.n.More[len(w.u.Cases)]
	w.F("// %s returns a %s without an arm. If d selects one it cannot be sent.", name, w.n.Name)
	w.F("func %s(d %s) %s {", name, w.disc, w.n.Name)
	w.F("u := %s{d: d}", w.n.Name)
	w.L("u.bad = u.armOf() != 0")
	w.L("return u")
	w.L("}")
	w.Blank()
}

// accessors prints the methods that tell which arm is active and what is in it.
func (w *unionWriter) accessors() {
	w.L("// Discriminator returns what selects the arm.")
	w.F("func (v %s) Discriminator() %s { return v.d }", w.n.Name, w.disc)
	w.Blank()
	for i, c := range w.u.Cases {
		arm := "arm " + c.Name
		if c.IsDefault() {
			arm = "default " + arm
		}
		w.F("// %s returns the %s, and whether it is the active one.", w.methods[i], arm)
		w.F("func (v %s) %s() (%s, bool) { return v.%s, v.armOf() == %d }", w.n.Name, w.methods[i], w.goType(c.Type), w.fields[i], i+1)
		w.Blank()
	}
	w.F("// armOf returns the number of the active arm, from 1, or 0 if there is none.")
	w.F("func (v *%s) armOf() int {", w.n.Name)
	var cases []string
	otherwise := 0
	for i, c := range w.u.Cases {
		if c.IsDefault() {
			otherwise = i + 1 // with or without other labels
			continue
		}
		var labels []string
		for _, l := range c.Labels {
			labels = append(labels, w.value(l.Value))
		}
		cases = append(cases, fmt.Sprintf("case %s:\nreturn %d", strings.Join(labels, ", "), i+1))
	}
	if len(cases) > 0 {
		w.L("switch v.d {")
		w.L(strings.Join(cases, "\n"))
		w.L("}")
	}
	w.F("return %d", otherwise)
	w.L("}")
	w.Blank()
}

func (w *unionWriter) codec() {
	w.L("// MarshalCDR writes v.")
	w.F("func (v *%s) MarshalCDR(e *%s.Encoder) {", w.n.Name, w.rt("cdr"))
	w.guard(encoder, w.recursive)
	if w.checked {
		w.L("if v.bad {")
		w.F("%s.WrongArm(e, %q, v.d)", w.rt("stub"), w.u.ID)
		w.L("return")
		w.L("}")
	}
	w.put(encoder, "v.d", w.u.Discriminator, 0)
	w.arms(func(i int, c *model.Case) { w.put(encoder, "v."+w.fields[i], c.Type, 0) })
	w.L("}")
	w.Blank()

	w.L("// UnmarshalCDR reads v.")
	w.F("func (v *%s) UnmarshalCDR(d *%s.Decoder) {", w.n.Name, w.rt("cdr"))
	w.guard(decoder, w.recursive)
	w.F("*v = %s{}", w.n.Name)
	w.get(decoder, "v.d", w.u.Discriminator, 0)
	w.arms(func(i int, c *model.Case) { w.get(decoder, "v."+w.fields[i], c.Type, 0) })
	w.L("}")
	w.Blank()
}

func (w *unionWriter) arms(each func(int, *model.Case)) {
	w.L("switch v.armOf() {")
	for i, c := range w.u.Cases {
		w.F("case %d:", i+1)
		each(i, c)
	}
	w.L("}")
}
