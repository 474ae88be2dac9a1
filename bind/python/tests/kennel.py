"""A server of dogs in Python, as the daemon starts it: zoo/rex is one, and clients make others."""

import os

import dsom
from dsom import load

Dog, TooLoud = load("Zoo::Dog"), load("Zoo::TooLoud")


class Own(Dog):
    """Barks ten times as loud as it is asked to, and tells its process when it is asked for nothing."""

    def speak(self, n):
        if n > 1000:
            raise TooLoud(n - 1000, f"{self.name} is heard in Ulm")
        return n * 10 if n else os.getpid()


rex = Own()
rex.name = "Rex"
with dsom.serve({"zoo/rex": rex}, classes=[Own]) as server:
    server.wait()
print("over")
