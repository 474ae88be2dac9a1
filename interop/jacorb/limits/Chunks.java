// prints: 1, 0 and
import java.io.ByteArrayOutputStream;
import org.jacorb.orb.CDRInputStream;

/**
 * Reads a value in two chunks, the shorts 1 and 2, and the long 3: JacORB takes a chunk for ended that ends at the next multiple of 4, and so
 * reads the size of the second chunk before the second short, and the half of the long for that.
 */
public final class Chunks {
  public static void main(String[] args) {
    ByteArrayOutputStream b = new ByteArrayOutputStream();
    put(b, 0x7fffff0a); // a value in chunks, of one id
    put(b, 4);
    b.writeBytes(new byte[] {'I', 'D', 'L', 0});
    put(b, 4);
    put(b, 0x00010002);
    put(b, 4);
    put(b, 3);
    put(b, -1);
    put(b, 42);
    CDRInputStream in = new CDRInputStream(b.toByteArray());
    in.start_value();
    String shorts = in.read_short() + ", " + in.read_short();
    System.out.println(shorts + " and " + in.read_long());
  }

  static void put(ByteArrayOutputStream b, int v) {
    for (int shift = 24; shift >= 0; shift -= 8) b.write(v >> shift);
  }
}
