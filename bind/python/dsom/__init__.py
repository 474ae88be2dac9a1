"""Classes of SOM, written in C, C++, Go or whatever else, as classes of Python.

    from dsom import load

    Dog = load("Dog")            # finds libdog.so in SOM_PATH, or where the system looks

    class Puppy(Dog):            # a class of SOM as well: C++ calls what it overrides
        def bark(self, volume):
            super().bark(volume // 2)

    Puppy().bark(10)

docs/som-python.md tells all of it.
"""

from ._types import (
    Exception,
    SystemException,
    UserException,
    core as _core,
    corba_names as _corba_names,
)

__version__ = "1.0"
__all__ = ["load", "library", "path", "classes", "weak", "bind", "serve", "Object", "Class", "Exception", "UserException", "SystemException", "implementation"]

Class = _core.Class
weak = _core.weak
implementation = _core.__name__.rpartition(".")[2]
"""How calls are made: "_core", the extension, or "_foreign", by ctypes."""


def load(name, version=None):
    """Returns a class by its name, "Zoo::Dog", and loads its library if need be; or a structure, union, enumeration or exception
    that a class which is there has in its type information.

    version is (major, minor): the class must have this major version, and at least this minor one. A class that does not exist
    raises SystemException, with code "unknown"; a library that cannot be loaded, with code "library"; another version, with "version".
    """
    try:
        return _core.class_named(name, *(version or ()))
    except SystemException as e:
        if e.code not in ("unknown", "library", "name"):
            raise
        found = None if version else _core.type_named(name)
        if found is None:
            raise
        return found


def library(file):
    """Loads a class library by its file's name; load then finds its classes, whatever the file is called."""
    _core.load_library(file)


def path(folders):
    """Says where class libraries are: folders in a text as PATH is written, or a sequence of them. None: as SOM_PATH says."""
    import os

    _core.set_path(folders if folders is None or isinstance(folders, str) else os.pathsep.join(map(os.fspath, folders)))


def classes():
    """Returns the names of all classes that are there."""
    return _core.class_names()


def bind(url):
    """Returns the object elsewhere that a URL names, "corbaname::host#zoo/rex", or a reference: see dsom.remote."""
    from . import remote

    return remote.bind(url)


def serve(objects=None, *, name=None, listen=None, classes=()):
    """Has other processes call objects of this one, and returns the server, which takes calls until it is closed:

        with dsom.serve({"zoo/rex": rex}) as server:
            server.wait()

    objects are those that are published, by their names: in the naming service of the daemon, if there is one here, and as keys of corbaloc URLs. name is the server's in
    the daemon, where that has not started it: with it references outlive the process, and the daemon starts it when they are called. listen are
    endpoints, "tcp:127.0.0.1:4000"; a free port without. classes are those of which clients may make objects, by dsom.remote.create or where they are placed here.

    Calls come in threads of the ORB's. Overrides that are coroutine functions run in the event loop in which serve was called; without one each runs in a loop of its own.
    """
    from . import _serving

    return _serving.serve(objects, name=name, listen=listen, classes=classes)


Object = _core.class_named("SOMObject")


def __getattr__(name):
    """System exceptions by their names: dsom.BAD_PARAM. The module dsom.remote, when it is first asked for."""
    if name == "remote":
        import importlib

        return importlib.import_module("dsom.remote")
    if name in _corba_names:
        return SystemException.named(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
