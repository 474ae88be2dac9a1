"""The suite of naming services on omniORBpy, as package names has it: naming.py [-seed N] URL HUB. URL is a corbaloc of the root context."""
import random
import sys

import CosNaming
import Interop
from CosNaming import NameComponent, NamingContext
from omniORB import CORBA

import client
import suite
from client import check, equal, raised

LISTED, PAGE = 25, 7
OBJECT = [NameComponent("main", "object")]


def text_of(n): return n.id + "." + n.kind


class Naming:
    def __init__(self, orb, url, a, b, rnd):
        self.orb, self.url, self.a, self.b, self.rnd = orb, url, a, b, rnd
        self.root = orb.string_to_object(url)._narrow(CosNaming.NamingContextExt)
        self.dir = NameComponent("dir%d" % rnd.getrandbits(60), "folder")

    def within(self, name): return [self.dir] + name
    def found(self, want): check(self.root.resolve(self.within(OBJECT))._is_equivalent(want), "it is another object")

    def name_context(self):
        self.context = self.root.bind_new_context([self.dir])
        check(self.root.resolve([self.dir])._narrow(NamingContext) is not None, "it is no context")

    def name_bind(self): self.context.bind(OBJECT, self.a)
    def name_resolve(self): self.found(self.a)
    def name_twice(self): raised(NamingContext.AlreadyBound, self.context.bind, OBJECT, self.b)

    def name_missing(self):
        e = raised(NamingContext.NotFound, self.root.resolve, self.within([NameComponent("none", "")]))
        equal((e.why, len(e.rest_of_name), e.rest_of_name[0].id), (NamingContext.missing_node, 1, "none"))

    def name_rebind(self):
        self.context.rebind(OBJECT, self.b)
        self.found(self.b)

    def name_text(self):
        special = [NameComponent("a.b/c\\d", "k.%d" % self.rnd.getrandbits(30))]
        self.context.bind(special, self.a)
        try:
            text = self.root.to_string(self.within(special))
            equal([text_of(n) for n in self.root.to_name(text)], [text_of(n) for n in self.within(special)])
            check(self.root.resolve_str(text)._is_equivalent(self.a), "it is another object")
        finally:
            self.context.unbind(special) # the next cases want it gone

    def name_url(self):
        url = self.url.replace("corbaloc:", "corbaname:") + "#" + self.dir.id + ".folder/main.object"
        check(self.orb.string_to_object(url)._is_equivalent(self.b), "it is another object")

    def name_list(self):
        names = [NameComponent("n%d" % i, str(self.rnd.getrandbits(30))) for i in range(LISTED)]
        for n in names:
            self.context.bind([n], self.a)
        listed, it = self.context.list(PAGE)
        check(len(listed) == PAGE and it is not None, "%d names came at once, want %d" % (len(listed), PAGE))
        more = True
        while more:
            more, page = it.next_n(PAGE)
            listed += page
        try:
            it.destroy()
        except CORBA.OBJECT_NOT_EXIST:
            pass # some services destroy it when they have listed all
        equal(sorted(text_of(b.binding_name[0]) for b in listed), sorted(text_of(n) for n in names + OBJECT))
        for n in names:
            self.context.unbind([n])

    def name_full(self):
        raised(NamingContext.NotEmpty, self.context.destroy)
        self.context.unbind(OBJECT)
        self.context.destroy()
        self.root.unbind([self.dir])

    def name_hub(self): check(self.root.resolve_str(sys.argv[-1])._narrow(Interop.Hub)._get_orb() != "", "it has no name")


CASES = "context bind resolve twice missing rebind text url list full hub".split()


def main():
    orb, poa = suite.start()
    a, b = client.Listener(), client.Listener()
    n = Naming(orb, sys.argv[-2], a._this(), b._this(), random.Random(int(suite.option("-seed", "1"))))
    good = True
    for name in CASES:
        before = suite.counts["made"]
        try:
            getattr(n, "name_" + name)()
            print("ok name_%s calls=%d" % (name, suite.counts["made"] - before))
        except Exception as e:
            good = False
            print("fail name_%s %s %s" % (name, client.where(e), repr(e).replace("\n", " ")))
    suite.end(good)


main()
