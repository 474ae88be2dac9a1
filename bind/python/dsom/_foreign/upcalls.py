"""What C calls: overrides, and the begin and the end of an object whose class is made in Python."""

import ctypes
import types
import weakref
from ctypes import c_uint64, c_void_p

from .library import (
    begin_t, end_t, GETS, handler_t, IN, interpreter, MAKING, OIDL, OUT, parts, som_raise_system, som_release, som_retain, somh_above, somh_call, somh_ending, somh_give, somh_shared,
    somh_take_back, somh_took, VOID,
)
from .objects import back, bound, bound_to, dying, in_making, is_being_made, kept_objects, run_finalizer, trust, twin, twins, wrap
from .values import get, put
from .exceptions import tell
from .calls import python_name


class Over:
    """An override: what C calls is found by its number."""

    all = {}
    last = 0

    def __init__(self, cls, m):
        self.cls, self.m, self.name = weakref.ref(cls), m, python_name(m.attribute or m.name)
        Over.last += 1
        self.number = Over.last
        Over.all[self.number] = self


@begin_t
def on_begin(ref, ev, context):
    try:
        cls, met = classes.class_of_ref(ref), twin(ref)
        if is_being_made(ref) and (in_making.w is None or in_making.w is met):
            if met is None:
                in_making.w = bound_to(cls, ref)
                som_retain(ref)  # besides that of who makes it, whose class may keep that
            else:  # it has been shown around, perhaps by another thread
                in_making.w = back(met, ref)
                trust(met)
            return
        if in_making.ref and in_making.ref.value == ref:
            raise ReferenceError(f"the object of class {cls.__name__} has been released while it was made")
        w = wrap(ref)
        trust(w)
        try:
            w.__init__()
        except BaseException:
            if w._word == ref:  # else it has given its reference back already
                w._word = None
                twins.pop(ref, None)
                som_release(ref)
            raise
    except BaseException as e:
        tell(ev, e)


@end_t
def on_end(ref, context):
    w = bound(ref)
    if w is not None:
        trust(w)
        kept = kept_objects.pop(ref, None) is not None
        if kept:
            twins[ref] = w
            run_finalizer(w)
        twins.pop(ref, None)
        w._word = None
        if not kept and somh_shared(ref):
            som_release(ref)  # whoever makes it undoes it, though Python has a reference


def _out(ref, m, p, o, to, what):
    if not to:
        raise ValueError(f"there is no place for {what}")
    room = (c_uint64 * ((p.type.size + 15) // 8))()
    put(p.type, o, ctypes.addressof(room), p.nullable, what)
    if not somh_give(ref, m.address, p.address, room, to):
        raise MemoryError


def _ran(cls, over, w, args):
    m, values = over.m, []
    for p in m.params:
        if p.direction == OUT:
            continue
        at = args + 8 * p.slot
        if p.type.kind == MAKING:
            values.append(None)
            continue
        if p.type.apart or p.direction != IN:
            at = c_void_p.from_address(at).value
            if not at and p.nullable and p.direction == IN:
                values.append(None)
                continue
            if not at:
                raise ValueError(f"argument '{p.name}' is NULL")
        values.append(get(p.type, at, p.nullable))
    f = getattr(cls, over.name)
    if m.attribute:
        if m.flags & GETS:
            return type(f).__get__(f, w, type(w)) if hasattr(type(f), "__get__") else getattr(w, over.name)
        return type(f).__set__(f, w, values[0]) if hasattr(type(f), "__set__") else setattr(w, over.name, values[0])
    f = type(f).__get__(f, w, type(w)) if hasattr(type(f), "__get__") else f
    return f(*values)


@handler_t
def handle(context, ref, ev, args, result):
    over = Over.all.get(context)
    m = over.m if over else None
    cls = over.cls() if over else None
    try:
        if over is None or cls is None or interpreter.down or (twin(ref) is None and (somh_ending(ref) or ref in dying)):
            c = cls._c if cls else None
            proc = somh_above(c, m.address) if c else None
            if proc:
                somh_call(m.address, proc, ref, args, result, ev)
            else:
                som_raise_system(ev, b"IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, 1, b"the class was made in Python, which has ended")
            return
        w = wrap(ref)
        try:
            r = _ran(cls, over, w, args)
            if isinstance(r, types.CoroutineType):
                r = parts["finish"](r)
        finally:
            somh_took(m.address, args)
        outs = ([m.result] if m.result.type.kind != VOID else []) + [p for p in m.params if p.direction != IN]
        if not outs:
            return
        if len(outs) > 1 and (not isinstance(r, tuple) or len(r) != len(outs)):
            raise TypeError(f"{type(w).__name__}.{m.name}() must return a tuple of {len(outs)}, not {type(r).__name__}")
        what = f"the result of {type(w).__name__}.{m.attribute or m.name}()"
        given = 0
        try:
            for p, v in zip(outs, r if len(outs) > 1 else (r,)):
                to = result if p is m.result and not p.type.apart else c_void_p.from_address(args + 8 * p.slot).value
                _out(ref, m, p, v, to, what)
                given += 1
        except BaseException:
            somh_take_back(m.address, given, args, result)
            raise
    except BaseException as e:
        tell(None if m and m.flags & OIDL else ev, e)


from . import classes  # noqa: E402 - here, since it is made of what is above
