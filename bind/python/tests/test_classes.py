"""What a program in Python does with classes of C++: used, subclassed, raised through. The class library is bind/cxx/testdata/zoo.idl's."""

import copy
import ctypes
import gc
import os
import pickle
import sys
import threading
import unittest
import weakref

import dsom
from dsom import load

Animal, Pet, Dog, Puppy, Echo = (load("Zoo::" + n) for n in ("Animal", "Pet", "Dog", "Puppy", "Echo"))
TooLoud, Asleep, Colour, Card, Place, Tree, Food, Album = (load("Zoo::" + n) for n in ("TooLoud", "Asleep", "Colour", "Card", "Place", "Tree", "Food", "Album"))


class Using(unittest.TestCase):
    def test_class(self):
        self.assertEqual([c.__name__ for c in Puppy.__mro__], ["Puppy", "Dog", "Animal", "Pet", "SOMObject", "Instance", "object"])
        self.assertTrue(issubclass(Dog, Animal))
        self.assertEqual(Animal.som_version, (1, 2))
        self.assertEqual(Dog.som_name, "Zoo::Dog")
        self.assertIs(load("Zoo::Dog"), Dog)
        self.assertIn("libzoo.so", Dog.som_library)
        self.assertEqual(repr(Dog), "<class 'Zoo::Dog' of SOM>")
        self.assertEqual(Dog.__module__, "Zoo")

    def test_calls(self):
        d = Dog()
        self.assertEqual(d.speak(3), 7)
        d.bark(5)
        self.assertEqual(d.speak(n=3), 12)
        self.assertEqual(Dog.speak(d, 3), 12)
        self.assertEqual(d.legs, 4)
        self.assertEqual(d.total(1), Animal().total(0))
        self.assertEqual(Animal.named("Ida", legs=3).legs, 3)
        self.assertEqual(Dog.named("Rex", 2).name, "Rex")

    def test_documentation(self):
        self.assertEqual(Animal.__doc__, "An animal.")
        self.assertEqual(Animal.speak.__doc__, "speak(n: int) -> int\n\nSays something n times, and how loud that was.")
        self.assertEqual(Animal.speak.__name__, "speak")
        self.assertEqual(Animal.speak.raises, (TooLoud, Asleep))
        self.assertRegex(repr(Dog()), r"^<Dog object at 0x[0-9a-f]+>$")
        self.assertEqual(repr(Animal.name), "<attribute 'name' of 'Animal' objects>")

    def test_attributes(self):
        d = Dog()
        d.name = "Rex"
        d.colour = Colour.blue
        d.bone = Dog.Bone(Dog.Size.large, 1 << 40)
        self.assertEqual((d.name, d.colour, d.bone), ("Rex", Colour.blue, Dog.Bone(Dog.Size.large, 1 << 40)))
        with self.assertRaisesRegex(AttributeError, "attribute 'legs' of 'Animal' objects is not writable"):
            d.legs = 3
        with self.assertRaises(AttributeError):
            d.tail = 1
        with self.assertRaises(AttributeError):
            del d.name

    def test_identity(self):
        d = Dog()
        self.assertIs(d.friend_of(d), d)
        other = Animal()
        self.assertIs(d.friend_of(other), other)
        self.assertNotEqual(d, other)
        self.assertEqual(len({d, d.friend_of(d)}), 1)

    def test_roots(self):
        d = Dog()
        self.assertEqual(d.somGetClassName(), "Zoo::Dog")
        self.assertEqual(d.somRespondsTo("bark"), 1)
        self.assertFalse(hasattr(d, "somFree"))

    def test_immutable(self):
        with self.assertRaises(TypeError):
            Dog.speak = lambda self, n: n


class Values(unittest.TestCase):
    def setUp(self):
        self.e = Echo()

    def test_each(self):
        place = Place(1.5, -2.0, [[1, 2, 3], [4, 5, 6]])
        card = Card("Rex", Colour.green, True, ["sit", "ß€😀"], place, "wide 😀 text")
        dog, cat = Dog(), Animal()
        for method, v, io in (
            ("flag", True, False),
            ("byte", 255, 0),
            ("letter", "a", "ÿ"),
            ("wide", "€", "a"),
            ("small", -32768, 32767),
            ("large", 4294967295, 0),
            ("huge", 18446744073709551615, 1),
            ("single", 0.5, -1.0),
            ("twice", 0.1, float("inf")),
            ("colour", Colour.blue, Colour.red),
            ("text", "grüße 😀", ""),
            ("title", "grüße 😀", ""),
            ("animal", dog, cat),
            ("place", place, Place(0, 0, [[0] * 3] * 2)),
            ("card", card, Card("", Colour.red, False, [], place, "")),
            ("cards", [card, card], []),
            ("numbers", list(range(1000)), [-1]),
            ("names", ["a", "b"], ["", "c"]),
            ("tree", Tree(1, [Tree(2, []), Tree(3, [Tree(4, [])])]), Tree(0, [])),
            ("food", Food(Colour.red, 7), Food(Colour.green, "leaf")),
            ("food", Food(Colour.blue, card), Food(Colour.red, -1)),
            ("flags", [True, False], []),
            ("herd", [dog, cat], []),
            ("album", Album([["a", "b", "c"], ["d", "e", "f"]], 6), Album([[""] * 3] * 2, 0)),
        ):
            with self.subTest(method):
                self.assertEqual(getattr(self.e, method)(v, io), (v, io, v))
        self.assertEqual(self.e.token(0x1234), 0x1234)
        self.assertIsNone(self.e.token(None))

    def test_wrong(self):
        e = self.e
        place = Place(0, 0, [[0] * 3] * 2)
        for error, text, f in (
            (OverflowError, r"byte\(\) argument 'v': 256 is out of the range of octet \(0 to 255\)", lambda: e.byte(256, 0)),
            (OverflowError, "-1 is out of the range", lambda: e.byte(-1, 0)),
            (OverflowError, "short", lambda: e.small(32768, 0)),
            (OverflowError, "unsigned long", lambda: e.large(1 << 32, 0)),
            (OverflowError, "unsigned long long", lambda: e.huge(1 << 64, 0)),
            (OverflowError, "unsigned long long", lambda: e.huge(-1, 0)),
            (OverflowError, "long long", lambda: Dog().speak(1 << 63)),
            (OverflowError, "float", lambda: e.single(1e300, 0)),
            (OverflowError, "beyond", lambda: e.letter("€", "a")),
            (OverflowError, "beyond", lambda: e.wide("😀", "a")),
            (TypeError, "must be int, not str", lambda: Dog().speak("x")),
            (TypeError, "must be int, not float", lambda: Dog().speak(1.0)),
            (TypeError, "must be int, not None", lambda: Dog().speak(None)),
            (TypeError, "must be bool", lambda: e.flag(1, False)),
            (TypeError, "must be str, not None", lambda: e.text(None, "")),
            (TypeError, "must be str, not bytes", lambda: e.text(b"x", "")),
            (ValueError, "embedded null", lambda: e.text("a\0b", "")),
            (ValueError, "embedded null", lambda: e.title("a\0b", "")),
            (TypeError, "length 1", lambda: e.letter("ab", "a")),
            (TypeError, "must be Zoo::Animal, not None", lambda: e.animal(None, Dog())),
            (TypeError, "must be Zoo::Animal, not Echo", lambda: e.animal(e, Dog())),
            (TypeError, "must be Zoo::Animal, not object", lambda: e.animal(object(), Dog())),
            (TypeError, "must be a sequence", lambda: e.numbers(7, [])),
            (TypeError, "must be a sequence, not str", lambda: e.numbers("12", [])),
            (TypeError, r"'v'\[1\] must be int", lambda: e.numbers([1, "2"], [])),
            (ValueError, "2 elements, and the array has 3", lambda: e.place(Place(0, 0, [[0] * 2] * 2), place)),
            (TypeError, "must be Zoo::Place", lambda: e.place(7, place)),
            (TypeError, "'v'.name must be str", lambda: e.card(Card(1, Colour.red, True, [], place, ""), None)),
            (TypeError, "must be Zoo::Colour", lambda: e.colour("red", Colour.red)),
            (ValueError, "7 is not a valid Zoo::Colour", lambda: e.colour(7, Colour.red)),
            (TypeError, "must be Zoo::Colour, not Size", lambda: e.colour(Dog.Size.large, Colour.red)),
            (TypeError, "must be int or None", lambda: e.token("x")),
            (TypeError, "takes exactly 1 argument", lambda: Dog().speak()),
            (TypeError, "takes exactly 1 argument", lambda: Dog().speak(1, 2)),
            (TypeError, "unexpected keyword", lambda: Dog().speak(times=1)),
            (TypeError, "multiple values", lambda: e.byte(1, v=1)),
            (TypeError, "multiple values for argument 'legs'", lambda: Animal.named("x", 1, legs=1)),
            (TypeError, "doesn't apply", lambda: Dog.bark(Animal(), 1)),
            (TypeError, "takes no arguments", lambda: Dog(1)),
            (TypeError, "missing 1 required", lambda: Place(1, 2)),
        ):
            with self.subTest(text), self.assertRaisesRegex(error, text):
                f()

    def test_recursion(self):
        tree = Tree(0, [])
        tree.below = [tree]
        with self.assertRaises(RecursionError):
            self.e.tree(tree, tree)
        deep = Tree(0, [])
        for i in range(60):
            deep = Tree(i, [deep])
        self.assertEqual(self.e.tree(deep, Tree(0, []))[0], deep)

    def test_changed(self):
        """A list that changes while it is converted."""

        class Changing:
            def __init__(self, change):
                self.change = change

            def __index__(self):
                self.change()
                return 7

        v = [1, 2, 3, 4]
        v[1] = Changing(lambda: v.extend([0] * 10000))
        self.assertEqual(self.e.numbers(v, [])[0], [1, 7, 3, 4])
        v = [1, 2, 3, 4]
        v[1] = Changing(v.clear)
        with self.assertRaisesRegex(RuntimeError, "'v' changed size"):
            self.e.numbers(v, [])

    def test_types(self):
        place = Place(1, 2, [])
        self.assertEqual(repr(place), "Place(x=1, y=2, marks=[])")
        self.assertEqual(pickle.loads(pickle.dumps(Card("a", Colour.red, True, [], place, ""))), Card("a", Colour.red, True, [], place, ""))
        self.assertIs(pickle.loads(pickle.dumps(Colour.green)), Colour.green)
        self.assertEqual(copy.copy(Food(Colour.red, 1)), Food(Colour.red, 1))
        self.assertEqual([*Colour], [0, 1, 2])
        x, y, _ = place
        self.assertEqual((x, y), (1, 2))

    def test_octets_that_are_no_utf8(self):
        text = b"caf\xe9".decode("utf-8", "surrogateescape")
        self.assertEqual(self.e.text(text, "")[0], text)

    def test_given(self):
        a = Animal()
        before = Animal.som_instances
        self.e.keep("some text", a)
        del a
        gc.collect()
        self.assertEqual(self.e.kept_text(), "some text")
        self.assertEqual(Animal.som_instances, before)
        self.e.keep("another", Dog())
        gc.collect()
        self.assertEqual(Animal.som_instances, before - 1)


class Exceptions(unittest.TestCase):
    def test_user(self):
        with self.assertRaises(TooLoud) as c:
            Dog().speak(1005)
        self.assertEqual((c.exception.volume, c.exception.why), (5, " is too loud"))
        self.assertIsInstance(c.exception, dsom.UserException)
        self.assertEqual(TooLoud.id, "IDL:Zoo/TooLoud:1.0")
        with self.assertRaises(Asleep):
            Dog().speak(-1)
        with self.assertRaises(TooLoud):
            Animal.named("nobody", 4)
        self.assertEqual(pickle.loads(pickle.dumps(c.exception)).volume, 5)

    def test_system(self):
        with self.assertRaises(dsom.UNKNOWN) as c:
            Animal().speak(999)
        self.assertIn("a plain error", str(c.exception))
        with self.assertRaises(dsom.NO_MEMORY):
            Animal().speak(998)
        with self.assertRaises(dsom.UNKNOWN):
            Animal().speak(997)
        self.assertTrue(issubclass(dsom.NO_MEMORY, dsom.SystemException))

        class Own(Dog):
            def speak(self, n):
                e = dsom.UserException()
                e.id, e.args, e.more = "IDL:Nowhere/Unknown:1.0", ("nobody knows it",), [n]
                raise e

        with self.assertRaises(dsom.UserException) as c:
            call(Own(), "speak", 1)
        for again in (pickle.loads(pickle.dumps(c.exception)), copy.copy(c.exception)):
            self.assertEqual((type(again), again.id, str(again), again.args, hasattr(again, "_environment")), (dsom.UserException, "IDL:Nowhere/Unknown:1.0", str(c.exception), c.exception.args, False))
        e = pickle.loads(pickle.dumps(dsom.BAD_PARAM("x", 7)))
        self.assertEqual((type(e), e.minor, str(e)), (dsom.BAD_PARAM, 7, "x"))

    def test_no_class(self):
        for name, code in (("Zoo::Unicorn", "unknown"), ("Nothing", "unknown"), ("a b", "unknown"), ("", "unknown"), ("x" * 300, "unknown")):
            with self.subTest(name), self.assertRaises(dsom.SystemException) as c:
                load(name)
            self.assertEqual(c.exception.code, code)
        with self.assertRaises(dsom.SystemException) as c:
            load("Zoo::Animal", (2, 0))
        self.assertEqual(c.exception.code, "version")
        self.assertIs(load("Zoo::Animal", (1, 1)), Animal)
        with self.assertRaises(dsom.SystemException) as c:
            dsom.library("/nowhere/libnothing.so")
        self.assertEqual(c.exception.code, "library")


class Subclassing(unittest.TestCase):
    """C++ calls back by way of Puppy, in C++, which calls the next class's speak: here one made in Python stands before it."""

    def test_override(self):
        class Loud(Dog):
            def speak(self, n):
                return super().speak(n) + 100

        class Louder(Loud):
            def speak(self, n):
                return super().speak(n) * 2

        o = Louder()
        self.assertEqual(o.speak(3), 214)
        self.assertEqual(Loud().speak(3), 107)
        self.assertEqual(Dog.speak(o, 3), 7)
        self.assertEqual(Animal.speak(o, 3), 6)
        self.assertTrue(issubclass(Loud, Animal))
        self.assertEqual((Loud.som_name, o.somGetClassName()), ("Loud", "Louder"))
        self.assertEqual(call(o, "speak", 3), 214)

    def test_called_from_c(self):
        seen = []

        class Listener(Puppy):
            def speak(self, n):
                seen.append((type(self), n))
                return super().speak(n)

            def owner(self):  # nonstatic: nobody else sees it
                return "Python"

            def speak_to(self, who):
                return -super().speak_to(who)

        o = Listener()
        self.assertEqual(call(o, "speak", 5), Puppy().speak(5))
        self.assertEqual(seen, [(Listener, 5)])
        self.assertEqual(call(o, "speak_to", "abc"), -30)

    def test_attributes(self):
        class Named(Dog):
            kept = "?"

            @property
            def name(self):
                return "<" + Dog.name.__get__(self) + ">"

            @name.setter
            def name(self, value):
                self.kept = value
                Dog.name.__set__(self, value)

        o = Named()
        call(o, "_set_name", "Rex")
        self.assertEqual((o.kept, call(o, "_get_name")), ("Rex", "<Rex>"))
        first = call(o, "_get_name")
        for i in range(40):
            o.name = str(i)
            call(o, "_get_name")
        self.assertEqual(first, "<Rex>")

    def test_everything_comes_and_goes(self):
        class Twice(Echo):
            def card(self, v, io):
                return v, io, v

            def numbers(self, v, io):
                return [n * 2 for n in v], io + v, [len(v)]

            def food(self, v, io):
                return Food(Colour.green, "leaf"), v, io

            def herd(self, v, io):
                return list(reversed(v)), io, v

        plain = Echo()
        o = Twice()
        place = Place(1, 2, [[0] * 3] * 2)
        card = Card("a", Colour.red, False, ["x"], place, "y")
        self.assertEqual(call(o, "card", card, card), (card, card, card))
        self.assertEqual(call(o, "numbers", [1, 2], [3]), ([2, 4], [3, 1, 2], [2]))
        self.assertEqual(call(o, "food", Food(Colour.red, 1), Food(Colour.blue, card)), (Food(Colour.green, "leaf"), Food(Colour.red, 1), Food(Colour.blue, card)))
        d, a = Dog(), Animal()
        self.assertEqual(call(o, "herd", [d, a], []), ([a, d], [], [d, a]))
        self.assertEqual(plain.numbers([1], []), ([1], [], [1]))

    def test_wrong_results(self):
        class Wrong(Echo):
            result = None

            def text(self, v, io):
                return self.result

            def small(self, v, io):
                return self.result

        for result, error in ((None, TypeError), ((1, 2, 3), TypeError), (("a", "b"), TypeError), (("a", "b", "c", "d"), TypeError)):
            o = Wrong()
            o.result = result
            with self.subTest(result), self.assertRaises(error):
                call(o, "text", "a", "b")
        o.result = (1, 2, 1 << 20)
        with self.assertRaises(OverflowError):
            call(o, "small", 1, 2)

    def test_wrong_later_results(self):
        """What is put already where a later one is wrong is nobody's: it is taken back."""

        class Own(Animal):
            pass

        class Wrong(Echo):
            wrong = "no animal"

            def animal(self, v, io):
                return Own(), v, self.wrong

            def herd(self, v, io):
                return [Own(), Own()], v, self.wrong

        o, d = Wrong(), Dog()
        for name, given in (("animal", d), ("herd", [d])):
            with self.assertRaises(TypeError):
                call(o, name, given, given)
            gc.collect()
            self.assertEqual(Own.som_instances, 0, name)

    def test_raising(self):
        class Raising(Dog):
            def speak(self, n):
                raise self.what

        class Odd(Exception):
            pass

        o = Raising()
        for what in (Odd("odd", 7), KeyError("k"), TooLoud(7, "why"), Asleep(), dsom.BAD_PARAM("bad", 3, "YES"), KeyboardInterrupt(), SystemExit(3)):
            o.what = what
            with self.subTest(what), self.assertRaises(type(what)) as c:
                call(o, "speak", 1)
            if not isinstance(what, dsom.Exception):
                self.assertIs(c.exception, what)
            elif isinstance(what, TooLoud):
                self.assertEqual((c.exception.volume, c.exception.why), (7, "why"))
            elif isinstance(what, dsom.SystemException):
                self.assertEqual((c.exception.minor, c.exception.completed, str(c.exception)), (3, 0, "bad"))
        o.what = TooLoud(1 << 20, "no short")
        with self.assertRaises(OverflowError):
            call(o, "speak", 1)

    def test_through(self):
        """What C++ raised goes through Python to C++ and back as what it was."""

        class Passing(Dog):
            def speak(self, n):
                try:
                    return super().speak(n)
                except TooLoud as e:
                    if n == 2000:
                        e.volume = 1
                    raise

        for n, volume in ((1007, 7), (2000, 1)):
            with self.assertRaises(TooLoud) as c:
                call(Passing(), "speak", n)
            self.assertEqual(c.exception.volume, volume)

    def test_older(self):
        """What an older class raises has fewer members: it is of no class whose members are more, and goes on as it is."""
        self.assertEqual(caller.define_older(), 1)

        class Passing(load("Older")):
            def speak(self, n):
                return super().speak(n)

        for o in load("Older")(), Passing():
            for f in (lambda: o.speak(5), lambda: call(o, "speak", 5)):
                with self.assertRaises(dsom.UserException) as c:
                    f()
                self.assertEqual((type(c.exception), c.exception.id), (dsom.UserException, TooLoud.id))

    def test_signed(self):
        """A class of signatures alone, with a name that is a word of Python's."""
        self.assertEqual(caller.define_signed(), 1)
        Signed = load("Signed")

        class Own(Signed):
            def _pass(self, n):
                return -super()._pass(n)

        o = Own()
        self.assertEqual((Signed()._pass(3), o._pass(3), call(o, "pass", 3), hasattr(o, "_pass_async")), (4, -4, -4, True))
        self.assertEqual(o.take(Dog()), 1)  # of any class
        self.assertIn("cannot be called", Signed.nowhere.__doc__)
        with self.assertRaises(NotImplementedError):
            o.nowhere()

    def test_later(self):
        class Later(Dog):
            pass

        o = Later()
        self.assertEqual(call(o, "speak", 3), 7)
        Later.speak = lambda self, n: n + Dog.speak(self, n)
        self.assertEqual(call(o, "speak", 3), 10)
        Later.speak = lambda self, n: 0
        self.assertEqual(call(o, "speak", 3), 0)
        del Later.speak
        self.assertEqual(call(o, "speak", 3), 7)

    def test_mixin(self):
        class Quiet:
            def speak(self, n):
                return -super().speak(n)

        class Cat(Quiet, Animal):
            pass

        self.assertEqual(call(Cat(), "speak", 2), -4)
        self.assertEqual(Cat.som_name, "Cat")

    def test_two_parents(self):
        class Both(Dog, Pet):
            def speak_to(self, who):
                return super().speak_to(who) + 1

        o = Both()
        self.assertEqual((call(o, "speak_to", "abc"), o.speak(1), o.owner()), (4, 3, "somebody"))

    def test_names(self):
        def define():
            class Same(Dog):
                pass

            return Same

        a, b = define(), define()
        self.assertNotEqual(a.som_name, b.som_name)

        class Named(Dog, name="Zoo::Terrier"):
            pass

        self.assertIs(load("Zoo::Terrier"), Named)
        with self.assertRaises(dsom.SystemException) as c:
            class Again(Dog, name="Zoo::Terrier"):
                pass
        self.assertEqual(c.exception.code, "name")

    def test_init(self):
        class Held(Dog):
            def __init__(self, name, legs=4):
                self.name = name
                self.many = legs

        o = Held("Rex", legs=5)
        self.assertEqual((o.name, o.many, o.__dict__), ("Rex", 5, {"many": 5}))
        with self.assertRaises(TypeError):
            Held()
        with self.assertRaises(TypeError):  # as another language makes it: without arguments
            call_new(Held)

        class Free(Dog):
            def __init__(self):
                self.begun = True
                self.name = "free"

        self.assertEqual((call_new(Free).begun, call_new(Free).name), (True, "free"))
        self.assertTrue(Free.named("x", 3).begun)

        class Failing(Dog):
            def __init__(self):
                raise KeyError("begin")

        before = Dog.som_instances
        with self.assertRaises(KeyError):
            Failing()
        with self.assertRaises(KeyError):
            call_new(Failing)
        gc.collect()
        self.assertEqual(Dog.som_instances, before)

    def test_class_goes(self):
        class Short(Dog):
            def speak(self, n):
                return 1

        Short().speak(1)
        name, gone = Short.som_name, weakref.ref(Short)
        self.assertIn(name, dsom.classes())
        del Short
        gc.collect()
        self.assertIsNone(gone())
        self.assertNotIn(name, dsom.classes())


caller = ctypes.CDLL(os.environ["CALLER"])
caller.in_thread.restype, caller.in_thread.argtypes = ctypes.c_int64, (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)


def call(o, method, *args):
    """Calls a method as other languages do: by the object's own table, and not by Python's attributes."""
    return o.som_dispatch(method, *args)


def call_new(cls):
    """Makes an object as other languages do."""
    return cls.som_new()


class Lifetime(unittest.TestCase):
    def test_release(self):
        before = Dog.som_instances
        d = Dog()
        self.assertEqual(Dog.som_instances, before + 1)
        d.som_release()
        self.assertEqual(Dog.som_instances, before)
        for f in (lambda: d.speak(1), lambda: d.name, lambda: Echo().animal(d, Dog()), lambda: dsom.weak(d), lambda: setattr(d, "name", "x"), lambda: d.som_address):
            with self.assertRaisesRegex(ReferenceError, "the object of class Dog has been released"):
                f()
        self.assertEqual(repr(d), "<Dog object, released>")
        d.som_release()
        with Dog() as d:
            self.assertTrue(d.som_alive)
        self.assertFalse(d.som_alive)

    def test_prompt(self):
        """An object goes as soon as Python's last reference does, without the collector."""
        gc.disable()
        try:
            class Own(Dog):
                pass

            for c in (Dog, Own):
                before = c.som_instances
                o = c()
                self.assertEqual(c.som_instances, before + 1)
                del o
                self.assertEqual(c.som_instances, before)
        finally:
            gc.enable()

    def test_slots(self):
        """Without a dictionary an object goes as others do, and what is in its slots while C++'s part is there."""
        told = []

        class Told:
            def __del__(self):
                told.append(1)

        class Slotted(Dog):
            __slots__ = ("told", "empty")

        class Below(Slotted):
            __slots__ = ("more",)

        before = Slotted.som_instances
        for c, names in ((Slotted, ("told",)), (Below, ("told", "more"))):
            o = c()
            self.assertFalse(hasattr(o, "__dict__"))
            for name in names:
                setattr(o, name, Told())
            del o
            gc.collect()
            self.assertEqual(c.som_instances, before if c is Slotted else 0, c)
            self.assertEqual(len(told), len(names))
            told.clear()
        many = [Slotted() for _ in range(100)]
        del many
        gc.collect()
        self.assertEqual(Slotted.som_instances, before)

    def test_kept_by_others(self):
        """An object of a class made in Python that C++ keeps is the same when it comes back, with all that is in it; again and again."""
        ended = []

        class Own(Dog):
            def __del__(self):
                ended.append(self.mark)

        e = Echo()
        o = Own()
        o.mark = 7
        e.keep("", o)
        address, w, s = o.som_address, weakref.ref(o), dsom.weak(o)
        del o
        for i in range(5):
            gc.collect()
            self.assertEqual(ended, [])
            o = s()
            self.assertEqual((o.mark, o.som_address, w() is o), (7, address, True))
            del o
        del s
        e.keep("", Dog())
        gc.collect()
        self.assertEqual(ended, [7])
        self.assertIsNone(w())

    def test_kept_in_a_cycle(self):
        """What refers to itself is found by the collector, kept by C++ all the same, and collected when it is not."""

        class Own(Dog):
            pass

        e = Echo()
        for i in range(3):
            o = Own()
            o.me, o.mark = o, i
            e.keep("", o)
            s = dsom.weak(o)
            del o
            gc.collect()
            gc.collect()
            o = s()
            self.assertEqual((o.me is o, o.mark), (True, i))
            del o
        e.keep("", Dog())
        gc.collect()
        self.assertIsNone(s())
        self.assertEqual(Own.som_instances, 0)

    def test_what_hangs_on_it(self):
        """What hangs on an object that C++ keeps, in a cycle, is finalized by the collector, once, and goes on."""
        ended = []

        class Own(Dog):
            def __del__(self):
                ended.append("own")

        class Child:
            def __del__(self):
                ended.append("child")

        e, o = Echo(), Own()
        o.me, o.child = o, Child()
        e.keep("", o)
        s = dsom.weak(o)
        del o
        gc.collect()
        self.assertEqual(ended, ["child"])
        self.assertIsInstance(s().child, Child)
        e.keep("", Dog())
        gc.collect()
        self.assertEqual((ended, s()), (["child", "own"], None))

    def test_cycles(self):
        class Node(Dog):
            pass

        before = Node.som_instances
        for _ in range(100):
            a, b = Node(), Node()
            a.other, b.other = b, a
        del a, b
        gc.collect()
        self.assertEqual(Node.som_instances, before)

    def test_weak(self):
        d = Dog()
        w = dsom.weak(d)
        self.assertIs(w(), d)
        del d
        self.assertIsNone(w())
        with self.assertRaises(TypeError):
            dsom.weak(7)

    def test_asked_for_while_it_goes(self):
        """Who asks for an object while Python's part of it goes gets none that is half gone."""
        got, e, d = [], Echo(), Dog.named("Rex", 4)
        s = dsom.weak(d)
        e.keep("", d)
        weakref.finalize(d, lambda: got.append(s().name))
        del d
        self.assertEqual((got, s().name), (["Rex"], "Rex"))

        class Own(Dog):
            def speak(self, n):
                return 99

        class Child:
            def __init__(self, parent):
                self.parent, self.address, self.speak = dsom.weak(parent), parent.som_address, parent.som_entry("speak")

            def __del__(self):
                got.append(self.parent())
                got.append(caller.in_thread(self.speak, self.address, 3))

        o, before = Own(), Dog.som_instances
        o.child = Child(o)
        del o
        self.assertEqual(got[1:], [None, 7])
        self.assertEqual(Own.som_instances, 0)

    def test_released_in_its_call(self):
        class Releasing:
            def __init__(self, o):
                self.o = o

            def __index__(self):
                self.o.som_release()
                return 3

        before = Dog.som_instances
        for f, returns in ((Dog.speak, 7), (Dog.bark, None)):
            d = Dog()
            self.assertEqual(f(d, Releasing(d)), returns)
            self.assertFalse(d.som_alive)
            self.assertEqual(Dog.som_instances, before)
        e = Echo()
        self.assertEqual(e.small(Releasing(e), 1), (3, 1, 3))

    def test_mid_destruction(self):
        """What C calls of an object in its __del__ is Python's still; test_asked_for_while_it_goes calls it behind that."""

        class Own(Dog):
            def speak(self, n):
                return 99

            def __del__(self):
                seen.append(caller.in_thread(self.som_entry("speak"), self.som_address, 3))

        seen, o, kept, e = [], Own(), Own(), Echo()
        del o
        self.assertEqual((seen, Own.som_instances), ([99], 1))
        e.keep("", kept)
        del kept
        self.assertEqual((seen, Own.som_instances), ([99], 1))

    def test_copy_and_pickle(self):
        for f in (copy.copy, copy.deepcopy, pickle.dumps):
            with self.assertRaises(TypeError):
                f(Dog())

    def test_python_keeps_c(self):
        class Own(Dog):
            pass

        o = Own()
        o.friend = Dog.named("friend", 3)
        gc.collect()
        self.assertEqual(o.friend.name, "friend")


class Threads(unittest.TestCase):
    def test_many(self):
        class Own(Dog):
            def speak(self, n):
                return super().speak(n) + 1

        failures, e = [], Echo()

        def work():
            try:
                for i in range(300):
                    o = Own()
                    if call(o, "speak", i) != 2 * i + 2:
                        failures.append(i)
                    e.animal(o, o)
                    e.keep("x", o)
                    del o
            except BaseException as x:
                failures.append(x)

        sys.setswitchinterval(1e-5)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        sys.setswitchinterval(5e-3)
        self.assertEqual(failures, [])

    def test_foreign(self):
        """A thread that Python has not made calls an override."""
        seen = []

        class Own(Dog):
            def speak(self, n):
                seen.append((n, threading.current_thread() is threading.main_thread()))
                return n if n else 1 // n

        o = Own()
        self.assertEqual([caller.in_thread(o.som_entry("speak"), o.som_address, n) for n in (5, 0)], [5, -1])
        self.assertEqual(seen, [(5, False), (0, False)])

    def test_first_met(self):
        """Several threads meet a class, and its types, for the first time: they get the same, and a whole one."""
        import subprocess

        program = """if True:
            import sys, threading, time, dsom
            sys.setswitchinterval(1e-6)
            from dsom._asynchronous import Asynchronous
            made = Asynchronous.__init__
            def slow(self, name, owner):
                time.sleep(0)  # others run while a class is being filled
                made(self, name, owner)
            Asynchronous.__init__ = slow
            begun, got = threading.Barrier(8), []
            def work():
                begun.wait()
                c = dsom.load("Zoo::Puppy")
                got.append((c, c.speak_to, c.bone, c.Bone, dsom.load("Zoo::Card"), dsom.load("Zoo::Colour").red, [k.__name__ for k in c.__mro__][:4]))
            threads = [threading.Thread(target=work) for _ in range(8)]
            for t in threads: t.start()
            for t in threads: t.join()
            assert len(got) == 8 and all(g == got[0] for g in got) and got[0][-1] == ["Puppy", "Dog", "Animal", "Pet"], got
        """
        for _ in range(4):
            done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_others_run(self):
        """While C++ is called others run Python: a call that waits for another thread ends."""
        class Waiting(Dog):
            def speak(self, n):
                begun.set()
                return 1 if go.wait(30) else 0

        begun, go = threading.Event(), threading.Event()
        o = Waiting()
        t = threading.Thread(target=lambda: results.append(call(o, "speak", 1)))
        results = []
        t.start()
        self.assertTrue(begun.wait(30))
        go.set()
        t.join(30)
        self.assertEqual(results, [1])

    def test_odd_exceptions(self):
        """Exceptions with texts that are not of Unicode, and those that say nothing, are exceptions for others, too."""

        class Mute(Exception):
            def __str__(self):
                raise KeyError

        class Own(Dog):
            def speak(self, n):
                raise self.what

        o = Own()
        for what, kind, text in (
            (dsom.BAD_PARAM("caf\udce9"), dsom.BAD_PARAM, "caf\udce9"),
            (dsom.BAD_PARAM("caf\ud800"), dsom.BAD_PARAM, "caf?"),
            (ValueError("caf\udce9"), ValueError, "caf\udce9"),
            (Mute(), Mute, None),
        ):
            o.what = what
            with self.assertRaises(kind) as c:
                call(o, "speak", 1)
            if text:
                self.assertEqual(str(c.exception), text)
        o.what = dsom.UserException()
        o.what.id = "IDL:caf\udce9:1.0"
        with self.assertRaises(dsom.UserException) as c:
            call(o, "speak", 1)
        self.assertEqual(c.exception.id, "IDL:caf\udce9:1.0")

    def test_async(self):
        import asyncio

        async def main():
            d = Dog()
            return await asyncio.gather(d.speak_async(1), d.speak_async(2), d.speak_async(n=3))

        self.assertEqual(asyncio.run(main()), [3, 5, 7])

    def test_async_overrides(self):
        """What is awaited of a class is what the class has: an override that is a coroutine function or not, and what stands above it."""
        import asyncio

        class Sync(Dog):
            def speak(self, n):
                return 10 * n

        class Async(Dog):
            async def speak(self, n):
                self.thread = threading.get_ident()
                await asyncio.sleep(0)
                return 100 * n + await super().speak_async(n)

        class Below(Async):
            async def speak(self, n):
                return 1000 * n + await super().speak_async(n)

        class Mixin:
            async def speak(self, n):
                return -n

        class Mixed(Mixin, Dog):
            pass

        class Own(Sync):
            async def speak_async(self, n):
                return "its own"

        class Late(Dog):
            pass

        async def main():
            a = Async()
            got = [await cls().speak_async(3) for cls in (Sync, Async, Below, Mixed, Own, Late)] + [await a.speak_async(n=3), a.thread == threading.get_ident()]
            Late.speak = lambda self, n: n - 1
            got.append(await Late().speak_async(3))
            del Late.speak
            got.append(await Late().speak_async(3))
            return got + [await Dog.speak_async(Dog(), 3), await Sync.speak_async(Sync(), 3), await Dog.speak_async(Sync(), 3)]

        self.assertEqual(asyncio.run(main()), [30, 307, 3307, -3, "its own", 7, 307, True, 2, 7, 7, 30, 7])
        with self.assertRaisesRegex(TypeError, "doesn't apply to a 'Animal' object"):
            asyncio.run(Dog.speak_async(Animal(), 3))
        with self.assertRaises(TypeError):
            asyncio.run(Async().speak_async("x", 3))

    def test_async_names(self):
        """A parameter may have any name."""
        import asyncio

        class Named(Dog):
            def speak(this, n, f=0, self=0, o=0, args=0, named=0):
                return n, f, self, o, args, named

        self.assertEqual(asyncio.run(Named().speak_async(1, f=2, self=3, o=4, args=5, named=6)), (1, 2, 3, 4, 5, 6))

    def test_async_closed(self):
        """The home loop is closed while it has the override: whoever awaits that is told, and may be cancelled before."""
        import asyncio
        from dsom import _asynchronous

        began, ended = threading.Event(), []

        class Hangs(Dog):
            async def speak(self, n):
                began.set()
                try:
                    await asyncio.Event().wait()
                finally:
                    ended.append(n)

        async def main():
            call = asyncio.ensure_future(Hangs().speak_async(1))
            await asyncio.to_thread(began.wait)
            call.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await call
            began.clear()
            call = asyncio.ensure_future(Hangs().speak_async(2))
            await asyncio.to_thread(began.wait)
            home.call_soon_threadsafe(home.stop)
            await asyncio.to_thread(thread.join)
            home.close()
            with self.assertRaisesRegex(RuntimeError, "was closed before the override"):
                await asyncio.wait_for(call, 60)

        home = _asynchronous.home = asyncio.new_event_loop()
        thread = threading.Thread(target=home.run_forever)
        thread.start()
        try:
            asyncio.run(main())
        finally:
            _asynchronous.home = None
        self.assertEqual(ended, [1, 2])

    def test_async_ended_and_closed(self):
        """What has ended just before its loop was closed has ended."""
        import concurrent.futures
        import types
        from unittest import mock
        from dsom import _asynchronous

        future = concurrent.futures.Future()

        def is_closed():
            if not future.done():
                future.set_result(7)
            return True

        async def speak():
            pass

        coroutine = speak()
        with mock.patch("asyncio.run_coroutine_threadsafe", return_value=future):
            self.assertEqual(_asynchronous._result(coroutine, types.SimpleNamespace(is_closed=is_closed)), 7)
        coroutine.close()

    def test_async_nested(self):
        """Methods that are awaited, more of them than there are threads, of which each waits for an override that awaits another."""
        import asyncio
        import os

        n = 2 * min(32, os.cpu_count() + 4)
        all_there = threading.Barrier(n // 2)

        class Inner(Dog):
            async def speak(self, n):
                if self.first:
                    all_there.wait(60)
                return await Dog().speak_async(n)

        class Outer(Dog):
            def speak(self, i):
                inner = Inner()
                inner.first = i < n // 2
                return call(inner, "speak", i)

        async def main():
            return await asyncio.wait_for(asyncio.gather(*(Outer().speak_async(i) for i in range(n))), 100)

        self.assertEqual(asyncio.run(main()), [2 * i + 1 for i in range(n)])


if __name__ == "__main__":
    unittest.main()
