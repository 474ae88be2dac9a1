"""Makes the wheel: pip calls build_wheel, or build_editable for pip install -e, and needs nothing of a network for it.

In the wheel are the extension dsom._core with libsomhost in it, and libsom.so.1 and libsomhost.so.1 beside it, built from the repository that this folder is in.
Class libraries find libsom.so.1 by its name, since it is loaded already. With DSOM_LIBSOM=FOLDER all is linked to the libsom of that folder instead.
"""

import base64
import glob
import hashlib
import os
import shlex
import subprocess
import sys
import sysconfig
import tempfile
import zipfile

NAME, VERSION = "dsom", "1.0"
ABOUT = f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\nSummary: Classes of SOM, in C, C++ or Go, as classes of Python\nRequires-Python: >=3.10\n"

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))


def _run(*command):
    print(*map(shlex.quote, command), flush=True)
    try:
        failed = subprocess.run(command, stdout=sys.stdout, stderr=subprocess.STDOUT).returncode and "failed"
    except OSError as e:
        failed = f"cannot be run: {e.strerror}"
    if failed:
        raise SystemExit(f"dsom: {command[0]} {failed}; a C compiler, make, libffi and Python's headers are needed (Debian: gcc make libffi-dev python3-dev)")


def _package():
    """The package's own files."""
    names = [os.path.join(NAME, "py.typed")]
    for pattern in ("*.py", "*.pyi"):
        names += glob.glob(os.path.join(NAME, "**", pattern), root_dir=here, recursive=True)
    return [os.path.join(here, n) for n in names]


def _build(work):
    """Builds the libraries, and returns the files, by their names in the wheel."""
    given = os.environ.get("DSOM_LIBSOM")
    flags = os.environ.get("CFLAGS", "-O2")
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    if sys.version_info < (3, 10):
        raise SystemExit("dsom: Python 3.10 or later is needed")
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        raise SystemExit("dsom: a build of Python without the interpreter's lock is not supported")
    include = sysconfig.get_path("include")
    if not os.path.exists(os.path.join(include, "Python.h")):
        raise SystemExit(f"dsom: no Python.h in {include} (Debian: apt-get install python3-dev)")
    kernel, host = given and os.path.abspath(given), os.path.join(work, "host")
    if not kernel:
        kernel = os.path.join(work, "kernel")
        _run("make", "-s", "-C", os.path.join(root, "libsom"), "BUILD=" + kernel, "CC=" + shlex.join(compiler), "CFLAGS=" + flags, os.path.join(kernel, "libsom.so"))
    _run("make", "-s", "-C", os.path.join(root, "bind", "host"), "BUILD=" + host, "KERNEL=" + kernel, "CC=" + shlex.join(compiler), "CFLAGS=" + flags)
    core = os.path.join(work, "_core" + sysconfig.get_config_var("EXT_SUFFIX"))
    _run(*compiler, "-std=c11", *shlex.split(flags), "-Wall", "-Wextra", "-Wno-cast-function-type", "-Wno-missing-field-initializers", "-fPIC", "-fvisibility=hidden", "-shared",
         *(f"-I{os.path.join(root, *p.split('/'))}" for p in ("libsom/include", "bind/host", "bind/c/typelib")), f"-I{include}", "-o", core,
         *sorted(glob.glob(os.path.join(here, "src", "*.c"))), os.path.join(host, "libsomhost.a"), "-L" + kernel, "-lsom", "-lffi", "-pthread", "-Wl,-rpath," + (kernel if given else "$ORIGIN"))
    files = {f"{NAME}/{os.path.basename(core)}": core, f"{NAME}/libsomhost.so.1": os.path.join(host, "libsomhost.so")}
    if not given:
        files[f"{NAME}/libsom.so.1"] = os.path.join(kernel, "libsom.so")
    return files


# What is installed to be edited: the package's own files are where they are in the repository, and the libraries that were built beside this.
EDITABLE = """import os

__path__.insert(0, {package!r})
__file__ = os.path.join(__path__[0], "__init__.py")
with open(__file__, encoding="utf-8") as f:
    exec(compile(f.read(), __file__, "exec"))
del f
"""


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    own = {}
    for path in _package():
        with open(path, "rb") as f:
            own[os.path.relpath(path, here).replace(os.sep, "/")] = f.read()
    return _wheel(wheel_directory, own)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _wheel(wheel_directory, {f"{NAME}/__init__.py": EDITABLE.format(package=os.path.join(here, NAME)).encode()})


def _wheel(wheel_directory, own):
    """Writes the wheel, of files with their contents and what is built."""
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    tag = f"{python}-{python}-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
    name, info, record = f"{NAME}-{VERSION}-{tag}.whl", f"{NAME}-{VERSION}.dist-info", []
    with tempfile.TemporaryDirectory() as work, zipfile.ZipFile(os.path.join(wheel_directory, name), "w", zipfile.ZIP_DEFLATED) as wheel:

        def add(path, data):
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(data)}\n")
            wheel.writestr(path, data)

        for path, source in _build(work).items():
            with open(source, "rb") as f:
                own[path] = f.read()
        for path, data in sorted(own.items()):
            add(path, data)
        add(f"{info}/METADATA", ABOUT.encode())
        add(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: dsom\nRoot-Is-Purelib: false\nTag: {tag}\n".encode())
        wheel.writestr(f"{info}/RECORD", "".join(record) + f"{info}/RECORD,,\n")
    return name


def build_sdist(sdist_directory, config_settings=None):
    raise SystemExit("dsom: the package is built from the repository, which has more than this folder: pip install ./bind/python")
