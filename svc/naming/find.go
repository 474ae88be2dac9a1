package naming

import (
	"context"
	"net/netip"
	"os"
	"strings"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/std/extendednaming"
	"github.com/opendsom/dsom/svc/naming/tree"
	"github.com/opendsom/dsom/svc/naming/tree/constraint"
)

// MaxSearches is how many searches go on at a time; more wait.
const MaxSearches = 4

// find searches the context and, to a distance, those below.
func (c *namingContext) find(ctx context.Context, text string, distance uint32, most int) ([]tree.Found, error) {
	expr, err := constraint.New(text)
	if err != nil {
		c.s.log.Debug("naming: illegal constraint", "error", err)
		return nil, new(extendednaming.ExtendedNamingContext_IllegalConstraintExpression)
	}
	select {
	case c.s.searches <- struct{}{}:
		defer func() { <-c.s.searches }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	is := c.s.local
	if is == nil {
		is = thisMachine()
	}
	found, err := c.s.tree.Find(ctx, tree.Search{At: c.id, Expr: expr, Distance: int(min(distance, tree.MaxComponents)), Most: most, Local: is})
	return found, c.s.raise(err)
}

// findOne is find for the nearest.
func (c *namingContext) findOne(ctx context.Context, text string, distance uint32) (tree.Found, error) {
	found, err := c.find(ctx, text, distance, 1)
	if err == nil && len(found) == 0 {
		err = new(extendednaming.ExtendedNamingContext_BindingNotFound)
	}
	if err != nil {
		return tree.Found{}, err
	}
	return found[0], nil
}

func (c *namingContext) FindAny(ctx context.Context, text extendednaming.ExtendedNamingContext_Constraint, distance uint32) (orb.Object, error) {
	f, err := c.findOne(ctx, text, distance)
	if err != nil {
		return nil, err
	}
	return c.s.object(f.Target)
}

func (c *namingContext) FindAnyNameBinding(ctx context.Context, text extendednaming.ExtendedNamingContext_Constraint, distance uint32) (cosnaming.Binding, error) {
	f, err := c.findOne(ctx, text, distance)
	if err != nil {
		return cosnaming.Binding{}, err
	}
	return toBinding(f), nil
}

func (c *namingContext) FindAll(ctx context.Context, text extendednaming.ExtendedNamingContext_Constraint, distance, howMany uint32) (cosnaming.BindingList, cosnaming.BindingIterator, error) {
	found, err := c.find(ctx, text, distance, 0)
	if err != nil {
		return nil, nil, err
	}
	all := make([]cosnaming.Binding, len(found))
	octets := 0
	for i, f := range found {
		all[i] = toBinding(f)
		for _, n := range f.Name {
			octets += 32 + len(n.ID) + len(n.Kind)
		}
	}
	now, later := page(all, howMany)
	if len(later) == 0 {
		return now, nil, nil
	}
	it := &foundRest{rest[cosnaming.Binding]{left: later}}
	ref, err := c.s.iterators.add(ctx, cosnaming.BindingIteratorClass.Servant(it), &it.place, octets)
	if err != nil {
		return nil, nil, err
	}
	return now, cosnaming.BindingIteratorClass.Unchecked(ref), nil
}

func toBinding(f tree.Found) cosnaming.Binding {
	return cosnaming.Binding{BindingName: toName(f.Name), BindingType: cosnaming.BindingType(f.Target.Kind)}
}

// thisMachine returns what reports whether a text names this machine: localhost, a loopback address, or its host name, with its domain or
// without. The system is asked for that once, however many texts there are, and again for the next search: it may change.
func thisMachine() func(text string) bool {
	host, err := os.Hostname()
	short, _, _ := strings.Cut(host, ".")
	return func(text string) bool {
		if strings.EqualFold(text, "localhost") || err == nil && (strings.EqualFold(text, host) || strings.EqualFold(text, short)) {
			return true
		}
		a, err := netip.ParseAddr(text)
		return err == nil && a.IsLoopback()
	}
}

// What the service does without: it allows all objects and properties, shares none, and looks through the
// bindings in memory without an index.

func (c *namingContext) AllowedObjectTypes(context.Context) (extendednaming.TypeCodeSeq, error) {
	return nil, nil
}

func (c *namingContext) AllowedPropertyTypes(context.Context) (extendednaming.TypeCodeSeq, error) {
	return nil, nil
}

func (c *namingContext) AllowedPropertyNames(context.Context) (extendednaming.ExtendedNamingContext_CosNaming_IstringSeq, error) {
	return nil, nil
}

func (c *namingContext) SharedPropertyTypes(context.Context) (extendednaming.TypeCodeSeq, error) {
	return nil, nil
}

func (c *namingContext) SharedPropertyNames(context.Context) (extendednaming.ExtendedNamingContext_CosNaming_IstringSeq, error) {
	return nil, nil
}

func (c *namingContext) GetFeaturesSupported(context.Context) (uint16, error) { return 0, nil }

func (c *namingContext) ShareProperty(context.Context, cosnaming.Name, extendednaming.ExtendedNamingContext, cosnaming.Name, cosnaming.Istring) error {
	return unsupported()
}

func (c *namingContext) ShareProperties(context.Context, cosnaming.Name, extendednaming.ExtendedNamingContext, cosnaming.Name, extendednaming.IList) error {
	return unsupported()
}

func (c *namingContext) UnshareProperty(context.Context, cosnaming.Name, cosnaming.Istring) error {
	return unsupported()
}

func (c *namingContext) UnshareProperties(context.Context, cosnaming.Name, extendednaming.IList) error {
	return unsupported()
}

func (c *namingContext) AddIndex(context.Context, extendednaming.IndexDescriptor) error {
	return unsupported()
}

func (c *namingContext) RemoveIndex(context.Context, extendednaming.IndexDescriptor) error {
	return unsupported()
}

func (c *namingContext) ListIndexes(context.Context, uint32) (extendednaming.IndexDescriptorList, extendednaming.IndexIterator, error) {
	return nil, nil, nil
}
