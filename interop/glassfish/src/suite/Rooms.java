package suite;

import com.sun.corba.ee.impl.encoding.CodeSetConversion;
import com.sun.corba.ee.impl.encoding.OSFCodeSetRegistry;
import java.lang.reflect.Method;
import org.omg.CORBA.LocalObject;
import org.omg.PortableInterceptor.ORBInitInfo;
import org.omg.PortableInterceptor.ORBInitInfoPackage.DuplicateName;
import org.omg.PortableInterceptor.ORBInitializer;
import org.omg.PortableInterceptor.ServerRequestInfo;
import org.omg.PortableInterceptor.ServerRequestInterceptor;

/**
 * Has each thread that answers convert a text before: what a thread converts with has no room for a letter when its first text was empty (limits/EmptyString.java),
 * and random texts may be.
 */
public final class Rooms extends LocalObject implements ORBInitializer {
  private static final ThreadLocal<Boolean> made = new ThreadLocal<>();

  public void pre_init(ORBInitInfo info) {}

  public void post_init(ORBInitInfo info) {
    try {
      info.add_server_request_interceptor(new First());
    } catch (DuplicateName e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class First extends LocalObject implements ServerRequestInterceptor {
    public String name() { return "rooms"; }
    public void destroy() {}
    public void receive_request_service_contexts(ServerRequestInfo r) { make(); }
    public void receive_request(ServerRequestInfo r) {}
    public void send_reply(ServerRequestInfo r) {}
    public void send_exception(ServerRequestInfo r) {}
    public void send_other(ServerRequestInfo r) {}
  }

  private static void make() {
    if (made.get() != null) return;
    made.set(true);
    try {
      Method converter = CodeSetConversion.class.getDeclaredMethod("getCTBConverter", OSFCodeSetRegistry.Entry.class, boolean.class, boolean.class);
      converter.setAccessible(true);
      for (OSFCodeSetRegistry.Entry set : new OSFCodeSetRegistry.Entry[] {OSFCodeSetRegistry.UTF_8, OSFCodeSetRegistry.ISO_8859_1}) {
        Object c = converter.invoke(CodeSetConversion.impl(), set, false, false);
        Method convert = c.getClass().getDeclaredMethod("convert", String.class);
        convert.setAccessible(true);
        convert.invoke(c, "a text");
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
