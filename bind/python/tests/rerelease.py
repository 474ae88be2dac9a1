"""A class library is replaced by its next release under a program that runs, which then starts itself anew. rerelease.py [FILE NEXT]"""

import os
import sys

import dsom
from dsom import load

Counter = load("Counter", (1, 0))


class Louder(Counter):
    def count(self, by):
        return super().count(by * 10)


c = Louder()
print(Counter.som_version, c.count_twice(2), hasattr(c, "reset"))
if sys.argv[1:]:
    file, following = sys.argv[1:]
    os.replace(following, file)
    print(load("Counter") is Counter, Counter.som_version, c.count_twice(2), Louder().count_twice(2), hasattr(c, "reset"))
    try:
        load("Counter", (1, 1))
    except dsom.SystemException as e:
        print(e.code)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, sys.argv[0]])
