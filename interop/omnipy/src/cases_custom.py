"""Cases of custom.idl: valuetypes that marshal themselves, for which omniORBpy has no means. What it makes of one is for the cases to find out."""
from omniORB import CORBA

import Parcels

import client
from cases import case
from cases_graphs import same_leaf, some_leaf
from client import check, equal
from sample import long, real, text


def carrier(c):
    o = c.hub.lookup("custom")
    if o is None:
        raise client.Unsupported("the server has no Parcels::Carrier")
    return o._narrow(Parcels.Carrier)


def some_parcel(c, goods, tag=None):
    p = Parcels.Parcel()
    p.label, p.sealed, p.weight, p.goods, p.tag = text(20)(c.rnd), c.rnd.random() < 0.5, real(c.rnd), [long(c.rnd) for _ in range(goods)], tag
    return p


def same_parcel(got, want):
    equal((got.label, got.sealed, got.weight, got.goods, got.tag is None), (want.label, want.sealed, want.weight, want.goods, want.tag is None))
    if want.tag is not None:
        same_leaf(got.tag, want.tag)


def carried(c, first, second):
    v = Parcels.Crate()
    v.number, v.first, v.second, v.note = long(c.rnd), first, second, text(10)(c.rnd)
    got = carrier(c).carry_crate(v)
    equal((got.number, got.note), (v.number, v.note))
    same_parcel(got.first, first)
    same_parcel(got.second, second)
    return got


@case
def custom(c):
    for goods in (c.rnd.randint(1, 20), 0):
        p = some_parcel(c, goods)
        got, again, _ = carrier(c).carry(p, None)
        same_parcel(got, p)
        check(again is None, "null came back as a parcel")


@case
def custom_shared(c):
    p = some_parcel(c, c.rnd.randint(0, 20))
    got, again, same = carrier(c).carry(p, p)
    check(same and got is again, "the same parcel came back as two")
    same_parcel(got, p)


@case
def custom_large(c):
    p = some_parcel(c, 20000 + c.rnd.randint(0, 1000))
    same_parcel(carrier(c).carry(p, None)[0], p)


@case
def custom_within(c):
    got = carried(c, some_parcel(c, 3), some_parcel(c, c.rnd.randint(0, 20)))
    check(got.first is not got.second, "two parcels came back as one")


@case
def custom_tag(c):
    tag = some_leaf(c)
    got = carried(c, some_parcel(c, 3, tag), some_parcel(c, 4, tag))
    check(got.first.tag is got.second.tag, "one tag came back as two")


@case
def custom_any(c):
    p = some_parcel(c, c.rnd.randint(0, 20))
    same_parcel(carrier(c).carry_any(CORBA.Any(Parcels._tc_Parcel, p)).value(), p)
