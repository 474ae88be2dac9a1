# A class in Python below one in Go.
from dsom import load


class PythonAndGo(load("GoMiddle")):
    def speak(self, n):
        return super().speak(n) + 10000
