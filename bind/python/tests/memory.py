"""A little of all, for a checker of memory."""

import gc
import threading

import dsom
from dsom import load

Dog, Echo, TooLoud, Card, Place, Colour = (load("Zoo::" + n) for n in ("Dog", "Echo", "TooLoud", "Card", "Place", "Colour"))


class Own(Dog):
    def speak(self, n):
        return super().speak(n) + 1


class Raising(Dog):
    def speak(self, n):
        raise KeyError(n)


echo = Echo()
for i in range(20):  # more than are kept that were lent
    o = Own()
    o.me, o.name = o, f"dog {i}"
    echo.keep("text", o)
    assert echo.animal(o, o)[0] is o
    card = Card("Rex", Colour.green, True, ["sit"] * 3, Place(1, 2, [[0] * 3] * 2), "wide")
    assert echo.card(card, card)[0] == card
    for cls, error in ((Own, TooLoud), (Raising, KeyError)):
        try:
            cls().som_dispatch("speak", 1005)
        except error:
            pass
    thread = threading.Thread(target=o.som_dispatch, args=["speak", 1])
    thread.start()
    thread.join()
    weak = dsom.weak(o)
    del o
    gc.collect()
echo.keep("", Dog())
gc.collect()
assert weak() is None and Own.som_instances == 0


class Short(Dog):
    def bark(self, volume):
        pass


Short().som_dispatch("bark", 1)
del Short
gc.collect()
kept = [Own(), Dog()]  # alive at the end
print("good")
