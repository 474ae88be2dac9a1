"""Random values, of random sizes: functions of a random source, or of a size that make such."""
import Interop


def integer(least, greatest): return lambda r: r.randint(least, greatest)
def text(most, letters=(32, 125)): return lambda r: "".join(chr(r.randint(*letters)) for _ in range(r.randint(0, most)))
def many(of, most): return lambda r: [of(r) for _ in range(r.randint(0, most))]
def exactly(of, n): return lambda r: [of(r) for _ in range(n)]
def real(r): return r.randint(-2**31, 2**31) / 1024 * 2.0 ** r.randint(-300, 300)
def octets(n): return lambda r: r.randbytes(n)
def color(r): return Interop.Color._item(r.randint(0, 2))
def point(r): return Interop.Point(real(r), real(r))
def wide(most): return lambda r: "".join(chr(r.choice((r.randint(0xa1, 0x17f), r.randint(0x4e00, 0x9f00), 0x20ac))) for _ in range(r.randint(0, most)))


octet, short, long = integer(0, 255), integer(-2**15, 2**15 - 1), integer(-2**31, 2**31 - 1)
ushort, ulong = integer(0, 2**16 - 1), integer(0, 2**32 - 1)
longlong, ulonglong = integer(-2**63, 2**63 - 1), integer(0, 2**64 - 1)
single = lambda r: r.randint(-2**19, 2**19) / 64
letter = lambda r: chr(r.randint(32, 125))
matrix = exactly(exactly(long, 3), 2)


def prims(r):
    return Interop.Prims(r.random() < 0.5, letter(r), octet(r), short(r), ushort(r), long(r), ulong(r), longlong(r), ulonglong(r), single(r), real(r))


def entry(r): return Interop.Entry(text(40)(r), point(r), color(r), many(long, 8)(r), matrix(r))
def node(levels): return lambda r: Interop.Node(text(12)(r), many(node(levels - 1), 3)(r) if levels > 1 else [])


def expr(levels):
    return lambda r: Interop.Expr(1, many(expr(levels - 1), 3)(r)) if levels else Interop.Expr(0, long(r))


def by_color(r):
    d = color(r)
    return Interop.ByColor(d, (long(r), text(20)(r), octet(r))[d._v])
