"""The mirror of every type of values.idl, as the IDL defines it."""
import Interop


def boolean(v): return not v
def char(v): return chr(ord(v) + 1)
def octet(v): return 0xff - v
def signed(v): return ~v
def ushort(v): return 0xffff - v
def ulong(v): return 0xffffffff - v
def ulonglong(v): return 0xffffffffffffffff - v
def real(v): return v / -2
def text(v): return v[::-1]
def color(v): return Interop.Color._item((v._v + 1) % 3)
def octets(v): return bytes(0xff - o for o in reversed(v))
def fixed(v): return -v


def each(mirror):
    """The mirror of a sequence, or array, of what has that mirror."""
    return lambda v: [mirror(e) for e in reversed(v)]


longs, doubles, booleans, strings = each(signed), each(real), each(boolean), each(text)
matrix = each(longs)
matrices = each(matrix)


def prims(v):
    return Interop.Prims(not v.b, char(v.c), octet(v.o), ~v.s, ushort(v.us), ~v.l, ulong(v.ul), ~v.ll, ulonglong(v.ull), v.f / -2, v.d / -2)


def point(v): return Interop.Point(v.x / -2, v.y / -2)
def entry(v): return Interop.Entry(text(v.name), point(v.at), color(v.colour), longs(v.marks), matrix(v.grid))
def bulk(v): return Interop.Bulk(octets(v.before), doubles(v.list), ~v.after)
def node(v): return Interop.Node(text(v.label), each(node)(v.kids))
def tree(v): return Interop.Tree(~v.weight, each(tree)(v.branches))
def versioned(v): return Interop.Versioned(~v.v)
def renamed(v): return Interop.Renamed(text(v.v))


def by_color(v): return Interop.ByColor(v._d, {0: signed, 1: text}.get(v._d._v, octet)(v._v))
def by_boolean(v): return Interop.ByBoolean(v._d, real(v._v) if v._d else text(v._v))
def maybe(v): return Interop.Maybe(v._d, point(v._v)) if v._d else v
def by_long(v): return Interop.ByLong(v._d, {-1: signed, 1: signed, 2: entry, 3: longs}.get(v._d, text)(v._v))
def by_char(v): return Interop.ByChar(v._d, {"a": octet, "b": octet, "z": color}.get(v._d, text)(v._v))
def by_short(v): return Interop.ByShort(v._d, {65535: ulonglong, 0: boolean}.get(v._d, lambda x: x)(v._v))
def by_longlong(v): return Interop.ByLongLong(v._d, {-5000000000: signed, 9: octets}.get(v._d, lambda x: x)(v._v))
def inline(v): return Interop.Inline(v._d, signed(v._v) if v._d._v == 0 else matrix(v._v))
def expr(v): return Interop.Expr(v._d, signed(v._v) if v._d == 0 else each(expr)(v._v))
def invoice(v): return Interop.Invoice(-v.net, text(v.text), -v.gross)
