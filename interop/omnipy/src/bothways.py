"""The suite of bidirectional GIOP (bidir.idl) on omniORBpy.

    bothways.py [-offer] [-accept] [-normal] [-port N] serve
    bothways.py [-offer] [-accept] [-normal] [-port N] [-seed N] call URL

The client has the Peer at URL call it back. With -normal the objects have the policy NORMAL.
"""
import random
import sys
import threading

from omniORB import CORBA, BiDirPolicy

import BiDir
import BiDir__POA

import suite

POKES, THREADS, DEEP = 50, 4, 9


class Peer(BiDir__POA.Peer):
    def tell(self, text): return text
    def tell_wide(self, text): return text
    def meet(self, other, turns): return 1 + other.meet(me, turns - 1) if turns > 0 else 1
    def keep(self, other): self.kept = other
    def poke(self, text): return self.kept.tell(text)
    def mirror(self, data): return data


def equal(got, want):
    if got != want:
        raise AssertionError("got %.100r, want %.100r" % (got, want))


def poke(there, text):
    for i in range(POKES):
        equal(there.poke(text + str(i)), text + str(i))


def side_by_side(there):
    good = []
    threads = [threading.Thread(target=lambda i=i: good.append(poke(there, "thread %d, " % i))) for i in range(THREADS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    equal(len(good), THREADS)


def cases(there, rnd):
    text, wide, data = "hello %d" % rnd.getrandbits(64), "gr\u00f6\u00dfer \u20ac" + chr(0x3b1 + rnd.randrange(24)), rnd.randbytes(300000 + rnd.randrange(30000))
    return (
        ("bidir_tell", lambda: equal(there.tell(text), text)),
        ("bidir_wide", lambda: equal(there.tell_wide(wide), wide)),
        ("bidir_meet", lambda: equal(there.meet(me, 1), 2)),
        ("bidir_deep", lambda: equal(there.meet(me, DEEP), DEEP + 1)),
        ("bidir_keep", lambda: there.keep(me)),
        ("bidir_poke", lambda: poke(there, str(rnd.getrandbits(32)))),
        ("bidir_threads", lambda: side_by_side(there)),
        ("bidir_mirror", lambda: equal(there.mirror(data), data)),
    )


offer, accept = "-offer" in sys.argv, "-accept" in sys.argv
orb, root = suite.start(
    "-ORBofferBiDirectionalGIOP", str(int(offer)), "-ORBacceptBiDirectionalGIOP", str(int(accept)),
    "-ORBclientTransportRule", "* unix,tcp,bidir" if offer or accept else "* unix,tcp", "-ORBserverTransportRule", "* unix,tcp,bidir" if accept else "* unix,tcp")
value = BiDirPolicy.NORMAL if "-normal" in sys.argv else BiDirPolicy.BOTH
policy = orb.create_policy(BiDirPolicy.BIDIRECTIONAL_POLICY_TYPE, CORBA.Any(BiDirPolicy._tc_BidrectionalPolicyValue, value))
poa = root.create_POA("both", root._get_the_POAManager(), [policy])
servant = Peer()
me = poa.id_to_reference(poa.activate_object(servant))

if sys.argv[-1] == "serve":
    suite.serve(orb, me)
there = orb.string_to_object(sys.argv[-1])._narrow(BiDir.Peer)
suite.end(all([suite.attempt(name, body) for name, body in cases(there, random.Random(int(suite.option("-seed", "1"))))]))
