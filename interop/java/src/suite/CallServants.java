package suite;

import Interop.*;
import java.util.HashMap;
import java.util.Map;
import org.omg.CORBA.Any;
import org.omg.CORBA.AnyHolder;
import org.omg.CORBA.CompletionStatus;
import org.omg.CORBA.DoubleHolder;
import org.omg.CORBA.IntHolder;
import org.omg.CORBA.ORB;
import org.omg.CORBA.ObjectHolder;
import org.omg.CORBA.StringHolder;
import org.omg.CORBA.SystemException;

/** Params, Errors and Calls. */
final class CallServants {
  private CallServants() {}

  static final class Parameters extends ParamsPOA {
    private final ORB orb;

    Parameters(ORB orb) { this.orb = orb; }

    public int mix(int a, IntHolder b, IntHolder c) {
      int sum = a + b.value;
      c.value = a * b.value;
      b.value = a - b.value;
      return sum;
    }

    public void swap(EntryHolder a, EntryHolder b) {
      Entry v = a.value;
      a.value = b.value;
      b.value = v;
    }

    public void split(String v, StringHolder head, StringHolder tail) {
      int n = Math.min(1, v.length());
      head.value = v.substring(0, n);
      tail.value = v.substring(n);
    }

    public Color many(byte a, DoubleHolder b, LongsHolder c, StringsHolder d, AnyHolder e, ByColorHolder f, MatrixHolder g, boolean h,
        NodeHolder i) {
      int n = a & 0xff;
      b.value /= -2;
      c.value = new int[] {n, n + 1, n + 2};
      d.value = Mirror.strings(d.value);
      Any any = orb.create_any();
      if (h) any.insert_string("many"); else any.insert_long(-1);
      e.value = any;
      f.value = Mirror.byColor(f.value);
      g.value = new int[][] {{0, n, 2 * n}, {3 * n, 4 * n, 5 * n}};
      i.value = Mirror.node(i.value);
      return Color.from_int(n % 3);
    }

    public org.omg.CORBA.Object objects(org.omg.CORBA.Object a, ObjectHolder b, ObjectHolder c) {
      org.omg.CORBA.Object result = b.value;
      b.value = a;
      c.value = null;
      return result;
    }

    public void keywords(int type, int func, IntHolder range, IntHolder _module) {
      range.value = type + func;
      _module.value = -_module.value;
    }
  }

  static final class Mistakes extends ErrorsPOA {
    private final ORB orb;

    Mistakes(ORB orb) { this.orb = orb; }

    public void raise_empty() throws Empty { throw new Empty(); }

    public int raise_refused(int code, String why, StringHolder never) throws Refused {
      if (code != 0) throw new Refused(code, why);
      never.value = "none";
      return 1;
    }

    public void raise_detailed(Entry v) throws Detailed {
      ByColor state = new ByColor();
      state.l(7);
      Any extra = orb.create_any();
      extra.insert_long(8);
      throw new Detailed(v, state, extra);
    }

    public void undeclared() { throw Mistakes.<RuntimeException>hidden(new Refused(1, "undeclared")); }

    /** hidden lets an exception pass that the compiler would have declared. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T hidden(Throwable e) throws T { throw (T) e; }

    public void crash() { throw new IllegalStateException("as the case ex_crash wants it"); }

    public void no_resources() { throw new org.omg.CORBA.NO_RESOURCES(5, CompletionStatus.COMPLETED_MAYBE); }

    public void system(String name, int minor, int completed) {
      try {
        throw (SystemException) Class.forName("org.omg.CORBA." + name).getConstructor(int.class, CompletionStatus.class)
            .newInstance(minor, CompletionStatus.from_int(completed));
      } catch (ReflectiveOperationException e) {
        throw new org.omg.CORBA.BAD_OPERATION(minor, CompletionStatus.from_int(completed));
      }
    }
  }

  static final class Traffic extends CallsPOA {
    private final Map<String, Integer> sums = new HashMap<>();

    public void ping() {}

    public int pause(int ms) {
      try {
        Thread.sleep(ms);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return ms;
    }

    public int interrupted() { return 0; }

    public synchronized void post(String topic, int n) { sums.merge(topic, n, Integer::sum); }

    public synchronized int posted(String topic) { return sums.getOrDefault(topic, 0); }

    public byte[] blob(int size) { return Traffic.octets(size); }

    public int checksum(byte[] v) { return sum(v); }

    public String[] lines(int count) {
      String[] v = new String[count];
      for (int i = 0; i < count; i++) v[i] = "line " + i;
      return v;
    }

    static byte[] octets(int size) {
      byte[] v = new byte[size];
      for (int i = 0; i < size; i++) v[i] = (byte) (7 * i + i / 256);
      return v;
    }

    static int sum(byte[] v) {
      int sum = 0;
      for (byte o : v) sum = 31 * sum + (o & 0xff);
      return sum;
    }
  }
}
