"""Cases of constructed types: Built."""
import Interop

import mirror
from cases import case, mirrored
from client import equal
from sample import color, entry, exactly, expr, long, many, matrix, node, octet, octets, point, real, short, text, ulonglong


def built(name, operation, m, *values): mirrored(name, "built_values", operation, m, *values)


built("enum", "color", mirror.color, Interop.red, Interop.green, Interop.blue)
built("struct", "entry", mirror.entry, entry, entry)
built("structs", "entries", mirror.each(mirror.entry), [], many(entry, 200))
built("longs", "longs", mirror.longs, [], many(long, 2000))
built("alias", "numbers", mirror.longs, many(long, 20))
built("booleans", "booleans", mirror.booleans, [], exactly(lambda r: r.random() < 0.5, 7))
built("doubles", "doubles", mirror.doubles, [], exactly(real, 301))
built("seams", "bulk", mirror.bulk, *(Interop.Bulk(bytes(n), [1.5] * k, n) for n in range(8000, 8260, 4) for k in (1, 2, 100, 1100, 4000)))
built("strings", "strings", mirror.strings, [], many(text(80), 50))
built("tags", "tags", mirror.strings, [], exactly(text(8), 4))
built("table", "table", mirror.matrix, [], lambda r: [[1, 2], [], many(long, 30)(r)])
built("octets", "octets", mirror.octets, b"", octets(20000), lambda r: r.randbytes(r.randint(0, 40000)))
built("big_both", "octets", mirror.octets, octets(1 << 20))
built("array", "matrix", mirror.matrix, matrix)
built("arrays", "matrices", mirror.matrices, [], exactly(matrix, 3))
built("array_strings", "pair", mirror.strings, ["first", "2nd"], exactly(text(300), 2))
built("array_octets", "key", mirror.octets, octets(5))
built("node", "node", mirror.node, node(3), node(5))
built("versioned", "versioned", mirror.versioned, lambda r: Interop.Versioned(long(r)))
built("renamed", "renamed", mirror.renamed, lambda r: Interop.Renamed(text(30)(r)))
built("union_enum", "bycolor", mirror.by_color, lambda r: Interop.ByColor(l=long(r)), lambda r: Interop.ByColor(s=text(9)(r)),
      lambda r: Interop.ByColor(Interop.blue, octet(r)))
built("union_boolean", "byboolean", mirror.by_boolean, lambda r: Interop.ByBoolean(True, real(r)), lambda r: Interop.ByBoolean(False, text(9)(r)))
built("union_implicit", "maybe", mirror.maybe, lambda r: Interop.Maybe(True, point(r)), Interop.Maybe(False, None))
built("union_long", "bylong", mirror.by_long, lambda r: Interop.ByLong(-1, short(r)), lambda r: Interop.ByLong(1, short(r)),
      lambda r: Interop.ByLong(2, entry(r)), lambda r: Interop.ByLong(3, many(long, 5)(r)), lambda r: Interop.ByLong(77, text(20)(r)))
built("union_char", "bychar", mirror.by_char, lambda r: Interop.ByChar("a", octet(r)), lambda r: Interop.ByChar("b", octet(r)),
      lambda r: Interop.ByChar("z", color(r)), lambda r: Interop.ByChar("q", text(8)(r)))
built("union_ushort", "byshort", mirror.by_short, lambda r: Interop.ByShort(65535, ulonglong(r)), Interop.ByShort(0, True), Interop.ByShort(7, None))
built("union_longlong", "bylonglong", mirror.by_longlong, lambda r: Interop.ByLongLong(-5000000000, short(r)), Interop.ByLongLong(9, b"abc"))
built("union_inline", "inline", mirror.inline, lambda r: Interop.Inline(n=long(r)), lambda r: Interop.Inline(grid=matrix(r)))
built("union_recursive", "expr", mirror.expr, expr(3))


@case
def tree(c):
    def weight(t): return t.weight + sum(weight(b) for b in t.branches)
    t = c.built_values.grow(4)
    equal(weight(t), 4 + 2 * 3 + 4 * 2 + 8)
    equal(c.built_values.mirror_tree(t), mirror.tree(t))
