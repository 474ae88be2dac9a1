"""Cases of types.idl, where everything comes back as it was sent."""
from omniORB import CORBA

import TY

import client
from cases import ALL, case
from cases_calls import system
from client import equal, raised
from sample import long, longlong, many, matrix, octet, real, short, single, text, ulong, ulonglong, ushort, wide


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
