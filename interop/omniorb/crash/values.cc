// See values.idl.
#include <omniORB4/CORBA.h>

#include <cstring>
#include <iostream>
#include <string>

#include "values.hh"

class Taker_i : public POA_Limit::Taker {
  void take(Limit::Base*) {}
};

int main(int argc, char** argv) {
  const char* options[][2] = {{"endPoint", "giop:tcp:127.0.0.1:0"}, {nullptr, nullptr}};
  CORBA::ORB_var orb = CORBA::ORB_init(argc, argv, "omniORB4", options);
  orb->register_value_factory(Limit::Base::_PD_repoId, new Limit::Base_init);
  orb->register_value_factory(Limit::Pair::_PD_repoId, new Limit::Pair_init);
  if (!strcmp(argv[1], "serve")) {
    CORBA::Object_var o = orb->resolve_initial_references("RootPOA");
    PortableServer::POA_var root = PortableServer::POA::_narrow(o);
    PortableServer::POAManager_var manager = root->the_POAManager();
    manager->activate();
    Limit::Taker_var me = (new Taker_i)->_this();
    CORBA::String_var ior = orb->object_to_string(me);
    std::cout << ior.in() << std::endl;
    orb->run();
    return 0;
  }
  CORBA::Object_var o = orb->string_to_object(argv[2]);
  Limit::Taker_var there = Limit::Taker::_narrow(o);
  for (int length = 1; length <= 8; length++) {
    OBV_Limit::Base* inner = new OBV_Limit::Base;
    inner->n(3);
    OBV_Limit::Pair* pair = new OBV_Limit::Pair;
    const Limit::Two doubles = {1.5, 2.5};
    pair->n(9);
    pair->name(std::string(length, 'n').c_str());
    pair->inner(inner);
    pair->doubles(doubles);
    pair->tail(6);
    try {
      there->take(pair);
    } catch (const CORBA::SystemException& e) {
      std::cout << e._name() << " at " << length << std::endl;
    }
  }
  return 0;
}
