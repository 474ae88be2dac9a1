// One side of the tests of bidirectional GIOP, on omniORB.
//   peer [-offer] [-accept] [-normal] [-back] [-port N] [-seed N] serve
//   peer [-offer] [-accept] [-normal] [-back] [-port N] [-seed N] call URL
// The server prints its Peer's IOR and "ready", and serves until standard input ends. The client has the Peer at URL call it
// back. What both print is said in interop.idl. With -normal their objects have the policy NORMAL; with -back no connection is made for
// a call that has one against its direction, or for any other.
#include <omniORB4/CORBA.h>

#include <cstring>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

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

// poked has there call back, often, and says what went wrong.
std::string poked(BiDir::Peer_ptr there, const std::string& text) {
  for (int i = 0; i < 50; i++) {
    const std::string want = text + std::to_string(i);
    CORBA::String_var got = there->poke(want.c_str());
    if (want != got.in()) return "another text";
  }
  return "";
}

// side_by_side is poked in four threads.
std::string side_by_side(BiDir::Peer_ptr there) {
  std::vector<std::string> wrong(4);
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < wrong.size(); i++)
    all.emplace_back([&, i] {
      try {
        wrong[i] = poked(there, "thread " + std::to_string(i) + ", ");
      } catch (const CORBA::SystemException& e) {
        wrong[i] = e._name();
      }
    });
  for (std::thread& t : all) t.join();
  for (const std::string& w : wrong)
    if (!w.empty()) return w;
  return "";
}

void call(BiDir::Peer_ptr there, BiDir::Peer_ptr me, unsigned long long seed) {
  std::mt19937_64 random(seed);
  attempt("bidir_tell", [&] {
    const std::string text = "hello " + std::to_string(random());
    CORBA::String_var s = there->tell(text.c_str());
    return text == s.in() ? "" : "another text";
  });
  attempt("bidir_wide", [&] {
    const CORBA::WChar text[] = {L'\u00fc', L'\u20ac', static_cast<CORBA::WChar>(0x3b1 + random() % 24), 0};
    CORBA::WString_var s = there->tell_wide(text);
    return std::wstring(text) == s.in() ? "" : "another text";
  });
  attempt("bidir_meet", [&] { return there->meet(me, 1) == 2 ? "" : "another number"; });
  attempt("bidir_deep", [&] { return there->meet(me, 9) == 10 ? "" : "another number"; });
  attempt("bidir_keep", [&] { there->keep(me); return ""; });
  attempt("bidir_poke", [&] { return poked(there, std::to_string(random())); });
  attempt("bidir_threads", [&] { return side_by_side(there); });
  attempt("bidir_mirror", [&] {
    BiDir::Peer::Octets data;
    data.length(300000 + random() % 30000);
    for (CORBA::ULong i = 0; i < data.length(); i++) data[i] = random();
    BiDir::Peer::Octets_var back = there->mirror(data);
    return back->length() == data.length() && !memcmp(back->get_buffer(), data.get_buffer(), data.length()) ? "" : "other octets";
  });
}
}  // namespace

int main(int argc, char** argv) {
  bool offer = false, accept = false, normal = false, back = false;
  std::string port = "0", seed = "1", what, url;
  for (int i = 1; i < argc; i++) {
    const std::string a = argv[i];
    if (a == "-offer") offer = true;
    else if (a == "-accept") accept = true;
    else if (a == "-normal") normal = true;
    else if (a == "-back") back = true;
    else if (a == "-seed" && i + 1 < argc) seed = argv[++i];
    else if (a == "-port" && i + 1 < argc) port = argv[++i];
    else if (a.compare(0, 4, "-ORB") == 0) i++;  // ORB_init reads it
    else if (what.empty()) what = a;
    else url = a;
  }
  const std::string endpoint = "giop:tcp:127.0.0.1:" + port;
  const char* options[][2] = {{"endPoint", endpoint.c_str()},
                              {"offerBiDirectionalGIOP", offer ? "1" : "0"},
                              {"acceptBiDirectionalGIOP", accept ? "1" : "0"},
                              {"clientTransportRule", back ? "* bidir" : offer || accept ? "* unix,tcp,bidir" : "* unix,tcp"},
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
      call(p, me, std::stoull(seed));
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
