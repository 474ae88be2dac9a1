"""Exceptions: of an environment for Python, and of Python's for an environment."""

import sys
from ctypes import byref, c_void_p, cast, memmove, memset, sizeof, string_at

from .library import (
    drop_t, Environment, interpreter, parts, som_allocate, som_code_name, som_deallocate, som_env_clear, som_raise_system, som_raise_user, somh_end, somh_raised,
)
from .types import type_at
from .values import get, put

_PYTHON_ID = b"IDL:opendsom/PythonError:1.0"
_held = {}  # exceptions of Python's that C has, and the types of members that it has, by their addresses


@drop_t
def _drop_python(address):
    _held.pop(address, None)
    som_deallocate(address)


@drop_t
def _drop_members(address):
    somh_end(_held.pop(address).address, address)
    som_deallocate(address)


_DROP_PYTHON = cast(_drop_python, c_void_p).value
_DROP_MEMBERS = cast(_drop_members, c_void_p).value


class _Kept:
    """An environment that an exception keeps: what goes on to C unchanged is for C all that it was."""

    def __init__(self, ev):
        self.ev = Environment()
        memmove(byref(self.ev), byref(ev), sizeof(Environment))
        memset(byref(ev), 0, sizeof(Environment))

    def __del__(self):
        if not interpreter.down:
            som_env_clear(byref(self.ev))


def exception_of(ev, m=None, ref=None):
    """The exception that an environment holds, which is cleared."""
    text = lambda a: string_at(a).decode("utf-8", "surrogateescape") if a else None
    try:
        id = text(ev.id)
        own = _held.get(ev.value) if ev.major == 1 and ev.value and id == _PYTHON_ID.decode() else None
        if isinstance(own, BaseException):  # known by where it is: who has handed it on may have put what ends it behind something of its own
            return own
        if ev.major != 1:
            return parts["system"](id or "IDL:omg.org/CORBA/UNKNOWN:1.0", ev.minor, ev.completed, som_code_name(ev.code).decode() if ev.code else "", text(ev.text))
        e = None
        for t in m.raises if m else ():
            if t.id == id and (ev.value or not t.members) and (not ref or ev.drop == _DROP_MEMBERS or somh_raised(m.address, ref, t.address) == len(t.members)):  # else of an older release
                e = get(t, ev.value) if t.members else t.cls()()
        if e is None:
            e = parts["unknown_user"](id, text(ev.text))
        e._environment = _Kept(ev)
        return e
    finally:
        som_env_clear(byref(ev))


def _octets(text):
    """A text for an environment: what cannot be in one is replaced."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def tell(ev, e):
    """An exception of Python's becomes one of an environment, an address; one that cannot be told of is an exception all the same."""
    try:
        _tell(ev, e)
    except BaseException as wrong:
        som_env_clear(ev)
        som_raise_system(ev, b"IDL:omg.org/CORBA/UNKNOWN:1.0", 0, 2, f"an exception, {type(e).__name__}, of which nothing can be told: {type(wrong).__name__}".encode("utf-8", "replace"))


def _tell(ev, e):
    if not ev:
        sys.unraisablehook(type("", (), {"exc_type": type(e), "exc_value": e, "exc_traceback": e.__traceback__, "err_msg": None, "object": None})())
        return
    if isinstance(e, parts["UserException"]):
        kept = getattr(e, "_environment", None)
        address = getattr(type(e), "_type_", None)
        as_it_was = kept is not None and kept.ev.major
        if as_it_was and address and (t := type_at(address)).members:  # what it held is compared, since members may have been changed within
            as_it_was = kept.ev.value and get(t, kept.ev.value) == e
        if as_it_was:
            som_env_clear(ev)
            memmove(ev, byref(kept.ev), sizeof(Environment))
            memset(byref(kept.ev), 0, sizeof(Environment))
            return
        if address:
            t, value = type_at(address), None
            if t.members:
                value = som_allocate(t.size)
                try:
                    put(t, e, value, False, t.name)
                except BaseException as wrong:
                    som_deallocate(value)
                    return _tell(ev, wrong)
                _held[value] = t
            return som_raise_user(ev, t.id.encode(), value, _DROP_MEMBERS if value else None)
        if isinstance(e.id, str):
            return som_raise_user(ev, _octets(e.id), None, None)
    if isinstance(e, parts["SystemException"]):
        return som_raise_system(ev, _octets(e.id), e.minor, e.completed, _octets(str(e.text)) if e.text else None)
    token = som_allocate(1)
    _held[token] = e
    som_raise_user(ev, _PYTHON_ID, token, _DROP_PYTHON)
    try:
        text = _octets(parts["text"](e)) + b"\0"
    except BaseException:  # of its own __str__
        return
    copy = som_allocate(len(text))
    memmove(copy, text, len(text))
    Environment.from_address(ev).text = copy
