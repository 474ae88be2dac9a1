"""libsom and libsomhost: their structures as C has them (libsom/include/som.h, bind/host/somhost.h), and their functions by their own names."""

import ctypes
import os
import sys
from ctypes import CFUNCTYPE, POINTER, Structure, c_char, c_char_p, c_int, c_int32, c_int64, c_size_t, c_ssize_t, c_uint8, c_uint32, c_uint64, c_void_p

(NONE, VOID, BOOLEAN, OCTET, CHAR, WCHAR, INT8, SHORT, USHORT, LONG, ULONG, LONGLONG, ULONGLONG, FLOAT, DOUBLE, STRING, WSTRING, ENUM, OBJECT, POINTER_, STRUCT, UNION, SEQUENCE,
 ARRAY, EXCEPTION, MAKING) = range(26)
IN, OUT, INOUT = range(3)
GETS, SETS, INIT, OIDL, ROOT = 2, 4, 8, 16, 32
MAX_NESTING, MAX_SIZE = 128, 1 << 30


class TypeForm(Structure):
    pass


class MemberForm(Structure):
    _fields_ = [("name", c_char_p), ("type", POINTER(TypeForm)), ("offset", c_uint32)]


class LabelForm(Structure):
    _fields_ = [("value", c_int64), ("arm", c_uint32)]


TypeForm._fields_ = [("kind", c_uint32), ("letter", c_char), ("owns", c_uint8), ("apart", c_uint8), ("size", c_uint32), ("align", c_uint32), ("bound", c_uint64), ("name", c_char_p),
                  ("id", c_char_p), ("doc", c_char_p), ("elem", POINTER(TypeForm)), ("members", POINTER(MemberForm)), ("nmembers", c_uint32), ("labels", POINTER(LabelForm)), ("nlabels", c_uint32),
                  ("otherwise", c_int32), ("why", c_char_p), ("checked", c_uint8)]


class ParamForm(Structure):
    _fields_ = [("name", c_char_p), ("type", POINTER(TypeForm)), ("direction", c_uint8), ("owner", c_uint8), ("nullable", c_uint8), ("by_copy", c_uint8), ("slot", c_uint8)]


class ClassForm(Structure):
    pass


class MethodForm(Structure):
    _fields_ = [("name", c_char_p), ("attribute", c_char_p), ("doc", c_char_p), ("sig", c_char_p), ("why", c_char_p), ("cls", POINTER(ClassForm)), ("token", c_ssize_t), ("proc", c_void_p),
                ("kind", c_uint32), ("flags", c_uint32), ("nparams", c_uint32), ("nargs", c_uint32), ("params", POINTER(ParamForm)), ("result", ParamForm), ("nraises", c_uint32),
                ("raises", POINTER(POINTER(TypeForm))), ("plan", c_uint32), ("prepared", c_void_p)]


ClassForm._fields_ = [("cls", c_void_p), ("name", c_char_p), ("doc", c_char_p), ("major", c_uint32), ("minor", c_uint32), ("flags", c_uint32), ("nparents", c_uint32), ("norder", c_uint32),
                   ("nmethods", c_uint32), ("nowns", c_uint32), ("ntypes", c_uint32), ("nmade", c_uint32), ("parents", POINTER(POINTER(ClassForm))), ("order", POINTER(POINTER(ClassForm))),
                   ("methods", POINTER(MethodForm)), ("owns", POINTER(POINTER(MethodForm))), ("types", POINTER(POINTER(TypeForm))), ("made", POINTER(POINTER(ClassForm))), ("made_by", c_void_p),
                   ("context", c_void_p)]


class Environment(Structure):
    _fields_ = [("major", c_uint32), ("code", c_uint32), ("minor", c_uint32), ("completed", c_uint32), ("id", c_void_p), ("text", c_void_p), ("value", c_void_p), ("drop", c_void_p)]


class OverrideForm(Structure):
    _fields_ = [("method", c_void_p), ("context", c_void_p)]


handler_t = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
begin_t = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p)
end_t = CFUNCTYPE(None, c_void_p, c_void_p)
drop_t = CFUNCTYPE(None, c_void_p)
visit_t = CFUNCTYPE(c_int, c_void_p, c_void_p)


class DefinitionForm(Structure):
    _fields_ = [("size_of", c_uint32), ("noverrides", c_uint32), ("nparents", c_uint32), ("name", c_char_p), ("parents", POINTER(c_void_p)), ("overrides", POINTER(OverrideForm)),
                ("handler", handler_t), ("begin", begin_t), ("end", end_t), ("context", c_void_p), ("exact", c_uint32)]


class InfoForm(Structure):
    _fields_ = [("size_of", c_uint32), ("flags", c_uint32), ("name", c_char_p), ("major", c_uint32), ("minor", c_uint32), ("library", c_char_p), ("typelib", c_void_p)]


def _open(name):
    package = sys.modules[__package__.rpartition(".")[0]]  # which has two folders where it was installed to be edited
    places = [os.path.join(d, name) for d in (os.environ.get("DSOM_LIBRARIES"), *package.__path__) if d]
    for place in [p for p in places if os.path.exists(p)] + [name]:
        try:
            return ctypes.CDLL(place, mode=ctypes.RTLD_GLOBAL)
        except OSError as e:
            why = e
    raise ImportError(f"dsom has no extension here, and calls by ctypes need {name}: {why}. Install a C compiler, or set DSOM_LIBRARIES to the folder of libsom.so.1 and libsomhost.so.1")


_som, _host = _open("libsom.so.1"), _open("libsomhost.so.1")
_quick = ctypes.PyDLL(None, handle=_host._handle)  # with the interpreter's lock held


def _f(lib, name, result, *args):
    f = getattr(lib, name)
    f.restype, f.argtypes = result, args
    return f


_P = c_void_p
som_env_clear = _f(_som, "som_env_clear", None, _P)
som_raise_system = _f(_som, "som_raise_system", None, _P, c_char_p, c_uint32, c_uint32, c_char_p)
som_raise_user = _f(_som, "som_raise_user", None, _P, c_char_p, _P, _P)
som_code_name = _f(_som, "som_code_name", c_char_p, c_uint32)
som_new = _f(_som, "som_new", _P, _P, _P)
som_retain = _f(_som, "som_retain", _P, _P)
som_release = _f(_som, "som_release", None, _P)
som_allocate = _f(_som, "som_allocate", _P, c_size_t)
som_deallocate = _f(_som, "som_deallocate", None, _P)
som_library_load = _f(_som, "som_library_load", c_int, c_char_p, _P)
som_set_path = _f(_som, "som_set_path", c_int, c_char_p, _P)
som_class_check_version = _f(_som, "som_class_check_version", c_int, _P, c_uint32, c_uint32, _P)
som_class_instances = _f(_som, "som_class_instances", c_uint64, _P)
som_class_describe = _f(_som, "som_class_describe", POINTER(InfoForm), _P)
som_classes = _f(_som, "som_classes", c_int, visit_t, _P)
som_weak_new = _f(_som, "som_weak_new", _P, _P, _P)
som_weak_get = _f(_som, "som_weak_get", _P, _P)
som_weak_lives = _f(_som, "som_weak_lives", c_int, _P)
som_weak_free = _f(_som, "som_weak_free", None, _P)
somh_describe = _f(_host, "somh_describe", _P, _P, _P)
somh_named = _f(_host, "somh_named", _P, c_char_p, _P)
somh_find = _f(_host, "somh_find", _P, _P, c_char_p, _P)
somh_type_named = _f(_host, "somh_type_named", _P, _P, c_char_p)
somh_call = _f(_host, "somh_call", c_int, _P, _P, _P, _P, _P, _P)
somh_call_quick = _f(_quick, "somh_call", c_int, _P, _P, _P, _P, _P, _P)
somh_make = _f(_host, "somh_make", _P, _P, _P, _P, _P)
somh_new = _f(_host, "somh_new", _P, _P, _P, _P)
somh_doubt = _f(_host, "somh_doubt", c_int, _P, _P, _P)
somh_there = _f(_host, "somh_there", c_int, _P, _P, _P, _P, c_int)
somh_proc = _f(_host, "somh_proc", _P, _P, _P, _P, _P)
somh_above = _f(_host, "somh_above", _P, _P, _P)
somh_define = _f(_host, "somh_define", _P, _P, _P)
somh_override = _f(_host, "somh_override", c_int, _P, _P, _P, _P)
somh_undefine = _f(_host, "somh_undefine", c_int, _P, _P)
somh_end = _f(_host, "somh_end", None, _P, _P)
somh_give = _f(_host, "somh_give", c_int, _P, _P, _P, _P, _P)
somh_take_back = _f(_host, "somh_take_back", None, _P, c_uint32, _P, _P)
somh_took = _f(_host, "somh_took", None, _P, _P)
somh_raised = _f(_host, "somh_raised", c_uint32, _P, _P, _P)
somh_arm = _f(_host, "somh_arm", c_int32, _P, _P)
somh_shared = _f(_host, "somh_shared", c_int, _P)
somh_ending = _f(_host, "somh_ending", c_int, _P)

parts = {}  # what the package has made for whichever implementation calls: see set_parts of dsom._types


class _Interpreter:
    down = False  # it ends: nothing of Python's is called any more


interpreter = _Interpreter()
