"""Cases of single values: Basics, Wide, Decimals."""
import math

from omniORB import CORBA

import Interop

import client
import mirror
import suite
from cases import ALL, case, mirrored
from client import check, equal, raised
from sample import letter, long, longlong, octet, prims, real, short, single, text, ulong, ulonglong, ushort, wide


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
