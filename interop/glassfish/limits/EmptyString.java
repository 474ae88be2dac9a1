// prints: a text and a letter: written; an empty text and a letter: ArrayIndexOutOfBoundsException; a letter between: written
import java.util.Properties;
import org.omg.CORBA.ORB;
import org.omg.CORBA.portable.OutputStream;

/**
 * Writes texts and letters: what converts the characters of a stream makes its room by the first text, none for an empty one, and does not look whether a letter has
 * any. So does the ORB when it copies an any that it receives.
 */
public final class EmptyString {
  public static void main(String[] args) {
    Properties p = new Properties();
    p.setProperty("org.omg.CORBA.ORBClass", "com.sun.corba.ee.impl.orb.ORBImpl");
    p.setProperty("org.omg.CORBA.ORBSingletonClass", "com.sun.corba.ee.impl.orb.ORBSingleton");
    ORB orb = ORB.init(new String[0], p);
    System.out.println("a text and a letter: " + written(orb, "t", "c") + "; an empty text and a letter: " + written(orb, "", "c") + "; a letter between: " + written(orb, "c", "", "c"));
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  /** written writes texts, and what is "c" as a letter, and says what came of it. */
  private static String written(ORB orb, String... all) {
    OutputStream out = orb.create_output_stream();
    try {
      for (String s : all) {
        if (s.equals("c")) {
          out.write_char('c');
        } else {
          out.write_string(s);
        }
      }
      return "written";
    } catch (RuntimeException e) {
      return e.getClass().getSimpleName();
    }
  }
}
