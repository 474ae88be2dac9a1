// prints: a text and a letter: written; an empty text and a letter: ArrayIndexOutOfBoundsException; a letter between: written; a letter in a later message of the thread: ArrayIndexOutOfBoundsException
import com.sun.corba.ee.impl.encoding.CodeSetConversion;
import com.sun.corba.ee.impl.encoding.OSFCodeSetRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Properties;
import org.omg.CORBA.ORB;
import org.omg.CORBA.portable.OutputStream;

/**
 * Writes texts and letters: what converts the characters of a stream makes its room by the first text, none for an empty one, and does not look whether a letter has
 * any. So does the ORB when it copies an any that it receives. Messages of a connection have what converts from their thread, which keeps it for the next.
 */
public final class EmptyString {
  public static void main(String[] args) throws ReflectiveOperationException {
    Properties p = new Properties();
    p.setProperty("org.omg.CORBA.ORBClass", "com.sun.corba.ee.impl.orb.ORBImpl");
    p.setProperty("org.omg.CORBA.ORBSingletonClass", "com.sun.corba.ee.impl.orb.ORBSingleton");
    ORB orb = ORB.init(new String[0], p);
    System.out.println("a text and a letter: " + written(orb, "t", "c") + "; an empty text and a letter: " + written(orb, "", "c") + "; a letter between: " + written(orb, "c", "", "c")
        + "; a letter in a later message of the thread: " + later());
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

  /** later converts an empty text with what a message of a connection is converted with, and a letter with what the next has, and says what came of it. */
  private static String later() throws ReflectiveOperationException {
    Method converter = CodeSetConversion.class.getDeclaredMethod("getCTBConverter", OSFCodeSetRegistry.Entry.class, boolean.class, boolean.class);
    converter.setAccessible(true);
    try {
      convert(converter.invoke(CodeSetConversion.impl(), OSFCodeSetRegistry.UTF_8, false, false), String.class, "");
      convert(converter.invoke(CodeSetConversion.impl(), OSFCodeSetRegistry.UTF_8, false, false), char.class, 'c');
      return "written";
    } catch (InvocationTargetException e) {
      return e.getCause().getClass().getSimpleName();
    }
  }

  private static void convert(Object converter, Class<?> of, Object value) throws ReflectiveOperationException {
    Method m = converter.getClass().getDeclaredMethod("convert", of);
    m.setAccessible(true);
    m.invoke(converter, value);
  }
}
