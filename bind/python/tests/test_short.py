"""A class that SOM has for good, and Python has not: memory has run out as it was described, and somebody had found it (bind/host/test/short.c)."""

import gc
import os
import unittest

import dsom
from dsom import load

Eager, Caller = load("Threads::Eager"), load("Threads::Caller")


class Shortage(unittest.TestCase):
    def test_class_that_stays(self):
        def make():
            def hello(self, n):
                return n

            return type(Eager)(os.environ["SHORT_OF"], (Eager,), {"hello": hello, "word": lambda self: "x"})

        with self.assertRaisesRegex(dsom.SystemException, "cannot be described, and is in use already: it stays") as raised:
            make()
        self.assertEqual(raised.exception.code, "busy")
        gc.collect()
        self.assertFalse(Caller().make_here(os.environ["SHORT_OF"]))  # which calls what was overridden
        again = make()
        self.assertNotEqual(again.som_name, os.environ["SHORT_OF"])
        self.assertEqual(again().hello(3), 3)


if __name__ == "__main__":
    unittest.main()
