"""Methods and event loops: speak_async, and overrides that are coroutines."""

import atexit
import collections
import concurrent.futures
import inspect
import os
import threading
import types

home = None
"""The event loop that overrides which are coroutines run in: that of dsom.serve, or None."""


class Asynchronous:
    """speak_async of a class: what the class's own speak returns, awaited.

    It runs in a thread, with the interpreter's lock released; an override that is a coroutine function runs in the home loop, or else in the loop that awaits it. A class
    that overrides speak has one of its own, so that super().speak_async is what stands above the override.
    """

    def __init__(self, name, owner):
        self.name, self.owner = name, owner
        self.__name__, self.__qualname__ = name + "_async", f"{owner.__qualname__}.{name}_async"
        self.__doc__ = f"{name}, to be awaited."

    def __get__(self, o, cls=None):
        if o is None:
            return self

        async def call(*args, **named):
            return await self(o, *args, **named)

        call.__name__, call.__qualname__, call.__doc__ = self.__name__, f"{type(o).__qualname__}.{self.__name__}", self.__doc__
        return call

    def __repr__(self):
        return f"<method '{self.__name__}' of '{self.owner.__name__}' objects>"

    async def __call__(self, o, /, *args, **named):
        import asyncio  # which takes its time, and not all programs need it

        method = self._method(o)
        if inspect.iscoroutinefunction(method):
            r = method(*args, **named)
        else:
            r = await asyncio.wrap_future(_threads.submit(method, *args, **named))
        if not isinstance(r, types.CoroutineType):
            return r
        loop = home
        if loop is None or loop is asyncio.get_running_loop():
            return await r
        try:
            there = asyncio.run_coroutine_threadsafe(r, loop)
        except RuntimeError:  # the loop is closed
            r.close()
            raise
        awaited = asyncio.wrap_future(there)
        try:
            while not (await asyncio.wait([awaited], timeout=1))[0]:
                if _is_lost(there, loop):
                    raise _lost(r)
        except asyncio.CancelledError:
            awaited.cancel()
            raise
        return awaited.result()

    def _method(self, o):
        """The method as the owner has it, whatever classes below it have."""
        if not isinstance(o, self.owner):
            raise TypeError(f"descriptor '{self.__name__}' for '{self.owner.__name__}' objects doesn't apply to a '{type(o).__name__}' object")
        order = type(o).__mro__
        f = next(vars(k)[self.name] for k in order[order.index(self.owner):] if self.name in vars(k))
        return f.__get__(o, type(o)) if hasattr(type(f), "__get__") else f


def beside(cls, names):
    """What a class has beside the methods of these names, which it introduces or overrides: their forms that are awaited. A name that is IDL's, or the program's, is never one of these:
    where a class would inherit such a form of one parent, and a name of IDL of another, it gets the latter."""
    first, own = {}, {}
    for k in cls.__mro__:
        for n, v in list(vars(k).items()):  # another thread may give a class something
            if n.endswith("_async"):
                first.setdefault(n, v)
                if not isinstance(v, Asynchronous):
                    own.setdefault(n, v)
    found = {n: v for n, v in own.items() if first[n] is not v}
    for name in names:
        if name + "_async" not in own:
            found[name + "_async"] = Asynchronous(name, cls)
    return found


class _Threads:
    """Threads that wait for methods, as many as are needed up to a limit; what comes beyond waits.

    A call that waits for an override which is a coroutine does not count: such an override may await calls itself, and they need threads, or else all would wait for each other. So
    there are RUNNING threads and one more for each such override under way, whichever thread waits for it: one of another process's calls may be what one of these waits for.
    """

    RUNNING = min(32, (os.cpu_count() or 1) + 4)  # as asyncio has them

    def __init__(self):
        self._lock = threading.Lock()
        self._more, self._rest = threading.Condition(self._lock), threading.Condition(self._lock)
        self._work = collections.deque()
        self._all = self._idle = self._waiting = 0
        self._begun = False

    def submit(self, f, /, *args, **named):
        future = concurrent.futures.Future()
        with self._lock:
            if not self._begun:  # here, so that it is done before what is registered earlier, which ends the rest of the package
                self._begun = True
                atexit.register(self._end)
            self._work.append((future, f, args, named))
            self._provide()
        return future

    def _provide(self):
        """Sees that somebody does what is to be done, if somebody may: under the lock."""
        if self._idle >= len(self._work):
            self._more.notify()
        elif self._all < self.RUNNING + self._waiting:
            self._all += 1
            try:
                threading.Thread(target=self._run, name="dsom", daemon=True).start()
            except RuntimeError:  # the system has none: those that are there do it
                self._all -= 1
                if not self._all:
                    self._work.clear()
                    raise

    def _run(self):
        while True:
            with self._lock:
                if not self._work and self._all <= self.RUNNING:
                    self._idle += 1
                    self._rest.notify_all()
                    self._more.wait_for(lambda: self._work)
                    self._idle -= 1
                if not self._work or self._all > self.RUNNING + self._waiting:
                    self._all -= 1
                    self._rest.notify_all()
                    return
                future, f, args, named = self._work.popleft()
            _settle(future, f, args, named)
            del future, f, args, named  # an idle thread keeps nothing

    def waits(self, more):
        """There is one override more, or one less, that a thread waits for."""
        with self._lock:
            self._waiting += more
            if self._work:
                self._provide()

    def _end(self):
        """Waits for the calls under way, as Python does for threads of its own."""
        with self._lock:
            self._rest.wait_for(lambda: self._all == self._idle and not self._work)


def _settle(future, f, args, named):
    if not future.set_running_or_notify_cancel():
        return
    try:
        r = f(*args, **named)
    except BaseException as e:
        future.set_exception(e)
    else:
        future.set_result(r)


_threads = _Threads()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.__init__)  # the child has none of the threads


async def apart(f):
    """What f returns, which a thread of its own calls."""
    import asyncio

    future = concurrent.futures.Future()
    threading.Thread(target=_settle, args=(future, f, (), {}), name="dsom", daemon=True).start()
    return await asyncio.wrap_future(future)


def running():
    """The event loop that runs in this thread, or None."""
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def finish(coroutine):
    """Runs what an override has returned that is a coroutine function, for C, which waits for it: in the home loop, or else in a loop of its own, in this thread."""
    if running() is not None:
        coroutine.close()
        raise RuntimeError(f"the thread of a running event loop called the override {coroutine.__qualname__}, a coroutine function, and would wait for itself: await the method's _async form")
    _threads.waits(1)
    try:
        return _result(coroutine, home)
    finally:
        _threads.waits(-1)


def _result(coroutine, loop):
    import asyncio

    if loop is None:
        return asyncio.run(coroutine)
    try:
        future = asyncio.run_coroutine_threadsafe(coroutine, loop)
    except RuntimeError:  # the loop is closed
        coroutine.close()
        raise
    while not concurrent.futures.wait([future], timeout=1)[0]:
        if _is_lost(future, loop):
            raise _lost(coroutine)
    return future.result()


def _is_lost(future, loop):
    """Whether nobody goes on with what runs in a loop: asked in this order, since it may end, and its loop be closed, meanwhile."""
    return loop.is_closed() and not future.done()


def _lost(coroutine):
    coroutine.close()
    return RuntimeError(f"the event loop was closed before the override {coroutine.__qualname__} had ended")
