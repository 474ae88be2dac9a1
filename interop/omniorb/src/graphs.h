// What client and server share for graphs.idl: values, their factories, and what a graph looks like as text.
#ifndef GRAPHS_H
#define GRAPHS_H

#include <string>

#include "graphs.hh"

namespace graphs {
using namespace Graphs;

class Leaf_i : public virtual OBV_Graphs::Leaf, public virtual CORBA::DefaultValueRefCountBase {
public:
  Leaf_i() { text(""); }
  Leaf_i(CORBA::Long n, const char* t) { number(n); text(t); }
  static std::string text_of(Graphs::Leaf* l) { return dynamic_cast<Leaf_i&>(*l).text(); }
  using OBV_Graphs::Leaf::text;
};
class Branch_i : public virtual OBV_Graphs::Branch, public virtual CORBA::DefaultValueRefCountBase {};
class Twig_i : public virtual OBV_Graphs::Twig, public virtual CORBA::DefaultValueRefCountBase {
public:
  Twig_i() {}
  // grown is the Twig of Gardener::grow_twig and of the case truncated.
  explicit Twig_i(Graphs::Leaf* l) {
    number(9); text("twig"); kind(7); left(l); weight(2.5); bud(l);
    notes().length(2); notes()[0] = "a"; notes()[1] = "bc";
    bark().length(1000);
    for (CORBA::ULong i = 0; i < 1000; i++) bark()[i] = i & 255;
  }
  CORBA::Long length() override { return bark().length(); }
};
class Ring_i : public virtual OBV_Graphs::Ring, public virtual CORBA::DefaultValueRefCountBase {
public:
  Ring_i() {}
  explicit Ring_i(const char* n) { name(n); }
};
class Cargo_i : public virtual OBV_Graphs::Cargo, public virtual CORBA::DefaultValueRefCountBase {};
class Freight_i : public virtual OBV_Graphs::Freight, public virtual CORBA::DefaultValueRefCountBase {};
class Nothing_i : public virtual OBV_Graphs::Nothing, public virtual CORBA::DefaultValueRefCountBase {};
class Person_i : public virtual OBV_Graphs::Person, public virtual CORBA::DefaultValueRefCountBase {
public:
  Person_i() {}
  explicit Person_i(const char* n) { first(n); }
  char* name() override { return CORBA::string_dup(first()); }
};

template <class V> class Factory : public CORBA::ValueFactoryBase {
  CORBA::ValueBase* create_for_unmarshal() override { return new V; }
};
template <class V> void known(CORBA::ORB_ptr orb, const char* id) {
  CORBA::ValueFactoryBase* old = orb->register_value_factory(id, new Factory<V>);
  if (old) old->_remove_ref();
}
// known_values registers factories for all but Twig.
inline void known_values(CORBA::ORB_ptr orb) {
  known<Leaf_i>(orb, Leaf::_PD_repoId);
  known<Branch_i>(orb, Branch::_PD_repoId);
  known<Ring_i>(orb, Ring::_PD_repoId);
  known<Cargo_i>(orb, Cargo::_PD_repoId);
  known<Freight_i>(orb, Freight::_PD_repoId);
  known<Nothing_i>(orb, Nothing::_PD_repoId);
  known<Person_i>(orb, Person::_PD_repoId);
}

// again returns v for a result: one reference more.
template <class V> V* again(V* v) {
  CORBA::add_ref(v);
  return v;
}
}  // namespace graphs

#endif
