"""What dsom._core does, by ctypes: for where there is no compiler. It needs libsom.so.1 and libsomhost.so.1, which are looked for beside this
file, in the folder that DSOM_LIBRARIES names, and where the system looks. The same tests hold both; a call costs some twenty times as much.

What is different: a thread of C's that calls an override while the interpreter ends is not waited for.
"""

import ctypes
import gc
import math
import os
import sys
import threading
import weakref
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char, c_char_p, c_double, c_float, c_int, c_int8, c_int16, c_int32, c_int64, c_size_t, c_ssize_t, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p
from ctypes import cast, memmove, memset, sizeof, string_at

(NONE, VOID, BOOLEAN, OCTET, CHAR, WCHAR, INT8, SHORT, USHORT, LONG, ULONG, LONGLONG, ULONGLONG, FLOAT, DOUBLE, STRING, WSTRING, ENUM, OBJECT, POINTER_, STRUCT, UNION, SEQUENCE,
 ARRAY, EXCEPTION, MAKING) = range(26)
IN, OUT, INOUT = range(3)
GETS, SETS, INIT, OIDL, ROOT = 2, 4, 8, 16, 32
MAX_NESTING, MAX_SIZE, MAX_LENT = 128, 1 << 30, 16


class _Type(Structure):
    pass


class _Member(Structure):
    _fields_ = [("name", c_char_p), ("type", POINTER(_Type)), ("offset", c_uint32)]


class _Label(Structure):
    _fields_ = [("value", c_int64), ("arm", c_uint32)]


_Type._fields_ = [("kind", c_uint32), ("letter", c_char), ("owns", c_uint8), ("apart", c_uint8), ("size", c_uint32), ("align", c_uint32), ("bound", c_uint64), ("name", c_char_p),
                  ("id", c_char_p), ("doc", c_char_p), ("elem", POINTER(_Type)), ("members", POINTER(_Member)), ("nmembers", c_uint32), ("labels", POINTER(_Label)), ("nlabels", c_uint32),
                  ("otherwise", c_int32), ("why", c_char_p), ("checked", c_uint8)]


class _Param(Structure):
    _fields_ = [("name", c_char_p), ("type", POINTER(_Type)), ("direction", c_uint8), ("owner", c_uint8), ("nullable", c_uint8), ("by_copy", c_uint8), ("slot", c_uint8)]


class _Class(Structure):
    pass


class _Method(Structure):
    _fields_ = [("name", c_char_p), ("attribute", c_char_p), ("doc", c_char_p), ("sig", c_char_p), ("why", c_char_p), ("cls", POINTER(_Class)), ("token", c_ssize_t), ("proc", c_void_p),
                ("kind", c_uint32), ("flags", c_uint32), ("nparams", c_uint32), ("nargs", c_uint32), ("params", POINTER(_Param)), ("result", _Param), ("nraises", c_uint32),
                ("raises", POINTER(POINTER(_Type))), ("plan", c_uint32), ("prepared", c_void_p)]


_Class._fields_ = [("cls", c_void_p), ("name", c_char_p), ("doc", c_char_p), ("major", c_uint32), ("minor", c_uint32), ("flags", c_uint32), ("nparents", c_uint32), ("norder", c_uint32),
                   ("nmethods", c_uint32), ("nowns", c_uint32), ("ntypes", c_uint32), ("nmade", c_uint32), ("parents", POINTER(POINTER(_Class))), ("order", POINTER(POINTER(_Class))),
                   ("methods", POINTER(_Method)), ("owns", POINTER(POINTER(_Method))), ("types", POINTER(POINTER(_Type))), ("made", POINTER(POINTER(_Class))), ("made_by", c_void_p),
                   ("context", c_void_p)]


class _Env(Structure):
    _fields_ = [("major", c_uint32), ("code", c_uint32), ("minor", c_uint32), ("completed", c_uint32), ("id", c_void_p), ("text", c_void_p), ("value", c_void_p), ("drop", c_void_p)]


class _Override(Structure):
    _fields_ = [("method", c_void_p), ("context", c_void_p)]


_handler = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
_begin = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p)
_end = CFUNCTYPE(None, c_void_p, c_void_p)
_drop = CFUNCTYPE(None, c_void_p)
_visit = CFUNCTYPE(c_int, c_void_p, c_void_p)


class _Definition(Structure):
    _fields_ = [("size_of", c_uint32), ("noverrides", c_uint32), ("nparents", c_uint32), ("name", c_char_p), ("parents", POINTER(c_void_p)), ("overrides", POINTER(_Override)),
                ("handler", _handler), ("begin", _begin), ("end", _end), ("context", c_void_p), ("exact", c_uint32)]


class _Info(Structure):
    _fields_ = [("size_of", c_uint32), ("flags", c_uint32), ("name", c_char_p), ("major", c_uint32), ("minor", c_uint32), ("library", c_char_p), ("typelib", c_void_p)]


def _open(name):
    here = os.path.dirname(os.path.abspath(__file__))
    places = [os.path.join(d, name) for d in (os.environ.get("DSOM_LIBRARIES"), here) if d]
    for place in [p for p in places if os.path.exists(p)] + [name]:
        try:
            return ctypes.CDLL(place, mode=ctypes.RTLD_GLOBAL)
        except OSError as e:
            why = e
    raise ImportError(f"dsom has no extension here, and calls by ctypes need {name}: {why}. Install a C compiler, or set DSOM_LIBRARIES to the folder of libsom.so.1 and libsomhost.so.1")


_som, _host = _open("libsom.so.1"), _open("libsomhost.so.1")


def _f(lib, name, result, *args):
    f = getattr(lib, name)
    f.restype, f.argtypes = result, args
    return f


_P = c_void_p
_env_clear = _f(_som, "som_env_clear", None, _P)
_raise_system = _f(_som, "som_raise_system", None, _P, c_char_p, c_uint32, c_uint32, c_char_p)
_raise_user = _f(_som, "som_raise_user", None, _P, c_char_p, _P, _P)
_code_name = _f(_som, "som_code_name", c_char_p, c_uint32)
_new = _f(_som, "som_new", _P, _P, _P)
_retain = _f(_som, "som_retain", _P, _P)
_release = _f(_som, "som_release", None, _P)
_allocate = _f(_som, "som_allocate", _P, c_size_t)
_deallocate = _f(_som, "som_deallocate", None, _P)
_load = _f(_som, "som_library_load", c_int, c_char_p, _P)
_set_path = _f(_som, "som_set_path", c_int, c_char_p, _P)
_check_version = _f(_som, "som_class_check_version", c_int, _P, c_uint32, c_uint32, _P)
_instances = _f(_som, "som_class_instances", c_uint64, _P)
_info = _f(_som, "som_class_describe", POINTER(_Info), _P)
_classes = _f(_som, "som_classes", c_int, _visit, _P)
_weak_new = _f(_som, "som_weak_new", _P, _P, _P)
_weak_get = _f(_som, "som_weak_get", _P, _P)
_weak_free = _f(_som, "som_weak_free", None, _P)
_describe = _f(_host, "somh_describe", _P, _P, _P)
_named = _f(_host, "somh_named", _P, c_char_p, _P)
_find = _f(_host, "somh_find", _P, _P, c_char_p, _P)
_type_named = _f(_host, "somh_type_named", _P, _P, c_char_p)
_call = _f(_host, "somh_call", c_int, _P, _P, _P, _P, _P, _P)
_make = _f(_host, "somh_make", _P, _P, _P, _P, _P)
_proc = _f(_host, "somh_proc", _P, _P, _P, _P, _P)
_above = _f(_host, "somh_above", _P, _P, _P)
_define = _f(_host, "somh_define", _P, _P, _P)
_override = _f(_host, "somh_override", c_int, _P, _P, _P, _P)
_undefine = _f(_host, "somh_undefine", c_int, _P, _P)
_end_value = _f(_host, "somh_end", None, _P, _P)
_count_raised = _f(_host, "somh_raised", c_uint32, _P, _P, _P)
_arm = _f(_host, "somh_arm", c_int32, _P, _P)
_shared = _f(_host, "somh_shared", c_int, _P)
_ending = _f(_host, "somh_ending", c_int, _P)

_parts = {}
_down = False
_local = threading.local()


def set_parts(parts):
    _parts.update(parts)


def shut():
    global _down
    _down = True


# ---- Types ----

_NAMES = {VOID: "None", BOOLEAN: "bool", CHAR: "str", WCHAR: "str", FLOAT: "float", DOUBLE: "float", STRING: "str", WSTRING: "str", POINTER_: "int", MAKING: "None",
          **dict.fromkeys((OCTET, INT8, SHORT, USHORT, LONG, ULONG, LONGLONG, ULONGLONG), "int")}
_WHOLE = {OCTET: (c_uint8, "octet", 0, 8), INT8: (c_int8, "int8", 1, 8), SHORT: (c_int16, "short", 1, 16), USHORT: (c_uint16, "unsigned short", 0, 16), LONG: (c_int32, "long", 1, 32),
          ULONG: (c_uint32, "unsigned long", 0, 32), LONGLONG: (c_int64, "long long", 1, 64), ULONGLONG: (c_uint64, "unsigned long long", 0, 64)}
_types = {}
_lock = threading.RLock()  # one thread at a time makes types and classes: others find them when they are filled
_unfilled, _depth = {}, 0  # types that are being made, which may refer to themselves


class T:
    """A type, as Python has it: found by its address."""

    def __init__(self, address):
        _unfilled[address] = self
        t = _Type.from_address(address)
        self.address, self.kind, self.size, self.apart, self.owns, self.bound, self.otherwise = address, t.kind, t.size, bool(t.apart), bool(t.owns), t.bound, t.otherwise
        self.name, self.id, self.doc, self.why = (v.decode() if v else None for v in (t.name, t.id, t.doc, t.why))
        self.elem = type_at(t.elem) if t.elem else None
        self.members = [(t.members[i].name.decode(), type_at(t.members[i].type) if t.members[i].type else None, t.members[i].offset) for i in range(t.nmembers)]
        self.made = None

    def cls(self):
        with _lock:
            return self.made or self._make()

    def _make(self):
        kind = {ENUM: "enum", STRUCT: "struct", UNION: "union", EXCEPTION: "exception"}[self.kind]
        made = _parts["make"](kind, self.name, [m[0] for m in self.members], self.id, self.doc)
        made._type_ = self.address
        self.made = made
        return made

    def stub(self):
        if self.kind in _NAMES:
            return _NAMES[self.kind]
        if self.kind == OBJECT:
            return self.name or "SOMObject"
        if self.kind == SEQUENCE and self.elem.kind == OCTET:
            return "bytes"
        if self.kind in (SEQUENCE, ARRAY):
            return f"list[{self.elem.stub()}]"
        return self.name or "Any"


def type_at(pointer):
    address = pointer if isinstance(pointer, int) else cast(pointer, c_void_p).value
    return _types.get(address) or _filled(address)


def _filled(address):
    global _depth
    with _lock:
        t = _types.get(address) or _unfilled.get(address)
        if t is None:
            _depth += 1
            try:
                t = T(address)
            finally:
                _depth -= 1
                if not _depth:  # all that refer to each other
                    _types.update(_unfilled)
                    _unfilled.clear()
        return t


def members(made):
    return [m[1].stub() for m in type_at(made._type_).members]


# ---- Values ----


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
        arm = _arm(t.address, p)
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
    to = _allocate(len(data))
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
        _end_value(t.address, p)
        memset(p, 0, t.size)
        raise


def _put(t, o, p, what, depth):
    k = t.kind
    if depth > MAX_NESTING:
        raise RecursionError(f"values are nested deeper than {2 * MAX_NESTING} (SOMH_MAX_NESTING)")
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
        c_void_p.from_address(p).value = _retain(ref)
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
        arm = _arm(t.address, p)
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
    values = o if isinstance(o, bytes) else list(o)
    n = len(values)
    if t.kind == ARRAY and n != t.bound:
        raise ValueError(f"{what}: {n} elements, and the array has {t.bound}")
    if t.kind == SEQUENCE and t.bound and n > t.bound:
        raise ValueError(f"{what}: {n} elements, and the sequence has at most {t.bound}")
    if n * t.elem.size > MAX_SIZE:
        raise OverflowError(f"{what}: a sequence of {n} elements has more than {MAX_SIZE} octets (SOMH_MAX_SIZE)")
    to = p
    if t.kind == SEQUENCE:
        to = _allocate(n * t.elem.size) if n else None
        if n and not to:
            raise MemoryError
        c_uint32.from_address(p).value = c_uint32.from_address(p + 4).value = n
        c_void_p.from_address(p + 8).value = to
    if isinstance(values, bytes):
        if n:
            memmove(to, values, n)
        return
    for i, v in enumerate(values):
        put(t.elem, v, to + i * t.elem.size, False, f"{what}[{i}]", depth + 1)


# ---- Exceptions ----

_PYTHON_ID = b"IDL:opendsom/PythonError:1.0"
_held = {}  # exceptions of Python's that C has, and the types of members that it has, by their addresses


@_drop
def _drop_python(address):
    _held.pop(address, None)
    _deallocate(address)


@_drop
def _drop_members(address):
    _end_value(_held.pop(address).address, address)
    _deallocate(address)


_DROP_PYTHON = cast(_drop_python, c_void_p).value
_DROP_MEMBERS = cast(_drop_members, c_void_p).value


class _Kept:
    """An environment that an exception keeps: what goes on to C unchanged is for C all that it was."""

    def __init__(self, ev):
        self.ev = _Env()
        memmove(byref(self.ev), byref(ev), sizeof(_Env))
        memset(byref(ev), 0, sizeof(_Env))

    def __del__(self):
        if not _down:
            _env_clear(byref(self.ev))


def _raised(ev, m=None, ref=None):
    """The exception that an environment holds, which is cleared."""
    text = lambda a: string_at(a).decode("utf-8", "replace") if a else None
    try:
        id = text(ev.id)
        if ev.major == 1 and ev.drop == _DROP_PYTHON and ev.value:
            return _held[ev.value]
        if ev.major != 1:
            return _parts["system"](id or "IDL:omg.org/CORBA/UNKNOWN:1.0", ev.minor, ev.completed, _code_name(ev.code).decode() if ev.code else "", text(ev.text))
        e = None
        for t in m.raises if m else ():
            if t.id == id and (ev.value or not t.members) and (not ref or ev.drop == _DROP_MEMBERS or _count_raised(m.address, ref, t.address) == len(t.members)):  # else of an older release
                e = get(t, ev.value) if t.members else t.cls()()
        if e is None:
            e = _parts["unknown_user"](id, text(ev.text))
        e._environment = _Kept(ev)
        return e
    finally:
        _env_clear(byref(ev))


def _tell(ev, e):
    """An exception of Python's becomes one of an environment, an address."""
    if not ev:
        sys.unraisablehook(type("", (), {"exc_type": type(e), "exc_value": e, "exc_traceback": e.__traceback__, "err_msg": None, "object": None})())
        return
    if isinstance(e, _parts["UserException"]):
        kept = getattr(e, "_environment", None)
        address = getattr(type(e), "_type_", None)
        as_it_was = kept is not None and kept.ev.major
        if as_it_was and address and (t := type_at(address)).members:  # what it held is compared, since members may have been changed within
            as_it_was = kept.ev.value and get(t, kept.ev.value) == e
        if as_it_was:
            _env_clear(ev)
            memmove(ev, byref(kept.ev), sizeof(_Env))
            memset(byref(kept.ev), 0, sizeof(_Env))
            return
        if address:
            t, value = type_at(address), None
            if t.members:
                value = _allocate(t.size)
                try:
                    put(t, e, value, False, t.name)
                except BaseException as wrong:
                    _deallocate(value)
                    return _tell(ev, wrong)
                _held[value] = t
            return _raise_user(ev, t.id.encode(), value, _DROP_MEMBERS if value else None)
        if isinstance(e.id, str):
            return _raise_user(ev, e.id.encode(), None, None)
    if isinstance(e, _parts["SystemException"]):
        return _raise_system(ev, e.id.encode(), e.minor, e.completed, str(e.text).encode() if e.text else None)
    token = _allocate(1)
    _held[token] = e
    _raise_user(ev, _PYTHON_ID, token, _DROP_PYTHON)
    text = _parts["text"](e).encode("utf-8", "replace") + b"\0"
    copy = _allocate(len(text))
    memmove(copy, text, len(text))
    _Env.from_address(ev).text = copy


# ---- Objects ----

_twins = weakref.WeakValueDictionary()
_kept = {}  # objects of classes made in Python, that others have as well
_making = threading.local()


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


def _finalize(w):
    f = type(w)._finalize
    if f and not w._finalized:
        w._finalized = True
        try:
            f(w)
        except BaseException as e:
            _tell(None, e)


def twin(ref):
    return _kept.get(ref) or _twins.get(ref)


def _back(w, ref):
    """Python refers again to an object that libsom's has kept."""
    if _kept.pop(ref, None) is not None:
        _retain(ref)
        _twins[ref] = w
        if gc.is_finalized(w):
            _forget_finalized(w)
    return w


def wrap(ref, owned=False):
    if not ref:
        return None
    w = twin(ref)
    if w is not None and w._ref == ref:
        _back(w, ref)
        if owned:
            _release(ref)
        return w
    if _ending(ref):
        raise ReferenceError("an object is in the middle of its end")
    try:
        w = _bound(class_of_ref(ref), ref)
    except BaseException:
        if owned:
            _release(ref)
        raise
    if not owned:
        _retain(ref)
    return w


def _bound(cls, ref):
    w = object.__new__(cls)
    w._ref, w._finalized, w._lent = ref, False, {}
    _twins[ref] = w
    return w


def ref_of(o):
    if not o._ref:
        raise ReferenceError(f"the object of class {type(o).__name__} has been released")
    return o._ref


def object_at(address):
    return wrap(address)


def _row(ref):
    return c_void_p.from_address(ref).value


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
            if not isinstance(o, Class) or not issubclass(o, owner):
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
        return _make_by(m, o, args) if m.flags & INIT else call_method(m, owner, o, args)


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


class _P_:
    """A parameter, or the result."""

    def __init__(self, p):
        self.name, self.type = _python_name((p.name or b"").decode()), type_at(p.type)
        self.direction, self.owner, self.nullable, self.slot = p.direction, p.owner, bool(p.nullable), p.slot


class M:
    """A method, as Python has it: found by its address."""

    known = {}

    def __init__(self, address):
        M.known[address] = self
        m = _Method.from_address(address)
        self.address, self.token, self.proc, self.kind, self.flags, self.nargs = address, m.token, m.proc, m.kind, m.flags, m.nargs
        self.name, self.attribute, self.doc, self.why = (v.decode() if v else None for v in (m.name, m.attribute, m.doc, m.why))
        self.cls = cast(m.cls, c_void_p).value
        self.result = _P_(m.result)
        self.params = [] if self.why else [_P_(m.params[i]) for i in range(m.nparams)]
        self.ins = [p for p in self.params if p.direction != OUT and p.type.kind != MAKING]
        self.raises = [] if self.why else [type_at(m.raises[i]) for i in range(m.nraises)]

    @staticmethod
    def at(pointer):
        address = pointer if isinstance(pointer, int) else cast(pointer, c_void_p).value
        return M.known.get(address) or M(address)


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
                _end_value(p.type.address, ctypes.addressof(room))


def call_method(m, owner, o, args):
    ref = ref_of(o)
    if m.why:
        raise NotImplementedError(f"{owner.som_name if owner else ''}::{m.name} cannot be called: {m.why}")
    if owner is None or not type(o)._scripted:
        proc = None
    else:
        proc = _proc(m.address, owner._c, type(o)._c, ref)
        if not proc:
            raise NotImplementedError(f"class {owner.som_name} does not implement {m.name}")
    ev, result, f, raised = _Env(), c_uint64(), None, False
    _retain(ref)  # before what is converted may release it
    try:
        f = _Frame(m, args)
        code = _call(m.address, proc, ref, f.args, byref(result), byref(ev))
        raised = code != 0 or ev.major != 0
        if raised:
            raise _raised(ev, m, ref)
        t, out = m.result.type, []
        if t.kind != VOID:
            at = f.args[m.result.slot] if t.apart else ctypes.addressof(result)
            if t.kind == OBJECT:
                out.append(wrap(result.value, m.result.owner == 0))
            else:
                out.append(get(t, at, m.result.nullable))
                if not t.apart and t.owns and m.result.owner == 0:
                    _end_value(t.address, at)
        out += [get(p.type, f.args[p.slot], p.nullable) for p in m.params if p.direction != IN]
        return None if not out else out[0] if len(out) == 1 else tuple(out)
    finally:
        if f:
            f.end(raised)
        _release(ref)


def _make_by(m, cls, args):
    f, ev = _Frame(m, args, 1), _Env()
    ref = _make(cls._c, m.address, ctypes.addressof(f.args) + 8, byref(ev))
    f.end(not ref)
    if not ref:
        raise _raised(ev, m)
    return wrap(ref, True)


# ---- Classes ----

_by_class = {}  # of libsom's: made ones are gone with Python's class
_made = weakref.WeakValueDictionary()
_building = [None]  # whose class is being made, for its order: of the thread that has the lock
_filling = {}  # as _by_class: those that are being made


def _python_name(name):
    import keyword

    return "_" + name if keyword.iskeyword(name) else name


def _methods(c, what):
    c = _Class.from_address(c)
    if what == "owns":
        return [M.at(c.owns[i]) for i in range(c.nowns)]
    size = sizeof(_Method)
    first = cast(c.methods, c_void_p).value
    return [M.at(first + size * i) for i in range(c.nmethods)]


def _order(c):
    c = _Class.from_address(c)
    return [cast(c.order[i], c_void_p).value for i in range(c.norder)]


def class_of(c):
    """The class of a description, an address."""
    d = _Class.from_address(c)
    cls = _by_class.get(d.cls) or _made.get(d.cls)
    if cls is not None:
        return cls
    with _lock:
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
    put_("_order", frozenset(_Class.from_address(a).name.decode() for a in _order(c)))
    _filling[d.cls] = cls
    accessor = lambda n, flag: next((m for a in _order(c) for m in _methods(a, "methods") if m.flags & flag and m.attribute == n), None)
    for m in _methods(c, "methods") + _methods(c, "owns"):
        if m.flags & ROOT and m.why:
            continue
        if m.attribute and not m.why:
            put_(_python_name(m.attribute), Attribute(accessor(m.attribute, GETS), accessor(m.attribute, SETS), cls))
            continue
        put_(_python_name(m.name), Method(m, cls))
        if not m.why and not m.flags & (INIT | ROOT):
            put_(_python_name(m.name) + "_async", _parts["asynchronous"](_python_name(m.name)))
    for i in range(d.ntypes):
        t = type_at(d.types[i])
        if t.kind != NONE:
            put_(_python_name(t.name.rpartition("::")[2]), t.cls())
    _by_class[d.cls] = _filling.pop(d.cls)
    return cls


def class_of_ref(ref):
    ev = _Env()
    cls = c_void_p.from_address(_row(ref)).value
    found = _by_class.get(cls) or _made.get(cls)
    if found is not None:
        return found
    c = _describe(cls, byref(ev))
    if not c:
        raise _raised(ev)
    return class_of(c)


class _Over:
    """An override: what C calls is found by its number."""

    all = {}
    last = 0

    def __init__(self, cls, m):
        self.cls, self.m, self.name = weakref.ref(cls), m, _python_name(m.attribute or m.name)
        _Over.last += 1
        self.number = _Over.last
        _Over.all[self.number] = self


class Class(type):
    """The class of classes of SOM."""

    def __new__(meta, cls_name, bases, namespace, /, *, name=None, **others):
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name must be str, not {type(name).__name__}")
        _lock.acquire()
        outer, _building[0] = _building[0], None
        try:
            finalize = namespace.get("__del__")
            cls = type.__new__(meta, cls_name, bases, {k: v for k, v in namespace.items() if k != "__del__"}, **others)
        finally:
            _building[0] = outer
            _lock.release()
        put_ = lambda n, v: type.__setattr__(cls, n, v)
        put_("_made", True), put_("_scripted", True), put_("_c", None)
        if finalize:
            put_("_finalize", finalize)
        parents = [b._c for b in cls.__bases__ if isinstance(b, Class) and b._c]
        if not parents:
            raise TypeError(f"class {cls_name} has no class of SOM as its base")
        overrides = {}
        for p in parents:
            for a in _order(p):
                for m in _methods(a, "methods"):
                    if not m.why and m.kind == 0 and not m.flags & INIT and cls._overrides(_python_name(m.attribute or m.name)):
                        overrides.setdefault(m.address, m)
        made = [_Over(cls, m) for m in overrides.values()]
        table = (_Override * max(1, len(made)))(*((o.m.address, o.number) for o in made))
        d = _Definition(sizeof(_Definition), len(made), len(parents), (name or cls_name).encode(), (c_void_p * len(parents))(*parents), table, _handle, _on_begin, _on_end, id(cls), name is not None)
        ev = _Env()
        c = _define(byref(d), byref(ev))
        if not c:
            for o in made:
                _Over.all.pop(o.number)
            raise _raised(ev)
        described = _Class.from_address(c)
        put_("_c", c), put_("som_name", described.name.decode()), put_("_order", frozenset(_Class.from_address(a).name.decode() for a in _order(c)))
        put_("_overridden", {o.m.address: o.number for o in made})
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
        c = _building[0] if _lock._is_owned() else None
        if c is None:
            return type.mro(cls)
        _building[0] = None
        try:
            return [cls] + [class_of(a) for a in _order(c)[1:]] + [Instance, object]
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
        for a in _order(cls._c)[1:]:
            for m in _methods(a, "methods"):
                if m.why or m.kind != 0 or m.flags & INIT or m.address in cls._overridden or _python_name(m.attribute or m.name) != name:
                    continue
                o, ev = _Over(cls, m), _Env()
                if _override(cls._c, m.address, o.number, byref(ev)):
                    raise _raised(ev)
                cls._overridden[m.address] = o.number

    def __repr__(cls):
        return f"<class '{cls.som_name}' of SOM>"

    som_version = property(lambda cls: (_Class.from_address(cls._c).major, _Class.from_address(cls._c).minor))
    som_instances = property(lambda cls: _instances(_Class.from_address(cls._c).cls))

    @property
    def som_library(cls):
        file = _info(_Class.from_address(cls._c).cls).contents.library
        return os.fsdecode(file) if file else None

    def som_new(cls):
        """Makes an object as other languages do: without arguments, with __init__ called by SOM."""
        return _created(cls, None)


def _class_gone(c, overridden):
    if not _down and _undefine(c, None) == 0:
        for number in overridden.values():
            _Over.all.pop(number, None)


def _created(cls, making):
    ev = _Env()
    outer = getattr(_making, "now", None)
    _making.now = making
    try:
        ref = _new(_Class.from_address(cls._c).cls, byref(ev))
    finally:
        _making.now = outer
    if not ref:
        if making and making[1]:
            making[1]._ref = None
        raise _raised(ev)
    if making and making[1] and making[1]._ref == ref:
        return making[1]
    return wrap(ref, True)


class Instance:
    """An object of SOM, of a class of any language."""

    __slots__ = ("_ref", "_finalized", "_lent", "__weakref__")
    _finalize = None

    def __new__(cls, *args, **named):
        if not isinstance(cls, Class) or not cls._c:
            raise TypeError(f"cannot create '{cls.__name__}' instances")
        if cls.__init__ is Instance.__init__ and (args or named):
            raise TypeError(f"{cls.__name__}() takes no arguments")
        return _created(cls, [cls, None] if cls._scripted else None)

    def __init__(self, *args, **named):
        if args or named:
            raise TypeError(f"{type(self).__name__}() takes no arguments")

    def __del__(self):
        ref = getattr(self, "_ref", None)
        if not ref or _down:
            return
        if type(self)._scripted:
            if _shared(ref):
                _kept[ref] = self
                _release(ref)
                return
            _finalize(self)
        _twins.pop(ref, None)
        self._ref = None
        self._end_lent()
        _release(ref)

    def _end_lent(self):
        for t, kept in self._lent.values():
            for room in kept:
                _end_value(t.address, ctypes.addressof(room))
        self._lent = {}

    def __repr__(self):
        return f"<{type(self).__name__} object at {self._ref:#x}>" if self._ref else f"<{type(self).__name__} object, released>"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.som_release()

    def __reduce_ex__(self, protocol):
        return _parts["reduce"](self)

    def som_release(self):
        """Gives the object's reference back now; calls of it raise ReferenceError from then on."""
        ref, self._ref = self._ref, None
        if ref:
            _twins.pop(ref, None)
            if _kept.pop(ref, None) is None:
                _release(ref)

    def _by_name(self, name):
        if not isinstance(name, str):
            raise TypeError(f"a method's name must be str, not {type(name).__name__}")
        ref_of(self)
        ev = _Env()
        address = _find(type(self)._c, name.encode(), byref(ev))
        if not address:
            raise _raised(ev)
        m = M.at(address)
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
        return call_method(m, None, self, args)

    def som_entry(self, name):
        """The address of what calls of a method run, for other tools of this process."""
        m = self._by_name(name)
        return m.proc if m.kind == 2 else c_void_p.from_address(_row(self._ref) + m.token).value

    @property
    def som_address(self):
        return ref_of(self)

    @property
    def som_alive(self):
        return bool(self._ref)


class Weak:
    """A weak reference to an object of SOM: called it answers the object, or None once its end has begun."""

    def __init__(self, o):
        ev = _Env()
        self._weak = _weak_new(ref_of(o), byref(ev))
        if not self._weak:
            raise _raised(ev)

    def __call__(self):
        return wrap(_weak_get(self._weak), True)

    def __del__(self):
        if getattr(self, "_weak", None) and not _down:
            _weak_free(self._weak)


def weak(o):
    if not isinstance(o, Instance):
        raise TypeError(f"an object of SOM is asked for, not {type(o).__name__}")
    return Weak(o)


# ---- What C calls ----


@_begin
def _on_begin(ref, ev, context):
    try:
        cls = class_of_ref(ref)
        making = getattr(_making, "now", None)
        if making and making[1] is None and making[0] is cls:
            making[1] = _bound(cls, ref)
            return
        w = wrap(ref)
        try:
            w.__init__()
        except BaseException:
            w._ref = None
            _twins.pop(ref, None)
            _release(ref)
            raise
    except BaseException as e:
        _tell(ev, e)


@_end
def _on_end(ref, context):
    w = twin(ref)
    if w is not None:
        if ref in _kept:
            _kept.pop(ref)
            _twins[ref] = w
            _finalize(w)
        _twins.pop(ref, None)
        w._ref = None


def _lend(w, m, p, room):
    """What the object keeps for C: where a text that is there already is."""
    if p.type.kind == OBJECT and c_void_p.from_buffer(room).value == w._ref:  # itself, which it must not keep
        _release(w._ref)
        return room
    t, kept = w._lent.setdefault((m.address, p.slot), (p.type, []))
    if t.kind == STRING and c_void_p.from_buffer(room).value:
        text = string_at(c_void_p.from_buffer(room).value)
        for other in kept:
            if c_void_p.from_buffer(other).value and string_at(c_void_p.from_buffer(other).value) == text:
                _end_value(t.address, ctypes.addressof(room))
                kept.append(kept.pop(next(i for i, k in enumerate(kept) if k is other)))
                return other
    kept.append(room)
    if len(kept) > MAX_LENT:
        _end_value(t.address, ctypes.addressof(kept.pop(0)))
    return room


def _out(w, m, p, o, to, what):
    if not to:
        raise ValueError(f"there is no place for {what}")
    room = (c_uint64 * ((p.type.size + 15) // 8))()
    put(p.type, o, ctypes.addressof(room), p.nullable, what)
    if p.owner == 1 and p.type.owns:
        room = _lend(w, m, p, room)
    if p.direction == INOUT:
        _end_value(p.type.address, to)
    memmove(to, room, p.type.size)


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


@_handler
def _handle(context, ref, ev, args, result):
    over = _Over.all.get(context)
    m = over.m if over else None
    cls = over.cls() if over else None
    try:
        if over is None or cls is None or _down or (twin(ref) is None and _ending(ref)):
            c = cls._c if cls else None
            proc = _above(c, m.address) if c else None
            if proc:
                _call(m.address, proc, ref, args, result, ev)
            else:
                _raise_system(ev, b"IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, 1, b"the class was made in Python, which has ended")
            return
        w = wrap(ref)
        try:
            r = _ran(cls, over, w, args)
        finally:
            for p in m.params:
                if p.direction == IN and p.owner == 1 and p.type.owns:
                    at = args + 8 * p.slot
                    _end_value(p.type.address, c_void_p.from_address(at).value if p.type.apart else at)
        outs = ([m.result] if m.result.type.kind != VOID else []) + [p for p in m.params if p.direction != IN]
        if not outs:
            return
        if len(outs) > 1 and (not isinstance(r, tuple) or len(r) != len(outs)):
            raise TypeError(f"{type(w).__name__}.{m.name}() must return a tuple of {len(outs)}, not {type(r).__name__}")
        what = f"the result of {type(w).__name__}.{m.attribute or m.name}()"
        for p, v in zip(outs, r if len(outs) > 1 else (r,)):
            to = result if p is m.result and not p.type.apart else c_void_p.from_address(args + 8 * p.slot).value
            _out(w, m, p, v, to, what)
    except BaseException as e:
        _tell(None if m and m.flags & OIDL else ev, e)


# ---- What the package asks for ----


def class_named(name, major=0, minor=0):
    ev = _Env()
    c = _named(name.encode(), byref(ev))
    if c and (major or minor) and _check_version(_Class.from_address(c).cls, major, minor, byref(ev)):
        c = None
    if not c:
        raise _raised(ev)
    return class_of(c)


def _all_classes():
    found = []

    @_visit
    def visit(cls, context):
        found.append(_retain(cls))
        return 0

    _classes(visit, None)
    return found


def class_names():
    found = _all_classes()
    names = [_info(c).contents.name.decode() for c in found]
    for c in found:
        _release(c)
    return names


def type_named(name):
    found, t = _all_classes(), None
    for cls in found:
        if t is None and _info(cls).contents.typelib:
            c = _describe(cls, None)
            address = _type_named(c, name.encode()) if c else None
            t = type_at(address) if address else None
        _release(cls)
    if t is not None and t.why:
        raise TypeError(f"{name} cannot be used: {t.why}")
    return t.cls() if t else None


def load_library(file):
    ev = _Env()
    if _load(os.fsencode(file), byref(ev)):
        raise _raised(ev)


def set_path(folders):
    ev = _Env()
    if _set_path(None if folders is None else os.fsencode(folders), byref(ev)):
        raise _raised(ev)


def described(cls):
    if not isinstance(cls, Class):
        raise TypeError("a class of SOM is asked for")
    ways = ("in", "out", "inout")
    return [
        {"name": m.name, "attribute": m.attribute, "doc": m.doc, "params": [(p.name, p.type.stub(), ways[p.direction], p.nullable) for p in m.params if p.type.kind != MAKING],
         "result": m.result.type.stub(), "nullable": m.result.nullable, "raises": [t.name for t in m.raises], "flags": m.flags, "oneway": bool(m.flags & 1)}
        for m in _methods(cls._c, "methods") if not m.why
    ]
