"""Cases of parameters, errors, and the ways of a call: Params, Errors, Calls."""
import threading
import time

import omniORB
from omniORB import CORBA

import Interop

import mirror
import suite
from cases import ALL, case, without
from client import check, equal, raised
from sample import by_color, entry, many, node, octet, real, text


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


def in_time(seconds, part):
    """Runs it until it has ended within that time once: ten times, because a busy machine may be late. What waits too long by mistake does so each time."""
    for _ in range(10):
        begin = time.monotonic()
        part()
        took = time.monotonic() - begin
        if took < seconds:
            return
    check(False, "it took %.3f s, and too long each time" % took)


@case
def pause_parallel(c):
    in_time(1.7, lambda: side_by_side(4, lambda i: c.traffic.pause(500) == 500))


@case
def timeout(c):
    omniORB.setClientCallTimeout(c.traffic, 100)
    try:
        in_time(1.8, lambda: raised((CORBA.TIMEOUT, CORBA.TRANSIENT), c.traffic.pause, 2000))
    finally:
        omniORB.setClientCallTimeout(c.traffic, 0)
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
