"""omniidl back end that writes type information for Combat.

Combat's own idl2tcl asks an Interface Repository. This prints the same thing from the IDL alone, as the argument of
"combat::ir add": nested Tcl lists, an item a declaration, types of #included files in line. Types that Combat does not
know (fixed) are left out together with all that uses them, and so is what included files of the OMG declare.

    omniidl -p. -bcombatir file.idl      writes file.tcl
"""

import os

from omniidl import idlast, idltype, idlutil

BASE = {
    idltype.tk_void: "void", idltype.tk_short: "short", idltype.tk_long: "long", idltype.tk_ushort: "unsigned short",
    idltype.tk_ulong: "unsigned long", idltype.tk_float: "float", idltype.tk_double: "double",
    idltype.tk_boolean: "boolean", idltype.tk_char: "char", idltype.tk_octet: "octet", idltype.tk_any: "any",
    idltype.tk_TypeCode: "TypeCode", idltype.tk_longlong: "long long", idltype.tk_ulonglong: "unsigned long long",
    idltype.tk_longdouble: "long double", idltype.tk_wchar: "wchar",
}


class Unknown(Exception):
    """A type that Combat does not have."""


def tcl(items):
    """A Tcl list of strings, quoted."""
    return " ".join(quoted(i) for i in items)


def quoted(s):
    if s == "" or any(c in s for c in ' \t\n;"$[]'):
        return "{" + s + "}"  # nothing here has unbalanced braces or backslashes
    return s


def head(decl):
    rid = decl.repoId()
    return tcl([rid, decl.identifier(), rid.rsplit(":", 1)[1]])


def type_of(t, sizes=()):
    """The name of a type, as an array if there are sizes."""
    if sizes:
        return tcl(["array", type_of(t, sizes[1:]), str(sizes[0])])
    kind = t.kind()
    if kind in BASE:
        return BASE[kind]
    if kind in (idltype.tk_string, idltype.tk_wstring):
        name = "string" if kind == idltype.tk_string else "wstring"
        return tcl([name, str(t.bound())]) if t.bound() else name
    if kind == idltype.tk_sequence:
        bound = [str(t.bound())] if t.bound() else []
        return tcl(["sequence", type_of(t.seqType())] + bound)
    if kind == idltype.tk_fixed:
        raise Unknown("fixed")
    decl = t.decl()
    if decl is None:
        return "Object"  # the pseudo declaration of CORBA::Object
    rid = decl.repoId()
    if rid == "IDL:omg.org/CORBA/Object:1.0":
        return "Object"
    if rid == "IDL:omg.org/CORBA/TypeCode:1.0":
        return "TypeCode"
    if rid in unknown:
        raise Unknown(rid)
    return rid


unknown = set()  # repository ids of what was left out


def constant(kind, value):
    if kind == idltype.tk_boolean:
        return "1" if value else "0"
    if kind == idltype.tk_enum:
        return value.identifier()
    return str(value)


def nested(constr, t):
    """The declarations made inside another one."""
    return item(t.decl()) if constr else []


def members(decl):
    inner, out = [], []
    for m in decl.members():
        inner += nested(m.constrType(), m.memberType())
        for d in m.declarators():
            out.append(tcl([d.identifier(), type_of(m.memberType(), d.sizes())]))
    return tcl(out), tcl(inner)


def item(decl):
    """The items of a declaration: one, several, or none."""
    try:
        return convert(decl)
    except Unknown:
        for d in getattr(decl, "declarators", lambda: [decl])():
            if hasattr(d, "repoId"):
                unknown.add(d.repoId())
        return []


def convert(decl):
    if isinstance(decl, idlast.Module):
        return [tcl(["module", head(decl), tcl(items(decl.definitions()))])]
    if isinstance(decl, idlast.Forward):
        return [tcl(["interface", head(decl)])]
    if isinstance(decl, idlast.StructForward):
        return [tcl(["struct", head(decl)])]
    if isinstance(decl, idlast.UnionForward):
        return [tcl(["union", head(decl)])]
    if isinstance(decl, idlast.Interface):
        bases = tcl([b.fullDecl().repoId() for b in decl.inherits()])
        return [tcl(["abstractinterface" if decl.abstract() else "interface", head(decl), bases, tcl(items(decl.contents()))])]
    if isinstance(decl, idlast.ValueForward):
        return [tcl(["valuetype", head(decl)])]
    if isinstance(decl, idlast.ValueBox):
        return nested(decl.constrType(), decl.boxedType()) + [tcl(["valuebox", head(decl), type_of(decl.boxedType())])]
    if isinstance(decl, idlast.Value):
        base = [v.fullDecl().repoId() for v in decl.inherits()]  # none of the suite is abstract
        modifiers = [word for word, holds in (("custom", decl.custom()), ("truncatable", decl.truncatable())) if holds]
        supports = tcl([b.fullDecl().repoId() for b in decl.supports()])
        return [tcl(["valuetype", head(decl), base[0] if base else "0", "", supports, "", tcl(modifiers), tcl(items(decl.contents()))])]
    if isinstance(decl, idlast.StateMember):
        inner = nested(decl.constrType(), decl.memberType())
        access = "private" if decl.memberAccess() else "public"
        return inner + [tcl(["valuemember", head(d), type_of(decl.memberType(), d.sizes()), access]) for d in decl.declarators()]
    if isinstance(decl, idlast.Typedef):
        out = nested(decl.constrType(), decl.aliasType())
        for d in decl.declarators():
            out.append(tcl(["typedef", head(d), type_of(decl.aliasType(), d.sizes())]))
        return out
    if isinstance(decl, idlast.Struct):
        m, inner = members(decl)
        return [tcl(["struct", head(decl), m, inner])]
    if isinstance(decl, idlast.Exception):
        m, inner = members(decl)
        return [tcl(["exception", head(decl), m, inner])]
    if isinstance(decl, idlast.Enum):
        return [tcl(["enum", head(decl), tcl([e.identifier() for e in decl.enumerators()])])]
    if isinstance(decl, idlast.Union):
        inner = nested(decl.constrType(), decl.switchType())
        cases = []
        for case in decl.cases():
            inner += nested(case.constrType(), case.caseType())
            name, t = case.declarator().identifier(), type_of(case.caseType(), case.declarator().sizes())
            for label in case.labels():
                value = "(default)" if label.default() else constant(label.labelKind(), label.value())
                cases.append(tcl([value, name, t]))
        return [tcl(["union", head(decl), type_of(decl.switchType()), tcl(cases), tcl(inner)])]
    if isinstance(decl, idlast.Attribute):
        mode = ["readonly"] if decl.readonly() else []
        return [tcl(["attribute", head(d), type_of(decl.attrType())] + mode) for d in decl.declarators()]
    if isinstance(decl, idlast.Operation):
        params = tcl([tcl([p.dirtext(), p.identifier(), type_of(p.paramType())]) for p in decl.parameters()])
        raises = tcl([r.repoId() for r in decl.raises()])
        mode = ["oneway"] if decl.oneway() else []
        return [tcl(["operation", head(decl), type_of(decl.returnType()), params, raises] + mode)]
    return []  # constants: scripts have no use for them


def items(decls):
    out = []
    for d in decls:
        out += item(d)
    return out


def run(tree, args):
    name = os.path.splitext(os.path.basename(tree.file()))[0] + ".tcl"
    with open(name, "w") as out:
        for i in items(d for d in tree.declarations() if d.mainFile() or not d.repoId().startswith("IDL:omg.org/")):
            out.write("combat::ir add [list {" + i + "}]\n")
