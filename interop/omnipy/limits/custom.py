# prints: NO_IMPLEMENT NO_IMPLEMENT_Unsupported
"""A value that marshals itself is not written, whatever its class has for that. It needs the suite's stubs."""
import omniORB
from omniORB import CORBA

import Parcels

CORBA.ORB_init(["custom"], CORBA.ORB_ID)
try:
    omniORB.cdrMarshal(Parcels._tc_Parcel, Parcels.Parcel("label", True, 1.5, [1], None))
    print("written")
except CORBA.SystemException as e:
    print(type(e).__name__, omniORB.minorCodeToString(e))
