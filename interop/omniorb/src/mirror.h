// The mirror of a value, as values.idl defines it: flip(v) changes v in place. Server and client use it alike.
#ifndef MIRROR_H
#define MIRROR_H

#include <algorithm>
#include <string>

#include "fixed.hh"
#include "interop.hh"

namespace mirror {
using namespace Interop;

inline void flip(CORBA::Boolean& v) { v = !v; }
// omniORB has one C++ type for char and octet, so the mirror of a char has a name of its own.
inline CORBA::Char next(CORBA::Char v) { return static_cast<CORBA::Char>(v + 1); }
inline void flip(CORBA::WChar& v) { v = v + 1; }
inline void flip(CORBA::Octet& v) { v = static_cast<CORBA::Octet>(~v); }
inline void flip(CORBA::Short& v) { v = static_cast<CORBA::Short>(~v); }
inline void flip(CORBA::UShort& v) { v = static_cast<CORBA::UShort>(~v); }
inline void flip(CORBA::Long& v) { v = ~v; }
inline void flip(CORBA::ULong& v) { v = ~v; }
inline void flip(CORBA::LongLong& v) { v = ~v; }
inline void flip(CORBA::ULongLong& v) { v = ~v; }
inline void flip(CORBA::Float& v) { v = v / -2; }
inline void flip(CORBA::Double& v) { v = v / -2; }
inline void flip(Color& v) { v = static_cast<Color>((v + 1) % 3); }

// reversed is for char in a code set of one octet a character, and for wchar_t.
inline std::string reversed(const char* v) { std::string s(v); return std::string(s.rbegin(), s.rend()); }
inline std::wstring reversed(const CORBA::WChar* v) { std::wstring s(v); return std::wstring(s.rbegin(), s.rend()); }
inline void flip(CORBA::String_member& v) { v = reversed(v).c_str(); }

// Elements of sequences, told ahead to the template below.
void flip(Longs&);
void flip(Entry&);
void flip(Node&);
void flip(Tree&);
void flip(Expr&);

template <class S> void flip_all(S& v) {  // a sequence of anything that has a flip
  const CORBA::ULong n = v.length();
  for (CORBA::ULong i = 0; i < n / 2; i++) {
    auto t = v[i];
    v[i] = v[n - 1 - i];
    v[n - 1 - i] = t;
  }
  for (CORBA::ULong i = 0; i < n; i++) flip(v[i]);
}
template <class S> void flip_strings(S& v) {
  const CORBA::ULong n = v.length();
  for (CORBA::ULong i = 0; 2 * i < n; i++) {
    const std::string a = reversed(v[i]), b = reversed(v[n - 1 - i]);
    v[i] = b.c_str();
    v[n - 1 - i] = a.c_str();
  }
}

inline void flip(Matrix_slice* v) {
  CORBA::Long* first = &v[0][0];
  std::reverse(first, first + 6);
  for (int i = 0; i < 6; i++) flip(first[i]);
}
inline void flip(Pair_slice* v) {
  const std::string a = reversed(v[0]), b = reversed(v[1]);
  v[0] = b.c_str();
  v[1] = a.c_str();
}
inline void flip(Key_slice* v) {
  std::reverse(v, v + 5);
  for (int i = 0; i < 5; i++) flip(v[i]);
}
inline void flip(Octets& v) {
  CORBA::Octet* first = v.get_buffer();
  std::reverse(first, first + v.length());
  for (CORBA::ULong i = 0; i < v.length(); i++) flip(first[i]);
}
inline void flip(Booleans& v) { flip_all(v); }
inline void flip(Longs& v) { flip_all(v); }  // Numbers is the same C++ type
inline void flip(Doubles& v) { flip_all(v); }
inline void flip(Strings& v) { flip_strings(v); }
inline void flip(Tags& v) { flip_strings(v); }
inline void flip(Table& v) { flip_all(v); }
inline void flip(Matrices& v) {
  Matrices w;
  w.length(v.length());
  for (CORBA::ULong i = 0; i < v.length(); i++) {
    const CORBA::Long* from = &v[v.length() - 1 - i][0][0];
    std::copy(from, from + 6, &w[i][0][0]);
    flip(w[i]);
  }
  v = w;
}

inline void flip(Prims& v) {
  flip(v.b); v.c = next(v.c); flip(v.o); flip(v.s); flip(v.us); flip(v.l); flip(v.ul); flip(v.ll); flip(v.ull); flip(v.f); flip(v.d);
}
inline void flip(Point& v) { flip(v.x); flip(v.y); }
inline void flip(Entry& v) { flip(v.name); flip(v.at); flip(v.colour); flip(v.marks); flip(v.grid); }
inline void flip(Entries& v) { flip_all(v); }
inline void flip(Bulk& v) { flip(v.before); flip(v.list); flip(v.after); }
inline void flip(Versioned& v) { flip(v.v); }
inline void flip(Renamed& v) { flip(v.v); }
inline void flip(Node& v) { flip(v.label); flip_all(v.kids); }
inline void flip(Tree& v) { flip(v.weight); flip_all(v.branches); }

// The setter of a member that has several labels leaves the discriminator at the first of them, hence _d afterwards.
inline void flip(ByColor& v) {
  switch (v._d()) {
    case red: { CORBA::Long l = v.l(); flip(l); v.l(l); break; }
    case green: { const std::string s = reversed(v.s()); v.s(s.c_str()); break; }
    default: { CORBA::Octet o = v.o(); flip(o); v.o(o); }
  }
}
inline void flip(ByBoolean& v) {
  if (v._d()) { CORBA::Double d = v.d(); flip(d); v.d(d); }
  else { const std::string s = reversed(v.why()); v.why(s.c_str()); }
}
inline void flip(Maybe& v) {
  if (v._d()) { Point p = v.p(); flip(p); v.p(p); }
}
inline void flip(ByLong& v) {
  const CORBA::Long d = v._d();
  switch (d) {
    case -1: case 1: { CORBA::Short s = v.unit(); flip(s); v.unit(s); v._d(d); break; }
    case 2: { Entry e = v.item(); flip(e); v.item(e); break; }
    case 3: { Longs l = v.several(); flip(l); v.several(l); break; }
    default: { const std::string s = reversed(v.other()); v.other(s.c_str()); v._d(d); }
  }
}
inline void flip(ByChar& v) {
  const CORBA::Char d = v._d();
  switch (d) {
    case 'a': case 'b': { CORBA::Octet o = v.low(); flip(o); v.low(o); v._d(d); break; }
    case 'z': { Color c = v.colour(); flip(c); v.colour(c); break; }
    default: { const std::string s = reversed(v.brief()); v.brief(s.c_str()); v._d(d); }
  }
}
inline void flip(ByShort& v) {
  if (v._d() == 65535) { CORBA::ULongLong t = v.top(); flip(t); v.top(t); }
  else if (v._d() == 0) { CORBA::Boolean b = v.bottom(); flip(b); v.bottom(b); }
}
inline void flip(ByLongLong& v) {
  if (v._d() == 9) { Octets o = v.data(); flip(o); v.data(o); }
  else if (v._d() == -5000000000LL) { CORBA::Short s = v.far(); flip(s); v.far(s); }
}
inline void flip(Inline& v) {
  if (v._d() == Inline::whole) { CORBA::Long n = v.n(); flip(n); v.n(n); }
  else { Matrix m; Matrix_copy(m, v.grid()); flip(m); v.grid(m); }
}
inline void flip(Expr& v) {
  if (v._d() == 0) { CORBA::Long l = v.leaf(); flip(l); v.leaf(l); }
  else if (v._d() == 1) { Exprs s = v.sum(); flip_all(s); v.sum(s); }
}

template <class T> T of(T v) { flip(v); return v; }                      // small values
template <class T> T* made(const T& v) { T* r = new T(v); flip(*r); return r; }  // results that a servant returns
}  // namespace mirror

#endif
