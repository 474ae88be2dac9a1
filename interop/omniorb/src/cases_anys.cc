// Cases of values that carry their type: Anys.
#include "client.h"
#include "mirror.h"
#include "samples.h"

using namespace Interop;

namespace {
CORBA::Any any_of(const CORBA::Any& a) { return a; }
template <class T> CORBA::Any any_of(const T& v) {
  CORBA::Any a;
  a <<= v;
  return a;
}
// there_and_back sends a, checks the text of its type, and returns what came.
CORBA::Any_var there_and_back(Context& c, const CORBA::Any& a, const std::string& kind, int line) {
  const std::string got = text(c.anys()->kind_of(a));
  if (got != kind) throw Failure{"cases_anys.cc:" + std::to_string(line) + ": kind_of: got " + got + ", want " + kind};
  CORBA::Any_var back = c.anys()->mirror_any(a);
  CORBA::TypeCode_var sent = a.type(), came = back->type();
  if (!sent->equal(came)) throw Failure{"cases_anys.cc:" + std::to_string(line) + ": another TypeCode came back"};
  return back;
}
#define SEND(a, kind) there_and_back(c, a, kind, __LINE__)
// MIRRORED and KEPT check the value too; T is a constructed type.
#define MIRRORED(T, v, kind) do { \
    const T sent(v); T want(sent); mirror::flip(want); const T* got; \
    CORBA::Any_var back = SEND(any_of<T>(sent), kind); \
    CHECK(back.in() >>= got); CHECK(same(*got, want)); } while (0)
#define KEPT(a, kind) CHECK(same_any(c, a, SEND(a, kind)))

const std::string ID = "IDL:interop.opendsom.org/Interop/";
const std::string COLOR = "enum(" + ID + "Color:1.0,Color){red;green;blue}";
const std::string LONGS = "alias(" + ID + "Longs:1.0,Longs)sequence<long>";
const std::string MATRIX = "alias(" + ID + "Matrix:1.0,Matrix)array<array<long,3>,2>";
const std::string POINT = "struct(" + ID + "Point:1.0,Point){x:double;y:double}";
const std::string ENTRY = "struct(" + ID + "Entry:1.0,Entry){name:string;at:" + POINT + ";colour:" + COLOR + ";marks:" + LONGS +
                          ";grid:" + MATRIX + "}";
const std::string BYCOLOR = "union(" + ID + "ByColor:1.0,ByColor," + COLOR + "){0=l:long;1=s:string;default=o:octet}";
const std::string NODE = "struct(" + ID + "Node:1.0,Node){label:string;kids:alias(" + ID + "Nodes:1.0,Nodes)sequence<^" + ID +
                         "Node:1.0>}";
const std::string TREE = "struct(" + ID + "Tree:1.0,Tree){weight:long;branches:sequence<^" + ID + "Tree:1.0>}";
const std::string REFUSED = "exception(" + ID + "Refused:1.0,Refused){code:long;why:string}";

void any_null(Context& c) { SEND(CORBA::Any(), "null"); }
template <class T> void basic(Context& c, T v, const char* kind) {
  T got;
  CORBA::Any_var back = SEND(any_of(v), kind);
  CHECK(back.in() >>= got);
  EQUAL(got, mirror::of(v));
}
void any_basic(Context& c) {
  CORBA::Any a;
  CORBA::Any_var back;
  CORBA::Boolean b; CORBA::Char ch; CORBA::Octet o;
  a <<= CORBA::Any::from_boolean(true);
  back = SEND(a, "boolean");
  CHECK((back.in() >>= CORBA::Any::to_boolean(b)) && !b);
  const char letter = c.rnd.letter();
  a <<= CORBA::Any::from_char(letter);
  back = SEND(a, "char");
  CHECK((back.in() >>= CORBA::Any::to_char(ch)) && ch == mirror::next(letter));
  const CORBA::Octet octet = c.rnd.number<CORBA::Octet>();
  a <<= CORBA::Any::from_octet(octet);
  back = SEND(a, "octet");
  CHECK((back.in() >>= CORBA::Any::to_octet(o)) && o == 255 - octet);
  basic<CORBA::Short>(c, c.rnd.number<CORBA::Short>(), "short");
  basic<CORBA::UShort>(c, c.rnd.number<CORBA::UShort>(), "ushort");
  basic<CORBA::Long>(c, c.rnd.number<CORBA::Long>(), "long");
  basic<CORBA::ULong>(c, c.rnd.number<CORBA::ULong>(), "ulong");
  basic<CORBA::LongLong>(c, c.rnd.number<CORBA::LongLong>(), "longlong");
  basic<CORBA::ULongLong>(c, c.rnd.number<CORBA::ULongLong>(), "ulonglong");
  basic<CORBA::Float>(c, c.rnd.single(), "float");
  basic<CORBA::Double>(c, c.rnd.real(), "double");
}
void any_string(Context& c) {
  const char* got;
  const std::string v = c.rnd.text(100);
  CORBA::Any_var back = SEND(any_of(v.c_str()), "string");
  CHECK(back.in() >>= got);
  EQUAL(text(got), mirror::reversed(v.c_str()));
}
void any_enum(Context& c) {
  Color got;
  const Color v = c.rnd.color();
  CORBA::Any_var back = SEND(any_of(v), COLOR);
  CHECK(back.in() >>= got);
  EQUAL(got, mirror::of(v));
}
void any_struct(Context& c) {
  MIRRORED(Entry, c.rnd.entry(), ENTRY);
  MIRRORED(Prims, c.rnd.prims(), "struct(" + ID + "Prims:1.0,Prims){b:boolean;c:char;o:octet;s:short;us:ushort;"
           "l:long;ul:ulong;ll:longlong;ull:ulonglong;f:float;d:double}");
}
void any_union(Context& c) {
  MIRRORED(ByColor, sample::red_union(c.rnd.number<CORBA::Long>()), BYCOLOR);
  MIRRORED(ByColor, sample::green_union(c.rnd.text(20).c_str()), BYCOLOR);
  MIRRORED(ByColor, sample::blue_union(c.rnd.number<CORBA::Octet>()), BYCOLOR);
}
void any_sequence(Context& c) { MIRRORED(Longs, c.rnd.longs(c.rnd.up_to(20)), LONGS); }
void any_recursive(Context& c) { MIRRORED(Node, c.rnd.node(3), NODE); }
void any_wide(Context& c) {
  CORBA::Any a;
  a <<= CORBA::Any::from_wchar(L'\u20ac');
  KEPT(a, "wchar");
  a <<= (L"\u20ac 5" + c.rnd.wide_text(30)).c_str();
  KEPT(a, "wstring");
}
void any_array(Context& c) {
  Matrix m;
  c.rnd.fill(m);
  CORBA::Any a;
  a <<= Matrix_forany(m);
  KEPT(a, MATRIX);
}
void any_alias(Context& c) {
  CORBA::Any a(any_of(c.rnd.longs(c.rnd.up_to(5))));
  a.type(_tc_Numbers);
  KEPT(a, "alias(" + ID + "Numbers:1.0,Numbers)" + LONGS);
  CORBA::Any tag;
  tag <<= CORBA::Any::from_string(c.rnd.text(8).c_str(), 8);
  tag.type(_tc_Tag);
  KEPT(tag, "alias(" + ID + "Tag:1.0,Tag)string<8>");
}
void any_object(Context& c) {
  CORBA::Any a;
  Hub_ptr got;
  a <<= c.hub.in();
  CORBA::Any_var back = SEND(a, "objref(" + ID + "Hub:1.0,Hub)");
  CHECK(back.in() >>= got);
  CHECK(got->_is_equivalent(c.hub));
  a <<= Hub::_nil();
  back = SEND(a, "objref(" + ID + "Hub:1.0,Hub)");
  CHECK((back.in() >>= got) && CORBA::is_nil(got));
}
void any_any(Context& c) {
  CORBA::Any a, b, d;
  a <<= c.rnd.number<CORBA::Long>();
  b <<= a;
  d <<= b;
  KEPT(d, "any");
}
void any_anything(Context& c) {
  Anything v;
  v.length(3);
  v[0] <<= c.rnd.text(9).c_str();
  v[1] <<= c.rnd.real();
  KEPT(any_of(v), "alias(" + ID + "Anything:1.0,Anything)sequence<any>");
}
void any_type(Context& c) { KEPT(any_of(_tc_Node), "TypeCode"); }
void any_tree(Context& c) {
  Tree_var t = c.built()->grow(2);
  KEPT(any_of(t.in()), TREE);
}
void any_exception(Context& c) {
  const Refused* got;
  const CORBA::Long code = c.rnd.number<CORBA::Long>();
  const std::string why = c.rnd.text(30);
  CORBA::Any_var back = SEND(any_of(Refused(code, why.c_str())), REFUSED);
  CHECK(back.in() >>= got);
  EQUAL(got->code, code);
  EQUAL(text(got->why), why);
}

void described(Context& c, CORBA::TypeCode_ptr t, const std::string& want) {
  EQUAL(text(c.anys()->describe(t)), want);
  CORBA::TypeCode_var back = c.anys()->mirror_type(t);
  CHECK(back->equal(t));
}
void typecode(Context& c) {
  described(c, CORBA::_tc_long, "long");
  CORBA::TypeCode_var eight = c.orb->create_string_tc(8);
  described(c, eight, "string<8>");
  described(c, _tc_Tag, "alias(" + ID + "Tag:1.0,Tag)string<8>");
  described(c, _tc_Entry, ENTRY);
  described(c, _tc_ByColor, BYCOLOR);
  described(c, _tc_ByLong, "union(" + ID + "ByLong:1.0,ByLong,long){-1=unit:short;1=unit:short;2=item:" + ENTRY + ";3=several:" +
            LONGS + ";default=other:string}");
  described(c, _tc_Matrix, MATRIX);
  described(c, _tc_Refused, REFUSED);
  described(c, _tc_Basics, "objref(" + ID + "Basics:1.0,Basics)");
  described(c, _tc_Numbers, "alias(" + ID + "Numbers:1.0,Numbers)" + LONGS);
  described(c, _tc_Versioned, "struct(" + ID + "Versioned:2.3,Versioned){v:long}");
  described(c, _tc_Renamed, "struct(IDL:interop/GivenName:7.1,Renamed){v:string}");
  described(c, _tc_Inline, "union(" + ID + "Inline:1.0,Inline,enum(" + ID + "Inline/Kind:1.0,Kind){whole;part}){0=n:long;1=grid:" +
            MATRIX + "}");
}
void typecode_recursive(Context& c) {
  described(c, _tc_Node, NODE);
  described(c, _tc_Tree, TREE);
  described(c, _tc_Expr, "union(" + ID + "Expr:1.0,Expr,short){0=leaf:long;1=sum:alias(" + ID + "Exprs:1.0,Exprs)sequence<^" + ID +
            "Expr:1.0>}");
}
void typecode_same(Context& c) {
  CHECK(c.anys()->same_type(_tc_Numbers, _tc_Longs));
  CHECK(c.anys()->same_type(_tc_Node, _tc_Node));
  CHECK(!c.anys()->same_type(_tc_Node, _tc_Tree));
}

template <class T> void constant(Context& c, const char* name, T want) {
  T got;
  CORBA::Any_var a = c.anys()->constant(name);
  if (!(a.in() >>= got)) throw Failure{std::string(name) + " is of another type"};
  check_equal(got, want, name);
}
void constants(Context& c) {
  CORBA::Any_var a = c.anys()->constant("YES");
  CORBA::Boolean b; CORBA::Char ch; CORBA::Octet o; const char* s;
  CHECK((a.in() >>= CORBA::Any::to_boolean(b)) && b);
  a = c.anys()->constant("INITIAL");
  CHECK((a.in() >>= CORBA::Any::to_char(ch)) && ch == 'I');
  a = c.anys()->constant("TAB");
  CHECK((a.in() >>= CORBA::Any::to_char(ch)) && ch == 9);
  a = c.anys()->constant("MASK");
  CHECK((a.in() >>= CORBA::Any::to_octet(o)) && o == 240);
  constant<CORBA::Short>(c, "LOWEST", -32768);
  constant<CORBA::UShort>(c, "PORT", 2809);
  constant<CORBA::Long>(c, "ANSWER", 42);
  constant<CORBA::ULong>(c, "MEBI", 1048576);
  constant<CORBA::LongLong>(c, "DEEP", -9223372036854775807LL);
  constant<CORBA::ULongLong>(c, "LARGEST", 18446744073709551615ull);
  constant<CORBA::Float>(c, "QUARTER", 0.25f);
  constant<CORBA::Double>(c, "HALF", 0.5);
  constant<Color>(c, "FAVOURITE", green);
  constant<CORBA::ULong>(c, "TAG_LIMIT", 8);
  a = c.anys()->constant("GREETING");
  CHECK(a.in() >>= s);
  EQUAL(text(s), "hello, world!");
  expect_exception<Refused>([&] { a = c.anys()->constant("NOTHING"); }, [](const Refused& e) {
    EQUAL(e.code, 404);
    EQUAL(text(e.why), "NOTHING");
  });
}
void constants_wide(Context& c) {
  // They come as the answer to a request without wide characters, so it is the server that cannot send them before GIOP 1.2,
  // or, where it does, this client that cannot read them and drops the connection.
  CORBA::Any_var a;
  try {
    a = c.anys()->constant("OMEGA");
  } catch (const CORBA::SystemException& e) {
    for (const char* name : {"BAD_PARAM", "INV_OBJREF", "MARSHAL", "DATA_CONVERSION", "CODESET_INCOMPATIBLE", "COMM_FAILURE"})
      if (text(e._name()) == name) throw Expected{name};
    throw;
  }
  CORBA::WChar w;
  const CORBA::WChar* s;
  CHECK((a.in() >>= CORBA::Any::to_wchar(w)) && w == 0x3a9);
  a = c.anys()->constant("PLACE");
  CHECK((a.in() >>= s) && std::wstring(s) == L"Z\u00fcrich");
}
}  // namespace

const Case any_cases[] = {
    {"any_null", any_null}, {"any_basic", any_basic}, {"any_string", any_string}, {"any_enum", any_enum},
    {"any_struct", any_struct}, {"any_union", any_union}, {"any_sequence", any_sequence}, {"any_recursive", any_recursive},
    {"any_wide", any_wide}, {"any_array", any_array}, {"any_alias", any_alias}, {"any_object", any_object},
    {"any_any", any_any}, {"any_anything", any_anything}, {"any_type", any_type}, {"any_tree", any_tree},
    {"any_exception", any_exception}, {"typecode", typecode}, {"typecode_recursive", typecode_recursive},
    {"typecode_same", typecode_same}, {"constants", constants}, {"constants_wide", constants_wide},
    {nullptr}};
