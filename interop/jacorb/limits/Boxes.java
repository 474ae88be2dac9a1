// prints: 4 and 42
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import org.jacorb.orb.CDRInputStream;
import org.omg.CORBA.portable.BoxedValueHelper;
import org.omg.CORBA.portable.InputStream;
import org.omg.CORBA.portable.OutputStream;

/**
 * Reads a value in chunks, the long 1, the box of the long 42 and the long 3: JacORB does not enter the chunk of the box, and so reads its size, which is 4, and
 * then the 42 for the long behind the box.
 */
public final class Boxes {
  public static void main(String[] args) {
    ByteArrayOutputStream b = new ByteArrayOutputStream();
    put(b, 0x7fffff0a); // a value in chunks, of one id
    put(b, 4);
    b.writeBytes(new byte[] {'I', 'D', 'L', 0});
    put(b, 4);
    put(b, 1);
    put(b, 0x7fffff08); // the box, in chunks as well
    put(b, 4);
    put(b, 42);
    put(b, -2);
    put(b, 4);
    put(b, 3);
    put(b, -1);
    put(b, 0);
    CDRInputStream in = new CDRInputStream(b.toByteArray());
    in.start_value();
    in.read_long();
    Serializable boxed = in.read_value(new Box());
    System.out.println(boxed + " and " + in.read_long());
  }

  static final class Box implements BoxedValueHelper {
    public Serializable read_value(InputStream in) {
      return in.read_long();
    }

    public void write_value(OutputStream out, Serializable v) {
      out.write_long((Integer) v);
    }

    public String get_id() {
      return "IDL:Box:1.0";
    }
  }

  static void put(ByteArrayOutputStream b, int v) {
    for (int shift = 24; shift >= 0; shift -= 8) b.write(v >> shift);
  }
}
