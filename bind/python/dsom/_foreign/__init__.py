"""What dsom._core does, by ctypes: for where there is no compiler. It needs libsom.so.1 and libsomhost.so.1, which are looked for in the
package's folder, in the folder that DSOM_LIBRARIES names, and where the system looks. The same tests hold both; a call costs some hundred times as much.

What is different: a thread of C's that calls an override while the interpreter ends is not waited for.

Each module stands on those before it:

    library      structures and functions, as C has them
    types        what a type is
    objects      who refers to whom, and what an object is
    values       between memory and values of Python
    exceptions   between environments and exceptions
    calls        what Python calls
    upcalls      what C calls
    classes      classes of either side
"""

import os
from ctypes import byref

from .library import (
    ClassForm, Environment, interpreter, MAKING, parts, som_class_check_version, som_class_describe, som_classes, som_library_load, som_release, som_retain, som_set_path,
    somh_describe, somh_named, somh_type_named, visit_t,
)
from .types import members, type_at
from .objects import object_at, weak
from .exceptions import exception_of
from .classes import Class, class_of, methods_of

__all__ = ["Class", "class_named", "class_names", "described", "load_library", "members", "object_at", "set_parts", "set_path", "shut", "type_named", "weak"]


def set_parts(made):
    parts.update(made)


def shut():
    interpreter.down = True


def class_named(name, major=0, minor=0):
    ev = Environment()
    c = somh_named(name.encode(), byref(ev))
    if c and (major or minor) and som_class_check_version(ClassForm.from_address(c).cls, major, minor, byref(ev)):
        c = None
    if not c:
        raise exception_of(ev)
    return class_of(c)


def _all_classes():
    found = []

    @visit_t
    def visit(cls, context):
        found.append(som_retain(cls))
        return 0

    som_classes(visit, None)
    return found


def class_names():
    found = _all_classes()
    names = [som_class_describe(c).contents.name.decode() for c in found]
    for c in found:
        som_release(c)
    return names


def type_named(name):
    found, t = _all_classes(), None
    for cls in found:
        if t is None and som_class_describe(cls).contents.typelib:
            c = somh_describe(cls, None)
            address = somh_type_named(c, name.encode()) if c else None
            t = type_at(address) if address else None
        som_release(cls)
    if t is not None and t.why:
        raise TypeError(f"{name} cannot be used: {t.why}")
    return t.cls() if t else None


def load_library(file):
    ev = Environment()
    if som_library_load(os.fsencode(file), byref(ev)):
        raise exception_of(ev)


def set_path(folders):
    ev = Environment()
    if som_set_path(None if folders is None else os.fsencode(folders), byref(ev)):
        raise exception_of(ev)


def described(cls):
    if not isinstance(cls, Class):
        raise TypeError("a class of SOM is asked for")
    ways = ("in", "out", "inout")
    return [
        {"name": m.name, "attribute": m.attribute, "doc": m.doc, "params": [(p.name, p.type.stub(), ways[p.direction], p.nullable) for p in m.params if p.type.kind != MAKING],
         "result": m.result.type.stub(), "nullable": m.result.nullable, "raises": [t.name for t in m.raises], "flags": m.flags, "oneway": bool(m.flags & 1)}
        for m in methods_of(cls._c, "methods") if not m.why
    ]
