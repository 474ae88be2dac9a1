package suite;

import static suite.Client.check;
import static suite.Client.equal;
import static suite.Client.raised;

import Interop.*;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.omg.CORBA.AnyHolder;
import org.omg.CORBA.CompletionStatus;
import org.omg.CORBA.DoubleHolder;
import org.omg.CORBA.IntHolder;
import org.omg.CORBA.ObjectHolder;
import org.omg.CORBA.StringHolder;
import org.omg.CORBA.SystemException;

/** Cases of parameters, errors, and the ways of a call: Params, Errors, Calls. */
final class CallCases {
  private static final String[] EXCEPTIONS = ("UNKNOWN BAD_PARAM NO_MEMORY IMP_LIMIT COMM_FAILURE INV_OBJREF NO_PERMISSION INTERNAL MARSHAL "
      + "INITIALIZE NO_IMPLEMENT BAD_TYPECODE BAD_OPERATION NO_RESOURCES NO_RESPONSE PERSIST_STORE BAD_INV_ORDER TRANSIENT FREE_MEM INV_IDENT "
      + "INV_FLAG INTF_REPOS BAD_CONTEXT OBJ_ADAPTER DATA_CONVERSION OBJECT_NOT_EXIST TRANSACTION_REQUIRED TRANSACTION_ROLLEDBACK "
      + "INVALID_TRANSACTION INV_POLICY CODESET_INCOMPATIBLE REBIND TIMEOUT BAD_QOS").split(" ");

  private final Client c;

  private CallCases(Client c) { this.c = c; }

  static void add(Client c) { new CallCases(c).add(); }

  private void add() {
    parameters();
    mistakes();
    traffic();
  }

  private void parameters() {
    Sample r = c.rnd;
    c.add("params", () -> {
      int x = r.number();
      int y = r.number();
      IntHolder b = new IntHolder(y);
      IntHolder out = new IntHolder();
      equal(c.params.mix(x, b, out), x + y);
      equal(b.value, x - y);
      equal(out.value, x * y);
    });
    c.add("params_swap", () -> {
      Entry x = r.entry();
      Entry y = r.entry();
      EntryHolder a = new EntryHolder(x);
      EntryHolder b = new EntryHolder(y);
      c.params.swap(a, b);
      equal(a.value, y);
      equal(b.value, x);
    });
    c.add("params_split", () -> {
      for (String v : new String[] {"", "abc", r.text(50)}) {
        StringHolder head = new StringHolder();
        StringHolder tail = new StringHolder();
        c.params.split(v, head, tail);
        equal(head.value, v.substring(0, Math.min(1, v.length())));
        equal(tail.value, v.substring(Math.min(1, v.length())));
      }
    });
    c.add("params_many", () -> {
      many(true);
      many(false);
    });
    c.add("params_objects", () -> {
      ObjectHolder b = new ObjectHolder(c.calls);
      ObjectHolder out = new ObjectHolder(c.hub);
      check(c.params.objects(c.hub, b, out)._is_equivalent(c.calls), "the result is not b");
      check(b.value._is_equivalent(c.hub) && out.value == null, "b is not a, or c not nil");
      b.value = null;
      check(c.params.objects(null, b, out) == null && b.value == null && out.value == null, "nil came back as an object");
    });
    c.add("params_keywords", () -> {
      int x = r.upTo(1000);
      IntHolder range = new IntHolder();
      IntHolder module = new IntHolder(x);
      c.params.keywords(x, 2, range, module);
      equal(range.value, x + 2);
      equal(module.value, -x);
    });
  }

  private void many(boolean h) {
    Sample r = c.rnd;
    int a = r.upTo(255);
    double b = r.real();
    String[] d = r.strings(r.upTo(5), 10);
    ByColor f = r.byColor(r.color());
    Node i = r.node(3);
    DoubleHolder bb = new DoubleHolder(b);
    LongsHolder cc = new LongsHolder();
    StringsHolder dd = new StringsHolder(d);
    AnyHolder ee = new AnyHolder();
    ByColorHolder ff = new ByColorHolder(f);
    MatrixHolder gg = new MatrixHolder();
    NodeHolder ii = new NodeHolder(i);
    equal(c.params.many((byte) a, bb, cc, dd, ee, ff, gg, h, ii), Color.from_int(a % 3));
    equal(bb.value, b / -2);
    equal(cc.value, new int[] {a, a + 1, a + 2});
    equal(dd.value, Mirror.strings(d));
    if (h) equal(ee.value.extract_string(), "many"); else equal(ee.value.extract_long(), -1);
    equal(ff.value, Mirror.byColor(f));
    equal(gg.value, new int[][] {{0, a, 2 * a}, {3 * a, 4 * a, 5 * a}});
    equal(ii.value, Mirror.node(i));
  }

  private void mistakes() {
    Sample r = c.rnd;
    c.add("ex_empty", () -> raised(Empty.class, c.errors::raise_empty));
    c.add("ex_members", () -> {
      StringHolder never = new StringHolder();
      equal(c.errors.raise_refused(0, "nothing", never), 1);
      equal(never.value, "none");
      int code = -1 - r.upTo(1000);
      String why = r.text(30);
      Refused e = raised(Refused.class, () -> c.errors.raise_refused(code, why, never));
      equal(e.code, code);
      equal(e.why, why);
    });
    c.add("ex_detailed", () -> {
      Entry v = r.entry();
      Detailed e = raised(Detailed.class, () -> c.errors.raise_detailed(v));
      equal(e.item, v);
      equal(e.state.l(), 7);
      equal(e.extra.extract_long(), 8);
    });
    c.add("ex_undeclared", () -> raised(org.omg.CORBA.UNKNOWN.class, c.errors::undeclared));
    c.add("ex_crash", () -> {
      raised(org.omg.CORBA.UNKNOWN.class, c.errors::crash);
      c.calls.ping();
    });
    c.add("ex_system", () -> Client.system(raised(org.omg.CORBA.NO_RESOURCES.class, c.errors::no_resources), 5, 2));
    c.add("ex_system_all", () -> {
      for (int i = 0; i < EXCEPTIONS.length; i++) {
        String name = EXCEPTIONS[i];
        int minor = 100 + i;
        int completed = i % 3;
        SystemException e = raised(SystemException.class, () -> c.errors.system(name, minor, completed));
        equal(e.getClass().getSimpleName(), name);
        Client.system(e, minor, completed);
      }
    });
    c.add("ex_unknown_op", () -> {
      org.omg.CORBA.Request q = c.calls._request("no_such_operation");
      Exception e = Client.invoke(q);
      check(e instanceof org.omg.CORBA.BAD_OPERATION, "got " + e);
      equal(((SystemException) e).completed, CompletionStatus.COMPLETED_NO);
    });
    c.add("ex_unknown_key", () -> {
      String[] at = Peer.address(c.orb, c.calls);
      org.omg.CORBA.Object o = c.orb.string_to_object("corbaloc:iiop:" + c.version + "@" + at[0] + ":" + at[1] + "/no%20such%20key");
      SystemException e = raised(org.omg.CORBA.OBJECT_NOT_EXIST.class, () -> CallsHelper.unchecked_narrow(o).ping());
      equal(e.completed, CompletionStatus.COMPLETED_NO);
    });
  }

  private void traffic() {
    c.add("ping", () -> c.calls.ping());
    c.add("pause", () -> {
      long begin = System.nanoTime();
      equal(c.calls.pause(50), 50);
      check(System.nanoTime() - begin >= 45_000_000L, "it came too soon");
    });
    c.add("pause_parallel", () -> {
      inTime(1700, () -> sideBySide(4, i -> c.calls.pause(500) == 500));
    });
    c.add("timeout", () -> {
      Calls timed = Peer.timed(c, 100);
      inTime(1800, () -> raised(SystemException.class, () -> timed.pause(2000)));
      c.calls.ping();
    });
    c.add("threads", () -> sideBySide(16, i -> {
      for (int k = 0; k < 50; k++) {
        if (k % 10 == 0) c.calls.ping();
        if (c.basics.mirror_long(1000 * i + k) != ~(1000 * i + k)) return false;
      }
      return true;
    }));
    c.add("oneway", () -> {
      String topic = c.name + " one";
      equal(c.calls.posted(topic), 0);
      c.calls.post(topic, 5);
      awaitSum(topic, 5);
    });
    c.add("oneway_many", () -> {
      String topic = c.name + " many";
      for (int i = 1; i <= 100; i++) c.calls.post(topic, i);
      awaitSum(topic, 5050);
    });
    c.add("big_out", () -> {
      int n = (1 << 20) + c.rnd.upTo(30000);
      equal(c.calls.blob(n), CallServants.Traffic.octets(n));
    });
    c.add("big_in", () -> {
      byte[] v = c.rnd.octets((1 << 20) + c.rnd.upTo(30000));
      equal(c.calls.checksum(v), CallServants.Traffic.sum(v));
    });
    c.add("big_strings", () -> {
      int n = 20000 + c.rnd.upTo(1000);
      String[] lines = c.calls.lines(n);
      equal(lines.length, n);
      for (int i = 0; i < n; i++) equal(lines[i], "line " + i);
    });
    c.add("locate", () -> { throw new Client.Unsupported("the portable API sends no LocateRequest"); });
    c.add("non_existent", () -> check(!c.calls._non_existent(), "the object is said to be gone"));
    c.add("is_a", () -> {
      check(isA(c.calls, CallsHelper.id()) && isA(c.calls, "IDL:omg.org/CORBA/Object:1.0") && !isA(c.calls, BasicsHelper.id()), "_is_a is wrong");
    });
    c.add("rebind", () -> {
      c.calls.ping();
      Thread.sleep(Long.parseLong(Client.option(c.args, "-idle", "0")));
      c.calls.ping();
    });
  }

  /** isA asks the object itself, whatever the stub knows. */
  static boolean isA(org.omg.CORBA.Object o, String id) {
    org.omg.CORBA.Request q = o._request("_is_a");
    q.add_in_arg().insert_string(id);
    q.set_return_type(org.omg.CORBA.ORB.init().get_primitive_tc(org.omg.CORBA.TCKind.tk_boolean));
    Exception e = Client.invoke(q);
    if (e != null) throw new Client.Failure("_is_a: " + e);
    return q.return_value().extract_boolean();
  }

  private interface Part {
    boolean good(int i) throws Exception;
  }

  private static void sideBySide(int n, Part part) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(n);
    try {
      List<Callable<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        int k = i;
        all.add(() -> part.good(k));
      }
      for (Future<Boolean> f : pool.invokeAll(all)) check(f.get(), "one of them went wrong");
    } finally {
      pool.shutdown();
    }
  }

  private static final int TRIES = 10; // of what has a time, and may be late because the machine is busy

  /** inTime runs a case until it has ended within so many milliseconds once. What waits too long by mistake does so each time. */
  private static void inTime(long ms, Client.Body body) throws Exception {
    long took = 0;
    for (int i = 0; i < TRIES; i++) {
      long begin = System.nanoTime();
      body.run();
      took = (System.nanoTime() - begin) / 1_000_000;
      if (took < ms) return;
    }
    throw new Client.Failure("it took " + took + " ms, and too long " + TRIES + " times");
  }

  /** awaitSum asks until the oneways have arrived; nothing says when they do. */
  private void awaitSum(String topic, int want) throws InterruptedException {
    int got = 0;
    for (long end = System.nanoTime() + Client.ARRIVAL; System.nanoTime() < end; Thread.sleep(5)) {
      got = c.calls.posted(topic);
      if (got == want) return;
    }
    equal(got, want);
  }
}
