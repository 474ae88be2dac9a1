// See rows.idl.
#include <omniORB4/CORBA.h>

#include <cstring>
#include <iostream>
#include <string>

#include "rows.hh"

class Passer_i : public POA_Limit::Passer {
  Limit::Base* pass(const char* before, Limit::Base* row, CORBA::String_out behind) {
    behind = before;
    CORBA::add_ref(row);
    return row;
  }
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
    Limit::Passer_var me = (new Passer_i)->_this();
    CORBA::String_var ior = orb->object_to_string(me);
    std::cout << ior.in() << std::endl;
    orb->run();
    return 0;
  }
  CORBA::Object_var o = orb->string_to_object(argv[2]);
  Limit::Passer_var there = Limit::Passer::_narrow(o);
  for (int before = 7700; before < 8200; before++) {
    Limit::Grains grains;
    grains.length(3);
    for (int i = 0; i < 3; i++) {
      grains[i].o = i;
      grains[i].d = 1.5 + i;
    }
    OBV_Limit::Row* row = new OBV_Limit::Row;
    CORBA::Any a;
    a <<= grains;
    row->grains(a);
    row->tail(7);
    try {
      CORBA::String_var behind;
      CORBA::ValueBase_var back = there->pass(std::string(before, 'b').c_str(), row, behind.out());
      Limit::Row* got = Limit::Row::_downcast(back);
      const Limit::Grains* in = 0;
      bool same = got && (got->grains() >>= in) && in->length() == 3 && got->tail() == 7;
      for (int i = 0; same && i < 3; i++) same = (*in)[i].o == i && (*in)[i].d == 1.5 + i;
      if (!same) std::cout << "other values at " << before << std::endl;
    } catch (const CORBA::SystemException& e) {
      std::cout << e._name() << " at " << before << std::endl;
    }
  }
  return 0;
}
