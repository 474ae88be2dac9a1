package suite;

import Parcels.*;
import org.omg.CORBA.Any;
import org.omg.CORBA.BooleanHolder;

/** The carrier of custom.idl. */
final class CustomServants {
  private CustomServants() {}

  static final class CarrierServant extends CarrierPOA {
    public Parcel carry(Parcel p, ParcelHolder again, BooleanHolder same) {
      same.value = p == again.value;
      return p;
    }

    public Crate carry_crate(Crate c) { return c; }
    public Any carry_any(Any a) { return a; }
  }
}
