// A TypeCode as text, in the form that Anys::describe of interop.idl defines.
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include <omniORB4/CORBA.h>

#include <string>

std::string describe(CORBA::ORB_ptr orb, CORBA::TypeCode_ptr t);

#endif
