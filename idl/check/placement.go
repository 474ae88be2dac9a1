package check

import (
	"slices"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// What the standardized annotations may stand before, and beside.

// findTargets finds what the nodes are that annotations stand before.
func (c *checker) findTargets() {
	c.targets = map[*model.Node]target{}
	for _, s := range c.symbols {
		to := target{kind: s.kind}
		switch d := s.decl.(type) {
		case *model.Typedef:
			to.typ = d.Type
		case *model.Attribute:
			to.typ = d.Type
		case *model.Const:
			to.typ = d.Type
		case *model.StateMember:
			to.typ = d.Type
		case *model.Enumerator:
			to.typ = &model.Type{Kind: model.LongLong}
		}
		c.targets[s.node] = to
	}
	for _, r := range c.records {
		for _, m := range r.nodes {
			c.targets[&m.Node] = target{kindMember, m.Type}
		}
	}
	for _, u := range c.unionItems {
		for _, m := range u.cases {
			c.targets[&m.Node] = target{kindMember, m.Type}
		}
	}
	for _, o := range c.operations {
		for _, q := range o.params {
			c.targets[&q.Node] = target{kindParam, q.Type}
		}
	}
	for _, b := range c.bitsets {
		for _, fs := range b.nodes {
			for _, f := range fs {
				c.targets[&f.Node] = target{kindBitfield, f.Type}
			}
		}
	}
}

// places are where the standardized annotations mean something (8.3 and DDS-XTypes 7.3.1.2.1);
// the others may stand anywhere.
var places = func() map[string][]kind {
	types := []kind{kindInterface, kindStruct, kindUnion, kindEnum, kindBitset, kindBitmask, kindException, kindTypedef}
	values := []kind{kindMember, kindTypedef, kindParam, kindAttribute, kindConst, kindBitfield}
	members := []kind{kindMember}
	return map[string][]kind{
		"id": members, "optional": {kindMember, kindParam}, "key": members, "must_understand": members, "external": members, "hashid": members,
		"non_serialized": members, "position": {kindFlag}, "value": {kindEnumerator}, "default_literal": {kindEnumerator},
		"autoid": append(slices.Clone(types), kindModule), "extensibility": types, "final": types, "appendable": types, "mutable": types,
		"nested": types, "topic": types, "default_nested": {kindModule}, "ignore_literal_names": {kindEnum},
		"default": values, "range": values, "min": values, "max": values, "unit": values,
		"bit_bound": {kindEnum, kindBitmask}, "service": {kindInterface, kindModule}, "oneway": {kindOperation},
		"ami": {kindOperation, kindInterface, kindAttribute, kindModule},
	}
}()

// placed are the kinds for which places decides.
var placed = []kind{
	kindModule, kindInterface, kindStruct, kindUnion, kindEnum, kindEnumerator, kindException, kindTypedef, kindConst, kindNative,
	kindOperation, kindAttribute, kindMember, kindParam, kindBitset, kindBitfield, kindBitmask, kindFlag, kindAnnotation,
}

func (c *checker) checkPlace(name string, k kind, a *syntax.Annotation) {
	where, limited := places[name]
	if !limited || slices.Contains(where, k) || !slices.Contains(placed, k) {
		return
	}
	c.errorf(CodeAnnotationPlace, a.Span, "@%s means nothing before %s", name, article(string(k)))
}

// checkTogether reports annotations that contradict each other.
func (c *checker) checkTogether(as map[string]*syntax.Annotation) {
	kinds := []string{"extensibility", "final", "appendable", "mutable"}
	for i, name := range kinds {
		for _, other := range kinds[:i] {
			if as[name] != nil && as[other] != nil {
				c.contradicts(as[name], as[other])
			}
		}
	}
	if c.isTrue(as["key"]) && c.isTrue(as["optional"]) {
		c.contradicts(as["optional"], as["key"])
	}
	if r := as["range"]; r != nil {
		c.checkRange(r, c.applications[r].Param("min"), c.applications[r].Param("max"))
	}
	if as["min"] != nil && as["max"] != nil {
		c.checkRange(as["max"], c.applications[as["min"]].Param("value"), c.applications[as["max"]].Param("value"))
	}
}

func (c *checker) contradicts(a, other *syntax.Annotation) {
	c.add(diag.Diagnostic{
		Code: CodeAnnotationParam, Span: a.Span, Message: "@" + a.Name.String() + " contradicts @" + other.Name.String(),
		Notes: note(other.Span, "which is here"),
	})
}

// isTrue reports whether an annotation with a boolean value is there and not FALSE.
func (c *checker) isTrue(a *syntax.Annotation) bool {
	if a == nil {
		return false
	}
	v := c.applications[a].Param("value")
	return v == nil || v.Bool
}

func (c *checker) checkRange(a *syntax.Annotation, low, high *model.Value) {
	if low == nil || high == nil || low.Kind != high.Kind {
		return
	}
	if low.Kind == model.IntValue && low.Int.Cmp(high.Int) > 0 || low.Kind == model.FloatValue && low.Float.Cmp(high.Float) > 0 {
		c.errorf(CodeAnnotationParam, a.Span, "the least value, %s, is above the greatest, %s", low, high)
	}
}
