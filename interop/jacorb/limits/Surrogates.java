// prints: 65e5 7d8
import java.nio.charset.StandardCharsets;
import org.jacorb.orb.CDRInputStream;
import org.jacorb.orb.CodeSet;

/**
 * Reads a wide string of GIOP 1.2 in UTF-8: the first of its characters has three octets, the second, U+1F600, four, of which JacORB takes three for U+07D8.
 */
public final class Surrogates {
  public static void main(String[] args) {
    byte[] text = "\u65e5\ud83d\ude00abc".getBytes(StandardCharsets.UTF_8);
    byte[] b = new byte[4 + text.length];
    b[3] = (byte) text.length;
    System.arraycopy(text, 0, b, 4, text.length);
    CDRInputStream in = new CDRInputStream(b);
    in.setGIOPMinor(2);
    CodeSet utf8 = CodeSet.getCodeSet(0x05010001);
    in.setCodeSet(utf8, utf8);
    StringBuilder said = new StringBuilder();
    for (char c : in.read_wstring().toCharArray()) said.append(Integer.toHexString(c)).append(' ');
    System.out.println(said);
  }
}
