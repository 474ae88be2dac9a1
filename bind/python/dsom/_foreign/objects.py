"""Objects: who refers to whom, and what an object of SOM is in Python."""

import ctypes
import gc
import sys
import threading
import weakref
from ctypes import byref, c_size_t, c_void_p, sizeof
from types import MemberDescriptorType

from .library import (
    ClassForm, Environment, INIT, interpreter, parts, som_release, som_retain, som_weak_free, som_weak_get, som_weak_lives, som_weak_new, somh_doubt, somh_ending, somh_find,
    somh_shared, somh_there,
)

twins = weakref.WeakValueDictionary()
kept_objects = {}  # objects of classes made in Python, that others have as well
dying = set()  # addresses of objects whose part in Python ends, before the one in C does
doubted = {}  # by address: the doubts about objects of classes made in Python that were met before their begin
_LEAST_DOUBTS = 64
_look_at = [_LEAST_DOUBTS]  # at how many of them they are looked at


class Making(threading.local):
    """The object that a thread makes: its class, what it is for libsom where that is known before it is begun, and what it is for Python. One of another language's has none of it."""

    cls = ref = w = None


in_making = Making()
_binding = threading.RLock()  # of who binds an address to an object, and who takes away what was bound to it


def is_being_made(ref):
    if in_making.cls is None:
        return False
    return in_making.ref.value == ref if in_making.ref else ClassForm.from_address(in_making.cls._c).cls == c_void_p.from_address(row_of(ref)).value


class Doubt:
    """About an object whose begin may not come: then it goes, whoever has references, and libsom's weak reference knows. That lasts as long as anybody looks at it, in whichever thread."""

    __slots__ = ("ref", "_weak")

    def __init__(self, ref, weak):
        self.ref, self._weak = ref, weak

    def lives(self):
        return bool(som_weak_lives(self._weak))

    def ends(self, owns):
        """Of one that lives no more, and is known here no more: Python's reference is given back, if it has one."""
        somh_there(byref(self._weak), self.ref, None, None, owns)

    def __del__(self):
        if self._weak and not interpreter.down:
            som_weak_free(self._weak)


def there(w):
    """Whether an object that may be in doubt is still there; else nothing is left of it."""
    doubt = w._doubt
    if doubt is None or doubt.lives():
        return True
    w._word = None
    with _binding:
        first, kept = w._doubt is doubt, kept_objects.get(doubt.ref) is w
        for table in (kept_objects, twins):
            if table.get(doubt.ref) is w:
                table.pop(doubt.ref, None)
        trust(w)
    if first:  # no other thread has come here before
        doubt.ends(not kept)
    return False


def trust(w):
    """It has been begun, or is no more."""
    doubt, w._doubt = w._doubt, None
    if doubt is not None and doubted.get(doubt.ref) is doubt:
        doubted.pop(doubt.ref, None)


def _begin_doubt(w, ref):
    weak = c_void_p()
    if not somh_doubt(type(w)._c, ref, byref(weak)):
        raise MemoryError
    if not weak:
        return
    if len(doubted) >= _look_at[0]:
        for doubt in list(doubted.values()):
            if not doubt.lives():
                other = bound(doubt.ref)
                if other is not None and other._doubt is doubt:
                    there(other)
                elif doubted.get(doubt.ref) is doubt:
                    doubted.pop(doubt.ref, None)
        _look_at[0] = max(_LEAST_DOUBTS, 2 * len(doubted))
    doubted[ref] = w._doubt = Doubt(ref, weak)


def _forget_finalized(o):
    """An object of Python's is finalized once: the collector notes that in the word in front of it."""
    c_size_t.from_address(id(o) - sizeof(c_size_t)).value &= ~1


def _can_forget():
    class Note:
        kept = []

        def __del__(self):
            Note.kept.append(self)

    if sys.implementation.name != "cpython" or not getattr(sys, "_is_gil_enabled", lambda: True)():
        return False
    Note()
    o = Note.kept.pop()
    if not gc.is_finalized(o):
        return False
    _forget_finalized(o)
    can = not gc.is_finalized(o)
    Note.__del__ = lambda self: None
    return can


if not _can_forget():
    raise ImportError("dsom has no extension here, and calls by ctypes need CPython with the interpreter's lock, as it is up to 3.14")


def run_finalizer(w):
    f = type(w)._finalize
    if f and not w._finalized:
        w._finalized = True
        try:
            f(w)
        except BaseException as e:
            exceptions.tell(None, e)


def _drop_members(w):
    """Ends what hangs on an object of a class made in Python: in its dictionary, if it has one, and in slots of its classes."""
    getattr(w, "__dict__", {}).clear()
    for cls in type(w).__mro__:
        if cls is Instance:
            break
        for slot in vars(cls).values():
            if isinstance(slot, MemberDescriptorType):
                try:
                    slot.__delete__(w)
                except AttributeError:  # it is empty
                    continue


def bound(ref):
    w = kept_objects.get(ref)
    return twins.get(ref) if w is None else w


def twin(ref):
    w = bound(ref)
    return w if w is None or there(w) else None


def back(w, ref):
    """Python refers again to an object that libsom's has kept."""
    if kept_objects.pop(ref, None) is not None:
        som_retain(ref)
        twins[ref] = w
        if gc.is_finalized(w):
            _forget_finalized(w)
    return w


def wrap(ref, owned=False):
    if not ref:
        return None
    w = twin(ref)
    if w is not None and w._ref == ref:
        back(w, ref)
        if owned:
            som_release(ref)
        return w
    if somh_ending(ref) or ref in dying:
        raise ReferenceError("an object is in the middle of its end")
    made_here = in_making.w is None and is_being_made(ref)  # and its ancestors, which begin it, show it around
    try:
        w = bound_to(in_making.cls if made_here else classes.class_of_ref(ref), ref)
    except BaseException:
        if owned:
            som_release(ref)
        raise
    if not owned:
        som_retain(ref)
    if type(w)._scripted:
        _begin_doubt(w, ref)
    if made_here:
        in_making.w = w
    return w


def bound_to(cls, ref):
    w = object.__new__(cls)
    w._word, w._finalized, w._doubt = ref, False, None
    with _binding:
        twins[ref] = w
    return w


def ref_of(o):
    ref = o._ref
    if not ref:
        raise ReferenceError(f"the object of class {type(o).__name__} has been released")
    return ref


def object_at(address):
    return wrap(address)


def row_of(ref):
    return c_void_p.from_address(ref).value


class Instance:
    """An object of SOM, of a class of any language."""

    __slots__ = ("_word", "_finalized", "_doubt", "__weakref__")
    _finalize = None

    @property
    def _ref(self):
        return self._word if there(self) else None

    def __new__(cls, *args, **named):
        if not isinstance(cls, classes.Class) or not cls._c:
            raise TypeError(f"cannot create '{cls.__name__}' instances")
        if cls.__init__ is Instance.__init__ and (args or named):
            raise TypeError(f"{cls.__name__}() takes no arguments")
        return classes.created(cls, cls._scripted)

    def __init__(self, *args, **named):
        if args or named:
            raise TypeError(f"{type(self).__name__}() takes no arguments")

    def __del__(self):
        ref = getattr(self, "_word", None)
        if interpreter.down:
            return
        if ref and there(self):
            if type(self)._scripted:
                if somh_shared(ref):
                    kept_objects[ref] = self
                    som_release(ref)
                    return
                run_finalizer(self)
            twins.pop(ref, None)
            trust(self)
            self._word = None
            if type(self)._scripted:  # what hangs on it ends while C's part is there
                dying.add(ref)
                try:
                    _drop_members(self)
                finally:
                    dying.discard(ref)
                    som_release(ref)
            else:
                som_release(ref)

    def __repr__(self):
        return f"<{type(self).__name__} object at {self._ref:#x}>" if self._ref else f"<{type(self).__name__} object, released>"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.som_release()

    def __reduce_ex__(self, protocol):
        return parts["reduce"](self)

    def som_release(self):
        """Gives the object's reference back now; calls of it raise ReferenceError from then on."""
        ref, self._word = self._ref, None
        if ref:
            trust(self)
            twins.pop(ref, None)
            if kept_objects.pop(ref, None) is None:
                som_release(ref)

    def _by_name(self, name):
        if not isinstance(name, str):
            raise TypeError(f"a method's name must be str, not {type(name).__name__}")
        ref_of(self)
        ev = Environment()
        address = somh_find(type(self)._c, name.encode(), byref(ev))
        if not address:
            raise exceptions.exception_of(ev)
        m = calls.MethodInfo.at(address)
        if m.why:
            raise NotImplementedError(f"{m.name} cannot be called: {m.why}")
        return m

    def som_dispatch(self, name, *args):
        """Calls a method by its name as other languages do, by the object's own table: som_dispatch('speak', 3)."""
        m = self._by_name(name)
        if m.flags & INIT:
            raise TypeError(f"{m.name} is an initializer")
        if len(args) != len(m.ins):
            raise TypeError(f"{m.name}() takes exactly {len(m.ins)} argument{'s' * (len(m.ins) != 1)} ({len(args)} given)")
        return calls.call_method(m, None, self, args)

    def som_entry(self, name):
        """The address of what calls of a method run, for other tools of this process."""
        m = self._by_name(name)
        return m.proc if m.kind == 2 else c_void_p.from_address(row_of(self._ref) + m.token).value

    @property
    def som_address(self):
        return ref_of(self)

    @property
    def som_alive(self):
        return bool(self._ref)


class Weak:
    """A weak reference to an object of SOM: called it answers the object, or None once its end has begun."""

    def __init__(self, o):
        ev = Environment()
        self._weak = som_weak_new(ref_of(o), byref(ev))
        if not self._weak:
            raise exceptions.exception_of(ev)

    def __call__(self):
        ref = som_weak_get(self._weak)
        if ref in dying:
            som_release(ref)
            return None
        return wrap(ref, True)

    def __del__(self):
        if getattr(self, "_weak", None) and not interpreter.down:
            som_weak_free(self._weak)


def weak(o):
    if not isinstance(o, Instance):
        raise TypeError(f"an object of SOM is asked for, not {type(o).__name__}")
    return Weak(o)


from . import calls, classes, exceptions  # noqa: E402 - here, since they are made of what is above
