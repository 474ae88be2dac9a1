package suite;

import static suite.Client.check;
import static suite.Client.equal;

import Interop.*;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.omg.CORBA.DATA_CONVERSION;
import org.omg.CORBA.SystemException;

/** Cases of single values: Basics and Wide. */
final class ValueCases {
  private ValueCases() {}

  static void add(Client c) {
    Sample r = c.rnd;
    c.add("boolean", () -> {
      check(!c.basics.mirror_boolean(true), "true is not false");
      check(c.basics.mirror_boolean(false), "false is not true");
    });
    c.add("char", () -> {
      char v = r.letter();
      equal(c.basics.mirror_char(v), Mirror.character(v));
    });
    c.add("char_latin1", () -> {
      char got;
      try {
        got = c.basics.mirror_char((char) 0xe4);
      } catch (DATA_CONVERSION e) {
        throw new Client.Expected("DATA_CONVERSION");
      }
      equal(got, (char) 0xe5);
    });
    c.add("octet", () -> each(c.basics::mirror_octet, v -> (byte) ~v, (byte) 0, (byte) -1, r.octet()));
    c.add("short", () -> each(c.basics::mirror_short, v -> (short) ~v, Short.MIN_VALUE, Short.MAX_VALUE, (short) r.number()));
    c.add("ushort", () -> each(c.basics::mirror_ushort, v -> (short) ~v, (short) 0, (short) -1, (short) r.number()));
    c.add("long", () -> each(c.basics::mirror_long, v -> ~v, Integer.MIN_VALUE, Integer.MAX_VALUE, r.number()));
    c.add("ulong", () -> each(c.basics::mirror_ulong, v -> ~v, 0, -1, r.number()));
    c.add("longlong", () -> each(c.basics::mirror_longlong, v -> ~v, Long.MIN_VALUE, Long.MAX_VALUE, r.wide()));
    c.add("ulonglong", () -> each(c.basics::mirror_ulonglong, v -> ~v, 0L, -1L, r.wide()));
    c.add("float", () -> {
      each(c.basics::mirror_float, v -> v / -2, 1.5f, -Float.MAX_VALUE, Float.MAX_VALUE, Float.POSITIVE_INFINITY, r.single());
      check(Float.isNaN(c.basics.mirror_float(Float.NaN)), "NaN is lost");
      equal(Float.floatToRawIntBits(c.basics.mirror_float(0)), Float.floatToRawIntBits(-0f));
    });
    c.add("double", () -> {
      each(c.basics::mirror_double, v -> v / -2, 1.5, -Double.MAX_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY, r.real());
      check(Double.isNaN(c.basics.mirror_double(Double.NaN)), "NaN is lost");
      equal(Double.doubleToRawLongBits(c.basics.mirror_double(0)), Double.doubleToRawLongBits(-0.0));
    });
    c.add("string", () -> each(c.basics::mirror_string, Mirror::text, "", "stressed", r.text(100), r.text(9000)));
    c.add("latin1", () -> each(c.basics::mirror_string, Mirror::text, "Gr\u00fc\u00dfe", r.latin(60)));
    c.add("tag", () -> each(c.basics::mirror_tag, Mirror::text, "12345678", r.text(8)));
    c.add("bounds", () -> {
      org.omg.CORBA.Request q = c.basics._request("mirror_tag");
      q.add_in_arg().insert_string("123456789");
      q.set_return_type(c.orb.get_primitive_tc(org.omg.CORBA.TCKind.tk_string));
      Exception e = Client.invoke(q);
      check(e instanceof org.omg.CORBA.MARSHAL, "got " + e + ", want MARSHAL");
      equal(c.basics.mirror_tag("after"), "retfa");
      Client.raised(SystemException.class, () -> c.basics.mirror_tag("123456789"));
    });
    c.add("prims", () -> each(c.basics::mirror_prims, Mirror::prims, r.prims(), r.prims()));
    c.add("wchar", () -> each(c.wide::mirror_wchar, Mirror::character, '\u00e9', '\u4e2d', r.wideLetter()));
    c.add("wstring", () -> each(c.wide::mirror_wstring, Mirror::text, "h\u00e9llo \u20ac", "", "\u4e00\u4e01\u4e02\u4e03\u4e04", r.wideText(2000)));
    c.add("widetag", () -> each(c.wide::mirror_widetag, Mirror::text, "\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6", r.wideText(6)));
  }

  /** each calls with the values and checks that their mirrors come back. */
  @SafeVarargs
  static <T> void each(Function<T, T> call, UnaryOperator<T> mirror, T... values) {
    for (T v : values) equal(call.apply(v), mirror.apply(v));
  }
}
