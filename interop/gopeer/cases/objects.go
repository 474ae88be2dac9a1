package cases

import (
	"context"
	"errors"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/stub"
)

// Cases of references: the hub, cells, shapes, callbacks, forwarding.
var objectCases = []testCase{
	{name: "hub", run: func(c *Client) { check(ok(c.Hub.Orb(c.ctx)) != "", "it has no name") }},
	{name: "lookup", run: func(c *Client) {
		check(ok(c.Hub.Lookup(c.ctx, "no such thing")) == nil, "there is such a thing")
	}},
	{name: "attributes", run: attributes},
	{name: "readonly", run: func(c *Client) {
		cell := c.cell(1)
		defer cell.Destroy(c.ctx)
		err := c.send(c.ref(cell), "_set_writes", func(call *orb.Call) { call.Out.ULong(9) })
		check(errors.Is(err, exc.BadOperation), "got %v, want BAD_OPERATION", err)
		equal(ok(cell.Writes(c.ctx)), 0)
	}},
	{name: "factory", run: factory},
	{name: "destroy", run: destroy},
	{name: "inherit", run: inherit},
	{name: "inherit_attributes", run: inheritAttributes},
	{name: "inherit_is_a", run: func(c *Client) {
		for _, id := range []string{
			interop.Shapes_BottomClass.ID(), interop.Shapes_LeftClass.ID(), interop.Shapes_RightClass.ID(), interop.Shapes_BaseClass.ID(), orb.ObjectID,
		} {
			check(c.isA(c.ref(c.bottom), id), "it is no %s", id)
		}
		check(!c.isA(c.ref(c.bottom), interop.Shapes_ShelfClass.ID()), "it is a shelf")
	}},
	{name: "inherit_narrow", run: inheritNarrow},
	{name: "refs", run: refs},
	{name: "refs_object", run: func(c *Client) {
		hub := ok(interop.HubClass.Narrow(c.ctx, ok(c.talker.MirrorObject(c.ctx, c.ref(c.Hub)))))
		check(orb.Same(c.ref(hub), c.ref(c.Hub)), "another object came back")
		check(ok(c.talker.MirrorObject(c.ctx, nil)) == nil, "nil came back as an object")
	}},
	{name: "refs_sequence", run: func(c *Client) {
		got := ok(c.talker.MirrorListeners(c.ctx, interop.Refs_Listeners{c.own, nil, c.talker}))
		equal(len(got), 3)
		check(orb.Same(c.ref(got[0]), c.ref(c.talker)) && got[1] == nil && orb.Same(c.ref(got[2]), c.ref(c.own)), "got %v", got)
		equal(len(ok(c.talker.MirrorListeners(c.ctx, nil))), 0)
	}},
	{name: "refs_nil", run: func(c *Client) {
		check(ok(c.talker.IsNil(c.ctx, nil)), "nil is not nil")
		check(!ok(c.talker.IsNil(c.ctx, c.ref(c.Hub))), "the hub is nil")
	}},
	{name: "refs_same", run: func(c *Client) {
		hub := c.ref(c.Hub)
		check(ok(c.talker.Same(c.ctx, hub, hub)), "the hub is not the hub")
		check(!ok(c.talker.Same(c.ctx, hub, c.ref(c.talker))), "the hub is the talker")
		check(!ok(c.talker.Same(c.ctx, hub, nil)), "the hub is nil")
	}},
	{name: "refs_narrow", run: func(c *Client) {
		for _, k := range []struct {
			o    any
			want string
		}{{c.own, "own"}, {c.talker, "talker"}, {c.Hub, ""}, {nil, ""}} {
			equal(ok(c.talker.NameOf(c.ctx, c.ref(k.o))), k.want)
		}
	}},
	{name: "callback", run: func(c *Client) {
		n := c.rnd.Int32N(1000)
		equal(ok(c.talker.Tell(c.ctx, c.own, n)), 2*(n+1))
	}},
	{name: "callback_many", run: func(c *Client) {
		n := c.rnd.Int32N(1000)
		equal(ok(c.talker.TellAll(c.ctx, interop.Refs_Listeners{c.own, c.talker, nil, c.own}, n)), 3*(n+1))
	}},
	{name: "callback_exception", run: func(c *Client) {
		n := -1 - c.rnd.Int32N(1000)
		_, err := c.talker.Tell(c.ctx, c.own, n)
		equal(*raised[*interop.Refused](err), interop.Refused{Code: n, Why: "negative"})
	}},
	{name: "callback_oneway", run: func(c *Client) {
		done(c.talker.Note(c.ctx, c.own, c.Name, 25))
		for begin := time.Now(); c.own.Notes(c.Name) < 25 && time.Since(begin) < arrival; time.Sleep(5 * time.Millisecond) {
		}
		equal(c.own.Notes(c.Name), 25)
	}},
	{name: "callback_nested", run: func(c *Client) { equal(ok(c.talker.Bounce(c.ctx, c.own, 6)), 6) }},
	{name: "callback_kept", run: callbackKept},
	{name: "forward", run: func(c *Client) { c.moved(c.Hub.Moved) }},
	{name: "forward_perm", run: func(c *Client) { c.moved(c.Hub.MovedForGood) }},
}

// cell returns a new cell, which the caller destroys.
func (c *Client) cell(initial int32) interop.Cell { return ok(c.Hub.NewCell(c.ctx, initial)) }

func attributes(c *Client) {
	initial, label, at, state := c.rnd.number(), c.rnd.text(30), c.rnd.point(), c.rnd.byColor()
	cell := c.cell(initial)
	defer cell.Destroy(c.ctx)
	equal(ok(cell.Value(c.ctx)), initial)
	equal(ok(cell.Label(c.ctx)), "cell")
	equal(ok(cell.At(c.ctx)), interop.Point{})
	same(interop.ByColorType, ok(cell.State(c.ctx)), interop.NewByColor_O(interop.Color_Blue, 0))
	equal(ok(cell.Writes(c.ctx)), 0)
	done(cell.SetValue(c.ctx, ^initial))
	done(cell.SetLabel(c.ctx, label))
	done(cell.SetAt(c.ctx, at))
	done(cell.SetState(c.ctx, state))
	equal(ok(cell.Value(c.ctx)), ^initial)
	equal(ok(cell.Label(c.ctx)), label)
	equal(ok(cell.At(c.ctx)), at)
	same(interop.ByColorType, ok(cell.State(c.ctx)), state)
	equal(ok(cell.Writes(c.ctx)), 4)
}

func factory(c *Client) {
	a, b := c.cell(1), c.cell(2)
	defer a.Destroy(c.ctx)
	defer b.Destroy(c.ctx)
	check(!orb.Same(c.ref(a), c.ref(b)), "two cells are the same")
	self := ok(a.Self(c.ctx))
	check(orb.Same(c.ref(a), c.ref(self)), "a cell's self is another")
	done(self.SetValue(c.ctx, 10))
	equal(ok(a.Value(c.ctx)), 10)
	equal(ok(b.Value(c.ctx)), 2)
}

func destroy(c *Client) {
	cell := c.cell(5)
	done(cell.Destroy(c.ctx))
	_, err := cell.Value(c.ctx)
	e := raised[*exc.SystemException](err)
	check(e.Kind == exc.ObjectNotExist && e.Completed == exc.No, "got %v", err)
	check(ok(orb.RefOf(c.ref(cell)).NonExistent(c.ctx)), "the object is said to be there")
}

func inherit(c *Client) {
	v := c.rnd.Int32N(1000)
	var left interop.Shapes_Left = c.bottom
	var right interop.Shapes_Right = c.bottom
	var base interop.Shapes_Base = left
	equal(ok(c.bottom.Every(c.ctx)), "1 -1 base")
	equal(ok(c.bottom.Leftward(c.ctx, v)), v+1)
	equal(ok(c.bottom.Rightward(c.ctx, v)), v-1)
	equal(ok(left.Leftward(c.ctx, -1)), 0)
	equal(ok(left.Where(c.ctx)), "base")
	equal(ok(right.Rightward(c.ctx, -1)), -2)
	equal(ok(right.Kind(c.ctx)), "Bottom")
	equal(ok(base.Kind(c.ctx)), "Bottom")
	equal(ok(base.Where(c.ctx)), "base")
}

func inheritAttributes(c *Client) {
	left := ok(interop.Shapes_LeftClass.Narrow(c.ctx, c.ref(c.bottom)))
	right := ok(interop.Shapes_RightClass.Narrow(c.ctx, c.ref(c.bottom)))
	done(left.SetCommon(c.ctx, 17))
	equal(ok(right.Common(c.ctx)), 17)
	done(c.bottom.SetSide(c.ctx, "other side"))
	equal(ok(left.Side(c.ctx)), "other side")
	done(c.bottom.SetSide(c.ctx, "left"))
	done(c.bottom.SetCommon(c.ctx, 0))
}

// narrows narrows o and reports whether it is of the class.
func narrows[T any](c *Client, class *stub.Class[T], o orb.Object) (T, bool) {
	t, err := class.Narrow(c.ctx, orb.RefOf(o))
	if errors.Is(err, exc.BadParam) {
		return t, false
	}
	return ok(t, err), true
}

func inheritNarrow(c *Client) {
	for i, kind := range []string{"Base", "Left", "Right", "Bottom"} {
		base := ok(c.shelf.Pick(c.ctx, uint32(i)))
		equal(ok(base.Kind(c.ctx)), kind)
		o := c.ref(base)
		_, left := narrows(c, interop.Shapes_LeftClass, o)
		_, right := narrows(c, interop.Shapes_RightClass, o)
		bottom, both := narrows(c, interop.Shapes_BottomClass, o)
		equal([3]bool{left, right, both}, [3]bool{i == 1 || i == 3, i >= 2, i == 3})
		if both {
			equal(ok(bottom.Every(c.ctx)), "1 -1 base")
		}
	}
	_, err := c.shelf.Pick(c.ctx, 4)
	equal(*raised[*interop.Refused](err), interop.Refused{Code: 4, Why: "no such shape"})
	base := ok(c.shelf.AsBase(c.ctx, c.bottom))
	check(orb.Same(c.ref(base), c.ref(c.bottom)), "another object came back")
}

func refs(c *Client) {
	own := ok(c.talker.MirrorListener(c.ctx, c.own))
	check(orb.Same(c.ref(own), c.ref(c.own)), "another object came back")
	before := c.Made()
	equal(ok(own.Name(c.ctx)), "own") // in this process again
	equal(c.Made(), before)
	equal(ok(ok(c.talker.MirrorListener(c.ctx, c.talker)).Name(c.ctx)), "talker")
	check(ok(c.talker.MirrorListener(c.ctx, nil)) == nil, "nil came back as an object")
}

func callbackKept(c *Client) {
	key := c.Name
	done(c.talker.Keep(c.ctx, key, c.own))
	equal(ok(c.talker.TellKept(c.ctx, key, 1)), 2)
	check(orb.Same(c.ref(ok(c.talker.Kept(c.ctx, key))), c.ref(c.own)), "another object was kept")
	done(c.talker.Forget(c.ctx, key))
	check(ok(c.talker.Kept(c.ctx, key)) == nil, "it was not forgotten")
	_, err := c.talker.TellKept(c.ctx, key, 1)
	equal(*raised[*interop.Refused](err), interop.Refused{Code: 404, Why: key})
}

func (c *Client) moved(get func(context.Context) (interop.Basics, error)) {
	b := ok(get(c.ctx))
	if b == nil {
		panic(unsupported{"the server has no object that answers so"})
	}
	for i := range int32(3) {
		equal(ok(b.MirrorLong(c.ctx, i)), ^i)
	}
	equal(ok(b.MirrorString(c.ctx, "abc")), "cba")
}
