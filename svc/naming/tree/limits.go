package tree

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/ior"
)

// Limits of names, references and lists; errors name them as in the comments.
const (
	MaxComponents = 256      // naming-components: components of a name
	MaxComponent  = 1024     // naming-component-octets: octets of a component, id and kind together
	MaxReference  = 64 << 10 // naming-reference-octets: octets of a reference
	MaxPage       = 10_000   // bindings that one List returns; others follow
	MaxPageOctets = 1 << 20  // octets of names that one List returns; others follow

	MaxProperties     = 64       // naming-properties: properties of a binding
	MaxPropertyName   = 256      // naming-property-name-octets: octets of a property's name
	MaxPropertyOctets = 64 << 10 // naming-property-octets: octets of a binding's properties, values and names together
	MaxFound          = 10_000   // naming-found: bindings that a search finds
	MaxSearched       = 1 << 18  // naming-searched: bindings that a search looks at
	MaxSteps          = 4 << 20  // naming-search-steps: comparisons of a search and properties that it looks at, and 64 octets of text each: sixteen of every binding
)

// Limits bound what a tree holds in memory. A field that is zero stands for its default.
type Limits struct {
	Contexts int // naming-contexts: also those that have no name; 65,536
	Bindings int // naming-bindings: 1 Mi
	Octets   int // naming-octets: of all names and references; 256 MiB
}

func (l Limits) orDefault() Limits {
	return Limits{cmp.Or(l.Contexts, 1<<16), cmp.Or(l.Bindings, 1<<20), cmp.Or(l.Octets, 256<<20)}
}

// checkName returns what is wrong with a name: it must have a component at least.
func checkName(n ior.Name) error {
	if len(n) == 0 {
		return fmt.Errorf("%w: it is empty", ErrInvalidName)
	}
	if err := within("naming-components", MaxComponents, len(n)); err != nil {
		return err
	}
	for _, c := range n {
		if err := checkComponent(c); err != nil {
			return err
		}
	}
	return nil
}

// checkComponent returns what is wrong with a component. Both its parts may be empty.
func checkComponent(c ior.NameComponent) error {
	if strings.IndexByte(c.ID, 0) >= 0 || strings.IndexByte(c.Kind, 0) >= 0 {
		return fmt.Errorf("%w: a zero octet in %q", ErrInvalidName, c.String())
	}
	return within("naming-component-octets", MaxComponent, len(c.ID)+len(c.Kind))
}
