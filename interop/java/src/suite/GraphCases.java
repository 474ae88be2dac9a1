package suite;

import static suite.Client.check;
import static suite.Client.equal;

import Graphs.*;
import java.util.Arrays;
import org.omg.CORBA.Any;
import org.omg.CORBA.BooleanHolder;
import org.omg.CORBA.StringHolder;

/** Cases of graphs.idl: valuetypes. */
final class GraphCases {
  private final Client c;

  private GraphCases(Client c) { this.c = c; }

  static void add(Client c) { new GraphCases(c).add(); }

  static Gardener gardener(Client c) {
    org.omg.CORBA.Object o = c.hub.lookup("graphs");
    if (o == null) throw new Client.Unsupported("the server has no Graphs::Gardener");
    return GardenerHelper.narrow(o);
  }

  private Leaf leaf() { return new LeafImpl(c.rnd.number(), c.rnd.text(20)); }

  private Branch branch(Leaf left, Leaf right) {
    BranchImpl b = new BranchImpl();
    b.number = c.rnd.number();
    b.kind = c.rnd.octet();
    b.left = left;
    b.right = right;
    b.weight = c.rnd.real();
    b.notes = c.rnd.strings(c.rnd.upTo(3), 10);
    return b;
  }

  private static void same(Leaf got, Leaf want) {
    check(got != null && got.number == want.number && LeafImpl.textOf(got).equals(LeafImpl.textOf(want)), "another leaf came back");
  }

  private void add() {
    c.add("leaf", () -> {
      Leaf a = leaf();
      BooleanHolder same = new BooleanHolder();
      LeafHolder b = new LeafHolder(a);
      Leaf got = gardener(c).pass_leaf(a, b, same);
      same(got, a);
      check(same.value && got == b.value, "the same leaf came back as two");
      b.value = new LeafImpl(a.number, LeafImpl.textOf(a));
      got = gardener(c).pass_leaf(a, b, same);
      same(got, a);
      same(b.value, a);
      check(!same.value && got != b.value, "two leaves came back as one");
    });
    c.add("leaf_null", () -> {
      BooleanHolder same = new BooleanHolder();
      LeafHolder b = new LeafHolder(null);
      check(gardener(c).pass_leaf(null, b, same) == null && b.value == null && same.value, "null came back as a leaf");
      check(gardener(c).pass_branch(null) == null, "null became a branch");
    });
    c.add("branch", () -> {
      Leaf side = leaf();
      Branch b = branch(side, side);
      Branch got = (Branch) gardener(c).pass_branch(b);
      check(got.left == got.right, "one side came back as two");
      same(got.left, side);
      check(got.number == b.number && got.kind == b.kind && got.weight == b.weight && Arrays.equals(got.notes, b.notes), "another branch came back");
    });
    c.add("deep", () -> {
      Leaf l = leaf();
      Leaf end = l;
      for (int i = 0; i < 40; i++) l = branch(l, null);
      l = gardener(c).pass_branch(l);
      for (int i = 0; i < 40; i++) {
        check(((Branch) l).right == null, "a right side grew");
        l = ((Branch) l).left;
      }
      same(l, end);
    });
    c.add("truncated", () -> {
      Leaf bud = new LeafImpl(5, "bud");
      LeafHolder again = new LeafHolder();
      twig(gardener(c).pass_twig(new GrownTwig(bud), bud, again), again.value);
    });
    c.add("truncated_here", () -> {
      LeafHolder bud = new LeafHolder();
      twig(gardener(c).grow_twig(bud), bud.value);
    });
    c.add("ring", this::ring);
    c.add("nothing", () -> check(gardener(c).pass_nothing(new NothingImpl()) != null, "nothing became null"));
    c.add("boxes", () -> Peer.boxes(c, gardener(c)));
    c.add("named_value", () -> {
      StringHolder name = new StringHolder();
      Named n = gardener(c).pass_named(new PersonImpl("Ada"), name);
      check(n instanceof Person && name.value.equals("Ada") && n.name().equals("Ada"), "got " + n + ", " + name.value);
    });
    c.add("named_object", () -> {
      StringHolder name = new StringHolder();
      Thing thing = ThingHelper.narrow(ObjectServants.reference(c.poa, new GraphServants.ThingServant("thing")));
      Named n = gardener(c).pass_named(thing, name);
      equal(name.value, "thing");
      check(n instanceof org.omg.CORBA.Object, "an object came back as a value");
      ThingHelper.narrow((org.omg.CORBA.Object) n).rename("other");
      equal(n.name(), "other");
    });
    c.add("named_none", () -> {
      StringHolder name = new StringHolder();
      check(gardener(c).pass_named(null, name) == null && name.value.isEmpty(), "null came back as something");
    });
    c.add("basket", () -> {
      Leaf l = leaf();
      Any more = c.orb.create_any();
      LeafHelper.insert(more, new LeafImpl(3, "in an any"));
      Basket got = gardener(c).pass_basket(new Basket(l, new Leaf[] {l, null, new LeafImpl(2, "own")}, "label", more, l));
      same(got.first, l);
      check(got.first == got.last && got.rest[0] == got.first && got.rest[1] == null && got.rest[2].number == 2, "the shape is another");
      check(got.label.equals("label") && LeafHelper.extract(got.more).number == 3, "the label or the any is another");
    });
    c.add("any_graph", this::anyGraph);
    c.add("seams_box", () -> atSeams((before, weights, marks) -> {
      Graphs.Crate got = gardener(c).pass_crate(new Graphs.Crate(before, weights, 7));
      return Arrays.equals(got.before, before) && Arrays.equals(got.load, weights) && got.after == 7;
    }));
    c.add("seams_value", () -> atSeams((before, weights, marks) -> same(gardener(c).pass_cargo(cargo(new CargoImpl(), before, weights)), before, weights)));
    c.add("seams_chunks", () -> atSeams((before, weights, marks) -> {
      FreightImpl sent = new FreightImpl();
      sent.marks = marks;
      sent.after = "after";
      Freight got = (Freight) gardener(c).pass_cargo(cargo(sent, before, weights));
      return same(got, before, weights) && Arrays.equals(got.marks, marks) && got.after.equals("after");
    }));
    c.add("cut", () -> {
      Felled e = Client.raised(Felled.class, () -> gardener(c).cut(new LeafImpl(1, "off")));
      check(e.fallen.number == 1 && e.why.equals("winter"), "got " + e.fallen.number + ", " + e.why);
    });
  }

  private interface Passing {
    boolean pass(byte[] before, double[] weights, long[] marks) throws Exception;
  }

  /** atSeams passes octets and lists that lie across the ends of fragments. */
  private void atSeams(Passing p) throws Exception {
    for (int size = 8000; size <= 8256; size += 4) {
      for (int n : new int[] {1, 2, 100, 1100}) {
        long[] marks = new long[n];
        for (int i = 0; i < n; i++) marks[i] = ((long) c.rnd.number() << 32) + i;
        check(p.pass(c.rnd.octets(size), c.rnd.doubles(n), marks), size + " octets before " + n + " numbers came back as others");
      }
    }
  }

  private static Cargo cargo(Cargo v, byte[] before, double[] weights) {
    v.before = before;
    v.weights = weights;
    v.tail = "tail";
    return v;
  }

  private static boolean same(Cargo got, byte[] before, double[] weights) {
    return Arrays.equals(got.before, before) && Arrays.equals(got.weights, weights) && got.tail.equals("tail");
  }

  private static void twig(Branch b, Leaf bud) {
    check(!(b instanceof Twig) && b.number == 9 && b.weight == 2.5 && Arrays.equals(b.notes, new String[] {"a", "bc"}), "it is another branch");
    check(b.left == bud && b.right == null && LeafImpl.textOf(bud).equals("bud"), "its sides are others");
  }

  private static Ring ring(String name, Ring next) {
    RingImpl r = new RingImpl();
    r.name = name;
    r.next = next;
    return r;
  }

  private void ring() {
    Ring one = ring("one", null);
    one.next = one;
    Ring got = gardener(c).turn(one);
    check(got.next == got && got.name.equals("one"), "the ring of one is another");
    Ring z = ring("z", null);
    Ring x = ring("x", ring("y", z));
    z.next = x;
    got = gardener(c).turn(x);
    check(got.name.equals("y") && got.next.next.name.equals("x") && got.next.next.next == got, "the ring of three is another");
  }

  private void anyGraph() {
    Gardener g = gardener(c);
    Leaf side = leaf();
    Any a = c.orb.create_any();
    BranchHelper.insert(a, branch(side, side));
    Branch b = BranchHelper.extract(g.pass_any(a));
    check(b.left == b.right, "one side came back as two");
    same(b.left, side);
    Ring r = ring("r", null);
    r.next = r;
    a = c.orb.create_any();
    RingHelper.insert(a, r);
    Ring back = RingHelper.extract(g.pass_any(a));
    check(back.next == back, "the ring is open");
    a = c.orb.create_any();
    WordHelper.insert(a, "word");
    equal(WordHelper.extract(g.pass_any(a)), "word");
    a = c.orb.create_any();
    LeafHelper.insert(a, null);
    check(LeafHelper.extract(g.pass_any(a)) == null, "null became a leaf");
    a = c.orb.create_any();
    PersonHelper.insert(a, new PersonImpl("Bo"));
    equal(PersonHelper.extract(g.pass_any(a)).first, "Bo");
  }
}
