package tree

import (
	"context"
	"slices"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/svc/naming/tree/constraint"
)

// A Search says what is looked for.
type Search struct {
	At       ID
	Expr     *constraint.Expr
	Distance int // how many contexts deep: 0 looks at the bindings of At alone
	Most     int // bindings that are enough; 0: all, and more than MaxFound are a LimitError
	Local    func(text string) bool
}

// A Found is a binding that a search has found, with its name from where the search began.
type Found struct {
	Name       ior.Name
	Target     Target
	Properties []Property
}

// searchPage is how many bindings are looked at between two changes of the tree at most.
const searchPage = 1024

// Find returns the bindings for which a constraint holds, the nearest first and, of those as
// near, in the order of their contexts and names. Contexts of the tree are gone through, each once
// however they are bound; contexts of other services are not. Names that are changed meanwhile may be found or not.
func (t *Tree) Find(ctx context.Context, q Search) ([]Found, error) {
	if !t.Exists(q.At) {
		return nil, ErrNoContext
	}
	type place struct {
		at   ID
		name ior.Name
	}
	var found []Found
	seen := map[ID]bool{q.At: true}
	looked := 0
	var now binding // that is looked at
	subject := now.subject(q.Local)
	for level, depth := []place{{at: q.At}}, 0; len(level) > 0; depth++ {
		var next []place
		for _, p := range level {
			var after *ior.NameComponent
			for more := true; more; {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				page, rest, err := t.List(p.at, after, searchPage)
				if err != nil { // it was destroyed, so it was empty
					break
				}
				if looked += len(page); looked > MaxSearched {
					return nil, within("naming-searched", MaxSearched, looked)
				}
				for _, b := range page {
					if enter := b.Target.Context; enter != "" && !seen[enter] && depth < q.Distance && len(p.name)+1 < MaxComponents {
						seen[enter] = true
						next = append(next, place{enter, extend(p.name, b.Name)})
					}
					now.properties = b.Properties
					match := q.Expr.Match(subject)
					if err := within("naming-search-steps", MaxSteps, subject.Steps); err != nil {
						return nil, err
					}
					if !match {
						continue
					}
					found = append(found, Found{extend(p.name, b.Name), b.Target, b.Properties})
					if len(found) == q.Most {
						return found, nil
					}
					if err := within("naming-found", MaxFound, len(found)); err != nil {
						return nil, err
					}
				}
				if more = rest; more {
					after = &page[len(page)-1].Name
				}
			}
		}
		level = next
	}
	return found, nil
}

func extend(n ior.Name, c ior.NameComponent) ior.Name { return append(slices.Clip(n), c) }

// subject is the binding as constraints see it.
func (b *binding) subject(local func(string) bool) *constraint.Subject {
	return &constraint.Subject{Local: local, Property: func(name string) (constraint.Value, bool) {
		p, ok := b.property(name)
		if !ok {
			return constraint.Value{}, false
		}
		return p.Value, true
	}}
}
