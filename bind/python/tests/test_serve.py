"""Objects of this process that another one calls: each client is a process of its own."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import unittest

import dsom
from dsom import load

Dog, Animal, TooLoud = (load("Zoo::" + n) for n in ("Dog", "Animal", "TooLoud"))
LOCAL = "tcp:127.0.0.1:0"
PATIENCE = 60  # seconds until a test gives up


class Own(Dog):
    def speak(self, n):
        if n > 1000:
            raise TooLoud(n - 1000, "it is heard in Ulm")
        if n < 0:
            raise KeyError("no such volume")
        return 10 * n


CLIENT = """
import sys, threading, dsom
from dsom import load
Dog, TooLoud = load("Zoo::Dog"), load("Zoo::TooLoud")
rex = dsom.bind(sys.argv[1])
"""


def begin(url, code):
    return subprocess.Popen([sys.executable, "-c", CLIENT + code, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(client):
    """Has the client go on, if it waits for a line, and returns what it has printed."""
    out, wrong = client.communicate("\n", timeout=PATIENCE)
    if client.returncode:
        raise AssertionError(wrong)
    return out.strip()


def ask(url, code):
    return finish(begin(url, code))


class Serving(unittest.TestCase):
    def test_calls(self):
        rex = Own()
        rex.name = "Rex"
        with dsom.serve({"zoo/rex": rex}, listen=LOCAL) as server:
            self.assertEqual(ask(server.url("zoo/rex"), "print(isinstance(rex, Dog), rex.speak(4), rex.name); rex.name = 'Max'"), "True 40 Rex")
            self.assertEqual(rex.name, "Max")
            said = ask(server.url("zoo/rex"), """
try: rex.speak(1007)
except TooLoud as e: print(e.volume, e.why)
try: rex.speak(-1)
except dsom.UNKNOWN as e: print(type(e).__name__)
""")
            self.assertEqual(said, "7 it is heard in Ulm\nUNKNOWN")
            self.assertEqual(server.daemon, "")
            self.assertIn("zoo/rex", repr(server))
        self.assertIn("closed", repr(server))

    def test_objects(self):
        """An object of the client's is called back, and one that was published later is found."""

        class Friendly(Dog):
            def friend_of(self, other):
                self.heard = other.speak(3)
                return self

        o = Friendly()
        o.name = "Friend"
        with dsom.serve(listen=LOCAL) as server:
            url = server.publish("late", o)
            self.assertEqual(url, server.url("late"))
            said = ask(url, """
class Mine(Dog):
    def speak(self, n): return 77
print(rex.friend_of(Mine()).name)
""")
            self.assertEqual((said, o.heard), ("Friend", 77))

    def test_threads(self):
        """Calls come in threads of the ORB's, at the same time."""
        together = threading.Barrier(8)

        class Waits(Dog):
            def speak(self, n):
                together.wait(PATIENCE)
                return n

        with dsom.serve({"waits": Waits()}, listen=LOCAL) as server:
            said = ask(server.url("waits"), """
got = []
all = [threading.Thread(target=lambda i=i: got.append(rex.speak(i))) for i in range(8)]
for t in all: t.start()
for t in all: t.join()
print(sorted(got))
""")
        self.assertEqual(said, str([*range(8)]))

    def test_created(self):
        """Clients make objects of the classes that are named, and of no others."""

        class Made(Dog):
            def speak(self, n):
                return n + 1

        with dsom.serve(listen=LOCAL, classes=[Made, "Zoo::Dog"]):
            server = dsom.remote.process()._global("SOMDServer")
            said = ask(dsom.remote.url_of(server), """
made = rex.somdCreateObj("Made", "")
print(made.speak(1), rex.somdCreateObj("Zoo::Dog", "").speak(1))
try: rex.somdCreateObj("Zoo::Echo", "")
except dsom.BAD_PARAM as e: print("refused")
""")
            self.assertEqual(said, "2 3\nrefused")

    def test_closed(self):
        """A call under way is finished, and a later one not taken."""
        began, go_on = threading.Event(), threading.Event()

        class Slow(Dog):
            def speak(self, n):
                began.set()
                self.went_on = go_on.wait(PATIENCE)
                return n

        slow = Slow()
        server = dsom.serve({"slow": slow}, listen=LOCAL)
        client = begin(server.url("slow"), """
print(rex.speak(5))
sys.stdin.readline()
try: rex.speak(6)
except (dsom.TRANSIENT, dsom.COMM_FAILURE, dsom.OBJECT_NOT_EXIST): print("no more")
""")
        self.assertTrue(began.wait(PATIENCE))
        waiting = threading.Thread(target=server.wait)
        waiting.start()
        server.stop()
        go_on.set()
        waiting.join(PATIENCE)
        self.assertFalse(waiting.is_alive())
        self.assertEqual(finish(client), "5\nno more")
        server.stop(), server.close(), server.wait()  # once more is nothing

    def test_pickle(self):
        o = Own()
        with dsom.serve({"o": o}, listen=LOCAL):
            self.assertIs(pickle.loads(pickle.dumps(o)), o)
            code = "import pickle, sys; print(pickle.load(sys.stdin.buffer).speak(2))"
            self.assertEqual(subprocess.run([sys.executable, "-c", code], input=pickle.dumps(o), capture_output=True, timeout=PATIENCE).stdout, b"20\n")
        with self.assertRaisesRegex(TypeError, "in this process alone"):
            pickle.dumps(o)

    def test_alive(self):
        """What is published lives as long as the server, whoever refers to it."""
        before = Own.som_instances
        server = dsom.serve({"o": Own()}, listen=LOCAL)
        self.assertEqual(ask(server.url("o"), "print(rex.speak(2))"), "20")
        self.assertEqual(Own.som_instances, before + 1)
        server.close()
        self.assertEqual(Own.som_instances, before)

    def test_wrong(self):
        rex = Own()
        for error, named in (
            (dsom.SystemException, dict(listen="nowhere")), (dsom.SystemException, dict(listen="tcp:256.0.0.1:0")), (TypeError, dict(listen=["a,b"])), (TypeError, dict(classes=[7])),
            (dsom.SystemException, dict(objects={"": rex})), (TypeError, dict(objects={"x": None})), (TypeError, dict(objects={"x": "a text"})),
        ):
            with self.subTest(named), self.assertRaises(error):
                dsom.serve(**{"listen": LOCAL, **named})
        with dsom.serve({"rex": rex}, listen=LOCAL) as server:
            with self.assertRaisesRegex(RuntimeError, "a server already"):
                dsom.serve(listen=LOCAL)
            with self.assertRaises(dsom.BAD_INV_ORDER):
                server.publish("rex", rex)
            with self.assertRaises(dsom.SystemException):
                server.publish("rex", Own())
            with self.assertRaises(KeyError):
                server.url("max")
            self.assertEqual(ask(server.url("rex"), "print(rex.speak(1))"), "10")


class Coroutines(unittest.TestCase):
    def test_loop(self):
        """Overrides that are coroutine functions run in the loop of the server, all at the same time."""

        class Awaits(Dog):
            def __init__(self):
                self.count, self.all, self.threads = 0, asyncio.Event(), set()

            async def speak(self, n):
                self.threads.add(threading.get_ident())
                self.count += 1
                if self.count == 8:
                    self.all.set()
                await asyncio.wait_for(self.all.wait(), PATIENCE)
                if n == 7:
                    raise TooLoud(7, "seven")
                return n

        async def main():
            o = Awaits()
            async with dsom.serve({"o": o}, listen=LOCAL) as server:
                client = begin(server.url("o"), """
got = []
def call(i):
    try: got.append(rex.speak(i))
    except TooLoud as e: got.append(e.volume)
all = [threading.Thread(target=call, args=[i]) for i in range(8)]
for t in all: t.start()
for t in all: t.join()
print(sorted(got))
""")
                said = await asyncio.to_thread(finish, client)
                with self.assertRaisesRegex(RuntimeError, "in the event loop"):
                    server.close()
                with self.assertRaisesRegex(RuntimeError, "would wait for itself"):
                    o.som_dispatch("speak", 1)
                self.assertEqual(await asyncio.to_thread(o.som_dispatch, "speak", 2), 2)
                asyncio.get_running_loop().call_soon(server.stop)
                await asyncio.wait_for(server.wait_async(), PATIENCE)
            return said, o.threads

        said, threads = asyncio.run(main())
        self.assertEqual((said, threads), (str([*range(8)]), {threading.get_ident()}))

    def test_nested(self):
        """Methods that are awaited in the server's loop, as many as there are threads for them, of which each waits for an override there that awaits another: none waits for ever."""
        n = min(32, os.cpu_count() + 4)

        class Inner(Dog):
            async def speak(self, i):
                Inner.count += 1
                if Inner.count == n:
                    Inner.all.set()
                await Inner.all.wait()
                return await Dog().speak_async(i) + await asyncio.to_thread(lambda: 0)

        class Outer(Dog):
            def speak(self, i):
                return Inner().som_dispatch("speak", i)

        async def main():
            Inner.count, Inner.all = 0, asyncio.Event()
            async with dsom.serve({"o": Own()}, listen=LOCAL) as server:
                waits = asyncio.ensure_future(server.wait_async())
                got = await asyncio.wait_for(asyncio.gather(*(Outer().speak_async(i) for i in range(2 * n))), PATIENCE)
                server.stop()
                await waits
            return got

        self.assertEqual(asyncio.run(main()), [2 * i + 1 for i in range(2 * n)])

    def test_other_loop(self):
        """What another loop awaits of an override that is a coroutine runs in the server's."""

        class Awaits(Dog):
            async def speak(self, n):
                return n if asyncio.get_running_loop() is Awaits.loop else -n

        async def main():
            Awaits.loop = asyncio.get_running_loop()
            async with dsom.serve(listen=LOCAL):
                return await asyncio.to_thread(lambda: asyncio.run(Awaits().speak_async(4))), await Awaits().speak_async(5)

        self.assertEqual(asyncio.run(main()), (4, 5))

    def test_alone(self):
        """Without a server each runs in a loop of its own, also one that is a class's only from later on."""

        class Awaits(Dog):
            async def speak(self, n):
                await asyncio.sleep(0)
                return n * 2

        o = Awaits()
        self.assertEqual(o.som_dispatch("speak", 4), 8)
        self.assertEqual(asyncio.run(o.speak(4)), 8)
        with self.assertRaisesRegex(TypeError, "must be int, not str"):
            Awaits.speak = lambda self, n: self.late()
            Awaits.late = lambda self: coroutine("x")
            o.som_dispatch("speak", 1)


async def coroutine(value):
    return value


class Programs(unittest.TestCase):
    OWN = """
import os, sys, dsom
class Own(dsom.load("Zoo::Dog")):
    def speak(self, n):
        return n
    def __del__(self):
        print("ended")
"""
    SERVER = OWN + """
server = dsom.serve({"o": Own()}, listen="tcp:127.0.0.1:0")
print(server.url("o"), flush=True)
"""

    def run_server(self, code):
        return self.run_program(self.SERVER + code)

    def run_program(self, code):
        return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_signals(self):
        """What waits in the main thread ends in order by a signal."""
        for s in (signal.SIGTERM, signal.SIGINT):
            for wait in ("server.wait()", "import asyncio; asyncio.run(server.wait_async())"):
                if s == signal.SIGINT and "asyncio" in wait:
                    continue
                with self.subTest(signal=s, wait=wait):
                    program = self.run_server(f"""
import signal, threading
from dsom import _serving
told = _serving._Signals.__enter__
def tell(self): # when the handlers are there
    told(self)
    print("waits", flush=True)
_serving._Signals.__enter__ = tell
{wait}
print("over", signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, signal.getsignal(signal.SIGINT) is signal.default_int_handler)
""")
                    url = program.stdout.readline().strip()
                    self.assertEqual(program.stdout.readline(), "waits\n")
                    self.assertEqual(ask(url, "print(rex.speak(3))"), "3")
                    program.send_signal(s)
                    out, wrong = program.communicate(timeout=PATIENCE)
                    self.assertEqual((program.returncode, out, wrong), (0, "ended\nover True True\n", ""))

    def test_interrupted_loop(self):
        """Ctrl-C, by which asyncio.run cancels what waits for a server that was made in the loop, ends that in order."""
        program = self.run_program(self.OWN + """
import asyncio
from dsom import _serving
async def main():
    server = dsom.serve({"o": Own()}, listen="tcp:127.0.0.1:0")
    print(server.url("o"), flush=True)
    try:
        await server.wait_async()
    except asyncio.CancelledError:
        print("cancelled")
        raise
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted", _serving._now)
""")
        url = program.stdout.readline().strip()
        self.assertEqual(ask(url, "print(rex.speak(3))"), "3")
        program.send_signal(signal.SIGINT)
        try:
            out, wrong = program.communicate(timeout=PATIENCE)
        finally:
            program.kill()
        self.assertEqual((program.returncode, out, wrong), (0, "ended\ncancelled\ninterrupted None\n", ""))

    def test_end(self):
        """A program that ends without a word closes the server."""
        program = self.run_server("sys.stdin.readline()")
        url = program.stdout.readline().strip()
        self.assertEqual(ask(url, "print(rex.speak(3))"), "3")
        out, wrong = program.communicate("\n", timeout=PATIENCE)
        self.assertEqual((program.returncode, out, wrong), (0, "ended\n", ""))


if __name__ == "__main__":
    unittest.main()
