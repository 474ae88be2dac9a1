"""Objects of other processes and machines, by URL. They are proxies, which are objects of SOM: of the same class as those that are here.

The ORB is a library, libdsom-place.so, that is loaded when it is first needed: from where DSOM_PLACE_LIBRARY says, or the system looks. docs/somd.md
says how servers, the daemon and classes that are placed elsewhere by configuration alone are set up.
"""

import os
import threading

from ._types import SystemException, core

_lock = threading.Lock()
_process = None
_forked = None

published = {}
"""References of the objects of this process that a server has published, by their addresses."""


def begin():
    """Begins the process's ORB, unless that was done: with the first object elsewhere, or dsom.serve. A child of a fork has none."""
    global _process, _forked
    with _lock:
        if _forked is not None and _forked != os.getpid():
            raise SystemException.named("BAD_INV_ORDER")("the child of a fork has no ORB: let it run a program, as multiprocessing's spawn does")
        if _process is None:
            if "SOMDProcess" not in core.class_names():
                core.load_library(os.environ.get("DSOM_PLACE_LIBRARY") or "libdsom-place.so")
            made = core.class_named("SOMDProcess")()
            made.begin()
            _process, _forked = made, os.getpid()


def process():
    """What the ORB's functions are methods of, once it has begun."""
    return _process


def _orb():
    begin()
    return _process._global("ORB")


def bind(url):
    """Returns the object that a URL (corbaname:, corbaloc:) or a reference (IOR:) names: a proxy, or the object itself if it is of this process.

    Its class is this process's, if it is loaded, and else what its server says. Calls of it wait for the network, with the interpreter's lock released; awaited
    (bark_async) they wait in a thread. What cannot be reached raises TRANSIENT or COMM_FAILURE.
    """
    o = _orb().string_to_object(url)
    if o is None:
        raise SystemException.named("INV_OBJREF")(f"{url} is a nil reference")
    return o


def url_of(o):
    """Returns the reference of an object as a text, which bind takes in any process that can reach this one."""
    return _orb().object_to_string(o)


def create(constraint):
    """Makes an object of a class elsewhere: "Dog", or "class=='Dog' and alias=='kennel'", at a server that the daemon knows to have it."""
    begin()
    return _process.create(constraint)


def reduce(o):
    """Pickles an object as its reference: that of an object which is elsewhere, or that a server has published, since another of this process would be lost with it."""
    if o.som_alive and (url := published.get(o.som_address)):
        return bind, (url,)
    if _process is None or not any(c.__name__ == "SOMDClientProxy" or c.__name__ == "SOMDObject" for c in type(o).__mro__):
        raise TypeError(f"cannot pickle {type(o).__qualname__!r} object: it is in this process alone")
    return bind, (url_of(o),)
