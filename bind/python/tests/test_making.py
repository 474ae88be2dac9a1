"""What C++ does with an object before Python's part of it has begun, and where one fails."""

import ctypes
import gc
import os
import threading
import unittest

import dsom
from dsom import load

Eager, Caller = load("Threads::Eager"), load("Threads::Caller")


def other_language():
    """What is in C, which counts references by libsom itself."""
    som = ctypes.CDLL(os.environ["CALLER"])
    som.som_retain.restype = ctypes.c_void_p
    som.som_retain.argtypes = som.som_release.argtypes = [ctypes.c_void_p]
    som.in_use.restype = ctypes.c_long
    return som


class Making(unittest.TestCase):
    """Eager calls word() and hello(1) in its constructor; hello's answer decides whether the object comes to be."""

    def setUp(self):
        self.caller = Caller()
        self.seen = seen = []
        self.answer = 0
        test = self

        class Asked(Eager):
            def __init__(self):
                self.begun = True
                if test.answer > 0:
                    raise KeyError("Python's part")

            def hello(self, n):
                seen.append((self, n))
                self.asked = n
                return test.answer

        self.Asked = Asked
        self.ways = [Asked, Asked.som_new]

    def test_it_is_the_object_that_it_will_be(self):
        for make in self.ways:
            o = make()
            self.assertEqual((self.seen.pop(), self.seen, o.asked, o.begun, type(o)), ((o, 1), [], 1, True, self.Asked))
            self.assertEqual(o.hello(2), 0)
            self.seen.clear()
        del o
        gc.collect()
        self.assertEqual(self.Asked.som_instances, 0)

    def test_what_it_got_before_lasts(self):
        """Nobody in Python has the object between the call and its begin."""

        class Quiet(Eager):
            def hello(self, n):
                self.asked = n
                return 0

        for make in (Quiet, Quiet.som_new):
            self.assertEqual(make().asked, 1)

    def all_fail(self):
        for make in self.ways:
            with self.assertRaises((KeyError, dsom.SystemException)):
                make()
        self.assertFalse(self.caller.make_here(self.Asked.som_name))

    def test_failures(self):
        self.answer = 1  # Python's part undoes it: what Python makes has been begun, and __init__ is called of what there is
        self.all_fail()
        self.assertEqual([o.som_alive for o, _ in self.seen], [True, False, False])
        self.answer = -1  # C++'s does, before Python's has begun
        self.all_fail()
        self.assertEqual(self.caller.why, "hello was not answered")
        self.seen.pop(0)[0].som_release()
        self.assertEqual((len(self.seen), self.Asked.som_instances), (5, 0))
        for o, _ in self.seen:
            self.assertFalse(o.som_alive)
            for use in (o.word, lambda: Eager.hello(o, 1), lambda: dsom.weak(o), lambda: o.som_address, lambda: o.som_dispatch("hello", 1)):
                with self.assertRaises(ReferenceError):
                    use()
            o.som_release()
            o.more = [o] * 100
        kept = list(self.seen)
        self.answer = 0
        for i in range(200):  # where those were
            self.assertTrue(self.ways[i % 2]().begun)
            self.assertTrue(self.caller.make_here(self.Asked.som_name))
            self.seen.clear()
        del kept, o, use
        gc.collect()
        self.assertEqual(self.Asked.som_instances, 0)

    def test_many_failures_keep_nothing(self):
        ends = []

        class Failing(Eager):
            def hello(self, n):
                self.at = At()
                return -1

        class At:
            def __del__(self):
                ends.append(1)

        many = 2000
        for _ in range(many):
            self.assertFalse(self.caller.make_here(Failing.som_name))
        gc.collect()
        self.assertGreaterEqual(len(ends), many - 100)

    def test_threads(self):
        """Others make and fail at the same time."""
        wrong = []

        class Own(Eager):
            def __init__(self, n):
                self.n = n

            def hello(self, n):
                self.by = threading.get_ident()
                return -(self.by % 3 == 0)

        def make():
            for i in range(300):
                try:
                    o = Own(i)
                except dsom.SystemException:
                    continue
                if (o.n, o.by) != (i, threading.get_ident()):
                    wrong.append(o)

        all = [threading.Thread(target=make) for _ in range(4)]
        for t in all:
            t.start()
        for t in all:
            t.join()
        gc.collect()
        self.assertEqual((wrong, Own.som_instances), ([], 0))

    def test_shown_to_another_thread(self):
        """C++ lets another thread have it first, and nobody else before it is begun."""
        if not hasattr(Making, "Asking"):
            ctypes.CDLL(os.environ["CALLER"]).define_asking(b"Asking", b"Zoo::Dog")
            Making.Asking = load("Asking")
        seen, keep, fails = [], False, False

        class Own(Making.Asking):
            def __init__(self, *args):
                self.args = args

            def speak(self, n):
                self.by = threading.get_ident()
                if keep:
                    seen.append(self)
                if fails:
                    raise KeyError
                return n

        for keep in (False, True):
            fails = False
            for make, args in ((lambda: Own(1, 2), (1, 2)), (Own.som_new, ())):
                seen.clear()
                o = make()
                self.assertEqual((type(o), o.args, o.by == threading.get_ident(), o.som_alive, all(s is o for s in seen), len(seen)), (Own, args, False, True, True, keep))
                self.assertEqual(o.speak(4), 4)
            del o
            self.assertTrue(self.caller.make_here(Own.som_name))
            fails = True
            for make in (Own, Own.som_new):
                seen.clear()
                with self.assertRaises(dsom.SystemException):
                    make()
                self.assertFalse(any(o.som_alive for o in seen))
            seen.clear()
            gc.collect()
            self.assertEqual(Own.som_instances, 0)

    def test_failures_in_threads(self):
        """Each looks at what others have in the making, many at once, which may be undone at any time."""
        deep = threading.local()

        class Failing(Eager):
            def hello(self, n):
                deep.n -= 1
                if deep.n > 0:
                    deep.caller.make_here(Failing.som_name)
                return -1

        def make():
            deep.caller = Caller()
            for _ in range(100):
                deep.n = 40
                deep.caller.make_here(Failing.som_name)

        all = [threading.Thread(target=make) for _ in range(4)]
        for t in all:
            t.start()
        for t in all:
            t.join()
        gc.collect()
        self.assertEqual(Failing.som_instances, 0)

    def test_met_again(self):
        """What has begun is not in doubt when it comes once more, and is what others keep."""
        echo, o = load("Zoo::Echo")(), type("Again", (load("Zoo::Dog"),), {})()
        echo.keep("", o)
        weak = dsom.weak(o)
        o.som_release()
        o = weak()
        o.mark = 7
        del o
        gc.collect()
        self.assertEqual(weak().mark, 7)

    def test_released_meanwhile(self):
        class Gone(Eager):
            def hello(self, n):
                self.som_release()
                return 0

        with self.assertRaises(ReferenceError):
            Gone()
        Gone.som_new()  # another language makes it: what is begun is another object of Python's
        gc.collect()
        self.assertEqual(Gone.som_instances, 0)

    def test_others_are_made_meanwhile(self):
        class Twice(Eager):
            other = None

            def __init__(self, name="other"):
                self.name = name

            def hello(self, n):
                if Twice.other is None:
                    Twice.other = True
                    Twice.other = [Twice("inner"), Twice.som_new()]
                return 0

        o = Twice("outer")
        self.assertEqual([o.name] + [k.name for k in Twice.other], ["outer", "inner", "other"])
        Twice.other = None
        made = Twice.som_new()
        self.assertEqual([made.name] + [k.name for k in Twice.other], ["other", "inner", "other"])

    def test_lent(self):
        """What it lends to C++ before it has begun lasts until C++'s part has ended."""
        text = "x" * 40

        class Speaks(Eager):
            def word(self):
                return text

        Speaks()
        self.assertEqual(Eager().breed, text)
        Speaks.som_new()
        self.assertEqual(Eager().breed, text)
        text, som = "y" * 40, other_language()
        o = Speaks()
        som.som_retain(o.som_address)
        address = o.som_address
        del o
        gc.collect()
        som.som_release(address)  # another has the last reference: Python's part is gone before C++'s
        self.assertEqual(Eager().breed, text)

    def test_undone_leave_nothing(self):
        """References that Python has got to what could not be begun are given back, and with them goes the memory."""

        class Failing(Eager):
            def __init__(self):
                if answer == 0:
                    raise KeyError

            def hello(self, n):
                seen.append(self)
                return answer

        som, seen = other_language(), []

        def some(n):
            for _ in range(n):
                for make in (Failing, Failing.som_new):
                    try:
                        make()
                    except (KeyError, dsom.SystemException):
                        pass
                self.caller.make_here(Failing.som_name)
                seen.clear()
            gc.collect()
            return som.in_use()

        for answer in (-1, 0):
            some(100)
            before = some(100)
            self.assertLess(some(1000) - before, 60_000)  # each has more than 60

    def test_class_that_makes_several(self):
        """A class may make objects in its own way: what it keeps is its own."""
        som = other_language()
        if not hasattr(Making, "Twofold"):
            som.define_twofold(b"Twofold", b"TwofoldMeta", b"Zoo::Dog")
            Making.Twofold = load("Twofold")

        class Own(Making.Twofold):
            def __init__(self, name="none"):
                self.name = name

        o = Own("second")
        gc.collect()
        self.assertEqual((o.name, Own.som_instances), ("second", 2))
        other = Own("fourth")
        gc.collect()
        self.assertEqual((o.name, other.name, Own.som_instances), ("second", "fourth", 3))
        del o, other
        som.drop_first()
        gc.collect()
        self.assertEqual(Own.som_instances, 0)

    def test_lent_none(self):
        """None is no text that the same may be lent again instead of."""

        class Named(Eager):
            said = None
            breed = property(lambda self: self.said)

        o = Named()
        for said in (None, "Rex", None, "Rex", "Max", None):
            o.said = said
            self.assertEqual(o.som_dispatch("_get_breed"), said)


if __name__ == "__main__":
    unittest.main()
