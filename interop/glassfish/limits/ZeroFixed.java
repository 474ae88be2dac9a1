// prints: 1234567.89: 1234567.89; 1.00: Fixed of length 9 in buffer of length 8; 0: Fixed of length 9 in buffer of length 8
import java.util.Properties;
import org.omg.CORBA.ORB;
import org.omg.CORBA.portable.OutputStream;

/**
 * Reads anys with a fixed, as they are on the wire (CORBA 3.3 part 2, 9.3.2.8): two digits an octet, the last with the sign. It misses digits that the type has where zeros are in front.
 */
public final class ZeroFixed {
  public static void main(String[] args) {
    Properties p = new Properties();
    p.setProperty("org.omg.CORBA.ORBClass", "com.sun.corba.ee.impl.orb.ORBImpl");
    p.setProperty("org.omg.CORBA.ORBSingletonClass", "com.sun.corba.ee.impl.orb.ORBSingleton");
    ORB orb = ORB.init(new String[0], p);
    System.out.println("1234567.89: " + read(orb, 0x12, 0x34, 0x56, 0x78, 0x9c) + "; 1.00: " + read(orb, 0x00, 0x00, 0x00, 0x10, 0x0c) + "; 0: " + read(orb, 0x00, 0x00, 0x00, 0x00, 0x0c));
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  /** read reads an any of a fixed<9,2> from its octets, and says what it is. */
  private static String read(ORB orb, int... octets) {
    OutputStream out = orb.create_output_stream();
    out.write_TypeCode(orb.create_fixed_tc((short) 9, (short) 2));
    for (int o : octets) {
      out.write_octet((byte) o);
    }
    try {
      return out.create_input_stream().read_any().extract_fixed().toString();
    } catch (RuntimeException e) {
      return String.valueOf(e.getMessage()).replaceAll("^.*(Fixed of length \\d+ in buffer of length \\d+).*$", "$1");
    }
  }
}
