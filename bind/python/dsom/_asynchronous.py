"""Methods and event loops: speak_async, and overrides that are coroutines."""

import functools

home = None
"""The event loop that overrides which are coroutines run in: that of dsom.serve, or None."""


class Asynchronous:
    """speak_async: what speak returns, awaited: it runs in a thread of the loop's executor, with the interpreter's lock released."""

    def __init__(self, name):
        self.name = name

    def __get__(self, o, cls=None):
        if o is None:
            return self
        import asyncio  # which takes its time, and not all programs need it

        method = getattr(o, self.name)

        async def call(*args, **named):
            return await asyncio.get_running_loop().run_in_executor(None, functools.partial(method, *args, **named))

        call.__name__, call.__qualname__ = self.name + "_async", f"{type(o).__qualname__}.{self.name}_async"
        call.__doc__ = f"{self.name}, to be awaited."
        return call


def running():
    """The event loop that runs in this thread, or None."""
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def finish(coroutine):
    """Runs what an override has returned that is a coroutine function, for C, which waits for it: in the home loop, or else in a loop of its own, in this thread."""
    import asyncio

    if running() is not None:
        coroutine.close()
        raise RuntimeError(f"the thread of a running event loop called the override {coroutine.__qualname__}, a coroutine function, and would wait for itself: await the method's _async form")
    if home is None:
        return asyncio.run(coroutine)
    try:
        return asyncio.run_coroutine_threadsafe(coroutine, home).result()
    except RuntimeError:  # the loop is closed
        coroutine.close()
        raise
