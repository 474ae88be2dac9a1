// Servants for values: Basics, Wide, Built, Decimals.
#ifndef SERVANTS_VALUES_H
#define SERVANTS_VALUES_H

#include "mirror.h"

namespace servants {
using namespace Interop;

class Basics_i : public virtual POA_Interop::Basics {
public:
  CORBA::Boolean mirror_boolean(CORBA::Boolean v) override { return mirror::of(v); }
  CORBA::Char mirror_char(CORBA::Char v) override { return mirror::next(v); }
  CORBA::Octet mirror_octet(CORBA::Octet v) override { return mirror::of(v); }
  CORBA::Short mirror_short(CORBA::Short v) override { return mirror::of(v); }
  CORBA::UShort mirror_ushort(CORBA::UShort v) override { return mirror::of(v); }
  CORBA::Long mirror_long(CORBA::Long v) override { return mirror::of(v); }
  CORBA::ULong mirror_ulong(CORBA::ULong v) override { return mirror::of(v); }
  CORBA::LongLong mirror_longlong(CORBA::LongLong v) override { return mirror::of(v); }
  CORBA::ULongLong mirror_ulonglong(CORBA::ULongLong v) override { return mirror::of(v); }
  CORBA::Float mirror_float(CORBA::Float v) override { return mirror::of(v); }
  CORBA::Double mirror_double(CORBA::Double v) override { return mirror::of(v); }
  char* mirror_string(const char* v) override { return CORBA::string_dup(mirror::reversed(v).c_str()); }
  char* mirror_tag(const char* v) override { return CORBA::string_dup(mirror::reversed(v).c_str()); }
  Prims mirror_prims(const Prims& v) override { return mirror::of(v); }
};

class Wide_i : public virtual POA_Interop::Wide {
public:
  CORBA::WChar mirror_wchar(CORBA::WChar v) override { return mirror::of(v); }
  CORBA::WChar* mirror_wstring(const CORBA::WChar* v) override { return CORBA::wstring_dup(mirror::reversed(v).c_str()); }
  CORBA::WChar* mirror_widetag(const CORBA::WChar* v) override { return CORBA::wstring_dup(mirror::reversed(v).c_str()); }
};

class Built_i : public virtual POA_Interop::Built {
public:
  Color mirror_color(Color v) override { return mirror::of(v); }
  Entry* mirror_entry(const Entry& v) override { return mirror::made(v); }
  Entries* mirror_entries(const Entries& v) override { return mirror::made(v); }
  Longs* mirror_longs(const Longs& v) override { return mirror::made(v); }
  Numbers* mirror_numbers(const Numbers& v) override { return mirror::made(v); }
  Booleans* mirror_booleans(const Booleans& v) override { return mirror::made(v); }
  Doubles* mirror_doubles(const Doubles& v) override { return mirror::made(v); }
  Bulk* mirror_bulk(const Bulk& v) override { return mirror::made(v); }
  Strings* mirror_strings(const Strings& v) override { return mirror::made(v); }
  Tags* mirror_tags(const Tags& v) override { return mirror::made(v); }
  Table* mirror_table(const Table& v) override { return mirror::made(v); }
  Octets* mirror_octets(const Octets& v) override { return mirror::made(v); }
  Matrix_slice* mirror_matrix(const Matrix v) override { Matrix_slice* r = Matrix_dup(v); mirror::flip(r); return r; }
  Matrices* mirror_matrices(const Matrices& v) override { return mirror::made(v); }
  Pair_slice* mirror_pair(const Pair v) override { Pair_slice* r = Pair_dup(v); mirror::flip(r); return r; }
  Key_slice* mirror_key(const Key v) override { Key_slice* r = Key_dup(v); mirror::flip(r); return r; }
  Node* mirror_node(const Node& v) override { return mirror::made(v); }
  Tree* mirror_tree(const Tree& v) override { return mirror::made(v); }
  Tree* grow(CORBA::Long depth) override {
    Tree* t = new Tree;
    t->weight = depth;
    if (depth > 0) {
      t->branches.length(2);
      for (CORBA::ULong i = 0; i < 2; i++) {
        Tree_var b = grow(depth - 1);
        t->branches[i] = b.in();
      }
    }
    return t;
  }
  Versioned mirror_versioned(const Versioned& v) override { return mirror::of(v); }
  Renamed* mirror_renamed(const Renamed& v) override { return mirror::made(v); }
  ByColor* mirror_bycolor(const ByColor& v) override { return mirror::made(v); }
  ByBoolean* mirror_byboolean(const ByBoolean& v) override { return mirror::made(v); }
  Maybe mirror_maybe(const Maybe& v) override { return mirror::of(v); }
  ByLong* mirror_bylong(const ByLong& v) override { return mirror::made(v); }
  ByChar* mirror_bychar(const ByChar& v) override { return mirror::made(v); }
  ByShort mirror_byshort(const ByShort& v) override { return mirror::of(v); }
  ByLongLong* mirror_bylonglong(const ByLongLong& v) override { return mirror::made(v); }
  Inline mirror_inline(const Inline& v) override { return mirror::of(v); }
  Expr* mirror_expr(const Expr& v) override { return mirror::made(v); }
};

class Decimals_i : public virtual POA_Interop::Decimals {
public:
  Money mirror_money(const Money& v) override { return -v; }
  Whole mirror_whole(const Whole& v) override { return -v; }
  Tiny mirror_tiny(const Tiny& v) override { return -v; }
  Invoice* mirror_invoice(const Invoice& v) override {
    Invoice* r = new Invoice;  // not a copy of v: omniORB 4.2.5 forgets the digits and scale of a fixed that is copied
    r->net = -v.net;
    r->text = mirror::reversed(v.text).c_str();
    r->gross = -v.gross;
    return r;
  }
  CORBA::Any* rate() override {
    CORBA::Any* a = new CORBA::Any;
    *a <<= CORBA::Any::from_fixed(CORBA::Fixed("1.25"), 3, 2);
    return a;
  }
};

}  // namespace servants

#endif
