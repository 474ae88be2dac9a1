package suite;

import static suite.Client.check;
import static suite.Client.equal;

import Interop.*;
import org.omg.CORBA.NVList;
import org.omg.CORBA.Request;
import org.omg.CORBA.TCKind;

/** Cases of calls made without stubs, by the dynamic invocation interface. */
final class DynamicCases {
  private static final int PAUSE = 500; // ms

  private DynamicCases() {}

  static void add(Client c) {
    Sample r = c.rnd;
    c.add("dii_params", () -> {
      int a = r.number();
      int b = r.number();
      Request q = c.params._request("mix");
      q.add_named_in_arg("a").insert_long(a);
      q.add_named_inout_arg("b").insert_long(b);
      q.add_named_out_arg("c").insert_long(0);
      q.set_return_type(c.orb.get_primitive_tc(TCKind.tk_long));
      invoke(q);
      NVList args = q.arguments();
      equal(q.return_value().extract_long(), a + b);
      equal(args.item(1).value().extract_long(), a - b);
      equal(args.item(2).value().extract_long(), a * b);
    });
    c.add("dii_struct", () -> {
      Entry v = r.entry();
      Request q = c.built._request("mirror_entry");
      EntryHelper.insert(q.add_in_arg(), v);
      q.set_return_type(EntryHelper.type());
      invoke(q);
      equal(EntryHelper.extract(q.return_value()), Mirror.entry(v));
    });
    c.add("dii_raises", () -> {
      int code = 1 + r.upTo(1000);
      Request q = c.errors._request("raise_refused");
      q.add_in_arg().insert_long(code);
      q.add_in_arg().insert_string("so it is");
      q.add_out_arg().insert_string("");
      q.set_return_type(c.orb.get_primitive_tc(TCKind.tk_long));
      q.exceptions().add(RefusedHelper.type());
      Exception e = Client.invoke(q);
      check(e instanceof org.omg.CORBA.UnknownUserException, "got " + e);
      Refused refused = RefusedHelper.extract(((org.omg.CORBA.UnknownUserException) e).except);
      equal(refused.code, code);
      equal(refused.why, "so it is");
    });
    c.add("dii_oneway", () -> {
      String topic = c.name + " dynamic";
      Request q = c.calls._request("post");
      q.add_in_arg().insert_string(topic);
      q.add_in_arg().insert_long(7);
      q.send_oneway();
      int got = 0;
      for (long end = System.nanoTime() + Client.ARRIVAL; got != 7 && System.nanoTime() < end; Thread.sleep(5)) got = c.calls.posted(topic);
      equal(got, 7);
    });
    c.add("dii_deferred", () -> {
      Request slow = c.calls._request("pause");
      slow.add_in_arg().insert_ulong(PAUSE);
      slow.set_return_type(c.orb.get_primitive_tc(TCKind.tk_ulong));
      long begin = System.nanoTime();
      slow.send_deferred();
      c.calls.ping(); // goes past it
      boolean there = slow.poll_response();
      check(!there || System.nanoTime() - begin > PAUSE * 1_000_000L, "the answer came before its time");
      slow.get_response();
      check(slow.env().exception() == null, "got " + slow.env().exception());
      equal(slow.return_value().extract_ulong(), PAUSE);
    });
  }

  private static void invoke(Request q) throws Exception {
    Exception e = Client.invoke(q);
    if (e != null) throw e;
  }
}
