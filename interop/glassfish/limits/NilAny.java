// prints: without a type: taken; with a type: BAD_OPERATION
import java.util.Properties;
import org.omg.CORBA.Any;
import org.omg.CORBA.ORB;

/** Puts a nil reference into an any, without and with the type of the reference. */
public final class NilAny {
  public static void main(String[] args) {
    Properties p = new Properties();
    p.setProperty("org.omg.CORBA.ORBClass", "com.sun.corba.ee.impl.orb.ORBImpl");
    p.setProperty("org.omg.CORBA.ORBSingletonClass", "com.sun.corba.ee.impl.orb.ORBSingleton");
    ORB orb = ORB.init(new String[0], p);
    Any any = orb.create_any();
    any.insert_Object(null);
    System.out.print("without a type: taken; with a type: ");
    try {
      any.insert_Object(null, orb.create_interface_tc("IDL:Thing:1.0", "Thing"));
      System.out.println("taken");
    } catch (RuntimeException e) {
      System.out.println(e.getClass().getSimpleName());
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
