package suite;

import static suite.Client.check;
import static suite.Client.equal;
import static suite.ValueCases.each;

import Interop.*;
import Graphs.Gardener;
import Graphs.WordHolder;
import TY.T;
import TY.UL;
import java.math.BigDecimal;
import java.util.Properties;
import org.omg.CORBA.Any;
import org.omg.CORBA.ORB;
import org.omg.CORBA.Policy;
import org.omg.CORBA.SetOverrideType;
import org.omg.Messaging.RELATIVE_RT_TIMEOUT_POLICY_TYPE;
import org.omg.PortableServer.Servant;

/** What is particular to JacORB 3.9. */
final class Peer {
  static final String NAME = "JacORB 3.9";

  private Peer() {}

  static Properties properties(String version, int port) {
    Properties p = new Properties();
    p.setProperty("org.omg.CORBA.ORBClass", "org.jacorb.orb.ORB");
    p.setProperty("org.omg.CORBA.ORBSingletonClass", "org.jacorb.orb.ORBSingleton");
    p.setProperty("org.omg.PortableInterceptor.ORBInitializerClass.suite.Counter", "suite.Counter");
    p.setProperty("jacorb.giop_minor_version", version.substring(2));
    p.setProperty("jacorb.config.log.verbosity", "0");
    p.setProperty("jacorb.codeset", "on");
    // In GIOP 1.0 it would take the environment's. In others the server answers in it, whatever the client has chosen.
    if (version.equals("1.0")) p.setProperty("jacorb.native_char_codeset", "ISO8859_1");
    p.setProperty("jacorb.retries", "0");
    p.setProperty("jacorb.poa.queue_max", "10000");
    p.setProperty("OAIAddr", "127.0.0.1");
    if (port != 0) p.setProperty("OAPort", Integer.toString(port));
    return p;
  }

  /** bothWays has the ORB offer and take bidirectional GIOP, if that is wanted. */
  static void bothWays(Properties p, boolean wanted) {
    if (!wanted) return;
    p.setProperty("org.omg.PortableInterceptor.ORBInitializerClass.bidir_init", "org.jacorb.orb.giop.BiDirConnectionInitializer");
  }

  static Servant built() { return new ValueServants.Constructed(); }

  static Servant types() {
    return new TypesServant() {
      public BigDecimal e_mon(BigDecimal v) { return v; }
      public UL e_ul(UL v) { return v; }
    };
  }

  static Servant decimals(ORB orb) {
    return new DecimalsPOA() {
      public BigDecimal mirror_money(BigDecimal v) { return v.negate(); }
      public BigDecimal mirror_whole(BigDecimal v) { return v.negate(); }
      public BigDecimal mirror_tiny(BigDecimal v) { return v.negate(); }
      public Invoice mirror_invoice(Invoice v) { return new Invoice(v.net.negate(), Mirror.text(v.text), v.gross.negate()); }
      public Any rate() {
        Any a = orb.create_any();
        a.insert_fixed(new BigDecimal("1.25"), orb.create_fixed_tc((short) 3, (short) 2));
        return a;
      }
    };
  }

  static Servant gardener() {
    return new GraphServants.GardenerServant() {
      public String pass_word(String w, WordHolder again) {
        again.value = w;
        return w;
      }
    };
  }

  /** none is a Maybe without a member. */
  static Maybe none() {
    Maybe m = new Maybe();
    m.__default();
    return m;
  }

  static Calls timed(Client c, int ms) throws Exception {
    Any a = c.orb.create_any();
    a.insert_ulonglong(10_000L * ms);
    Policy p = c.orb.create_policy(RELATIVE_RT_TIMEOUT_POLICY_TYPE.value, a);
    return CallsHelper.narrow(c.calls._set_policy_override(new Policy[] {p}, SetOverrideType.ADD_OVERRIDE));
  }

  /** address returns host and port of an object. */
  static String[] address(ORB orb, org.omg.CORBA.Object o) {
    org.jacorb.orb.ParsedIOR ior = new org.jacorb.orb.ParsedIOR((org.jacorb.orb.ORB) orb, orb.object_to_string(o));
    org.jacorb.orb.iiop.IIOPProfile profile = (org.jacorb.orb.iiop.IIOPProfile) ior.getProfiles().get(0);
    org.jacorb.orb.iiop.IIOPAddress at = (org.jacorb.orb.iiop.IIOPAddress) profile.getAddress();
    return new String[] {at.getIP(), Integer.toString(at.getPort())};
  }

  static void moreUnions(Client c, T t) {
    UL sh = new UL();
    sh.sh(7, (short) c.rnd.number());
    UL data = new UL();
    data.data(c.rnd.octets(c.rnd.upTo(20)));
    each(t::e_ul, v -> v, sh, data);
  }

  static void boxes(Client c, Gardener g) {
    String word = c.rnd.text(20);
    WordHolder again = new WordHolder();
    String got = g.pass_word(word, again);
    check(got.equals(word) && again.value == got, "the same box came back as two");
    check(g.pass_word(null, again) == null && again.value == null, "null came back as a box");
    each(g::pass_numbers, v -> v, c.rnd.longs(c.rnd.upTo(30)));
    each(g::pass_place, v -> v, new Graphs.Point(c.rnd.number(), c.rnd.number()));
  }

  private static Decimals decimals(Client c) {
    org.omg.CORBA.Object o = c.hub.lookup("fixed");
    if (o == null) throw new Client.Unsupported("the server has no Decimals");
    return DecimalsHelper.narrow(o);
  }

  /** add adds the cases that not every Java ORB has. */
  static void add(Client c) {
    c.add("fixed", () -> {
      Decimals d = decimals(c);
      for (String v : new String[] {"1234567.89", "-0.01", "0.00"}) equal(d.mirror_money(new BigDecimal(v)), new BigDecimal(v).negate());
      equal(d.mirror_whole(new BigDecimal("99999")), new BigDecimal("-99999"));
      BigDecimal least = new BigDecimal("0.0000000000000000000000000000001");
      equal(d.mirror_tiny(least), least.negate());
    });
    c.add("fixed_struct", () -> {
      Invoice v = decimals(c).mirror_invoice(new Invoice(new BigDecimal("100.00"), "paid", new BigDecimal("119.00")));
      equal(v.net, new BigDecimal("-100.00"));
      equal(v.text, "diap");
      equal(v.gross, new BigDecimal("-119.00"));
    });
    c.add("fixed_any", () -> {
      Any a = decimals(c).rate();
      equal(Describe.type(a.type()), "fixed<3,2>");
      equal(a.extract_fixed(), new BigDecimal("1.25"));
    });
    c.add("types_fixed", () -> each(v -> TypeCases.types(c).e_mon(v), v -> v, new BigDecimal("1234567.89"), new BigDecimal("-0.01")));
    c.without("union_ushort", "the IDL compiler takes no label above 32767 for unsigned short");
    c.without("union_longlong", "the IDL compiler takes no label beyond 32 bits for long long");
  }
}
