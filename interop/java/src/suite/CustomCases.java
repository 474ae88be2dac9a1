package suite;

import static suite.Client.check;

import Graphs.LeafImpl;
import Parcels.*;
import java.util.Arrays;
import org.omg.CORBA.Any;
import org.omg.CORBA.BooleanHolder;

/** Cases of custom.idl: valuetypes that marshal themselves. */
final class CustomCases {
  private static final int LARGE = 20_000;

  private final Client c;

  private CustomCases(Client c) { this.c = c; }

  static void add(Client c) { new CustomCases(c).add(); }

  private static Carrier carrier(Client c) {
    org.omg.CORBA.Object o = c.hub.lookup("custom");
    if (o == null) throw new Client.Unsupported("the server has no Parcels::Carrier");
    return CarrierHelper.narrow(o);
  }

  private Parcel parcel(int goods) {
    ParcelImpl p = new ParcelImpl();
    p.label = c.rnd.text(20);
    p.sealed = c.rnd.bool();
    p.weight = c.rnd.real();
    p.goods = c.rnd.longs(goods);
    return p;
  }

  private static Parcel copy(Parcel p) {
    ParcelImpl q = new ParcelImpl();
    q.label = p.label;
    q.sealed = p.sealed;
    q.weight = p.weight;
    q.goods = p.goods;
    return q;
  }

  private static void same(Parcel got, Parcel want) {
    check(got != null, "null came back");
    check(got.label.equals(want.label) && got.sealed == want.sealed && got.weight == want.weight && Arrays.equals(got.goods, want.goods),
        "another parcel came back: " + got.label + ", " + got.goods.length + " goods");
    check((got.tag == null) == (want.tag == null), "its tag is another");
    if (want.tag != null) check(got.tag.number == want.tag.number && LeafImpl.textOf(got.tag).equals(LeafImpl.textOf(want.tag)), "its tag is another");
  }

  private Crate crate(Parcel first, Parcel second) {
    CrateImpl v = new CrateImpl();
    v.number = c.rnd.number();
    v.first = first;
    v.second = second;
    v.note = c.rnd.text(10);
    return v;
  }

  private Crate carried(Crate v) {
    Crate got = carrier(c).carry_crate(v);
    check(got.number == v.number && got.note.equals(v.note), "another crate came back");
    same(got.first, v.first);
    same(got.second, v.second);
    return got;
  }

  private void add() {
    c.add("custom", () -> {
      for (Parcel p : new Parcel[] {parcel(1 + c.rnd.upTo(20)), parcel(0)}) {
        ParcelHolder again = new ParcelHolder(null);
        same(carrier(c).carry(p, again, new BooleanHolder()), p);
        check(again.value == null, "null came back as a parcel");
      }
    });
    c.add("custom_shared", () -> {
      Parcel p = parcel(c.rnd.upTo(20));
      BooleanHolder same = new BooleanHolder();
      ParcelHolder again = new ParcelHolder(p);
      Parcel got = carrier(c).carry(p, again, same);
      check(same.value && got == again.value, "the same parcel came back as two");
      same(got, p);
      again.value = copy(p);
      got = carrier(c).carry(p, again, same);
      check(!same.value && got != again.value, "two parcels came back as one");
      same(got, p);
      same(again.value, p);
    });
    c.add("custom_large", () -> {
      Parcel p = parcel(LARGE + c.rnd.upTo(1000));
      same(carrier(c).carry(p, new ParcelHolder(null), new BooleanHolder()), p);
    });
    c.add("custom_within", () -> {
      Crate got = carried(crate(parcel(c.rnd.upTo(20)), parcel(c.rnd.upTo(20))));
      check(got.first != got.second, "two parcels came back as one");
      Parcel both = parcel(c.rnd.upTo(20));
      got = carried(crate(both, both));
      check(got.first == got.second, "one parcel came back as two");
    });
    c.add("custom_tag", () -> {
      Crate v = crate(parcel(c.rnd.upTo(20)), parcel(c.rnd.upTo(20)));
      v.first.tag = v.second.tag = new LeafImpl(c.rnd.number(), c.rnd.text(20));
      Crate got = carried(v);
      check(got.first.tag == got.second.tag, "one tag came back as two");
    });
    c.add("custom_any", () -> {
      Parcel p = parcel(c.rnd.upTo(20));
      Any a = c.orb.create_any();
      ParcelHelper.insert(a, p);
      same(ParcelHelper.extract(carrier(c).carry_any(a)), p);
    });
  }
}
