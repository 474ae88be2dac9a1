package servants

import (
	"context"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/interop/gen/graphs"
	"github.com/opendsom/dsom/orb"
)

// gardener is the object of graphs.idl.
type gardener struct{ graphs.GardenerBase }

// Person is a person whose name can be asked for.
type Person struct{ graphs.PersonState }

// Name returns the first name.
func (p *Person) Name(context.Context) (string, error) { return p.First, nil }

// Twig is a twig. No ORB of the suite is told how to make one that it receives.
type Twig struct{ graphs.TwigState }

// Length returns the length of the bark.
func (t *Twig) Length(context.Context) (int32, error) { return int32(len(t.Bark)), nil }

// NewTwig returns the twig of Gardener::grow_twig and of the case truncated.
func NewTwig(bud graphs.Leaf) *Twig {
	t := new(Twig)
	t.Number, t.Text, t.Kind, t.Left, t.Weight, t.Notes, t.Bud = 9, "twig", 7, bud, 2.5, []string{"a", "bc"}, bud
	t.Bark = make([]byte, 1000)
	for i := range t.Bark {
		t.Bark[i] = byte(i)
	}
	return t
}

// KnowGraphs tells o how to make those values of graphs.idl that need it.
func KnowGraphs(o *orb.ORB) {
	graphs.PersonType.Register(o, func() graphs.Person { return new(Person) })
}

func (*gardener) PassLeaf(_ context.Context, a, b graphs.Leaf) (graphs.Leaf, graphs.Leaf, bool, error) {
	return a, b, a == b, nil
}
func (*gardener) PassBranch(_ context.Context, b graphs.Leaf) (graphs.Leaf, error) { return b, nil }
func (*gardener) PassTwig(_ context.Context, t graphs.Branch, bud graphs.Leaf) (graphs.Branch, graphs.Leaf, error) {
	return t, bud, nil
}
func (*gardener) GrowTwig(context.Context) (graphs.Branch, graphs.Leaf, error) {
	bud := &graphs.LeafState{Number: 5, Text: "bud"}
	return NewTwig(bud), bud, nil
}
func (*gardener) Turn(_ context.Context, r graphs.Ring) (graphs.Ring, error) {
	return r.AsRing().Next, nil
}
func (*gardener) PassNothing(_ context.Context, n graphs.Nothing) (graphs.Nothing, error) {
	return n, nil
}
func (*gardener) PassWord(_ context.Context, w *graphs.Word) (*graphs.Word, *graphs.Word, error) {
	return w, w, nil
}
func (*gardener) PassNumbers(_ context.Context, n *graphs.Numbers) (*graphs.Numbers, error) {
	return n, nil
}
func (*gardener) PassPlace(_ context.Context, p *graphs.Place) (*graphs.Place, error) { return p, nil }
func (*gardener) PassNamed(ctx context.Context, n graphs.Named) (graphs.Named, string, error) {
	if n == nil {
		return nil, "", nil
	}
	name, err := n.Name(ctx)
	return n, name, err
}
func (*gardener) PassCrate(_ context.Context, c graphs.Crate) (graphs.Crate, error)    { return c, nil }
func (*gardener) PassCargo(_ context.Context, c graphs.Cargo) (graphs.Cargo, error)    { return c, nil }
func (*gardener) PassBasket(_ context.Context, b graphs.Basket) (graphs.Basket, error) { return b, nil }
func (*gardener) PassAny(_ context.Context, a dyn.Any) (dyn.Any, error)                { return a, nil }
func (*gardener) Cut(_ context.Context, l graphs.Leaf) error {
	return &graphs.Felled{Fallen: l, Why: &graphs.Word{Value: "winter"}}
}
