package suite;

import static suite.Client.check;

import Grown.*;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Properties;
import java.util.Random;
import java.util.function.Supplier;
import org.omg.CORBA.Any;
import org.omg.CORBA.ORB;
import org.omg.CORBA.TypeCode;
import org.omg.CORBA_2_3.portable.InputStream;
import org.omg.CORBA.portable.ValueFactory;
import org.omg.PortableServer.POA;
import org.omg.PortableServer.POAHelper;

/**
 * Large values in chunks, and types that hold themselves (grown.idl).
 *
 * <pre>
 * Gardens serve
 * Gardens [-seed N] call URL
 * </pre>
 *
 * The server serves a Garden; the client passes to the Garden at URL what comes back.
 */
public final class Gardens {
  private static final int[] SIZES = {20, 300, 1000, 8000, 50000};

  private final ORB orb;
  private final Random rnd;

  private Gardens(ORB orb, Random rnd) {
    this.orb = orb;
    this.rnd = rnd;
  }

  private static final class Servant extends GardenPOA {
    public Seed pass(Seed s) { return s; }
    public Any pass_any(Any a) { return a; }
    public TypeCode pass_type(TypeCode t) { return t; }
    public TypeCode type_of(int which) { return type(which); }
    public void dig(Grown.Deep[] d) throws Dug { throw new Dug(d); }
  }

  private static TypeCode type(int which) {
    switch (which) {
      case 0: return DeepHelper.type();
      case 1: return DeepsHelper.type();
      case 2: return HolderHelper.type();
      default: return DugHelper.type();
    }
  }

  public static void main(String[] args) throws Exception {
    Properties p = Peer.properties("1.2", 0);
    ORB orb = ORB.init(new String[0], p);
    known(orb, "Seed", SeedImpl::new);
    known(orb, "Bulk", BulkImpl::new);
    known(orb, "Holder", HolderImpl::new);
    known(orb, "Sack", SackImpl::new);
    known(orb, "Rack", RackImpl::new);
    known(orb, "Pip", PipImpl::new);
    known(orb, "Pod", PodImpl::new);
    known(orb, "Husk", HuskImpl::new);
    POA poa = POAHelper.narrow(orb.resolve_initial_references("RootPOA"));
    poa.the_POAManager().activate();
    if (args[0].equals("serve")) {
      System.out.println(orb.object_to_string(ObjectServants.reference(poa, new Servant())));
      System.out.println("ready");
      while (System.in.read() >= 0) {}
      System.out.println("answered " + Counter.answered + "\noneways " + Counter.oneways + "\nmade " + Counter.made);
      System.out.flush();
      Runtime.getRuntime().halt(0);
    }
    Gardens client = new Gardens(orb, new Random(Long.parseLong(Client.option(args, "-seed", "1"))));
    boolean good = client.call(GardenHelper.narrow(orb.string_to_object(args[args.length - 1])));
    System.out.println("made " + Counter.made + "\nserved " + Counter.answered + "\noneways " + Counter.oneways);
    System.out.flush();
    Runtime.getRuntime().halt(good ? 0 : 1);
  }

  private static void known(ORB orb, String name, Supplier<Serializable> make) {
    ValueFactory factory = new ValueFactory() {
      @Override public Serializable read_value(InputStream in) { return in.read_value(make.get()); }
    };
    ((org.omg.CORBA_2_3.ORB) orb).register_value_factory("IDL:interop.opendsom.org/Grown/" + name + ":1.0", factory);
  }

  private boolean call(Garden there) {
    boolean good = true;
    for (int size : SIZES) {
      for (int i = 0; i < 5; i++) {
        Bulk sent = bulk(size);
        good &= Client.attempt("bulk_" + size + "_" + i, () -> compare(there.pass(sent), sent));
      }
    }
    for (int size : SIZES) {
      for (int i = 0; i < 5; i++) {
        Sack sent = sack(size);
        good &= Client.attempt("sack_" + size + "_" + i, () -> compare((Sack) there.pass(sent), sent));
      }
    }
    good &= end(there, "pod_1", pod(seed(5)));
    good &= end(there, "pod_2", pod(pod(seed(5))));
    good &= end(there, "pod_3", pod(pod(pod(seed(5)))));
    good &= end(there, "pod_null", pod(null));
    good &= end(there, "husk", husk(pip()));
    good &= end(there, "husk_null", husk(null));
    return Client.attempt("dug", () -> dig(there)) && good;
  }

  private static boolean end(Garden there, String name, Seed sent) {
    return Client.attempt(name, () -> Client.equal(text(there.pass(sent)), text(sent)));
  }

  private static Seed seed(int number) {
    Seed s = new SeedImpl();
    s.number = number;
    return s;
  }

  private static Seed pod(Seed last) {
    Pod p = new PodImpl();
    p.number = 1;
    p.last = last;
    return p;
  }

  private static Seed husk(Kernel last) {
    Husk h = new HuskImpl();
    h.number = 2;
    h.last = last;
    return h;
  }

  private static Pip pip() {
    Pip p = new PipImpl();
    p.number = 3;
    return p;
  }

  /** text says what a value is, and what is inside. */
  private static String text(Object v) {
    if (v instanceof Pip) return "Pip " + ((Pip) v).number;
    if (v instanceof Pod) return "Pod " + ((Pod) v).number + "(" + text(((Pod) v).last) + ")";
    if (v instanceof Husk) return "Husk " + ((Husk) v).number + "(" + text(((Husk) v).last) + ")";
    return v instanceof Seed ? "Seed " + ((Seed) v).number : String.valueOf(v);
  }

  private static void dig(Garden there) {
    Grown.Deep[] none = {};
    Grown.Deep[] deeps = {new Grown.Deep(1, none), new Grown.Deep(2, new Grown.Deep[] {new Grown.Deep(3, none)})};
    try {
      there.dig(deeps);
    } catch (Dug e) {
      check(e.held.length == 2 && e.held[1].kids.length == 1 && e.held[1].kids[0].n == 3, "other Deeps");
      return;
    }
    throw new Client.Failure("no exception");
  }

  /** bulk returns one whose every part has about size octets. */
  private Bulk bulk(int size) {
    Bulk b = new BulkImpl();
    b.number = rnd.nextInt();
    b.text = words(some(size));
    b.odd = 7;
    b.wide = "\u4e2d".repeat(some(size) / 2);
    b.octets = new byte[some(size)];
    rnd.nextBytes(b.octets);
    b.shorts = new short[some(size) / 2];
    for (int i = 0; i < b.shorts.length; i++) b.shorts[i] = (short) i;
    b.inner = pod(seed(5));
    b.longs = rnd.ints(some(size) / 4).toArray();
    b.doubles = rnd.doubles(some(size) / 8).toArray();
    b.flags = new boolean[some(size)];
    for (int i = 0; i < b.flags.length; i++) b.flags[i] = rnd.nextBoolean();
    b.texts = new String[some(size) / 16];
    for (int i = 0; i < b.texts.length; i++) b.texts[i] = words(rnd.nextInt(20));
    b.mixed = new Mixed[some(size) / 32];
    for (int i = 0; i < b.mixed.length; i++) b.mixed[i] = new Mixed((byte) i, rnd.nextDouble(), 'c', (short) i, words(rnd.nextInt(5)), (byte) 9);
    b.extra = orb.create_any();
    TextSeqHelper.insert(b.extra, b.texts);
    b.more = new Seed[] {b.inner, b};
    b.tail = -1;
    return b;
  }

  /** sack returns one with anys behind a text of about size octets. */
  private Sack sack(int size) {
    Sack s = new SackImpl();
    s.number = rnd.nextInt();
    s.text = words(some(size));
    s.items = new Any[24];
    for (int i = 0; i < s.items.length; i++) {
      Any a = orb.create_any();
      switch (rnd.nextInt(9)) {
        case 0: a.insert_octet((byte) i); break;
        case 1: a.insert_short((short) i); break;
        case 2: a.insert_long(rnd.nextInt()); break;
        case 3: a.insert_longlong(rnd.nextLong()); break;
        case 4: a.insert_double(rnd.nextDouble()); break;
        case 5: a.insert_string(words(rnd.nextInt(20))); break;
        case 6: DoubleSeqHelper.insert(a, rnd.doubles(3).toArray()); break;
        case 7: MixedHelper.insert(a, new Mixed((byte) i, rnd.nextDouble(), 'c', (short) i, words(rnd.nextInt(5)), (byte) 9)); break;
        default: a.insert_any(i > 0 ? s.items[i - 1] : orb.create_any());
      }
      s.items[i] = a;
    }
    s.flags = new boolean[some(size)];
    for (int i = 0; i < s.flags.length; i++) s.flags[i] = rnd.nextBoolean();
    s.tail = -1;
    return s;
  }

  private static void compare(Sack got, Sack want) {
    check(got.number == want.number && got.text.equals(want.text) && Arrays.equals(got.flags, want.flags) && got.tail == -1, "another text, or flags");
    check(got.items.length == want.items.length, "another number of anys");
    for (int i = 0; i < got.items.length; i++) check(got.items[i].equal(want.items[i]), "another any at " + i);
  }

  private int some(int most) { return most / 2 + rnd.nextInt(most / 2 + 1); }

  private String words(int n) {
    StringBuilder b = new StringBuilder();
    for (int i = 0; i < n; i++) b.append((char) ('a' + rnd.nextInt(26)));
    return b.toString();
  }

  private static void compare(Seed back, Bulk want) {
    check(back instanceof Bulk, "no Bulk came back");
    Bulk got = (Bulk) back;
    check(got.number == want.number && got.text.equals(want.text) && got.odd == want.odd && got.tail == -1, "another text");
    check(got.wide.equals(want.wide), "another wide text");
    check(Arrays.equals(got.octets, want.octets) && Arrays.equals(got.flags, want.flags), "other octets or flags");
    check(Arrays.equals(got.shorts, want.shorts) && Arrays.equals(got.longs, want.longs) && Arrays.equals(got.doubles, want.doubles), "other numbers");
    check(Arrays.equals(got.texts, want.texts) && Arrays.equals(TextSeqHelper.extract(got.extra), want.texts), "other texts");
    check(got.mixed.length == want.mixed.length, "another mixture");
    for (int i = 0; i < got.mixed.length; i++) {
      Mixed g = got.mixed[i];
      Mixed w = want.mixed[i];
      check(g.o == w.o && g.d == w.d && g.c == w.c && g.s == w.s && g.t.equals(w.t) && g.last == w.last, "another mixture");
    }
    check(got.more.length == 2 && got.more[0] == got.inner && got.more[1] == got && text(got.inner).equals(text(want.inner)), "other values inside");
  }
}
