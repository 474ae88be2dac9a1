package suite;

import static suite.Client.check;
import static suite.Client.equal;
import static suite.ValueCases.each;

import Graphs.Gardener;
import Interop.*;
import TY.T;
import java.util.Properties;
import org.omg.CORBA.ORB;
import org.omg.PortableServer.Servant;

/** What is particular to the ORB of GlassFish 4.2. */
final class Peer {
  static final String NAME = "GlassFish ORB 4.2";
  private static final String OPTION = "com.sun.corba.ee.";

  private Peer() {}

  static Properties properties(String version, int port) {
    Properties p = new Properties();
    p.setProperty("org.omg.CORBA.ORBClass", "com.sun.corba.ee.impl.orb.ORBImpl");
    p.setProperty("org.omg.CORBA.ORBSingletonClass", "com.sun.corba.ee.impl.orb.ORBSingleton");
    p.setProperty("org.omg.PortableInterceptor.ORBInitializerClass.suite.Counter", "suite.Counter");
    p.setProperty("org.omg.PortableInterceptor.ORBInitializerClass.suite.Rooms", "suite.Rooms");
    p.setProperty(OPTION + "giop.ORBGIOPVersion", version);
    p.setProperty(OPTION + "ORBServerHost", "127.0.0.1");
    p.setProperty(OPTION + "ORBServerId", "1");
    p.setProperty(OPTION + "transport.ORBMaximumReadByteBufferSize", "67108864"); // or it closes at messages of 1 MiB
    p.setProperty(OPTION + "transport.ORBTCPConnectTimeouts", "100:500:10:200"); // it calls again when a peer raises TRANSIENT
    return p;
  }

  /** bothWays does nothing: the ORB has no bidirectional GIOP, and raises PolicyError when asked for its policy. */
  static void bothWays(Properties p, boolean wanted) {}

  static Servant built() { return new ValueServants.Constructed(); }

  static Servant types() { return new TypesServant() {}; }

  static Servant decimals(ORB orb) { return null; }

  static Servant gardener() {
    return new GraphServants.GardenerServant() {
      public String pass_word(String w, Graphs.StringHolder again) {
        again.value = w;
        return w;
      }
    };
  }

  /** none is a Maybe without a member. */
  static Maybe none() {
    Maybe m = new Maybe();
    m._default();
    return m;
  }

  /** timed returns the calls through another ORB, since a time-out is one of the ORB's here. */
  static Calls timed(Client c, int ms) {
    Properties p = properties(c.version, 0);
    p.setProperty(OPTION + "transport.ORBWaitForResponseTimeout", Integer.toString(ms));
    ORB orb = ORB.init(new String[0], p);
    return CallsHelper.narrow(orb.string_to_object(c.orb.object_to_string(c.calls)));
  }

  /** address returns host and port of an object. */
  static String[] address(ORB orb, org.omg.CORBA.Object o) {
    com.sun.corba.ee.spi.ior.IOR ior = ((com.sun.corba.ee.spi.orb.ORB) orb).getIOR(o, false);
    com.sun.corba.ee.spi.ior.iiop.IIOPProfileTemplate profile =
        (com.sun.corba.ee.spi.ior.iiop.IIOPProfileTemplate) ior.getProfile().getTaggedProfileTemplate();
    return new String[] {profile.getPrimaryAddress().getHost(), Integer.toString(profile.getPrimaryAddress().getPort())};
  }

  static void moreUnions(Client c, T t) { throw new Client.Unsupported("the IDL compiler makes no union with long long that compiles"); }

  static void boxes(Client c, Gardener g) {
    String word = c.rnd.text(20);
    Graphs.StringHolder again = new Graphs.StringHolder();
    String got = g.pass_word(word, again);
    check(got.equals(word) && again.value == got, "the same box came back as two");
    check(g.pass_word(null, again) == null && again.value == null, "null came back as a box");
    each(g::pass_numbers, v -> v, c.rnd.longs(c.rnd.upTo(30)));
    each(g::pass_place, v -> v, new Graphs.Point(c.rnd.number(), c.rnd.number()));
  }

  /** add adds the cases that not every Java ORB has. */
  static void add(Client c) {
    c.without("union_ushort", "the IDL compiler takes no label above 32767 for unsigned short");
    for (String name : new String[] {"fixed", "fixed_struct", "fixed_any", "types_fixed"}) c.without(name, "the IDL compiler knows no fixed");
    c.without("union_longlong", "the IDL compiler makes no union with long long that compiles");
  }
}
