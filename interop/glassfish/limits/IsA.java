// prints: a Thing: true, an Object: false
import java.util.Properties;
import org.omg.CORBA.ORB;
import org.omg.CORBA.Request;
import org.omg.CORBA.ServerRequest;
import org.omg.CORBA.TCKind;
import org.omg.PortableServer.DynamicImplementation;
import org.omg.PortableServer.POA;
import org.omg.PortableServer.POAHelper;

/** Asks an object of its own whether it is a CORBA::Object, which each object is. */
public final class IsA {
  static final class Thing extends DynamicImplementation {
    @Override public void invoke(ServerRequest request) {}
    @Override public String[] _all_interfaces(POA poa, byte[] id) { return new String[] {"IDL:Thing:1.0"}; }
  }

  private static boolean isA(ORB orb, org.omg.CORBA.Object object, String id) {
    Request r = object._request("_is_a");
    r.add_in_arg().insert_string(id);
    r.set_return_type(orb.get_primitive_tc(TCKind.tk_boolean));
    r.invoke();
    return r.return_value().extract_boolean();
  }

  public static void main(String[] args) throws Exception {
    Properties p = new Properties();
    p.setProperty("org.omg.CORBA.ORBClass", "com.sun.corba.ee.impl.orb.ORBImpl");
    p.setProperty("org.omg.CORBA.ORBSingletonClass", "com.sun.corba.ee.impl.orb.ORBSingleton");
    p.setProperty("com.sun.corba.ee.ORBAllowLocalOptimization", "false");
    ORB orb = ORB.init(new String[0], p);
    POA root = POAHelper.narrow(orb.resolve_initial_references("RootPOA"));
    root.the_POAManager().activate();
    org.omg.CORBA.Object object = root.servant_to_reference(new Thing());
    object = orb.string_to_object(orb.object_to_string(object));
    System.out.println("a Thing: " + isA(orb, object, "IDL:Thing:1.0") + ", an Object: " + isA(orb, object, "IDL:omg.org/CORBA/Object:1.0"));
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
