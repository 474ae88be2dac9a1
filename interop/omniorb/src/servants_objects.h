// Servants for references: the shapes, listeners and talker, and TY::T of types.idl.
#ifndef SERVANTS_OBJECTS_H
#define SERVANTS_OBJECTS_H

#include <atomic>
#include <map>
#include <mutex>
#include <string>

#include "interop.hh"
#include "types.hh"

namespace shapes {
using namespace Interop::Shapes;

class Base_i : public virtual POA_Interop::Shapes::Base {
public:
  explicit Base_i(const char* kind = "Base") : kind_(kind) {}
  char* kind() override { return CORBA::string_dup(kind_.c_str()); }
  CORBA::Long common() override { return common_; }
  void common(CORBA::Long v) override { common_ = v; }
  char* where() override { return CORBA::string_dup("base"); }

private:
  const std::string kind_;
  std::atomic<CORBA::Long> common_{0};
};

class Left_i : public virtual POA_Interop::Shapes::Left, public virtual Base_i {
public:
  Left_i() : Base_i("Left") {}
  CORBA::Long leftward(CORBA::Long v) override { return v + 1; }
  char* side() override { std::lock_guard<std::mutex> hold(mu_); return CORBA::string_dup(side_.c_str()); }
  void side(const char* v) override { std::lock_guard<std::mutex> hold(mu_); side_ = v; }

private:
  std::mutex mu_;
  std::string side_ = "left";
};

class Right_i : public virtual POA_Interop::Shapes::Right, public virtual Base_i {
public:
  Right_i() : Base_i("Right") {}
  CORBA::Long rightward(CORBA::Long v) override { return v - 1; }
};

class Bottom_i : public virtual POA_Interop::Shapes::Bottom, public virtual Left_i, public virtual Right_i {
public:
  Bottom_i() : Base_i("Bottom") {}
  char* every() override {
    CORBA::String_var w = where();
    const std::string s = std::to_string(leftward(0)) + " " + std::to_string(rightward(0)) + " " + w.in();
    return CORBA::string_dup(s.c_str());
  }
};

class Shelf_i : public virtual POA_Interop::Shapes::Shelf {
public:
  Base_ptr pick(CORBA::ULong which) override {
    switch (which) {
      case 0: return base_._this();
      case 1: return left_._this();
      case 2: return right_._this();
      case 3: return bottom_._this();
    }
    throw Interop::Refused(which, "no such shape");
  }
  Base_ptr as_base(Bottom_ptr v) override { return Base::_duplicate(v); }

private:
  Base_i base_;
  Left_i left_;
  Right_i right_;
  Bottom_i bottom_;
};
}  // namespace shapes

namespace refs {
using namespace Interop::Refs;
using Ref = Interop::Refs::Listener;  // inside the servants Listener is the skeleton

// Listener_i serves the client's listeners too.
class Listener_i : public virtual POA_Interop::Refs::Listener {
public:
  explicit Listener_i(const char* name = "listener") : name_(name) {}
  char* name() override { return CORBA::string_dup(name_.c_str()); }
  CORBA::Long told(CORBA::Long n) override {
    if (n < 0) throw Interop::Refused(n, "negative");
    return n + 1;
  }
  void noted(const char* what) override {
    std::lock_guard<std::mutex> hold(mu_);
    notes_[what]++;
  }
  CORBA::Long bounce(Listener_ptr peer, CORBA::Long depth) override {
    if (depth <= 0) return 0;
    Listener_var me = _this();
    return 1 + peer->bounce(me, depth - 1);
  }
  int notes(const std::string& what) {
    std::lock_guard<std::mutex> hold(mu_);
    return notes_[what];
  }

private:
  const std::string name_;
  std::mutex mu_;
  std::map<std::string, int> notes_;
};

class Talker_i : public virtual POA_Interop::Refs::Talker, public virtual Listener_i {
public:
  Talker_i() : Listener_i("talker") {}
  CORBA::Long tell(Listener_ptr who, CORBA::Long n) override { return 2 * who->told(n); }
  CORBA::Long tell_all(const Listeners& who, CORBA::Long n) override {
    CORBA::Long sum = 0;
    for (CORBA::ULong i = 0; i < who.length(); i++)
      if (!CORBA::is_nil(who[i])) sum += who[i]->told(n);
    return sum;
  }
  void note(Listener_ptr who, const char* what, CORBA::Long times) override {
    for (CORBA::Long i = 0; i < times; i++) who->noted(what);
  }
  void keep(const char* key, Listener_ptr who) override {
    std::lock_guard<std::mutex> hold(mu_);
    kept_[key] = Ref::_duplicate(who);
  }
  Listener_ptr kept(const char* key) override {
    std::lock_guard<std::mutex> hold(mu_);
    auto i = kept_.find(key);
    return i == kept_.end() ? Ref::_nil() : Ref::_duplicate(i->second);
  }
  CORBA::Long tell_kept(const char* key, CORBA::Long n) override {
    Listener_var who = kept(key);
    if (CORBA::is_nil(who)) throw Interop::Refused(404, key);
    return who->told(n);
  }
  void forget(const char* key) override {
    std::lock_guard<std::mutex> hold(mu_);
    kept_.erase(key);
  }
  Listener_ptr mirror_listener(Listener_ptr v) override { return Ref::_duplicate(v); }
  CORBA::Object_ptr mirror_object(CORBA::Object_ptr v) override { return CORBA::Object::_duplicate(v); }
  Listeners* mirror_listeners(const Listeners& v) override {
    Listeners* r = new Listeners;
    r->length(v.length());
    for (CORBA::ULong i = 0; i < v.length(); i++) (*r)[i] = Ref::_duplicate(v[v.length() - 1 - i]);
    return r;
  }
  CORBA::Boolean is_nil(CORBA::Object_ptr v) override { return CORBA::is_nil(v); }
  CORBA::Boolean same(CORBA::Object_ptr a, CORBA::Object_ptr b) override {
    if (CORBA::is_nil(a) || CORBA::is_nil(b)) return CORBA::is_nil(a) && CORBA::is_nil(b);
    return a->_is_equivalent(b);
  }
  char* name_of(CORBA::Object_ptr v) override {
    Listener_var l = Ref::_narrow(v);
    return CORBA::is_nil(l) ? CORBA::string_dup("") : l->name();
  }

private:
  std::mutex mu_;
  std::map<std::string, Listener_var> kept_;
};
}  // namespace refs

namespace types {
using namespace TY;

// T_i sends back what it gets; the rest is as the recordings in the shared captures have it.
class T_i : public virtual POA_TY::T {
public:
  char* name() override { return CORBA::string_dup("impl"); }
  CORBA::Long counter() override { return counter_; }
  void counter(CORBA::Long v) override { counter_ = v; }
  char* ident() override { return CORBA::string_dup("id-1"); }
  Prim e_prim(const Prim& v) override { return v; }
  Color e_col(Color v) override { return v; }
  Money e_mon(const Money& v) override { return v; }
  Mat_slice* e_mat(const Mat v) override { return Mat_dup(v); }
  BStr* e_bstr(const BStr& v) override { return new BStr(v); }
  CORBA::WChar e_wc(CORBA::WChar v) override { return v; }
  CORBA::WChar* e_ws(const CORBA::WChar* v) override { return CORBA::wstring_dup(v); }
  U* e_u(const U& v) override { return new U(v); }
  UB e_ub(const UB& v) override { return v; }
  UL* e_ul(const UL& v) override { return new UL(v); }
  Node* e_node(const Node& v) override { return new Node(v); }
  void io(CORBA::Long a, CORBA::Long& b, CORBA::String_out c) override {
    b += a;
    c = CORBA::string_dup("out");
  }
  Peer_ptr e_ref(Peer_ptr v) override { return TY::Peer::_duplicate(v); }
  CORBA::Object_ptr e_obj(CORBA::Object_ptr v) override { return CORBA::Object::_duplicate(v); }
  CORBA::Any* e_any(const CORBA::Any& v) override { return new CORBA::Any(v); }
  CORBA::TypeCode_ptr e_tc(CORBA::TypeCode_ptr v) override { return CORBA::TypeCode::_duplicate(v); }
  void boom(CORBA::Long k) override {
    if (k == 1) throw Oops(42, "because");
    if (k == 2) throw Empty();
  }
  void sys() override { throw CORBA::NO_RESOURCES(5, CORBA::COMPLETED_MAYBE); }

private:
  std::atomic<CORBA::Long> counter_{0};
};
}  // namespace types

#endif
