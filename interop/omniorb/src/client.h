// What the cases of the client share: the objects of the server under test, checks, and requests made by hand (DII).
#ifndef CLIENT_H
#define CLIENT_H

#include <omniORB4/CORBA.h>
#include <omniORB4/dynAny.h>

#include <cmath>
#include <cstring>
#include <sstream>
#include <string>

#include "interop.hh"
#include "random.h"
#include "servants_objects.h"

// Failure ends a case: what came is not what was expected.
struct Failure { std::string what; };
// Unsupported ends a case: this server or client has no means for it.
struct Unsupported { std::string why; };
// Expected ends a case that failed in the way the specification asks for.
struct Expected { std::string exception; };

struct Context {
  CORBA::ORB_var orb;
  PortableServer::POA_var poa;
  Interop::Hub_var hub;
  std::string run;         // a name that no other run of a client has
  int idle = 0;            // milliseconds, for the case rebind
  Random rnd;              // of the values that are sent
  refs::Listener_i* own;   // a listener of this process
  refs::Ref::_ptr_type own_ref;

private:
  template <class V, class F> auto part(V& v, F get) {
    if (CORBA::is_nil(v)) v = (hub->*get)();
    if (CORBA::is_nil(v)) throw Failure{"the hub has no such part"};
    return v.in();
  }

public:
  // The parts of the server, asked for at first use.
  Interop::Basics_ptr basics() { return part(basics_, &Interop::_objref_Hub::basic_values); }
  Interop::Wide_ptr wide() { return part(wide_, &Interop::_objref_Hub::wide_values); }
  Interop::Built_ptr built() { return part(built_, &Interop::_objref_Hub::built_values); }
  Interop::Anys_ptr anys() { return part(anys_, &Interop::_objref_Hub::any_values); }
  Interop::Params_ptr params() { return part(params_, &Interop::_objref_Hub::parameters); }
  Interop::Errors_ptr errors() { return part(errors_, &Interop::_objref_Hub::mistakes); }
  Interop::Calls_ptr calls() { return part(calls_, &Interop::_objref_Hub::traffic); }
  Interop::Shapes::Bottom_ptr bottom() { return part(bottom_, &Interop::_objref_Hub::bottom_shape); }
  Interop::Shapes::Shelf_ptr shelf() { return part(shelf_, &Interop::_objref_Hub::shape_shelf); }
  Interop::Refs::Talker_ptr talker() { return part(talker_, &Interop::_objref_Hub::talker); }

private:
  Interop::Basics_var basics_;
  Interop::Wide_var wide_;
  Interop::Built_var built_;
  Interop::Anys_var anys_;
  Interop::Params_var params_;
  Interop::Errors_var errors_;
  Interop::Calls_var calls_;
  Interop::Shapes::Bottom_var bottom_;
  Interop::Shapes::Shelf_var shelf_;
  Interop::Refs::Talker_var talker_;
};

struct Case {
  const char* name;
  void (*run)(Context&);
  bool only_by_name;
};
// Each file of cases has a table, ended by a nameless case.
extern const Case value_cases[], built_cases[], any_cases[], call_cases[], object_cases[], type_cases[], graph_cases[], custom_cases[];

#define CHECK(condition) \
  do { if (!(condition)) throw Failure{std::string(__FILE__ ":") + std::to_string(__LINE__) + ": not " #condition}; } while (0)

template <class A, class B> void check_equal(const A& got, const B& want, const char* what) {
  if (got == want) return;
  std::ostringstream s;
  s << what << ": got " << got << ", want " << want;
  throw Failure{s.str()};
}
#define EQUAL(got, want) check_equal(got, want, #got)
inline std::string text(const char* s) { return s; }
inline std::string text(char* s) { CORBA::String_var owned(s); return s; }  // as a stub returns it
inline std::string text(const _CORBA_String_member& s) { return s.in(); }
inline std::string text(const _CORBA_String_element& s) { return s.in(); }
inline std::string text(const CORBA::String_var& s) { return s.in(); }

// same compares two values of a type by what they look like on the wire.
template <class T> bool same(const T& a, const T& b) {
  cdrMemoryStream x(1024, 1), y(1024, 1);
  a >>= x;
  b >>= y;
  return x.bufSize() == y.bufSize() && !memcmp(x.bufPtr(), y.bufPtr(), x.bufSize());
}

// same_any compares the type and value of anys. (On the wire equal ones may differ, in what fills their gaps.)
inline bool same_any(Context& c, const CORBA::Any& a, const CORBA::Any& b) {
  CORBA::Object_var o = c.orb->resolve_initial_references("DynAnyFactory");
  DynamicAny::DynAnyFactory_var factory = DynamicAny::DynAnyFactory::_narrow(o);
  DynamicAny::DynAny_var x = factory->create_dyn_any(a), y = factory->create_dyn_any(b);
  const bool equal = x->equal(y);
  x->destroy();
  y->destroy();
  return equal;
}

// expect_exception passes if f raises E; check looks at it.
template <class E, class F, class C> void expect_exception(F f, C check) {
  try {
    f();
  } catch (const E& e) {
    check(e);
    return;
  }
  throw Failure{"the exception expected did not come"};
}
template <class F> void expect_system(F f, const char* name, CORBA::ULong minor, CORBA::CompletionStatus status) {
  expect_exception<CORBA::SystemException>(f, [&](const CORBA::SystemException& e) {
    EQUAL(text(e._name()), name);
    EQUAL(e.minor(), minor);
    EQUAL(e.completed(), status);
  });
}

// send calls an operation without its stub, with one string or long as argument if there is one, and returns what
// exception came, by name, or "" and, if asked, its completion status.
std::string send(CORBA::Object_ptr o, const char* op, const CORBA::Any* arg = nullptr, CORBA::TypeCode_ptr result = nullptr,
                 CORBA::CompletionStatus* completed = nullptr);

#endif
