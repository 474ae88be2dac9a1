// omniORB's side of the axes: what go/axis is for this project's ORB.
//   omni-axes server PORT AXIS N SEED
//   omni-axes client PORT AXIS N CALLS SEED [-ORB...]
#include <algorithm>
#include <atomic>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../c/load.h"
#include "axes.hh"
#include "opscalls.hh"

namespace {
typedef std::mt19937_64 Random;

unsigned draw(Random& r, unsigned below) { return (unsigned)(r() % below); }

// A name of 8 to 31 octets, which i keeps apart from others.
std::string name(Random& r, long i) {
  std::string s = std::to_string(i) + "-";
  for (size_t n = 8 + draw(r, 24); s.size() < n;) s += (char)('a' + draw(r, 26));
  return s;
}

class Node_i : public POA_axes::Node {
 public:
  axes::Node_var self;
  void ping() override {}
  void sleep(CORBA::ULong us) override { usleep(us); }
  axes::Bytes* reply(CORBA::ULong n) override {
    axes::Bytes* b = new axes::Bytes;
    b->length(n);
    memset(b->get_buffer(), 0, n);
    return b;
  }
  CORBA::ULong nest(axes::Node_ptr other, CORBA::ULong levels) override {
    return levels == 0 ? 0 : other->nest(self, levels - 1) + 1;
  }
};

class Hub_i : public POA_axes::Hub {
 public:
  void ping() override {}
  void sleep(CORBA::ULong) override { throw CORBA::NO_IMPLEMENT(); }
  axes::Bytes* reply(CORBA::ULong) override { throw CORBA::NO_IMPLEMENT(); }
  CORBA::ULong nest(axes::Node_ptr, CORBA::ULong) override { throw CORBA::NO_IMPLEMENT(); }
  std::vector<axes::Node_var> all;
  axes::Nodes* find(CORBA::ULong first, CORBA::ULong count) override {
    CORBA::ULong n = first < all.size() ? (CORBA::ULong)std::min<size_t>(count, all.size() - first) : 0;
    axes::Nodes* r = new axes::Nodes;
    r->length(n);
    for (CORBA::ULong i = 0; i < n; i++) (*r)[i] = axes::Node::_duplicate(all[first + i]);
    return r;
  }
};

PortableServer::POA_var under(PortableServer::POA_ptr parent, const std::string& name, CORBA::ORB_ptr orb, bool both) {
  CORBA::PolicyList p;
  p.length(both ? 2 : 1);
  p[0] = parent->create_id_assignment_policy(PortableServer::USER_ID);
  if (both) {
    CORBA::Any v;
    v <<= BiDirPolicy::BOTH;
    p[1] = orb->create_policy(BiDirPolicy::BIDIRECTIONAL_POLICY_TYPE, v);
  }
  PortableServer::POAManager_var m = parent->the_POAManager();
  return parent->create_POA(name.c_str(), m, p);
}

axes::Node_ptr add(PortableServer::POA_ptr at, const std::string& id) {
  Node_i* n = new Node_i;
  PortableServer::ObjectId_var o = PortableServer::string_to_ObjectId(id.c_str());
  at->activate_object_with_id(o, n);
  CORBA::Object_var ref = at->id_to_reference(o);
  n->self = axes::Node::_narrow(ref);
  return axes::Node::_duplicate(n->self);
}

int serve(CORBA::ORB_ptr orb, const std::string& axis, long n, Random& random) {
  CORBA::Object_var o = orb->resolve_initial_references("RootPOA");
  PortableServer::POA_var root = PortableServer::POA::_narrow(o);
  o = orb->resolve_initial_references("omniINSPOA");  // keys as the client names them
  PortableServer::POA_var keys = PortableServer::POA::_narrow(o);
  PortableServer::POAManager_var m = root->the_POAManager();
  m->activate();
  m = keys->the_POAManager();
  m->activate();
  Hub_i* hub = new Hub_i;
  const uint64_t began = load_now();
  if (axis == "objects") {
    PortableServer::POA_var at = under(root, name(random, 0), orb, false);
    for (long i = 0; i < n; i++) hub->all.push_back(add(at, name(random, i)));
  } else if (axis == "flat") {
    for (long i = 0; i < n; i++) {
      PortableServer::POA_var at = under(root, name(random, i), orb, false);
      hub->all.push_back(add(at, name(random, i)));
    }
  } else if (axis == "deep") {
    PortableServer::POA_var at = PortableServer::POA::_duplicate(root);
    for (long i = 0; i < n; i++) at = under(at, name(random, i), orb, false);
    hub->all.push_back(add(at, name(random, 0)));
  } else if (axis == "first" || axis == "last" || axis == "drawn") {
    PortableServer::Servant s = n == 1      ? (PortableServer::Servant) new I1_i
                                : n == 10   ? (PortableServer::Servant) new I10_i
                                : n == 100  ? (PortableServer::Servant) new I100_i
                                            : (PortableServer::Servant) new I1000_i;
    PortableServer::ObjectId_var id = PortableServer::string_to_ObjectId("Ops");
    keys->activate_object_with_id(id, s);
  } else {
    PortableServer::POA_var at = under(root, name(random, 0), orb, axis == "one");
    hub->all.push_back(add(at, name(random, 0)));
  }
  const uint64_t took = load_now() - began;
  PortableServer::ObjectId_var id = PortableServer::string_to_ObjectId("Echo");
  keys->activate_object_with_id(id, hub);
  std::cout << "ready" << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) std::cout << "{\"made_ns\":" << took << "}" << std::endl;
  fflush(stdout);
  _exit(0);
}

// measured is load.Calls of go/load.
template <class F>
int measured(long calls, F once) {
  uint64_t t = load_now(), began = t;
  for (long i = 0; i < calls / 10 + 2 && load_now() - began < 300000000u; i++) once();
  std::vector<uint64_t> took;
  took.reserve(calls);
  load_gate();
  const uint64_t user = load_cpu(0), sys = load_cpu(1);
  for (t = began = load_now(); (long)took.size() < calls && t - began < 1000000000u;) {
    once();
    const uint64_t now = load_now();
    took.push_back(now - t);
    t = now;
  }
  std::cout << "{\"n\":" << took.size() << ",\"wall_ns\":" << t - began << ",\"user_ns\":" << load_cpu(0) - user
            << ",\"sys_ns\":" << load_cpu(1) - sys;
  std::sort(took.begin(), took.end());
  std::cout << ",\"p50_ns\":" << took[took.size() / 2] << ",\"p99_ns\":" << took[took.size() * 99 / 100] << "}" << std::endl;
  return 0;
}

template <class T, class Ref, size_t N>
int operations(CORBA::Object_ptr o, void (Ref::* const (&table)[N])(), const std::string& which, long calls, Random& random) {
  typename T::_var_type obj = T::_unchecked_narrow(o);
  return measured(calls, [&] {
    const size_t i = which == "first" ? 0 : which == "last" ? N - 1 : draw(random, N);
    (obj.in()->*table[i])();
  });
}

int call(CORBA::ORB_ptr orb, const std::string& at, const std::string& axis, long n, long calls, Random& random) {
  if (axis == "first" || axis == "last" || axis == "drawn") {
    CORBA::Object_var o = orb->string_to_object((at + "Ops").c_str());
    return n == 1     ? operations<ops::I1>(o, calls1, axis, calls, random)
           : n == 10  ? operations<ops::I10>(o, calls10, axis, calls, random)
           : n == 100 ? operations<ops::I100>(o, calls100, axis, calls, random)
                      : operations<ops::I1000>(o, calls1000, axis, calls, random);
  }
  axes::Node_var me;
  if (axis == "one" || axis == "two") {  // before anybody is called: the connection is to go both ways
    CORBA::Object_var r = orb->resolve_initial_references("RootPOA");
    PortableServer::POA_var root = PortableServer::POA::_narrow(r);
    PortableServer::POAManager_var m = root->the_POAManager();
    m->activate();
    PortableServer::POA_var poa = under(root, "callbacks", orb, axis == "one");
    me = add(poa, "me");
  }
  CORBA::Object_var o = orb->string_to_object((at + "Echo").c_str());
  axes::Hub_var hub = axes::Hub::_unchecked_narrow(o);
  std::vector<axes::Node_var> all;
  for (;;) {
    axes::Nodes_var some = hub->find((CORBA::ULong)all.size(), 1000);
    if (some->length() == 0) break;
    for (CORBA::ULong i = 0; i < some->length(); i++) all.push_back(axes::Node::_duplicate(some[i]));
  }
  if (all.empty()) return 5;
  axes::Node_var node = all[0];
  if (axis == "objects" || axis == "flat" || axis == "deep") {
    std::vector<std::thread> first;  // the first call through a reference costs more
    for (size_t k = 0; k < 16; k++)
      first.emplace_back([&, k] {
        for (size_t i = k; i < all.size(); i += 16) all[i]->ping();
      });
    for (auto& t : first) t.join();
    std::shuffle(all.begin(), all.end(), random);
    size_t i = 0;
    return measured(calls, [&] {
      all[i]->ping();
      if (++i == all.size()) i = 0;
    });
  }
  if (axis == "replies")
    return measured(calls, [&] {
      const CORBA::ULong k = (CORBA::ULong)(n - draw(random, (unsigned)(n / 16 + 1)));
      axes::Bytes_var b = node->reply(k);
      if (b->length() != k) abort();
    });
  if (axis == "one" || axis == "two")
    return measured(calls, [&] {
      if (node->nest(me, (CORBA::ULong)n) != (CORBA::ULong)n) abort();
    });
  if (axis == "slow") {
    std::atomic<bool> stop(false);
    std::vector<std::thread> others;
    for (long i = 0; i < n; i++) {
      const uint64_t seed = random();
      others.emplace_back([&, seed] {
        Random r(seed);
        while (!stop) node->sleep(10000 + draw(r, 20000));
      });
    }
    usleep(20000);
    const int rc = measured(calls, [&] { node->ping(); });
    stop = true;
    for (auto& t : others) t.join();
    return rc;
  }
  return measured(calls, [&] { node->ping(); });
}
}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  struct rlimit files;  // a connection is a file
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  const bool server = !strcmp(argv[1], "server");
  const std::string port = argv[2], axis = argv[3];
  const long n = atol(argv[4]), calls = atol(argv[5]);
  if (!server && argc < 7) return 2;
  Random random((uint64_t)atol(argv[server ? 5 : 6]) + (uint64_t)n);
  const bool one = axis == "one";
  const std::string ep = "giop:tcp:127.0.0.1:" + (server ? port : std::string("0"));
  const char* opts[][2] = {{"endPoint", ep.c_str()},
                           {"giopMaxMsgSize", "67108864"},
                           {"maxServerThreadPerConnection", "1000"},
                           {"offerBiDirectionalGIOP", one && !server ? "1" : "0"},
                           {"acceptBiDirectionalGIOP", one && server ? "1" : "0"},
                           {"clientTransportRule", one && !server ? "* tcp,bidir" : "* tcp"},
                           {"serverTransportRule", one && server ? "* tcp,bidir" : "* tcp"},
                           {0, 0}};
  try {
    CORBA::ORB_var orb = CORBA::ORB_init(argc, argv, "omniORB4", opts);
    if (server) return serve(orb, axis, n, random);
    const int rc = call(orb, "corbaloc:iiop:1.2@127.0.0.1:" + port + "/", axis, n, calls, random);
    fflush(stdout);
    _exit(rc);
  } catch (const CORBA::SystemException& e) {
    std::cerr << "omni-axes: " << e._name() << " minor " << std::hex << e.minor() << std::endl;
    _exit(1);
  }
}
