"""Class libraries in Go. The folders lib, one and two of KENNEL have those of two classes, of the first, and of the second."""

import os
import subprocess
import sys
import threading
import unittest

import dsom
from dsom import load

KENNEL = os.environ["KENNEL"]
Collie, Poodle, Dog, TooLoud = load("Collie"), load("Poodle"), load("Zoo::Dog"), load("Zoo::TooLoud")


class Own(Collie):
    def bark(self, n):
        if n == 3:
            raise KeyError("three")
        return super().bark(n) + 1


class Loud(Poodle):
    def speak(self, n):
        return super().speak(n) * 2


class Go(unittest.TestCase):
    def test_used(self):
        c = Collie()
        self.assertEqual((c.bark(4), c.concert(3), c.tag("it is ä", c)), (40, 60, "it is ä of Collie"))
        for volume in (101, -1):  # an error, and a panic
            with self.assertRaisesRegex(dsom.UserException, "101 is too loud|no such volume") as e:
                c.bark(volume)
            self.assertEqual(e.exception.id, "IDL:opendsom/GoError:1.0")
        for wrong in ("x", 1 << 31, None):
            with self.assertRaises((TypeError, OverflowError)):
                c.bark(wrong)

    def test_subclassed(self):
        """Python, below Go, below C++: each calls what the others override."""
        o = Own()
        self.assertEqual((o.bark(1), o.concert(2)), (11, 32))
        with self.assertRaises(KeyError):  # through Go
            o.concert(3)
        p, loud = Poodle(), Loud()
        self.assertEqual((p.speak(2), loud.speak(2), loud.som_dispatch("speak", 2)), (1005, 2010, 2010))
        self.assertEqual([k.__name__ for k in Loud.__mro__[:4]], ["Loud", "Poodle", "Dog", "Animal"])
        loud.name = "Rex"
        with self.assertRaises(TooLoud) as e:
            loud.speak(1005)
        self.assertEqual((e.exception.volume, e.exception.why), (5, "Rex is too loud"))
        self.assertEqual(o.tag("that", loud), "that of Loud")

    def test_lifetime(self):
        for cls in (Collie, Poodle, Own, Loud):
            before = cls.som_instances
            for _ in range(1000):
                o = cls()
                w = dsom.weak(o)
                self.assertIs(w(), o)
                del o
            self.assertIsNone(w())
            self.assertEqual(cls.som_instances, before)

    def test_threads(self):
        o, got = Own(), []
        threads = [threading.Thread(target=lambda: got.append(o.concert(2))) for _ in range(16)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(got, [32] * 16)

    def alone(self, code):
        """What a process of its own says."""
        env = {**os.environ, "SOM_PATH": os.pathsep.join([KENNEL + "/one", KENNEL + "/two", os.environ["ZOO"]])}
        done = subprocess.run([sys.executable, "-c", "import dsom\nfrom dsom import load\n" + code], env=env, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_two_runtimes(self):
        """A process has room for one Go runtime: of a second library that is said, with what to do, and the first goes on; so it is of the ORB."""
        self.assertRegex(
            self.alone("""
c = load("Collie")()
try: load("Poodle")
except dsom.SystemException as e: print(e.code, e)
try: dsom.bind("corbaloc::127.0.0.1:1/x")
except dsom.SystemException as e: print(e.code, e)
print(c.bark(4))
"""),
            r"^library \S*/libpoodle.so cannot be loaded: it has a Go runtime of its own.*dsom class bundle.*\nlibrary \S*/libdsom-place.so cannot be loaded: it has a Go runtime of its own.*dsom class bundle.*\n40\n$",
        )


if __name__ == "__main__":
    unittest.main()
