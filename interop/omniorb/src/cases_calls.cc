// Cases of parameters, errors, and the ways of a call: Params, Errors, Calls.
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "client.h"
#include "mirror.h"
#include "samples.h"

using namespace Interop;

namespace {
using Clock = std::chrono::steady_clock;
long since(Clock::time_point t) { return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - t).count(); }

void params(Context& c) {
  const CORBA::Long x = c.rnd.factor(), y = c.rnd.factor();
  CORBA::Long b = y, out = 0;
  EQUAL(c.params()->mix(x, b, out), x + y);
  EQUAL(b, x - y);
  EQUAL(out, x * y);
}
void params_swap(Context& c) {
  Entry a = c.rnd.entry(), b = c.rnd.entry();
  const Entry a0(a), b0(b);
  c.params()->swap(a, b);
  CHECK(same(a, b0) && same(b, a0));
}
void params_split(Context& c) {
  CORBA::String_var head, tail;
  for (const std::string& v : {std::string("abc"), std::string(), c.rnd.text(50)}) {
    c.params()->split(v.c_str(), head, tail);
    EQUAL(text(head), v.substr(0, 1));
    EQUAL(text(tail), v.substr(v.empty() ? 0 : 1));
  }
}
void params_many(Context& c) {
  for (bool h : {true, false}) {
    const CORBA::Octet a = c.rnd.number<CORBA::Octet>();
    const CORBA::Double real = c.rnd.real();
    CORBA::Double b = real;
    Longs_var l;
    Strings d = c.rnd.strings<Strings>(c.rnd.up_to(5), 10), words(d);
    CORBA::Any_var e;
    ByColor f = c.rnd.by_color(), other(f);
    Matrix g;
    Node i = c.rnd.node(3), want(i);
    mirror::flip(want);
    mirror::flip(words);
    mirror::flip(other);
    EQUAL(c.params()->many(a, b, l.out(), d, e.out(), f, g, h, i), static_cast<Color>(a % 3));
    EQUAL(b, real / -2);
    CHECK(l->length() == 3 && l[0u] == a && l[2u] == a + 2);
    CHECK(same(d, words));
    const char* s;
    CORBA::Long n;
    if (h) CHECK((e.in() >>= s) && text(s) == "many");
    else CHECK((e.in() >>= n) && n == -1);
    CHECK(same(f, other));
    for (int k = 0; k < 6; k++) EQUAL((&g[0][0])[k], k * a);
    CHECK(same(i, want));
  }
}
void params_objects(Context& c) {
  CORBA::Object_var a = CORBA::Object::_duplicate(c.hub), b = CORBA::Object::_duplicate(c.calls()), out;
  const CORBA::Object_var was = b;
  CORBA::Object_var got = c.params()->objects(a, b.inout(), out.out());
  CHECK(got->_is_equivalent(was));
  CHECK(b->_is_equivalent(a));
  CHECK(CORBA::is_nil(out));
  b = CORBA::Object::_nil();
  got = c.params()->objects(CORBA::Object::_nil(), b.inout(), out.out());
  CHECK(CORBA::is_nil(got) && CORBA::is_nil(b));
}
void params_keywords(Context& c) {
  const CORBA::Long x = c.rnd.factor(), y = c.rnd.factor(), z = c.rnd.factor();
  CORBA::Long range, module = z;
  c.params()->keywords(x, y, range, module);
  EQUAL(range, x + y);
  EQUAL(module, -z);
}

void ex_empty(Context& c) { expect_exception<Empty>([&] { c.errors()->raise_empty(); }, [](const Empty&) {}); }
void ex_members(Context& c) {
  CORBA::String_var never;
  EQUAL(c.errors()->raise_refused(0, "nothing", never), 1);
  EQUAL(text(never), "none");
  const CORBA::Long code = -1 - CORBA::Long(c.rnd.up_to(1000));
  const std::string why = c.rnd.text(30);
  expect_exception<Refused>([&] { c.errors()->raise_refused(code, why.c_str(), never); }, [&](const Refused& e) {
    EQUAL(e.code, code);
    EQUAL(text(e.why), why);
  });
}
void ex_detailed(Context& c) {
  const Entry v = c.rnd.entry();
  expect_exception<Detailed>([&] { c.errors()->raise_detailed(v); }, [&](const Detailed& e) {
    CORBA::Long n;
    CHECK(same(e.item, v));
    CHECK(e.state._d() == red && e.state.l() == 7);
    CHECK((e.extra >>= n) && n == 8);
  });
}
template <class F> void unknown(F f) {
  expect_exception<CORBA::SystemException>(f, [](const CORBA::SystemException& e) { EQUAL(text(e._name()), "UNKNOWN"); });
}
void ex_undeclared(Context& c) { unknown([&] { c.errors()->undeclared(); }); }
void ex_crash(Context& c) {
  unknown([&] { c.errors()->crash(); });
  c.calls()->ping();
}
void ex_system(Context& c) { expect_system([&] { c.errors()->no_resources(); }, "NO_RESOURCES", 5, CORBA::COMPLETED_MAYBE); }
void ex_system_all(Context& c) {
  const char* const names[] = {
      "UNKNOWN", "BAD_PARAM", "NO_MEMORY", "IMP_LIMIT", "COMM_FAILURE", "INV_OBJREF", "NO_PERMISSION", "INTERNAL", "MARSHAL",
      "INITIALIZE", "NO_IMPLEMENT", "BAD_TYPECODE", "BAD_OPERATION", "NO_RESOURCES", "NO_RESPONSE", "PERSIST_STORE",
      "BAD_INV_ORDER", "TRANSIENT", "FREE_MEM", "INV_IDENT", "INV_FLAG", "INTF_REPOS", "BAD_CONTEXT", "OBJ_ADAPTER",
      "DATA_CONVERSION", "OBJECT_NOT_EXIST", "TRANSACTION_REQUIRED", "TRANSACTION_ROLLEDBACK", "INVALID_TRANSACTION",
      "INV_POLICY", "CODESET_INCOMPATIBLE", "REBIND", "TIMEOUT", "BAD_QOS"};
  CORBA::ULong i = 0;
  for (const char* name : names) {
    const auto status = static_cast<CORBA::CompletionStatus>(i % 3);
    expect_system([&] { c.errors()->system(name, 100 + i, i % 3); }, name, 100 + i, status);
    i++;
  }
}
void ex_unknown_op(Context& c) {
  CORBA::CompletionStatus status = CORBA::COMPLETED_MAYBE;
  EQUAL(send(c.calls(), "no_such_operation", nullptr, nullptr, &status), "BAD_OPERATION");
  EQUAL(status, CORBA::COMPLETED_NO);
}
// elsewhere returns a reference to the server of o, with another object key.
CORBA::Object_ptr elsewhere(Context& c, CORBA::Object_ptr o, const char* key) {
  cdrMemoryStream s;
  CORBA::Object::_marshalObjRef(o, s);
  IOP::IOR ior;
  ior.type_id = IOP::IOR::unmarshaltype_id(s);
  ior.profiles <<= s;
  IIOP::ProfileBody body;
  IIOP::unmarshalProfile(ior.profiles[0], body);
  std::ostringstream url;
  url << "corbaloc:iiop:1." << int(body.version.minor) << "@" << body.address.host << ":" << body.address.port << "/" << key;
  return c.orb->string_to_object(url.str().c_str());
}
void ex_unknown_key(Context& c) {
  CORBA::Object_var o = elsewhere(c, c.hub, "no%20such%20key");
  CORBA::CompletionStatus status = CORBA::COMPLETED_MAYBE;
  EQUAL(send(o, "ping", nullptr, nullptr, &status), "OBJECT_NOT_EXIST");
  EQUAL(status, CORBA::COMPLETED_NO);
}

void ping(Context& c) { c.calls()->ping(); }
void pause_(Context& c) {
  const auto t = Clock::now();
  EQUAL(c.calls()->pause(50), 50u);
  CHECK(since(t) >= 45);
}
// in_time runs f until it has ended within so many milliseconds once: ten times, because a busy machine may be late. What waits too
// long by mistake does so each time.
template <class F> void in_time(long ms, F f) {
  long took = 0;
  for (int i = 0; i < 10; i++) {
    const auto t = Clock::now();
    f();
    if ((took = since(t)) < ms) return;
  }
  throw Failure{"it took " + std::to_string(took) + " ms, and too long each time"};
}
void pause_parallel(Context& c) {
  Calls_ptr calls = c.calls();
  in_time(1700, [&] {
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
      threads.emplace_back([&] {
        try { if (calls->pause(500) == 500) good++; } catch (const CORBA::Exception&) {}
      });
    for (auto& th : threads) th.join();
    EQUAL(good, 4);
  });
}
void timeout(Context& c) {
  in_time(1800, [&] {
    omniORB::setClientThreadCallTimeout(100);
    try {
      c.calls()->pause(2000);
    } catch (const CORBA::TIMEOUT&) {
      omniORB::setClientThreadCallTimeout(0);
      return;
    } catch (...) {
      omniORB::setClientThreadCallTimeout(0);
      throw;
    }
    omniORB::setClientThreadCallTimeout(0);
    throw Failure{"the call was not ended"};
  });
  c.calls()->ping();
}
void threads(Context& c) {
  Basics_ptr b = c.basics();
  Calls_ptr calls = c.calls();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; i++)
    threads.emplace_back([&, i] {
      try {
        for (int k = 0; k < 50; k++) {
          if (k % 10 == 0) calls->ping();
          if (b->mirror_long(1000 * i + k) == ~(1000 * i + k)) good++;
        }
      } catch (const CORBA::Exception&) {
      }
    });
  for (auto& th : threads) th.join();
  EQUAL(good, 800);
}
// await_sum asks until the oneways have arrived; nothing says when they do.
void await_sum(Context& c, const char* topic, CORBA::Long want) {
  CORBA::Long got = 0;
  for (const auto t = Clock::now(); since(t) < 60000; std::this_thread::sleep_for(std::chrono::milliseconds(5)))
    if ((got = c.calls()->posted(topic)) == want) return;
  EQUAL(got, want);
}
void oneway(Context& c) {
  const std::string topic = c.run + " one";
  const CORBA::Long n = 1 + CORBA::Long(c.rnd.up_to(1000));
  EQUAL(c.calls()->posted(topic.c_str()), 0);
  c.calls()->post(topic.c_str(), n);
  await_sum(c, topic.c_str(), n);
}
void oneway_many(Context& c) {
  const std::string topic = c.run + " many";
  for (int i = 1; i <= 100; i++) c.calls()->post(topic.c_str(), i);
  await_sum(c, topic.c_str(), 5050);
}
void big_out(Context& c) {
  const CORBA::ULong n = MEBI + c.rnd.up_to(30000);
  Octets_var v = c.calls()->blob(n);
  CHECK(same(v.in(), sample::octets(n)));
}
void big_in(Context& c) {
  const Octets v = c.rnd.octets(MEBI + c.rnd.up_to(30000));
  CORBA::ULong want = 0;
  for (CORBA::ULong i = 0; i < v.length(); i++) want = 31 * want + v[i];
  EQUAL(c.calls()->checksum(v), want);
}
void big_strings(Context& c) {
  const CORBA::ULong n = 20000 + c.rnd.up_to(1000);
  Strings_var v = c.calls()->lines(n);
  EQUAL(v->length(), n);
  for (CORBA::ULong i = 0; i < n; i++) EQUAL(text(v[i]), "line " + std::to_string(i));
}
// Locator opens what the stub has but does not show: a LocateRequest on demand.
struct Locator : omniObjRef {
  static void locate(omniObjRef* o) { (o->*(&Locator::_locateRequest))(); }
};
void locate(Context& c) { Locator::locate(c.calls()->_PR_getobj()); }
void non_existent(Context& c) { CHECK(!c.calls()->_non_existent()); }
void is_a(Context& c) {
  // Asked by request, because the stub knows its own bases.
  CORBA::Object_var o = CORBA::Object::_duplicate(c.calls());
  for (const char* id : {Calls::_PD_repoId, "IDL:omg.org/CORBA/Object:1.0", Basics::_PD_repoId}) {
    CORBA::Request_var r = o->_request("_is_a");
    r->add_in_arg() <<= id;
    r->set_return_type(CORBA::_tc_boolean);
    r->invoke();
    CORBA::Boolean b;
    CHECK(!r->env()->exception());
    CHECK(r->return_value() >>= CORBA::Any::to_boolean(b));
    EQUAL(b, id != Basics::_PD_repoId);
  }
}
void checked(CORBA::Request_ptr r) {
  if (r->env()->exception()) throw Failure{std::string("got ") + r->env()->exception()->_name()};
}
void dii_params(Context& c) {
  const CORBA::Long x = c.rnd.factor(), y = c.rnd.factor();
  CORBA::Request_var r = c.params()->_request("mix");
  r->add_in_arg("a") <<= x;
  r->add_inout_arg("b") <<= y;
  r->add_out_arg("c") <<= CORBA::Long(0);
  r->set_return_type(CORBA::_tc_long);
  r->invoke();
  checked(r);
  CORBA::Long sum, b, out;
  CHECK((r->return_value() >>= sum) && (*r->arguments()->item(1)->value() >>= b) && (*r->arguments()->item(2)->value() >>= out));
  CHECK(sum == x + y && b == x - y && out == x * y);
}
void dii_struct(Context& c) {
  Entry v = c.rnd.entry();
  CORBA::Request_var r = c.built()->_request("mirror_entry");
  r->add_in_arg() <<= v;
  r->set_return_type(_tc_Entry);
  r->invoke();
  checked(r);
  const Entry* got;
  CHECK(r->return_value() >>= got);
  mirror::flip(v);
  CHECK(same(*got, v));
}
void dii_raises(Context& c) {
  CORBA::Request_var r = c.errors()->_request("raise_refused");
  const CORBA::Long code = 1 + CORBA::Long(c.rnd.up_to(1000));
  const std::string why = c.rnd.text(30);
  r->add_in_arg() <<= code;
  r->add_in_arg() <<= why.c_str();
  r->add_out_arg() <<= "";
  r->set_return_type(CORBA::_tc_long);
  r->exceptions()->add(_tc_Refused);
  r->invoke();
  const CORBA::UnknownUserException* e = CORBA::UnknownUserException::_downcast(r->env()->exception());
  CHECK(e);
  const Refused* refused;
  CHECK((const_cast<CORBA::UnknownUserException*>(e)->exception() >>= refused) && refused->code == code && text(refused->why) == why);
}
void dii_oneway(Context& c) {
  const std::string topic = c.run + " dynamic";
  CORBA::Request_var r = c.calls()->_request("post");
  r->add_in_arg() <<= topic.c_str();
  r->add_in_arg() <<= CORBA::Long(7);
  r->send_oneway();
  await_sum(c, topic.c_str(), 7);
}
void dii_deferred(Context& c) {
  CORBA::Request_var r = c.calls()->_request("pause");
  r->add_in_arg() <<= CORBA::ULong(500);
  r->set_return_type(CORBA::_tc_ulong);
  const Clock::time_point t = Clock::now();
  r->send_deferred();
  c.calls()->ping();
  const bool there = r->poll_response();
  CHECK(!there || since(t) >= 500);
  r->get_response();
  checked(r);
  CORBA::ULong ms;
  CHECK((r->return_value() >>= ms) && ms == 500);
}
void rebind(Context& c) {
  c.calls()->ping();
  std::this_thread::sleep_for(std::chrono::milliseconds(c.idle));
  c.calls()->ping();
}
}  // namespace

const Case call_cases[] = {
    {"params", params}, {"params_swap", params_swap}, {"params_split", params_split}, {"params_many", params_many},
    {"params_objects", params_objects}, {"params_keywords", params_keywords},
    {"ex_empty", ex_empty}, {"ex_members", ex_members}, {"ex_detailed", ex_detailed}, {"ex_undeclared", ex_undeclared},
    {"ex_crash", ex_crash}, {"ex_system", ex_system}, {"ex_system_all", ex_system_all}, {"ex_unknown_op", ex_unknown_op},
    {"ex_unknown_key", ex_unknown_key},
    {"ping", ping}, {"pause", pause_}, {"pause_parallel", pause_parallel}, {"timeout", timeout}, {"threads", threads},
    {"oneway", oneway}, {"oneway_many", oneway_many}, {"big_out", big_out}, {"big_in", big_in}, {"big_strings", big_strings},
    {"locate", locate}, {"non_existent", non_existent}, {"is_a", is_a},
    {"dii_params", dii_params}, {"dii_struct", dii_struct}, {"dii_raises", dii_raises}, {"dii_oneway", dii_oneway},
    {"dii_deferred", dii_deferred}, {"rebind", rebind, true},
    {nullptr}};
