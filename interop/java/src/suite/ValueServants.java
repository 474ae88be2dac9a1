package suite;

import Interop.*;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.omg.CORBA.Any;
import org.omg.CORBA.ORB;
import org.omg.CORBA.TCKind;
import org.omg.CORBA.TypeCode;

/** Basics, Wide and Anys: what comes back is the mirror. Built is BuiltServant, of the peer. */
final class ValueServants {
  private ValueServants() {}

  static final class Basic extends BasicsPOA {
    public boolean mirror_boolean(boolean v) { return !v; }
    public char mirror_char(char v) { return Mirror.character(v); }
    public byte mirror_octet(byte v) { return (byte) ~v; }
    public short mirror_short(short v) { return (short) ~v; }
    public short mirror_ushort(short v) { return (short) ~v; }
    public int mirror_long(int v) { return ~v; }
    public int mirror_ulong(int v) { return ~v; }
    public long mirror_longlong(long v) { return ~v; }
    public long mirror_ulonglong(long v) { return ~v; }
    public float mirror_float(float v) { return v / -2; }
    public double mirror_double(double v) { return v / -2; }
    public String mirror_string(String v) { return Mirror.text(v); }
    public String mirror_tag(String v) { return Mirror.text(v); }
    public Prims mirror_prims(Prims v) { return Mirror.prims(v); }
  }

  static final class Broad extends WidePOA {
    public char mirror_wchar(char v) { return Mirror.character(v); }
    public String mirror_wstring(String v) { return Mirror.text(v); }
    public String mirror_widetag(String v) { return Mirror.text(v); }
  }

  static class Constructed extends BuiltPOA {
    public Color mirror_color(Color v) { return Mirror.color(v); }
    public Entry mirror_entry(Entry v) { return Mirror.entry(v); }
    public Entry[] mirror_entries(Entry[] v) { return Mirror.each(v, Mirror::entry); }
    public int[] mirror_longs(int[] v) { return Mirror.longs(v); }
    public int[] mirror_numbers(int[] v) { return Mirror.longs(v); }
    public boolean[] mirror_booleans(boolean[] v) { return Mirror.booleans(v); }
    public double[] mirror_doubles(double[] v) { return Mirror.doubles(v); }
    public String[] mirror_strings(String[] v) { return Mirror.strings(v); }
    public String[] mirror_tags(String[] v) { return Mirror.strings(v); }
    public int[][] mirror_table(int[][] v) { return Mirror.matrix(v); }
    public byte[] mirror_octets(byte[] v) { return Mirror.octets(v); }
    public int[][] mirror_matrix(int[][] v) { return Mirror.matrix(v); }
    public int[][][] mirror_matrices(int[][][] v) { return Mirror.matrices(v); }
    public String[] mirror_pair(String[] v) { return Mirror.strings(v); }
    public byte[] mirror_key(byte[] v) { return Mirror.octets(v); }
    public Bulk mirror_bulk(Bulk v) { return Mirror.bulk(v); }
    public Node mirror_node(Node v) { return Mirror.node(v); }
    public Tree mirror_tree(Tree v) { return Mirror.tree(v); }
    public Tree grow(int depth) {
      return depth <= 0 ? new Tree(0, new Tree[0]) : new Tree(depth, new Tree[] {grow(depth - 1), grow(depth - 1)});
    }
    public Versioned mirror_versioned(Versioned v) { return new Versioned(~v.v); }
    public Renamed mirror_renamed(Renamed v) { return new Renamed(Mirror.text(v.v)); }
    public ByColor mirror_bycolor(ByColor v) { return Mirror.byColor(v); }
    public ByBoolean mirror_byboolean(ByBoolean v) { return Mirror.byBoolean(v); }
    public Maybe mirror_maybe(Maybe v) { return Mirror.maybe(v); }
    public ByLong mirror_bylong(ByLong v) { return Mirror.byLong(v); }
    public ByChar mirror_bychar(ByChar v) { return Mirror.byChar(v); }
    public Inline mirror_inline(Inline v) { return Mirror.inline(v); }
    public Expr mirror_expr(Expr v) { return Mirror.expr(v); }
  }

  static final class Typed extends AnysPOA {
    private final ORB orb;

    Typed(ORB orb) { this.orb = orb; }

    public Any mirror_any(Any v) {
      Any out = orb.create_any();
      switch (v.type().kind().value()) {
        case TCKind._tk_boolean: out.insert_boolean(!v.extract_boolean()); break;
        case TCKind._tk_char: out.insert_char(Mirror.character(v.extract_char())); break;
        case TCKind._tk_octet: out.insert_octet((byte) ~v.extract_octet()); break;
        case TCKind._tk_short: out.insert_short((short) ~v.extract_short()); break;
        case TCKind._tk_ushort: out.insert_ushort((short) ~v.extract_ushort()); break;
        case TCKind._tk_long: out.insert_long(~v.extract_long()); break;
        case TCKind._tk_ulong: out.insert_ulong(~v.extract_ulong()); break;
        case TCKind._tk_longlong: out.insert_longlong(~v.extract_longlong()); break;
        case TCKind._tk_ulonglong: out.insert_ulonglong(~v.extract_ulonglong()); break;
        case TCKind._tk_float: out.insert_float(v.extract_float() / -2); break;
        case TCKind._tk_double: out.insert_double(v.extract_double() / -2); break;
        case TCKind._tk_string: out.insert_string(Mirror.text(v.extract_string())); break;
        default: return named(v, out);
      }
      return out;
    }

    private static Any named(Any v, Any out) {
      if (v.type().equal(ColorHelper.type())) ColorHelper.insert(out, Mirror.color(ColorHelper.extract(v)));
      else if (v.type().equal(PrimsHelper.type())) PrimsHelper.insert(out, Mirror.prims(PrimsHelper.extract(v)));
      else if (v.type().equal(EntryHelper.type())) EntryHelper.insert(out, Mirror.entry(EntryHelper.extract(v)));
      else if (v.type().equal(ByColorHelper.type())) ByColorHelper.insert(out, Mirror.byColor(ByColorHelper.extract(v)));
      else if (v.type().equal(LongsHelper.type())) LongsHelper.insert(out, Mirror.longs(LongsHelper.extract(v)));
      else if (v.type().equal(NodeHelper.type())) NodeHelper.insert(out, Mirror.node(NodeHelper.extract(v)));
      else return v;
      return out;
    }

    public String kind_of(Any v) { return Describe.type(v.type()); }
    public String describe(TypeCode t) { return Describe.type(t); }
    public TypeCode mirror_type(TypeCode v) { return v; }
    public boolean same_type(TypeCode a, TypeCode b) { return a.equivalent(b); }

    public Any constant(String name) throws Refused {
      UnaryOperator<Any> put = constants().get(name);
      if (put == null) throw new Refused(404, name);
      return put.apply(orb.create_any());
    }

    private static Map<String, UnaryOperator<Any>> constants() {
      Map<String, UnaryOperator<Any>> all = new HashMap<>();
      all.put("YES", a -> { a.insert_boolean(YES.value); return a; });
      all.put("INITIAL", a -> { a.insert_char(INITIAL.value); return a; });
      all.put("TAB", a -> { a.insert_char(TAB.value); return a; });
      all.put("MASK", a -> { a.insert_octet(MASK.value); return a; });
      all.put("LOWEST", a -> { a.insert_short(LOWEST.value); return a; });
      all.put("PORT", a -> { a.insert_ushort(PORT.value); return a; });
      all.put("ANSWER", a -> { a.insert_long(ANSWER.value); return a; });
      all.put("MEBI", a -> { a.insert_ulong((int) MEBI.value); return a; });
      all.put("DEEP", a -> { a.insert_longlong(DEEP.value); return a; });
      all.put("LARGEST", a -> { a.insert_ulonglong(LARGEST.value); return a; });
      all.put("QUARTER", a -> { a.insert_float(QUARTER.value); return a; });
      all.put("HALF", a -> { a.insert_double(HALF.value); return a; });
      all.put("GREETING", a -> { a.insert_string(GREETING.value); return a; });
      all.put("FAVOURITE", a -> { ColorHelper.insert(a, Color.green); return a; });
      all.put("OMEGA", a -> { a.insert_wchar('\u03a9'); return a; });
      all.put("PLACE", a -> { a.insert_wstring(PLACE.value); return a; });
      all.put("TAG_LIMIT", a -> { a.insert_ulong((int) TAG_LIMIT.value); return a; });
      return all;
    }
  }
}
