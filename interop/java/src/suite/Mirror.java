package suite;

import Interop.*;
import java.math.BigDecimal;
import java.util.function.UnaryOperator;

/** The mirror of every type of values.idl, as the IDL defines it. */
final class Mirror {
  private Mirror() {}

  static char character(char v) { return (char) (v + 1); }

  static String text(String v) { return new StringBuilder(v).reverse().toString(); }

  static BigDecimal decimal(BigDecimal v) { return v.negate(); }

  static Color color(Color v) { return Color.from_int((v.value() + 1) % 3); }

  static byte[] octets(byte[] v) {
    byte[] out = new byte[v.length];
    for (int i = 0; i < v.length; i++) out[i] = (byte) ~v[v.length - 1 - i];
    return out;
  }

  static boolean[] booleans(boolean[] v) {
    boolean[] out = new boolean[v.length];
    for (int i = 0; i < v.length; i++) out[i] = !v[v.length - 1 - i];
    return out;
  }

  static int[] longs(int[] v) {
    int[] out = new int[v.length];
    for (int i = 0; i < v.length; i++) out[i] = ~v[v.length - 1 - i];
    return out;
  }

  static double[] doubles(double[] v) {
    double[] out = new double[v.length];
    for (int i = 0; i < v.length; i++) out[i] = v[v.length - 1 - i] / -2;
    return out;
  }

  /** Elements mirrored, in reverse order. */
  static <T> T[] each(T[] v, UnaryOperator<T> mirror) {
    T[] out = v.clone();
    for (int i = 0; i < v.length; i++) out[i] = mirror.apply(v[v.length - 1 - i]);
    return out;
  }

  static String[] strings(String[] v) { return each(v, Mirror::text); }

  static int[][] matrix(int[][] v) { return each(v, Mirror::longs); }

  static int[][][] matrices(int[][][] v) { return each(v, Mirror::matrix); }

  static Prims prims(Prims v) {
    return new Prims(!v.b, character(v.c), (byte) ~v.o, (short) ~v.s, (short) ~v.us, ~v.l, ~v.ul, ~v.ll, ~v.ull, v.f / -2, v.d / -2);
  }

  static Point point(Point v) { return new Point(v.x / -2, v.y / -2); }

  static Entry entry(Entry v) { return new Entry(text(v.name), point(v.at), color(v.colour), longs(v.marks), matrix(v.grid)); }

  static Bulk bulk(Bulk v) { return new Bulk(octets(v.before), doubles(v.list), ~v.after); }

  static Node node(Node v) { return new Node(text(v.label), each(v.kids, Mirror::node)); }

  static Tree tree(Tree v) { return new Tree(~v.weight, each(v.branches, Mirror::tree)); }

  static ByColor byColor(ByColor v) {
    ByColor u = new ByColor();
    switch (v.discriminator().value()) {
      case Color._red: u.l(~v.l()); break;
      case Color._green: u.s(text(v.s())); break;
      default: u.o(v.discriminator(), (byte) ~v.o());
    }
    return u;
  }

  static ByBoolean byBoolean(ByBoolean v) {
    ByBoolean u = new ByBoolean();
    if (v.discriminator()) u.d(v.d() / -2); else u.why(text(v.why()));
    return u;
  }

  static ByLong byLong(ByLong v) {
    ByLong u = new ByLong();
    switch (v.discriminator()) {
      case -1: case 1: u.unit(v.discriminator(), (short) ~v.unit()); break;
      case 2: u.item(entry(v.item())); break;
      case 3: u.several(longs(v.several())); break;
      default: u.other(v.discriminator(), text(v.other()));
    }
    return u;
  }

  static ByChar byChar(ByChar v) {
    ByChar u = new ByChar();
    switch (v.discriminator()) {
      case 'a': case 'b': u.low(v.discriminator(), (byte) ~v.low()); break;
      case 'z': u.colour(color(v.colour())); break;
      default: u.brief(v.discriminator(), text(v.brief()));
    }
    return u;
  }

  static Maybe maybe(Maybe v) {
    if (!v.discriminator()) return v;
    Maybe u = new Maybe();
    u.p(point(v.p()));
    return u;
  }

  static Inline inline(Inline v) {
    Inline u = new Inline();
    if (v.discriminator().value() == Interop.InlinePackage.Kind._whole) u.n(~v.n()); else u.grid(matrix(v.grid()));
    return u;
  }

  static Expr expr(Expr v) {
    Expr u = new Expr();
    if (v.discriminator() == 0) u.leaf(~v.leaf()); else u.sum(each(v.sum(), Mirror::expr));
    return u;
  }
}
