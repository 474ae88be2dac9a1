// Random values, of random sizes, from the seed that the client was given.
#ifndef RANDOM_H
#define RANDOM_H

#include <cmath>
#include <random>
#include <string>

#include "interop.hh"

class Random {
public:
  void seed(unsigned long long n) { engine_.seed(n); }

  // up_to is a number from 0 to most.
  CORBA::ULong up_to(CORBA::ULong most) { return engine_() % (most + 1); }
  template <class T> T number() { return static_cast<T>(engine_()); }
  bool boolean() { return up_to(1); }
  // factor is a number of which two make no overflow.
  CORBA::Long factor() { return CORBA::Long(up_to(60000)) - 30000; }
  CORBA::Float single() { return (CORBA::Float(up_to(1 << 20)) - (1 << 19)) / 64; }
  // real can be halved without loss, and is now large, now small.
  CORBA::Double real() { return std::ldexp(number<CORBA::Long>() / 1024.0, int(up_to(600)) - 300); }
  // letter is a character of ASCII that is not the last one.
  char letter() { return static_cast<char>(' ' + up_to('~' - ' ' - 1)); }
  std::string text(CORBA::ULong most) {
    std::string v(up_to(most), ' ');
    for (char& c : v) c = letter();
    return v;
  }
  // latin is text of ISO 8859-1.
  std::string latin(CORBA::ULong most) {
    std::string v(up_to(most), ' ');
    for (char& c : v) c = boolean() ? letter() : static_cast<char>(0xa1 + up_to(0x5d));
    return v;
  }
  // wide_letter is of the basic plane, and no surrogate.
  CORBA::WChar wide_letter() {
    static const CORBA::WChar ranges[][2] = {{'a', 'z'}, {0xa1, 0x17f}, {0x391, 0x3a1}, {0x410, 0x44f}, {0x4e00, 0x9f00}, {0x20ac, 0x20ac}};
    const auto& r = ranges[up_to(5)];
    return r[0] + static_cast<CORBA::WChar>(up_to(r[1] - r[0]));
  }
  std::wstring wide_text(CORBA::ULong most) {
    std::wstring v(up_to(most), L' ');
    for (wchar_t& c : v) c = wide_letter();
    return v;
  }
  // amount is a positive number with two digits behind its point, and seven before it at most.
  std::string amount() {
    const std::string cents = std::to_string(100 + up_to(99));
    return std::to_string(1 + up_to(9999998)) + "." + cents.substr(1);
  }

  Interop::Octets octets(CORBA::ULong n) { return list<Interop::Octets>(n, [this] { return number<CORBA::Octet>(); }); }
  Interop::Longs longs(CORBA::ULong n) { return list<Interop::Longs>(n, [this] { return number<CORBA::Long>(); }); }
  template <class S> S strings(CORBA::ULong n, CORBA::ULong most) { return list<S>(n, [=] { return CORBA::string_dup(text(most).c_str()); }); }
  // list makes a sequence of n elements.
  template <class S, class F> S list(CORBA::ULong n, F element) {
    S v;
    v.length(n);
    for (CORBA::ULong i = 0; i < n; i++) v[i] = element();
    return v;
  }
  void fill(Interop::Matrix_slice* v) {
    for (int i = 0; i < 6; i++) (&v[0][0])[i] = number<CORBA::Long>();
  }
  Interop::Color color() { return static_cast<Interop::Color>(up_to(2)); }
  Interop::Point point() { return {real(), real()}; }
  Interop::Prims prims() {
    return {boolean(), CORBA::Char(letter()), number<CORBA::Octet>(), number<CORBA::Short>(), number<CORBA::UShort>(), number<CORBA::Long>(),
            number<CORBA::ULong>(), number<CORBA::LongLong>(), number<CORBA::ULongLong>(), single(), real()};
  }
  Interop::Entry entry() {
    Interop::Entry e;
    e.name = text(40).c_str();
    e.at = point();
    e.colour = color();
    e.marks = longs(up_to(8));
    fill(e.grid);
    return e;
  }
  Interop::Node node(int levels) {
    Interop::Node n;
    n.label = text(12).c_str();
    n.kids.length(levels > 1 ? up_to(3) : 0);
    for (CORBA::ULong i = 0; i < n.kids.length(); i++) n.kids[i] = node(levels - 1);
    return n;
  }
  Interop::Expr expr(int levels) {
    Interop::Expr e;
    e.leaf(number<CORBA::Long>());
    if (levels > 0) e.sum(list<Interop::Exprs>(up_to(3), [=] { return expr(levels - 1); }));
    return e;
  }
  Interop::ByColor by_color() {
    Interop::ByColor u;
    switch (up_to(2)) {
      case 0: u.l(number<CORBA::Long>()); break;
      case 1: u.s(text(20).c_str()); break;
      default: u.o(number<CORBA::Octet>());
    }
    return u;
  }

private:
  std::mt19937_64 engine_;
};

#endif
