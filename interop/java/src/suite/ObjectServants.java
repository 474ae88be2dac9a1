package suite;

import Interop.*;
import Interop.Refs.*;
import Interop.Shapes.*;
import java.util.HashMap;
import java.util.Map;
import org.omg.CORBA.UserException;
import org.omg.PortableServer.POA;

/** Cells, shapes, listeners and the talker. */
final class ObjectServants {
  private ObjectServants() {}

  static final class CellServant extends CellPOA {
    private final POA poa;
    private int value;
    private String label = "cell";
    private Point at = new Point();
    private ByColor state = new ByColor();
    private int writes;

    CellServant(POA poa, int value) {
      this.poa = poa;
      this.value = value;
      state.o(Color.blue, (byte) 0);
    }

    public synchronized int value() { return value; }
    public synchronized void value(int v) { value = v; writes++; }
    public synchronized String label() { return label; }
    public synchronized void label(String v) { label = v; writes++; }
    public synchronized Point at() { return at; }
    public synchronized void at(Point v) { at = v; writes++; }
    public synchronized ByColor state() { return state; }
    public synchronized void state(ByColor v) { state = v; writes++; }
    public synchronized int writes() { return writes; }

    public Cell self() { return CellHelper.narrow(reference(poa, this)); }

    public void destroy() {
      try {
        poa.deactivate_object(poa.servant_to_id(this));
      } catch (UserException e) {
        throw new org.omg.CORBA.OBJECT_NOT_EXIST(e.toString());
      }
    }
  }

  /** reference returns the reference to a servant, which becomes an object if it is none yet. */
  static org.omg.CORBA.Object reference(POA poa, org.omg.PortableServer.Servant servant) {
    try {
      return poa.servant_to_reference(servant);
    } catch (UserException e) {
      throw new org.omg.CORBA.INTERNAL(e.toString());
    }
  }

  static final class BaseServant extends BasePOA {
    private int common;
    public String kind() { return "Base"; }
    public synchronized int common() { return common; }
    public synchronized void common(int v) { common = v; }
    public String where() { return "base"; }
  }

  static final class LeftServant extends LeftPOA {
    private int common;
    private String side = "left";
    public String kind() { return "Left"; }
    public synchronized int common() { return common; }
    public synchronized void common(int v) { common = v; }
    public String where() { return "base"; }
    public int leftward(int v) { return v + 1; }
    public synchronized String side() { return side; }
    public synchronized void side(String v) { side = v; }
  }

  static final class RightServant extends RightPOA {
    private int common;
    public String kind() { return "Right"; }
    public synchronized int common() { return common; }
    public synchronized void common(int v) { common = v; }
    public String where() { return "base"; }
    public int rightward(int v) { return v - 1; }
  }

  static final class BottomServant extends BottomPOA {
    private int common;
    private String side = "left";
    public String kind() { return "Bottom"; }
    public synchronized int common() { return common; }
    public synchronized void common(int v) { common = v; }
    public String where() { return "base"; }
    public int leftward(int v) { return v + 1; }
    public synchronized String side() { return side; }
    public synchronized void side(String v) { side = v; }
    public int rightward(int v) { return v - 1; }
    public String every() { return leftward(0) + " " + rightward(0) + " " + where(); }
  }

  static final class ShelfServant extends ShelfPOA {
    private final Base[] shapes;

    ShelfServant(Base... shapes) { this.shapes = shapes; }

    public Base pick(int which) throws Refused {
      if (which < 0 || which >= shapes.length) throw new Refused(which, "no such shape");
      return shapes[which];
    }

    public Base as_base(Bottom v) { return v; }
  }

  /** A listener of the client's. */
  static final class ListenerServant extends ListenerPOA {
    private final String name;
    private final Map<String, Integer> notes = new HashMap<>();
    Listener self;

    ListenerServant(String name) { this.name = name; }

    public String name() { return name; }
    public int told(int n) throws Refused { return ObjectServants.told(n); }
    public synchronized void noted(String what) { notes.merge(what, 1, Integer::sum); }
    synchronized int notes(String what) { return notes.getOrDefault(what, 0); }
    public int bounce(Listener peer, int depth) { return depth <= 0 ? 0 : 1 + peer.bounce(self, depth - 1); }
  }

  static int told(int n) throws Refused {
    if (n < 0) throw new Refused(n, "negative");
    return n + 1;
  }

  static final class TalkerServant extends TalkerPOA {
    private final Map<String, Listener> kept = new HashMap<>();
    Talker self;

    public String name() { return "talker"; }
    public int told(int n) throws Refused { return ObjectServants.told(n); }
    public void noted(String what) {}
    public int bounce(Listener peer, int depth) { return depth <= 0 ? 0 : 1 + peer.bounce(self, depth - 1); }
    public int tell(Listener who, int n) throws Refused { return 2 * who.told(n); }

    public int tell_all(Listener[] who, int n) throws Refused {
      int sum = 0;
      for (Listener l : who) if (l != null) sum += l.told(n);
      return sum;
    }

    public void note(Listener who, String what, int times) {
      for (int i = 0; i < times; i++) who.noted(what);
    }

    public synchronized void keep(String key, Listener who) { kept.put(key, who); }
    public synchronized Listener kept(String key) { return kept.get(key); }

    public int tell_kept(String key, int n) throws Refused {
      Listener who = kept(key);
      if (who == null) throw new Refused(404, key);
      return who.told(n);
    }

    public synchronized void forget(String key) { kept.remove(key); }
    public Listener mirror_listener(Listener v) { return v; }
    public org.omg.CORBA.Object mirror_object(org.omg.CORBA.Object v) { return v; }
    public Listener[] mirror_listeners(Listener[] v) { return Mirror.each(v, l -> l); }
    public boolean is_nil(org.omg.CORBA.Object v) { return v == null; }
    public boolean same(org.omg.CORBA.Object a, org.omg.CORBA.Object b) { return a != null && b != null && a._is_equivalent(b); }

    public String name_of(org.omg.CORBA.Object v) {
      return v != null && v._is_a(ListenerHelper.id()) ? ListenerHelper.narrow(v).name() : "";
    }
  }
}
