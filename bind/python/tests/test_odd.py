"""What is seldom in IDL (odd.idl), in a class library in C."""

import asyncio
import gc
import unittest

import dsom
from dsom import load

Keeper = load("Odd::Keeper")
Branch, Node, Refused = (load("Odd::" + n) for n in ("Branch", "Node", "Refused"))


class Odd(unittest.TestCase):
    def test_given(self):
        """What an initializer is given is its object's, and nobody else's: also if it raises, and if there is no object."""

        class Mine(Keeper):
            pass

        gone = []

        class Kept(Keeper):
            def __del__(self):
                gone.append(1)

        for cls in (Keeper, Mine):
            o = Kept()
            k = cls.keeping("a text ä", o)
            self.assertEqual((k.text(), k.what() is o, type(k)), ("a text ä", True, cls))
            del o
            gc.collect()
            self.assertEqual(gone, [])
            self.assertIsInstance(k.what(), Kept)
            del k
            gc.collect()
            self.assertEqual(gone, [1])
            with self.assertRaises(Refused) as c:
                cls.keeping("refused", Kept())
            self.assertEqual(c.exception.why, "it is the wrong text")
            with self.assertRaises(TypeError):
                cls.keeping(7, Kept())
            with self.assertRaises(TypeError):
                cls.keeping("a text that is given to nobody", "no object")
            with self.assertRaises(ValueError):
                cls.keeping("with a \0", Kept())
            del c
            gc.collect()
            self.assertEqual(Kept.som_instances, 0)
            gone.clear()
        self.assertEqual((Keeper.som_instances, Mine.som_instances), (0, 0))

    def test_each_other(self):
        """Structures that hold each other by sequences."""
        k = Keeper()
        tree = Branch([Node(Branch([Node(Branch([]), 2), Node(Branch([]), 3)]), 1)])
        self.assertEqual(k.sum(tree), 6)
        self.assertEqual(k.sum(([(([],), 4)],)), 4)
        self.assertEqual(k.grown(2), Branch([Node(Branch([Node(Branch([]), 1)]), 2)]))
        self.assertEqual(k.sum(k.grown(40)), 40 * 41 // 2)
        with self.assertRaisesRegex(TypeError, r"nodes\[0\].value must be int, not str"):
            k.sum(Branch([Node(Branch([]), "x")]))
        deep = Branch([])
        for i in range(1000):
            deep = Branch([Node(deep, i)])
        for call in (lambda: k.sum(deep), lambda: k.grown(1000)):
            with self.assertRaises(RecursionError):
                call()

    def test_names(self):
        """A name of IDL's is not hidden by the form of another method that is awaited: its class's own, a parent's, or of what Python overrides."""
        Fetcher, Getter, Named, Both = (load("Odd::" + n) for n in ("Fetcher", "Getter", "Named", "Both"))

        class Fetches(Fetcher):
            def fetch(self, n):
                return n + 7

        class Gets(Getter):
            def get(self, n):
                return n + 8

        class GetsBoth(Gets, Named):
            pass

        class Late(Fetcher):
            pass

        Late.fetch = lambda self, n: n + 9
        got = [(o.fetch(1), o.fetch_async(1), o.som_dispatch("fetch_async", 1)) for o in (Fetcher(), Fetches(), Late())]
        self.assertEqual(got, [(2, 101, 101), (8, 101, 101), (10, 101, 101)])
        got = [(o.get(1), o.get_async(1), o.som_dispatch("get_async", 1)) for o in (Both(), GetsBoth())]
        self.assertEqual(got, [(2, 101, 101), (9, 101, 101)])
        self.assertEqual([asyncio.run(o.get_async(1)) for o in (Getter(), Gets())], [2, 9])


if __name__ == "__main__":
    unittest.main()
