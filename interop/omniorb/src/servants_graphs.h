// Servants for graphs.idl.
#ifndef SERVANTS_GRAPHS_H
#define SERVANTS_GRAPHS_H

#include "graphs.h"

namespace graphs {
class Thing_i : public virtual POA_Graphs::Thing {
public:
  explicit Thing_i(const char* name) : name_(name) {}
  char* name() override { return CORBA::string_dup(name_.c_str()); }
  void rename(const char* name) override { name_ = name; }

private:
  std::string name_;
};

class Gardener_i : public virtual POA_Graphs::Gardener {
public:
  Leaf* pass_leaf(Leaf* a, Leaf*& b, CORBA::Boolean& same) override {
    same = a == b;
    return again(a);
  }
  Leaf* pass_branch(Leaf* b) override { return again(b); }
  Branch* pass_twig(Branch* t, Leaf* bud, Leaf_out bud_again) override {
    bud_again = again(bud);
    return again(t);
  }
  Branch* grow_twig(Leaf_out bud) override {
    Leaf* l = new Leaf_i(5, "bud");
    bud = l;
    return new Twig_i(l);
  }
  Ring* turn(Ring* r) override { return again(r->next()); }
  Nothing* pass_nothing(Nothing* n) override { return again(n); }
  Word* pass_word(Word* w, Word_out w2) override {
    w2 = again(w);
    return again(w);
  }
  Numbers* pass_numbers(Numbers* n) override { return again(n); }
  Place* pass_place(Place* p) override { return again(p); }
  Named_ptr pass_named(Named_ptr n, CORBA::String_out name) override {
    name = CORBA::is_nil(n) ? CORBA::string_dup("") : n->name();
    return Named::_duplicate(n);
  }
  Crate* pass_crate(const Crate& c) override { return new Crate(c); }
  Cargo* pass_cargo(Cargo* c) override { return again(c); }
  Basket* pass_basket(const Basket& b) override { return new Basket(b); }
  CORBA::Any* pass_any(const CORBA::Any& a) override { return new CORBA::Any(a); }
  void cut(Leaf* l) override { throw Felled(again(l), new Word("winter")); }
};
}  // namespace graphs

#endif
