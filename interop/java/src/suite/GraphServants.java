package suite;

import Graphs.*;
import org.omg.CORBA.Any;
import org.omg.CORBA.BooleanHolder;
import org.omg.CORBA.StringHolder;

/** The gardener of graphs.idl, but for pass_word, for which compilers make different signatures. */
final class GraphServants {
  private GraphServants() {}

  static final class ThingServant extends ThingPOA {
    private String name;

    ThingServant(String name) { this.name = name; }

    public synchronized String name() { return name; }
    public synchronized void rename(String name) { this.name = name; }
  }

  abstract static class GardenerServant extends GardenerPOA {
    public Leaf pass_leaf(Leaf a, LeafHolder b, BooleanHolder same) {
      same.value = a == b.value;
      return a;
    }

    public Leaf pass_branch(Leaf b) { return b; }

    public Branch pass_twig(Branch t, Leaf bud, LeafHolder again) {
      again.value = bud;
      return t;
    }

    public Branch grow_twig(LeafHolder bud) {
      bud.value = new LeafImpl(5, "bud");
      return new GrownTwig(bud.value);
    }

    public Ring turn(Ring r) { return r.next; }
    public Nothing pass_nothing(Nothing n) { return n; }

    public int[] pass_numbers(int[] n) { return n; }
    public Graphs.Crate pass_crate(Graphs.Crate c) { return c; }
    public Cargo pass_cargo(Cargo c) { return c; }
    public Graphs.Point pass_place(Graphs.Point p) { return p; }

    public Named pass_named(Named n, StringHolder name) {
      name.value = n == null ? "" : n.name();
      return n;
    }

    public Basket pass_basket(Basket b) { return b; }
    public Any pass_any(Any a) { return a; }
    public void cut(Leaf l) throws Felled { throw new Felled(l, "winter"); }
  }
}
