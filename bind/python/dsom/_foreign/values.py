"""Values: what is in memory as C has it becomes one of Python's, and back."""

import math
import sys
from ctypes import c_double, c_float, c_int8, c_int16, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p, memmove, memset, sizeof, string_at

from .library import (
    ARRAY, BOOLEAN, CHAR, DOUBLE, ENUM, EXCEPTION, FLOAT, INT8, LONG, LONGLONG, MAX_NESTING, MAX_SIZE, OBJECT, OCTET, POINTER_, SEQUENCE, SHORT, som_allocate, som_retain,
    somh_arm, somh_end, STRING, STRUCT, ULONG, ULONGLONG, UNION, USHORT, VOID, WCHAR, WSTRING,
)
from .objects import Instance, ref_of, wrap

_WHOLE = {OCTET: (c_uint8, "octet", 0, 8), INT8: (c_int8, "int8", 1, 8), SHORT: (c_int16, "short", 1, 16), USHORT: (c_uint16, "unsigned short", 0, 16), LONG: (c_int32, "long", 1, 32),
          ULONG: (c_uint32, "unsigned long", 0, 32), LONGLONG: (c_int64, "long long", 1, 64), ULONGLONG: (c_uint64, "unsigned long long", 0, 64)}


def get(t, p, nullable=False):
    k = t.kind
    if k in _WHOLE:
        return _WHOLE[k][0].from_address(p).value
    if k == VOID:
        return None
    if k == BOOLEAN:
        return c_uint8.from_address(p).value != 0
    if k == CHAR:
        return chr(c_uint8.from_address(p).value)
    if k == WCHAR:
        return chr(c_uint16.from_address(p).value)
    if k in (FLOAT, DOUBLE):
        return (c_float if k == FLOAT else c_double).from_address(p).value
    if k in (STRING, WSTRING, OBJECT, POINTER_):
        v = c_void_p.from_address(p).value
        if k == OBJECT:
            return wrap(v)
        if v is None:
            return None if nullable or k == POINTER_ else ""
        if k == POINTER_:
            return v
        if k == STRING:
            return string_at(v).decode("utf-8", "surrogateescape")
        n = 0
        while c_uint16.from_address(v + 2 * n).value:
            n += 1
        return string_at(v, 2 * n).decode("utf-16-" + ("le" if sys.byteorder == "little" else "be"), "surrogatepass")
    if k == ENUM:
        n = c_uint32.from_address(p).value
        return t.cls()(n) if n < len(t.members) else n
    if k in (STRUCT, EXCEPTION):
        return t.cls()(*(get(m, p + at) for _, m, at in t.members))
    if k == UNION:
        arm = somh_arm(t.address, p)
        return t.cls()(get(t.elem, p), None if arm < 0 else get(t.members[arm][1], p + t.members[arm][2]))
    if k == ARRAY:
        n, at = t.bound, p
    elif k == SEQUENCE:
        n, at = c_uint32.from_address(p + 4).value, c_void_p.from_address(p + 8 if sizeof(c_void_p) == 8 else p + 8).value
        if n * t.elem.size > MAX_SIZE:
            raise OverflowError(f"a sequence of {n} elements has more than {MAX_SIZE} octets (SOMH_MAX_SIZE)")
        if n and not at:
            raise ValueError(f"a sequence of {n} elements has none")
    else:
        raise TypeError(f"a value of a type that has no form here: {t.why or t.name}")
    if t.elem.kind == OCTET:
        return string_at(at, n) if n else b""
    return [get(t.elem, at + i * t.elem.size) for i in range(n)]


def _refuse(o, what, wanted):
    raise TypeError(f"{what} must be {wanted}, not {'None' if o is None else type(o).__name__}")


def _put_text(data, p):
    to = som_allocate(len(data))
    if not to:
        raise MemoryError
    memmove(to, data, len(data))
    c_void_p.from_address(p).value = to


def put(t, o, p, nullable, what, depth=0):
    """Writes a value to memory that is zero; where it fails the memory holds nothing."""
    if o is None and (t.kind == POINTER_ or nullable and t.kind in (STRING, WSTRING, OBJECT)):
        return
    try:
        _put(t, o, p, what, depth)
    except BaseException:
        somh_end(t.address, p)
        memset(p, 0, t.size)
        raise


def _put(t, o, p, what, depth):
    k = t.kind
    if depth > MAX_NESTING:
        raise RecursionError(f"values are nested deeper than {MAX_NESTING} (half of SOMH_MAX_NESTING)")
    if k in _WHOLE:
        c, name, signed, bits = _WHOLE[k]
        if not isinstance(o, int):
            if not hasattr(type(o), "__index__"):
                _refuse(o, what, "int")
            o = o.__index__()
        least, most = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        if not least <= o <= most:
            raise OverflowError(f"{what}: {o!r:.100} is out of the range of {name} ({least} to {most})")
        c.from_address(p).value = o
    elif k == BOOLEAN:
        if not isinstance(o, bool):
            _refuse(o, what, "bool")
        c_uint8.from_address(p).value = o
    elif k in (CHAR, WCHAR):
        if k == CHAR and isinstance(o, bytes) and len(o) == 1:
            o = chr(o[0])
        if not isinstance(o, str):
            _refuse(o, what, "str")
        if len(o) != 1:
            raise TypeError(f"{what} must be a string of length 1, not {len(o)}")
        most = 0xFF if k == CHAR else 0xFFFF
        if ord(o) > most:
            raise OverflowError(f"{what}: the character {o!r} is beyond U+{most:04X}")
        (c_uint8 if k == CHAR else c_uint16).from_address(p).value = ord(o)
    elif k in (FLOAT, DOUBLE):
        if not isinstance(o, (int, float)) and not hasattr(type(o), "__float__"):
            _refuse(o, what, "float")
        v = float(o)
        if k == DOUBLE:
            c_double.from_address(p).value = v
        else:
            if math.isfinite(v) and not math.isfinite(c_float(v).value):
                raise OverflowError(f"{what}: {o!r} is out of the range of float")
            c_float.from_address(p).value = v
    elif k in (STRING, WSTRING):
        if not isinstance(o, str):
            _refuse(o, what, "str")
        if "\0" in o:
            raise ValueError(f"{what}: embedded null character")
        if k == WSTRING:
            data = o.encode("utf-16-" + ("le" if sys.byteorder == "little" else "be"), "surrogatepass")
            if t.bound and len(data) // 2 > t.bound:
                raise ValueError(f"{what}: {len(data) // 2} characters, and the wstring has at most {t.bound}")
            return _put_text(data + b"\0\0", p)
        data = o.encode("utf-8", "surrogateescape")
        if t.bound and len(data) > t.bound:
            raise ValueError(f"{what}: {len(data)} octets, and the string has at most {t.bound}")
        _put_text(data + b"\0", p)
    elif k == OBJECT:
        if not isinstance(o, Instance):
            _refuse(o, what, t.name or "an object of SOM")
        ref = ref_of(o)
        if t.name not in ("", None, "SOMObject", "Object") and t.name not in type(o)._order:
            _refuse(o, what, t.name)
        c_void_p.from_address(p).value = som_retain(ref)
    elif k == POINTER_:
        if not isinstance(o, int):
            _refuse(o, what, "int or None")
        c_void_p.from_address(p).value = o
    elif k == ENUM:
        if isinstance(o, bool) or not isinstance(o, int) or (type(o) is not int and not isinstance(o, t.cls())):
            _refuse(o, what, t.name)
        if not 0 <= o < len(t.members):
            raise ValueError(f"{what}: {o!r} is not a valid {t.name}")
        c_uint32.from_address(p).value = o
    elif k in (STRUCT, EXCEPTION):
        if isinstance(o, t.cls()):
            values = [getattr(o, f) for f in t.cls()._fields_]
        elif isinstance(o, (tuple, list)):
            values = list(o)
            if len(values) != len(t.members):
                raise ValueError(f"{what}: {len(values)} members, and {t.name} has {len(t.members)}")
        else:
            _refuse(o, what, t.name)
        for (name, m, at), v in zip(t.members, values):
            put(m, v, p + at, False, f"{what}.{name}", depth + 1)
    elif k == UNION:
        if not isinstance(o, t.cls()):
            _refuse(o, what, t.name)
        put(t.elem, o.d, p, False, what)
        arm = somh_arm(t.address, p)
        if arm >= 0:
            put(t.members[arm][1], o.v, p + t.members[arm][2], False, what, depth + 1)
        elif o.v is not None:
            _refuse(o.v, what, "None, since no arm is selected")
    elif k in (ARRAY, SEQUENCE):
        _put_many(t, o, p, what, depth)
    else:
        raise TypeError(f"{what}: a value of a type that has no form here: {t.why or t.name}")


def _put_many(t, o, p, what, depth):
    octets = t.elem.kind == OCTET
    if octets:
        try:
            o = bytes(memoryview(o).cast("B"))
        except TypeError:
            pass
    elif isinstance(o, (bytes, bytearray, memoryview)):
        _refuse(o, what, "a sequence")
    if isinstance(o, (str, dict)) or not hasattr(o, "__iter__"):
        _refuse(o, what, "bytes or a sequence of int" if octets else "a sequence")
    values = o if isinstance(o, (bytes, list, tuple)) else list(o)
    n = len(values)
    if t.kind == ARRAY and n != t.bound:
        raise ValueError(f"{what}: {n} elements, and the array has {t.bound}")
    if t.kind == SEQUENCE and t.bound and n > t.bound:
        raise ValueError(f"{what}: {n} elements, and the sequence has at most {t.bound}")
    if n * t.elem.size > MAX_SIZE:
        raise OverflowError(f"{what}: a sequence of {n} elements has more than {MAX_SIZE} octets (SOMH_MAX_SIZE)")
    to = p
    if t.kind == SEQUENCE:
        to = som_allocate(n * t.elem.size) if n else None
        if n and not to:
            raise MemoryError
        c_uint32.from_address(p).value = c_uint32.from_address(p + 4).value = n
        c_void_p.from_address(p + 8).value = to
    if isinstance(values, bytes):
        if n:
            memmove(to, values, n)
        return
    for i in range(n):
        if i >= len(values):  # what was converted has changed it
            raise RuntimeError(f"{what} changed size")
        put(t.elem, values[i], to + i * t.elem.size, False, f"{what}[{i}]", depth + 1)
