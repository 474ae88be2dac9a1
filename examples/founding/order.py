"""A program in Python. It uses the till, which is written in C++, with a tariff of C++'s, one of its own, and one of Smalltalk's: the object of the name that is its argument."""

import sys

import dsom

Tariff, Till, SoldOut = (dsom.load("Shop::" + name) for name in ("Tariff", "Till", "SoldOut"))


class Wholesale(Tariff):
    def price(self, pieces):
        return super().price(pieces) * (0.5 if pieces >= 10 else 1)


till = Till()
for customer, tariff in ("Dana", Tariff()), ("Eva", Wholesale()), ("Finn", dsom.bind(sys.argv[1])):
    print(" ", till.receipt(tariff, customer, 12))
try:
    till.receipt(Wholesale(), "Gus", 300)
except SoldOut as e:
    print("  Gus:", e.why)
