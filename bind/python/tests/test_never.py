"""Overrides that do not return: what ends a loop of Python's ends them, through C++; others go on meanwhile."""

import asyncio
import ctypes
import os
import signal
import threading
import unittest

from dsom import load

Dog, Eager, Caller = load("Zoo::Dog"), load("Threads::Eager"), load("Threads::Caller")


class Enough(BaseException):
    pass


def end(thread):
    """Raises Enough in a thread of Python's, or one that is in Python, as debuggers and notebooks end what does not."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Enough))


class Never(unittest.TestCase):
    def setUp(self):
        self.entered = entered = threading.Event()
        self.who = who = []

        class Spins(Dog):
            def speak(self, n):
                if n == 0:
                    return 0
                who.append(threading.get_ident())
                entered.set()
                while True:
                    pass

        class Begins(Eager):
            def hello(self, n):
                entered.set()
                while True:
                    pass

        self.Spins, self.Begins = Spins, Begins

    def interrupt(self, number, f):
        """What a handler of a signal raises ends it, and is what the call raises."""
        raised = []

        def handler(*_):
            raised.append(KeyboardInterrupt("enough"))
            raise raised[0]

        def kill():
            self.entered.wait()
            os.kill(os.getpid(), number)

        before = signal.signal(number, handler)
        try:
            killer = threading.Thread(target=kill)
            killer.start()
            with self.assertRaises(KeyboardInterrupt) as caught:
                f()
            self.assertIs(caught.exception, raised[0])
            killer.join()
        finally:
            signal.signal(number, before)
            self.entered.clear()

    def test_signals(self):
        o = self.Spins()
        for number in (signal.SIGINT, signal.SIGUSR1):
            self.interrupt(number, lambda: o.som_dispatch("speak", 1))  # through C
            self.interrupt(number, self.Begins)  # through the constructor in C++
            self.interrupt(number, self.Begins.som_new)
        self.assertEqual((o.speak(0), self.Begins.som_instances), (0, 0))

    def test_foreign(self):
        """A thread of C++'s is in it, and others go on, as long as it takes."""
        caller, o, heard = Caller(), self.Spins(), []
        caller.run(o, 1)
        self.assertTrue(self.entered.wait(60))
        for i in range(1000):
            self.assertEqual((Dog().speak(3), o.speak(0)), (7, 0))
        self.assertEqual(Caller().elsewhere(o, 0), 0)
        waits = threading.Thread(target=lambda: heard.append(caller.join()))
        waits.start()
        end(self.who[0])
        waits.join(60)
        self.assertEqual(heard, [-1])
        self.assertRegex(caller.why, "PythonError:1.0 .*Enough")
        self.assertEqual(Caller().elsewhere(o, 0), 0)

    def test_thread(self):
        """Likewise one of Python's, that comes to it through C++."""
        o, caught = self.Spins(), []

        def call():
            try:
                o.som_dispatch("speak", 1)
            except Enough as e:
                caught.append(type(e))

        t = threading.Thread(target=call)
        t.start()
        self.assertTrue(self.entered.wait(60))
        self.assertEqual(o.speak(0), 0)
        end(self.who[0])
        t.join(60)
        self.assertEqual(caught, [Enough])

    def test_loop(self):
        """An event loop goes on, and need not wait for it."""
        caller, o = Caller(), self.Spins()

        async def main():
            call = asyncio.ensure_future(caller.elsewhere_async(o, 1))
            self.assertTrue(await asyncio.to_thread(self.entered.wait, 60))
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.shield(call), 0.5)
            self.assertEqual(await o.speak_async(0), 0)
            end(self.who[0])
            self.assertEqual(await call, -1)

        asyncio.run(main())
        self.assertRegex(caller.why, "Enough")


if __name__ == "__main__":
    unittest.main()
