// prints: declared: written; not declared: java.lang.ClassNotFoundException: sun.reflect.ReflectionFactory$GetReflectionFactoryAction
import java.util.Properties;
import org.omg.CORBA.ORB;
import org.omg.CORBA.portable.InputStream;
import org.omg.CORBA.portable.OutputStream;
import org.omg.CORBA.portable.StreamableValue;

/** Writes a value where its type is declared, and where none is, for which JacORB looks how it would be sent by RMI, with a class that was in the JDK up to version 8. */
public final class AnyValue implements StreamableValue {
  @Override public String[] _truncatable_ids() { return new String[] {"IDL:Value:1.0"}; }
  @Override public org.omg.CORBA.TypeCode _type() { return null; }
  @Override public void _read(InputStream in) {}
  @Override public void _write(OutputStream out) {}

  public static void main(String[] args) throws Exception {
    Properties p = new Properties();
    p.setProperty("org.omg.CORBA.ORBClass", "org.jacorb.orb.ORB");
    p.setProperty("org.omg.CORBA.ORBSingletonClass", "org.jacorb.orb.ORBSingleton");
    p.setProperty("jacorb.log.default.verbosity", "0");
    ORB orb = ORB.init(new String[0], p);
    org.omg.CORBA_2_3.portable.OutputStream out =
        (org.omg.CORBA_2_3.portable.OutputStream) orb.create_output_stream();
    out.write_value(new AnyValue(), "IDL:Value:1.0");
    System.out.print("declared: written; not declared: ");
    try {
      out.write_value(new AnyValue());
      System.out.println("written");
    } catch (Error e) {
      System.out.println(e.getCause());
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
