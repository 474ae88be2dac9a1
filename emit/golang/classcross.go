package golang

import "github.com/opendsom/dsom/model"

// What crosses between kernels by more than a word: som.Packing.Passes has the letters.

// passing returns how a method's parameters are passed, or "" where the types say it, or where a type does not cross.
func (m *classMethod) passing() string {
	o, _ := m.decl.(*model.Operation)
	how, needed := "", false
	add := func(letter string, t *model.Type) bool {
		how += letter
		needed = needed || letter == "o" || letter == "x" || !isPlain(t)
		return crosses(t, map[model.Decl]bool{})
	}
	if m.init {
		return ""
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
	case model.Sequence, model.Array:
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

// crosses reports whether values of a type cross: numbers, texts, objects, and what is made of them. Names of SOM's own types are
// left out, which are no texts although they look like them.
func crosses(t *model.Type, seen map[model.Decl]bool) bool {
	for t.Kind == model.Named {
		td, ok := t.Decl.(*model.Typedef)
		if !ok {
			break
		}
		if td.Name == "somId" {
			return false
		}
		t = td.Type
	}
	switch t.Kind {
	case model.Boolean, model.Octet, model.Char, model.Int8, model.UInt8, model.Float, model.Double, model.String, model.Object:
		return true
	case model.Sequence, model.Array:
		return crosses(t.Elem, seen)
	case model.Named:
		d := definitionOf(t.Decl)
		if seen[d] {
			return true
		}
		seen[d] = true
		switch d := d.(type) {
		case *model.Enum, *model.Interface:
			return true
		case *model.Struct:
			return d.Base == nil && crossMembers(d.Members, seen)
		}
		return false
	}
	return t.Kind.IsInteger()
}

func crossMembers(ms []*model.Member, seen map[model.Decl]bool) bool {
	for _, m := range ms {
		if !crosses(m.Type, seen) {
			return false
		}
	}
	return true
}
