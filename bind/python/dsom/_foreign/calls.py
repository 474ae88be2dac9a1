"""Calls from Python: methods and attributes, and the memory of a call."""

import ctypes
from ctypes import byref, c_uint64, c_void_p, cast, memmove

from .library import Environment, IN, INIT, MAKING, MethodForm, OBJECT, OUT, som_release, som_retain, somh_call, somh_call_quick, somh_end, somh_make, somh_proc, VOID
from .types import type_at
from .objects import ref_of, wrap
from .values import get, put
from .exceptions import exception_of


def python_name(name):
    import keyword

    return "_" + name if keyword.iskeyword(name) else name


class Parameter:
    """A parameter, or the result."""

    def __init__(self, p):
        self.name, self.type = python_name((p.name or b"").decode()), type_at(p.type)
        self.address, self.direction, self.owner, self.nullable, self.slot = ctypes.addressof(p), p.direction, p.owner, bool(p.nullable), p.slot


class MethodInfo:
    """A method, as Python has it: found by its address."""

    known = {}

    def __init__(self, address):
        MethodInfo.known[address] = self
        m = MethodForm.from_address(address)
        self.address, self.token, self.proc, self.kind, self.flags, self.nargs = address, m.token, m.proc, m.kind, m.flags, m.nargs
        self.name, self.attribute, self.doc, self.why = (v.decode() if v else None for v in (m.name, m.attribute, m.doc, m.why))
        self.cls = cast(m.cls, c_void_p).value
        self.result = Parameter(m.result)
        self.params = [] if self.why else [Parameter(m.params[i]) for i in range(m.nparams)]
        self.ins = [p for p in self.params if p.direction != OUT and p.type.kind != MAKING]
        self.raises = [] if self.why else [type_at(m.raises[i]) for i in range(m.nraises)]

    @staticmethod
    def at(pointer):
        address = pointer if isinstance(pointer, int) else cast(pointer, c_void_p).value
        return MethodInfo.known.get(address) or MethodInfo(address)


class _Frame:
    """The memory of a call: arguments, and values that they point to."""

    def __init__(self, m, args, skip=0):
        self.m, self.cells, self.args = m, [], (c_uint64 * (m.nargs + 1))()
        args = iter(args)
        try:
            for i, p in enumerate(m.params[skip:], skip):
                name = m.attribute or m.name
                what = f"{name}() argument '{p.name}'" if p.name else f"{name}() argument"
                if p.direction == OUT:
                    self.args[p.slot] = self.cell(p)
                    continue
                v = next(args)
                if v is None and p.nullable and p.direction == IN:
                    continue
                at = self.cell(p)
                put(p.type, v, at, p.nullable, what)
                if p.type.apart or p.direction != IN:
                    self.args[p.slot] = at
                else:
                    memmove(ctypes.addressof(self.args) + 8 * p.slot, at, p.type.size)
            if m.result.type.apart:
                self.args[m.result.slot] = self.cell(m.result)
        except BaseException:
            self.end(False)
            raise

    def cell(self, p):
        room = (c_uint64 * ((p.type.size + 15) // 8))()
        self.cells.append((p, room))
        return ctypes.addressof(room)

    def end(self, raised):
        for p, room in self.cells:
            if p.type.owns and p.owner != 1 and not (raised and p.direction == OUT):
                somh_end(p.type.address, ctypes.addressof(room))


def call_method(m, owner, o, args, call=somh_call):
    ref = ref_of(o)
    if m.why:
        raise NotImplementedError(f"{owner.som_name if owner else ''}::{m.name} cannot be called: {m.why}")
    if owner is None or not type(o)._scripted:
        proc = None
    else:
        proc = somh_proc(m.address, owner._c, type(o)._c, ref)
        if not proc:
            raise NotImplementedError(f"class {owner.som_name} does not implement {m.name}")
    ev, result, f, raised = Environment(), c_uint64(), None, False
    som_retain(ref)  # before what is converted may release it
    try:
        f = _Frame(m, args)
        code = call(m.address, proc, ref, f.args, byref(result), byref(ev))
        raised = code != 0 or ev.major != 0
        if raised:
            raise exception_of(ev, m, ref)
        t, out = m.result.type, []
        if t.kind != VOID:
            at = f.args[m.result.slot] if t.apart else ctypes.addressof(result)
            if t.kind == OBJECT:
                out.append(wrap(result.value, m.result.owner == 0))
            else:
                out.append(get(t, at, m.result.nullable))
                if not t.apart and t.owns and m.result.owner == 0:
                    somh_end(t.address, at)
        out += [get(p.type, f.args[p.slot], p.nullable) for p in m.params if p.direction != IN]
        return None if not out else out[0] if len(out) == 1 else tuple(out)
    finally:
        if f:
            f.end(raised)
        som_release(ref)


def _make_by(m, cls, args):
    f, ev = _Frame(m, args, 1), Environment()
    ref = somh_make(cls._c, m.address, ctypes.addressof(f.args) + 8, byref(ev))
    f.end(not ref)
    if not ref:
        raise exception_of(ev, m)
    return wrap(ref, True)


class Method:
    """A method of a class, called with an object."""

    def __init__(self, m, owner):
        self.m, self.owner, self.quick = m, owner, False
        self.__name__, self.__qualname__, self.__objclass__ = m.name, f"{owner.__name__}.{m.name}", owner
        ins = ", ".join(f"{p.name}{': ' if p.name else ''}{p.type.stub()}{' | None' if p.nullable else ''}" for p in m.ins)
        self.__doc__ = f"{m.name} cannot be called: {m.why}" if m.why else f"{m.name}({ins}) -> {m.result.type.stub()}" + (f"\n\n{m.doc}" if m.doc else "")

    @property
    def raises(self):
        return tuple(t.cls() for t in self.m.raises)

    def __repr__(self):
        return f"<method '{self.m.name}' of '{self.owner.__name__}' objects>"

    def __get__(self, o, cls=None):
        import types

        if self.m.flags & INIT:
            return types.MethodType(self, cls or type(o))
        return self if o is None else types.MethodType(self, o)

    def __call__(self, o, *args, **named):
        m, owner = self.m, self.owner
        n = len(m.ins)
        if m.flags & INIT:
            if not isinstance(o, type(owner)) or not issubclass(o, owner):
                raise TypeError(f"{owner.__name__}.{m.name}() makes an object of a class that descends from {owner.__name__}")
        elif not isinstance(o, owner):
            raise TypeError(f"descriptor '{m.name}' for '{owner.__name__}' objects doesn't apply to a '{type(o).__name__}' object")
        if named and len(args) <= n:
            rest = dict(zip((p.name for p in m.ins[: len(args)]), args))
            for key, v in named.items():
                if key not in (p.name for p in m.ins):
                    raise TypeError(f"{m.name}() got an unexpected keyword argument '{key}'")
                if key in rest:
                    raise TypeError(f"{m.name}() got multiple values for argument '{key}'")
                rest[key] = v
            for p in m.ins:
                if p.name not in rest:
                    raise TypeError(f"{m.name}() missing required argument '{p.name}'")
            args = [rest[p.name] for p in m.ins]
        if len(args) != n:
            raise TypeError(f"{owner.__name__}.{m.name}() takes exactly {n} argument{'s' * (n != 1)} ({len(args) + len(named)} given)")
        return _make_by(m, o, args) if m.flags & INIT else call_method(m, owner, o, args, somh_call_quick if self.quick else somh_call)


class Attribute:
    def __init__(self, getter, setter, owner):
        self.get, self.set, self.owner = getter, setter, owner
        self.__name__ = (getter or setter).attribute
        self.__doc__ = getter.doc if getter else None

    def __repr__(self):
        return f"<attribute '{self.__name__}' of '{self.owner.__name__}' objects>"

    def __get__(self, o, cls=None):
        return self if o is None else call_method(self.get, self.owner, o, ())

    def __set__(self, o, value):
        if not self.set:
            raise AttributeError(f"attribute '{self.__name__}' of '{self.owner.__name__}' objects is not writable")
        call_method(self.set, self.owner, o, (value,))

    def __delete__(self, o):
        raise AttributeError(f"attribute '{self.__name__}' of '{self.owner.__name__}' objects cannot be deleted")
