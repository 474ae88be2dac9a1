"""The rows of conformance/languages in Python. suite.py ROW…  prints, for each, row<TAB>ok or row<TAB>cannot<TAB>why."""

import gc
import sys
import threading
import time
import traceback

import dsom
from dsom import load

Thing, Titled, Holder, Member, Types, Caller, Journal = (load("Suite::" + n) for n in ("Thing", "Titled", "Holder", "Member", "Types", "Caller", "Journal"))
Colour, Point, Person, Tree, Branch, Part, Twig, Shape, Refused, Plain = (load("Suite::" + n) for n in ("Colour", "Point", "Person", "Tree", "Branch", "Part", "Twig", "Shape", "Refused", "Plain"))

journal, caller, types = Journal(), Caller(), Types()
rows = {}


def row(name):
    def register(f):
        rows[name] = f
        return f

    return register


class Cannot(Exception):
    """What the language cannot do, by the error that says so."""


def refused(error, f, *args):
    """f must raise an error of Python's, and then the journal has it."""
    try:
        f(*args)
    except error:
        journal.note("refused")
    else:
        raise AssertionError(f"{f} of {args} is accepted")


def yes(condition):
    journal.note("yes" if condition else "no")


class Loud(Thing):
    """What most rows subclass: speak is 100 more than the parent's."""

    def speak(self, n):
        return super().speak(n) + 100


class Raising(Thing):
    def speak(self, n):
        raise self.what


SOMEBODY = Person("Grüß", Colour.green, True, Point(-1, 2147483647), ["sit", "", "😀!"], "€ 😀")

# Types: what comes back is handed over again, so that the log has both.


def twice(turn, *values):
    for v in values:
        turn(turn(v))


@row("types/boolean")
def _():
    twice(types.turn_boolean, True)


@row("types/octet")
def _():
    twice(types.turn_octet, 0, 127)


@row("types/char")
def _():
    twice(types.turn_char, "a", "ÿ")


@row("types/wchar")
def _():
    twice(types.turn_wchar, "€", "\uffff")


@row("types/short")
def _():
    twice(types.turn_short, 32767, 0)
    twice(types.turn_ushort, 65535)


@row("types/long")
def _():
    twice(types.turn_long, 2147483647, 0)
    twice(types.turn_ulong, 4294967295)


@row("types/long-long")
def _():
    twice(types.turn_longlong, 9223372036854775807, 9007199254740993)
    twice(types.turn_ulonglong, 18446744073709551615)


@row("types/float")
def _():
    twice(types.turn_float, 0.0, 3.4028234663852886e38, 1.401298464324817e-45, 0.5)


@row("types/double")
def _():
    twice(types.turn_double, 0.0, 1.7976931348623157e308, 5e-324, 0.1, float("inf"))
    types.turn_double(types.turn_double(float("nan")))


@row("types/enum")
def _():
    twice(types.turn_colour, Colour.red, Colour.blue)


@row("types/octets")
def _():
    twice(types.turn_octets, b"", bytes(range(256)), b"\0\xff")


@row("types/sequence")
def _():
    twice(types.turn_booleans, [True, False, False])
    twice(types.turn_longs, [], [1, -2, 3], list(range(100000)))
    twice(types.turn_doubles, [0.5, -1.0])
    twice(types.turn_strings, ["a", "", "ü"])


@row("types/array")
def _():
    twice(types.turn_grid, [[1, 2, 3], [4, 5, 6]])
    twice(types.turn_pair, ["a", "€"])


@row("types/structure")
def _():
    twice(types.turn_point, Point(1, -1))


@row("types/nested")
def _():
    twice(types.turn_person, SOMEBODY)
    twice(types.turn_people, [], [SOMEBODY, Person("", Colour.red, False, Point(0, 0), [], "")])


@row("types/recursive")
def _():
    twice(types.turn_tree, Tree(1, [Tree(2, []), Tree(3, [Tree(4, [])])]))


@row("types/circle")
def _():
    x = Branch("x", Part(Colour.red, 1), [])
    twice(types.turn_branch, Branch("ab", Part(Colour.green, [x, Branch("yz", Part(Colour.blue, None), [])]), [Twig([x]), Twig([])]), x)


@row("types/union")
def _():
    types.turn_shape(types.turn_shape(types.turn_shape(types.turn_shape(Shape(Colour.red, -17)))))


@row("types/object")
def _():
    types.turn_thing(types.turn_thing(Thing()))


@row("types/objects")
def _():
    a, b = Thing(), Holder()
    types.turn_things(types.turn_things([a, b, a]))
    types.turn_things([])


@row("strings/string")
def _():
    twice(types.turn_string, "", "plain", "Grüße €", "😀 x", "e\u0301\t\"\\\n")


@row("strings/wstring")
def _():
    twice(types.turn_wstring, "", "plain", "Grüße €", "😀 x", "€" * 100000)


@row("strings/long")
def _():
    twice(types.turn_string, "ab" * 500000)
    types.turn_string(caller.text_of(1000000))


@row("strings/zero")
def _():
    refused(ValueError, types.turn_string, "a\0b")


@row("strings/wide-zero")
def _():
    refused(ValueError, types.turn_wstring, "a\0b")


@row("strings/no-utf8")
def _():
    twice(types.turn_string, caller.odd_text())


@row("parameters/out")
def _():
    q, rest = types.divide(17, 5)
    types.divide(rest, q)
    o, n, d, b, c = types.give_basic()
    types.turn_octet(o), types.turn_longlong(n), types.turn_double(d), types.turn_boolean(b), types.turn_colour(c)
    s, w = types.give_text()
    types.turn_string(s), types.turn_wstring(w)


@row("parameters/out-constructed")
def _():
    p, n, who = types.give_constructed()
    types.turn_point(p), types.turn_longs(n), types.turn_person(who)
    a, more = types.give_things()
    types.turn_thing(a), types.turn_things(more)


@row("parameters/inout")
def _():
    types.swap_basic(*types.swap_basic(-1, 0.25, Colour.green))
    types.swap_text(*types.swap_text("ab€", "😀 x"))


@row("parameters/inout-constructed")
def _():
    types.swap_constructed(*types.swap_constructed(Point(1, 2), [1, 2], SOMEBODY))
    a, b = Thing(), Thing()
    types.turn_thing(a)
    types.swap_things(*types.swap_things(a, b))


@row("null/allowed")
def _():
    a = Thing()
    journal.note("nothing" if types.maybe(a) is None else "something")
    journal.note("the same" if types.maybe(None) is a else "another")
    journal.note("nothing" if types.maybe(None) is None else "something")


@row("null/refused")
def _():
    refused(TypeError, types.turn_thing, None)
    refused(TypeError, types.turn_string, None)
    refused(TypeError, types.turn_long, None)
    refused(TypeError, types.turn_things, [None])


@row("ownership/in")
def _():
    a = Thing()
    for _ in range(3):
        types.turn_thing(a)
    journal.living()
    del a
    gc.collect()
    journal.living()


@row("ownership/result")
def _():
    many = caller.many(1000)
    made = caller.made("made")
    journal.living()
    del many, made
    gc.collect()
    journal.living()


@row("ownership/out")
def _():
    a, more = types.give_things()
    del a
    gc.collect()
    journal.living()
    del more
    gc.collect()
    journal.living()


@row("ownership/taken")
def _():
    a = Thing()
    caller.take("given away", a)
    del a
    gc.collect()
    journal.living()
    types.turn_string(caller.lent_text())
    caller.take("", Thing())
    gc.collect()
    journal.living()


@row("ownership/lent")
def _():
    for _ in range(100):
        assert caller.lent_thing().label == "lent"
    gc.collect()
    journal.note(caller.lent_thing().label)


@row("ownership/memory")
def _():
    class Own(Types):
        def swap_text(self, s, w):
            return w, s

        def turn_person(self, v):
            return v

        def turn_things(self, v):
            return [Thing(), *v]

    own, titled = Own(), Titled()

    def work():
        for _ in range(200):
            caller.text_of(20000)
            titled.title("x" * 20000)
            caller.many(20)
        caller.ask_often(own, 2000)
        gc.collect()

    work()
    journal.memory()
    work()
    work()
    journal.memory()


@row("exceptions/user")
def _():
    try:
        Thing.labelled("Rex", 1).speak(1007)
    except Refused as e:
        journal.caught_refused(e.code, e.why)
    try:
        Thing().speak(-1)
    except Plain:
        journal.caught_plain()


@row("exceptions/system")
def _():
    for name, minor in (("BAD_PARAM", 7), ("NO_PERMISSION", 4294967295), ("NO_MEMORY", 0)):
        try:
            caller.raise_system(name, minor)
        except dsom.SystemException as e:
            assert type(e) is getattr(dsom, name), e
            journal.caught_system(e.id.removeprefix("IDL:omg.org/CORBA/").removesuffix(":1.0"), e.minor)


@row("exceptions/cxx")
def _():
    t = Thing()
    try:
        t.speak(999)
    except dsom.UNKNOWN as e:
        journal.note("an error of C++" if "an error of C++" in str(e) else str(e))
    try:
        t.speak(998)
    except dsom.NO_MEMORY:
        journal.note("no memory")
    try:
        t.speak(997)
    except dsom.UNKNOWN:
        journal.note("unknown")
    journal.note(str(t.speak(1)))


@row("exceptions/raised")
def _():
    o = Raising()
    for o.what in (Refused(-5, "why not €"), Plain(), dsom.BAD_PARAM("mine", 9)):
        caller.catch_it(o, 1)


class Own(Exception):
    pass


@row("exceptions/own")
def _():
    o = Raising()
    o.what = Own("mine")
    caller.catch_it(o, 1)
    try:
        caller.ask(o, 1, 1)
    except (Own, dsom.Exception):
        journal.note("caught")


@row("exceptions/own-again")
def _():
    o = Raising()
    o.what = Own("mine")
    try:
        caller.ask(o, 1, 1)
    except Own as e:
        journal.note("the same" if e is o.what else "another")
    except dsom.UserException as e:
        raise Cannot(f"{type(e).__name__}: {e.id}")


@row("exceptions/through")
def _():
    class Passing(Thing):
        def speak(self, n):
            return super().speak(n)

    o = Passing.labelled("Ida", 2)
    caller.catch_it(o, 1003)
    try:
        caller.ask(o, 1004, 1)
    except Refused as e:
        journal.caught_refused(e.code, e.why)
    try:
        caller.ask(o, -4, 1)
    except Plain:
        journal.caught_plain()


@row("exceptions/initializer")
def _():
    try:
        Thing.labelled("", 1)
    except Refused as e:
        journal.caught_refused(e.code, e.why)
    gc.collect()
    journal.living()


@row("callbacks/override")
def _():
    caller.ask(Loud(), 3, 1000)
    caller.ask(Thing(), 3, 1000)


def turning():
    class Passing(Types):
        """Every method is overridden, by one that passes on what it gets, and what comes back."""

    for name in dir(Types):
        if name.startswith(("turn_", "give_", "swap_")) and not name.endswith("_async") or name in ("maybe", "divide"):

            def override(self, *args, _name=name):
                return getattr(super(Passing, self), _name)(*args)

            setattr(Passing, name, override)
    return Passing()


@row("callbacks/basic")
def _():
    caller.ask_types(turning(), "basic")


@row("callbacks/text")
def _():
    caller.ask_types(turning(), "text")


@row("callbacks/constructed")
def _():
    caller.ask_types(turning(), "constructed")


@row("callbacks/object")
def _():
    caller.ask_types(turning(), "thing")


@row("callbacks/objects")
def _():
    caller.ask_types(turning(), "things")


@row("callbacks/out")
def _():
    caller.ask_types(turning(), "out")


@row("callbacks/inout")
def _():
    caller.ask_types(turning(), "inout")


@row("callbacks/nested")
def _():
    class Deep(Thing):
        def speak(self, n):
            return super().speak(1) if n == 0 else caller.ask(self, n - 1, 1) + 1

    caller.ask(Deep(), 12, 1)


@row("callbacks/wrong-result")
def _():
    class Wrong(Thing):
        def speak(self, n):
            return {1: "no number", 2: None, 3: 1 << 63, 4: 4}[n]

    o = Wrong()
    for n in 1, 2, 3, 4:
        caller.catch_any(o, n)


@row("subclass/super")
def _():
    class Louder(Loud):
        def speak(self, n):
            return super().speak(n) * 10

    journal.note(str(Loud().speak(3)))
    caller.ask(Louder(), 3, 1)


@row("subclass/state")
def _():
    class Counting(Thing):
        def __init__(self):
            self.calls = 0

        def speak(self, n):
            self.calls += n
            return self.calls

    o = Counting()
    caller.keep(o)
    del o
    gc.collect()
    for n in 1, 2, 3:
        caller.ask_kept(n)
        gc.collect()
    journal.note(str(caller.kept().calls))
    caller.keep(None)


@row("subclass/attributes")
def _():
    class Marked(Thing):
        @property
        def label(self):
            return "<" + Thing.label.__get__(self) + ">"

        @label.setter
        def label(self, value):
            Thing.label.__set__(self, value + "!")

        @property
        def legs(self):
            return 3

    caller.use_attributes(Marked())
    caller.use_attributes(Loud())


@row("subclass/two-parents")
def _():
    class Both(Thing, Titled):
        def title(self, word):
            return super().title(word) + "!"

        def speak(self, n):
            return super().speak(n) + 1

    o = Both()
    caller.title_of(o, "great")
    caller.ask(o, 1, 1)
    caller.look_at(o)


@row("subclass/made-by-cxx")
def _():
    o = caller.made_of(Loud.som_name)
    yes(type(o) is Loud)
    caller.ask(o, 1, 1)


@row("subclass/of-holder")
def _():
    class Box(Holder):
        def speak(self, n):
            return self.held.speak(n) + 1

    o = Box()
    o.held = Loud()
    caller.ask(o, 1, 1)
    caller.look_at(o)


@row("subclass/below-in-cxx")
def _():
    global Middle  # a class that C++ subclasses lasts

    class Middle(Thing):
        def speak(self, n):
            return super().speak(n) + 1000

    caller.define_below(Middle.som_name)
    caller.ask(caller.made_of("Below"), 1, 1)

    class Lowest(load("Below")):
        def speak(self, n):
            return super().speak(n) + 10000

    caller.ask(Lowest(), 1, 1)


@row("class/attributes")
def _():
    t = Thing()
    t.label, t.weight = "Rex €", -2147483648
    types.turn_string(t.label), types.turn_long(t.weight), types.turn_long(t.legs)


@row("class/readonly")
def _():
    refused(AttributeError, setattr, Thing(), "legs", 3)


@row("class/initializer")
def _():
    t = Thing.labelled("by initializer", 12)
    types.turn_string(t.label), types.turn_long(t.weight)
    t = Loud.labelled("below", 13)
    types.turn_string(t.label), types.turn_long(t.weight)
    caller.ask(t, 1, 1)


@row("class/procedure")
def _():
    t = Thing()
    types.turn_long(t.total(41))


@row("class/metaclass")
def _():
    Member(), Member()
    Member().somGetClass().members()


@row("class/information")
def _():
    journal.note(Thing.som_name)
    journal.note("%d.%d" % Thing.som_version)


@row("identity/same")
def _():
    a = Loud()
    yes(a.itself() is a)
    caller.keep(a)
    yes(caller.kept() is a)
    caller.keep(None)
    b = Thing()
    yes(b.itself() is b)
    yes(a == b)


@row("identity/class")
def _():
    h = Holder()
    h.held = Holder()
    yes(type(h.held) is Holder and isinstance(h.held, Thing))
    h.held = Loud()
    yes(type(h.held) is Loud)
    caller.look_at(h)


@row("lifetime/dropped")
def _():
    for _ in range(1000):
        Thing(), Loud()
    gc.collect()
    journal.living()


@row("lifetime/kept")
def _():
    caller.keep(Loud())
    gc.collect()
    journal.living()
    caller.ask_kept(1)
    caller.keep(None)
    gc.collect()
    journal.living()


@row("lifetime/weak")
def _():
    o = Loud()
    w = dsom.weak(o)
    caller.watch(o)
    journal.note("there" if w() is o else "gone")
    caller.watched()
    del o
    gc.collect()
    journal.note("there" if w() else "gone")
    caller.watched()


@row("lifetime/cycle")
def _():
    for _ in range(100):
        a, b = Loud(), Loud()
        a.other, b.other = b, a
    del a, b
    gc.collect()
    journal.living()


@row("lifetime/cycle-through-cxx")
def _():
    class Owner(Thing):
        pass

    weak = []
    for _ in range(100):
        a = Owner()
        a.holder = Holder()
        a.holder.held = a
        weak.append(dsom.weak(a))
    del a
    gc.collect()
    journal.living()
    for w in weak:
        w().holder.held = None  # it has to be broken
    gc.collect()
    journal.living()


@row("lifetime/released")
def _():
    t = Thing()
    t.som_release()
    journal.living()
    refused(ReferenceError, t.speak, 1)
    refused(ReferenceError, types.turn_thing, t)
    t.som_release()


@row("threads/foreign")
def _():
    seen = set()

    class Threaded(Thing):
        def speak(self, n):
            seen.add(threading.get_ident())
            return super().speak(n)

    caller.begin_threads(Threaded(), 4, 50)
    while not caller.ended():
        time.sleep(0)
    assert threading.get_ident() not in seen


@row("threads/waiting")
def _():
    caller.wait_for_threads(Loud(), 4, 50)


@row("threads/raising")
def _():
    class Odd(Thing):
        def speak(self, n):
            raise ValueError("odd")

    caller.begin_threads(Odd(), 2, 20)
    while not caller.ended():
        time.sleep(0)


@row("threads/own")
def _():
    o, sums = Loud(), []

    def work():
        sums.append(sum(o.speak(i) for i in range(100)))
        for _ in range(50):
            caller.made("x"), Loud()

    all = [threading.Thread(target=work) for _ in range(4)]
    for t in all:
        t.start()
    for t in all:
        t.join()
    types.turn_longlong(sum(sums))
    gc.collect()
    del o
    journal.living()


@row("chain/python")
def _():
    load("Embed::Python")().run("exec(open('chain/middle.py').read())")
    chain("PythonMiddle")


@row("chain/go")
def _():
    chain("GoMiddle")


@row("chain/python-go")
def _():
    load("Embed::Python")().run("exec(open('chain/below_go.py').read())")

    class Lowest(load("PythonAndGo")):
        def speak(self, n):
            return super().speak(n) + 1100000

    caller.ask(Lowest(), 1, 1)


@row("chain/lua")
def _():
    lua = load("Embed::Lua")()
    lua.run("dofile 'chain/middle.lua'")
    chain("LuaMiddle", lambda: lua.run("give_back()"))


@row("chain/tcl")
def _():
    load("Embed::Tcl")().run("source chain/middle.tcl")
    chain("TclMiddle")


@row("chain/lua-tcl")
def _():
    load("Embed::Lua")().run("dofile 'chain/middle.lua'")
    load("Embed::Tcl")().run("source chain/below_lua.tcl")

    class Lowest(load("LuaAndTcl")):
        def speak(self, n):
            return super().speak(n) + 1100000

    caller.ask(Lowest(), 1, 1)


def chain(middle, give_back=lambda: None):
    """A class of here below one that is another language's, which may have a collector of its own."""

    class Below(load(middle)):
        def speak(self, n):
            return super().speak(n) + 100000

    o = Below()
    o.label = "chain"
    caller.ask(o, 1, 1)
    caller.ask(o, 1, 1)
    caller.catch_it(o, 1007)
    try:
        caller.ask(o, 1008, 1)
    except Refused as e:
        journal.caught_refused(e.code, e.why)
    caller.catch_any(o, 77)
    caller.keep(o)
    del o
    gc.collect()
    caller.ask_kept(1)
    caller.keep(None)
    give_back()
    gc.collect()
    journal.living()


@row("wrong/count")
def _():
    refused(TypeError, types.turn_long)
    refused(TypeError, types.turn_long, 1, 2)
    refused(TypeError, types.divide, 1)


@row("wrong/type")
def _():
    refused(TypeError, types.turn_long, "1")
    refused(TypeError, types.turn_string, 1)
    refused(TypeError, types.turn_boolean, "true")
    refused(TypeError, types.turn_thing, "thing")
    refused(TypeError, types.turn_thing, types)
    refused(TypeError, types.turn_longs, 5)


@row("wrong/range")
def _():
    refused(OverflowError, types.turn_octet, 256)
    refused(OverflowError, types.turn_octet, -1)
    refused(OverflowError, types.turn_short, 32768)
    refused(OverflowError, types.turn_ulong, -1)
    refused(OverflowError, types.turn_longlong, 1 << 63)
    refused(OverflowError, types.turn_ulonglong, 1 << 64)
    refused(OverflowError, types.turn_float, 1e300)
    refused(OverflowError, types.turn_char, "€")
    refused(ValueError, types.turn_colour, 7)


@row("wrong/element")
def _():
    refused(TypeError, types.turn_longs, [1, "2"])
    refused(ValueError, types.turn_grid, [[1, 2], [3, 4]])
    refused(TypeError, types.turn_person, Person(1, Colour.red, False, Point(0, 0), [], ""))
    refused(OverflowError, types.turn_point, Point(1 << 40, 0))


@row("wrong/method")
def _():
    refused(AttributeError, getattr, Thing(), "fly")


@row("wrong/class")
def _():
    refused(dsom.SystemException, load, "Suite::Unicorn")
    refused(dsom.SystemException, load, "Nowhere::Unicorn")
    refused(dsom.SystemException, load, "no name")


@row("wrong/major-version")
def _():
    with_version(lambda: load("Dependent"))


def with_version(f):
    try:
        f()
    except dsom.SystemException as e:
        journal.note("version" if "class Relay is version 2.0" in str(e) else str(e))
    else:
        raise AssertionError("it is accepted")


@row("release/next")
def _():
    class Own(load("Relay")):
        def speak(self, n):
            return super().speak(n) + 1

    o = Own()
    o.label = "kept"
    o.call(3)
    types.turn_string(o.label)


@row("release/replaced")
def _():
    class Own(load("Relay")):
        def speak(self, n):
            return super().speak(n) + 1

    o = Own()
    o.call(3)
    journal.replace()
    o.call(4)
    Own().call(5)


@row("end/alive")
def _():
    global kept
    kept = [Thing(), Loud(), Holder()]
    kept[2].held = Loud()
    caller.keep(Loud())
    kept[1].me = kept
    journal.living()


def main():
    for name in sys.argv[1:]:
        gc.collect()
        journal.row(name)
        try:
            rows[name]()
            print(name, "ok", sep="\t", flush=True)
        except Cannot as e:
            print(name, "cannot", str(e).replace("\n", " "), sep="\t", flush=True)
        except BaseException:
            print(name, "failed", traceback.format_exc().replace("\n", " | "), sep="\t", flush=True)


main()
