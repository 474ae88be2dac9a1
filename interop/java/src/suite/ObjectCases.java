package suite;

import static suite.Client.check;
import static suite.Client.equal;
import static suite.Client.raised;

import Interop.*;
import Interop.Refs.*;
import Interop.Shapes.*;
import org.omg.CORBA.BAD_PARAM;
import org.omg.CORBA.SystemException;

/** Cases of references: the hub, cells, shapes, callbacks, forwarding. */
final class ObjectCases {
  private final Client c;

  private ObjectCases(Client c) { this.c = c; }

  static void add(Client c) { new ObjectCases(c).add(); }

  private void add() {
    c.add("hub", () -> check(!c.hub.orb().isEmpty(), "it has no name"));
    c.add("lookup", () -> check(c.hub.lookup("no such thing") == null, "there is such a thing"));
    c.add("attributes", this::attributes);
    c.add("readonly", () -> {
      Cell cell = c.hub.new_cell(1);
      org.omg.CORBA.Request q = cell._request("_set_writes");
      q.add_in_arg().insert_ulong(9);
      Exception e = Client.invoke(q);
      check(e instanceof org.omg.CORBA.BAD_OPERATION, "got " + e);
      equal(cell.writes(), 0);
      cell.destroy();
    });
    c.add("factory", this::factory);
    c.add("destroy", () -> {
      Cell cell = c.hub.new_cell(5);
      cell.destroy();
      SystemException e = raised(org.omg.CORBA.OBJECT_NOT_EXIST.class, cell::value);
      equal(e.completed, org.omg.CORBA.CompletionStatus.COMPLETED_NO);
      check(cell._non_existent(), "the object is said to be there");
    });
    shapes();
    references();
    callbacks();
    c.add("forward", () -> moved(c.hub.moved()));
    c.add("forward_perm", () -> moved(c.hub.moved_for_good()));
  }

  private void attributes() {
    int initial = c.rnd.number();
    Cell cell = c.hub.new_cell(initial);
    equal(cell.value(), initial);
    equal(cell.label(), "cell");
    equal(cell.at(), new Point(0, 0));
    equal(cell.state().discriminator(), Color.blue);
    equal(cell.state().o(), (byte) 0);
    equal(cell.writes(), 0);
    String label = c.rnd.text(30);
    Point at = c.rnd.point();
    ByColor state = c.rnd.byColor(c.rnd.color());
    cell.value(~initial);
    cell.label(label);
    cell.at(at);
    cell.state(state);
    equal(cell.value(), ~initial);
    equal(cell.label(), label);
    equal(cell.at(), at);
    equal(cell.state(), state);
    equal(cell.writes(), 4);
    cell.destroy();
  }

  private void factory() {
    Cell a = c.hub.new_cell(1);
    Cell b = c.hub.new_cell(2);
    check(!a._is_equivalent(b), "two cells are the same");
    Cell self = a.self();
    check(self._is_equivalent(a), "a cell's self is another");
    self.value(10);
    equal(a.value(), 10);
    equal(b.value(), 2);
    a.destroy();
    b.destroy();
  }

  private void shapes() {
    c.add("inherit", () -> {
      int v = c.rnd.upTo(1000);
      equal(c.bottom.every(), "1 -1 base");
      equal(c.bottom.leftward(v), v + 1);
      equal(c.bottom.rightward(v), v - 1);
      Left left = c.bottom;
      Right right = c.bottom;
      Base base = left;
      equal(left.leftward(-1), 0);
      equal(left.where(), "base");
      equal(right.rightward(-1), -2);
      equal(right.kind(), "Bottom");
      equal(base.kind(), "Bottom");
    });
    c.add("inherit_attributes", () -> {
      Left left = LeftHelper.narrow(c.bottom);
      Right right = RightHelper.narrow(c.bottom);
      left.common(17);
      equal(right.common(), 17);
      c.bottom.side("other side");
      equal(left.side(), "other side");
      c.bottom.side("left");
      c.bottom.common(0);
    });
    c.add("inherit_is_a", () -> {
      for (String id : new String[] {BottomHelper.id(), LeftHelper.id(), RightHelper.id(), BaseHelper.id(), "IDL:omg.org/CORBA/Object:1.0"}) {
        check(CallCases.isA(c.bottom, id), "it is no " + id);
      }
      check(!CallCases.isA(c.bottom, ShelfHelper.id()), "it is a shelf");
    });
    c.add("inherit_narrow", () -> {
      String[] kinds = {"Base", "Left", "Right", "Bottom"};
      for (int i = 0; i < kinds.length; i++) {
        Base base = c.shelf.pick(i);
        equal(base.kind(), kinds[i]);
        equal(narrows(() -> LeftHelper.narrow(base)), i == 1 || i == 3);
        equal(narrows(() -> RightHelper.narrow(base)), i >= 2);
        equal(narrows(() -> BottomHelper.narrow(base)), i == 3);
      }
      Refused e = raised(Refused.class, () -> c.shelf.pick(4));
      equal(e.code, 4);
      equal(e.why, "no such shape");
      check(c.shelf.as_base(c.bottom)._is_equivalent(c.bottom), "another object came back");
    });
  }

  private static boolean narrows(Client.Body narrow) throws Exception {
    try {
      narrow.run();
      return true;
    } catch (BAD_PARAM e) {
      return false;
    }
  }

  private void references() {
    c.add("refs", () -> {
      check(c.talker.mirror_listener(c.own)._is_equivalent(c.own), "another object came back");
      equal(c.talker.mirror_listener(c.own).name(), "own");
      equal(c.talker.mirror_listener(c.talker).name(), "talker");
      check(c.talker.mirror_listener(null) == null, "nil came back as an object");
    });
    c.add("refs_object", () -> {
      check(HubHelper.narrow(c.talker.mirror_object(c.hub))._is_equivalent(c.hub), "another object came back");
      check(c.talker.mirror_object(null) == null, "nil came back as an object");
    });
    c.add("refs_sequence", () -> {
      Listener[] got = c.talker.mirror_listeners(new Listener[] {c.own, null, c.talker});
      equal(got.length, 3);
      check(got[0]._is_equivalent(c.talker) && got[1] == null && got[2]._is_equivalent(c.own), "others came back");
      equal(c.talker.mirror_listeners(new Listener[0]).length, 0);
    });
    c.add("refs_nil", () -> check(c.talker.is_nil(null) && !c.talker.is_nil(c.hub), "nil is not nil, or the hub is"));
    c.add("refs_same", () -> check(
        c.talker.same(c.hub, c.hub) && !c.talker.same(c.hub, c.talker) && !c.talker.same(c.hub, null), "what is the same is not"));
    c.add("refs_narrow", () -> {
      equal(c.talker.name_of(c.own), "own");
      equal(c.talker.name_of(c.talker), "talker");
      equal(c.talker.name_of(c.hub), "");
      equal(c.talker.name_of(null), "");
    });
  }

  private void callbacks() {
    c.add("callback", () -> {
      int n = c.rnd.upTo(1000);
      equal(c.talker.tell(c.own, n), 2 * (n + 1));
    });
    c.add("callback_many", () -> equal(c.talker.tell_all(new Listener[] {c.own, c.talker, null, c.own}, 9), 30));
    c.add("callback_exception", () -> {
      Refused e = raised(Refused.class, () -> c.talker.tell(c.own, -8));
      equal(e.code, -8);
      equal(e.why, "negative");
    });
    c.add("callback_oneway", () -> {
      c.talker.note(c.own, c.name, 25);
      for (long end = System.nanoTime() + Client.ARRIVAL; c.ownServant.notes(c.name) < 25 && System.nanoTime() < end;) Thread.sleep(5);
      equal(c.ownServant.notes(c.name), 25);
    });
    c.add("callback_nested", () -> equal(c.talker.bounce(c.own, 6), 6));
    c.add("callback_kept", () -> {
      c.talker.keep(c.name, c.own);
      equal(c.talker.tell_kept(c.name, 1), 2);
      check(c.talker.kept(c.name)._is_equivalent(c.own), "another object was kept");
      c.talker.forget(c.name);
      check(c.talker.kept(c.name) == null, "it was not forgotten");
      Refused e = raised(Refused.class, () -> c.talker.tell_kept(c.name, 1));
      equal(e.code, 404);
      equal(e.why, c.name);
    });
  }

  private void moved(Basics b) {
    check(b != null, "there is no such object");
    for (int i = 0; i < 3; i++) equal(b.mirror_long(i), ~i);
    equal(b.mirror_string("abc"), "cba");
  }
}
