package suite;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.omg.CORBA.LocalObject;
import org.omg.PortableInterceptor.ClientRequestInfo;
import org.omg.PortableInterceptor.ClientRequestInterceptor;
import org.omg.PortableInterceptor.ForwardRequest;
import org.omg.PortableInterceptor.ORBInitInfo;
import org.omg.PortableInterceptor.ORBInitInfoPackage.DuplicateName;
import org.omg.PortableInterceptor.ORBInitializer;
import org.omg.PortableInterceptor.ServerRequestInfo;
import org.omg.PortableInterceptor.ServerRequestInterceptor;

/** Counts requests and replies, as an interceptor on either side, and forwards requests to the object that has moved. */
public final class Counter extends LocalObject implements ORBInitializer {
  static final AtomicInteger made = new AtomicInteger();
  static final AtomicInteger answered = new AtomicInteger();
  static final AtomicInteger oneways = new AtomicInteger();

  static final String MOVED = "moved"; // the id of that object
  static volatile org.omg.CORBA.Object moved; // where it is

  public void pre_init(ORBInitInfo info) {}

  public void post_init(ORBInitInfo info) {
    try {
      info.add_client_request_interceptor(new Sent());
      info.add_server_request_interceptor(new Received());
    } catch (DuplicateName e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Sent extends LocalObject implements ClientRequestInterceptor {
    public String name() { return "sent"; }
    public void destroy() {}
    public void send_request(ClientRequestInfo r) { made.incrementAndGet(); }
    public void send_poll(ClientRequestInfo r) {}
    public void receive_reply(ClientRequestInfo r) {}
    public void receive_exception(ClientRequestInfo r) {}
    public void receive_other(ClientRequestInfo r) {}
  }

  private static final class Received extends LocalObject implements ServerRequestInterceptor {
    public String name() { return "received"; }
    public void destroy() {}
    public void receive_request_service_contexts(ServerRequestInfo r) {}
    public void receive_request(ServerRequestInfo r) throws ForwardRequest {
      if (!r.response_expected()) oneways.incrementAndGet();
      if (moved != null && Arrays.equals(r.object_id(), MOVED.getBytes())) throw new ForwardRequest(moved);
    }
    public void send_reply(ServerRequestInfo r) { answer(r); }
    public void send_exception(ServerRequestInfo r) { answer(r); }
    public void send_other(ServerRequestInfo r) { answer(r); }
    private static void answer(ServerRequestInfo r) { if (r.response_expected()) answered.incrementAndGet(); }
  }
}
