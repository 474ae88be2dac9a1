package diff

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// values compares what two releases of a valuetype say of it itself.
func (c *comparer) values(s subject, old, new *model.ValueType) {
	c.flag("value-abstract-changed", s, "abstract", old.Abstract, new.Abstract)
	c.flag("value-custom-changed", s, "custom", old.Custom, new.Custom)
	c.flag("value-truncatable-changed", s, "truncatable", old.Truncatable, new.Truncatable)
	c.flag("value-event-changed", s, "an event type", old.Event, new.Event)
	c.typeList("value-base-changed", s, "bases", old.Bases, new.Bases)
	c.typeList("supports-changed", s, "supported interfaces", old.Supports, new.Supports)
	a, b := common(names(old.State()), names(new.State()))
	if !slices.Equal(a, b) {
		c.add("state-reordered", s, "state members stand in another order: %s", strings.Join(b, ", "))
	}
}

// typeList compares lists of bases and the like, by name.
func (c *comparer) typeList(code string, s subject, what string, old, new []*model.Type) {
	a, b := c.oldNames(old), resolvedNames(new)
	if !slices.Equal(a, b) {
		c.add(code, s, "%s: %s now, and were %s", what, orNothing(b), orNothing(resolvedNames(old)))
	}
}

// oldNames returns resolvedNames of types of the old release, by the names of the new one.
func (c *comparer) oldNames(ts []*model.Type) []string {
	var out []string
	for _, t := range ts {
		out = append(out, c.oldKey(t))
	}
	return out
}

func resolvedNames(ts []*model.Type) []string {
	var out []string
	for _, t := range ts {
		out = append(out, typeKey(t))
	}
	return out
}

// typeKey returns a type behind typedefs as text; "" for none.
func typeKey(t *model.Type) string {
	if t == nil {
		return ""
	}
	return strings.TrimPrefix(t.Resolve().Qualified(), "::")
}

func (c *comparer) stateMembers(s subject, old, new *model.StateMember) {
	if old.Public != new.Public {
		c.flag("state-access-changed", s, "public", old.Public, new.Public)
	}
	c.retyped("state-type-changed", s, old.Type, new.Type)
}

func (c *comparer) factories(s subject, old, new *model.Factory) {
	if old.Finder != new.Finder {
		c.flag("kind-changed", s, "a finder", old.Finder, new.Finder)
	}
	c.params(s, old.Params, new.Params)
	c.raises(s, "raises", old.Raises, new.Raises)
}

// components compares components and connectors; ports and attributes are declarations.
func (c *comparer) components(s subject, old, new *model.Component) {
	c.flag("kind-changed", s, "a connector", old.Connector, new.Connector)
	if a, b := c.oldKey(old.Base), typeKey(new.Base); a != b {
		c.add("component-base-changed", s, "the base is %s now, and was %s", orNone(b), orNone(typeKey(old.Base)))
	}
	c.typeList("supports-changed", s, "supported interfaces", old.Supports, new.Supports)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func (c *comparer) ports(s subject, old, new *model.Port) {
	if old.Role != new.Role {
		c.add("port-changed", s, "%s now, and was %s", new.Role, old.Role)
	}
	if old.Multiple != new.Multiple {
		c.flag("port-changed", s, "multiple", old.Multiple, new.Multiple)
	}
	if a, b := c.oldKey(old.Type), typeKey(new.Type); a != b {
		c.add("port-changed", s, "of type %s now, and was of %s", b, typeKey(old.Type))
	}
}

func (c *comparer) homes(s subject, old, new *model.Home) {
	for _, x := range []struct {
		what     string
		old, new *model.Type
	}{{"base", old.Base, new.Base}, {"managed component", old.Manages, new.Manages}, {"primary key", old.PrimaryKey, new.PrimaryKey}} {
		if a, b := c.oldKey(x.old), typeKey(x.new); a != b {
			c.add("home-changed", s, "the %s is %s now, and was %s", x.what, orNone(b), orNone(typeKey(x.old)))
		}
	}
	c.typeList("supports-changed", s, "supported interfaces", old.Supports, new.Supports)
}
