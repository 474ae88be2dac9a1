package golang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// TypeCodes refer to each other through the descriptors of the types. Only where a type
// recurs is what lies between written out, because Go's variables cannot be initialised in
// a circle.

// maxInline bounds how many types a TypeCode writes out.
const maxInline = 300

// tcNames are the TypeCodes without parameters.
var tcNames = map[model.Kind]string{
	model.Boolean: "Boolean", model.Octet: "Octet", model.Char: "Char", model.WChar: "WChar",
	model.Int8: "Octet", model.UInt8: "Octet", // CORBA 3 has no kinds of their own for them
	model.Short: "Short", model.UShort: "UShort", model.Long: "Long", model.ULong: "ULong",
	model.LongLong: "LongLong", model.ULongLong: "ULongLong", model.Float: "Float", model.Double: "Double",
	model.LongDouble: "LongDouble", model.Any: "Any", model.ValueBase: "ValueBase", model.Object: "Object", model.TypeCode: "TC",
}

// A tcWriter makes the expression of one TypeCode.
type tcWriter struct {
	*file
	root  model.Decl
	open  []model.Decl // structures and unions around the place: they are referred to by id
	count int
}

// typeCode returns the expression for the TypeCode of a declared type.
func (f *file) typeCode(d model.Decl) string {
	w := &tcWriter{file: f, root: d}
	return w.decl(d)
}

func (w *tcWriter) decl(d model.Decl) string {
	if w.count++; w.count > maxInline {
		if w.count == maxInline+1 {
			w.problem(CodeEntangled, w.root.About().NameSpan, "", "the TypeCode of %s would write out more than %d types", w.root.About().ScopedName(), maxInline)
		}
		return w.rt("typecode") + ".Null"
	}
	if i, ok := w.interfaceOf(d); ok {
		d = i
	}
	i, tc := d.About(), w.rt("typecode")
	head := fmt.Sprintf("(%q, %q", i.ID, i.Name)
	switch d := d.(type) {
	case *model.Struct:
		w.open = append(w.open, d)
		defer w.close()
		return tc + ".Struct" + head + w.members(d.AllMembers()) + ")"
	case *model.Bitset:
		return fmt.Sprintf("%s.Alias%s, %s.%s)", tc, head, tc, tcNames[wordOf(d.Width())])
	case *model.Bitmask:
		return fmt.Sprintf("%s.Alias%s, %s.%s)", tc, head, tc, tcNames[wordOf(d.Bound)])
	case *model.Exception:
		return tc + ".Exception" + head + w.members(d.Members) + ")"
	case *model.Union:
		w.open = append(w.open, d)
		defer w.close()
		return tc + ".Union" + head + ", " + w.use(d.Discriminator) + w.arms(d) + ")"
	case *model.Enum:
		var b strings.Builder
		for _, v := range d.Enumerators {
			fmt.Fprintf(&b, ", %q", v.Name)
		}
		return tc + ".Enum" + head + b.String() + ")"
	case *model.Typedef:
		return tc + ".Alias" + head + ", " + w.use(d.Type) + ")"
	case *model.Interface:
		if d.Local {
			return fmt.Sprintf("%s.Interface(%s.TkLocalInterface, %q, %q)", tc, tc, i.ID, i.Name)
		}
		if d.Abstract {
			return fmt.Sprintf("%s.Interface(%s.TkAbstractInterface, %q, %q)", tc, tc, i.ID, i.Name)
		}
		return tc + ".ObjRef" + head + ")"
	case *model.ValueType:
		w.open = append(w.open, d)
		defer w.close()
		return w.value(d, head)
	case *model.ValueBox:
		w.open = append(w.open, d)
		defer w.close()
		return tc + ".ValueBox" + head + ", " + w.use(d.Type) + ")"
	}
	return fmt.Sprintf("%s.Interface(%s.TkNative, %q, %q)", tc, tc, i.ID, i.Name)
}

// value returns the expression for the TypeCode of a valuetype.
func (w *tcWriter) value(d *model.ValueType, head string) string {
	tc := w.rt("typecode")
	kind, modifier, base := "Value", "ValueNone", "nil"
	if d.Event {
		kind = "Event"
	}
	switch {
	case d.Custom:
		modifier = "ValueCustom"
	case d.Abstract:
		modifier = "ValueAbstract"
	case d.Truncatable:
		modifier = "ValueTruncatable"
	}
	if c := d.Concrete(); c != nil {
		base = w.use(&model.Type{Kind: model.Named, Decl: c})
	}
	var b strings.Builder
	for _, m := range d.State() {
		fmt.Fprintf(&b, ",\n%s.State{Name: %q, Type: %s", tc, m.Name, w.use(m.Type))
		if m.Public {
			b.WriteString(", Public: true")
		}
		b.WriteString("}")
	}
	return fmt.Sprintf("%s.%s%s, %s.%s, %s%s)", tc, kind, head, tc, modifier, base, b.String())
}

func (w *tcWriter) close() { w.open = w.open[:len(w.open)-1] }

func (w *tcWriter) members(ms []*model.Member) string {
	var b strings.Builder
	for _, m := range ms {
		fmt.Fprintf(&b, ",\n%s.Member{Name: %q, Type: %s}", w.rt("typecode"), m.Name, w.use(m.Type))
	}
	return b.String()
}

func (w *tcWriter) arms(u *model.Union) string {
	var b strings.Builder
	for _, c := range u.Cases {
		typ := w.use(c.Type)
		for _, l := range c.Labels {
			label := "Default: true"
			if !l.Default {
				n := ordinal(l.Value)
				if u.Discriminator.Resolve().Kind == model.Int8 { // an octet in the TypeCode
					n &= 0xff
				}
				label = fmt.Sprintf("Label: %d", n)
			}
			fmt.Fprintf(&b, ",\n%s.Arm{%s, Name: %q, Type: %s}", w.rt("typecode"), label, c.Name, typ)
		}
	}
	return b.String()
}

// ordinal returns a label as a number: 64 bits, whatever their sign means.
func ordinal(v *model.Value) int64 {
	switch v.Kind {
	case model.BoolValue:
		if v.Bool {
			return 1
		}
	case model.CharValue, model.WCharValue:
		return int64(v.Char)
	case model.EnumValue:
		return int64(v.Enumerator.Ordinal)
	case model.IntValue:
		if v.Int.IsUint64() {
			return int64(v.Int.Uint64())
		}
		return v.Int.Int64()
	}
	return 0
}

// use returns the expression for the TypeCode of a type as it is used.
func (w *tcWriter) use(t *model.Type) string {
	tc := w.rt("typecode")
	if name, ok := tcNames[t.Kind]; ok {
		return tc + "." + name
	}
	switch t.Kind {
	case model.String, model.WString:
		name := map[model.Kind]string{model.String: "String", model.WString: "WString"}[t.Kind]
		if t.Bound == 0 {
			return tc + "." + name
		}
		return fmt.Sprintf("%s.%sMax(%d)", tc, name, t.Bound)
	case model.Fixed:
		return fmt.Sprintf("%s.Fixed(%d, %d)", tc, t.Digits, t.Scale)
	case model.Sequence:
		return fmt.Sprintf("%s.Sequence(%s, %d)", tc, w.use(t.Elem), t.Bound)
	case model.Map: // CORBA has no kind for it: on the wire it is this
		return fmt.Sprintf("%s.Map(%s, %s, %d)", tc, w.use(t.Key), w.use(t.Elem), t.Bound)
	case model.Array:
		out := w.use(t.Elem)
		for _, n := range slices.Backward(t.Dims) {
			out = fmt.Sprintf("%s.Array(%s, %d)", tc, out, n)
		}
		return out
	}
	d := t.Decl
	if slices.Contains(w.open, d) {
		return fmt.Sprintf("%s.Recursive(%q)", tc, d.About().ID)
	}
	if w.isOpaque(d) && !isValue(d) || !w.described(d) || w.recurs(d) {
		return w.decl(d)
	}
	return w.qualified(d, w.names[d].Type) + ".TypeCode()"
}

// described reports whether there is a descriptor of the type.
func (w *tcWriter) described(d model.Decl) bool {
	td, ok := d.(*model.Typedef)
	if !ok || isDefined(td) {
		return true
	}
	t := plain(td.Type)
	if t.Kind != model.Named {
		return true
	}
	i, isInterface := w.interfaceOf(t.Decl)
	return isInterface && !i.Local || isValue(t.Decl) || !w.isOpaque(t.Decl)
}

// recurs reports whether d leads back to one of the types around the place.
func (w *tcWriter) recurs(d model.Decl) bool {
	if len(w.open) == 0 {
		return false
	}
	seen := map[model.Decl]bool{d: true}
	work := []model.Decl{d}
	for len(work) > 0 {
		next := work[len(work)-1]
		work = work[:len(work)-1]
		if _, held := next.(*model.Interface); held {
			continue // by reference
		}
		uses := model.Uses(next)
		if v, ok := next.(*model.ValueType); ok { // of which its TypeCode has the state
			for _, m := range v.State() {
				uses = append(uses, model.Uses(m)...)
			}
		}
		for _, u := range uses {
			if slices.Contains(w.open, u) {
				return true
			}
			if !seen[u] {
				seen[u] = true
				work = append(work, u)
			}
		}
	}
	return false
}
