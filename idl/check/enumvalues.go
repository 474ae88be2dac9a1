package check

import (
	"fmt"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// annotatedTypes carries out what annotations say about a type as a whole: values of
// enumerators (8.3.1.5) and ids of members (8.3.1.1).
func (c *checker) annotatedTypes() {
	for _, s := range c.symbols {
		if c.ended() {
			return
		}
		if d, ok := s.syntax.(*syntax.Enum); ok {
			if m, ok := s.decl.(*model.Enum); ok && s.scope != c.standard {
				c.enumValues(s, d, m)
			}
		}
	}
	c.memberIDs()
	for _, u := range c.unionItems {
		var heads []*syntax.Head
		for _, m := range u.syntax.Cases {
			heads = append(heads, &m.Head)
		}
		c.uniqueIDs(heads)
	}
}

// maxEnumBits bounds @bit_bound of an enumeration: CORBA has 32 bits for every one.
const maxEnumBits = 32

// enumValue returns the value that an enumerator is given, and where: by @value, or as in C, or by
// both if they agree.
func (c *checker) enumValue(v *syntax.EnumValue, s *scope) (value int64, at diag.Span, given bool) {
	for i := range v.Annotations {
		n, where, ok := c.numberOf(v.Annotations[i:i+1], "value", s)
		switch {
		case !ok:
		case !given:
			value, at, given = n, where, true
		case n != value:
			c.add(diag.Diagnostic{
				Code: CodeEnumValue, Span: where, Message: fmt.Sprintf("enumerator %s is given the value %d and the value %d", quote(v.Name.Text), value, n),
				Help: "leave out one of them", Notes: note(at, "the first is here"),
			})
		}
	}
	return value, at, given
}

// enumValues gives enumerators the values of @value; one without counts on from the one before.
func (c *checker) enumValues(sym *symbol, d *syntax.Enum, m *model.Enum) {
	bits := int64(maxEnumBits)
	if n, at, ok := c.numberOf(d.Annotations, "bit_bound", sym.scope); ok {
		if n < 1 || n > maxEnumBits {
			c.errorf(CodeBits, at, "an enumeration has 1 to %d bits, not %d", maxEnumBits, n)
		} else {
			bits = n
		}
	}
	taken := map[int64]syntax.Name{}
	var literal *syntax.Annotation
	next := int64(0)
	for i, v := range d.Values {
		at := v.Name.Span
		if n, where, ok := c.enumValue(v, sym.scope); ok {
			next, at = n, where
		}
		if next < -1<<(bits-1) || next >= 1<<bits {
			c.errorf(CodeRange, at, "the value of %s, %d, does not fit %d bits", quote(v.Name.Text), next, bits)
			return
		}
		if other, ok := taken[next]; ok {
			c.add(diag.Diagnostic{
				Code: CodeEnumValue, Span: at, Message: "enumerator " + quote(v.Name.Text) + " has the same value as " + quote(other.Text),
				Notes: note(other.Span, "%s is here", quote(other.Text)),
			})
		}
		taken[next] = v.Name
		if next != int64(m.Enumerators[i].Ordinal) {
			n := next
			m.Enumerators[i].Value = &n
		}
		next++
		for _, a := range v.Annotations {
			if c.isStandard(c.findAnnotation(a.Name, sym.scope)) != "default_literal" {
				continue
			}
			if literal != nil {
				c.add(diag.Diagnostic{Code: CodeEnumValue, Span: a.Span, Message: "an enumeration has one default literal", Notes: note(literal.Span, "the first is here")})
			}
			literal = a
		}
	}
}

// uniqueIDs reports members of a type that are given the same @id.
func (c *checker) uniqueIDs(heads []*syntax.Head) {
	taken := map[int64]diag.Span{}
	for _, h := range heads {
		for _, a := range h.Annotations {
			m := c.applications[a]
			if m == nil || m.Decl != "id" || a.Comment {
				continue
			}
			v := m.Param("value")
			if v == nil {
				continue
			}
			n, _ := v.Int64()
			if first, dup := taken[n]; dup {
				c.add(diag.Diagnostic{Code: CodeAnnotationParam, Span: a.Span, Message: "two members have the id " + v.String(), Notes: note(first, "the first is here")})
				continue
			}
			taken[n] = a.Span
		}
	}
}
