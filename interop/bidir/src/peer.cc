// One side of the tests of bidirectional GIOP, on omniORB.
//   peer [-offer] [-accept] [-normal] [-port N] serve
//   peer [-offer] [-accept] [-normal] [-port N] call URL
// The server prints its Peer's IOR and "ready", and serves until standard input ends. The client has the Peer at URL call it
// back. What both print is said in interop.idl. With -normal their objects have the policy NORMAL.
#include <omniORB4/CORBA.h>

#include <cstring>
#include <iostream>
#include <string>

#include "bidir.hh"
#include "count.h"

namespace {
class Peer_i : public POA_BiDir::Peer {
 public:
  char* tell(const char* text) { return CORBA::string_dup(text); }
  CORBA::WChar* tell_wide(const CORBA::WChar* text) { return CORBA::wstring_dup(text); }
  CORBA::Long meet(BiDir::Peer_ptr other, CORBA::Long turns) {
    if (turns == 0) return 1;
    BiDir::Peer_var me = _this();
    return 1 + other->meet(me, turns - 1);
  }
  void keep(BiDir::Peer_ptr other) { kept_ = BiDir::Peer::_duplicate(other); }
  char* poke(const char* text) { return kept_->tell(text); }
  BiDir::Peer::Octets* mirror(const BiDir::Peer::Octets& data) { return new BiDir::Peer::Octets(data); }

 private:
  BiDir::Peer_var kept_;
};

bool good = true;

template <class F>
void attempt(const char* name, F f) {
  const long before = count::made;
  try {
    std::string what = f();
    if (what.empty()) {
      std::cout << "ok " << name << " calls=" << count::made - before << std::endl;
      return;
    }
    std::cout << "fail " << name << " " << what << std::endl;
  } catch (const CORBA::SystemException& e) {
    std::cout << "fail " << name << " " << e._name() << " minor " << std::hex << e.minor() << std::dec << std::endl;
  }
  good = false;
}

void call(BiDir::Peer_ptr there, BiDir::Peer_ptr me) {
  attempt("tell", [&] { CORBA::String_var s = there->tell("hello"); return std::string(s.in()) == "hello" ? "" : "another text"; });
  attempt("meet", [&] { return there->meet(me, 1) == 2 ? "" : "another number"; });
  attempt("deep", [&] { return there->meet(me, 9) == 10 ? "" : "another number"; });
  attempt("keep", [&] { there->keep(me); return ""; });
  attempt("poke", [&] {
    for (int i = 0; i < 300; i++) {
      const std::string text = "poked " + std::to_string(i);
      CORBA::String_var s = there->poke(text.c_str());
      if (text != s.in()) return "another text";
    }
    return "";
  });
  attempt("mirror", [&] {
    BiDir::Peer::Octets data;
    data.length(300000);
    for (CORBA::ULong i = 0; i < data.length(); i++) data[i] = i * 7;
    BiDir::Peer::Octets_var back = there->mirror(data);
    return back->length() == data.length() && !memcmp(back->get_buffer(), data.get_buffer(), data.length()) ? "" : "other octets";
  });
}
}  // namespace

int main(int argc, char** argv) {
  bool offer = false, accept = false, normal = false;
  std::string port = "0", what, url;
  for (int i = 1; i < argc; i++) {
    const std::string a = argv[i];
    if (a == "-offer") offer = true;
    else if (a == "-accept") accept = true;
    else if (a == "-normal") normal = true;
    else if (a == "-port" && i + 1 < argc) port = argv[++i];
    else if (a.compare(0, 4, "-ORB") == 0) i++;  // ORB_init reads it
    else if (what.empty()) what = a;
    else url = a;
  }
  const std::string endpoint = "giop:tcp:127.0.0.1:" + port;
  const char* options[][2] = {{"endPoint", endpoint.c_str()},
                              {"offerBiDirectionalGIOP", offer ? "1" : "0"},
                              {"acceptBiDirectionalGIOP", accept ? "1" : "0"},
                              {"clientTransportRule", offer ? "* unix,tcp,bidir" : "* unix,tcp"},
                              {"serverTransportRule", accept ? "* unix,tcp,bidir" : "* unix,tcp"},
                              {nullptr, nullptr}};
  try {
    CORBA::ORB_var orb = CORBA::ORB_init(argc, argv, "omniORB4", options);
    count::install();
    CORBA::Object_var o = orb->resolve_initial_references("RootPOA");
    PortableServer::POA_var root = PortableServer::POA::_narrow(o);
    CORBA::PolicyList policies;
    policies.length(2);
    policies[0] = root->create_implicit_activation_policy(PortableServer::IMPLICIT_ACTIVATION);
    CORBA::Any value;
    value <<= normal ? BiDirPolicy::NORMAL : BiDirPolicy::BOTH;
    policies[1] = orb->create_policy(BiDirPolicy::BIDIRECTIONAL_POLICY_TYPE, value);
    PortableServer::POAManager_var manager = root->the_POAManager();
    PortableServer::POA_var poa = root->create_POA("both", manager, policies);
    manager->activate();
    Peer_i* servant = new Peer_i;
    PortableServer::ObjectId_var id = poa->activate_object(servant);
    CORBA::Object_var self = poa->id_to_reference(id);
    BiDir::Peer_var me = BiDir::Peer::_narrow(self);
    if (what == "serve") {
      CORBA::String_var ior = orb->object_to_string(me);
      std::cout << ior.in() << std::endl << "ready" << std::endl;
      std::string line;
      while (std::getline(std::cin, line)) {}
    } else {
      CORBA::Object_var there = orb->string_to_object(url.c_str());
      BiDir::Peer_var p = BiDir::Peer::_narrow(there);
      call(p, me);
    }
    orb->shutdown(true);
    orb->destroy();
    if (what == "serve") std::cout << "answered " << count::answered << "\noneways 0\nmade " << count::made << std::endl;
    else std::cout << "made " << count::made << "\nserved " << count::answered << std::endl;
  } catch (const CORBA::Exception& e) {
    std::cerr << "peer: " << e._name() << std::endl;
    return 1;
  }
  return good ? 0 : 1;
}
