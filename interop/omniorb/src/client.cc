// The suite's client on omniORB.
//   client [-list] [-port N] [-idle MS] [-seed N] [-ORB…] URL [CASE…]
// URL is an IOR:, corbaloc: or corbaname: of a Hub. Without names all cases are run but those that must be asked for. What
// it prints is said in interop.idl. Callbacks are served on 127.0.0.1, port N. It exits with 1 if a case failed.
#include "client.h"

#include <sys/types.h>
#include <unistd.h>

#include <iostream>
#include <set>
#include <vector>

#include "count.h"

std::string send(CORBA::Object_ptr o, const char* op, const CORBA::Any* arg, CORBA::TypeCode_ptr result,
                 CORBA::CompletionStatus* completed) {
  CORBA::Request_var r = o->_request(op);
  if (arg) r->add_in_arg() = *arg;
  r->set_return_type(result ? result : CORBA::_tc_void);
  r->invoke();
  const CORBA::Exception* e = r->env()->exception();
  if (!e) return "";
  const CORBA::SystemException* s = CORBA::SystemException::_downcast(e);
  if (s && completed) *completed = s->completed();
  return e->_name();
}

namespace {
std::string text_of(const CORBA::SystemException& e) {
  static const char* const status[] = {"YES", "NO", "MAYBE"};
  std::ostringstream s;
  s << e._name() << " minor " << std::hex << e.minor() << " completed " << status[e.completed()];
  return s.str();
}

// is_wide_before_12 recognises what comes of wide characters over GIOP 1.0 or 1.1: INV_OBJREF from omniORB itself, which
// then sends nothing, or BAD_PARAM from the server where the reference names code sets and only this client is limited.
bool is_wide_before_12(const CORBA::SystemException& e) {
  const std::string name(e._name());
  return (name == "INV_OBJREF" && e.minor() == 0x4f4d0001) || (name == "BAD_PARAM" && e.minor() == 0x4f4d0017);
}

// run_case runs one case and says how it went; false if it failed.
bool run_case(const Case& c, Context& context) {
  const long before = count::made;
  try {
    c.run(context);
    std::cout << "ok " << c.name << " calls=" << count::made - before << std::endl;
    return true;
  } catch (const Failure& f) {
    std::cout << "fail " << c.name << " " << f.what << std::endl;
  } catch (const Unsupported& u) {
    std::cout << "unsupported " << c.name << " " << u.why << std::endl;
    return true;
  } catch (const Expected& e) {
    std::cout << "expected " << c.name << " " << e.exception << std::endl;
    return true;
  } catch (const CORBA::SystemException& e) {
    if (is_wide_before_12(e)) {
      if (std::string(e._name()) == "INV_OBJREF") count::made--;  // it was counted, but never left
      std::cout << "expected " << c.name << " " << e._name() << std::endl;
      return true;
    }
    std::cout << "fail " << c.name << " " << text_of(e) << std::endl;
  } catch (const CORBA::Exception& e) {
    std::cout << "fail " << c.name << " " << e._rep_id() << std::endl;
  }
  return false;
}

int run(Context& context, const std::vector<std::string>& names, bool list) {
  std::set<std::string> wanted(names.begin(), names.end());
  bool good = true;
  for (const Case* table : {value_cases, built_cases, any_cases, call_cases, object_cases, type_cases, graph_cases, custom_cases}) {
    for (const Case* c = table; c->name; c++) {
      if (list) std::cout << c->name << (c->only_by_name ? " only by name" : "") << std::endl;
      else if (names.empty() ? !c->only_by_name : wanted.erase(c->name) > 0) good = run_case(*c, context) && good;
    }
  }
  for (const std::string& name : wanted) {
    std::cout << "unsupported " << name << " no such case" << std::endl;
    good = false;
  }
  return good ? 0 : 1;
}
}  // namespace

int main(int argc, char** argv) {
  Context context;
  std::string url, own, port = "0";
  std::vector<std::string> names;
  bool list = false;
  for (int i = 1; i < argc; i++) {
    const std::string a = argv[i];
    if (a == "-list") list = true;
    else if (a == "-idle" && i + 1 < argc) context.idle = atoi(argv[++i]);
    else if (a == "-seed" && i + 1 < argc) context.rnd.seed(std::stoull(argv[++i]));
    else if (a == "-port" && i + 1 < argc) port = argv[++i];
    else if (a == "-endpoint" && i + 1 < argc) own = argv[++i];
    else if (a.compare(0, 4, "-ORB") == 0) i++;  // ORB_init reads it
    else if (url.empty()) url = a;
    else names.push_back(a);
  }
  if (list) return run(context, names, true);
  if (url.empty()) {
    std::cerr << "usage: client [-list] [-port N] [-idle MS] [-ORB...] URL [CASE...]" << std::endl;
    return 2;
  }
  const std::string endpoint = own.empty() ? "giop:tcp:127.0.0.1:" + port : own;
  const char* options[][2] = {{"endPoint", endpoint.c_str()}, {"giopMaxMsgSize", "16777216"},
                              {"supportPerThreadTimeOut", "1"}, {nullptr, nullptr}};
  int status = 1;
  try {
    context.orb = CORBA::ORB_init(argc, argv, "omniORB4", options);
    count::install();
    CORBA::Object_var o = context.orb->resolve_initial_references("RootPOA");
    context.poa = PortableServer::POA::_narrow(o);
    context.poa->the_POAManager()->activate();
    context.own = new refs::Listener_i("own");
    refs::Ref::_var_type own = context.own->_this();
    context.own_ref = own;
    context.run = "run " + std::to_string(getpid()) + " " + std::to_string(time(nullptr));
    o = context.orb->string_to_object(url.c_str());
    context.hub = Interop::Hub::_narrow(o);
    if (CORBA::is_nil(context.hub)) throw Failure{"not a Hub: " + url};
    status = run(context, names, false);
    context.orb->destroy();
  } catch (const Failure& f) {
    std::cerr << "client: " << f.what << std::endl;
  } catch (const CORBA::SystemException& e) {
    std::cerr << "client: " << text_of(e) << std::endl;
  } catch (const CORBA::Exception& e) {
    std::cerr << "client: " << e._name() << std::endl;
  }
  std::cout << "made " << count::made << "\nserved " << count::answered << "\noneways " << count::oneways << std::endl;
  _exit(status);  // static destructors of the Context would run after the ORB's own
}
