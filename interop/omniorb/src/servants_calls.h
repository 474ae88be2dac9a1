// Servants for what is around values: Anys, Params, Errors, Calls, Cell.
#ifndef SERVANTS_CALLS_H
#define SERVANTS_CALLS_H

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "describe.h"
#include "mirror.h"

namespace servants {
using namespace Interop;

// turned puts the mirror of the value of a into out, if the value is a T.
template <class T> bool turned(const CORBA::Any& a, CORBA::Any& out) {
  const T* v;
  if (!(a >>= v)) return false;
  T copy(*v);
  mirror::flip(copy);
  out <<= copy;
  return true;
}
template <class T> bool turned_basic(const CORBA::Any& a, CORBA::Any& out) {
  T v;
  if (!(a >>= v)) return false;
  mirror::flip(v);
  out <<= v;
  return true;
}

class Anys_i : public virtual POA_Interop::Anys {
public:
  explicit Anys_i(CORBA::ORB_ptr orb) : orb_(CORBA::ORB::_duplicate(orb)) {}

  CORBA::Any* mirror_any(const CORBA::Any& v) override {
    CORBA::Any_var out = new CORBA::Any;
    CORBA::TypeCode_var t = v.type();
    CORBA::Boolean b; CORBA::Char c; CORBA::Octet o; const char* s; Color color;
    switch (t->kind()) {
      case CORBA::tk_boolean: if (v >>= CORBA::Any::to_boolean(b)) out.inout() <<= CORBA::Any::from_boolean(!b); break;
      case CORBA::tk_char: if (v >>= CORBA::Any::to_char(c)) out.inout() <<= CORBA::Any::from_char(mirror::next(c)); break;
      case CORBA::tk_octet: if (v >>= CORBA::Any::to_octet(o)) out.inout() <<= CORBA::Any::from_octet(mirror::of(o)); break;
      case CORBA::tk_short: turned_basic<CORBA::Short>(v, out); break;
      case CORBA::tk_ushort: turned_basic<CORBA::UShort>(v, out); break;
      case CORBA::tk_long: turned_basic<CORBA::Long>(v, out); break;
      case CORBA::tk_ulong: turned_basic<CORBA::ULong>(v, out); break;
      case CORBA::tk_longlong: turned_basic<CORBA::LongLong>(v, out); break;
      case CORBA::tk_ulonglong: turned_basic<CORBA::ULongLong>(v, out); break;
      case CORBA::tk_float: turned_basic<CORBA::Float>(v, out); break;
      case CORBA::tk_double: turned_basic<CORBA::Double>(v, out); break;
      case CORBA::tk_string: if (v >>= s) out.inout() <<= mirror::reversed(s).c_str(); else return new CORBA::Any(v); break;
      case CORBA::tk_enum: if (v >>= color) out.inout() <<= mirror::of(color); else return new CORBA::Any(v); break;
      case CORBA::tk_struct:
        if (!(turned<Prims>(v, out) || turned<Entry>(v, out) || turned<Node>(v, out))) return new CORBA::Any(v);
        break;
      case CORBA::tk_union: if (!turned<ByColor>(v, out)) return new CORBA::Any(v); break;
      case CORBA::tk_alias:
        if (std::string(t->name()) != "Longs" || !turned<Longs>(v, out)) return new CORBA::Any(v);
        break;
      default: return new CORBA::Any(v);
    }
    return out._retn();
  }
  char* kind_of(const CORBA::Any& v) override {
    CORBA::TypeCode_var t = v.type();
    return CORBA::string_dup(::describe(orb_, t).c_str());
  }
  char* describe(CORBA::TypeCode_ptr t) override { return CORBA::string_dup(::describe(orb_, t).c_str()); }
  CORBA::TypeCode_ptr mirror_type(CORBA::TypeCode_ptr v) override { return CORBA::TypeCode::_duplicate(v); }
  CORBA::Boolean same_type(CORBA::TypeCode_ptr a, CORBA::TypeCode_ptr b) override { return a->equivalent(b); }
  CORBA::Any* constant(const char* name) override {
    CORBA::Any_var a = new CORBA::Any;
    const std::string n(name);
    if (n == "YES") a.inout() <<= CORBA::Any::from_boolean(YES);
    else if (n == "INITIAL") a.inout() <<= CORBA::Any::from_char(INITIAL);
    else if (n == "TAB") a.inout() <<= CORBA::Any::from_char(TAB);
    else if (n == "MASK") a.inout() <<= CORBA::Any::from_octet(MASK);
    else if (n == "LOWEST") a.inout() <<= LOWEST;
    else if (n == "PORT") a.inout() <<= PORT;
    else if (n == "ANSWER") a.inout() <<= ANSWER;
    else if (n == "MEBI") a.inout() <<= MEBI;
    else if (n == "DEEP") a.inout() <<= DEEP;
    else if (n == "LARGEST") a.inout() <<= LARGEST;
    else if (n == "QUARTER") a.inout() <<= QUARTER;
    else if (n == "HALF") a.inout() <<= HALF;
    else if (n == "GREETING") a.inout() <<= GREETING;
    else if (n == "FAVOURITE") a.inout() <<= FAVOURITE;
    else if (n == "OMEGA") a.inout() <<= CORBA::Any::from_wchar(OMEGA);
    else if (n == "PLACE") a.inout() <<= PLACE;
    else if (n == "TAG_LIMIT") a.inout() <<= TAG_LIMIT;
    else throw Refused(404, name);
    return a._retn();
  }

private:
  CORBA::ORB_var orb_;
};

class Params_i : public virtual POA_Interop::Params {
public:
  CORBA::Long mix(CORBA::Long a, CORBA::Long& b, CORBA::Long& c) override {
    const CORBA::Long was = b;
    b = a - was;
    c = a * was;
    return a + was;
  }
  void swap(Entry& a, Entry& b) override { Entry t(a); a = b; b = t; }
  void split(const char* v, CORBA::String_out head, CORBA::String_out tail) override {
    const std::string s(v);
    head = CORBA::string_dup(s.substr(0, 1).c_str());
    tail = CORBA::string_dup(s.empty() ? "" : s.substr(1).c_str());
  }
  Color many(CORBA::Octet a, CORBA::Double& b, Longs_out c, Strings& d, CORBA::Any_OUT_arg e, ByColor& f, Matrix g,
             CORBA::Boolean h, Node& i) override {
    mirror::flip(b);
    Longs* l = new Longs;
    l->length(3);
    for (CORBA::ULong k = 0; k < 3; k++) (*l)[k] = a + k;
    c = l;
    mirror::flip(d);
    CORBA::Any* any = new CORBA::Any;
    if (h) *any <<= "many";
    else *any <<= CORBA::Long(-1);
    e = any;
    mirror::flip(f);
    for (int r = 0; r < 2; r++) for (int k = 0; k < 3; k++) g[r][k] = a * (3 * r + k);
    mirror::flip(i);
    return static_cast<Color>(a % 3);
  }
  CORBA::Object_ptr objects(CORBA::Object_ptr a, CORBA::Object_ptr& b, CORBA::Object_out c) override {
    CORBA::Object_ptr was = b;  // its reference is handed on as the result
    b = CORBA::Object::_duplicate(a);
    c = CORBA::Object::_nil();
    return was;
  }
  void keywords(CORBA::Long type, CORBA::Long func, CORBA::Long& range, CORBA::Long& module) override {
    range = type + func;
    module = -module;
  }
};

class Errors_i : public virtual POA_Interop::Errors {
public:
  void raise_empty() override { throw Empty(); }
  CORBA::Long raise_refused(CORBA::Long code, const char* why, CORBA::String_out never) override {
    if (code != 0) throw Refused(code, why);
    never = CORBA::string_dup("none");
    return 1;
  }
  void raise_detailed(const Entry& v) override {
    Detailed d;
    d.item = v;
    d.state.l(7);
    d.extra <<= CORBA::Long(8);
    throw d;
  }
  void undeclared() override { throw Refused(1, "undeclared"); }
  void crash() override { throw 42; }
  void no_resources() override { throw CORBA::NO_RESOURCES(5, CORBA::COMPLETED_MAYBE); }
  void system(const char* name, CORBA::ULong minor, CORBA::ULong completed) override {
    const auto status = static_cast<CORBA::CompletionStatus>(completed);
    const std::string n(name);
#define RAISE_IF_NAMED(ex) if (n == #ex) throw CORBA::ex(minor, status);
    OMNIORB_FOR_EACH_SYS_EXCEPTION(RAISE_IF_NAMED)
#undef RAISE_IF_NAMED
    throw CORBA::BAD_OPERATION(minor, status);
  }
};

class Calls_i : public virtual POA_Interop::Calls {
public:
  void ping() override {}
  // omniORB tells no servant that its caller has gone, so nothing is ever interrupted.
  CORBA::ULong pause(CORBA::ULong ms) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    return ms;
  }
  CORBA::ULong interrupted() override { return 0; }
  void post(const char* topic, CORBA::Long n) override {
    std::lock_guard<std::mutex> hold(mu_);
    sums_[topic] += n;
  }
  CORBA::Long posted(const char* topic) override {
    std::lock_guard<std::mutex> hold(mu_);
    auto i = sums_.find(topic);
    return i == sums_.end() ? 0 : i->second;
  }
  Octets* blob(CORBA::ULong size) override {
    if (size > (64u << 20)) throw CORBA::NO_MEMORY(0, CORBA::COMPLETED_NO);
    Octets* v = new Octets;
    v->length(size);
    for (CORBA::ULong i = 0; i < size; i++) (*v)[i] = static_cast<CORBA::Octet>(7 * i + i / 256);
    return v;
  }
  CORBA::ULong checksum(const Octets& v) override {
    CORBA::ULong s = 0;
    for (CORBA::ULong i = 0; i < v.length(); i++) s = 31 * s + v[i];
    return s;
  }
  Strings* lines(CORBA::ULong count) override {
    if (count > (1u << 20)) throw CORBA::NO_MEMORY(0, CORBA::COMPLETED_NO);
    Strings* v = new Strings;
    v->length(count);
    for (CORBA::ULong i = 0; i < count; i++) (*v)[i] = ("line " + std::to_string(i)).c_str();
    return v;
  }

private:
  std::mutex mu_;
  std::map<std::string, CORBA::Long> sums_;
};

class Cell_i : public virtual POA_Interop::Cell, public virtual PortableServer::RefCountServantBase {
public:
  explicit Cell_i(CORBA::Long initial) : value_(initial), label_("cell"), at_{0, 0} { state_.o(0); }

  CORBA::Long value() override { return guarded(value_); }
  void value(CORBA::Long v) override { set(value_, v); }
  char* label() override { return CORBA::string_dup(guarded(label_).c_str()); }
  void label(const char* v) override { set(label_, std::string(v)); }
  Point at() override { return guarded(at_); }
  void at(const Point& v) override { set(at_, v); }
  ByColor* state() override { return new ByColor(guarded(state_)); }
  void state(const ByColor& v) override { set(state_, v); }
  CORBA::ULong writes() override { return guarded(writes_); }
  Cell_ptr self() override { return _this(); }
  void destroy() override {
    PortableServer::POA_var poa = _default_POA();
    PortableServer::ObjectId_var id = poa->servant_to_id(this);
    poa->deactivate_object(id);
  }

private:
  template <class T> T guarded(const T& field) { std::lock_guard<std::mutex> hold(mu_); return field; }
  template <class T> void set(T& field, const T& v) { std::lock_guard<std::mutex> hold(mu_); field = v; writes_++; }

  std::mutex mu_;
  CORBA::Long value_;
  std::string label_;
  Point at_;
  ByColor state_;
  CORBA::ULong writes_ = 0;
};

}  // namespace servants

#endif
