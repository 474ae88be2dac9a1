"""A million objects of each kind are made, crossed, subclassed and dropped, and memory stays what it was. stress.py [HOW MANY]"""

import gc
import resource
import sys

import dsom
from dsom import load

many = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
Dog, Echo, Animal, TooLoud, Card, Place, Colour = (load("Zoo::" + n) for n in ("Dog", "Echo", "Animal", "TooLoud", "Card", "Place", "Colour"))


class Own(Dog):
    def speak(self, n):
        return super().speak(n)


class Raising(Dog):
    def speak(self, n):
        if n % 2:
            raise KeyError(n)
        return super().speak(-1)


def resident():
    gc.collect()
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * resource.getpagesize()


echo = Echo()
card = Card("Rex", Colour.green, True, ["sit"] * 3, Place(1, 2, [[0] * 3] * 2), "wide")
raising = Raising()


def native(i):
    Dog().speak(i % 100)


def made(i):
    Own().som_dispatch("speak", i % 100)


def crossed(i):
    o = Own()
    o.mark = i
    echo.keep("text", o)
    assert echo.animal(o, o)[0] is o


def cyclic(i):
    o = Own()
    o.me = o


def values(i):
    echo.card(card, card)
    echo.text("x" * (i % 50), "")


def raised(i):
    try:
        raising.som_dispatch("speak", i)
    except (KeyError, dsom.UserException):
        pass


def classes(i):
    class Short(Dog):
        def bark(self, volume):
            pass

    Short().som_dispatch("bark", 1)


def weak(i):
    o = Own()
    w = dsom.weak(o)
    assert w() is o


def from_c(i):
    assert Own.som_new().som_alive


for f, n in ((native, many), (made, many), (crossed, many), (cyclic, many // 4), (values, many // 4), (raised, many // 4), (weak, many // 4), (from_c, many // 2), (classes, many // 1000)):
    for i in range(n // 10):
        f(i)
    before = resident()
    for i in range(n):
        f(i)
    grown = resident() - before
    print(f"{f.__name__}: {n} grown by {grown >> 10} KiB", flush=True)
    if grown > 2 << 20:
        sys.exit(f"{f.__name__}: memory grows")
echo.keep("", Dog())
gc.collect()
assert Own.som_instances == 0, Own.som_instances
print("flat")
