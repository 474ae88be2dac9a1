package cases

import (
	"context"
	"slices"

	"github.com/opendsom/dsom/interop/gen/graphs"
	"github.com/opendsom/dsom/interop/gopeer/servants"
	"github.com/opendsom/dsom/orb"
)

// Cases of graphs.idl: valuetypes.
var graphCases = []testCase{
	{name: "leaf", run: leaf},
	{name: "leaf_null", run: leafNull},
	{name: "branch", run: branch},
	{name: "deep", run: deep},
	{name: "truncated", run: truncated},
	{name: "truncated_here", run: truncatedHere},
	{name: "ring", run: ring},
	{name: "nothing", run: func(c *Client) {
		check(ok(c.gardener().PassNothing(c.ctx, &graphs.NothingState{})) != nil, "nothing became null")
	}},
	{name: "boxes", run: boxes},
	{name: "named_value", run: namedValue},
	{name: "named_object", run: namedObject},
	{name: "named_none", run: func(c *Client) {
		n, name, err := c.gardener().PassNamed(c.ctx, nil)
		done(err)
		check(n == nil && name == "", "got %v, %q", n, name)
	}},
	{name: "basket", run: basket},
	{name: "any_graph", run: anyGraph},
	{name: "seams_box", run: seamsBox, onlyByName: true},
	{name: "seams_value", run: seamsValue, onlyByName: true},
	{name: "seams_chunks", run: seamsChunks, onlyByName: true},
	{name: "cut", run: func(c *Client) {
		e := raised[*graphs.Felled](c.gardener().Cut(c.ctx, newLeaf(1, "off")))
		check(e.Fallen.AsLeaf().Number == 1 && e.Why.Value == "winter", "got %+v", e)
	}},
}

func (c *Client) gardener() graphs.Gardener {
	o := ok(c.Hub.Lookup(c.ctx, "graphs"))
	if o == nil {
		panic(unsupported{"the server has no Graphs::Gardener"})
	}
	servants.KnowGraphs(c.ORB)
	return ok(graphs.GardenerClass.Narrow(c.ctx, o))
}

func newLeaf(n int32, text string) *graphs.LeafState {
	return &graphs.LeafState{Number: n, Text: text}
}

func leaf(c *Client) {
	g, a := c.gardener(), c.rnd.leaf()
	got, other, same, err := g.PassLeaf(c.ctx, a, a)
	done(err)
	check(same && got == other && *got.AsLeaf() == *a, "the same leaf twice: got %v, %v, %v", got, other, same)
	got, other, same, err = g.PassLeaf(c.ctx, a, newLeaf(a.Number, a.Text))
	done(err)
	check(!same && got != other && *got.AsLeaf() == *a && *other.AsLeaf() == *a, "two equal leaves: got %v, %v, %v", got, other, same)
}

func leafNull(c *Client) {
	g := c.gardener()
	got, other, same, err := g.PassLeaf(c.ctx, nil, nil)
	done(err)
	check(got == nil && other == nil && same, "got %v, %v, %v", got, other, same)
	check(ok(g.PassBranch(c.ctx, nil)) == nil, "null became a branch")
}

func branch(c *Client) {
	l := c.rnd.leaf()
	want := c.rnd.branch(l, l)
	got, is := ok(c.gardener().PassBranch(c.ctx, want)).(graphs.Branch)
	check(is, "it is no branch any more")
	b := got.AsBranch()
	check(b.Left == b.Right && *b.Left.AsLeaf() == *l && b.LeafState == want.LeafState && b.Kind == want.Kind && b.Weight == want.Weight &&
		slices.Equal(b.Notes, want.Notes), "got %+v, want %+v", b, want)
}

func deep(c *Client) {
	end := c.rnd.leaf()
	var l graphs.Leaf = end
	for range 40 {
		l = c.rnd.branch(l, nil)
	}
	l = ok(c.gardener().PassBranch(c.ctx, l))
	for range 40 {
		b, is := l.(graphs.Branch)
		check(is && b.AsBranch().Right == nil, "got %+v", l)
		l = b.AsBranch().Left
	}
	equal(*l.AsLeaf(), *end)
}

func truncated(c *Client) {
	bud := newLeaf(5, "bud")
	got, again, err := c.gardener().PassTwig(c.ctx, servants.NewTwig(bud), bud)
	done(err)
	checkTwig(got, again)
}

func truncatedHere(c *Client) {
	got, bud, err := c.gardener().GrowTwig(c.ctx)
	done(err)
	checkTwig(got, bud)
}

// checkTwig checks a Twig that has become a Branch on its way.
func checkTwig(got graphs.Branch, bud graphs.Leaf) {
	_, isTwig := got.(graphs.Twig)
	b := got.AsBranch()
	check(!isTwig && b.Number == 9 && b.Text == "twig" && b.Weight == 2.5 && slices.Equal(b.Notes, []string{"a", "bc"}), "got %+v", got)
	check(b.Left == bud && b.Right == nil && bud.AsLeaf().Text == "bud", "got %+v and %+v", b.Left, bud)
}

func ring(c *Client) {
	g := c.gardener()
	one := &graphs.RingState{Name: "one"}
	one.Next = one
	got := ok(g.Turn(c.ctx, one))
	check(got.AsRing().Next == got && got.AsRing().Name == "one", "got %+v", got)
	z := &graphs.RingState{Name: "z"}
	x := &graphs.RingState{Name: "x", Next: &graphs.RingState{Name: "y", Next: z}}
	z.Next = x
	got = ok(g.Turn(c.ctx, x))
	third := got.AsRing().Next.AsRing().Next
	check(got.AsRing().Name == "y" && third.AsRing().Name == "x" && third.AsRing().Next == got, "got %+v", got)
}

func boxes(c *Client) {
	g := c.gardener()
	word := c.rnd.text(20)
	w, again, err := g.PassWord(c.ctx, &graphs.Word{Value: word})
	done(err)
	check(w == again && w.Value == word, "got %v and %v", w, again)
	w, again, err = g.PassWord(c.ctx, nil)
	done(err)
	check(w == nil && again == nil, "got %v and %v", w, again)
	numbers, place := c.rnd.longs(c.rnd.upTo(30)), graphs.Point{X: c.rnd.number(), Y: c.rnd.number()}
	check(slices.Equal(ok(g.PassNumbers(c.ctx, &graphs.Numbers{Value: numbers})).Value, numbers), "the numbers changed")
	equal(ok(g.PassPlace(c.ctx, &graphs.Place{Value: place})).Value, place)
}

func namedValue(c *Client) {
	p := new(servants.Person)
	p.First = c.rnd.text(12)
	n, name, err := c.gardener().PassNamed(c.ctx, p)
	done(err)
	_, isValue := n.(orb.Value)
	check(isValue && name == p.First && ok(n.Name(c.ctx)) == p.First, "got %T, %q", n, name)
}

// thing is an object with a name.
type thing struct {
	graphs.ThingBase
	name string
}

func (t *thing) Name(context.Context) (string, error) { return t.name, nil }

func (t *thing) Rename(_ context.Context, name string) error {
	t.name = name
	return nil
}

func namedObject(c *Client) {
	n, name, err := c.gardener().PassNamed(c.ctx, &thing{name: "thing"})
	done(err)
	equal(name, "thing")
	back := ok(graphs.ThingClass.Narrow(c.ctx, n))
	done(back.Rename(c.ctx, "other"))
	equal(ok(n.Name(c.ctx)), "other")
}

func basket(c *Client) {
	l := c.rnd.leaf()
	got := ok(c.gardener().PassBasket(c.ctx, graphs.Basket{
		First: l, Last: l, Label: &graphs.Word{Value: "label"}, Rest: []graphs.Leaf{l, nil, newLeaf(2, "own")}, More: graphs.LeafType.Any(newLeaf(3, "in an any")),
	}))
	check(got.First == got.Last && got.Rest[0] == got.First && got.Rest[1] == nil && got.Rest[2].AsLeaf().Number == 2, "got %+v", got)
	check(got.Label.Value == "label" && ok(graphs.LeafType.From(got.More)).AsLeaf().Number == 3, "got %+v", got)
}

func anyGraph(c *Client) {
	g, l := c.gardener(), c.rnd.leaf()
	b := ok(graphs.BranchType.From(ok(g.PassAny(c.ctx, graphs.BranchType.Any(c.rnd.branch(l, l)))))).AsBranch()
	check(b.Left == b.Right && *b.Left.AsLeaf() == *l, "got %+v", b)
	r := &graphs.RingState{Name: "r"}
	r.Next = r
	back := ok(graphs.RingType.From(ok(g.PassAny(c.ctx, graphs.RingType.Any(r)))))
	check(back.AsRing().Next == back, "got %+v", back)
	word := c.rnd.text(20)
	equal(ok(graphs.WordType.From(ok(g.PassAny(c.ctx, graphs.WordType.Any(&graphs.Word{Value: word}))))).Value, word)
	check(ok(graphs.LeafType.From(ok(g.PassAny(c.ctx, graphs.LeafType.Any(nil))))) == nil, "null became a leaf")
	p := new(servants.Person)
	p.First = c.rnd.text(12)
	equal(ok(graphs.PersonType.From(ok(g.PassAny(c.ctx, graphs.PersonType.Any(p))))).AsPerson().First, p.First)
}

// atSeams calls pass with octets and lists that lie across the ends of fragments.
func atSeams(c *Client, pass func(before graphs.Bytes, weights graphs.Doubles, marks graphs.LongLongs) bool) {
	for size := 8000; size <= 8256; size += 4 {
		for _, n := range []int{1, 2, 100, 1100} {
			weights, marks := make(graphs.Doubles, n), make(graphs.LongLongs, n)
			for i := range n {
				weights[i], marks[i] = float64(i+1), c.rnd.Int64()
			}
			check(pass(graphs.Bytes(c.rnd.octets(size)), weights, marks), "%d octets before %d numbers came back as others", size, n)
		}
	}
}

func seamsBox(c *Client) {
	g := c.gardener()
	atSeams(c, func(before graphs.Bytes, weights graphs.Doubles, _ graphs.LongLongs) bool {
		got := ok(g.PassCrate(c.ctx, graphs.Crate{Before: before, Load: &graphs.Heap{Value: weights}, After: 7}))
		return slices.Equal(got.Before, before) && got.Load != nil && slices.Equal(got.Load.Value, weights) && got.After == 7
	})
}

func seamsValue(c *Client) {
	g := c.gardener()
	atSeams(c, func(before graphs.Bytes, weights graphs.Doubles, _ graphs.LongLongs) bool {
		v := ok(g.PassCargo(c.ctx, &graphs.CargoState{Before: before, Weights: weights, Tail: "tail"}))
		got := v.AsCargo()
		return slices.Equal(got.Before, before) && slices.Equal(got.Weights, weights) && got.Tail == "tail"
	})
}

func seamsChunks(c *Client) {
	g := c.gardener()
	atSeams(c, func(before graphs.Bytes, weights graphs.Doubles, marks graphs.LongLongs) bool {
		sent := &graphs.FreightState{Marks: marks, After: "after"}
		sent.Before, sent.Weights, sent.Tail = before, weights, "tail"
		v, is := ok(g.PassCargo(c.ctx, sent)).(graphs.Freight)
		if !is {
			return false
		}
		got := v.AsFreight()
		return slices.Equal(got.Before, before) && slices.Equal(got.Weights, weights) && got.Tail == "tail" && slices.Equal(got.Marks, marks) && got.After == "after"
	})
}
