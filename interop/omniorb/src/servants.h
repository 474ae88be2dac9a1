// The servants of interop.idl, fixed.idl and types.idl.
#ifndef SERVANTS_H
#define SERVANTS_H

#include "interop.hh"

// publish activates everything and returns the reference of the Hub. Its object key is "interop", so that
// corbaloc::HOST:PORT/interop names it too.
Interop::Hub_ptr publish(CORBA::ORB_ptr orb);

#endif
