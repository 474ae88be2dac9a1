"""The suite's client on omniORBpy: client.py [-list] [-version V] [-seed N] URL [CASE ...]."""
import os
import random
import sys
import time
import traceback

from omniORB import CORBA

import Graphs__POA
import Interop
import Interop.Refs
import Interop__POA

import suite

WIDE = ("wchar", "wstring", "widetag", "any_wide", "constants_wide", "types_wide")
BY_NAME = ("seams", "seams_box", "seams_value", "seams_chunks", "rebind")


class Unsupported(Exception): pass
class Expected(Exception): pass


class Listener(Interop__POA.Refs.Listener):
    def __init__(self): self.notes = {}
    def _get_name(self): return "own"

    def told(self, n):
        if n < 0:
            raise Interop.Refused(n, "negative")
        return n + 1

    def noted(self, what): self.notes[what] = self.notes.get(what, 0) + 1
    def bounce(self, peer, depth): return 1 + peer.bounce(self._this(), depth - 1) if depth > 0 else 0


class Thing(Graphs__POA.Thing):
    def __init__(self, name): self.called = name
    def name(self): return self.called
    def rename(self, name): self.called = name


class Client:
    """What the cases have in common."""

    def __init__(self, url):
        self.version = suite.option("-version", "1.2")
        self.rnd = random.Random(int(suite.option("-seed", "1")))
        self.name = "python run %d, %d" % (os.getpid(), time.time_ns())
        self.orb, self.poa = suite.start()
        self.hub = self.orb.string_to_object(url)._narrow(Interop.Hub)
        self.listener = Listener()
        self.own = self.listener._this()
        for name in ("basic_values", "wide_values", "built_values", "any_values", "parameters", "mistakes", "traffic", "bottom_shape", "shape_shelf",
                     "talker"):
            setattr(self, name, getattr(self.hub, "_get_" + name)())


def check(holds, what="it does not hold"):
    if not holds:
        raise AssertionError(what)


def equal(got, want):
    check(suite.same(got, want), "got %.200r, want %.200r" % (got, want))


def raised(kind, call, *args):
    try:
        call(*args)
    except kind as e:
        return e
    raise AssertionError("no %s" % kind.__name__)


def outcome(c, name, body):
    """Runs a case and prints its line; False if it failed."""
    before, good = suite.counts["made"], True
    try:
        body(c)
        line = "ok %s calls=%d" % (name, suite.counts["made"] - before)
    except Unsupported as e:
        line = "unsupported %s %s" % (name, e)
    except Expected as e:
        line = "expected %s %s" % (name, e)
    except CORBA.SystemException as e:
        if c.version == "1.0" and name in WIDE:
            line = "expected %s %s" % (name, type(e).__name__)
        else:
            good, line = False, "fail %s %s %s" % (name, where(e), e)
    except Exception as e:
        good, line = False, "fail %s %s %s: %s" % (name, where(e), type(e).__name__, e)
    print(line.replace("\n", " "))
    return good


def where(e):
    return ", ".join("%s:%d" % (os.path.basename(f.filename), f.lineno) for f in traceback.extract_tb(e.__traceback__)[-3:])


def main():
    import cases

    cases.load()
    if "-list" in sys.argv:
        print("\n".join(cases.ALL))
        return
    i = 1
    while sys.argv[i].startswith("-"):
        i += 2
    c, wanted = Client(sys.argv[i]), sys.argv[i + 1:]
    results = [outcome(c, name, body) for name, body in cases.ALL.items() if (name in wanted if wanted else name not in BY_NAME)]
    for name in wanted:
        if name not in cases.ALL:
            print("unsupported %s no such case" % name)
    suite.end(all(results))


if __name__ == "__main__":
    sys.modules["client"] = sys.modules["__main__"] # for the cases, which import it
    main()
