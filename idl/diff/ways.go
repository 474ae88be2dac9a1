package diff

import (
	"slices"

	"github.com/opendsom/dsom/model"
)

// movedWays compares how the methods of an operation or attribute are called, and who owns what they take and give, with how that is in
// the ancestor which declares it now: whatever says so there, modifiers of the method, of its attribute or of the class.
func (c *comparer) movedWays(s subject, old, up model.Decl) {
	c.methodModifiers(s, owningNothing(old.About().Modifiers), owningNothing(up.About().Modifiers))
	was, is := methodsOf(old), methodsOf(up)
	for i := range was {
		a := &was[i]
		at := slices.IndexFunc(is, func(m model.Method) bool { return m.Name == a.Name })
		if at < 0 {
			continue // a set method that is gone is told as such
		}
		b := &is[at]
		p := s
		if a.Attribute != nil {
			p = s.part("method", a.Name, &old.About().Node, &up.About().Node)
			c.methodModifiers(p, owningNothing(a.Modifiers[len(old.About().Modifiers):]), owningNothing(b.Modifiers[len(up.About().Modifiers):]))
		}
		c.kind(p, a, b)
		c.owners(p, a, b)
	}
}

// owningNothing returns the modifiers without those of which Owner says what they come to.
func owningNothing(ms []model.Modifier) []model.Modifier {
	return slices.DeleteFunc(slices.Clone(ms), func(m model.Modifier) bool {
		return slices.Contains(ofMemory, m.Name) && m.Name != "suppress_inout_free"
	})
}

// methodsOf returns the methods that an operation or attribute is.
func methodsOf(d model.Decl) []model.Method {
	i := classOf(d)
	if i == nil {
		return nil
	}
	return slices.DeleteFunc(i.Introduced(), func(m model.Method) bool {
		return model.Decl(m.Operation) != d && model.Decl(m.Attribute) != d
	})
}

// kind compares how a method is found.
func (c *comparer) kind(p subject, was, is *model.Method) {
	if was.Kind() == is.Kind() {
		return
	}
	names := map[model.MethodKind]string{model.StaticMethod: "static", model.NonstaticMethod: "nonstatic", model.ProcedureMethod: "a procedure"}
	code := "method-kind-changed"
	if was.Kind() == model.NonstaticMethod && is.Kind() == model.StaticMethod {
		code = "method-style-changed" // it may be overridden now, and is called as before
	}
	c.add(code, p, "%s is %s now, and was %s", was.Name, names[is.Kind()], names[was.Kind()])
}

// owners compares who owns the result and what the parameters hold.
func (c *comparer) owners(p subject, was, is *model.Method) {
	if a, b := was.Owner(""), is.Owner(""); a != b {
		c.add("memory-changed", p, "%s_result now, and was %[2]s_result", b, a)
	}
	if was.Operation == nil || is.Operation == nil {
		return
	}
	for k, x := range was.Operation.Params {
		if k >= len(is.Operation.Params) {
			return
		}
		if a, b := was.Owner(x.Name), is.Owner(is.Operation.Params[k].Name); a != b {
			c.add("memory-changed", p, "parameter %s: %s_parameters now, and was %s_parameters", x.Name, b, a)
		}
	}
}
