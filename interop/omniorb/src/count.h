// Counts the GIOP messages of this process, by omniORB's interceptors: what is counted is what went over the wire, the
// ORB's own requests (_is_a and such) included, calls within the process not.
#ifndef COUNT_H
#define COUNT_H

#include <omniORB4/CORBA.h>
#include <omniORB4/omniInterceptors.h>

#include <atomic>
#include <string>

namespace count {
inline std::atomic<long> made{0};      // requests sent
inline std::atomic<long> oneways{0};   // requests received that want no reply
inline std::atomic<long> answered{0};  // replies sent, exceptions among them, forwards not

inline CORBA::Boolean send_request(omni::omniInterceptors::clientSendRequest_T::info_T&) { made++; return 1; }
// A reply whose marshalling fails half-way becomes an exception; both interceptors are called then, in the thread that
// received the request, but one message goes out.
inline thread_local bool replied = false;

inline CORBA::Boolean receive_request(omni::omniInterceptors::serverReceiveRequest_T::info_T& i) {
  const std::string op(i.operation());  // the interceptor is not told whether a reply is wanted; these are all our oneways
  if (op == "post" || op == "noted") oneways++;
  replied = false;
  return 1;
}
inline void reply() {
  if (!replied) answered++;
  replied = true;
}
inline CORBA::Boolean send_reply(omni::omniInterceptors::serverSendReply_T::info_T&) { reply(); return 1; }
inline CORBA::Boolean send_exception(omni::omniInterceptors::serverSendException_T::info_T&) { reply(); return 1; }

inline void install() {
  omni::omniInterceptors* i = omniORB::getInterceptors();
  i->clientSendRequest.add(send_request);
  i->serverReceiveRequest.add(receive_request);
  i->serverSendReply.add(send_reply);
  i->serverSendException.add(send_exception);
}
}  // namespace count

#endif
