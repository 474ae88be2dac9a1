package Graphs;

import Parcels.CrateImpl;
import Parcels.ParcelImpl;
import java.io.Serializable;
import java.util.function.Supplier;
import org.omg.CORBA.ORB;
import org.omg.CORBA_2_3.portable.InputStream;
import org.omg.CORBA.portable.ValueFactory;

/** The factories of the values that clients and servers of the suite know: all but that of Twig. */
public final class Values {
  private Values() {}

  public static void know(ORB orb) {
    known(orb, "Graphs/Leaf", LeafImpl::new);
    known(orb, "Graphs/Branch", BranchImpl::new);
    known(orb, "Graphs/Ring", RingImpl::new);
    known(orb, "Graphs/Cargo", CargoImpl::new);
    known(orb, "Graphs/Freight", FreightImpl::new);
    known(orb, "Graphs/Nothing", NothingImpl::new);
    known(orb, "Graphs/Person", PersonImpl::new);
    known(orb, "Parcels/Parcel", ParcelImpl::new);
    known(orb, "Parcels/Crate", CrateImpl::new);
  }

  private static void known(ORB orb, String name, Supplier<Serializable> make) {
    ValueFactory factory = new ValueFactory() {
      @Override public Serializable read_value(InputStream in) { return in.read_value(make.get()); }
    };
    ((org.omg.CORBA_2_3.ORB) orb).register_value_factory("IDL:interop.opendsom.org/" + name + ":1.0", factory);
  }
}
