"""What server and client share: the ORB, the counts of requests, TypeCodes as text, the comparison of values."""
import os
import sys
import time

from omniORB import CORBA, interceptors, registerValueFactory

import Graphs

counts = {"made": 0, "answered": 0, "oneways": 0}
ONEWAYS = ("post", "noted")


def option(name, otherwise):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else otherwise


def count(what):
    def add(*_):
        counts[what] += 1
    return add


def received(operation, *_):
    if operation in ONEWAYS:
        counts["oneways"] += 1


def start(*more):
    """Starts an ORB, of the greatest version of GIOP that option -version names and with more options, and its root adapter."""
    interceptors.addClientSendRequest(count("made"))
    interceptors.addServerSendReply(count("answered"))
    interceptors.addServerSendException(count("answered"))
    interceptors.addServerReceiveRequest(received)
    args = ["suite", "-ORBendPoint", "giop:tcp:127.0.0.1:" + option("-port", ""), "-ORBmaxGIOPVersion", option("-version", "1.2"), "-ORBgiopMaxMsgSize", "67108864",
            "-ORBnativeCharCodeSet", "ISO-8859-1", *more]
    registerValueFactory(Graphs.Person._NP_RepositoryId, Person)
    orb = CORBA.ORB_init(args, CORBA.ORB_ID)
    poa = orb.resolve_initial_references("RootPOA")
    poa._get_the_POAManager().activate()
    return orb, poa


def serve(orb, o):
    """Prints an object's IOR, serves until standard input ends, and ends the program: not by the interpreter's end, which may meet threads of the ORB's and aborts then."""
    print(orb.object_to_string(o))
    print("ready", flush=True)
    sys.stdin.read()
    orb.shutdown(True)
    for what, n in counts.items():
        print(what, n)
    sys.stdout.flush()
    os._exit(0)


def end(good):
    """Prints the counts of a client and ends it: the ORB's threads are not waited for."""
    print("made %(made)d\nserved %(answered)d\noneways %(oneways)d" % counts, flush=True)
    os._exit(0 if good else 1)


def attempt(name, body):
    """Runs a case, prints its line, and says whether it went well."""
    before = counts["made"]
    try:
        body()
    except Exception as e:
        # The name first, as all programs of the suite have it; a system exception's text is long.
        print("fail %s %s %s" % (name, type(e).__name__, str(e).replace("\n", " ")))
        return False
    print("ok %s calls=%d" % (name, counts["made"] - before))
    return True


class Person(Graphs.Person):
    def name(self): return self.first


class Twig(Graphs.Twig):
    def length(self): return len(self.bark)


def twig(bud):
    """The Twig of Gardener::grow_twig and of the case truncated. No ORB of the suite is told how to make one that it receives."""
    t = Twig()
    t.number, t.text, t.kind, t.left, t.right, t.weight, t.notes, t.bud = 9, "twig", 7, bud, None, 2.5, ["a", "bc"], bud
    t.bark = bytes(i & 255 for i in range(1000))
    return t


def leaf(number, text):
    v = Graphs.Leaf()
    v.number, v.text = number, text
    return v


BASIC = {
    CORBA.tk_null: "null", CORBA.tk_void: "void", CORBA.tk_short: "short", CORBA.tk_long: "long", CORBA.tk_ushort: "ushort",
    CORBA.tk_ulong: "ulong", CORBA.tk_float: "float", CORBA.tk_double: "double", CORBA.tk_boolean: "boolean", CORBA.tk_char: "char",
    CORBA.tk_octet: "octet", CORBA.tk_any: "any", CORBA.tk_TypeCode: "TypeCode", CORBA.tk_Principal: "Principal",
    CORBA.tk_longlong: "longlong", CORBA.tk_ulonglong: "ulonglong", CORBA.tk_longdouble: "longdouble", CORBA.tk_wchar: "wchar",
}


def describe(t, around=()):
    """Writes a TypeCode as Anys::describe has it."""
    kind = t.kind()
    if kind in BASIC:
        return BASIC[kind]
    if kind in (CORBA.tk_string, CORBA.tk_wstring):
        name = "string" if kind == CORBA.tk_string else "wstring"
        return "%s<%d>" % (name, t.length()) if t.length() else name
    if kind == CORBA.tk_fixed:
        return "fixed<%d,%d>" % (t.fixed_digits(), t.fixed_scale())
    if kind == CORBA.tk_sequence:
        return "sequence<%s%s>" % (describe(t.content_type(), around), ",%d" % t.length() if t.length() else "")
    if kind == CORBA.tk_array:
        return "array<%s,%d>" % (describe(t.content_type(), around), t.length())
    head = "(%s,%s" % (t.id(), t.name())
    if kind == CORBA.tk_alias:
        return "alias" + head + ")" + describe(t.content_type(), around)
    if kind == CORBA.tk_objref:
        return "objref" + head + ")"
    members = range(int(t.member_count())) # it is a float
    if kind == CORBA.tk_enum:
        return "enum" + head + "){" + ";".join(t.member_name(i) for i in members) + "}"
    if t.id() in around:
        return "^" + t.id()
    around += (t.id(),)
    parts = ["%s:%s" % (t.member_name(i), describe(t.member_type(i), around)) for i in members]
    if kind == CORBA.tk_union:
        labels = ["default" if i == t.default_index() else number(t.member_label(i)) for i in members]
        parts = ["%s=%s" % pair for pair in zip(labels, parts)]
        return "union%s,%s){%s}" % (head, describe(t.discriminator_type()), ";".join(parts))
    return {CORBA.tk_struct: "struct", CORBA.tk_except: "exception"}[kind] + head + "){" + ";".join(parts) + "}"


def number(label):
    """A label as a number: boolean 0 or 1, char its code, enum its place."""
    if isinstance(label, CORBA.Any):
        label = label.value()
    if isinstance(label, str):
        return str(ord(label))
    return str(label._v) if hasattr(label, "_v") else str(int(label))


def same(a, b):
    """Compares values of the IDL mapping; values of graphs.idl are not for it."""
    if isinstance(a, CORBA.Object) and isinstance(b, CORBA.Object):
        return a._is_equivalent(b)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, CORBA.Any) and isinstance(b, CORBA.Any):
        return a.typecode().equal(b.typecode()) and same(a.value(), b.value())
    if isinstance(a, CORBA.TypeCode) and isinstance(b, CORBA.TypeCode):
        return a.equal(b)
    if hasattr(a, "_d"):
        return same(a._d, b._d) and same(a._v, b._v)
    if hasattr(a, "__dict__") and not hasattr(a, "_n") and not isinstance(a, float) and type(a) is type(b):
        return same(list(a.__dict__.values()), list(b.__dict__.values()))
    return a == b


def blob(size): return bytes((7 * i + i // 256) & 255 for i in range(size))


def checksum(v):
    total = 0
    for o in v:
        total = (31 * total + o) & 0xffffffff
    return total


def until(condition):
    """Waits for what nothing announces, a minute at most."""
    end = time.monotonic() + 60
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()
