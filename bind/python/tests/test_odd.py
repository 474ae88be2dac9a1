"""What is seldom in IDL (odd.idl), in a class library in C."""

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


if __name__ == "__main__":
    unittest.main()
