"""Cases of references: the hub, cells, shapes, callbacks, forwarding."""
from omniORB import CORBA

import Interop
import Interop.Shapes

import suite
from cases import ALL, ID, case
from cases_calls import says_is_a
from client import check, equal, raised
from sample import by_color, long, point, text


ALL["hub"] = lambda c: check(c.hub._get_orb() != "", "it has no name")
ALL["lookup"] = lambda c: check(c.hub.lookup("no such thing") is None, "there is such a thing")


@case
def attributes(c):
    initial, label, at, state = long(c.rnd), text(30)(c.rnd), point(c.rnd), by_color(c.rnd)
    cell = c.hub.new_cell(initial)
    equal((cell._get_value(), cell._get_label(), cell._get_at(), cell._get_state(), cell._get_writes()),
          (initial, "cell", Interop.Point(0, 0), Interop.ByColor(Interop.blue, 0), 0))
    cell._set_value(~initial)
    cell._set_label(label)
    cell._set_at(at)
    cell._set_state(state)
    equal((cell._get_value(), cell._get_label(), cell._get_at(), cell._get_state(), cell._get_writes()), (~initial, label, at, state, 4))
    cell.destroy()


@case
def readonly(c):
    cell = c.hub.new_cell(1)
    raised(CORBA.BAD_OPERATION, cell._dynamic_op("_set_writes", [CORBA.TC_ulong]), 9)
    equal(cell._get_writes(), 0)
    cell.destroy()


@case
def factory(c):
    a, b = c.hub.new_cell(1), c.hub.new_cell(2)
    check(not a._is_equivalent(b), "two cells are the same")
    check(a._get_self()._is_equivalent(a), "a cell's self is another")
    a._get_self()._set_value(10)
    equal((a._get_value(), b._get_value()), (10, 2))
    a.destroy()
    b.destroy()


@case
def destroy(c):
    cell = c.hub.new_cell(5)
    cell.destroy()
    equal(raised(CORBA.OBJECT_NOT_EXIST, cell._get_value).completed, CORBA.COMPLETED_NO)
    check(cell._non_existent(), "the object is said to be there")


@case
def inherit(c):
    b, v = c.bottom_shape, c.rnd.randint(0, 1000)
    equal((b.every(), b.leftward(v), b.rightward(v), b.where(), b._get_kind()), ("1 -1 base", v + 1, v - 1, "base", "Bottom"))


@case
def inherit_attributes(c):
    left, right = c.bottom_shape._narrow(Interop.Shapes.Left), c.bottom_shape._narrow(Interop.Shapes.Right)
    left._set_common(17)
    equal(right._get_common(), 17)
    c.bottom_shape._set_side("other side")
    equal(left._get_side(), "other side")
    c.bottom_shape._set_side("left")
    c.bottom_shape._set_common(0)


@case
def inherit_is_a(c):
    for name in ("Bottom", "Left", "Right", "Base"):
        check(says_is_a(c.bottom_shape, ID + "Shapes/" + name + ":1.0"), "it is no " + name)
    check(says_is_a(c.bottom_shape, "IDL:omg.org/CORBA/Object:1.0") and not says_is_a(c.bottom_shape, ID + "Shapes/Shelf:1.0"), "it is a shelf, or no object")


@case
def inherit_narrow(c):
    for i, kind in enumerate(("Base", "Left", "Right", "Bottom")):
        base = c.shape_shelf.pick(i)
        equal(base._get_kind(), kind)
        equal([base._narrow(k) is not None for k in (Interop.Shapes.Left, Interop.Shapes.Right, Interop.Shapes.Bottom)], [i in (1, 3), i >= 2, i == 3])
    e = raised(Interop.Refused, c.shape_shelf.pick, 4)
    equal((e.code, e.why), (4, "no such shape"))
    equal(c.shape_shelf.as_base(c.bottom_shape), c.bottom_shape)


@case
def refs(c):
    equal(c.talker.mirror_listener(c.own), c.own)
    equal([c.talker.mirror_listener(l)._get_name() for l in (c.own, c.talker)], ["own", "talker"])
    check(c.talker.mirror_listener(None) is None, "nil came back as an object")


@case
def refs_object(c):
    equal(c.talker.mirror_object(c.hub)._narrow(Interop.Hub), c.hub)
    check(c.talker.mirror_object(None) is None, "nil came back as an object")


@case
def refs_sequence(c):
    equal(c.talker.mirror_listeners([c.own, None, c.talker]), [c.talker, None, c.own])
    equal(c.talker.mirror_listeners([]), [])


ALL["refs_nil"] = lambda c: equal((c.talker.is_nil(None), c.talker.is_nil(c.hub)), (True, False))
ALL["refs_same"] = lambda c: equal([c.talker.same(c.hub, o) for o in (c.hub, c.talker, None)], [True, False, False])
ALL["refs_narrow"] = lambda c: equal([c.talker.name_of(o) for o in (c.own, c.talker, c.hub, None)], ["own", "talker", "", ""])
ALL["callback"] = lambda c: equal(c.talker.tell(c.own, 20), 42)
ALL["callback_many"] = lambda c: equal(c.talker.tell_all([c.own, c.talker, None, c.own], 9), 30)
ALL["callback_nested"] = lambda c: equal(c.talker.bounce(c.own, 6), 6)


@case
def callback_exception(c):
    e = raised(Interop.Refused, c.talker.tell, c.own, -8)
    equal((e.code, e.why), (-8, "negative"))


@case
def callback_oneway(c):
    c.talker.note(c.own, c.name, 25)
    check(suite.until(lambda: c.listener.notes.get(c.name) == 25), "they did not all arrive")


@case
def callback_kept(c):
    c.talker.keep(c.name, c.own)
    equal(c.talker.tell_kept(c.name, 1), 2)
    equal(c.talker.kept(c.name), c.own)
    c.talker.forget(c.name)
    check(c.talker.kept(c.name) is None, "it was not forgotten")
    e = raised(Interop.Refused, c.talker.tell_kept, c.name, 1)
    equal((e.code, e.why), (404, c.name))


def moved(o):
    equal([o.mirror_long(i) for i in range(3)], [-1, -2, -3])
    equal(o.mirror_string("abc"), "cba")


ALL["forward"] = lambda c: moved(c.hub._get_moved())
ALL["forward_perm"] = lambda c: moved(c.hub._get_moved_for_good())
