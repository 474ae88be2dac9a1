package suite;

import static suite.Client.check;
import static suite.Client.equal;

import Interop.*;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.omg.CORBA.Any;
import org.omg.CORBA.TCKind;
import org.omg.CORBA.TypeCode;

/** Cases of values that carry their type: Anys. */
final class AnyCases {
  private static final String ID = "IDL:interop.opendsom.org/Interop/";
  private static final String COLOR = "enum(" + ID + "Color:1.0,Color){red;green;blue}";
  private static final String LONGS = "alias(" + ID + "Longs:1.0,Longs)sequence<long>";
  private static final String NUMBERS = "alias(" + ID + "Numbers:1.0,Numbers)" + LONGS;
  private static final String TAG = "alias(" + ID + "Tag:1.0,Tag)string<8>";
  private static final String MATRIX = "alias(" + ID + "Matrix:1.0,Matrix)array<array<long,3>,2>";
  private static final String POINT = "struct(" + ID + "Point:1.0,Point){x:double;y:double}";
  private static final String ENTRY = "struct(" + ID + "Entry:1.0,Entry){name:string;at:" + POINT + ";colour:" + COLOR + ";marks:" + LONGS
      + ";grid:" + MATRIX + "}";
  private static final String PRIMS = "struct(" + ID + "Prims:1.0,Prims){b:boolean;c:char;o:octet;s:short;us:ushort;l:long;ul:ulong;"
      + "ll:longlong;ull:ulonglong;f:float;d:double}";
  private static final String BY_COLOR = "union(" + ID + "ByColor:1.0,ByColor," + COLOR + "){0=l:long;1=s:string;default=o:octet}";
  private static final String NODE = "struct(" + ID + "Node:1.0,Node){label:string;kids:alias(" + ID + "Nodes:1.0,Nodes)sequence<^" + ID
      + "Node:1.0>}";
  private static final String TREE = "struct(" + ID + "Tree:1.0,Tree){weight:long;branches:sequence<^" + ID + "Tree:1.0>}";
  private static final String REFUSED = "exception(" + ID + "Refused:1.0,Refused){code:long;why:string}";

  private final Client c;

  private AnyCases(Client c) { this.c = c; }

  static void add(Client c) { new AnyCases(c).add(); }

  private void add() {
    Sample r = c.rnd;
    c.add("any_null", () -> kept(c.orb.create_any(), "null"));
    c.add("any_basic", this::basic);
    c.add("any_string", () -> mirrored(Any::insert_string, Any::extract_string, Mirror::text, "string", r.text(100)));
    c.add("any_enum", () -> mirrored(ColorHelper::insert, ColorHelper::extract, Mirror::color, COLOR, r.color()));
    c.add("any_struct", () -> {
      mirrored(EntryHelper::insert, EntryHelper::extract, Mirror::entry, ENTRY, r.entry());
      mirrored(PrimsHelper::insert, PrimsHelper::extract, Mirror::prims, PRIMS, r.prims());
    });
    c.add("any_union", () -> {
      for (Color k : new Color[] {Color.red, Color.green, Color.blue}) {
        mirrored(ByColorHelper::insert, ByColorHelper::extract, Mirror::byColor, BY_COLOR, r.byColor(k));
      }
    });
    c.add("any_sequence", () -> mirrored(LongsHelper::insert, LongsHelper::extract, Mirror::longs, LONGS, r.longs(r.upTo(20))));
    c.add("any_recursive", () -> mirrored(NodeHelper::insert, NodeHelper::extract, Mirror::node, NODE, r.node(3)));
    c.add("any_wide", () -> {
      kept(any(Any::insert_wchar, '\u20ac'), "wchar");
      kept(any(Any::insert_wstring, r.wideText(30)), "wstring");
    });
    c.add("any_array", () -> kept(any(MatrixHelper::insert, r.matrix()), MATRIX));
    c.add("any_alias", () -> {
      kept(any(NumbersHelper::insert, r.longs(2)), NUMBERS);
      kept(any(TagHelper::insert, r.text(8)), TAG);
    });
    c.add("any_object", () -> {
      String kind = "objref(" + ID + "Hub:1.0,Hub)";
      check(HubHelper.extract(back(any(AnyCases::insertHub, c.hub), kind))._is_equivalent(c.hub), "another hub came back");
      check(HubHelper.extract(back(any(AnyCases::insertHub, null), kind)) == null, "a nil hub came back as one");
    });
    c.add("any_any", () -> kept(any(Any::insert_any, any(Any::insert_any, any(Any::insert_long, r.number()))), "any"));
    c.add("any_anything", () -> kept(
        any(AnythingHelper::insert, new Any[] {any(Any::insert_string, r.text(20)), any(Any::insert_double, r.real()), c.orb.create_any()}),
        "alias(" + ID + "Anything:1.0,Anything)sequence<any>"));
    c.add("any_type", () -> kept(any(Any::insert_TypeCode, NodeHelper.type()), "TypeCode"));
    c.add("any_tree", () -> kept(any(TreeHelper::insert, c.built.grow(2)), TREE));
    c.add("any_exception", () -> kept(any(RefusedHelper::insert, new Refused(r.number(), r.text(20))), REFUSED));
    c.add("typecode", this::typeCodes);
    c.add("typecode_recursive", () -> {
      described(NodeHelper.type(), NODE);
      described(TreeHelper.type(), TREE);
      described(ExprHelper.type(), "union(" + ID + "Expr:1.0,Expr,short){0=leaf:long;1=sum:alias(" + ID + "Exprs:1.0,Exprs)sequence<^" + ID + "Expr:1.0>}");
    });
    c.add("typecode_same", () -> {
      check(c.anys.same_type(NumbersHelper.type(), LongsHelper.type()), "Numbers is not Longs");
      check(c.anys.same_type(NodeHelper.type(), NodeHelper.type()), "Node is not Node");
      check(!c.anys.same_type(NodeHelper.type(), TreeHelper.type()), "Node is Tree");
    });
    c.add("constants", this::constants);
    c.add("constants_wide", () -> {
      constant("OMEGA", Any::extract_wchar, '\u03a9');
      constant("PLACE", Any::extract_wstring, "Z\u00fcrich");
    });
  }

  /** insertHub says what it inserts, which the helpers of some compilers do not. */
  private static void insertHub(Any a, Hub hub) { a.insert_Object(hub, HubHelper.type()); }

  /** any makes one. */
  private <T> Any any(BiConsumer<Any, T> insert, T v) {
    Any a = c.orb.create_any();
    insert.accept(a, v);
    return a;
  }

  private Any back(Any a, String kind) {
    equal(c.anys.kind_of(a), kind);
    Any b = c.anys.mirror_any(a);
    check(b.type().equal(a.type()), "a " + Describe.type(a.type()) + " was sent, a " + Describe.type(b.type()) + " came back");
    return b;
  }

  private void kept(Any a, String kind) {
    Any b = back(a, kind);
    check(b.equal(a), a + " was sent, " + b + " came back");
  }

  private <T> void mirrored(BiConsumer<Any, T> insert, Function<Any, T> extract, UnaryOperator<T> mirror, String kind, T v) {
    equal(extract.apply(back(any(insert, v), kind)), mirror.apply(v));
  }

  private void basic() {
    Sample r = c.rnd;
    mirrored(Any::insert_boolean, Any::extract_boolean, v -> !v, "boolean", r.bool());
    mirrored(Any::insert_char, Any::extract_char, Mirror::character, "char", r.letter());
    mirrored(Any::insert_octet, Any::extract_octet, v -> (byte) ~v, "octet", r.octet());
    mirrored(Any::insert_short, Any::extract_short, v -> (short) ~v, "short", (short) r.number());
    mirrored(Any::insert_ushort, Any::extract_ushort, v -> (short) ~v, "ushort", (short) r.number());
    mirrored(Any::insert_long, Any::extract_long, v -> ~v, "long", r.number());
    mirrored(Any::insert_ulong, Any::extract_ulong, v -> ~v, "ulong", r.number());
    mirrored(Any::insert_longlong, Any::extract_longlong, v -> ~v, "longlong", r.wide());
    mirrored(Any::insert_ulonglong, Any::extract_ulonglong, v -> ~v, "ulonglong", r.wide());
    mirrored(Any::insert_float, Any::extract_float, v -> v / -2, "float", r.single());
    mirrored(Any::insert_double, Any::extract_double, v -> v / -2, "double", r.real());
  }

  private void described(TypeCode t, String want) {
    equal(c.anys.describe(t), want);
    check(c.anys.mirror_type(t).equal(t), want + " came back as another type");
  }

  private void typeCodes() {
    described(c.orb.get_primitive_tc(TCKind.tk_long), "long");
    described(c.orb.create_string_tc(8), "string<8>");
    described(TagHelper.type(), TAG);
    described(EntryHelper.type(), ENTRY);
    described(ByColorHelper.type(), BY_COLOR);
    described(MatrixHelper.type(), MATRIX);
    described(RefusedHelper.type(), REFUSED);
    described(BasicsHelper.type(), "objref(" + ID + "Basics:1.0,Basics)");
    described(NumbersHelper.type(), NUMBERS);
    described(VersionedHelper.type(), "struct(" + ID + "Versioned:2.3,Versioned){v:long}");
    described(RenamedHelper.type(), "struct(IDL:interop/GivenName:7.1,Renamed){v:string}");
    described(InlineHelper.type(), "union(" + ID + "Inline:1.0,Inline,enum(" + ID + "Inline/Kind:1.0,Kind){whole;part}){0=n:long;1=grid:" + MATRIX + "}");
    described(ByLongHelper.type(), "union(" + ID + "ByLong:1.0,ByLong,long){-1=unit:short;1=unit:short;2=item:" + ENTRY + ";3=several:" + LONGS
        + ";default=other:string}");
  }

  private <T> void constant(String name, Function<Any, T> extract, T want) throws Refused { equal(extract.apply(c.anys.constant(name)), want); }

  private void constants() throws Refused {
    constant("YES", Any::extract_boolean, true);
    constant("INITIAL", Any::extract_char, 'I');
    constant("TAB", Any::extract_char, '\t');
    constant("MASK", Any::extract_octet, (byte) 0xf0);
    constant("LOWEST", Any::extract_short, Short.MIN_VALUE);
    constant("PORT", Any::extract_ushort, (short) 2809);
    constant("ANSWER", Any::extract_long, 42);
    constant("MEBI", Any::extract_ulong, 1 << 20);
    constant("DEEP", Any::extract_longlong, -Long.MAX_VALUE);
    constant("LARGEST", Any::extract_ulonglong, -1L);
    constant("QUARTER", Any::extract_float, 0.25f);
    constant("HALF", Any::extract_double, 0.5);
    constant("FAVOURITE", ColorHelper::extract, Color.green);
    constant("TAG_LIMIT", Any::extract_ulong, 8);
    constant("GREETING", Any::extract_string, "hello, world!");
    Refused e = Client.raised(Refused.class, () -> c.anys.constant("NOTHING"));
    equal(e.code, 404);
    equal(e.why, "NOTHING");
  }
}
