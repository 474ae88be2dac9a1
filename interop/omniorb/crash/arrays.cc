// See arrays.idl.
#include <omniORB4/CORBA.h>

#include <cstring>
#include <iostream>
#include <string>

#include "arrays.hh"

class Taker_i : public POA_Limit::Taker {
  void take(const char*, Limit::Base*) {}
};

int main(int argc, char** argv) {
  const char* options[][2] = {{"endPoint", "giop:tcp:127.0.0.1:0"}, {nullptr, nullptr}};
  CORBA::ORB_var orb = CORBA::ORB_init(argc, argv, "omniORB4", options);
  orb->register_value_factory(Limit::Row::_PD_repoId, new Limit::Row_init);
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
  for (int before = 8000; before < 8200; before++) {
    OBV_Limit::Row* row = new OBV_Limit::Row;
    const Limit::Three longs = {1, 2, 3};
    const Limit::Two doubles = {1.5, 2.5};
    row->name(std::string(before % 8, 'n').c_str());
    row->longs(longs);
    row->doubles(doubles);
    try {
      there->take(std::string(before, 'b').c_str(), row);
    } catch (const CORBA::SystemException& e) {
      std::cout << e._name() << " at " << before << std::endl;
    }
  }
  return 0;
}
