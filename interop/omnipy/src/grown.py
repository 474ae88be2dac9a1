"""Large values in chunks, and types that hold themselves through a typedef (grown.idl), on omniORBpy.

    grown.py serve
    grown.py [-seed N] call URL

The server serves a Garden; the client passes to the Garden at URL what comes back.
"""
import random
import sys

from omniORB import CORBA, registerValueFactory

import Grown
import Grown__POA

import suite

TYPES = (Grown._tc_Deep, Grown._tc_Deeps, Grown._tc_Holder, Grown._tc_Dug)
DEEPS = [Grown.Deep(1, []), Grown.Deep(2, [Grown.Deep(3, [])])]


class Garden(Grown__POA.Garden):
    # pass, as the word is Python's.
    def _pass(self, s): return s
    def pass_any(self, a): return a
    def pass_type(self, t): return t
    def type_of(self, which): return TYPES[which]
    def dig(self, d): raise Grown.Dug(d)


def seed(number):
    v = Grown.Seed()
    v.number = number
    return v


def pod(last):
    v = Grown.Pod()
    v.number, v.last = 1, last
    return v


def husk(last):
    v = Grown.Husk()
    v.number, v.last = 2, last
    return v


def shell(last):
    v = Grown.Shell()
    v.number, v.odd, v.last = 4, 7, last
    return v


def pip():
    v = Grown.Pip()
    v.number = 3
    return v


def text(v):
    """What a value is, and what is inside."""
    if v is None:
        return "null"
    odd = str(v.odd) if hasattr(v, "odd") else ""
    last = text(v.last) if hasattr(v, "last") else ""
    return "%s %d(%s %s)" % (v._NP_RepositoryId, v.number, odd, last)


ENDS = (
    ("pod_1", pod(seed(5))), ("pod_2", pod(pod(seed(5)))), ("pod_3", pod(pod(pod(seed(5))))), ("pod_null", pod(None)),
    ("husk", husk(pip())), ("husk_null", husk(None)), ("shell", shell(seed(5))), ("shell_husk", shell(husk(pip()))),
    ("pod_shell_husk", pod(shell(husk(pip())))))


def ledger(rnd, entries):
    """A Ledger with numbers of 31 digits."""
    v = Grown.Ledger()
    v.number, v.tail = 1, -1
    v.entries = [CORBA.fixed(31, 0, rnd.choice((-1, 1)) * rnd.randrange(10**30, 10**31)) for _ in range(entries)]
    return v


def compare_ledgers(got, want):
    if not isinstance(got, Grown.Ledger) or got.tail != -1 or got.entries != want.entries:
        raise AssertionError("another ledger came back")


def bulk(rnd, size):
    """A Bulk whose every part has about size octets."""
    def some(): return rnd.randint(size // 2, size)
    def words(n): return "".join(rnd.choices("abcdefgh", k=n))
    b = Grown.Bulk()
    b.number, b.text, b.odd, b.wide, b.tail = rnd.getrandbits(31), words(some()), 7, "\u4e2d" * (some() // 2), -1
    b.octets, b.flags = rnd.randbytes(some()), [rnd.random() < 0.5 for _ in range(some())]
    b.shorts = [rnd.randint(-32768, 32767) for _ in range(some() // 2)]
    b.longs = [rnd.randint(-1 << 31, (1 << 31) - 1) for _ in range(some() // 4)]
    b.doubles = [rnd.random() for _ in range(some() // 8)]
    b.texts = [words(rnd.randrange(20)) for _ in range(some() // 16)]
    b.mixed = [Grown.Mixed(i & 255, rnd.random(), "c", i, words(rnd.randrange(5)), 9) for i in range(some() // 32)]
    b.inner = pod(seed(5))
    b.extra = CORBA.Any(Grown._tc_TextSeq, b.texts)
    b.more = [b.inner, b]
    return b


def compare(got, want):
    if not isinstance(got, Grown.Bulk):
        raise AssertionError("got %.100r" % (got,))
    if text(got.inner) != text(want.inner) or got.more[0] is not got.inner or got.more[1] is not got:
        raise AssertionError("other values are inside")
    for name in ("number", "text", "odd", "wide", "octets", "shorts", "longs", "doubles", "flags", "texts", "mixed", "extra", "tail"):
        equal(getattr(got, name), getattr(want, name), name)


def sack(rnd, size):
    """A Sack with anys behind a text of about size octets."""
    def words(n): return "".join(rnd.choices("abcdefgh", k=n))
    v = Grown.Sack()
    v.number, v.text, v.tail = rnd.getrandbits(31), words(rnd.randint(size // 2, size)), -1
    v.flags = [rnd.random() < 0.5 for _ in range(rnd.randint(size // 2, size))]
    v.items = []
    for i in range(24):
        v.items.append(rnd.choice((
            lambda: CORBA.Any(CORBA.TC_octet, i), lambda: CORBA.Any(CORBA.TC_short, -i), lambda: CORBA.Any(CORBA.TC_long, rnd.getrandbits(31)),
            lambda: CORBA.Any(CORBA.TC_longlong, rnd.getrandbits(60)), lambda: CORBA.Any(CORBA.TC_double, rnd.random()),
            lambda: CORBA.Any(CORBA.TC_string, words(rnd.randrange(20))), lambda: CORBA.Any(Grown._tc_DoubleSeq, [rnd.random()] * 3),
            lambda: CORBA.Any(Grown._tc_Mixed, Grown.Mixed(i, rnd.random(), "c", i, words(rnd.randrange(5)), 9)),
            lambda: CORBA.Any(CORBA.TC_null, None)))())
    return v


def compare_sacks(got, want):
    if not isinstance(got, Grown.Sack):
        raise AssertionError("got %.100r" % (got,))
    for name in ("number", "text", "items", "flags", "tail"):
        equal(getattr(got, name), getattr(want, name), name)


def equal(got, want, name=""):
    if not suite.same(got, want):
        raise AssertionError("%s: got %.100r, want %.100r" % (name, got, want))


def types(there, i):
    got, made = there.pass_type(TYPES[i]), there.type_of(i)
    if not got.equal(TYPES[i]) or not made.equivalent(TYPES[i]):
        raise AssertionError("another type came back")


def holder(there):
    h = Grown.Holder()
    h.held = DEEPS
    equal(there.pass_any(CORBA.Any(Grown._tc_Holder, h)).value().held, DEEPS)


def dug(there):
    try:
        there.dig(DEEPS)
    except Grown.Dug as e:
        return equal(e.held, DEEPS)
    raise AssertionError("no exception")


def cases(there, rnd):
    for size in (20, 300, 1000, 8000, 50000):
        for i in range(5):
            b = bulk(rnd, size)
            yield "bulk_%d_%d" % (size, i), lambda: compare(there._pass(b), b)
    for name, v in ENDS:
        yield name, lambda: equal(text(there._pass(v)), text(v))
    for size in (20, 300, 1000, 8000, 50000):
        for i in range(5):
            s = sack(rnd, size)
            yield "sack_%d_%d" % (size, i), lambda: compare_sacks(there._pass(s), s)
    for size in (20, 300, 1000, 8000, 50000):
        v = ledger(rnd, rnd.randint(size // 2, size) // 16)
        yield "ledger_%d" % size, lambda: compare_ledgers(there._pass(v), v)
    for i in range(len(TYPES)):
        yield "type_%d" % i, lambda: types(there, i)
    deeps = CORBA.Any(Grown._tc_Deeps, DEEPS)
    yield "any_deeps", lambda: equal(there.pass_any(deeps), deeps)
    yield "any_holder", lambda: holder(there)
    yield "dug", lambda: dug(there)


for value in (Grown.Seed, Grown.Bulk, Grown.Holder, Grown.Pip, Grown.Pod, Grown.Husk, Grown.Shell, Grown.Sack, Grown.Rack, Grown.Ledger):
    registerValueFactory(value._NP_RepositoryId, value)
orb, poa = suite.start()
if sys.argv[-1] == "serve":
    servant = Garden()
    suite.serve(orb, servant._this())
garden = orb.string_to_object(sys.argv[-1])._narrow(Grown.Garden)
suite.end(all([suite.attempt(name, body) for name, body in cases(garden, random.Random(int(suite.option("-seed", "1"))))]))
