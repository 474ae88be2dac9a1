package suite;

import java.util.ArrayDeque;
import java.util.Deque;
import org.omg.CORBA.Any;
import org.omg.CORBA.TCKind;
import org.omg.CORBA.TypeCode;
import org.omg.CORBA.TypeCodePackage.BadKind;
import org.omg.CORBA.TypeCodePackage.Bounds;

/** Writes TypeCodes as Anys::describe has them. */
final class Describe {
  private static final String[] BASIC = {
    "null", "void", "short", "long", "ushort", "ulong", "float", "double", "boolean", "char", "octet", "any", "TypeCode", "Principal",
  };
  private final Deque<String> open = new ArrayDeque<>();

  static String type(TypeCode t) {
    try {
      return new Describe().text(t);
    } catch (BadKind | Bounds e) {
      throw new IllegalStateException("a TypeCode without what its kind has", e);
    }
  }

  private interface Label {
    String of(int i) throws BadKind, Bounds;
  }

  private String text(TypeCode t) throws BadKind, Bounds {
    int kind = t.kind().value();
    if (kind < BASIC.length) return BASIC[kind];
    switch (kind) {
      case TCKind._tk_longlong: return "longlong";
      case TCKind._tk_ulonglong: return "ulonglong";
      case TCKind._tk_longdouble: return "longdouble";
      case TCKind._tk_wchar: return "wchar";
      case TCKind._tk_string: return bounded("string", t.length());
      case TCKind._tk_wstring: return bounded("wstring", t.length());
      case TCKind._tk_fixed: return "fixed<" + t.fixed_digits() + "," + t.fixed_scale() + ">";
      case TCKind._tk_sequence: return "sequence<" + text(t.content_type()) + (t.length() == 0 ? ">" : "," + t.length() + ">");
      case TCKind._tk_array: return "array<" + text(t.content_type()) + "," + t.length() + ">";
      default: return named(t);
    }
  }

  private static String bounded(String name, int n) { return n == 0 ? name : name + "<" + n + ">"; }

  private String named(TypeCode t) throws BadKind, Bounds {
    String head = "(" + t.id() + "," + t.name() + ")";
    switch (t.kind().value()) {
      case TCKind._tk_alias: return "alias" + head + text(t.content_type());
      case TCKind._tk_objref: return "objref" + head;
      case TCKind._tk_enum:
        StringBuilder names = new StringBuilder("enum" + head + "{");
        for (int i = 0; i < t.member_count(); i++) names.append(i > 0 ? ";" : "").append(t.member_name(i));
        return names.append("}").toString();
      case TCKind._tk_struct: return members("struct" + head, t, i -> "");
      case TCKind._tk_except: return members("exception" + head, t, i -> "");
      case TCKind._tk_union:
        return members("union(" + t.id() + "," + t.name() + "," + text(t.discriminator_type()) + ")", t,
            i -> i == t.default_index() ? "default=" : number(t.member_label(i)) + "=");
      default: return "kind " + t.kind().value();
    }
  }

  private String members(String head, TypeCode t, Label label) throws BadKind, Bounds {
    if (open.contains(t.id())) return "^" + t.id();
    open.push(t.id());
    StringBuilder out = new StringBuilder(head + "{");
    for (int i = 0; i < t.member_count(); i++) {
      out.append(i > 0 ? ";" : "").append(label.of(i)).append(t.member_name(i)).append(":").append(text(t.member_type(i)));
    }
    open.pop();
    return out.append("}").toString();
  }

  /** number is a label as a number: boolean 0 or 1, char its code, enum its place. */
  private static String number(Any label) {
    switch (label.type().kind().value()) {
      case TCKind._tk_boolean: return label.extract_boolean() ? "1" : "0";
      case TCKind._tk_char: return Integer.toString(label.extract_char());
      case TCKind._tk_short: return Short.toString(label.extract_short());
      case TCKind._tk_ushort: return Integer.toString(label.extract_ushort() & 0xffff);
      case TCKind._tk_long: return Integer.toString(label.extract_long());
      case TCKind._tk_ulong: return Integer.toUnsignedString(label.extract_ulong());
      case TCKind._tk_longlong: return Long.toString(label.extract_longlong());
      case TCKind._tk_ulonglong: return Long.toUnsignedString(label.extract_ulonglong());
      case TCKind._tk_enum: return Integer.toString(label.create_input_stream().read_long());
      default: return "label of kind " + label.type().kind().value();
    }
  }
}
