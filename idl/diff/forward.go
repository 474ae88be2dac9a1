package diff

import "github.com/opendsom/dsom/model"

// forwards compares two releases of what one of them or both only declare. A declaration says
// all the same how what it names is transferred, which others rely on that use it.
func (c *comparer) forwards(old, new model.Decl) {
	s := c.about(old, new)
	if kindOf(old) != kindOf(new) {
		c.add("kind-changed", s, "%s %s is now a %s", kindOf(old), old.About().Name, kindOf(new))
		return
	}
	c.identity(old, new)
	_, was := old.(*model.Forward)
	_, is := new.(*model.Forward)
	switch {
	case is && !was:
		c.add("definition-removed", s, "%s is declared and no longer defined", title(old))
	case was && !is:
		c.add("definition-added", s, "%s is defined now, and was only declared", title(new))
	}
	a, b := keywordsOf(old), keywordsOf(new)
	if kindOf(new) == "valuetype" {
		c.flag("value-abstract-changed", s, "abstract", a.abstract, b.abstract)
		c.flag("value-event-changed", s, "an event type", a.event, b.event)
		return
	}
	s.local = false // a change to local or from it is one for those who are not in the process
	c.flag("interface-abstract-changed", s, "abstract", a.abstract, b.abstract)
	c.flag("interface-local-changed", s, "local", a.local, b.local)
}

// keywords are what a declaration without a definition says of what it declares.
type keywords struct{ abstract, local, event bool }

func keywordsOf(d model.Decl) keywords {
	switch d := d.(type) {
	case *model.Forward:
		return keywords{d.Abstract, d.Local, d.Event}
	case *model.Interface:
		return keywords{abstract: d.Abstract, local: d.Local}
	case *model.ValueType:
		return keywords{abstract: d.Abstract, event: d.Event}
	}
	return keywords{}
}
