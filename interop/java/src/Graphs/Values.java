package Graphs;

import java.io.Serializable;
import java.util.function.Supplier;
import org.omg.CORBA.ORB;
import org.omg.CORBA_2_3.portable.InputStream;
import org.omg.CORBA.portable.ValueFactory;

/** The factories of the values that clients and servers of the suite know: all but that of Twig. */
public final class Values {
  private Values() {}

  public static void know(ORB orb) {
    known(orb, "Leaf", LeafImpl::new);
    known(orb, "Branch", BranchImpl::new);
    known(orb, "Ring", RingImpl::new);
    known(orb, "Nothing", NothingImpl::new);
    known(orb, "Person", PersonImpl::new);
  }

  private static void known(ORB orb, String name, Supplier<Serializable> make) {
    ValueFactory factory = new ValueFactory() {
      @Override public Serializable read_value(InputStream in) { return in.read_value(make.get()); }
    };
    ((org.omg.CORBA_2_3.ORB) orb).register_value_factory("IDL:interop.opendsom.org/Graphs/" + name + ":1.0", factory);
  }
}
