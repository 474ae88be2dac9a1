package suite;

import Interop.*;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.omg.CORBA.ORB;
import org.omg.CORBA.SystemException;
import org.omg.PortableServer.POA;
import org.omg.PortableServer.POAHelper;

/** The suite's client: Client [-list] [-port N] [-version V] [-seed N] URL [CASE ...]. */
public final class Client {
  interface Body {
    void run() throws Exception;
  }

  static final class Failure extends RuntimeException {
    Failure(String what) { super(what); }
  }

  static final class Unsupported extends RuntimeException {
    Unsupported(String why) { super(why); }
  }

  static final class Expected extends RuntimeException {
    Expected(String exception) { super(exception); }
  }

  private final Map<String, Body> cases = new LinkedHashMap<>();
  private static final int FRAMES = 12; // of a stack that are printed when a case fails
  static final long ARRIVAL = 60_000_000_000L; // nanoseconds that oneways may take
  private static final List<String> BY_NAME = Arrays.asList("seams", "seams_box", "seams_value", "seams_chunks", "rebind");
  private static final List<String> WIDE =
      Arrays.asList("wchar", "wstring", "widetag", "any_wide", "constants_wide", "types_wide");

  final String[] args;
  final String version;
  final String name;
  final Sample rnd;
  ORB orb;
  POA poa;
  Hub hub;
  Basics basics;
  Wide wide;
  Built built;
  Anys anys;
  Params params;
  Errors errors;
  Calls calls;
  Interop.Shapes.Bottom bottom;
  Interop.Shapes.Shelf shelf;
  Interop.Refs.Talker talker;
  Interop.Refs.Listener own;
  ObjectServants.ListenerServant ownServant;

  private Client(String[] args) {
    this.args = args;
    version = option(args, "-version", "1.2");
    long seed = Long.parseLong(option(args, "-seed", "1"));
    rnd = new Sample(seed);
    name = Peer.NAME + " run " + System.nanoTime();
    ValueCases.add(this);
    BuiltCases.add(this);
    AnyCases.add(this);
    CallCases.add(this);
    ObjectCases.add(this);
    TypeCases.add(this);
    GraphCases.add(this);
    CustomCases.add(this);
    DynamicCases.add(this);
    Peer.add(this);
  }

  static String option(String[] args, String name, String otherwise) {
    for (int i = 0; i + 1 < args.length; i++) if (args[i].equals(name)) return args[i + 1];
    return otherwise;
  }

  public static void main(String[] args) throws Exception {
    Client c = new Client(args);
    if (Arrays.asList(args).contains("-list")) {
      c.cases.keySet().forEach(System.out::println);
      return;
    }
    int i = 0;
    while (args[i].startsWith("-")) i += 2;
    c.start(args[i]);
    List<String> wanted = Arrays.asList(args).subList(i + 1, args.length);
    boolean good = true;
    for (Map.Entry<String, Body> e : c.cases.entrySet()) {
      if (wanted.isEmpty() ? !BY_NAME.contains(e.getKey()) : wanted.contains(e.getKey())) good &= c.outcome(e.getKey(), e.getValue());
    }
    System.out.println("made " + Counter.made);
    System.out.println("served " + Counter.answered);
    System.out.println("oneways " + Counter.oneways);
    System.out.flush();
    Runtime.getRuntime().halt(good ? 0 : 1);
  }

  private void start(String url) throws Exception {
    Properties p = Peer.properties(version, Integer.parseInt(option(args, "-port", "0")));
    orb = ORB.init(new String[0], p);
    poa = POAHelper.narrow(orb.resolve_initial_references("RootPOA"));
    poa.the_POAManager().activate();
    Graphs.Values.know(orb);
    hub = HubHelper.narrow(orb.string_to_object(url));
    basics = hub.basic_values();
    wide = hub.wide_values();
    built = hub.built_values();
    anys = hub.any_values();
    params = hub.parameters();
    errors = hub.mistakes();
    calls = hub.traffic();
    bottom = hub.bottom_shape();
    shelf = hub.shape_shelf();
    talker = hub.talker();
    ownServant = new ObjectServants.ListenerServant("own");
    own = Interop.Refs.ListenerHelper.narrow(ObjectServants.reference(poa, ownServant));
    ownServant.self = own;
  }

  /** attempt runs a case of another suite than this, prints its line, and says whether it went well. */
  static boolean attempt(String name, Body body) {
    int before = Counter.made.get();
    try {
      body.run();
      System.out.println("ok " + name + " calls=" + (Counter.made.get() - before));
      return true;
    } catch (Throwable e) {
      String what = e instanceof SystemException ? e.getClass().getSimpleName() + " " : "";
      System.out.println(("fail " + name + " " + what + e).replace('\n', ' '));
      return false;
    }
  }

  void add(String name, Body body) { cases.put(name, body); }

  /** without says that the peer has no means for a case. */
  void without(String name, String why) {
    add(name, () -> { throw new Unsupported(why); });
  }

  private boolean outcome(String name, Body body) {
    int before = Counter.made.get();
    String line;
    boolean good = true;
    try {
      body.run();
      line = "ok " + name + " calls=" + (Counter.made.get() - before);
    } catch (Unsupported e) {
      line = "unsupported " + name + " " + e.getMessage();
    } catch (Expected e) {
      line = "expected " + name + " " + e.getMessage();
    } catch (Throwable e) {
      if (e instanceof SystemException && version.equals("1.0") && WIDE.contains(name)) {
        line = "expected " + name + " " + e.getClass().getSimpleName();
      } else {
        good = false;
        line = "fail " + name + " " + told(e);
        System.err.println(name + ": " + e);
        Arrays.stream(e.getStackTrace()).limit(FRAMES).forEach(f -> System.err.println("  at " + f));
      }
    }
    System.out.println(line.replace('\n', ' ').replace('\r', ' '));
    return good;
  }

  private static String told(Throwable e) {
    String where = "";
    for (StackTraceElement s : e.getStackTrace()) {
      if (s.getClassName().endsWith("Cases") || s.getClassName().equals("suite.Peer")) {
        where = s.getFileName() + ":" + s.getLineNumber() + ": ";
        break;
      }
    }
    String what = e instanceof Failure ? e.getMessage() : e.toString();
    what = what.split("\n")[0];
    return where + (e.getCause() == null ? what : what + " because of " + e.getCause());
  }

  static void check(boolean holds, String what) {
    if (!holds) throw new Failure(what);
  }

  static void equal(Object got, Object want) {
    if (!Deep.equal(got, want)) throw new Failure("got " + Deep.text(got) + ", want " + Deep.text(want));
  }

  /** raised runs what must end in an exception of that type, and returns it. */
  static <E extends Throwable> E raised(Class<E> type, Body body) {
    try {
      body.run();
    } catch (Throwable e) {
      if (type.isInstance(e)) return type.cast(e);
      throw new Failure("got " + e + ", want " + type.getSimpleName());
    }
    throw new Failure("no exception, want " + type.getSimpleName());
  }

  /** invoke calls, and returns the exception that came of it: some ORBs throw it, some put it into the environment. */
  static Exception invoke(org.omg.CORBA.Request q) {
    try {
      q.invoke();
    } catch (SystemException e) {
      return e;
    }
    return q.env().exception();
  }

  static void system(SystemException e, int minor, int completed) {
    check(e.minor == minor && e.completed.value() == completed, "got " + e + ", minor " + e.minor + ", want " + minor + " and " + completed);
  }
}
