# prints: 01020078 MARSHAL_MessageTooLong
"""A single wide character in GIOP 1.2, as cdrMarshal has it: it is written, and to read it more octets are wanted than it has."""
import omniORB
from omniORB import CORBA

CORBA.ORB_init(["wchar"], CORBA.ORB_ID)
octets = omniORB.cdrMarshal(CORBA.TC_wchar, "x")
print(octets.hex(), end=" ")
try:
    print(omniORB.cdrUnmarshal(CORBA.TC_wchar, octets))
except CORBA.MARSHAL as e:
    print(omniORB.minorCodeToString(e))
