"""What makes a function a case, and the cases of all suites by their names: functions of a Client."""
import client
from client import equal

ALL = {}
ID = "IDL:interop.opendsom.org/Interop/"


def case(f):
    """Makes a function a case of its own name, without the last underscore."""
    ALL[f.__name__.rstrip("_")] = f
    return f


def mirrored(name, part, operation, m, *values):
    """A case that sends values, or what functions of the random source make, and wants their mirrors back."""
    def run(c):
        call = getattr(getattr(c, part), "mirror_" + operation)
        for v in values:
            v = v(c.rnd) if callable(v) else v
            equal(call(v), m(v))
    ALL[name] = run


def without(name, why):
    def run(c):
        raise client.Unsupported(why)
    ALL[name] = run


def load():
    """Adds the cases of all suites to ALL, in their order."""
    import cases_values, cases_built, cases_anys, cases_calls, cases_objects, cases_types, cases_graphs, cases_custom
