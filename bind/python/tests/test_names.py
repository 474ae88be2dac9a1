"""Names of IDL (bind/cxx/testdata/farm.idl) that bindings make, too."""

import asyncio
import unittest

from dsom import load


class Names(unittest.TestCase):
    def test_names(self):
        """A name of IDL's is not hidden by the form of another method that is awaited: its class's own, a parent's, or of what Python overrides."""
        Fetcher, Getter, Named, Both = (load("Farm::" + n) for n in ("Cow", "Getter", "Named", "Both"))

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
