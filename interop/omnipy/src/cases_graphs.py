"""Cases of graphs.idl: valuetypes."""
from omniORB import CORBA

import Graphs

import client
import suite
from cases import ALL, case
from client import check, equal, raised
from sample import long, many, octet, real, text


def gardener(c):
    o = c.hub.lookup("graphs")
    if o is None:
        raise client.Unsupported("the server has no Graphs::Gardener")
    return o._narrow(Graphs.Gardener)


def some_leaf(c): return suite.leaf(long(c.rnd), text(20)(c.rnd))


def some_branch(c, left, right):
    b = Graphs.Branch()
    b.number, b.text, b.kind, b.left, b.right, b.weight, b.notes = long(c.rnd), "", octet(c.rnd), left, right, real(c.rnd), many(text(10), 3)(c.rnd)
    return b


def same_leaf(got, want): equal((got.number, got.text), (want.number, want.text))


@case
def leaf(c):
    a = some_leaf(c)
    got, other, same = gardener(c).pass_leaf(a, a)
    same_leaf(got, a)
    check(same and got is other, "the same leaf came back as two")
    got, other, same = gardener(c).pass_leaf(a, suite.leaf(a.number, a.text))
    same_leaf(got, a)
    same_leaf(other, a)
    check(not same and got is not other, "two leaves came back as one")


@case
def leaf_null(c):
    equal(gardener(c).pass_leaf(None, None), (None, None, True))
    check(gardener(c).pass_branch(None) is None, "null became a branch")


@case
def branch(c):
    side = some_leaf(c)
    b = some_branch(c, side, side)
    got = gardener(c).pass_branch(b)
    check(got.left is got.right, "one side came back as two")
    same_leaf(got.left, side)
    equal((got.number, got.kind, got.weight, got.notes), (b.number, b.kind, b.weight, b.notes))


@case
def deep(c):
    end = v = some_leaf(c)
    for _ in range(40):
        v = some_branch(c, v, None)
    v = gardener(c).pass_branch(v)
    for _ in range(40):
        check(v.right is None, "a right side grew")
        v = v.left
    same_leaf(v, end)


def check_twig(got, bud):
    check(not isinstance(got, Graphs.Twig), "it is a twig")
    equal((got.number, got.text, got.weight, got.notes), (9, "twig", 2.5, ["a", "bc"]))
    check(got.left is bud and got.right is None and bud.text == "bud", "its sides are others")


@case
def truncated(c):
    bud = suite.leaf(5, "bud")
    check_twig(*gardener(c).pass_twig(suite.twig(bud), bud))


@case
def truncated_here(c):
    check_twig(*gardener(c).grow_twig())


def some_ring(name, next=None):
    r = Graphs.Ring()
    r.name, r.next = name, next
    return r


@case
def ring(c):
    one = some_ring("one")
    one.next = one
    got = gardener(c).turn(one)
    check(got.next is got and got.name == "one", "the ring of one is another")
    z = some_ring("z")
    x = z.next = some_ring("x", some_ring("y", z))
    got = gardener(c).turn(x)
    check(got.name == "y" and got.next.next.name == "x" and got.next.next.next is got, "the ring of three is another")


ALL["nothing"] = lambda c: check(gardener(c).pass_nothing(Graphs.Nothing()) is not None, "nothing became null")


@case
def boxes(c):
    g = gardener(c)
    equal(g.pass_word("word"), ("word", "word"))
    equal(g.pass_word(None), (None, None))
    v = many(long, 30)(c.rnd)
    equal(g.pass_numbers(v), v)
    equal(g.pass_place(Graphs.Point(3, -4)), Graphs.Point(3, -4))


def person(name):
    p = suite.Person()
    p.first = name
    return p


@case
def named_value(c):
    n, name = gardener(c).pass_named(person("Ada"))
    check(isinstance(n, Graphs.Person), "it is no person any more")
    equal((name, n.name()), ("Ada", "Ada"))


@case
def named_object(c):
    thing = client.Thing("thing")
    n, name = gardener(c).pass_named(thing._this())
    equal(name, "thing")
    n._narrow(Graphs.Thing).rename("other")
    equal(n.name(), "other")


ALL["named_none"] = lambda c: equal(gardener(c).pass_named(None), (None, ""))


@case
def basket(c):
    v = some_leaf(c)
    got = gardener(c).pass_basket(Graphs.Basket(
        v, [v, None, suite.leaf(2, "own")], "label", CORBA.Any(Graphs._tc_Leaf, suite.leaf(3, "in an any")), v))
    same_leaf(got.first, v)
    check(got.first is got.last and got.rest[0] is got.first and got.rest[1] is None, "the shape is another")
    equal((got.rest[2].number, got.label, got.more.value().number), (2, "label", 3))


@case
def any_graph(c):
    def back(t, v): return gardener(c).pass_any(CORBA.Any(t, v)).value()
    side = some_leaf(c)
    b = back(Graphs._tc_Branch, some_branch(c, side, side))
    check(b.left is b.right, "one side came back as two")
    same_leaf(b.left, side)
    r = some_ring("r")
    r.next = r
    got = back(Graphs._tc_Ring, r)
    check(got.next is got, "the ring is open")
    equal(back(Graphs._tc_Word, "word"), "word")
    check(back(Graphs._tc_Leaf, None) is None, "null became a leaf")
    equal(back(Graphs._tc_Person, person("Bo")).first, "Bo")


@case
def cut(c):
    e = raised(Graphs.Felled, gardener(c).cut, suite.leaf(1, "off"))
    equal((e.fallen.number, e.why), (1, "winter"))


def at_seams(c, sent, was):
    """Passes what sent makes of octets and lists that lie across the ends of fragments; was says what there is in it."""
    passing = gardener(c).pass_crate if sent is crate else gardener(c).pass_cargo
    for size in range(8000, 8260, 4):
        for n in (1, 2, 100, 1100):
            v = sent(c.rnd.randbytes(size), [i + 1.0 for i in range(n)], [c.rnd.getrandbits(63) for _ in range(n)])
            check(was(passing(v)) == was(v), "%d octets before %d numbers came back as others" % (size, n))


def crate(before, weights, marks): return Graphs.Crate(before, weights, 7)


def cargo(before, weights, marks, make=Graphs.Cargo):
    v = make()
    v.before, v.weights, v.tail = before, weights, "tail"
    return v


def freight(before, weights, marks):
    v = cargo(before, weights, marks, Graphs.Freight)
    v.marks, v.after = marks, "after"
    return v


@case
def seams_box(c): at_seams(c, crate, lambda v: (v.before, v.load, v.after))


@case
def seams_value(c): at_seams(c, cargo, lambda v: (v.before, v.weights, v.tail))


@case
def seams_chunks(c): at_seams(c, freight, lambda v: (v.before, v.weights, v.tail, v.marks, v.after))
