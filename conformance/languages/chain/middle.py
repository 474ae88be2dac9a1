# Classes in Python between those of C++ and those of the language whose process it is.
from dsom import load


class PythonMiddle(load("Suite::Thing")):
    def __init__(self):
        self.calls = 0

    def speak(self, n):
        if n == 77:
            raise ValueError("seventy-seven")
        self.calls += 1
        return super().speak(n) + 1000 * self.calls
