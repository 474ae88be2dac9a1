package golang

import (
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// What crosses between kernels by more than a word: som.Packing.Passes has the letters.

// passedByNone is how an initializer is passed, which others call in another way.
const passedByNone = "*"

// passing returns how a method's parameters are passed, or "" where the types say it, or where a type does not cross.
func (m *classMethod) passing() string {
	o, _ := m.decl.(*model.Operation)
	how, needed := "", false
	add := func(letter string, t *model.Type) bool {
		needed = needed || letter == "o" || letter == "x" || !isPlain(t)
		if isWide(t) {
			letter = strings.ToUpper(letter)
		}
		how += letter
		return crosses(t, map[model.Decl]bool{})
	}
	if m.init {
		return passedByNone
	}
	if o == nil {
		for _, p := range m.outs {
			if !add("r", p.typ) {
				return ""
			}
		}
		for _, p := range m.ins {
			if !add("i", p.typ) {
				return ""
			}
		}
	} else {
		if m.returns && !add("r", o.Result) {
			return ""
		}
		for _, p := range o.Params {
			letter := "i"
			switch p.Direction {
			case model.Out:
				letter = "o"
			case model.InOut:
				letter = "x"
			}
			if !add(letter, p.Type) {
				return ""
			}
		}
	}
	if !needed {
		return ""
	}
	return how
}

// isPlain reports whether Go's type says how a parameter is passed.
func isPlain(t *model.Type) bool {
	t = t.Resolve()
	switch t.Kind {
	case model.Sequence, model.Array, model.WChar, model.WString:
		return false
	case model.Named:
		switch definitionOf(t.Decl).(type) {
		case *model.Enum, *model.Interface:
			return true
		}
		return false
	}
	return true
}

func definitionOf(d model.Decl) model.Decl {
	if f, ok := d.(*model.Forward); ok && f.Definition != nil {
		return f.Definition
	}
	return d
}

// isWide reports whether characters or texts that a type is made of, but for members of structures and unions, are wide: Go's types do not say it.
func isWide(t *model.Type) bool {
	t = t.Resolve()
	switch t.Kind {
	case model.WChar, model.WString:
		return true
	case model.Sequence, model.Array:
		return isWide(t.Elem)
	}
	return false
}

// wideTag is the tag of a member that is wide.
func (f *file) wideTag(t *model.Type) string {
	if f.opt.Classes && isWide(t) {
		return " `som:\"wide\"`"
	}
	return ""
}

// crosses reports whether values of a type cross between languages.
func crosses(t *model.Type, seen map[model.Decl]bool) bool { return whyNot(t, seen) == "" }

// whyNot says what keeps values of a type from crossing between languages, or "". Numbers, texts, objects, and what is made of them cross. Names of
// SOM's own types do not, which are no texts although they look like them.
func whyNot(t *model.Type, seen map[model.Decl]bool) string {
	switch {
	case t.IsVoid():
		return ""
	case cabi.StandardName(t) != "":
		return "the type " + cabi.StandardName(t)
	}
	t = t.Resolve()
	switch cabi.FormOf(t) {
	case cabi.Unknown:
		return "the type " + t.String()
	case cabi.Pointer, cabi.Making:
		return "a pointer"
	case cabi.Array:
		return whyNot(t.Elem, seen)
	case cabi.Aggregate:
		if t.Kind != model.Sequence {
			return whyNotDecl(cabi.Definition(t.Decl), seen)
		}
		if cabi.FormOf(t.Elem) == cabi.Array {
			return "a sequence of arrays"
		}
		return whyNot(t.Elem, seen)
	}
	return ""
}

func whyNotDecl(d model.Decl, seen map[model.Decl]bool) string {
	if seen[d] {
		return ""
	}
	seen[d] = true
	switch d := d.(type) {
	case *model.Struct:
		switch {
		case d.Base != nil:
			return "the structure " + d.ScopedName() + ", which inherits from another"
		case len(d.Members) == 0:
			return "the structure " + d.ScopedName() + ", which has no members"
		}
		return whyNotMembers(d.Members, seen)
	case *model.Union:
		for _, c := range d.Cases {
			if why := whyNot(c.Type, seen); why != "" {
				return why
			}
		}
		return whyNot(d.Discriminator, seen)
	}
	return ""
}

func whyNotMembers(ms []*model.Member, seen map[model.Decl]bool) string {
	for _, m := range ms {
		if why := whyNot(m.Type, seen); why != "" {
			return why
		}
	}
	return ""
}

// checkCrossing says which methods of a class cannot be called by other languages: an error where it is they that implement
// it, and else a warning, since Go can do without them.
func (g *generator) checkCrossing(i *model.Interface) {
	code := CodeGoAlone
	if g.opt.Native {
		code = CodeNoCrossing
	}
	for _, m := range i.Introduced() {
		if m.Operation != nil && g.leftOut(m.Operation) || m.Attribute != nil && g.leftOut(m.Attribute) {
			continue
		}
		var types []*model.Type
		switch {
		case m.IsInit():
		case m.Attribute != nil:
			types = append(types, m.Attribute.Type)
		case m.Operation != nil:
			types = append(types, m.Operation.Result)
			for _, p := range m.Operation.Params {
				types = append(types, p.Type)
			}
		}
		for _, t := range types {
			why := whyNot(t, map[model.Decl]bool{})
			if why == "" {
				continue
			}
			at := t.Span
			if !at.IsValid() {
				at = methodSpan(m)
			}
			g.problem(code, at, "", "%s::%s: %s does not cross between languages", i.ScopedName(), m.Name, why)
			break
		}
	}
}
