# prints: 16385 COMM_FAILURE
"""Octets beyond 16 KiB that are no multiple of 4, and something behind them, in GIOP 1.1, between two processes of omniORBpy: the fragment with the octets ends where
they do, and what comes in such a fragment is taken for fragmented at an incorrect boundary. It needs the suite's stubs."""
import os

import Interop
import Interop__POA
from omniORB import CORBA

ARGS = ["octets", "-ORBmaxGIOPVersion", "1.1", "-ORBendPoint", "giop:tcp:127.0.0.1:", "-ORBsupportBootstrapAgent", "0"]


class Built(Interop__POA.Built):
    def mirror_bulk(self, v):
        return Interop.Bulk(b"", [], v.after + len(v.before))


read, write = os.pipe()
alive, living = os.pipe()
if not os.fork():
    orb = CORBA.ORB_init(ARGS, CORBA.ORB_ID)
    root = orb.resolve_initial_references("RootPOA")
    root._get_the_POAManager().activate()
    r = Built()
    os.write(write, orb.object_to_string(r._this()).encode() + b"\n")
    os.close(write)
    os.close(living)
    os.read(alive, 1)  # until the parent is gone
    os._exit(0)
os.close(write)
orb = CORBA.ORB_init(ARGS, CORBA.ORB_ID)
r = orb.string_to_object(os.fdopen(read).readline().strip())._narrow(Interop.Built)
for n in (8001, 16384, 16385, 16386):
    try:
        print(n, r.mirror_bulk(Interop.Bulk(bytes(n), [], 1)).after == n + 1)
    except CORBA.SystemException as e:
        print(n, type(e).__name__, e.minor, e.completed)
