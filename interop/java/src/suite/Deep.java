package suite;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.omg.CORBA.Any;

/** Compares what the IDL mapping makes: structures and unions have no equals of their own. Values (graphs) are not for it. */
final class Deep {
  private static final int LONGEST = 1000; // of a text, in characters: the TypeCode of an Entry is in it

  private Deep() {}

  static boolean equal(Object a, Object b) {
    if (a == null || b == null) return a == b;
    if (a instanceof Any) return b instanceof Any && ((Any) a).equal((Any) b);
    if (a instanceof org.omg.CORBA.Object) return ((org.omg.CORBA.Object) a)._is_equivalent((org.omg.CORBA.Object) b);
    if (a.getClass() != b.getClass()) return false;
    if (a.getClass().isArray()) return arrays(a, b);
    if (a.getClass().getName().startsWith("java.")) return a.equals(b);
    try {
      for (Field f : a.getClass().getDeclaredFields()) {
        if (Modifier.isStatic(f.getModifiers())) continue;
        f.setAccessible(true);
        if (!equal(f.get(a), f.get(b))) return false;
      }
      return true;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean arrays(Object a, Object b) {
    int n = Array.getLength(a);
    if (n != Array.getLength(b)) return false;
    for (int i = 0; i < n; i++) if (!equal(Array.get(a, i), Array.get(b, i))) return false;
    return true;
  }

  /** text is for messages: the start of what a value is. */
  static String text(Object v) {
    StringBuilder out = new StringBuilder();
    text(out, v);
    return out.length() > LONGEST ? out.substring(0, LONGEST) + "..." : out.toString();
  }

  private static void text(StringBuilder out, Object v) {
    if (out.length() > 300) return;
    if (v == null || v.getClass().getName().startsWith("java.") || v instanceof org.omg.CORBA.Object || v instanceof Any) {
      out.append(v instanceof String ? "\"" + v + "\"" : String.valueOf(v).replace('\n', ' '));
      return;
    }
    out.append('{');
    try {
      if (v.getClass().isArray()) {
        for (int i = 0; i < Array.getLength(v) && out.length() < 300; i++) {
          text(out, Array.get(v, i));
          out.append(' ');
        }
      } else {
        for (Field f : v.getClass().getDeclaredFields()) {
          if (Modifier.isStatic(f.getModifiers())) continue;
          f.setAccessible(true);
          out.append(f.getName()).append('=');
          text(out, f.get(v));
          out.append(' ');
        }
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
    out.append('}');
  }
}
