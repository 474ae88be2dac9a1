package suite;

import Interop.*;
import java.util.Random;

/** Values that the cases send: random ones, of random sizes, from the seed that the client was given. */
final class Sample {
  private final Random rnd;

  Sample(long seed) { rnd = new Random(seed); }

  int upTo(int most) { return rnd.nextInt(most + 1); }

  boolean bool() { return rnd.nextBoolean(); }

  byte octet() { return (byte) rnd.nextInt(); }

  int number() { return rnd.nextInt(); }

  long wide() { return rnd.nextLong(); }

  float single() { return (rnd.nextInt(1 << 20) - (1 << 19)) / 64f; }

  double real() { return (rnd.nextInt() / 1024.0) * Math.scalb(1.0, rnd.nextInt(600) - 300); }

  /** letter is a character of ASCII that is not the last one. */
  char letter() { return (char) (' ' + rnd.nextInt('~' - ' ')); }

  String text(int most) {
    char[] v = new char[upTo(most)];
    for (int i = 0; i < v.length; i++) v[i] = letter();
    return new String(v);
  }

  String latin(int most) {
    char[] v = new char[upTo(most)];
    for (int i = 0; i < v.length; i++) v[i] = (char) (rnd.nextBoolean() ? letter() : 0xa1 + rnd.nextInt(0x5e));
    return new String(v);
  }

  /** wideLetter is of the basic plane, and no surrogate. */
  char wideLetter() {
    int[][] ranges = {{'a', 'z'}, {0xa1, 0x17f}, {0x391, 0x3a1}, {0x410, 0x44f}, {0x4e00, 0x9f00}, {0x20ac, 0x20ac}};
    int[] r = ranges[rnd.nextInt(ranges.length)];
    return (char) (r[0] + rnd.nextInt(r[1] - r[0] + 1));
  }

  String wideText(int most) {
    char[] v = new char[upTo(most)];
    for (int i = 0; i < v.length; i++) v[i] = wideLetter();
    return new String(v);
  }

  byte[] octets(int n) {
    byte[] v = new byte[n];
    rnd.nextBytes(v);
    return v;
  }

  boolean[] booleans(int n) {
    boolean[] v = new boolean[n];
    for (int i = 0; i < n; i++) v[i] = rnd.nextBoolean();
    return v;
  }

  int[] longs(int n) { return rnd.ints(n).toArray(); }

  double[] doubles(int n) {
    double[] v = new double[n];
    for (int i = 0; i < n; i++) v[i] = real();
    return v;
  }

  String[] strings(int n, int most) {
    String[] v = new String[n];
    for (int i = 0; i < n; i++) v[i] = text(most);
    return v;
  }

  int[][] matrix() { return new int[][] {longs(3), longs(3)}; }

  Color color() { return Color.from_int(rnd.nextInt(3)); }

  Point point() { return new Point(real(), real()); }

  Prims prims() {
    return new Prims(bool(), letter(), octet(), (short) number(), (short) number(), number(), number(), wide(), wide(), single(), real());
  }

  Entry entry() { return new Entry(text(40), point(), color(), longs(upTo(8)), matrix()); }

  Entry[] entries(int n) {
    Entry[] v = new Entry[n];
    for (int i = 0; i < n; i++) v[i] = entry();
    return v;
  }

  Node node(int levels) {
    Node[] kids = new Node[levels > 1 ? upTo(3) : 0];
    for (int i = 0; i < kids.length; i++) kids[i] = node(levels - 1);
    return new Node(text(12), kids);
  }

  ByColor byColor(Color d) {
    ByColor u = new ByColor();
    switch (d.value()) {
      case Color._red: u.l(number()); break;
      case Color._green: u.s(text(20)); break;
      default: u.o(d, octet());
    }
    return u;
  }

  Expr expr(int levels) {
    Expr u = new Expr();
    if (levels == 0) {
      u.leaf(number());
      return u;
    }
    Expr[] sum = new Expr[1 + upTo(2)];
    for (int i = 0; i < sum.length; i++) sum[i] = expr(upTo(levels - 1));
    u.sum(sum);
    return u;
  }
}
