// Cases of single values: Basics, Wide, fixed.
#include "client.h"
#include "count.h"
#include "mirror.h"

using namespace Interop;

namespace {
template <class F, class T> void both_ends(F call, T least, T greatest) {
  EQUAL(call(least), mirror::of(least));
  EQUAL(call(greatest), mirror::of(greatest));
  EQUAL(call(T(1)), mirror::of(T(1)));
}
#define INTEGER_CASE(name, op, T)                                                                   \
  void name(Context& c) {                                                                           \
    Basics_ptr b = c.basics();                                                                      \
    both_ends([&](T v) { return b->op(v); }, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()); \
  }
INTEGER_CASE(octet, mirror_octet, CORBA::Octet)
INTEGER_CASE(short_, mirror_short, CORBA::Short)
INTEGER_CASE(ushort_, mirror_ushort, CORBA::UShort)
INTEGER_CASE(long_, mirror_long, CORBA::Long)
INTEGER_CASE(ulong_, mirror_ulong, CORBA::ULong)
INTEGER_CASE(longlong, mirror_longlong, CORBA::LongLong)
INTEGER_CASE(ulonglong, mirror_ulonglong, CORBA::ULongLong)

template <class T, class F> void floating(F call) {
  for (T v : {T(1.5), T(0), std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max(), std::numeric_limits<T>::infinity()})
    EQUAL(call(v), v / -2);
  CHECK(std::signbit(call(T(0))));
  CHECK(std::isnan(call(std::numeric_limits<T>::quiet_NaN())));
}
void float_(Context& c) { floating<CORBA::Float>([&](CORBA::Float v) { return c.basics()->mirror_float(v); }); }
void double_(Context& c) { floating<CORBA::Double>([&](CORBA::Double v) { return c.basics()->mirror_double(v); }); }

void boolean(Context& c) {
  CHECK(!c.basics()->mirror_boolean(true));
  CHECK(c.basics()->mirror_boolean(false));
}
void char_(Context& c) {
  EQUAL(c.basics()->mirror_char('a'), CORBA::Char('b'));
}
void char_latin1(Context& c) {
  try {
    EQUAL(int(c.basics()->mirror_char(0xe4)), 0xe5);
  } catch (const CORBA::DATA_CONVERSION& e) {
    if (e.completed() == CORBA::COMPLETED_NO) count::made--;  // it was counted, but never left
    throw Expected{"DATA_CONVERSION"};
  }
}
void string_(Context& c) {
  EQUAL(text(c.basics()->mirror_string("")), "");
  EQUAL(text(c.basics()->mirror_string("stressed")), "desserts");
  std::string s;
  for (int i = 0; i < 5000; i++) s += static_cast<char>('a' + i % 26);
  EQUAL(text(c.basics()->mirror_string(s.c_str())), std::string(s.rbegin(), s.rend()));
}
void latin1(Context& c) { EQUAL(text(c.basics()->mirror_string("Gr\xfc\xdf" "e")), "e\xdf\xfc" "rG"); }
void tag(Context& c) { EQUAL(text(c.basics()->mirror_tag("12345678")), "87654321"); }
void bounds(Context& c) {
  CORBA::Any nine;
  nine <<= "123456789";
  EQUAL(send(c.basics(), "mirror_tag", &nine, CORBA::_tc_string), "MARSHAL");
  EQUAL(text(c.basics()->mirror_tag("after")), "retfa");
}
void prims(Context& c) {
  Prims p = {true, 'x', 0x5a, -2, 65000, -70000, 4000000000u, -5000000000LL, 18000000000000000000ull, 0.5f, -0.125};
  Prims got = c.basics()->mirror_prims(p);
  CHECK(same(got, mirror::of(p)));
  EQUAL(got.us, CORBA::UShort(535));
}

void wchar(Context& c) {
  EQUAL(int(c.wide()->mirror_wchar(L'\u00e9')), 0xea);
  EQUAL(int(c.wide()->mirror_wchar(L'\u4e2d')), 0x4e2e);
}
void wstring_(Context& c) {
  for (const wchar_t* s : {L"h\u00e9llo \u20ac", L"", L"\u4e00\u4e01\u4e02\u4e03\u4e04"}) {
    CORBA::WString_var got = c.wide()->mirror_wstring(s);
    CHECK(mirror::reversed(s) == got.in());
  }
}
void widetag(Context& c) {
  CORBA::WString_var got = c.wide()->mirror_widetag(L"\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6");
  CHECK(std::wstring(L"\u03b6\u03b5\u03b4\u03b3\u03b2\u03b1") == got.in());
}

Decimals_ptr decimals(Context& c) {
  CORBA::Object_var o = c.hub->lookup("fixed");
  if (CORBA::is_nil(o)) throw Unsupported{"the server has no Decimals"};
  return Decimals::_narrow(o);
}
void fixed(Context& c) {
  Decimals_var d = decimals(c);
  for (const char* v : {"1234567.89", "-0.01", "0"}) CHECK(d->mirror_money(Money(v)) == Money(-CORBA::Fixed(v)));
  CHECK(d->mirror_whole(Whole("99999")) == Whole("-99999"));
  const char* least = "0.0000000000000000000000000000001";
  CHECK(d->mirror_tiny(Tiny(least)) == Tiny(-CORBA::Fixed(least)));
}
void fixed_struct(Context& c) {
  Decimals_var d = decimals(c);
  Invoice i;
  i.net = Money("100.00");
  i.text = "paid";
  i.gross = Money("119.00");
  Invoice_var got = d->mirror_invoice(i);
  CHECK(got->net == Money("-100.00") && got->gross == Money("-119.00"));
  EQUAL(text(got->text), "diap");
}
void fixed_any(Context& c) {
  Decimals_var d = decimals(c);
  CORBA::Any_var a = d->rate();
  CORBA::Fixed f;
  CHECK(a.in() >>= CORBA::Any::to_fixed(f, 3, 2));
  CHECK(f == CORBA::Fixed("1.25"));
}
}  // namespace

const Case value_cases[] = {
    {"boolean", boolean}, {"char", char_}, {"char_latin1", char_latin1}, {"octet", octet}, {"short", short_}, {"ushort", ushort_}, {"long", long_},
    {"ulong", ulong_}, {"longlong", longlong}, {"ulonglong", ulonglong}, {"float", float_}, {"double", double_},
    {"string", string_}, {"latin1", latin1}, {"tag", tag}, {"bounds", bounds}, {"prims", prims},
    {"wchar", wchar}, {"wstring", wstring_}, {"widetag", widetag},
    {"fixed", fixed}, {"fixed_struct", fixed_struct}, {"fixed_any", fixed_any},
    {nullptr}};
