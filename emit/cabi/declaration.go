package cabi

import "github.com/opendsom/dsom/model"

// Declaration returns what a method looks like in IDL, on one line: templates tell their readers, and themselves, what was implemented.
func Declaration(m *model.Method) string {
	o := m.Operation
	if o == nil {
		s := "attribute " + m.Attribute.Type.String() + " " + m.Attribute.Name
		if m.Attribute.Readonly {
			s = "readonly " + s
		}
		return OneLine(s)
	}
	s := o.Result.String() + " " + o.Name + "("
	if o.Oneway {
		s = "oneway " + s
	}
	s += List(o.Params, func(p *model.Param) string { return p.Direction.String() + " " + p.Type.String() + " " + p.Name }) + ")"
	if len(o.Raises) > 0 {
		s += " raises (" + List(o.Raises, func(e *model.Exception) string { return e.Name }) + ")"
	}
	return OneLine(s)
}
