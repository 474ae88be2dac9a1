"""The cases of the suite, by their names: functions of a Client."""
import math
import threading
import time

import omniORB
from omniORB import CORBA

import Graphs
import Interop
import Interop.Shapes
import TY

import client
import mirror
import suite
from client import check, equal, raised

ALL = {}
ID = "IDL:interop.opendsom.org/Interop/"


def case(f):
    """Makes a function a case of its own name, without the last underscore."""
    ALL[f.__name__.rstrip("_")] = f
    return f


def mirrored(name, part, operation, m, *values):
    """A case that sends values, or what functions of the random source make, and wants their mirrors back."""
    def run(c):
        call = getattr(getattr(c, part), "mirror_" + operation)
        for v in values:
            v = v(c.rnd) if callable(v) else v
            equal(call(v), m(v))
    ALL[name] = run


def without(name, why):
    def run(c):
        raise client.Unsupported(why)
    ALL[name] = run


# ---- random values

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


# ---- Basics, Wide, Decimals

mirrored("boolean", "basic_values", "boolean", mirror.boolean, True, False)
mirrored("char", "basic_values", "char", mirror.char, letter)
for _name, _m, _least, _greatest, _some in (
        ("octet", mirror.octet, 0, 255, octet), ("short", mirror.signed, -2**15, 2**15 - 1, short), ("ushort", mirror.ushort, 0, 2**16 - 1, ushort),
        ("long", mirror.signed, -2**31, 2**31 - 1, long), ("ulong", mirror.ulong, 0, 2**32 - 1, ulong),
        ("longlong", mirror.signed, -2**63, 2**63 - 1, longlong), ("ulonglong", mirror.ulonglong, 0, 2**64 - 1, ulonglong)):
    mirrored(_name, "basic_values", _name, _m, _least, _greatest, _some)
mirrored("string", "basic_values", "string", mirror.text, "", "stressed", text(100), text(9000))
mirrored("latin1", "basic_values", "string", mirror.text, "Gr\u00fc\u00dfe", text(50, (0xa1, 0xfe)))
mirrored("tag", "basic_values", "tag", mirror.text, "12345678", text(8))
mirrored("prims", "basic_values", "prims", mirror.prims, prims, prims)
mirrored("wchar", "wide_values", "wchar", mirror.char, "\u00e9", "\u4e2d")
mirrored("wstring", "wide_values", "wstring", mirror.text, "h\u00e9llo \u20ac", "", wide(2000))
mirrored("widetag", "wide_values", "widetag", mirror.text, "\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6", wide(6))


@case
def char_latin1(c):
    try:
        got = c.basic_values.mirror_char("\u00e4")
    except CORBA.DATA_CONVERSION:
        raise client.Expected("DATA_CONVERSION")
    equal(got, "\u00e5")


def floats(name, greatest, some):
    def run(c):
        call = getattr(c.basic_values, "mirror_" + name)
        for v in (1.5, -greatest, greatest, math.inf, some(c.rnd)):
            equal(call(v), v / -2)
        check(math.isnan(call(math.nan)), "NaN is lost")
        check(math.copysign(1, call(0.0)) == -1, "the sign of zero is lost")
    ALL[name] = run


floats("float", 2.0**127, single)
floats("double", 1.7976931348623157e308, real)


@case
def bounds(c):
    call = c.basic_values._dynamic_op("mirror_tag", [CORBA.TC_string], [CORBA.TC_string])
    raised(CORBA.MARSHAL, call, "123456789")
    equal(c.basic_values.mirror_tag("after"), "retfa")
    raised(CORBA.SystemException, c.basic_values.mirror_tag, "123456789")


def decimals(c):
    o = c.hub.lookup("fixed")
    if o is None:
        raise client.Unsupported("the server has no Decimals")
    return o._narrow(Interop.Decimals)


@case
def fixed(c):
    for v in ("1234567.89", "-0.01", "0.00"):
        equal(decimals(c).mirror_money(CORBA.fixed(v)), -CORBA.fixed(v))
    equal(decimals(c).mirror_whole(CORBA.fixed("99999")), CORBA.fixed("-99999"))
    least = CORBA.fixed("0.0000000000000000000000000000001")
    equal(decimals(c).mirror_tiny(least), -least)


@case
def fixed_struct(c):
    v = Interop.Invoice(CORBA.fixed("100.00"), "paid", CORBA.fixed("119.00"))
    got = decimals(c).mirror_invoice(v)
    check(got.net == -v.net and got.text == "diap" and got.gross == -v.gross, "got %r" % got)


@case
def fixed_any(c):
    a = decimals(c).rate()
    equal(suite.describe(a.typecode()), "fixed<3,2>")
    equal(a.value(), CORBA.fixed("1.25"))


# ---- Built

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


# ---- Anys

COLOR = "enum(" + ID + "Color:1.0,Color){red;green;blue}"
LONGS = "alias(" + ID + "Longs:1.0,Longs)sequence<long>"
NUMBERS = "alias(" + ID + "Numbers:1.0,Numbers)" + LONGS
TAG = "alias(" + ID + "Tag:1.0,Tag)string<8>"
MATRIX = "alias(" + ID + "Matrix:1.0,Matrix)array<array<long,3>,2>"
POINT = "struct(" + ID + "Point:1.0,Point){x:double;y:double}"
ENTRY = "struct(" + ID + "Entry:1.0,Entry){name:string;at:" + POINT + ";colour:" + COLOR + ";marks:" + LONGS + ";grid:" + MATRIX + "}"
PRIMS = ("struct(" + ID + "Prims:1.0,Prims){b:boolean;c:char;o:octet;s:short;us:ushort;l:long;ul:ulong;ll:longlong;ull:ulonglong;"
         "f:float;d:double}")
BY_COLOR = "union(" + ID + "ByColor:1.0,ByColor," + COLOR + "){0=l:long;1=s:string;default=o:octet}"
NODE = "struct(" + ID + "Node:1.0,Node){label:string;kids:alias(" + ID + "Nodes:1.0,Nodes)sequence<^" + ID + "Node:1.0>}"
TREE = "struct(" + ID + "Tree:1.0,Tree){weight:long;branches:sequence<^" + ID + "Tree:1.0>}"
REFUSED = "exception(" + ID + "Refused:1.0,Refused){code:long;why:string}"
EXPR = "union(" + ID + "Expr:1.0,Expr,short){0=leaf:long;1=sum:alias(" + ID + "Exprs:1.0,Exprs)sequence<^" + ID + "Expr:1.0>}"
BY_LONG = ("union(" + ID + "ByLong:1.0,ByLong,long){-1=unit:short;1=unit:short;2=item:" + ENTRY + ";3=several:" + LONGS
           + ";default=other:string}")


def keep(v): return v


def any_case(name, *rows):
    """A case that sends anys: of rows of TypeCode, text of it, mirror, and value."""
    def run(c):
        for t, kind, m, v in rows:
            v = v(c) if callable(v) else v
            a = CORBA.Any(t, v)
            equal(c.any_values.kind_of(a), kind)
            b = c.any_values.mirror_any(a)
            check(b.typecode().equal(t), "another type came back: " + suite.describe(b.typecode()))
            equal(b.value(), m(v))
    ALL[name] = run


def some(of): return lambda c: of(c.rnd)


any_case("any_null", (CORBA.TC_null, "null", keep, None))
any_case(
    "any_basic", (CORBA.TC_boolean, "boolean", mirror.boolean, True), (CORBA.TC_char, "char", mirror.char, some(letter)),
    (CORBA.TC_octet, "octet", mirror.octet, some(octet)), (CORBA.TC_short, "short", mirror.signed, some(short)),
    (CORBA.TC_ushort, "ushort", mirror.ushort, some(ushort)), (CORBA.TC_long, "long", mirror.signed, some(long)),
    (CORBA.TC_ulong, "ulong", mirror.ulong, some(ulong)), (CORBA.TC_longlong, "longlong", mirror.signed, some(longlong)),
    (CORBA.TC_ulonglong, "ulonglong", mirror.ulonglong, some(ulonglong)), (CORBA.TC_float, "float", mirror.real, some(single)),
    (CORBA.TC_double, "double", mirror.real, some(real)))
any_case("any_string", (CORBA.TC_string, "string", mirror.text, some(text(100))))
any_case("any_enum", (Interop._tc_Color, COLOR, mirror.color, some(color)))
any_case("any_struct", (Interop._tc_Entry, ENTRY, mirror.entry, some(entry)), (Interop._tc_Prims, PRIMS, mirror.prims, some(prims)))
any_case("any_union", *((Interop._tc_ByColor, BY_COLOR, mirror.by_color, some(by_color)) for _ in range(5)))
any_case("any_sequence", (Interop._tc_Longs, LONGS, mirror.longs, some(many(long, 20))))
any_case("any_recursive", (Interop._tc_Node, NODE, mirror.node, some(node(3))))
any_case("any_wide", (CORBA.TC_wchar, "wchar", keep, "\u20ac"), (CORBA.TC_wstring, "wstring", keep, some(wide(30))))
any_case("any_array", (Interop._tc_Matrix, MATRIX, keep, some(matrix)))
any_case("any_alias", (Interop._tc_Numbers, NUMBERS, keep, some(many(long, 5))), (Interop._tc_Tag, TAG, keep, some(text(8))))
any_case("any_object", *((Interop._tc_Hub, "objref(" + ID + "Hub:1.0,Hub)", keep, v) for v in (lambda c: c.hub, None)))
any_case("any_any", (CORBA.TC_any, "any", keep, CORBA.Any(CORBA.TC_any, CORBA.Any(CORBA.TC_long, 7))))
any_case("any_anything", (Interop._tc_Anything, "alias(" + ID + "Anything:1.0,Anything)sequence<any>", keep,
                          [CORBA.Any(CORBA.TC_string, "text"), CORBA.Any(CORBA.TC_double, 2.5), CORBA.Any(CORBA.TC_null, None)]))
any_case("any_type", (CORBA.TC_TypeCode, "TypeCode", keep, Interop._tc_Node))
any_case("any_tree", (Interop._tc_Tree, TREE, keep, lambda c: c.built_values.grow(2)))
any_case("any_exception", (Interop._tc_Refused, REFUSED, keep, Interop.Refused(5, "in an any")))


def described(c, t, want):
    equal(c.any_values.describe(t), want)
    check(c.any_values.mirror_type(t).equal(t), want + " came back as another type")


@case
def typecode(c):
    for t, want in (
            (CORBA.TC_long, "long"), (c.orb.create_string_tc(8), "string<8>"), (Interop._tc_Tag, TAG), (Interop._tc_Entry, ENTRY),
            (Interop._tc_ByColor, BY_COLOR), (Interop._tc_ByLong, BY_LONG), (Interop._tc_Matrix, MATRIX), (Interop._tc_Refused, REFUSED),
            (Interop._tc_Basics, "objref(" + ID + "Basics:1.0,Basics)"), (Interop._tc_Numbers, NUMBERS),
            (Interop._tc_Versioned, "struct(" + ID + "Versioned:2.3,Versioned){v:long}"),
            (Interop._tc_Renamed, "struct(IDL:interop/GivenName:7.1,Renamed){v:string}"),
            (Interop._tc_Inline, "union(" + ID + "Inline:1.0,Inline,enum(" + ID + "Inline/Kind:1.0,Kind){whole;part}){0=n:long;1=grid:" + MATRIX + "}")):
        described(c, t, want)


@case
def typecode_recursive(c):
    for t, want in ((Interop._tc_Node, NODE), (Interop._tc_Tree, TREE), (Interop._tc_Expr, EXPR)):
        described(c, t, want)


@case
def typecode_same(c):
    check(c.any_values.same_type(Interop._tc_Numbers, Interop._tc_Longs), "Numbers is not Longs")
    check(c.any_values.same_type(Interop._tc_Node, Interop._tc_Node), "Node is not Node")
    check(not c.any_values.same_type(Interop._tc_Node, Interop._tc_Tree), "Node is Tree")


@case
def constants(c):
    for name in ("YES INITIAL TAB MASK LOWEST PORT ANSWER MEBI DEEP LARGEST QUARTER HALF FAVOURITE TAG_LIMIT GREETING").split():
        equal(c.any_values.constant(name).value(), getattr(Interop, name))
    e = raised(Interop.Refused, c.any_values.constant, "NOTHING")
    equal((e.code, e.why), (404, "NOTHING"))


@case
def constants_wide(c):
    equal(c.any_values.constant("OMEGA").value(), "\u03a9")
    equal(c.any_values.constant("PLACE").value(), "Z\u00fcrich")


# ---- Params

@case
def params(c):
    a, b = c.rnd.randint(-30000, 30000), c.rnd.randint(-30000, 30000)
    equal(c.parameters.mix(a, b), (a + b, a - b, a * b))


@case
def params_swap(c):
    a, b = entry(c.rnd), entry(c.rnd)
    equal(c.parameters.swap(a, b), (b, a))


@case
def params_split(c):
    for v in ("", "abc", text(50)(c.rnd)):
        equal(c.parameters.split(v), (v[:1], v[1:]))


@case
def params_many(c):
    for h in (True, False):
        a, b, d, f, i = octet(c.rnd), real(c.rnd), many(text(10), 5)(c.rnd), by_color(c.rnd), node(3)(c.rnd)
        e = CORBA.Any(CORBA.TC_string, "many") if h else CORBA.Any(CORBA.TC_long, -1)
        equal(c.parameters.many(a, b, d, f, h, i), (
            Interop.Color._item(a % 3), b / -2, [a, a + 1, a + 2], mirror.strings(d), e, mirror.by_color(f),
            [[0, a, 2 * a], [3 * a, 4 * a, 5 * a]], mirror.node(i)))


@case
def params_objects(c):
    equal(c.parameters.objects(c.hub, c.traffic), (c.traffic, c.hub, None))
    equal(c.parameters.objects(None, None), (None, None, None))


@case
def params_keywords(c):
    equal(c.parameters.keywords(5, 2, 3), (7, -3))


# ---- Errors

ALL["ex_empty"] = lambda c: raised(Interop.Empty, c.mistakes.raise_empty)
ALL["ex_undeclared"] = lambda c: raised(CORBA.UNKNOWN, c.mistakes.undeclared)


@case
def ex_members(c):
    equal(c.mistakes.raise_refused(0, "nothing"), (1, "none"))
    code, why = c.rnd.randint(1, 1000), text(30)(c.rnd)
    e = raised(Interop.Refused, c.mistakes.raise_refused, code, why)
    equal((e.code, e.why), (code, why))


@case
def ex_detailed(c):
    v = entry(c.rnd)
    e = raised(Interop.Detailed, c.mistakes.raise_detailed, v)
    equal((e.item, e.state, e.extra.value()), (v, Interop.ByColor(l=7), 8))


@case
def ex_crash(c):
    raised(CORBA.UNKNOWN, c.mistakes.crash)
    c.traffic.ping()


def system(e, minor, completed): equal((e.minor, e.completed._v), (minor, completed))


ALL["ex_system"] = lambda c: system(raised(CORBA.NO_RESOURCES, c.mistakes.no_resources), 5, 2)
EXCEPTIONS = (
    "UNKNOWN BAD_PARAM NO_MEMORY IMP_LIMIT COMM_FAILURE INV_OBJREF NO_PERMISSION INTERNAL MARSHAL INITIALIZE NO_IMPLEMENT BAD_TYPECODE "
    "BAD_OPERATION NO_RESOURCES NO_RESPONSE PERSIST_STORE BAD_INV_ORDER TRANSIENT FREE_MEM INV_IDENT INV_FLAG INTF_REPOS BAD_CONTEXT OBJ_ADAPTER "
    "DATA_CONVERSION OBJECT_NOT_EXIST TRANSACTION_REQUIRED TRANSACTION_ROLLEDBACK INVALID_TRANSACTION INV_POLICY CODESET_INCOMPATIBLE REBIND "
    "TIMEOUT BAD_QOS").split()


@case
def ex_system_all(c):
    for i, name in enumerate(EXCEPTIONS):
        system(raised(getattr(CORBA, name), c.mistakes.system, name, 100 + i, i % 3), 100 + i, i % 3)


@case
def ex_unknown_op(c):
    equal(raised(CORBA.BAD_OPERATION, c.traffic._dynamic_op("no_such_operation")).completed, CORBA.COMPLETED_NO)


without("ex_unknown_key", "it has no call that makes a reference with another key at the same address")


# ---- Calls

ALL["ping"] = lambda c: c.traffic.ping()
ALL["non_existent"] = lambda c: check(not c.traffic._non_existent(), "the object is said to be gone")
without("locate", "it has no call that sends a LocateRequest")


@case
def pause(c):
    begin = time.monotonic()
    equal(c.traffic.pause(50), 50)
    check(time.monotonic() - begin >= 0.045, "it came too soon")


def side_by_side(n, part):
    good = []
    threads = [threading.Thread(target=lambda i=i: good.append(part(i))) for i in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    equal(good, [True] * n)


@case
def pause_parallel(c):
    begin = time.monotonic()
    side_by_side(4, lambda i: c.traffic.pause(500) == 500)
    check(time.monotonic() - begin < 1.7, "it took %.3f s" % (time.monotonic() - begin))


@case
def timeout(c):
    omniORB.setClientCallTimeout(c.traffic, 100)
    begin = time.monotonic()
    try:
        raised((CORBA.TIMEOUT, CORBA.TRANSIENT), c.traffic.pause, 2000)
    finally:
        omniORB.setClientCallTimeout(c.traffic, 0)
    check(time.monotonic() - begin < 1.8, "it took %.3f s" % (time.monotonic() - begin))
    c.traffic.ping()


@case
def threads(c):
    side_by_side(16, lambda i: all(c.basic_values.mirror_long(1000 * i + k) == ~(1000 * i + k) for k in range(50)))


@case
def oneway(c):
    equal(c.traffic.posted(c.name + " one"), 0)
    c.traffic.post(c.name + " one", 5)
    check(suite.until(lambda: c.traffic.posted(c.name + " one") == 5), "it did not arrive")


@case
def oneway_many(c):
    for i in range(1, 101):
        c.traffic.post(c.name + " many", i)
    check(suite.until(lambda: c.traffic.posted(c.name + " many") == 5050), "they did not all arrive")


@case
def big_out(c):
    n = (1 << 20) + c.rnd.randint(0, 30000)
    equal(c.traffic.blob(n), suite.blob(n))


@case
def big_in(c):
    v = c.rnd.randbytes((1 << 20) + c.rnd.randint(0, 30000))
    equal(c.traffic.checksum(v), suite.checksum(v))


@case
def big_strings(c):
    n = 20000 + c.rnd.randint(0, 1000)
    equal(c.traffic.lines(n), ["line %d" % i for i in range(n)])


def says_is_a(o, id): return o._dynamic_op("_is_a", [CORBA.TC_string], [CORBA.TC_boolean])(id)


@case
def is_a(c):
    for name, want in (("interop.opendsom.org/Interop/Calls", True), ("omg.org/CORBA/Object", True), ("interop.opendsom.org/Interop/Basics", False)):
        equal(says_is_a(c.traffic, "IDL:" + name + ":1.0"), want)


@case
def rebind(c):
    c.traffic.ping()
    time.sleep(float(suite.option("-idle", "0")) / 1000)
    c.traffic.ping()


# ---- calls without stubs

@case
def dii_params(c):
    a, b = c.rnd.randint(-30000, 30000), c.rnd.randint(-30000, 30000)
    equal(c.parameters._dynamic_op("mix", [CORBA.TC_long] * 2, [CORBA.TC_long] * 3)(a, b), (a + b, a - b, a * b))


@case
def dii_struct(c):
    v = entry(c.rnd)
    equal(c.built_values._dynamic_op("mirror_entry", [Interop._tc_Entry], [Interop._tc_Entry])(v), mirror.entry(v))


@case
def dii_raises(c):
    call = c.mistakes._dynamic_op("raise_refused", [CORBA.TC_long, CORBA.TC_string], [CORBA.TC_long, CORBA.TC_string], [Interop._tc_Refused])
    e = raised(Interop.Refused, call, 77, "so it is")
    equal((e.code, e.why), (77, "so it is"))


@case
def dii_oneway(c):
    c.traffic._dynamic_op("post", [CORBA.TC_string, CORBA.TC_long], None)(c.name + " dynamic", 7)
    check(suite.until(lambda: c.traffic.posted(c.name + " dynamic") == 7), "it did not arrive")


without("dii_deferred", "its dynamic calls are synchronous")


# ---- references

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


# ---- types.idl

def types(c):
    o = c.hub.lookup("types")
    if o is None:
        raise client.Unsupported("the server has no TY::T")
    return o._narrow(TY.T)


def echoed(name, *rows):
    def run(c):
        for operation, v in rows:
            v = v(c.rnd) if callable(v) else v
            equal(getattr(types(c), "e_" + operation)(v), v)
    ALL[name] = run


echoed("types_values", ("prim", lambda r: TY.Prim(True, "c", octet(r), short(r), ushort(r), long(r), ulong(r), longlong(r), ulonglong(r), single(r), real(r))),
       ("col", TY.BLUE), ("mat", matrix), ("bstr", many(text(8), 4)), ("node", lambda r: TY.Node(1, [TY.Node(0, []), TY.Node(long(r), [])])))
echoed("types_fixed", ("mon", CORBA.fixed("1234567.89")), ("mon", CORBA.fixed("-0.01")))
echoed("types_wide", ("wc", "\u00e9"), ("ws", "h\u00e9llo \u20ac \u4e2d"), ("ws", ""), ("ws", wide(50)))
echoed("types_unions", ("u", lambda r: TY.U(l=long(r))), ("u", lambda r: TY.U(s=text(20)(r))), ("u", lambda r: TY.U(TY.BLUE, octet(r))),
       ("ub", TY.UB(True, 1.5)), ("ub", TY.UB(False, None)), ("ul", lambda r: TY.UL(7, short(r))), ("ul", TY.UL(-5, 5)), ("ul", TY.UL(9, b"abc")),
       ("ul", TY.UL(8, None)))
echoed("types_anys", ("any", CORBA.Any(TY._tc_U, TY.U(TY.BLUE, 1))), ("any", CORBA.Any(TY._tc_Node, TY.Node(1, []))),
       ("any", CORBA.Any(TY._tc_Color, TY.GREEN)), ("any", CORBA.Any(CORBA.TC_any, CORBA.Any(TY._tc_Node, TY.Node(1, [])))))
echoed("types_typecodes", *(("tc", t) for t in (TY._tc_Node, TY._tc_U, CORBA.TC_long, TY._tc_T, TY._tc_UL)))


@case
def types_attributes(c):
    t, n = types(c), long(c.rnd)
    t._set_counter(n)
    equal((t._get_counter(), t._get_ident(), t.name()), (n, "id-1", "impl"))


@case
def types_io(c):
    equal(types(c).io(1, 2), (3, "out"))


@case
def types_refs(c):
    t = types(c)
    equal((t.e_ref(t), t.e_ref(None), t.e_obj(t)), (t, None, t))


@case
def types_exceptions(c):
    t = types(c)
    t.boom(0)
    e = raised(TY.Oops, t.boom, 1)
    equal((e.code, e.why), (42, "because"))
    raised(TY.Empty, t.boom, 2)
    system(raised(CORBA.NO_RESOURCES, t.sys), 5, 2)


# ---- graphs.idl

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
