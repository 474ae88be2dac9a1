// See contexts.idl.
#include <omniORB4/CORBA.h>

#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include "contexts.hh"

static std::string hex(const char* text) {
  std::string out;
  for (; *text; text++) {
    char two[3];
    snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(*text));
    out += two;
  }
  return out;
}

class Desk_i : public POA_Limit::Desk {
  char* octets(const char* letter, CORBA::Context_ptr context) {
    CORBA::NVList_var found;
    context->get_values("", 0, "letter", found.out());
    const char* property;
    *found->item(0)->value() >>= property;
    return CORBA::string_dup((hex(letter) + " " + hex(property)).c_str());
  }
};

int main(int argc, char** argv) {
  const bool serves = !strcmp(argv[1], "serve");
  const char* options[][2] = {{"endPoint", "giop:tcp:127.0.0.1:0"}, {"nativeCharCodeSet", serves ? "UTF-8" : "ISO-8859-1"}, {nullptr, nullptr}};
  CORBA::ORB_var orb = CORBA::ORB_init(argc, argv, "omniORB4", options);
  if (serves) {
    CORBA::Object_var o = orb->resolve_initial_references("RootPOA");
    PortableServer::POA_var root = PortableServer::POA::_narrow(o);
    PortableServer::POAManager_var manager = root->the_POAManager();
    manager->activate();
    Limit::Desk_var me = (new Desk_i)->_this();
    CORBA::String_var ior = orb->object_to_string(me);
    std::cout << ior.in() << std::endl;
    orb->run();
    return 0;
  }
  CORBA::Object_var o = orb->string_to_object(argv[2]);
  Limit::Desk_var there = Limit::Desk::_narrow(o);
  CORBA::Context_ptr context;
  orb->get_default_context(context);
  CORBA::Any letter;
  letter <<= "\xe4";
  context->set_one_value("letter", letter);
  CORBA::String_var had = there->octets("\xe4", context);
  std::cout << had.in() << std::endl;
}
