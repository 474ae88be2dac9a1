package check

import (
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// unions makes discriminators, labels and members of unions (3.11.2.2).
func (c *checker) unions() {
	for _, u := range c.unionItems {
		if c.ended() {
			return
		}
		c.unionType(u)
	}
}

// canSwitch reports whether a type can be a discriminator: those of CORBA 3.0, wchar, octet and
// the small integers of IDL 4.2 (7.4.13), and bitmasks, which the DDS type system counts among
// the enumerated types (XTypes 1.3, 7.2.2.4.1.2).
func canSwitch(t *model.Type) bool {
	switch t.Kind {
	case model.Boolean, model.Char, model.WChar, model.Octet:
		return true
	case model.Named:
		switch t.Decl.(type) {
		case *model.Enum, *model.Bitmask:
			return true
		}
		return false
	}
	return t.Kind.IsInteger()
}

func (c *checker) unionType(u *unionItem) {
	u.model.Discriminator = c.typ(u.syntax.Switch)
	c.annotateType(u.model.Discriminator, u.syntax.SwitchAnnotations)
	t := c.resolved(u.model.Discriminator)
	if t != nil && !canSwitch(t) {
		c.add(diag.Diagnostic{
			Code: CodeSwitch, Span: u.syntax.Switch.TypeSpan(), Message: "a union cannot switch on type " + kindOf(t),
			Help: "a discriminator is an integer, a character, a boolean, an octet, an enumeration or a bitmask",
		})
		t = nil
	}
	if t != nil {
		if m, ok := t.Decl.(*model.Bitmask); ok {
			c.maskFlags(c.maskOf[m])
		}
	}
	seen := map[string]diag.Span{}
	var defaulted diag.Span
	for _, cs := range u.syntax.Cases {
		q := u.cases[cs]
		q.Type = c.array(c.typ(cs.Type), cs.Declarator)
		for _, l := range cs.Labels {
			ml := model.Label{Default: l.Value == nil, Span: l.Span}
			if ml.Default {
				if defaulted.IsValid() {
					c.add(diag.Diagnostic{Code: CodeLabel, Span: l.Span, Message: "a union has one default", Notes: note(defaulted, "the first is here")})
				}
				defaulted = l.Span
			} else {
				ml.Expr = syntax.ExprText(l.Value)
				ml.Value = c.labelValue(l, t, seen)
			}
			q.Labels = append(q.Labels, ml)
		}
		u.model.Cases = append(u.model.Cases, q)
	}
	if t != nil && defaulted.IsValid() && u.model.UnusedLabel() == nil && c.labelsKnown(u.model) {
		c.errorf(CodeLabel, defaulted, "default can never be selected: the labels cover all values of %s", u.model.Discriminator)
	}
}

func (c *checker) labelValue(l syntax.Label, t *model.Type, seen map[string]diag.Span) *model.Value {
	if t == nil {
		return nil
	}
	v, ok := c.eval(l.Value, t, "the label")
	if !ok {
		return nil
	}
	key := v.Kind.String()
	if v.Kind == model.EnumValue {
		key += v.Enumerator.Name
	} else {
		key += v.String()
	}
	if first, dup := seen[key]; dup {
		c.add(diag.Diagnostic{Code: CodeLabel, Span: l.Span, Message: "this label stands here for the second time: " + syntax.ExprText(l.Value), Notes: note(first, "the first is here")})
		return nil
	}
	seen[key] = l.Span
	return v
}

// labelsKnown reports whether all labels could be evaluated.
func (c *checker) labelsKnown(u *model.Union) bool {
	for _, cs := range u.Cases {
		for _, l := range cs.Labels {
			if l.Value == nil && !l.Default {
				return false
			}
		}
	}
	return true
}
