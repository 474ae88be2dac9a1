"""Builds the extension dsom._core with libsomhost in it, and libsom and libsomhost beside it, from the repository that this folder is in.

The wheel has libsom.so.1 in it, which class libraries find by its name since it is loaded already. With DSOM_LIBSOM=FOLDER it is linked to
the libsom of that folder instead. Without a C compiler the package is there all the same, and calls by ctypes: see dsom/_foreign.py.
"""

import glob
import os
import shutil
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
given = os.environ.get("DSOM_LIBSOM")


class Build(build_ext):
    def run(self):
        try:
            self.build_libraries()
            super().run()
        except Exception as e:
            if os.environ.get("DSOM_PYTHON") == "extension":
                raise
            print(f"dsom: no extension, calls will go by ctypes: {e}", file=sys.stderr)

    def target(self):
        return os.path.join(here if self.inplace else os.path.abspath(self.build_lib), "dsom")

    def build_libraries(self):
        kernel = given
        work = os.path.abspath(os.path.join(self.build_temp, "som"))
        flags = os.environ.get("DSOM_CFLAGS", "-O2")
        if not kernel:
            kernel = os.path.join(work, "kernel")
            subprocess.run(["make", "-s", "-C", os.path.join(root, "libsom"), "BUILD=" + kernel, "CFLAGS=" + flags, os.path.join(kernel, "libsom.so")], check=True)
        host = os.path.join(work, "host")
        subprocess.run(["make", "-s", "-C", os.path.join(root, "bind", "host"), "BUILD=" + host, "KERNEL=" + kernel, "CFLAGS=" + flags], check=True)
        os.makedirs(self.target(), exist_ok=True)
        if not given:
            shutil.copyfile(os.path.join(kernel, "libsom.so"), os.path.join(self.target(), "libsom.so.1"))
        shutil.copyfile(os.path.join(host, "libsomhost.so"), os.path.join(self.target(), "libsomhost.so.1"))
        for e in self.extensions:
            e.library_dirs.append(kernel)
            e.runtime_library_dirs.append(given or "$ORIGIN")
            e.extra_objects.append(os.path.join(host, "libsomhost.a"))


setup(
    cmdclass={"build_ext": Build},
    ext_modules=[
        Extension(
            "dsom._core",
            sources=sorted(os.path.relpath(f, here) for f in glob.glob(os.path.join(here, "src", "*.c"))),
            depends=[os.path.join(here, "src", "core.h")],
            include_dirs=[os.path.join(root, *p.split("/")) for p in ("libsom/include", "bind/host", "bind/c/typelib")],
            libraries=["som", "ffi"],
            extra_compile_args=["-std=c11", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-cast-function-type", "-Wno-missing-field-initializers"]
            + os.environ.get("DSOM_CFLAGS", "").split(),
            extra_link_args=os.environ.get("DSOM_CFLAGS", "").split() if "-fsanitize" in os.environ.get("DSOM_CFLAGS", "") else [],
        )
    ],
)
