"""Ends with objects alive on all sides, and threads of C's and Python's that use them. ends.py HOW"""

import ctypes
import os
import sys
import threading

from dsom import load

Dog, Echo = load("Zoo::Dog"), load("Zoo::Echo")


class Own(Dog):
    def speak(self, n):
        return super().speak(n) + 1

    def __del__(self):
        self.bark(1)


keep = [Dog(), Own(), Echo()]
keep[2].keep("x", Own())
keep[1].me = keep
sys.keep = keep
how = sys.argv[1]
if how == "threads":  # which Python does not wait for

    def work():
        while True:
            Own().som_dispatch("speak", 1)
            keep[2].keep("y", Own())

    for _ in range(3):
        threading.Thread(target=work, daemon=True).start()
    for i in range(200):
        keep[1].som_dispatch("speak", i)
elif how == "last":  # C++ has one, and calls it when Python and the class's part in it are no more
    last = Own()
    caller = ctypes.CDLL(os.environ["CALLER"])
    caller.at_end(ctypes.c_void_p(last.som_entry("speak")), ctypes.c_void_p(last.som_address), ctypes.c_int64(3))
    keep[2].keep("z", last)
    last.som_release()
    keep[1] = last = None
elif how == "raise":
    raise SystemExit("an error")
print("ends", flush=True)
