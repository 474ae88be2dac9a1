package idl

import (
	"strconv"
	"strings"

	"github.com/opendsom/dsom/model"
)

// typeText returns the use of a type; an array is not one, see declarator.
func (p *printer) typeText(t *model.Type) string {
	if t.IsVoid() {
		return "void"
	}
	bound := func(open string) string {
		if t.Bound == 0 {
			return open + ">"
		}
		return open + ", " + strconv.FormatUint(t.Bound, 10) + ">"
	}
	switch t.Kind {
	case model.Named, model.TypeCode:
		switch {
		case t.Decl == nil:
			return escaped(t.Name)
		case t.Name != "" && (inAnnotation(t.Decl) || p.finds(t.Name, t.Decl)):
			return escaped(t.Name)
		}
		return escaped(t.Decl.About().QualifiedName())
	case model.Sequence:
		return bound("sequence<" + p.annotated(t.Elem))
	case model.Map:
		return bound("map<" + p.annotated(t.Key) + ", " + p.annotated(t.Elem))
	case model.Pointer:
		return p.typeText(t.Elem) + "*"
	case model.String, model.WString, model.Fixed:
		return t.String()
	}
	if t.Name != "" {
		return t.Name // one of several for a kind, int32
	}
	return t.Kind.String()
}

// declarator returns a type and a name as they are declared together: "long a[2]".
func (p *printer) declarator(t *model.Type, n string) (elem, decl string) {
	if t.Kind != model.Array {
		return p.typeText(t), name(n)
	}
	var b strings.Builder
	b.WriteString(name(n))
	for _, d := range t.Dims {
		b.WriteString("[" + strconv.FormatUint(d, 10) + "]")
	}
	return p.typeText(t.Elem), b.String()
}

// typeList returns names of bases and the like after a word, or nothing.
func (p *printer) typeList(word string, ts []*model.Type) string {
	if len(ts) == 0 {
		return ""
	}
	var all []string
	for _, t := range ts {
		all = append(all, p.typeText(t))
	}
	return word + strings.Join(all, ", ")
}

// raises returns a clause that lists exceptions, or nothing.
func raises(word string, es []*model.Exception) string {
	if len(es) == 0 {
		return ""
	}
	var all []string
	for _, e := range es {
		all = append(all, escaped(e.QualifiedName()))
	}
	return " " + word + " (" + strings.Join(all, ", ") + ")"
}

// annotated returns the use of a type with the annotations inside another before it.
func (p *printer) annotated(t *model.Type) string {
	s := ""
	for _, a := range t.Annotations {
		s += annotation(a) + " "
	}
	return s + p.typeText(t)
}
