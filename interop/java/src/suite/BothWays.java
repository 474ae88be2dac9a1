package suite;

import static suite.Client.attempt;
import static suite.Client.equal;

import BiDir.PeerHelper;
import BiDir.PeerPOA;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.omg.CORBA.Any;
import org.omg.CORBA.ORB;
import org.omg.CORBA.Policy;
import org.omg.CORBA.PolicyError;
import org.omg.PortableServer.POA;
import org.omg.PortableServer.POAHelper;

/**
 * The suite of bidirectional GIOP (bidir.idl).
 *
 * <pre>
 * BothWays [-offer] [-accept] [-normal] [-port N] serve
 * BothWays [-offer] [-accept] [-normal] [-port N] [-seed N] call URL
 * </pre>
 *
 * The client has the Peer at URL call it back. With -normal the objects have the policy NORMAL. An ORB that takes no such
 * policy serves and calls all the same: what needs calls back fails then.
 */
public final class BothWays {
  private static final int POLICY = 37; // BiDirPolicy::BIDIRECTIONAL_POLICY_TYPE
  private static final short NORMAL = 0;
  private static final short BOTH = 1;
  private static final int POKES = 50;
  private static final int THREADS = 4;
  private static final int TURNS = 9;

  private final BiDir.Peer me;
  private boolean good = true;

  private BothWays(BiDir.Peer me) { this.me = me; }

  private static final class Servant extends PeerPOA {
    private BiDir.Peer me;
    private volatile BiDir.Peer kept;

    public String tell(String text) { return text; }
    public String tell_wide(String text) { return text; }
    public int meet(BiDir.Peer other, int turns) { return turns == 0 ? 1 : 1 + other.meet(me, turns - 1); }
    public void keep(BiDir.Peer other) { kept = other; }
    public String poke(String text) { return kept.tell(text); }
    public byte[] mirror(byte[] data) { return data; }
  }

  public static void main(String[] args) throws Exception {
    List<String> all = Arrays.asList(args);
    Properties p = Peer.properties("1.2", Integer.parseInt(Client.option(args, "-port", "0")));
    Peer.bothWays(p, all.contains("-offer") || all.contains("-accept"));
    ORB orb = ORB.init(new String[0], p);
    POA root = POAHelper.narrow(orb.resolve_initial_references("RootPOA"));
    root.the_POAManager().activate();
    POA poa = root.create_POA("both", root.the_POAManager(), policies(orb, all.contains("-normal") ? NORMAL : BOTH));
    Servant servant = new Servant();
    poa.activate_object(servant);
    servant.me = PeerHelper.narrow(ObjectServants.reference(poa, servant));
    if (all.contains("serve")) {
      System.out.println(orb.object_to_string(servant.me));
      System.out.println("ready");
      while (System.in.read() >= 0) {}
      System.out.println("answered " + Counter.answered + "\noneways " + Counter.oneways + "\nmade " + Counter.made);
      System.out.flush();
      Runtime.getRuntime().halt(0);
    }
    BothWays client = new BothWays(servant.me);
    client.call(PeerHelper.narrow(orb.string_to_object(args[args.length - 1])), new Random(Long.parseLong(Client.option(args, "-seed", "1"))));
    System.out.println("made " + Counter.made + "\nserved " + Counter.answered + "\noneways " + Counter.oneways);
    System.out.flush();
    Runtime.getRuntime().halt(client.good ? 0 : 1);
  }

  private static Policy[] policies(ORB orb, short value) {
    Any a = orb.create_any();
    a.insert_ushort(value);
    try {
      return new Policy[] {orb.create_policy(POLICY, a)};
    } catch (PolicyError e) {
      return new Policy[0];
    }
  }

  private void call(BiDir.Peer there, Random rnd) {
    String text = "hello " + rnd.nextLong();
    String wide = "gr\u00f6\u00dfer \u20ac" + (char) (0x3b1 + rnd.nextInt(24));
    byte[] data = new byte[300_000 + rnd.nextInt(30_000)];
    rnd.nextBytes(data);
    good &= attempt("bidir_tell", () -> equal(there.tell(text), text));
    good &= attempt("bidir_wide", () -> equal(there.tell_wide(wide), wide));
    good &= attempt("bidir_meet", () -> equal(there.meet(me, 1), 2));
    good &= attempt("bidir_deep", () -> equal(there.meet(me, TURNS), TURNS + 1));
    good &= attempt("bidir_keep", () -> there.keep(me));
    good &= attempt("bidir_poke", () -> poke(there, Integer.toString(rnd.nextInt())));
    good &= attempt("bidir_threads", () -> sideBySide(there));
    good &= attempt("bidir_mirror", () -> equal(there.mirror(data), data));
  }

  private static void poke(BiDir.Peer there, String text) {
    for (int i = 0; i < POKES; i++) equal(there.poke(text + i), text + i);
  }

  private static void sideBySide(BiDir.Peer there) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Callable<Void>> parts = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      String text = "thread " + i + ", ";
      parts.add(() -> {
        poke(there, text);
        return null;
      });
    }
    for (Future<Void> f : threads.invokeAll(parts)) f.get();
    threads.shutdown();
  }
}
