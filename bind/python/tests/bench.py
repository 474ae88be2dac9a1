"""What calls cost, in one run: the least of many short windows, in ns. It needs the module plain (plain.c), which go test ./bind/python -run NONE -bench Calls builds."""

import ctypes
import functools
import time

import dsom
import plain

Animal = dsom.load("Zoo::Animal")


class Own(Animal):
    def speak(self, n):
        return n


class Python:
    def speak(self, n):
        return n


def least(f):
    best = 1e9
    for _ in range(300):
        begun = time.perf_counter()
        for _ in range(1000):
            f(5)
        best = min(best, time.perf_counter() - begun)
    return best * 1e6


animal, by_hand = Animal(), plain.Dog()
entry = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(animal.som_entry("speak"))
environment = (ctypes.c_char * 64)()
extension, released = least(by_hand.speak), least(by_hand.speak_released)
by_ctypes = least(functools.partial(entry, animal.som_address, environment))
ours = least(animal.speak)
Animal.speak.quick = True
quick = least(animal.speak)
rows = (
    ("a C extension written by hand, the lock held", extension, ""),
    ("the same, the lock released", released, ""),
    ("a method of a class in C++", ours, f"{ours / released:.2f} × the extension that releases the lock"),
    ("the same with `quick`", quick, f"{quick / extension:.2f} × the one that holds it: the method in C++ and its environment are in it"),
    ("a method of Python's", least(Python().speak), ""),
    ("ctypes, its function typed and its arguments ready", by_ctypes, f"{by_ctypes / ours:.1f} ×"),
    ("C calls an override", least(functools.partial(Own().som_dispatch, "speak")), "by `som_dispatch`, there and back"),
)
print("| call of a method of a number | ns | |\n|---|---|---|")
for what, ns, note in rows:
    print(f"| {what} | {ns:.0f} | {note} |")
