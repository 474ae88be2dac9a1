// Cases of types.idl, the calls of the recordings in the shared captures: everything comes back as it was sent.
#include "client.h"

using namespace TY;

namespace {
T_ptr object(Context& c) {
  CORBA::Object_var o = c.hub->lookup("types");
  if (CORBA::is_nil(o)) throw Unsupported{"the server has no TY::T"};
  return T::_narrow(o);
}
void kept(Context& c, T_ptr t, const CORBA::Any& a) {
  CORBA::Any_var got = t->e_any(a);
  CHECK(same_any(c, a, got));
}

void types_attributes(Context& c) {
  T_var t = object(c);
  const CORBA::Long n = c.rnd.number<CORBA::Long>();
  t->counter(n);
  EQUAL(t->counter(), n);
  EQUAL(text(t->ident()), "id-1");
  EQUAL(text(t->name()), "impl");
}
void types_values(Context& c) {
  T_var t = object(c);
  const Interop::Prims v = c.rnd.prims();
  const Prim p = {v.b, v.c, v.o, v.s, v.us, v.l, v.ul, v.ll, v.ull, v.f, v.d};
  CHECK(same(p, t->e_prim(p)));
  EQUAL(t->e_col(BLUE), BLUE);
  Mat m;
  c.rnd.fill(m);
  Mat_var mv = t->e_mat(m);
  for (int i = 0; i < 6; i++) EQUAL((&mv[0][0])[i], (&m[0][0])[i]);
  BStr b;
  b.length(2);
  b[0] = "12345678";
  b[1] = c.rnd.text(8).c_str();
  BStr_var bv = t->e_bstr(b);
  CHECK(same(b, bv.in()));
  Node n;
  n.id = 1;
  n.kids.length(2);
  n.kids[1].id = c.rnd.number<CORBA::Long>();
  Node_var nv = t->e_node(n);
  CHECK(same(n, nv.in()));
}
void types_fixed(Context& c) {
  T_var t = object(c);
  for (const std::string& s : {std::string("1234567.89"), std::string("-0.01"), c.rnd.amount()}) CHECK(t->e_mon(Money(s.c_str())) == Money(s.c_str()));
}
void types_wide(Context& c) {
  T_var t = object(c);
  EQUAL(int(t->e_wc(L'\u00e9')), 0xe9);
  for (const std::wstring& s : {std::wstring(L"h\u00e9llo \u20ac \u4e2d"), std::wstring(), c.rnd.wide_text(50)}) {
    CORBA::WString_var got = t->e_ws(s.c_str());
    CHECK(s == got.in());
  }
}
void types_unions(Context& c) {
  T_var t = object(c);
  U u;
  u.l(c.rnd.number<CORBA::Long>());
  U_var uv = t->e_u(u);
  CHECK(same(u, uv.in()));
  u.s(c.rnd.text(20).c_str());
  uv = t->e_u(u);
  CHECK(same(u, uv.in()));
  u.o(c.rnd.number<CORBA::Octet>());
  uv = t->e_u(u);
  CHECK(same(u, uv.in()));
  UB ub;
  ub.d(c.rnd.real());
  CHECK(same(ub, t->e_ub(ub)));
  ub._default();
  CHECK(same(ub, t->e_ub(ub)));
  UL ul;
  ul.sh(c.rnd.number<CORBA::Short>());
  ul._d(7);
  UL_var ulv = t->e_ul(ul);
  CHECK(same(ul, ulv.in()));
}
void types_io(Context& c) {
  T_var t = object(c);
  const CORBA::Long x = c.rnd.factor(), y = c.rnd.factor();
  CORBA::Long b = y;
  CORBA::String_var out;
  t->io(x, b, out);
  EQUAL(b, x + y);
  EQUAL(text(out), "out");
}
void types_refs(Context& c) {
  T_var t = object(c);
  Peer_var p = t->e_ref(t);
  CHECK(p->_is_equivalent(t));
  p = t->e_ref(Peer::_nil());
  CHECK(CORBA::is_nil(p));
  CORBA::Object_var o = t->e_obj(t);
  CHECK(o->_is_equivalent(t));
}
void types_anys(Context& c) {
  T_var t = object(c);
  CORBA::Any a;
  U u;
  u.o(1);
  a <<= u;
  kept(c, t, a);
  Node n;
  n.id = 1;
  a <<= n;
  kept(c, t, a);
  a <<= GREEN;
  kept(c, t, a);
  a <<= t.in();
  kept(c, t, a);
  CORBA::Any b;
  b <<= a;
  kept(c, t, b);
  a <<= CORBA::Any::from_fixed(CORBA::Fixed("1.25"), 9, 2);
  kept(c, t, a);
}
void types_typecodes(Context& c) {
  T_var t = object(c);
  for (CORBA::TypeCode_ptr tc : {_tc_Node, _tc_U, CORBA::_tc_long, _tc_T, _tc_UL}) {
    CORBA::TypeCode_var got = t->e_tc(tc);
    CHECK(got->equal(tc));
  }
}
void types_exceptions(Context& c) {
  T_var t = object(c);
  t->boom(0);
  expect_exception<Oops>([&] { t->boom(1); }, [](const Oops& e) {
    EQUAL(e.code, 42);
    EQUAL(text(e.why), "because");
  });
  expect_exception<Empty>([&] { t->boom(2); }, [](const Empty&) {});
  expect_system([&] { t->sys(); }, "NO_RESOURCES", 5, CORBA::COMPLETED_MAYBE);
}
}  // namespace

const Case type_cases[] = {
    {"types_attributes", types_attributes}, {"types_values", types_values}, {"types_fixed", types_fixed},
    {"types_wide", types_wide}, {"types_unions", types_unions}, {"types_io", types_io}, {"types_refs", types_refs},
    {"types_anys", types_anys}, {"types_typecodes", types_typecodes}, {"types_exceptions", types_exceptions},
    {nullptr}};
