"""Types, as Python has them."""

import threading
from ctypes import c_void_p, cast

from .library import (
    ARRAY, BOOLEAN, CHAR, DOUBLE, ENUM, EXCEPTION, FLOAT, INT8, LONG, LONGLONG, MAKING, OBJECT, OCTET, parts, POINTER_, SEQUENCE, SHORT, STRING, STRUCT, TypeForm, ULONG,
    ULONGLONG, UNION, USHORT, VOID, WCHAR, WSTRING,
)

_NAMES = {VOID: "None", BOOLEAN: "bool", CHAR: "str", WCHAR: "str", FLOAT: "float", DOUBLE: "float", STRING: "str", WSTRING: "str", POINTER_: "int", MAKING: "None",
          **dict.fromkeys((OCTET, INT8, SHORT, USHORT, LONG, ULONG, LONGLONG, ULONGLONG), "int")}
_types = {}
making_lock = threading.RLock()  # one thread at a time makes types and classes: others find them when they are filled
_unfilled, _depth = {}, 0  # types that are being made, which may refer to themselves


class Type:
    """A type, as Python has it: found by its address."""

    def __init__(self, address):
        _unfilled[address] = self
        t = TypeForm.from_address(address)
        self.address, self.kind, self.size, self.apart, self.owns, self.bound, self.otherwise = address, t.kind, t.size, bool(t.apart), bool(t.owns), t.bound, t.otherwise
        self.name, self.id, self.doc, self.why = (v.decode() if v else None for v in (t.name, t.id, t.doc, t.why))
        self.elem = type_at(t.elem) if t.elem else None
        self.members = [(t.members[i].name.decode(), type_at(t.members[i].type) if t.members[i].type else None, t.members[i].offset) for i in range(t.nmembers)]
        self.made = None

    def cls(self):
        with making_lock:
            return self.made or self._make()

    def _make(self):
        kind = {ENUM: "enum", STRUCT: "struct", UNION: "union", EXCEPTION: "exception"}[self.kind]
        made = parts["make"](kind, self.name, [m[0] for m in self.members], self.id, self.doc)
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
    with making_lock:
        t = _types.get(address) or _unfilled.get(address)
        if t is None:
            _depth += 1
            try:
                t = Type(address)
            finally:
                _depth -= 1
                if not _depth:  # all that refer to each other
                    _types.update(_unfilled)
                    _unfilled.clear()
        return t


def members(made):
    return [m[1].stub() for m in type_at(made._type_).members]
