// Cases of constructed types: Built.
#include "client.h"
#include "mirror.h"
#include "samples.h"

using namespace Interop;

namespace {
// check compares what call returns with the mirror of v.
template <class T, class F> void check(const T& v, F call, int line) {
  T want(v);
  mirror::flip(want);
  auto got = call(v);
  const T& value = *got;
  if (!same(value, want)) throw Failure{"cases_built.cc:" + std::to_string(line) + ": not the mirror"};
}
// SENT sends v through a result of variable length, SENT_FIXED through one of fixed length.
#define SENT(T, op, v) check<T>(v, [&](const T& x) { return std::unique_ptr<T>(c.built()->op(x)); }, __LINE__)
#define SENT_FIXED(T, op, v) check<T>(v, [&](const T& x) { return std::make_unique<T>(c.built()->op(x)); }, __LINE__)

void enum_(Context& c) {
  EQUAL(c.built()->mirror_color(red), green);
  EQUAL(c.built()->mirror_color(green), blue);
  EQUAL(c.built()->mirror_color(blue), red);
}
void struct_(Context& c) {
  Entry_var got = c.built()->mirror_entry(sample::entry("abc", 2));
  EQUAL(text(got->name), "cba");
  EQUAL(got->at.x, -0.75);
  EQUAL(got->colour, blue);
  EQUAL(got->marks[0], ~got->marks[1] == 0 ? -2 : got->marks[0]);
  SENT(Entry, mirror_entry, c.rnd.entry());
}
void structs(Context& c) {
  Entries v;
  SENT(Entries, mirror_entries, v);
  v.length(100);
  for (CORBA::ULong i = 0; i < 100; i++) v[i] = sample::entry(("entry " + std::to_string(i)).c_str(), i % 5);
  SENT(Entries, mirror_entries, v);
  SENT(Entries, mirror_entries, c.rnd.list<Entries>(c.rnd.up_to(100), [&] { return c.rnd.entry(); }));
}
void longs(Context& c) {
  SENT(Longs, mirror_longs, sample::longs(0));
  SENT(Longs, mirror_longs, sample::longs(1000));
  SENT(Longs, mirror_longs, c.rnd.longs(c.rnd.up_to(2000)));
}
void alias(Context& c) { SENT(Numbers, mirror_numbers, c.rnd.longs(c.rnd.up_to(20))); }
void booleans(Context& c) {
  Booleans v;
  v.length(3);
  v[0] = true; v[1] = true; v[2] = false;
  SENT(Booleans, mirror_booleans, v);
  SENT(Booleans, mirror_booleans, c.rnd.list<Booleans>(c.rnd.up_to(20), [&] { return c.rnd.boolean(); }));
}
void doubles(Context& c) {
  Doubles v;
  v.length(3);
  v[0] = 0.5; v[1] = -1e300; v[2] = 3;
  SENT(Doubles, mirror_doubles, v);
  SENT(Doubles, mirror_doubles, c.rnd.list<Doubles>(1 + 2 * c.rnd.up_to(150), [&] { return c.rnd.real(); }));
}
void seams(Context& c) {
  for (CORBA::ULong before = 8000; before <= 8256; before += 4) {
    for (CORBA::ULong n : {1, 2, 100, 1100, 4000}) {
      Bulk v;
      v.before.length(before);
      for (CORBA::ULong i = 0; i < before; i++) v.before[i] = static_cast<CORBA::Octet>(i);
      v.list.length(n);
      for (CORBA::ULong i = 0; i < n; i++) v.list[i] = i + 1;
      v.after = before;
      Bulk want(v);
      mirror::flip(want);
      Bulk_var got = c.built()->mirror_bulk(v);
      if (!same(got.in(), want)) {
        throw Failure{std::to_string(before) + " octets before " + std::to_string(n) + " doubles: not the mirror"};
      }
    }
  }
}
void strings(Context& c) {
  Strings v;
  SENT(Strings, mirror_strings, v);
  v.length(3);
  v[0] = "one"; v[1] = ""; v[2] = "three";
  SENT(Strings, mirror_strings, v);
  SENT(Strings, mirror_strings, c.rnd.strings<Strings>(c.rnd.up_to(50), 80));
}
void tags(Context& c) {
  Tags v;
  SENT(Tags, mirror_tags, v);
  v.length(4);
  v[0] = "12345678"; v[1] = ""; v[2] = "x"; v[3] = "yz";
  SENT(Tags, mirror_tags, v);
  SENT(Tags, mirror_tags, c.rnd.strings<Tags>(4, 8));
}
void table(Context& c) {
  Table v;
  v.length(3);
  v[0] = sample::longs(2);
  v[2] = c.rnd.longs(c.rnd.up_to(30));
  SENT(Table, mirror_table, v);
}
void octets(Context& c) {
  SENT(Octets, mirror_octets, sample::octets(0));
  SENT(Octets, mirror_octets, sample::octets(20000));
  SENT(Octets, mirror_octets, c.rnd.octets(c.rnd.up_to(40000)));
}
void big_both(Context& c) { SENT(Octets, mirror_octets, c.rnd.octets(MEBI + c.rnd.up_to(1000))); }
void array(Context& c) {
  Matrix m;
  c.rnd.fill(m);
  Matrix_var got = c.built()->mirror_matrix(m);
  for (int r = 0; r < 2; r++) for (int k = 0; k < 3; k++) EQUAL(got[r][k], ~m[1 - r][2 - k]);
}
void arrays(Context& c) {
  Matrices v;
  v.length(2);
  for (int i = 0; i < 6; i++) (&v[0][0][0])[i] = i, (&v[1][0][0])[i] = -i;
  SENT(Matrices, mirror_matrices, v);
  v.length(c.rnd.up_to(5));
  for (CORBA::ULong i = 0; i < v.length(); i++) c.rnd.fill(v[i]);
  SENT(Matrices, mirror_matrices, v);
}
void array_strings(Context& c) {
  const std::string first = c.rnd.text(300), second = c.rnd.text(300);
  Pair p;
  p[0] = first.c_str();
  p[1] = second.c_str();
  Pair_var got = c.built()->mirror_pair(p);
  EQUAL(text(got[CORBA::ULong(0)]), mirror::reversed(second.c_str()));
  EQUAL(text(got[CORBA::ULong(1)]), mirror::reversed(first.c_str()));
}
void array_octets(Context& c) {
  Key k;
  for (CORBA::Octet& o : k) o = c.rnd.number<CORBA::Octet>();
  Key_var got = c.built()->mirror_key(k);
  for (CORBA::ULong i = 0; i < 5; i++) EQUAL(int(got[i]), 255 - int(k[4 - i]));
}
void node(Context& c) {
  SENT(Node, mirror_node, sample::node("root", 3));
  SENT(Node, mirror_node, c.rnd.node(5));
}

CORBA::Long weight(const Tree& t) {
  CORBA::Long w = t.weight;
  for (CORBA::ULong i = 0; i < t.branches.length(); i++) w += weight(t.branches[i]);
  return w;
}
void tree(Context& c) {
  Tree_var t = c.built()->grow(4);
  EQUAL(weight(t), 4 + 2 * 3 + 4 * 2 + 8 * 1);
  SENT(Tree, mirror_tree, t.in());
}
void versioned(Context& c) { SENT_FIXED(Versioned, mirror_versioned, Versioned{c.rnd.number<CORBA::Long>()}); }
void renamed(Context& c) {
  Renamed r;
  r.v = c.rnd.text(30).c_str();
  SENT(Renamed, mirror_renamed, r);
}
void union_enum(Context& c) {
  for (const ByColor& u : {sample::red_union(c.rnd.number<CORBA::Long>()), sample::green_union(c.rnd.text(20).c_str()),
                          sample::blue_union(c.rnd.number<CORBA::Octet>())}) SENT(ByColor, mirror_bycolor, u);
}
void union_boolean(Context& c) {
  ByBoolean u;
  u.d(c.rnd.real());
  SENT(ByBoolean, mirror_byboolean, u);
  u.why(c.rnd.text(20).c_str());
  SENT(ByBoolean, mirror_byboolean, u);
}
void union_implicit(Context& c) {
  Maybe u;
  u.p(c.rnd.point());
  SENT_FIXED(Maybe, mirror_maybe, u);
  u._default();
  CHECK(!u._d());
  SENT_FIXED(Maybe, mirror_maybe, u);
}
void union_long(Context& c) {
  ByLong u;
  const CORBA::Short unit = c.rnd.number<CORBA::Short>();
  u.unit(unit);
  for (CORBA::Long d : {-1, 1}) {
    u._d(d);
    ByLong_var got = c.built()->mirror_bylong(u);
    EQUAL(got->_d(), d);
    EQUAL(got->unit(), ~unit);
  }
  u.item(c.rnd.entry());
  SENT(ByLong, mirror_bylong, u);
  u.several(c.rnd.longs(c.rnd.up_to(5)));
  SENT(ByLong, mirror_bylong, u);
  u.other(c.rnd.text(20).c_str());
  u._d(77);
  SENT(ByLong, mirror_bylong, u);
}
void union_char(Context& c) {
  ByChar u;
  const CORBA::Octet low = c.rnd.number<CORBA::Octet>();
  u.low(low);
  for (CORBA::Char d : {'a', 'b'}) {
    u._d(d);
    ByChar_var got = c.built()->mirror_bychar(u);
    EQUAL(got->_d(), d);
    EQUAL(int(got->low()), 255 - low);
  }
  u.colour(c.rnd.color());
  SENT(ByChar, mirror_bychar, u);
  u.brief(c.rnd.text(8).c_str());
  u._d('q');
  SENT(ByChar, mirror_bychar, u);
}
void union_ushort(Context& c) {
  ByShort u;
  u.top(c.rnd.number<CORBA::ULongLong>());
  SENT_FIXED(ByShort, mirror_byshort, u);
  u.bottom(true);
  SENT_FIXED(ByShort, mirror_byshort, u);
  u._default();
  u._d(7);
  SENT_FIXED(ByShort, mirror_byshort, u);
}
void union_longlong(Context& c) {
  ByLongLong u;
  u.far(c.rnd.number<CORBA::Short>());
  SENT(ByLongLong, mirror_bylonglong, u);
  u.data(c.rnd.octets(c.rnd.up_to(20)));
  SENT(ByLongLong, mirror_bylonglong, u);
}
void union_inline(Context& c) {
  Inline u;
  u.n(c.rnd.number<CORBA::Long>());
  SENT_FIXED(Inline, mirror_inline, u);
  Matrix m;
  c.rnd.fill(m);
  u.grid(m);
  SENT_FIXED(Inline, mirror_inline, u);
}
void union_recursive(Context& c) {
  SENT(Expr, mirror_expr, sample::expr(3));
  SENT(Expr, mirror_expr, c.rnd.expr(3));
}
}  // namespace

const Case built_cases[] = {
    {"enum", enum_}, {"struct", struct_}, {"structs", structs}, {"longs", longs}, {"alias", alias}, {"booleans", booleans},
    {"doubles", doubles}, {"strings", strings}, {"tags", tags}, {"table", table}, {"octets", octets}, {"big_both", big_both},
    {"array", array}, {"arrays", arrays}, {"array_strings", array_strings}, {"array_octets", array_octets}, {"node", node},
    {"tree", tree}, {"versioned", versioned}, {"renamed", renamed}, {"union_enum", union_enum},
    {"union_boolean", union_boolean}, {"union_implicit", union_implicit}, {"union_long", union_long},
    {"union_char", union_char}, {"union_ushort", union_ushort}, {"union_longlong", union_longlong},
    {"union_inline", union_inline}, {"union_recursive", union_recursive}, {"seams", seams, true},
    {nullptr}};
