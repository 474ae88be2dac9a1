"""Cases of values that carry their type: Anys."""
from omniORB import CORBA

import Interop

import mirror
import suite
from cases import ALL, ID, case
from client import check, equal, raised
from sample import by_color, color, entry, letter, long, longlong, many, matrix, node, octet, prims, real, short, single, text, ulong, ulonglong, ushort, wide


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
