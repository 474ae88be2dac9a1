"""Type stubs of class libraries, for editors and type checkers.

    python -m dsom.stubs [--out FOLDER] CLASS-OR-LIBRARY…

Zoo::Dog, or libzoo.so, which is loaded: all of its classes are told. Each module of IDL becomes a file, Zoo.pyi, what is in no module som.pyi. With
from __future__ import annotations one writes "dog: Zoo.Dog" of what load("Zoo::Dog")() makes.
"""

import argparse
import enum
import keyword
import os
import re
import sys

from . import _types, classes, library, load
from ._types import core

_HEAD = "# Made by python -m dsom.stubs: what class libraries say of their classes.\n"


_PYTHONS = {"None", "bool", "int", "float", "str", "bytes", "list", "Any", "SOMObject", "Object"}


def _own(name):
    return "_" + name if keyword.iskeyword(name) else name


def _quoted(doc, indent):
    if not doc:
        return []
    text = doc.replace("\\", "\\\\").replace('"""', '\\"""')
    return [indent + line if line else "" for line in f'"""{text}"""'.split("\n")]


class _Module:
    """One file: the declarations of a module of IDL."""

    def __init__(self, name):
        self.name, self.imports, self.body = name, set(), []

    def type(self, text):
        """A type as stubs write it; what is in another module is imported."""

        def known(m):
            scoped = m.group(0)
            if scoped in ("SOMObject", "Object"):
                return "dsom.Object"
            scope, _, name = scoped.rpartition("::")
            if scope == self.name or (not scope and self.name == "som"):
                return name
            if scope and "::" in scope or scope and _is_class(scope):
                outer, _, inner = scope.rpartition("::")
                home = outer or "som"
                if home != self.name:
                    self.imports.add(home.replace("::", "_"))
                    return f"{home.replace('::', '_')}.{inner}.{name}"
                return f"{inner}.{name}"
            home = scope.replace("::", "_") or "som"
            self.imports.add(home)
            return f"{home}.{name}"

        return re.sub(r"[A-Za-z_]\w*(?:::\w+)+|\bSOMObject\b|\bObject\b", known, text)

    def text(self):
        imports = "".join(f"import {i}\n" for i in sorted(self.imports))
        return f"{_HEAD}from enum import IntEnum\nfrom typing import Any, Awaitable, Self\n\nimport dsom\n{imports}\n" + "\n".join(self.body) + "\n"


def _is_class(scoped):
    return scoped in classes()


def _value(module, made, indent=""):
    """The stub of a structure, union, enumeration or exception."""
    name, inner = made.__name__, indent + "    "
    if issubclass(made, enum.IntEnum):
        return [f"{indent}class {name}(IntEnum):"] + [f"{inner}{m.name} = {m.value}" for m in made]
    base = "dsom.UserException" if issubclass(made, _types.UserException) else "dsom._types.Union" if issubclass(made, _types.Union) else "dsom._types.Struct"
    if issubclass(made, _types.Union):
        return [f"{indent}class {name}({base}):", f"{inner}d: Any", f"{inner}v: Any", f"{inner}def __init__(self, d: Any, v: Any = None) -> None: ..."]
    fields = [(f, module.type(t)) for f, t in zip(made._fields_, core.members(made))]
    lines = [f"{indent}class {name}({base}):"] + [f"{inner}{f}: {t}" for f, t in fields]
    return lines + [f"{inner}def __init__(self{''.join(f', {f}: {t}' for f, t in fields)}) -> None: ..."]


def _method(module, d, indent):
    ins = [p for p in d["params"] if p[2] != "out"]
    outs = ([] if d["result"] == "None" else [module.type(d["result"]) + (" | None" if d["nullable"] else "")]) + [module.type(p[1]) for p in d["params"] if p[2] != "in"]
    result = "None" if not outs else outs[0] if len(outs) == 1 else f"tuple[{', '.join(outs)}]"
    args = "".join(f", {_own(n) if n else f'_{i}'}: {module.type(t)}{' | None' if nullable else ''}" for i, (n, t, _, nullable) in enumerate(ins))
    name = _own(d["name"])
    if d["flags"] & 8:  # an initializer
        return [f"{indent}@classmethod", f"{indent}def {name}(cls{args}) -> Self: ..."]
    lines = [f"{indent}def {name}(self{args}) -> {result}: ..."]
    if d["doc"]:
        lines = [f"{indent}def {name}(self{args}) -> {result}:", *_quoted(d["doc"], indent + "    ")]
    return lines + [f"{indent}def {name}_async(self{args}) -> Awaitable[{result}]: ..."]


def _class(module, c):
    bases = [module.type(b.som_name) for b in c.__bases__ if isinstance(b, core.Class)]
    lines = [f"class {c.__name__}({', '.join(bases) or 'dsom.Object'}):", *_quoted(c.__doc__, "    ")]
    for made in vars(c).values():
        if isinstance(made, type) and hasattr(made, "_type_"):
            lines += _value(module, made, "    ")
    described = core.described(c)
    sets = {d["attribute"] for d in described if d["attribute"] and d["flags"] & 4}
    for d in described:
        if d["attribute"] and d["flags"] & 2:
            name, t = _own(d["attribute"]), module.type(d["result"]) + (" | None" if d["nullable"] else "")
            lines += ["    @property", f"    def {name}(self) -> {t}: ..."]
            if d["attribute"] in sets:
                lines += [f"    @{name}.setter", f"    def {name}(self, value: {t}) -> None: ..."]
        elif not d["attribute"]:
            lines += _method(module, d, "    ")
    return lines + ([] if len(lines) > 1 else ["    ..."])


def stubs(names):
    """Returns the files' texts, by their names, of classes and libraries."""
    wanted = []
    for name in names:
        if os.path.exists(name) or os.sep in name:
            before = set(classes())
            library(os.path.abspath(name))
            found = [n for n in classes() if load(n).som_library and os.path.realpath(load(n).som_library) == os.path.realpath(name)]
            wanted += found or sorted(set(classes()) - before)
        else:
            wanted.append(name)
    modules, done = {}, set()

    def module(scope):
        return modules.setdefault(scope or "som", _Module(scope or "som"))

    def type_of(scoped):
        """What a class refers to and is declared in a module."""
        scope = scoped.rpartition("::")[0]
        if scoped in done or scope and _is_class(scope):
            return
        done.add(scoped)
        made = core.type_named(scoped)
        if made is not None:
            m = module(scope)
            m.body += _value(m, made) + [""]
            for t in core.members(made) if not issubclass(made, enum.IntEnum) else ():
                refer(t)

    def refer(text):
        for scoped in re.findall(r"[A-Za-z_]\w*(?:::\w+)*", text):
            if scoped not in _PYTHONS and not _is_class(scoped):
                type_of(scoped)

    for name in sorted(set(wanted), key=lambda n: (len(load(n).__mro__), n)):
        c = load(name)
        for d in core.described(c):
            for t in [d["result"], *d["raises"], *(p[1] for p in d["params"])]:
                refer(t)
        m = module(name.rpartition("::")[0])
        m.body += _class(m, c) + [""]
    return {n.replace("::", "_") + ".pyi": m.text() for n, m in sorted(modules.items())}


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
    for name, text in files.items():
        path = os.path.join(given.out, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        print(path)


if __name__ == "__main__":
    main()
