"""Classes: those of libsom as classes of Python, and those that are made in Python as classes of libsom."""

import os
import weakref
from ctypes import byref, c_void_p, cast, sizeof

from .library import (
    ClassForm, DefinitionForm, Environment, GETS, INIT, interpreter, MethodForm, NONE, OverrideForm, parts, ROOT, SETS, som_class_describe, som_class_instances, som_code_name, som_new,
    somh_define, somh_describe, somh_new, somh_override, somh_undefine,
)
from .types import making_lock, type_at
from .objects import in_making, Instance, row_of, there, wrap
from .exceptions import exception_of
from .calls import Attribute, Method, MethodInfo, python_name
from .upcalls import handle, on_begin, on_end, Over

_by_class = {}  # of libsom's: made ones are gone with Python's class
_made = weakref.WeakValueDictionary()
_building = [None]  # whose class is being made, for its order: of the thread that has the lock
_filling = {}  # as _by_class: those that are being made


def methods_of(c, what):
    c = ClassForm.from_address(c)
    if what == "owns":
        return [MethodInfo.at(c.owns[i]) for i in range(c.nowns)]
    size = sizeof(MethodForm)
    first = cast(c.methods, c_void_p).value
    return [MethodInfo.at(first + size * i) for i in range(c.nmethods)]


def order_of(c):
    c = ClassForm.from_address(c)
    return [cast(c.order[i], c_void_p).value for i in range(c.norder)]


def class_of(c):
    """The class of a description, an address."""
    d = ClassForm.from_address(c)
    cls = _by_class.get(d.cls) or _made.get(d.cls)
    if cls is not None:
        return cls
    with making_lock:
        try:
            return _by_class.get(d.cls) or _filling.get(d.cls) or _class_made(c, d)
        except BaseException:
            _filling.pop(d.cls, None)
            raise


def _class_made(c, d):
    name = d.name.decode()
    if d.made_by:
        raise ReferenceError(f"the class {name} was made in Python and is no more")
    scope, _, bare = name.rpartition("::")
    bases = tuple(class_of(cast(d.parents[i], c_void_p).value) for i in range(d.nparents)) or (Instance,)
    outer, _building[0] = _building[0], c
    try:
        cls = type.__new__(Class, bare, bases, {"__slots__": (), "__module__": scope or "som", "__doc__": d.doc.decode() if d.doc else None, "som_name": name})
    finally:
        _building[0] = outer
    put_ = lambda n, v: type.__setattr__(cls, n, v)
    put_("_c", c), put_("_made", False), put_("_scripted", d.nmade > 0), put_("_finalize", None)
    put_("_order", frozenset(ClassForm.from_address(a).name.decode() for a in order_of(c)))
    _filling[d.cls] = cls
    accessor = lambda n, flag: next((m for a in order_of(c) for m in methods_of(a, "methods") if m.flags & flag and m.attribute == n), None)
    for m in methods_of(c, "methods") + methods_of(c, "owns"):
        if m.flags & ROOT and m.why:
            continue
        if m.attribute and not m.why:
            put_(python_name(m.attribute), Attribute(accessor(m.attribute, GETS), accessor(m.attribute, SETS), cls))
            continue
        put_(python_name(m.name), Method(m, cls))
    for i in range(d.ntypes):
        t = type_at(d.types[i])
        if t.kind != NONE:
            put_(python_name(t.name.rpartition("::")[2]), t.cls())
    _put_beside(cls, methods_of(c, "methods") + methods_of(c, "owns"))
    _by_class[d.cls] = _filling.pop(d.cls)
    return cls


def _put_beside(cls, methods):
    for n, v in parts["beside"](cls, [python_name(m.name) for m in methods if not m.attribute and not m.why and not m.flags & (INIT | ROOT)]).items():
        type.__setattr__(cls, n, v)


def class_of_ref(ref):
    ev = Environment()
    cls = c_void_p.from_address(row_of(ref)).value
    found = _by_class.get(cls) or _made.get(cls)
    if found is not None:
        return found
    c = somh_describe(cls, byref(ev))
    if not c:
        raise exception_of(ev)
    return class_of(c)


class Class(type):
    """The class of classes of SOM."""

    def __new__(meta, cls_name, bases, namespace, /, *, name=None, **others):
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name must be str, not {type(name).__name__}")
        making_lock.acquire()
        outer, _building[0] = _building[0], None
        try:
            finalize = namespace.get("__del__")
            cls = type.__new__(meta, cls_name, bases, {k: v for k, v in namespace.items() if k != "__del__"}, **others)
        finally:
            _building[0] = outer
            making_lock.release()
        put_ = lambda n, v: type.__setattr__(cls, n, v)
        put_("_made", True), put_("_scripted", True), put_("_c", None)
        if finalize:
            put_("_finalize", finalize)
        parents = [b._c for b in cls.__bases__ if isinstance(b, Class) and b._c]
        if not parents:
            raise TypeError(f"class {cls_name} has no class of SOM as its base")
        overrides = {}
        for p in parents:
            for a in order_of(p):
                for m in methods_of(a, "methods"):
                    if not m.why and m.kind == 0 and not m.flags & INIT and cls._overrides(python_name(m.attribute or m.name)):
                        overrides.setdefault(m.address, m)
        made = [Over(cls, m) for m in overrides.values()]
        table = (OverrideForm * max(1, len(made)))(*((o.m.address, o.number) for o in made))
        d = DefinitionForm(sizeof(DefinitionForm), len(made), len(parents), (name or cls_name).encode(), (c_void_p * len(parents))(*parents), table, handle, on_begin, on_end, id(cls), name is not None)
        ev = Environment()
        c = somh_define(byref(d), byref(ev))
        if not c:
            if som_code_name(ev.code) != b"busy":  # else SOM has a class for good, whose closures come to these
                for o in made:
                    Over.all.pop(o.number)
            raise exception_of(ev)
        described = ClassForm.from_address(c)
        put_("_c", c), put_("som_name", described.name.decode()), put_("_order", frozenset(ClassForm.from_address(a).name.decode() for a in order_of(c)))
        put_("_overridden", {o.m.address: o.number for o in made})
        _put_beside(cls, [o.m for o in made])
        _made[described.cls] = cls
        weakref.finalize(cls, _class_gone, c, cls._overridden).atexit = False
        return cls

    def __init__(cls, name, bases, namespace, /, **others):
        type.__init__(cls, name, bases, namespace)

    def _overrides(cls, name):
        for k in cls.__mro__:
            if name in vars(k):
                return k is cls or (not isinstance(k, Class) and k not in (Instance, object))
        return False

    def mro(cls):
        c = _building[0] if making_lock._is_owned() else None
        if c is None:
            return type.mro(cls)
        _building[0] = None
        try:
            return [cls] + [class_of(a) for a in order_of(c)[1:]] + [Instance, object]
        finally:
            _building[0] = c

    def __setattr__(cls, name, value):
        if not cls._made:
            raise TypeError(f"cannot set {name!r} attribute of immutable type '{cls.__name__}'")
        if name == "__del__":
            name = "_finalize"
        type.__setattr__(cls, name, value)
        if not cls._c:
            return
        for a in order_of(cls._c)[1:]:
            for m in methods_of(a, "methods"):
                if m.why or m.kind != 0 or m.flags & INIT or m.address in cls._overridden or python_name(m.attribute or m.name) != name:
                    continue
                o, ev = Over(cls, m), Environment()
                if somh_override(cls._c, m.address, o.number, byref(ev)):
                    raise exception_of(ev)
                cls._overridden[m.address] = o.number
                _put_beside(cls, [m])

    def __repr__(cls):
        return f"<class '{cls.som_name}' of SOM>"

    som_version = property(lambda cls: (ClassForm.from_address(cls._c).major, ClassForm.from_address(cls._c).minor))
    som_instances = property(lambda cls: som_class_instances(ClassForm.from_address(cls._c).cls))

    @property
    def som_library(cls):
        file = som_class_describe(ClassForm.from_address(cls._c).cls).contents.library
        return os.fsdecode(file) if file else None

    def som_new(cls):
        """Makes an object as other languages do: without arguments, with __init__ called by SOM."""
        return created(cls, False)


def _class_gone(c, overridden):
    if not interpreter.down and somh_undefine(c, None) == 0:
        for number in overridden.values():
            Over.all.pop(number, None)


def created(cls, here):
    """An object; here: its class is made in Python, which calls __init__ behind this."""
    ev, made = Environment(), c_void_p()
    m, c = in_making, ClassForm.from_address(cls._c)
    outer, m.cls, m.ref, m.w = (m.cls, m.ref, m.w), cls if here else None, made if here else None, None
    try:
        ref = somh_new(cls._c, byref(made), byref(ev)) if here else som_new(c.cls, byref(ev))
    finally:
        w, (m.cls, m.ref, m.w) = m.w, outer
    if not ref:
        if w is not None:
            there(w)
        raise exception_of(ev)
    return wrap(ref, True)  # w, unless the class has answered another
