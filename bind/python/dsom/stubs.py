"""Type stubs of class libraries, for editors and type checkers.

    python -m dsom.stubs [--out FOLDER] CLASS-OR-LIBRARY…

Zoo::Dog, or libzoo.so, which is loaded: all of its classes are told, and what these refer to. Each module of IDL becomes a file, Zoo.pyi, or Zoo_Cats.pyi of Zoo::Cats; what is in
no module som.pyi. What such a file has of other libraries stays in it. With from __future__ import annotations one writes "dog: Zoo.Dog" of what load("Zoo::Dog")() makes.
"""

import argparse
import ast
import enum
import keyword
import os
import re
import sys

from . import _types, classes, library, load
from ._asynchronous import Asynchronous
from ._types import core

_HEAD = "# Made by python -m dsom.stubs: what class libraries say of their classes.\n"

_PYTHONS = {"None", "bool", "int", "float", "str", "bytes", "list", "Any"}
_ANY_OBJECT = {"SOMObject", "Object"}
_FROM = {"IntEnum": "enum", "Any": "typing", "Awaitable": "typing", "Self": "typing_extensions"}  # Self is Python's from 3.11 on; type checkers have the latter always
_BASE = {"args", "add_note", "with_traceback"}  # members of Python's own exceptions


def _own(name):
    return "_" + name if keyword.iskeyword(name) else name


def _quoted(doc, indent):
    if not doc:
        return []
    text = doc.replace("\\", "\\\\").replace('"""', '\\"""')
    return [indent + line if line else "" for line in f'"""{text}"""'.split("\n")]


def _is_class(scoped):
    return scoped in classes()


def _place(scoped):
    """The file that declares a class or type, and its names there, from without inwards."""
    scope, _, name = scoped.rpartition("::")
    inner = [name]
    while scope and _is_class(scope):
        scope, _, outer = scope.rpartition("::")
        inner.insert(0, outer)
    return scope.replace("::", "_") or "som", [_own(n) for n in inner]


def _named(text):
    """The names of IDL in what is said of a type."""
    return [n for n in re.findall(r"[A-Za-z_]\w*(?:::\w+)*", text) if n not in _PYTHONS and n not in _ANY_OBJECT]


def _types_in(c):
    return [made for made in vars(c).values() if isinstance(made, type) and hasattr(made, "_type_")]


def _members(made):
    return () if issubclass(made, enum.IntEnum) else core.members(made)


class _Module:
    """One file: the declarations of a module of IDL."""

    def __init__(self, name):
        self.name, self.imports, self.body = name, set(), {}
        self.taken = set()  # names of what is declared, and of its members: what else these mean is called otherwise

    def std(self, name):
        """A name of Python's."""
        if name in _FROM:
            alias = "_" + name if name in self.taken else name
            self.imports.add(f"from {_FROM[name]} import {name}" + (f" as {alias}" if alias != name else ""))
            return alias
        if name in self.taken and name != "None":
            return f"{self.module('builtins')}.{name}"
        return name

    def module(self, name):
        alias = "_" + name if name in self.taken else name
        self.imports.add(f"import {name}" + (f" as {alias}" if alias != name else ""))
        return alias

    def type(self, text):
        """A type as stubs write it; what is in another module is imported."""

        def known(m):
            scoped = m.group(0)
            if scoped in _PYTHONS:
                return self.std(scoped)
            if scoped in _ANY_OBJECT:
                return f"{self.module('dsom')}.Object"
            if not _is_class(scoped) and core.type_named(scoped) is None:
                return self.std("Any")
            home, names = _place(scoped)
            return ".".join(names if home == self.name else [self.module(home), *names])

        return re.sub(r"[A-Za-z_]\w*(?:::\w+)*", known, text)

    def text(self, there=""):
        """The file's text, with what is in it already, of other libraries."""
        body, imports = {}, set(self.imports)
        if there:
            lines = there.split("\n")
            for node in ast.parse(there).body:
                part = "\n".join(lines[node.lineno - 1 : node.end_lineno])
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    imports.add(part)
                elif isinstance(node, ast.ClassDef):
                    body[node.name] = part
        body.update(self.body)
        return f"{_HEAD}{''.join(line + chr(10) for line in sorted(imports, key=lambda i: (i.startswith('import'), i)))}\n" + "\n\n".join(body.values()) + "\n"


def _value(module, made, indent=""):
    """The stub of a structure, union, enumeration or exception."""
    name, inner = _own(made.__name__), indent + "    "
    if issubclass(made, enum.IntEnum):
        return [f"{indent}class {name}({module.std('IntEnum')}):"] + [f"{inner}{m.name} = {m.value}" for m in made]
    dsom = module.module("dsom")
    base = f"{dsom}.UserException" if issubclass(made, _types.UserException) else f"{dsom}._types.Union" if issubclass(made, _types.Union) else f"{dsom}._types.Struct"
    if issubclass(made, _types.Union):
        any = module.std("Any")
        return [f"{indent}class {name}({base}):", f"{inner}d: {any}", f"{inner}v: {any}", f"{inner}def __init__(self, d: {any}, v: {any} = None) -> None: ..."]
    fields = [(f, module.type(t)) for f, t in zip(made._fields_, core.members(made))]
    ignored = _BASE if issubclass(made, _types.UserException) else ()
    lines = [f"{indent}class {name}({base}):"] + [f"{inner}{f}: {t}{'  # type: ignore[assignment]' if f in ignored else ''}" for f, t in fields]
    return lines + [f"{inner}def __init__(self{''.join(f', {f}: {t}' for f, t in fields)}) -> None: ..."]


def _signature(module, d):
    """Parameters and result of a method, and the class method that an initializer is."""
    ins = [p for p in d["params"] if p[2] != "out"]
    outs = ([] if d["result"] == "None" else [module.type(d["result"]) + (" | None" if d["nullable"] else "")]) + [module.type(p[1]) for p in d["params"] if p[2] != "in"]
    result = "None" if not outs else outs[0] if len(outs) == 1 else f"{module.std('tuple')}[{', '.join(outs)}]"
    return "".join(f", {_own(n) if n else f'_{i}'}: {module.type(t)}{' | None' if nullable else ''}" for i, (n, t, _, nullable) in enumerate(ins)), result


def _awaits(c, d):
    """Whether the class has the form of a method that is awaited: IDL's own names come first."""
    return isinstance(getattr(c, _own(d["name"]) + "_async", None), Asynchronous)


def _means(c):
    """What a class itself has, by its names in Python, as far as it matters for whether another's has the same."""
    told = {}
    for d in core.described(c):
        if d["attribute"]:
            told[_own(d["attribute"])] = ("attribute", d["result"])
            continue
        is_ = (str(d["params"]), d["result"], bool(d["flags"] & 8))
        told[_own(d["name"])] = is_
        if not d["flags"] & 8 and _awaits(c, d):
            told[_own(d["name"]) + "_async"] = ("awaited", *is_)
    return told


def _class(module, c):
    above = [_means(b) for b in c.__mro__[1:] if isinstance(b, core.Class) and b.som_name not in _ANY_OBJECT]
    own = _means(c)

    def covers(name):
        """A checker is told not to mind that a class has something else under a name than one above."""
        return "  # type: ignore[override]" if any(name in m and m[name] != own[name] for m in above) else ""

    described = core.described(c)
    hidden = [n for n, v in vars(c).items() if n.endswith("_async") and n not in own and not isinstance(v, (Asynchronous, type))]  # by what is awaited of another parent, would it not have them
    for b in [b for b in c.__mro__[1:] if hidden and isinstance(b, core.Class)]:
        described = described + [d for d in core.described(b) if not d["attribute"] and _own(d["name"]) in hidden]
        own.update({n: m for n, m in _means(b).items() if n.removesuffix("_async") in hidden or n in hidden})
    apart = any(n not in own and n in other and m[n] != other[n] for i, m in enumerate(above) for other in above[i + 1 :] for n in m)
    bases = [module.type(b.som_name) for b in c.__bases__ if isinstance(b, core.Class)] or [f"{module.module('dsom')}.Object"]
    lines = [f"class {_own(c.__name__)}({', '.join(bases)}):{'  # type: ignore[misc]' if apart and len(bases) > 1 else ''}", *_quoted(c.__doc__, "    ")]
    for made in _types_in(c):
        lines += _value(module, made, "    ")
    sets = {d["attribute"] for d in described if d["attribute"] and d["flags"] & 4}
    for d in described:
        if d["attribute"] and d["flags"] & 2:
            name, t = _own(d["attribute"]), module.type(d["result"]) + (" | None" if d["nullable"] else "")
            lines += [f"    @{module.std('property')}", f"    def {name}(self) -> {t}: ...{covers(name)}"]
            if d["attribute"] in sets:
                lines += [f"    @{name}.setter", f"    def {name}(self, value: {t}) -> None: ..."]
        elif not d["attribute"]:
            name, (args, result) = _own(d["name"]), _signature(module, d)
            if d["flags"] & 8:  # an initializer
                lines += [f"    @{module.std('classmethod')}", f"    def {name}(cls{args}) -> {module.std('Self')}: ...{covers(name)}"]
                continue
            if d["doc"]:
                lines += [f"    def {name}(self{args}) -> {result}:{covers(name)}", *_quoted(d["doc"], "        ")]
            else:
                lines.append(f"    def {name}(self{args}) -> {result}: ...{covers(name)}")
            if _awaits(c, d):
                lines.append(f"    def {name}_async(self{args}) -> {module.std('Awaitable')}[{result}]: ...{covers(name + '_async')}")
    return lines + ([] if len(lines) > 1 else ["    ..."])


def stubs(names):
    """Returns the modules, by their names, of classes and libraries."""
    wanted = []
    for name in names:
        if os.path.exists(name) or os.sep in name:
            before = set(classes())
            library(os.path.abspath(name))
            found = [n for n in classes() if load(n).som_library and os.path.realpath(load(n).som_library) == os.path.realpath(name)]
            wanted += found or sorted(set(classes()) - before)
        else:
            wanted.append(name)
    told = _all(wanted)
    modules = {}
    for scoped, made in told:
        home, names = _place(scoped)
        m = modules.setdefault(home, _Module(home))
        m.taken.add(names[0])
        for t in [made, *_types_in(made)] if isinstance(made, core.Class) else [made]:
            m.taken.update(_means(t) if isinstance(t, core.Class) else vars(t).get("_fields_", ()))
            m.taken.add(t.__name__)
    for scoped, made in told:
        home, names = _place(scoped)
        m = modules[home]
        m.body[names[0]] = "\n".join(_class(m, made) if isinstance(made, core.Class) else _value(m, made))
    return dict(sorted(modules.items()))


def _all(wanted):
    """The classes, those that they descend from and all that they refer to, and the types that are declared in modules, with their scoped names."""
    found, kept, todo = {}, [], sorted(set(wanted))
    while todo:
        scoped = todo.pop()
        while (scope := scoped.rpartition("::")[0]) and _is_class(scope):  # it is declared in a class
            scoped = scope
        if scoped in found or scoped in _ANY_OBJECT:
            continue
        made = found[scoped] = load(scoped) if _is_class(scoped) else core.type_named(scoped)
        if made is None:
            continue
        kept.append((scoped, made))
        if isinstance(made, core.Class):
            todo += [b.som_name for b in made.__bases__ if isinstance(b, core.Class)]
            said = [t for d in core.described(made) for t in (d["result"], *d["raises"], *(p[1] for p in d["params"]))]
            said += [t for inner in _types_in(made) for t in _members(inner)]
        else:
            said = _members(made)
        todo += [n for text in said for n in _named(text)]
    return sorted(kept, key=lambda k: (isinstance(k[1], core.Class), len(k[1].__mro__), k[0]))


def main(args=None):
    parser = argparse.ArgumentParser("python -m dsom.stubs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=".", help="the folder to write to; it is made if need be")
    parser.add_argument("names", nargs="+", metavar="CLASS-OR-LIBRARY")
    given = parser.parse_args(args)
    try:
        files = stubs(given.names)
    except _types.Exception as e:
        sys.exit(f"dsom.stubs: {e}")
    os.makedirs(given.out, exist_ok=True)
    texts = {}
    for name, module in files.items():
        path = os.path.join(given.out, name + ".pyi")
        try:
            there = ""
            if os.path.exists(path):
                with open(path, encoding="utf-8") as f:
                    there = f.read()
            if there and not there.startswith(_HEAD):
                raise ValueError("it does not begin as such a file does")
            texts[path] = module.text(there)
        except (ValueError, SyntaxError) as e:
            sys.exit(f"dsom.stubs: {path} was made by something else, and is not overwritten: {e}")
    for path, text in texts.items():
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        print(path)


if __name__ == "__main__":
    main()
