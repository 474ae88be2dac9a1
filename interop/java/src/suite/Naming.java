package suite;

import static suite.Client.check;
import static suite.Client.equal;
import static suite.Client.raised;

import Interop.HubHelper;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import org.omg.CORBA.Object;
import org.omg.CORBA.ORB;
import org.omg.CosNaming.Binding;
import org.omg.CosNaming.BindingIteratorHolder;
import org.omg.CosNaming.BindingListHolder;
import org.omg.CosNaming.NameComponent;
import org.omg.CosNaming.NamingContext;
import org.omg.CosNaming.NamingContextExt;
import org.omg.CosNaming.NamingContextExtHelper;
import org.omg.CosNaming.NamingContextHelper;
import org.omg.CosNaming.NamingContextPackage.AlreadyBound;
import org.omg.CosNaming.NamingContextPackage.NotEmpty;
import org.omg.CosNaming.NamingContextPackage.NotFound;
import org.omg.CosNaming.NamingContextPackage.NotFoundReason;
import org.omg.PortableServer.POA;
import org.omg.PortableServer.POAHelper;

/** The suite of naming services, as package names has it: Naming [-seed N] URL HUB. URL is a corbaloc of the root context. */
public final class Naming {
  private static final int LISTED = 25;
  private static final int PAGE = 7;
  private static final NameComponent[] OBJECT = {new NameComponent("main", "object")};

  private final ORB orb;
  private final String url;
  private final NamingContextExt root;
  private final Object a;
  private final Object b;
  private final Random rnd;
  private final NameComponent dir;
  private NamingContext context;
  private boolean good = true;

  private Naming(ORB orb, POA poa, String url, long seed) {
    this.orb = orb;
    this.url = url;
    root = NamingContextExtHelper.narrow(orb.string_to_object(url));
    a = ObjectServants.reference(poa, new ObjectServants.ListenerServant("a"));
    b = ObjectServants.reference(poa, new ObjectServants.ListenerServant("b"));
    rnd = new Random(seed);
    dir = new NameComponent("dir" + (rnd.nextLong() >>> 1), "folder");
  }

  public static void main(String[] args) throws Exception {
    ORB orb = ORB.init(new String[0], Peer.properties("1.2", 0));
    POA poa = POAHelper.narrow(orb.resolve_initial_references("RootPOA"));
    poa.the_POAManager().activate();
    Naming n = new Naming(orb, poa, args[args.length - 2], Long.parseLong(Client.option(args, "-seed", "1")));
    n.run(args[args.length - 1]);
    System.out.println("made " + Counter.made + "\nserved " + Counter.answered + "\noneways " + Counter.oneways);
    System.out.flush();
    Runtime.getRuntime().halt(n.good ? 0 : 1);
  }

  /** bind binds an object under a name of text, and makes the contexts on the way. */
  static void bind(ORB orb, String url, String text, Object o) throws Exception {
    NamingContextExt root = NamingContextExtHelper.narrow(orb.string_to_object(url));
    NameComponent[] name = root.to_name(text);
    for (int n = 1; n < name.length; n++) {
      try {
        root.bind_new_context(Arrays.copyOf(name, n));
      } catch (AlreadyBound e) {
        // It is there.
      }
    }
    root.rebind(name, o);
  }

  private NameComponent[] within(NameComponent... name) {
    NameComponent[] all = new NameComponent[name.length + 1];
    all[0] = dir;
    System.arraycopy(name, 0, all, 1, name.length);
    return all;
  }

  private void run(String hub) {
    attempt("name_context", () -> {
      context = root.bind_new_context(new NameComponent[] {dir});
      check(NamingContextHelper.narrow(root.resolve(new NameComponent[] {dir})) != null, "it is no context");
    });
    attempt("name_bind", () -> context.bind(OBJECT, a));
    attempt("name_resolve", () -> equal(root.resolve(within(OBJECT)), a));
    attempt("name_twice", () -> raised(AlreadyBound.class, () -> context.bind(OBJECT, b)));
    attempt("name_missing", () -> {
      NotFound e = raised(NotFound.class, () -> root.resolve(within(new NameComponent("none", ""))));
      equal(e.why.value(), NotFoundReason._missing_node);
      equal(e.rest_of_name.length, 1);
      equal(e.rest_of_name[0].id, "none");
    });
    attempt("name_rebind", () -> {
      context.rebind(OBJECT, b);
      equal(root.resolve(within(OBJECT)), b);
    });
    attempt("name_text", this::text);
    attempt("name_url", () -> {
      equal(orb.string_to_object(url.replace("corbaloc:", "corbaname:") + "#" + dir.id + ".folder/main.object"), b);
    });
    attempt("name_list", this::list);
    attempt("name_full", () -> {
      raised(NotEmpty.class, () -> context.destroy());
      context.unbind(OBJECT);
      context.destroy();
      root.unbind(new NameComponent[] {dir});
    });
    attempt("name_hub", () -> check(!HubHelper.narrow(root.resolve_str(hub)).orb().isEmpty(), "it has no name"));
  }

  private void text() throws Exception {
    NameComponent[] special = {new NameComponent("a.b/c\\d", "k." + rnd.nextInt(1 << 30))};
    context.bind(special, a);
    try {
      String text = root.to_string(within(special));
      NameComponent[] back = root.to_name(text);
      equal(back.length, 2);
      equal(back[1].id + " " + back[1].kind, special[0].id + " " + special[0].kind);
      equal(root.resolve_str(text), a);
    } finally {
      context.unbind(special); // the next cases want it gone
    }
  }

  private void list() throws Exception {
    TreeSet<String> want = new TreeSet<>();
    want.add("main.object");
    for (int i = 0; i < LISTED; i++) {
      NameComponent n = new NameComponent("n" + i, Integer.toString(rnd.nextInt()));
      want.add(n.id + "." + n.kind);
      context.bind(new NameComponent[] {n}, a);
    }
    BindingListHolder page = new BindingListHolder();
    BindingIteratorHolder it = new BindingIteratorHolder();
    context.list(PAGE, page, it);
    check(page.value.length == PAGE && it.value != null, page.value.length + " names came at once, want " + PAGE);
    TreeSet<String> got = new TreeSet<>();
    for (boolean more = true; more; more = it.value.next_n(PAGE, page)) take(page.value, got);
    take(page.value, got);
    equal(got.toString(), want.toString());
    try {
      it.value.destroy();
    } catch (org.omg.CORBA.OBJECT_NOT_EXIST e) {
      // Some services destroy it when they have listed all.
    }
  }

  /** take adds what is listed, and unbinds it, unless it is the object. */
  private void take(Binding[] list, TreeSet<String> got) throws Exception {
    for (Binding b : list) {
      NameComponent n = b.binding_name[0];
      if (got.add(n.id + "." + n.kind) && !n.id.equals(OBJECT[0].id)) context.unbind(b.binding_name);
    }
  }

  private void attempt(String name, Client.Body body) {
    int before = Counter.made.get();
    try {
      body.run();
      System.out.println("ok " + name + " calls=" + (Counter.made.get() - before));
    } catch (Throwable e) {
      good = false;
      System.out.println(("fail " + name + " " + e).replace('\n', ' '));
    }
  }
}
