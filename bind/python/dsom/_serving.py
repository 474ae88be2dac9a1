"""Objects of this process that others call: dsom.serve."""

import asyncio
import atexit
import signal
import threading

from . import _asynchronous, remote
from ._types import SystemException, core

_now = None  # the process is one server at a time


class Server:
    """What dsom.serve returns: a server that takes calls, in threads of the ORB's, until it is closed.

    with dsom.serve({"zoo/rex": rex}) as server:
        server.wait()

    With an event loop: async with, and await server.wait_async(). Overrides that are coroutine functions run in that loop.
    """

    def __init__(self, objects, name, listen, classes):
        global _now
        if _now is not None:
            raise RuntimeError("the process is a server already: close that first, or have it publish more objects")
        remote.begin()
        self._process, self._urls, self._closing = remote.process(), {}, threading.Lock()
        self._loop, self._outer = _asynchronous.running(), _asynchronous.home
        self.daemon = self._process.serve(name or "", _joined(listen), _joined(classes))
        """The address of the daemon, in whose naming service the objects are; "" without one."""
        self._open, _now = True, self
        try:
            for key, o in (objects or {}).items():
                self.publish(key, o)
            if self._loop is not None:
                _asynchronous.home = self._loop
            self._process.accept()
        except BaseException:
            self._close()
            raise

    def publish(self, name, o):
        """Has an object be called by others, as name in the daemon's naming service and in corbaloc URLs; it lives until the server is closed. Returns its reference."""
        self._urls[name] = remote.published[o.som_address] = url = self._process.publish(o, name)
        return url

    def url(self, name):
        """The reference of the object that was published as name, which dsom.bind takes."""
        return self._urls[name]

    def stop(self):
        """Says that the server is to end: wait returns. It may be called by any thread, an override and a handler of signals, and waits for nothing."""
        if self._open:
            self._process.interrupt()

    def wait(self):
        """Returns when the server has ended, with calls under way finished: since stop was called, by the daemon, or by SIGTERM or SIGINT where the program
        handles those not itself, and waits in its main thread. A second signal ends the process at once."""
        self._not_in_loop()
        with _Signals(self.stop):
            self._served()
            self.close()

    def _served(self):
        """Waits until the server is to end. A wait in C would keep the main thread from handling signals."""
        if not self._open:
            return
        over = threading.Event()

        def wait():
            try:
                self._process.served()
            except SystemException:  # it was closed meanwhile
                pass
            finally:
                over.set()

        threading.Thread(target=wait, name="dsom.serve", daemon=True).start()
        over.wait()

    async def wait_async(self):
        """As wait; of signals SIGTERM alone is seen to, since asyncio.run sees to the other: it cancels what waits here, which ends the server as well."""
        loop = asyncio.get_running_loop()
        with _Signals(self.stop, loop):
            try:
                await _asynchronous.apart(self._served)
            finally:
                self.stop()  # where it was cancelled: a thread waits
                await _asynchronous.apart(self._close)

    def close(self):
        """Ends the server: calls under way are finished, and others not taken. References that outlive the process have the daemon start it again."""
        self._not_in_loop()
        self._close()

    def _close(self):
        global _now
        with self._closing:
            if not self._open:
                return
            try:
                self._process.leave()
            finally:
                self._open, _now = False, None
                _asynchronous.home = self._outer
                for url in self._urls.values():
                    for address in [a for a, u in remote.published.items() if u == url]:
                        del remote.published[address]

    def _not_in_loop(self):
        if self._open and self._loop is not None and _asynchronous.running() is self._loop:
            raise RuntimeError("in the event loop that overrides run in a server is waited for by: await server.wait_async(), or async with")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await _asynchronous.apart(self._close)

    def __repr__(self):
        return f"<dsom.Server of {', '.join(self._urls) or 'nothing'}{'' if self._open else ', closed'}>"


class _Signals:
    """What ends a program in order, where it waits in its main thread and has not said otherwise."""

    def __init__(self, stop, loop=None):
        self.stop, self.loop, self.before = stop, loop, {}

    def __enter__(self):
        if threading.current_thread() is not threading.main_thread():
            return
        for s, usual in ((signal.SIGTERM, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)):
            if signal.getsignal(s) is usual and not (self.loop and s == signal.SIGINT):
                self.before[s] = usual
                if self.loop:
                    self.loop.add_signal_handler(s, self._told)
                else:
                    signal.signal(s, lambda *_: self._told())

    def _told(self):
        self.stop()
        for s in self.before:
            if self.loop:
                self.loop.remove_signal_handler(s)
            signal.signal(s, signal.SIG_DFL)

    def __exit__(self, *_):
        for s, usual in self.before.items():
            if self.loop:
                self.loop.remove_signal_handler(s)
            signal.signal(s, usual)


def _joined(words):
    if words is None:
        return ""
    if isinstance(words, str) or isinstance(words, core.Class):
        words = [words]
    words = [w.som_name if isinstance(w, core.Class) else w for w in words]
    for w in words:
        if not isinstance(w, str) or "," in w:
            raise TypeError(f"a name without commas, or a class, is asked for, not {w!r:.100}")
    return ",".join(words)


def serve(objects=None, *, name=None, listen=None, classes=()):
    return Server(objects, name, listen, classes)


@atexit.register
def _end():
    if _now is not None:
        _now._close()
