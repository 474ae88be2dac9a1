"""What Python has for types of IDL, and exceptions: made here for whichever implementation calls."""

import atexit
import builtins
import enum
import keyword
import os

from ._asynchronous import beside, finish

try:
    if os.environ.get("DSOM_PYTHON") == "ctypes":
        raise ImportError("DSOM_PYTHON says so")
    from . import _core as core
except ImportError as _why:
    if os.environ.get("DSOM_PYTHON") == "extension":
        raise
    from . import _foreign as core

corba_names = frozenset(
    """UNKNOWN BAD_PARAM NO_MEMORY IMP_LIMIT COMM_FAILURE INV_OBJREF NO_PERMISSION INTERNAL MARSHAL INITIALIZE NO_IMPLEMENT
    BAD_TYPECODE BAD_OPERATION NO_RESOURCES NO_RESPONSE PERSIST_STORE BAD_INV_ORDER TRANSIENT FREE_MEM INV_IDENT INV_FLAG INTF_REPOS BAD_CONTEXT
    OBJ_ADAPTER DATA_CONVERSION OBJECT_NOT_EXIST TRANSACTION_REQUIRED TRANSACTION_ROLLEDBACK INVALID_TRANSACTION INV_POLICY CODESET_INCOMPATIBLE
    REBIND TIMEOUT TRANSACTION_UNAVAILABLE TRANSACTION_MODE BAD_QOS INVALID_ACTIVITY ACTIVITY_COMPLETED ACTIVITY_REQUIRED""".split()
)


class Exception(builtins.Exception):
    """What a method raised, in whichever language."""


class SystemException(Exception):
    """An exception of the system's: those of CORBA by their names, dsom.BAD_PARAM, and the kernel's errors by their code, "unknown"."""

    _named = {}

    def __init__(self, text="", minor=0, completed="NO", code="", id=None):
        self.id = id or f"IDL:omg.org/CORBA/{type(self).__name__}:1.0"
        self.minor = minor
        self.completed = completed if isinstance(completed, int) else ("YES", "NO", "MAYBE").index(completed)
        self.code = code
        self.text = text
        super().__init__(text or type(self).__name__)

    def __reduce__(self):
        return _system, (self.id, self.minor, self.completed, self.code, self.text)

    @classmethod
    def named(cls, name):
        """Returns the class of the exceptions of that name, "BAD_PARAM"."""
        if name not in cls._named:
            if name not in corba_names:
                return SystemException
            cls._named[name] = type(name, (SystemException,), {"__module__": "dsom", "__doc__": f"CORBA's {name}."})
        return cls._named[name]


class UserException(Exception):
    """An exception that IDL declares: its classes have its members as attributes."""

    id = None
    _fields_ = ()

    def __init__(self, *values, **named):
        _fill(self, values, named)
        super().__init__(*(getattr(self, f) for f in self._fields_))

    def __str__(self):
        if not self._fields_ and type(self) is UserException and self.args:
            return str(self.args[0])
        return ", ".join(f"{f}={getattr(self, f)!r}" for f in self._fields_) or type(self).__qualname__

    def __eq__(self, other):
        if type(self) is not type(other):
            return NotImplemented
        if not self._fields_:
            return builtins.Exception.args.__get__(self) == builtins.Exception.args.__get__(other)
        return all(getattr(self, f) == getattr(other, f) for f in self._fields_)

    __hash__ = builtins.Exception.__hash__

    def __reduce__(self):
        """Of one that no class was made for: what IDL declares has its own."""
        return _user, (type(self), self.args, {k: v for k, v in self.__dict__.items() if k != "_environment"})  # which is this process's


def _user(cls, args, attributes):
    e = cls.__new__(cls)
    e.args = args
    e.__dict__.update(attributes)
    return e


def _fill(o, values, named):
    kind = type(o).__name__
    if len(values) > len(o._fields_):
        raise TypeError(f"{kind}() takes at most {len(o._fields_)} arguments ({len(values)} given)")
    rest = list(o._fields_[len(values):])
    for field, value in zip(o._fields_, values):
        setattr(o, field, value)
    for field, value in named.items():
        if field not in o._fields_:
            raise TypeError(f"{kind}() got an unexpected keyword argument {field!r}")
        if field not in rest:
            raise TypeError(f"{kind}() got multiple values for argument {field!r}")
        rest.remove(field)
        setattr(o, field, value)
    if rest:
        raise TypeError(f"{kind}() missing {len(rest)} required argument{'s' * (len(rest) > 1)}: {', '.join(map(repr, rest))}")


class Struct:
    """The base of structures' classes: made of their members, by place or by name; compared by them."""

    __slots__ = ()
    _fields_ = ()

    def __init__(self, *values, **named):
        _fill(self, values, named)

    def __repr__(self):
        return f"{type(self).__qualname__}({', '.join(f'{f}={getattr(self, f)!r}' for f in self._fields_)})"

    def __eq__(self, other):
        return type(self) is type(other) and all(getattr(self, f) == getattr(other, f) for f in self._fields_)

    __hash__ = None

    def __iter__(self):
        return (getattr(self, f) for f in self._fields_)

    def __reduce__(self):
        return _remade, (self._name_, tuple(self))


class Union:
    """The base of unions' classes: the discriminator is d, the value that it selects v."""

    __slots__ = ("d", "v")

    def __init__(self, d, v=None):
        self.d, self.v = d, v

    def __repr__(self):
        return f"{type(self).__qualname__}({self.d!r}, {self.v!r})"

    def __eq__(self, other):
        return type(self) is type(other) and self.d == other.d and self.v == other.v

    __hash__ = None

    def __reduce__(self):
        return _remade, (self._name_, (self.d, self.v))


def _remade(name, values):
    found = core.type_named(name)
    if found is None:
        raise LookupError(f"no class that is loaded has a type {name}")
    return found(*values)


class _Args:
    """A member of an exception that is called as Python's own args are."""

    def __get__(self, e, cls=None):
        return self if e is None else e.__dict__["args"]

    def __set__(self, e, value):
        e.__dict__["args"] = value


def _own_name(name):
    return "_" + name if keyword.iskeyword(name) else name


def make(kind, scoped, members, id, doc):
    """Returns the class of a type."""
    scope, _, name = scoped.rpartition("::")
    about = {"__module__": scope or "som", "__doc__": doc or f"{scoped}, of IDL.", "_name_": scoped}
    fields = tuple(_own_name(m) for m in members)
    if kind == "enum":
        fields = tuple("_mro" if f == "mro" else f for f in fields)  # which Python's enumerations cannot have
        made = enum.IntEnum(name, [(f, i) for i, f in enumerate(fields)], module=scope or "som")
        made.__doc__ = about["__doc__"]
        made.__reduce_ex__ = lambda self, protocol: (_remade, (scoped, (int(self),)))
        return made
    if kind == "struct":
        return type(name, (Struct,), {**about, "__slots__": fields, "_fields_": fields, "__match_args__": fields})
    if kind == "union":
        return type(name, (Union,), {**about, "__slots__": (), "_arms_": fields})
    if "args" in fields:
        about["args"] = _Args()
    return type(name, (UserException,), {**about, "_fields_": fields, "id": id, "__reduce__": lambda self: (_remade, (scoped, tuple(getattr(self, f) for f in fields)))})


def _system(id, minor, completed, code, text):
    name = id.removeprefix("IDL:omg.org/CORBA/").removesuffix(":1.0")
    return SystemException.named(name)(text or "", minor, completed, code, id)


def _unknown_user(id, text):
    e = UserException()
    e.id = id
    e.args = (text or id,)
    return e


def _text(e):
    return f"{type(e).__name__}: {e}" if str(e) else type(e).__name__


def _reduce(o):
    from . import remote

    return remote.reduce(o)


core.set_parts(
    {
        "make": make,
        "system": _system,
        "unknown_user": _unknown_user,
        "text": _text,
        "beside": beside,
        "finish": finish,
        "reduce": _reduce,
        "UserException": UserException,
        "SystemException": SystemException,
    }
)
atexit.register(core.shut)
