"""Objects at a server of classes, whose reference DSOM_TEST_SERVER is; the class library is here as well."""

import asyncio
import os
import pickle
import subprocess
import sys
import threading
import unittest

import dsom
from dsom import load
from dsom.remote import url_of

server = dsom.bind(os.environ["DSOM_TEST_SERVER"])
Dog, Echo, TooLoud, Card, Place, Colour = (load("Zoo::" + n) for n in ("Dog", "Echo", "TooLoud", "Card", "Place", "Colour"))


def make(name):
    return server.somdCreateObj(name, "")


class Elsewhere(unittest.TestCase):
    def test_calls(self):
        here = Dog.som_instances
        d = make("Zoo::Dog")
        self.assertIsInstance(d, Dog)
        self.assertEqual(d.speak(3), 7)
        d.name = "Rex"
        self.assertEqual((d.name, d.legs), ("Rex", 4))
        with self.assertRaises(TooLoud) as c:
            d.speak(1005)
        self.assertEqual((c.exception.volume, c.exception.why), (5, "Rex is too loud"))
        with self.assertRaises(dsom.UNKNOWN):
            d.speak(999)
        with self.assertRaises(OverflowError):
            d.speak(1 << 63)
        self.assertEqual(Dog.som_instances, here)

    def test_values(self):
        e = make("Zoo::Echo")
        card = Card("Rex", Colour.green, True, ["sit", "ß€"], Place(1, 2, [[1, 2, 3], [4, 5, 6]]), "wide €")
        self.assertEqual(e.card(card, card), (card, card, card))
        self.assertEqual(e.numbers(range(100), []), ([*range(100)], [], [*range(100)]))

    def test_objects(self):
        """One of here is called from there, and comes back as itself."""

        class Own(Dog):
            def speak(self, n):
                return 42

        o, e = Own(), make("Zoo::Echo")
        self.assertIs(e.animal(o, o)[0], o)
        d = make("Zoo::Dog")
        self.assertIsInstance(e.animal(d, o)[1], Own)

    def test_async(self):
        async def main():
            dogs = [make("Zoo::Dog") for _ in range(4)]
            return await asyncio.gather(*(d.speak_async(i) for i, d in enumerate(dogs)))

        self.assertEqual(asyncio.run(main()), [1, 3, 5, 7])

    def test_threads(self):
        d, results = make("Zoo::Dog"), []
        threads = [threading.Thread(target=lambda i=i: results.append(d.speak(i))) for i in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(sorted(results), [2 * i + 1 for i in range(8)])

    def test_pickle(self):
        d = make("Zoo::Dog")
        d.name = "pickled"
        self.assertEqual(pickle.loads(pickle.dumps(d)).name, "pickled")
        code = "import pickle, sys; print(pickle.load(sys.stdin.buffer).name)"
        self.assertEqual(subprocess.run([sys.executable, "-c", code], input=pickle.dumps(d), capture_output=True, timeout=60).stdout, b"pickled\n")
        with self.assertRaisesRegex(TypeError, "in this process alone"):
            pickle.dumps(Dog())

    def test_url(self):
        d = make("Zoo::Dog")
        self.assertTrue(url_of(d).startswith("IOR:"))
        o = Dog()
        self.assertIs(dsom.bind(url_of(o)), o)

    def test_wrong(self):
        for url in ("", "corbaname", "IOR:00", "corbaloc::127.0.0.1:1/x", "\0"):
            with self.subTest(url), self.assertRaises((dsom.SystemException, ValueError)):
                dsom.bind(url).som_dispatch("speak", 1)
        with self.assertRaises(TypeError):
            dsom.bind(7)

    def test_fork(self):
        child = os.fork()
        if child == 0:
            try:
                dsom.bind("corbaloc::127.0.0.1:1/x")
            except dsom.BAD_INV_ORDER:
                os._exit(7)
            finally:
                os._exit(1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 7)


if __name__ == "__main__":
    unittest.main()
