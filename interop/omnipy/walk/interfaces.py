"""Walks an interface repository with omniORBpy's own stubs of it, and prints what it meets: interfaces.py URL NAME..., without those at the top
that have the names."""
import sys

import omniORB.ir_idl
from omniORB import CORBA

def kind(tc): return str(tc.kind()._v)


def member(m): return m.name + ":" + kind(m.type) + ":" + kind(m.type_def._get_type())


def say(*words): print(" ".join(words))


def contained(c):
    if c._get_def_kind() == CORBA.dk_Native: # whose TypeCode omniORBpy does not take
        say("dk_Native", c._get_absolute_name(), c._get_id())
        return
    if c._get_def_kind() == CORBA.dk_Constant and c._narrow(CORBA.ConstantDef)._get_type().kind() == CORBA.tk_wchar: # of which it takes the octets for more than there are
        say("dk_Constant", c._get_absolute_name(), c._get_id())
        return
    d = c.describe()
    v = d.value.value()
    say(d.kind._n, c._get_absolute_name(), c._get_id())
    if v.name != c._get_name() or v.id != c._get_id(): say("described as", v.name, v.id)
    if d.kind == CORBA.dk_Struct: say(" ", *[member(m) for m in c._narrow(CORBA.StructDef)._get_members()])
    if d.kind == CORBA.dk_Exception: say(" ", *[member(m) for m in c._narrow(CORBA.ExceptionDef)._get_members()])
    if d.kind == CORBA.dk_Union: say(" ", *[member(m) for m in c._narrow(CORBA.UnionDef)._get_members()])
    if d.kind == CORBA.dk_Enum: say(" ", *c._narrow(CORBA.EnumDef)._get_members())
    if d.kind == CORBA.dk_Alias: say(" ", kind(c._narrow(CORBA.AliasDef)._get_original_type_def()._get_type()))
    if d.kind == CORBA.dk_Constant: say(" ", kind(v.type), kind(c._narrow(CORBA.ConstantDef)._get_value().typecode()))
    if d.kind == CORBA.dk_Attribute: say(" ", kind(v.type), v.mode._n)
    if d.kind == CORBA.dk_Operation:
        say(" ", kind(v.result), *["%s:%s:%s" % (p.name, kind(p.type), p.mode._n) for p in v.parameters])
        say(" ", *[e.id for e in v.exceptions])
    if d.kind in (CORBA.dk_Interface, CORBA.dk_AbstractInterface):
        i = c._narrow(CORBA.InterfaceDef)
        full = i.describe_interface()
        say(" ", str(len(full.operations)), str(len(full.attributes)), *full.base_interfaces)
        if not i.is_a(full.id) or not all(i.is_a(b) for b in full.base_interfaces): say("is not what it is")
    if d.kind == CORBA.dk_Value:
        full = c._narrow(CORBA.ValueDef).describe_value()
        say(" ", str(len(full.members)), str(full.is_abstract), str(full.is_custom), *full.supported_interfaces)
    inner = c._narrow(CORBA.Container)
    if inner is not None: walk(inner)


def walk(container):
    for c in container.contents(CORBA.dk_all, True): contained(c)


orb = CORBA.ORB_init(["-ORBnativeCharCodeSet", "UTF-8"], CORBA.ORB_ID)
repository = orb.string_to_object(sys.argv[1])._narrow(CORBA.Repository)
for top in repository.contents(CORBA.dk_all, True):
    if top._get_name() not in ["CORBA"] + sys.argv[2:]: contained(top) # there are local interfaces, of a kind that these stubs do not have
try:
    repository.create_module("IDL:x:1.0", "x", "1.0")
    say("it was changed")
except CORBA.NO_PERMISSION:
    say("not to be changed")
itself = repository._get_interface()._narrow(CORBA.InterfaceDef)
say("itself", itself._get_id())
