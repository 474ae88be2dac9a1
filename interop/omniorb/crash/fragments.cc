// See fragments.idl.
#include <omniORB4/CORBA.h>

#include <cstring>
#include <iostream>
#include <string>

#include "fragments.hh"

class Passer_i : public POA_Limit::Passer {
  CORBA::Any* pass(const char* before, const CORBA::Any& held, CORBA::String_out behind) {
    behind = before;
    return new CORBA::Any(held);
  }
};

int main(int argc, char** argv) {
  const char* options[][2] = {{"endPoint", "giop:tcp:127.0.0.1:0"}, {"maxGIOPVersion", "1.1"}, {nullptr, nullptr}};
  CORBA::ORB_var orb = CORBA::ORB_init(argc, argv, "omniORB4", options);
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
    Limit::Points points;
    points.length(7);
    Limit::Sizes sizes;
    sizes.length(7);
    for (int i = 0; i < 7; i++) {
      points[i].x = 1.5 + i;
      points[i].y = 0.1 * i;
      if (i % 2) sizes[i].d(1.5 + i);
      else sizes[i].o(i);
    }
    for (const char* what : {"points", "sizes"}) {
      CORBA::Any held;
      if (*what == 'p') held <<= points;
      else held <<= sizes;
      try {
        CORBA::String_var behind;
        CORBA::Any_var back = there->pass(std::string(before, 'b').c_str(), held, behind.out());
        const Limit::Points* p = 0;
        const Limit::Sizes* s = 0;
        bool same;
        if (*what == 'p') {
          same = (back.in() >>= p) && p->length() == 7;
          for (int i = 0; same && i < 7; i++) same = (*p)[i].x == points[i].x && (*p)[i].y == points[i].y;
        } else {
          same = (back.in() >>= s) && s->length() == 7;
          for (int i = 0; same && i < 7; i++) same = (*s)[i]._d() == sizes[i]._d() && (i % 2 ? (*s)[i].d() == sizes[i].d() : (*s)[i].o() == sizes[i].o());
        }
        if (!same) std::cout << "other " << what << " at " << before << std::endl;
      } catch (const CORBA::SystemException& e) {
        std::cout << e._name() << " for " << what << " at " << before << std::endl;
      }
    }
  }
  return 0;
}
