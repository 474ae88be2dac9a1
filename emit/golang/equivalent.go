package golang

import (
	"strings"

	"github.com/opendsom/dsom/model"
)

// checkTaken says where a name that equivalent IDL declares beside a home or an event type is
// there already, and reports whether there is one.
func (g *generator) checkTaken() bool {
	taken := false
	for d := range g.spec.All() {
		var suffixes []string
		switch d := d.(type) {
		case *model.Home:
			suffixes = []string{"Explicit", "Implicit"}
		case *model.ValueType:
			if d.Event && g.spec.Lookup(model.ComponentsModule+"::EventConsumerBase") != nil {
				suffixes = []string{"Consumer"}
			}
		}
		for _, s := range suffixes {
			other := g.spec.Lookup(d.About().QualifiedName() + s)
			if other == nil {
				continue
			}
			taken = true
			g.problem(CodeEquivalent, other.About().NameSpan, "give "+other.About().Name+" another name in IDL",
				"%s is the name of an interface that stands for %s to its clients", other.About().ScopedName(), d.About().ScopedName())
		}
	}
	return taken
}

// checkEquivalent says where the interface of a component or home has two operations of one name
// on the wire, and reports whether there are. IDL forbids it of interfaces that are written as such.
func (g *generator) checkEquivalent(i *model.Interface) bool {
	clash := false
	owner := map[string]model.Decl{}
	for _, d := range i.AllMembers() {
		key := strings.ToLower(d.About().Name) // names in IDL that differ in case only collide
		other := owner[key]
		if other == nil {
			owner[key] = d
			continue
		}
		clash = true
		g.problem(CodeEquivalent, i.NameSpan, "give the port or operation another name in IDL: a #pragma go_name changes nothing on the wire",
			"%s has two operations %s for its clients, %s and %s", i.Name, d.About().Name, other.About().ScopedName(), d.About().ScopedName())
	}
	return clash
}
