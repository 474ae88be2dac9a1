// Cases of single values: Basics, Wide, fixed.
#include "client.h"
#include "count.h"
#include "mirror.h"

using namespace Interop;

namespace {
template <class F, class T> void both_ends(Context& c, F call, T least, T greatest) {
  for (T v : {least, greatest, T(1), c.rnd.number<T>(), c.rnd.number<T>()}) EQUAL(call(v), mirror::of(v));
}
#define INTEGER_CASE(name, op, T)                                                                   \
  void name(Context& c) {                                                                           \
    Basics_ptr b = c.basics();                                                                      \
    both_ends(c, [&](T v) { return b->op(v); }, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()); \
  }
INTEGER_CASE(octet, mirror_octet, CORBA::Octet)
INTEGER_CASE(short_, mirror_short, CORBA::Short)
INTEGER_CASE(ushort_, mirror_ushort, CORBA::UShort)
INTEGER_CASE(long_, mirror_long, CORBA::Long)
INTEGER_CASE(ulong_, mirror_ulong, CORBA::ULong)
INTEGER_CASE(longlong, mirror_longlong, CORBA::LongLong)
INTEGER_CASE(ulonglong, mirror_ulonglong, CORBA::ULongLong)

template <class T, class F> void floating(Context& c, F call) {
  for (T v : {T(1.5), T(c.rnd.single()), T(0), std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max(), std::numeric_limits<T>::infinity()})
    EQUAL(call(v), v / -2);
  CHECK(std::signbit(call(T(0))));
  CHECK(std::isnan(call(std::numeric_limits<T>::quiet_NaN())));
}
void float_(Context& c) { floating<CORBA::Float>(c, [&](CORBA::Float v) { return c.basics()->mirror_float(v); }); }
void double_(Context& c) { floating<CORBA::Double>(c, [&](CORBA::Double v) { return c.basics()->mirror_double(v); }); }

void boolean(Context& c) {
  CHECK(!c.basics()->mirror_boolean(true));
  CHECK(c.basics()->mirror_boolean(false));
}
void char_(Context& c) {
  for (char v : {'a', c.rnd.letter(), c.rnd.letter()}) EQUAL(c.basics()->mirror_char(v), mirror::next(v));
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
  for (const std::string& s : {c.rnd.text(100), c.rnd.text(9000)}) EQUAL(text(c.basics()->mirror_string(s.c_str())), mirror::reversed(s.c_str()));
}
void latin1(Context& c) {
  for (const std::string& s : {std::string("Gr\xfc\xdf" "e"), c.rnd.latin(50)})
    EQUAL(text(c.basics()->mirror_string(s.c_str())), mirror::reversed(s.c_str()));
}
void tag(Context& c) {
  for (const std::string& s : {std::string("12345678"), c.rnd.text(8)}) EQUAL(text(c.basics()->mirror_tag(s.c_str())), mirror::reversed(s.c_str()));
}
void bounds(Context& c) {
  CORBA::Any nine;
  nine <<= "123456789";
  EQUAL(send(c.basics(), "mirror_tag", &nine, CORBA::_tc_string), "MARSHAL");
  EQUAL(text(c.basics()->mirror_tag("after")), "retfa");
}
void prims(Context& c) {
  for (int i = 0; i < 3; i++) {
    const Prims p = c.rnd.prims();
    const Prims got = c.basics()->mirror_prims(p);
    CHECK(same(got, mirror::of(p)));
    EQUAL(got.us, CORBA::UShort(65535 - p.us));
  }
}

void wchar(Context& c) {
  for (CORBA::WChar v : {L'\u00e9', L'\u4e2d', c.rnd.wide_letter()}) EQUAL(int(c.wide()->mirror_wchar(v)), int(v) + 1);
}
void wstring_(Context& c) {
  for (const std::wstring& s : {std::wstring(L"h\u00e9llo \u20ac"), std::wstring(), c.rnd.wide_text(2000)}) {
    CORBA::WString_var got = c.wide()->mirror_wstring(s.c_str());
    CHECK(mirror::reversed(s.c_str()) == got.in());
  }
}
void widetag(Context& c) {
  for (const std::wstring& s : {std::wstring(L"\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6"), c.rnd.wide_text(6)}) {
    CORBA::WString_var got = c.wide()->mirror_widetag(s.c_str());
    CHECK(mirror::reversed(s.c_str()) == got.in());
  }
}

Decimals_ptr decimals(Context& c) {
  CORBA::Object_var o = c.hub->lookup("fixed");
  if (CORBA::is_nil(o)) throw Unsupported{"the server has no Decimals"};
  return Decimals::_narrow(o);
}
void fixed(Context& c) {
  Decimals_var d = decimals(c);
  for (const std::string& s : {std::string("1234567.89"), std::string("-0.01"), std::string("0"), c.rnd.amount()}) {
    const char* v = s.c_str();
    CHECK(d->mirror_money(Money(v)) == Money(-CORBA::Fixed(v)));
  }
  CHECK(d->mirror_whole(Whole("99999")) == Whole("-99999"));
  const char* least = "0.0000000000000000000000000000001";
  CHECK(d->mirror_tiny(Tiny(least)) == Tiny(-CORBA::Fixed(least)));
}
void fixed_struct(Context& c) {
  Decimals_var d = decimals(c);
  for (const std::string& net : {std::string("100.00"), c.rnd.amount()}) {
    const std::string gross = c.rnd.amount(), word = c.rnd.text(20);
    Invoice i;
    i.net = Money(net.c_str());
    i.text = word.c_str();
    i.gross = Money(gross.c_str());
    Invoice_var got = d->mirror_invoice(i);
    CHECK(got->net == Money(("-" + net).c_str()) && got->gross == Money(("-" + gross).c_str()));
    EQUAL(text(got->text), mirror::reversed(word.c_str()));
  }
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
