// Values that the cases send.
#ifndef SAMPLES_H
#define SAMPLES_H

#include <memory>
#include <string>

#include "interop.hh"

namespace sample {
using namespace Interop;

inline Longs longs(CORBA::ULong n) {
  Longs v;
  v.length(n);
  for (CORBA::ULong i = 0; i < n; i++) v[i] = static_cast<CORBA::Long>(i) * 1000003 - 7;
  return v;
}
// octets are those of Calls::blob.
inline Octets octets(CORBA::ULong n) {
  Octets v;
  v.length(n);
  for (CORBA::ULong i = 0; i < n; i++) v[i] = static_cast<CORBA::Octet>(7 * i + i / 256);
  return v;
}
inline Entry entry(const char* name, CORBA::ULong marks) {
  Entry e;
  e.name = name;
  e.at.x = 1.5;
  e.at.y = -2.25;
  e.colour = green;
  e.marks = longs(marks);
  for (int i = 0; i < 6; i++) (&e.grid[0][0])[i] = 10 * i;
  return e;
}
inline Node node(const std::string& label, int levels) {
  Node n;
  n.label = label.c_str();
  if (levels > 1) {
    n.kids.length(2);
    for (CORBA::ULong i = 0; i < 2; i++) n.kids[i] = node(label + "." + std::to_string(i), levels - 1);
  }
  return n;
}
inline ByColor red_union(CORBA::Long l) { ByColor u; u.l(l); return u; }
inline ByColor green_union(const char* s) { ByColor u; u.s(s); return u; }
inline ByColor blue_union(CORBA::Octet o) { ByColor u; u.o(o); return u; }
inline Expr expr(int levels) {
  Expr e;
  e.leaf(levels);
  if (levels == 0) return e;
  Exprs sum;
  sum.length(2);
  for (CORBA::ULong i = 0; i < 2; i++) sum[i] = expr(levels - 1 - static_cast<int>(i) < 0 ? 0 : levels - 1 - static_cast<int>(i));
  e.sum(sum);
  return e;
}
}  // namespace sample

#endif
