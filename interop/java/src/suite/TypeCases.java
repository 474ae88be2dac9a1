package suite;

import static suite.Client.check;
import static suite.Client.equal;
import static suite.ValueCases.each;

import TY.*;
import org.omg.CORBA.Any;
import org.omg.CORBA.IntHolder;
import org.omg.CORBA.StringHolder;
import org.omg.CORBA.TCKind;
import org.omg.CORBA.TypeCode;

/** Cases of types.idl: everything comes back as it was sent. */
final class TypeCases {
  private TypeCases() {}

  static T types(Client c) {
    org.omg.CORBA.Object o = c.hub.lookup("types");
    if (o == null) throw new Client.Unsupported("the server has no TY::T");
    return THelper.narrow(o);
  }

  static void add(Client c) {
    Sample r = c.rnd;
    c.add("types_attributes", () -> {
      T t = types(c);
      int n = r.number();
      t.counter(n);
      equal(t.counter(), n);
      equal(t.ident(), "id-1");
      equal(t.name(), "impl");
    });
    c.add("types_values", () -> {
      T t = types(c);
      each(t::e_prim, v -> v, new Prim(true, 'c', (byte) 1, (short) r.number(), (short) 3, r.number(), 5, r.wide(), 7, r.single(), r.real()));
      each(t::e_col, v -> v, TY.Color.BLUE);
      each(t::e_mat, v -> v, r.matrix());
      each(t::e_bstr, v -> v, r.strings(r.upTo(4), 8));
      each(t::e_node, v -> v, new TY.Node(1, new TY.Node[] {new TY.Node(0, new TY.Node[0]), new TY.Node(r.number(), new TY.Node[0])}));
    });
    c.add("types_wide", () -> {
      T t = types(c);
      each(t::e_wc, v -> v, '\u00e9', r.wideLetter());
      each(t::e_ws, v -> v, "h\u00e9llo \u20ac \u4e2d", "", r.wideText(50));
    });
    c.add("types_unions", () -> {
      T t = types(c);
      U l = new U();
      l.l(r.number());
      U s = new U();
      s.s(r.text(20));
      U o = new U();
      o.o(TY.Color.BLUE, r.octet());
      each(t::e_u, v -> v, l, s, o);
      UB d = new UB();
      d.d(r.real());
      each(t::e_ub, v -> v, d);
      Peer.moreUnions(c, t);
    });
    c.add("types_io", () -> {
      int a = r.number();
      IntHolder b = new IntHolder(2);
      StringHolder out = new StringHolder();
      types(c).io(a, b, out);
      equal(b.value, a + 2);
      equal(out.value, "out");
    });
    c.add("types_refs", () -> {
      T t = types(c);
      check(t.e_ref(t)._is_equivalent(t) && t.e_ref(null) == null && t.e_obj(t)._is_equivalent(t), "another object came back");
    });
    c.add("types_anys", () -> {
      T t = types(c);
      U u = new U();
      u.o(TY.Color.BLUE, r.octet());
      Any[] all = new Any[4];
      for (int i = 0; i < all.length; i++) all[i] = c.orb.create_any();
      UHelper.insert(all[0], u);
      TY.NodeHelper.insert(all[1], new TY.Node(r.number(), new TY.Node[0]));
      TY.ColorHelper.insert(all[2], TY.Color.GREEN);
      all[3].insert_any(all[1]);
      for (Any a : all) check(t.e_any(a).equal(a), a + " came back as another");
      Any a = c.orb.create_any();
      THelper.insert(a, t);
      check(THelper.extract(t.e_any(a))._is_equivalent(t), "another object came back");
    });
    c.add("types_typecodes", () -> {
      T t = types(c);
      for (TypeCode k : new TypeCode[] {TY.NodeHelper.type(), UHelper.type(), c.orb.get_primitive_tc(TCKind.tk_long), THelper.type()}) {
        check(t.e_tc(k).equal(k), Describe.type(k) + " came back as another");
      }
    });
    c.add("types_exceptions", () -> {
      T t = types(c);
      t.boom(0);
      Oops e = Client.raised(Oops.class, () -> t.boom(1));
      equal(e.code, 42);
      equal(e.why, "because");
      Client.raised(TY.Empty.class, () -> t.boom(2));
      Client.system(Client.raised(org.omg.CORBA.NO_RESOURCES.class, t::sys), 5, 2);
    });
  }
}
