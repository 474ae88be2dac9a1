"""A program for the first release of a class, which runs with later ones."""

from dsom import load

Counter = load("Counter", (1, 0))


class Louder(Counter):
    def count(self, by):
        return super().count(by * 10)


c = Louder()
c.mark = 1
print(c.count(1), c.count_twice(2), c.mark, Counter().count_twice(3))
print(Counter.som_version, [k.__name__ for k in Counter.__mro__[:-3]], hasattr(c, "reset"))
