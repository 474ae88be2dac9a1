// The suite's server on omniORB.
//   server [-port N | -endpoint E] [-naming URL -name a/b] [-ORB…]
// It listens on 127.0.0.1, prints the Hub's IOR and "ready", and serves until standard input ends or SIGTERM comes. With
// -naming it binds the Hub under the name in the naming service there, making the contexts on the way.
#include <omniORB4/Naming.hh>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <iostream>

#include "count.h"
#include "servants.h"

namespace {
int stop_pipe[2];
void on_term(int) { (void)!write(stop_pipe[1], "x", 1); }

void bind(CORBA::ORB_ptr orb, const std::string& naming, const std::string& path, CORBA::Object_ptr hub) {
  CORBA::Object_var o = orb->string_to_object(naming.c_str());
  CosNaming::NamingContextExt_var root = CosNaming::NamingContextExt::_narrow(o);
  if (CORBA::is_nil(root)) throw CORBA::INV_OBJREF(0, CORBA::COMPLETED_NO);
  CosNaming::Name_var name = root->to_name(path.c_str());
  for (CORBA::ULong n = 1; n < name->length(); n++) {
    CosNaming::Name part(name);
    part.length(n);
    try {
      CosNaming::NamingContext_var made = root->bind_new_context(part);
    } catch (CosNaming::NamingContext::AlreadyBound&) {
    }
  }
  root->rebind(name, hub);
}

void wait_for_end() {
  pollfd fds[2] = {{0, POLLIN, 0}, {stop_pipe[0], POLLIN, 0}};
  for (;;) {
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[1].revents) return;
    char c;
    if (fds[0].revents && read(0, &c, 1) <= 0) return;
  }
}
}  // namespace

int main(int argc, char** argv) {
  if (pipe(stop_pipe) != 0) return 1;
  signal(SIGTERM, on_term);
  std::string port = "0", own, naming, name;
  for (int i = 1; i + 1 < argc; i++) {
    if (!strcmp(argv[i], "-port")) port = argv[++i];
    else if (!strcmp(argv[i], "-endpoint")) own = argv[++i];
    else if (!strcmp(argv[i], "-naming")) naming = argv[++i];
    else if (!strcmp(argv[i], "-name")) name = argv[++i];
  }
  const std::string endpoint = own.empty() ? "giop:tcp:127.0.0.1:" + port : own;
  const char* options[][2] = {{"endPoint", endpoint.c_str()}, {"giopMaxMsgSize", "16777216"}, {nullptr, nullptr}};
  try {
    CORBA::ORB_var orb = CORBA::ORB_init(argc, argv, "omniORB4", options);
    count::install();
    Interop::Hub_var hub = publish(orb);
    if (!naming.empty()) bind(orb, naming, name, hub);
    CORBA::String_var ior = orb->object_to_string(hub);
    std::cout << ior.in() << std::endl << "ready" << std::endl;
    wait_for_end();
    orb->shutdown(true);
    orb->destroy();
  } catch (const CORBA::Exception& e) {
    std::cerr << "server: " << e._name() << std::endl;
    return 1;
  }
  std::cout << "answered " << count::answered << "\noneways " << count::oneways << "\nmade " << count::made << std::endl;
  return 0;
}
