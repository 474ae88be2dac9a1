"""The suite's server on omniORBpy: server.py [-version V] [-naming URL -name NAME].

It serves on 127.0.0.1 until its standard input ends. With -naming it binds the Hub under the name in the naming service there.
"""
import threading
import time

from omniORB import CORBA, LOCATION_FORWARD

import CosNaming
import Graphs
import Graphs__POA
import Interop
import Interop__POA
import Interop.Refs
import Interop.Shapes
import Parcels__POA
import TY
import TY__POA

import mirror
import suite

orb, poa = suite.start()


def mirrors(base, **operations):
    """A class of servants whose operations return the mirror of their argument."""
    return type(base.__name__, (base,), {"mirror_" + name: lambda self, v, m=m: m(v) for name, m in operations.items()})


Basics = mirrors(
    Interop__POA.Basics, boolean=mirror.boolean, char=mirror.char, octet=mirror.octet, short=mirror.signed, ushort=mirror.ushort,
    long=mirror.signed, ulong=mirror.ulong, longlong=mirror.signed, ulonglong=mirror.ulonglong, float=mirror.real, double=mirror.real,
    string=mirror.text, tag=mirror.text, prims=mirror.prims)
Wide = mirrors(Interop__POA.Wide, wchar=mirror.char, wstring=mirror.text, widetag=mirror.text)
Decimals = mirrors(Interop__POA.Decimals, money=mirror.fixed, whole=mirror.fixed, tiny=mirror.fixed, invoice=mirror.invoice)
Decimals.rate = lambda self: CORBA.Any(orb.create_fixed_tc(3, 2), CORBA.fixed("1.25"))
Built = mirrors(
    Interop__POA.Built, color=mirror.color, entry=mirror.entry, entries=mirror.each(mirror.entry), longs=mirror.longs, numbers=mirror.longs,
    booleans=mirror.booleans, doubles=mirror.doubles, strings=mirror.strings, tags=mirror.strings, table=mirror.matrix, octets=mirror.octets,
    matrix=mirror.matrix, matrices=mirror.matrices, pair=mirror.strings, key=mirror.octets, bulk=mirror.bulk, node=mirror.node,
    tree=mirror.tree, versioned=mirror.versioned, renamed=mirror.renamed, bycolor=mirror.by_color, byboolean=mirror.by_boolean,
    maybe=mirror.maybe, bylong=mirror.by_long, bychar=mirror.by_char, byshort=mirror.by_short, bylonglong=mirror.by_longlong,
    inline=mirror.inline, expr=mirror.expr)


def grow(self, depth):
    return Interop.Tree(depth, [grow(self, depth - 1), grow(self, depth - 1)]) if depth > 0 else Interop.Tree(0, [])


Built.grow = grow


class Anys(Interop__POA.Anys):
    KINDS = {
        CORBA.tk_boolean: mirror.boolean, CORBA.tk_char: mirror.char, CORBA.tk_octet: mirror.octet, CORBA.tk_short: mirror.signed,
        CORBA.tk_ushort: mirror.ushort, CORBA.tk_long: mirror.signed, CORBA.tk_ulong: mirror.ulong, CORBA.tk_longlong: mirror.signed,
        CORBA.tk_ulonglong: mirror.ulonglong, CORBA.tk_float: mirror.real, CORBA.tk_double: mirror.real, CORBA.tk_string: mirror.text,
    }
    NAMED = {
        "Color": mirror.color, "Prims": mirror.prims, "Entry": mirror.entry, "ByColor": mirror.by_color, "Longs": mirror.longs, "Node": mirror.node,
    }
    CONSTANTS = {
        "YES": CORBA.TC_boolean, "INITIAL": CORBA.TC_char, "TAB": CORBA.TC_char, "MASK": CORBA.TC_octet, "LOWEST": CORBA.TC_short,
        "PORT": CORBA.TC_ushort, "ANSWER": CORBA.TC_long, "MEBI": CORBA.TC_ulong, "DEEP": CORBA.TC_longlong, "LARGEST": CORBA.TC_ulonglong,
        "QUARTER": CORBA.TC_float, "HALF": CORBA.TC_double, "GREETING": CORBA.TC_string, "FAVOURITE": Interop._tc_Color,
        "OMEGA": CORBA.TC_wchar, "PLACE": CORBA.TC_wstring, "TAG_LIMIT": CORBA.TC_ulong,
    }

    def mirror_any(self, v):
        t = v.typecode()
        m = self.KINDS.get(t.kind())
        if m is None and t.kind() in (CORBA.tk_enum, CORBA.tk_struct, CORBA.tk_union, CORBA.tk_alias):
            m = self.NAMED.get(t.name()) if t.id().startswith("IDL:interop.opendsom.org/Interop/") else None
        return CORBA.Any(t, m(v.value())) if m else v

    def kind_of(self, v): return suite.describe(v.typecode())
    def describe(self, t): return suite.describe(t)
    def mirror_type(self, v): return v
    def same_type(self, a, b): return a.equivalent(b)

    def constant(self, name):
        if name not in self.CONSTANTS:
            raise Interop.Refused(404, name)
        return CORBA.Any(self.CONSTANTS[name], getattr(Interop, name))


class Params(Interop__POA.Params):
    def mix(self, a, b): return a + b, a - b, a * b
    def swap(self, a, b): return b, a
    def split(self, v): return v[:1], v[1:]

    def many(self, a, b, d, f, h, i):
        e = CORBA.Any(CORBA.TC_string, "many") if h else CORBA.Any(CORBA.TC_long, -1)
        return (Interop.Color._item(a % 3), b / -2, [a, a + 1, a + 2], mirror.strings(d), e, mirror.by_color(f),
                [[0, a, 2 * a], [3 * a, 4 * a, 5 * a]], mirror.node(i))

    def objects(self, a, b): return b, a, None
    def keywords(self, type, func, module): return type + func, -module


class Errors(Interop__POA.Errors):
    def raise_empty(self): raise Interop.Empty()

    def raise_refused(self, code, why):
        if code:
            raise Interop.Refused(code, why)
        return 1, "none"

    def raise_detailed(self, v): raise Interop.Detailed(v, Interop.ByColor(l=7), CORBA.Any(CORBA.TC_long, 8))
    def undeclared(self): raise Interop.Refused(1, "undeclared")
    def crash(self): raise RuntimeError("as the case ex_crash wants it")
    def no_resources(self): raise CORBA.NO_RESOURCES(5, CORBA.COMPLETED_MAYBE)

    def system(self, name, minor, completed):
        raise getattr(CORBA, name, CORBA.BAD_OPERATION)(minor, CORBA.completion_status._item(completed))


class Calls(Interop__POA.Calls):
    def __init__(self):
        self.sums, self.lock = {}, threading.Lock()

    def ping(self): pass

    def pause(self, ms):
        time.sleep(ms / 1000)
        return ms

    def _get_interrupted(self): return 0

    def post(self, topic, n):
        with self.lock:
            self.sums[topic] = self.sums.get(topic, 0) + n

    def posted(self, topic):
        with self.lock:
            return self.sums.get(topic, 0)

    def blob(self, size): return suite.blob(size)
    def checksum(self, v): return suite.checksum(v)
    def lines(self, count): return ["line %d" % i for i in range(count)]


class Cell(Interop__POA.Cell):
    def __init__(self, value):
        self.state = {"value": value, "label": "cell", "at": Interop.Point(0, 0), "state": Interop.ByColor(Interop.blue, 0)}
        self.writes = 0

    def set(self, name, v):
        self.state[name] = v
        self.writes += 1

    def _get_value(self): return self.state["value"]
    def _set_value(self, v): self.set("value", v)
    def _get_label(self): return self.state["label"]
    def _set_label(self, v): self.set("label", v)
    def _get_at(self): return self.state["at"]
    def _set_at(self, v): self.set("at", v)
    def _get_state(self): return self.state["state"]
    def _set_state(self, v): self.set("state", v)
    def _get_writes(self): return self.writes
    def _get_self(self): return self._this()
    def destroy(self): poa.deactivate_object(poa.servant_to_id(self))


class Shape:
    def __init__(self): self.common, self.side = 0, "left"
    def _get_kind(self): return type(self).__name__
    def _get_common(self): return self.common
    def _set_common(self, v): self.common = v
    def where(self): return "base"
    def leftward(self, v): return v + 1
    def _get_side(self): return self.side
    def _set_side(self, v): self.side = v
    def rightward(self, v): return v - 1
    def every(self): return "1 -1 base"


shapes = Interop__POA.Shapes
SHAPES = [type(name, (Shape, getattr(shapes, name)), {})() for name in ("Base", "Left", "Right", "Bottom")]
BOTTOM = type("Bottom", (Shape, shapes.Bottom), {})()


class Shelf(shapes.Shelf):
    def pick(self, which):
        if which >= len(SHAPES):
            raise Interop.Refused(which, "no such shape")
        return SHAPES[which]._this()

    def as_base(self, v): return v


class Talker(Interop__POA.Refs.Talker):
    def __init__(self): self.keeps = {}
    def _get_name(self): return "talker"

    def told(self, n):
        if n < 0:
            raise Interop.Refused(n, "negative")
        return n + 1

    def noted(self, what): pass
    def bounce(self, peer, depth): return 1 + peer.bounce(self._this(), depth - 1) if depth > 0 else 0
    def tell(self, who, n): return 2 * who.told(n)
    def tell_all(self, who, n): return sum(w.told(n) for w in who if w is not None)

    def note(self, who, what, times):
        for _ in range(times):
            who.noted(what)

    def keep(self, key, who): self.keeps[key] = who
    def kept(self, key): return self.keeps.get(key)

    def tell_kept(self, key, n):
        if self.keeps.get(key) is None:
            raise Interop.Refused(404, key)
        return self.keeps[key].told(n)

    def forget(self, key): self.keeps.pop(key, None)
    def mirror_listener(self, v): return v
    def mirror_object(self, v): return v
    def mirror_listeners(self, v): return v[::-1]
    def is_nil(self, v): return v is None
    def same(self, a, b): return a is not None and b is not None and a._is_equivalent(b)

    def name_of(self, v):
        listener = v._narrow(Interop.Refs.Listener) if v is not None else None
        return listener._get_name() if listener is not None else ""


class Types(TY__POA.T):
    counter = 0

    def name(self): return "impl"
    def _get_counter(self): return self.counter
    def _set_counter(self, v): self.counter = v
    def _get_ident(self): return "id-1"
    def io(self, a, b): return a + b, "out"

    def boom(self, k):
        if k == 1:
            raise TY.Oops(42, "because")
        if k == 2:
            raise TY.Empty()

    def sys(self): raise CORBA.NO_RESOURCES(5, CORBA.COMPLETED_MAYBE)


for name in "prim col mon mat bstr wc ws u ub ul node ref obj any tc".split():
    setattr(Types, "e_" + name, lambda self, v: v)


class Gardener(Graphs__POA.Gardener):
    def pass_leaf(self, a, b): return a, b, a is b
    def pass_branch(self, b): return b
    def pass_twig(self, t, bud): return t, bud

    def grow_twig(self):
        bud = suite.leaf(5, "bud")
        return suite.twig(bud), bud

    def turn(self, r): return r.next
    def pass_nothing(self, n): return n
    def pass_word(self, w): return w, w
    def pass_numbers(self, n): return n
    def pass_crate(self, c): return c
    def pass_cargo(self, c): return c
    def pass_place(self, p): return p
    def pass_named(self, n): return n, n.name() if n is not None else ""
    def pass_basket(self, b): return b
    def pass_any(self, a): return a

    def cut(self, l): raise Graphs.Felled(l, "winter")


class Carrier(Parcels__POA.Carrier):
    def carry(self, p, again): return p, again, p is again
    def carry_crate(self, c): return c
    def carry_any(self, a): return a


class Moved(Interop__POA.Basics):
    """An object that is elsewhere: every operation says so."""
    def __init__(self, to, permanent): self.to, self.permanent = to, permanent

    def __getattr__(self, operation):
        if not operation.startswith("mirror_"):
            raise AttributeError(operation)
        return self.away

    def away(self, *_): raise LOCATION_FORWARD(self.to, self.permanent)


PARTS = {
    "basic_values": Basics(), "wide_values": Wide(), "built_values": Built(), "any_values": Anys(), "parameters": Params(), "mistakes": Errors(),
    "traffic": Calls(), "bottom_shape": BOTTOM, "shape_shelf": Shelf(), "talker": Talker(),
}
OTHERS = {"fixed": Decimals(), "types": Types(), "graphs": Gardener(), "custom": Carrier()}


class Hub(Interop__POA.Hub):
    def _get_orb(self): return "omniORBpy"
    def new_cell(self, initial): return Cell(initial)._this()
    def lookup(self, name): return OTHERS[name]._this() if name in OTHERS else None


for name, servant in PARTS.items():
    setattr(Hub, "_get_" + name, lambda self, s=servant: s._this())


for name, permanent in (("moved", 0), ("moved_for_good", 1)):
    setattr(Hub, "_get_" + name, lambda self, s=Moved(PARTS["basic_values"]._this(), permanent): s._this())


def bind(url, text, o):
    """Binds an object under a name of text, and makes the contexts on the way."""
    root = orb.string_to_object(url)._narrow(CosNaming.NamingContextExt)
    name = root.to_name(text)
    for n in range(1, len(name)):
        try:
            root.bind_new_context(name[:n])
        except CosNaming.NamingContext.AlreadyBound:
            pass # it is there
    root.rebind(name, o)


if __name__ == "__main__":
    hub = Hub()
    if suite.option("-naming", ""):
        bind(suite.option("-naming", ""), suite.option("-name", "hub"), hub._this())
    suite.serve(orb, hub._this())
