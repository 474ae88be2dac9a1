// prints: alias and alias: false; alias and type: true
import java.util.Properties;
import org.omg.CORBA.ORB;
import org.omg.CORBA.TCKind;
import org.omg.CORBA.TypeCode;

/** Compares two aliases of one type: equivalent looks through one of them alone. */
public final class Aliases {
  public static void main(String[] args) {
    Properties p = new Properties();
    p.setProperty("org.omg.CORBA.ORBClass", "com.sun.corba.ee.impl.orb.ORBImpl");
    p.setProperty("org.omg.CORBA.ORBSingletonClass", "com.sun.corba.ee.impl.orb.ORBSingleton");
    ORB orb = ORB.init(new String[0], p);
    TypeCode l = orb.get_primitive_tc(TCKind.tk_long);
    TypeCode list = orb.create_sequence_tc(0, l);
    TypeCode numbers = orb.create_alias_tc("IDL:Numbers:1.0", "Numbers", list);
    TypeCode longs = orb.create_alias_tc("IDL:Longs:1.0", "Longs", list);
    System.out.println("alias and alias: " + numbers.equivalent(longs) + "; alias and type: " + numbers.equivalent(list));
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
