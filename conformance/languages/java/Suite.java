import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.dsom.Som;
import org.dsom.SomClass;
import org.dsom.SomObject;
import org.dsom.SomParents;
import org.dsom.SomSystemException;
import org.dsom.SomType;
import org.dsom.SomUserException;
import org.dsom.SomWeak;
import suite.Branch;
import suite.Caller;
import suite.Colour;
import suite.Holder;
import suite.HolderBase;
import suite.Journal;
import suite.Member;
import suite.Part;
import suite.Person;
import suite.Plain;
import suite.Point;
import suite.Refused;
import suite.Shape;
import suite.Thing;
import suite.ThingBase;
import suite.Titled;
import suite.Tree;
import suite.Twig;
import suite.Types;
import suite.TypesBase;

/** The rows of conformance/languages in Java. Suite ROW… prints, for each, row, ok, or row, cannot, why. */
final class Suite {
    private Suite() {}

    private static final Journal JOURNAL = Som.create(Journal.class);
    private static final Caller CALLER = Som.create(Caller.class);
    private static final Types TYPES = Som.create(Types.class);
    private static final SomObject ANY = (SomObject) TYPES, CALLS = (SomObject) CALLER; // by names, where a compiler would refuse it
    private static final Map<String, Row> ROWS = new LinkedHashMap<>();
    private static Object kept;

    private interface Row { void run() throws Exception; }

    private static void row(String name, Row r) {
        ROWS.put(name, r);
    }

    /** A call must throw an error of Java's, and then the journal has it. */
    private static void refused(Class<? extends Exception> error, Row f) throws Exception {
        try {
            f.run();
        } catch (Exception e) {
            if (!error.isInstance(e)) {
                throw e;
            }
            JOURNAL.note("refused");
            return;
        }
        throw new AssertionError("it is accepted");
    }

    private static void yes(boolean condition) {
        JOURNAL.note(condition ? "yes" : "no");
    }

    private static void check(boolean good) {
        if (!good) {
            throw new AssertionError();
        }
    }

    private static void sentinel() {
        SomWeak<SomObject> w = new SomWeak<>(Som.load("Suite::Titled").create());
        while (w.get() != null) {
            System.gc();
            Thread.yield();
        }
    }

    /** Until nothing is given back any more: the cleaner has a thread of its own, and what C++ has let go takes two collections. */
    private static void collect() {
        long was = -1;
        for (int same = 0; same < 4;) {
            sentinel();
            long is = 0;
            for (String name : Som.classes()) {
                SomClass c = Som.load(name);
                is += c.isA("Suite::Thing") ? c.instances() : 0;
            }
            same = is == was ? same + 1 : 0;
            was = is;
        }
    }

    static class Loud extends ThingBase {
        Object other;

        @Override
        public long speak(long n) throws Refused, Plain {
            return super.speak(n) + 100;
        }
    }

    static class Raising extends ThingBase {
        Throwable what;

        @Override
        public long speak(long n) {
            throw Raising.<RuntimeException>as(what);
        }

        @SuppressWarnings("unchecked")
        private static <E extends Throwable> E as(Throwable t) throws E {
            throw (E) t;
        }
    }

    private static final Person SOMEBODY = new Person("Grüß", Colour.green, true, new Point(-1, 2147483647), List.of("sit", "", "😀!"), "€ 😀");

    /** What comes back is handed over again, so that the log has both. */
    @SafeVarargs
    private static <T> void twice(UnaryOperator<T> turn, T... values) {
        for (T v : values) {
            turn.apply(turn.apply(v));
        }
    }

    private static byte[] octets() {
        byte[] b = new byte[256];
        for (int i = 0; i < 256; i++) {
            b[i] = (byte) i;
        }
        return b;
    }

    static {
        row("types/boolean", () -> twice(TYPES::turn_boolean, true));
        row("types/octet", () -> twice(TYPES::turn_octet, 0, 127));
        row("types/char", () -> twice(TYPES::turn_char, 'a', 'ÿ'));
        row("types/wchar", () -> twice(TYPES::turn_wchar, '€', '\uffff'));
        row("types/short", () -> {
            twice(TYPES::turn_short, (short) 32767, (short) 0);
            twice(TYPES::turn_ushort, 65535);
        });
        row("types/long", () -> {
            twice(TYPES::turn_long, 2147483647, 0);
            twice(TYPES::turn_ulong, 4294967295L);
        });
        row("types/long-long", () -> {
            twice(TYPES::turn_longlong, 9223372036854775807L, 9007199254740993L);
            twice(TYPES::turn_ulonglong, Long.parseUnsignedLong("18446744073709551615"));
        });
        row("types/float", () -> twice(TYPES::turn_float, 0f, Float.MAX_VALUE, Float.MIN_VALUE, 0.5f));
        row("types/double", () -> twice(TYPES::turn_double, 0.0, Double.MAX_VALUE, Double.MIN_VALUE, 0.1, Double.POSITIVE_INFINITY, Double.NaN));
        row("types/enum", () -> twice(TYPES::turn_colour, Colour.red, Colour.blue));
        row("types/octets", () -> twice(TYPES::turn_octets, new byte[0], octets(), new byte[] {0, -1}));
        row("types/sequence", () -> {
            twice(TYPES::turn_booleans, List.of(true, false, false));
            twice(TYPES::turn_longs, List.of(), List.of(1, -2, 3), IntStream.range(0, 100000).boxed().toList());
            twice(TYPES::turn_doubles, List.of(0.5, -1.0));
            twice(TYPES::turn_strings, List.of("a", "", "ü"));
        });
        row("types/array", () -> {
            twice(TYPES::turn_grid, List.of(List.of(1, 2, 3), List.of(4, 5, 6)));
            twice(TYPES::turn_pair, List.of("a", "€"));
        });
        row("types/structure", () -> twice(TYPES::turn_point, new Point(1, -1)));
        row("types/nested", () -> {
            twice(TYPES::turn_person, SOMEBODY);
            twice(TYPES::turn_people, List.of(), List.of(SOMEBODY, new Person("", Colour.red, false, new Point(0, 0), List.of(), "")));
        });
        row("types/recursive", () -> twice(TYPES::turn_tree, new Tree(1, List.of(new Tree(2, List.of()), new Tree(3, List.of(new Tree(4, List.of())))))));
        row("types/circle", () -> {
            Branch x = new Branch("x", Part.leaf(1), List.of()), yz = new Branch("yz", new Part(Colour.blue, null), List.of());
            twice(TYPES::turn_branch, new Branch("ab", Part.branches(List.of(x, yz)), List.of(new Twig(List.of(x)), new Twig(List.of()))), x);
        });
        row("types/union", () -> TYPES.turn_shape(TYPES.turn_shape(TYPES.turn_shape(TYPES.turn_shape(Shape.side(-17))))));
        row("types/object", () -> TYPES.turn_thing(TYPES.turn_thing(new ThingBase())));
        row("types/objects", () -> {
            Thing a = new ThingBase(), b = new HolderBase();
            TYPES.turn_things(TYPES.turn_things(List.of(a, b, a)));
            TYPES.turn_things(List.of());
        });
        row("strings/string", () -> twice(TYPES::turn_string, "", "plain", "Grüße €", "😀 x", "e\u0301\t\"\\\n"));
        row("strings/wstring", () -> twice(TYPES::turn_wstring, "", "plain", "Grüße €", "😀 x", "€".repeat(100000)));
        row("strings/long", () -> {
            twice(TYPES::turn_string, "ab".repeat(500000));
            TYPES.turn_string(CALLER.text_of(1000000));
        });
        row("strings/zero", () -> refused(IllegalArgumentException.class, () -> TYPES.turn_string("a\0b")));
        row("strings/wide-zero", () -> refused(IllegalArgumentException.class, () -> TYPES.turn_wstring("a\0b")));
        row("strings/no-utf8", () -> twice(TYPES::turn_string, CALLER.odd_text()));
        row("parameters/out", () -> {
            Types.DivideResult q = TYPES.divide(17, 5);
            TYPES.divide(q.rest(), q.result());
            Types.Give_basicResult g = TYPES.give_basic();
            TYPES.turn_octet(g.o());
            TYPES.turn_longlong(g.l());
            TYPES.turn_double(g.d());
            TYPES.turn_boolean(g.b());
            TYPES.turn_colour(g.c());
            Types.Give_textResult t = TYPES.give_text();
            TYPES.turn_string(t.s());
            TYPES.turn_wstring(t.w());
        });
        row("parameters/out-constructed", () -> {
            Types.Give_constructedResult c = TYPES.give_constructed();
            TYPES.turn_point(c.p());
            TYPES.turn_longs(c.n());
            TYPES.turn_person(c.who());
            Types.Give_thingsResult t = TYPES.give_things();
            TYPES.turn_thing(t.a());
            TYPES.turn_things(t.more());
        });
        row("parameters/inout", () -> {
            Types.Swap_basicResult b = TYPES.swap_basic(-1, 0.25, Colour.green);
            TYPES.swap_basic(b.a(), b.b(), b.c());
            Types.Swap_textResult t = TYPES.swap_text("ab€", "😀 x");
            TYPES.swap_text(t.s(), t.w());
        });
        row("parameters/inout-constructed", () -> {
            Types.Swap_constructedResult c = TYPES.swap_constructed(new Point(1, 2), List.of(1, 2), SOMEBODY);
            TYPES.swap_constructed(c.p(), c.n(), c.who());
            Thing a = new ThingBase(), b = new ThingBase();
            TYPES.turn_thing(a);
            Types.Swap_thingsResult t = TYPES.swap_things(a, b);
            TYPES.swap_things(t.a(), t.b());
        });
        row("null/allowed", () -> {
            Thing a = new ThingBase();
            JOURNAL.note(TYPES.maybe(a) == null ? "nothing" : "something");
            JOURNAL.note(TYPES.maybe(null) == a ? "the same" : "another");
            JOURNAL.note(TYPES.maybe(null) == null ? "nothing" : "something");
        });
        row("null/refused", () -> {
            refused(NullPointerException.class, () -> TYPES.turn_thing(null));
            refused(NullPointerException.class, () -> TYPES.turn_string(null));
            refused(NullPointerException.class, () -> ANY.call("turn_long", (Object) null));
            refused(NullPointerException.class, () -> TYPES.turn_things(Collections.singletonList(null)));
        });
        row("ownership/in", () -> {
            ownershipIn();
            collect();
            JOURNAL.living();
        });
        row("ownership/result", () -> {
            ownershipResult();
            collect();
            JOURNAL.living();
        });
        row("ownership/out", () -> {
            ownershipOut();
            collect();
            JOURNAL.living();
        });
        row("ownership/taken", () -> {
            CALLER.take("given away", new ThingBase());
            collect();
            JOURNAL.living();
            TYPES.turn_string(CALLER.lent_text());
            CALLER.take("", new ThingBase());
            collect();
            JOURNAL.living();
        });
        row("ownership/lent", () -> {
            for (int i = 0; i < 100; i++) {
                check(CALLER.lent_thing().getLabel().equals("lent"));
            }
            collect();
            JOURNAL.note(CALLER.lent_thing().getLabel());
        });
        row("ownership/memory", () -> {
            Crossing own = new Crossing();
            Titled titled = Som.create(Titled.class);
            for (int i = 0; i < 10; i++) { // the machine compiles what is hot, and has memory of its own for it
                memory(own, titled);
            }
            JOURNAL.memory();
            memory(own, titled);
            memory(own, titled);
            JOURNAL.memory();
        });
        row("exceptions/user", () -> {
            try {
                ThingBase.labelled("Rex", 1).speak(1007);
            } catch (Refused e) {
                JOURNAL.caught_refused(e.code(), e.why());
            }
            try {
                new ThingBase().speak(-1);
            } catch (Plain e) {
                JOURNAL.caught_plain();
            }
        });
        row("exceptions/system", () -> {
            for (Map.Entry<String, Long> c : List.of(Map.entry("BAD_PARAM", 7L), Map.entry("NO_PERMISSION", 4294967295L), Map.entry("NO_MEMORY", 0L))) {
                try {
                    CALLER.raise_system(c.getKey(), c.getValue());
                } catch (SomSystemException e) {
                    JOURNAL.caught_system(e.name(), Integer.toUnsignedLong(e.minor()));
                }
            }
        });
        row("exceptions/cxx", () -> {
            Thing t = new ThingBase();
            try {
                t.speak(999);
            } catch (SomSystemException e) {
                JOURNAL.note(e.name().equals("UNKNOWN") && e.getMessage().contains("an error of C++") ? "an error of C++" : e.toString());
            }
            try {
                t.speak(998);
            } catch (SomSystemException e) {
                JOURNAL.note(e.name().equals("NO_MEMORY") ? "no memory" : e.toString());
            }
            try {
                t.speak(997);
            } catch (SomSystemException e) {
                JOURNAL.note(e.name().equals("UNKNOWN") ? "unknown" : e.toString());
            }
            JOURNAL.note(Long.toString(t.speak(1)));
        });
        row("exceptions/raised", () -> {
            Raising o = new Raising();
            for (Throwable what : List.of(new Refused(-5, "why not €"), new Plain(), new SomSystemException("BAD_PARAM", 9, SomSystemException.Completed.YES, "mine"))) {
                o.what = what;
                CALLER.catch_it(o, 1);
            }
        });
        row("exceptions/own", () -> {
            Raising o = new Raising();
            o.what = new IllegalStateException("mine");
            CALLER.catch_it(o, 1);
            try {
                CALLER.ask(o, 1, 1);
            } catch (RuntimeException e) {
                JOURNAL.note("caught");
            }
        });
        row("exceptions/own-again", () -> {
            Raising o = new Raising();
            o.what = new IllegalStateException("mine");
            try {
                CALLER.ask(o, 1, 1);
            } catch (SomSystemException e) {
                throw new Cannot(e.toString());
            } catch (RuntimeException e) {
                JOURNAL.note(e == o.what ? "the same" : "another");
            }
        });
        row("exceptions/through", () -> {
            Thing o = (Thing) Som.classOf(Passing.class).create("labelled", "Ida", 2);
            CALLER.catch_it(o, 1003);
            try {
                CALLER.ask(o, 1004, 1);
            } catch (Refused e) {
                JOURNAL.caught_refused(e.code(), e.why());
            }
            try {
                CALLER.ask(o, -4, 1);
            } catch (Plain e) {
                JOURNAL.caught_plain();
            }
        });
        row("exceptions/initializer", () -> {
            try {
                ThingBase.labelled("", 1);
            } catch (Refused e) {
                JOURNAL.caught_refused(e.code(), e.why());
            }
            collect();
            JOURNAL.living();
        });
        row("callbacks/override", () -> {
            CALLER.ask(new Loud(), 3, 1000);
            CALLER.ask(new ThingBase(), 3, 1000);
        });
        row("callbacks/basic", () -> CALLER.ask_types(new Turning(), "basic"));
        row("callbacks/text", () -> CALLER.ask_types(new Turning(), "text"));
        row("callbacks/constructed", () -> CALLER.ask_types(new Turning(), "constructed"));
        row("callbacks/object", () -> CALLER.ask_types(new Turning(), "thing"));
        row("callbacks/objects", () -> CALLER.ask_types(new Turning(), "things"));
        row("callbacks/out", () -> CALLER.ask_types(new Turning(), "out"));
        row("callbacks/inout", () -> CALLER.ask_types(new Turning(), "inout"));
        row("callbacks/nested", () -> CALLER.ask(new Deep(), 12, 1));
        row("callbacks/wrong-result", () -> {
            Wrong o = new Wrong();
            for (int n = 1; n <= 4; n++) {
                CALLS.call("catch_any", o, n);
            }
        });
        row("subclass/super", () -> {
            JOURNAL.note(Long.toString(new Loud().speak(3)));
            CALLER.ask(new Louder(), 3, 1);
        });
        row("subclass/state", () -> {
            CALLER.keep(new Counting());
            collect();
            for (int n = 1; n <= 3; n++) {
                CALLER.ask_kept(n);
                collect();
            }
            JOURNAL.note(Long.toString(((Counting) CALLER.kept()).calls));
            CALLER.keep(null);
        });
        row("subclass/attributes", () -> {
            CALLER.use_attributes(new Marked());
            CALLER.use_attributes(new Loud());
        });
        row("subclass/two-parents", () -> {
            Both o = new Both();
            CALLER.title_of(o, "great");
            CALLER.ask(o, 1, 1);
            CALLER.look_at(o);
        });
        row("subclass/made-by-cxx", () -> {
            Thing o = CALLER.made_of(Som.classOf(Loud.class).name());
            yes(o.getClass() == Loud.class);
            CALLER.ask(o, 1, 1);
        });
        row("subclass/of-holder", () -> {
            Box o = new Box();
            o.setHeld(new Loud());
            CALLER.ask(o, 1, 1);
            CALLER.look_at(o);
        });
        row("subclass/below-in-cxx", () -> {
            CALLER.define_below(Som.classOf(Middle.class).name());
            CALLER.ask(CALLER.made_of("Below"), 1, 1);
            CALLER.ask(new Lowest(), 1, 1);
        });
        row("class/attributes", () -> {
            Thing t = new ThingBase();
            t.setLabel("Rex €");
            t.setWeight(-2147483648);
            TYPES.turn_string(t.getLabel());
            TYPES.turn_long(t.getWeight());
            TYPES.turn_long(t.getLegs());
        });
        row("class/readonly", () -> refused(UnsupportedOperationException.class, () -> new ThingBase().set("legs", 3)));
        row("class/initializer", () -> {
            Thing t = ThingBase.labelled("by initializer", 12);
            TYPES.turn_string(t.getLabel());
            TYPES.turn_long(t.getWeight());
            t = (Thing) Som.classOf(Loud.class).create("labelled", "below", 13);
            TYPES.turn_string(t.getLabel());
            TYPES.turn_long(t.getWeight());
            CALLER.ask(t, 1, 1);
        });
        row("class/procedure", () -> {
            Thing t = new ThingBase();
            TYPES.turn_long(t.total(41));
        });
        row("class/metaclass", () -> {
            Som.create(Member.class);
            Som.create(Member.class);
            ((SomObject) Som.load("Suite::Member").create().call("somGetClass")).call("members");
        });
        row("class/information", () -> {
            SomClass c = Som.classOf(Thing.class);
            JOURNAL.note(c.name());
            JOURNAL.note(c.majorVersion() + "." + c.minorVersion());
        });
        row("identity/same", () -> {
            Loud a = new Loud();
            yes(a.itself() == a);
            CALLER.keep(a);
            yes(CALLER.kept() == a);
            CALLER.keep(null);
            Thing b = new ThingBase();
            yes(b.itself() == b);
            yes(a.equals(b));
        });
        row("identity/class", () -> {
            Holder h = new HolderBase();
            h.setHeld(new HolderBase());
            yes(h.getHeld().getClass() == HolderBase.class);
            h.setHeld(new Loud());
            yes(h.getHeld().getClass() == Loud.class);
            CALLER.look_at((SomObject) h);
        });
        row("lifetime/dropped", () -> {
            for (int i = 0; i < 1000; i++) {
                new ThingBase();
                new Loud();
            }
            collect();
            JOURNAL.living();
        });
        row("lifetime/kept", () -> {
            CALLER.keep(new Loud());
            collect();
            JOURNAL.living();
            CALLER.ask_kept(1);
            CALLER.keep(null);
            collect();
            JOURNAL.living();
        });
        row("lifetime/weak", () -> {
            SomWeak<Loud> w = weakly();
            collect();
            JOURNAL.note(w.get() != null ? "there" : "gone");
            CALLER.watched();
        });
        row("lifetime/cycle", () -> {
            for (int i = 0; i < 100; i++) {
                Loud a = new Loud(), b = new Loud();
                a.other = b;
                b.other = a;
            }
            collect();
            JOURNAL.living();
        });
        row("lifetime/cycle-through-cxx", () -> {
            List<SomWeak<Loud>> all = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                all.add(cycle());
            }
            collect();
            JOURNAL.living();
            all.forEach(Suite::broken); // it has to be
            collect();
            JOURNAL.living();
        });
        row("lifetime/released", () -> {
            Thing t = new ThingBase();
            t.close();
            JOURNAL.living();
            refused(IllegalStateException.class, () -> t.speak(1));
            refused(IllegalStateException.class, () -> TYPES.turn_thing(t));
            t.close();
        });
        row("threads/foreign", () -> {
            Threaded o = new Threaded();
            CALLER.begin_threads(o, 4, 50);
            while (!CALLER.ended()) {
                Thread.yield();
            }
            check(!o.seen.contains(Thread.currentThread()));
        });
        row("threads/waiting", () -> CALLER.wait_for_threads(new Loud(), 4, 50));
        row("threads/raising", () -> {
            Raising o = new Raising();
            o.what = new IllegalStateException("odd");
            CALLER.wait_for_threads(o, 2, 20);
        });
        row("threads/own", () -> {
            ownThreads();
            collect();
            JOURNAL.living();
        });
        row("chain/python", () -> {
            python("chain/middle.py");
            chain(BelowPython::new, () -> { });
        });
        row("chain/go", () -> chain(BelowGo::new, () -> { }));
        row("chain/python-go", () -> {
            python("chain/below_go.py");
            CALLS.call("ask", new Fourth(), 1, 1);
        });
        row("chain/lua", () -> {
            run("Embed::Lua", "dofile 'chain/middle.lua'");
            chain(BelowLua::new, () -> run("Embed::Lua", "give_back()"));
        });
        row("chain/tcl", () -> {
            run("Embed::Tcl", "source chain/middle.tcl");
            chain(BelowTcl::new, () -> { });
        });
        row("chain/lua-tcl", () -> {
            run("Embed::Lua", "dofile 'chain/middle.lua'");
            run("Embed::Tcl", "source chain/below_lua.tcl");
            CALLS.call("ask", new BelowBoth(), 1, 1);
        });
        row("wrong/count", () -> {
            refused(IllegalArgumentException.class, () -> ANY.call("turn_long"));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_long", 1, 2));
            refused(IllegalArgumentException.class, () -> ANY.call("divide", 1));
        });
        row("wrong/type", () -> {
            refused(IllegalArgumentException.class, () -> ANY.call("turn_long", "1"));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_string", 1));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_boolean", "true"));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_thing", "thing"));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_thing", TYPES));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_longs", 5));
        });
        row("wrong/range", () -> {
            refused(IllegalArgumentException.class, () -> TYPES.turn_octet(256));
            refused(IllegalArgumentException.class, () -> TYPES.turn_octet(-1));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_short", 32768));
            refused(IllegalArgumentException.class, () -> TYPES.turn_ulong(-1));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_longlong", BigInteger.ONE.shiftLeft(63)));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_ulonglong", BigInteger.ONE.shiftLeft(64)));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_float", 1e300));
            refused(IllegalArgumentException.class, () -> TYPES.turn_char('€'));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_colour", "violet"));
        });
        row("wrong/element", () -> {
            refused(IllegalArgumentException.class, () -> ANY.call("turn_longs", List.of(1, "2")));
            refused(IllegalArgumentException.class, () -> TYPES.turn_grid(List.of(List.of(1, 2), List.of(3, 4))));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_person", SomType.named("Suite::Person").struct(1, Colour.red, false, new Point(0, 0), List.of(), "")));
            refused(IllegalArgumentException.class, () -> ANY.call("turn_point", SomType.named("Suite::Point").struct(1L << 40, 0)));
        });
        row("wrong/method", () -> refused(IllegalArgumentException.class, () -> new ThingBase().call("fly")));
        row("wrong/class", () -> {
            refused(SomSystemException.class, () -> Som.load("Suite::Unicorn"));
            refused(SomSystemException.class, () -> Som.load("Nowhere::Unicorn"));
            refused(SomSystemException.class, () -> Som.load("no name"));
        });
        row("wrong/major-version", () -> {
            try {
                Som.load("Dependent");
            } catch (SomSystemException e) {
                JOURNAL.note(e.getMessage().contains("class Relay is version 2.0") ? "version" : e.getMessage());
                return;
            }
            throw new AssertionError("it is accepted");
        });
        row("release/next", () -> {
            OwnRelay o = new OwnRelay();
            o.set("label", "kept");
            o.call("call", 3);
            TYPES.turn_string((String) o.get("label"));
        });
        row("release/replaced", () -> {
            OwnRelay o = new OwnRelay();
            o.call("call", 3);
            JOURNAL.replace();
            o.call("call", 4);
            new OwnRelay().call("call", 5);
        });
        row("end/alive", () -> {
            Holder h = new HolderBase();
            h.setHeld(new Loud());
            Loud loud = new Loud();
            kept = new Object[] {new ThingBase(), loud, h};
            loud.other = kept;
            CALLER.keep(new Loud());
            JOURNAL.living();
        });
    }

    // What refers to objects is in methods of its own, which have ended when these are collected.

    private static SomWeak<Loud> cycle() {
        Loud a = new Loud();
        Holder h = new HolderBase();
        a.other = h;
        h.setHeld(a);
        return new SomWeak<>(a);
    }

    private static void broken(SomWeak<Loud> w) {
        ((Holder) w.get().other).setHeld(null);
    }

    private static void ownershipIn() {
        Thing a = new ThingBase();
        for (int i = 0; i < 3; i++) {
            TYPES.turn_thing(a);
        }
        JOURNAL.living();
        check(a.getLabel() != null);
    }

    private static void ownershipResult() {
        List<Thing> many = CALLER.many(1000);
        Thing made = CALLER.made("made");
        JOURNAL.living();
        check(many.size() == 1000 && made != null);
    }

    private static void ownershipOut() {
        List<Thing> more = given();
        collect();
        JOURNAL.living();
        check(!more.isEmpty());
    }

    private static List<Thing> given() {
        return TYPES.give_things().more();
    }

    private static void memory(Crossing own, Titled titled) {
        for (int i = 0; i < 200; i++) {
            CALLER.text_of(20000);
            titled.title("x".repeat(20000));
            CALLER.many(20);
        }
        CALLER.ask_often(own, 2000);
        collect();
    }

    /** Has the interpreter of Python in this process run a file. */
    private static void python(String file) throws SomUserException {
        run("Embed::Python", "exec(open('" + file + "').read())");
    }

    /** Has an interpreter within the process run a text. */
    private static void run(String interpreter, String source) throws SomUserException {
        Som.load(interpreter).create().call("run", source);
    }

    /** A class of here below one that is another language's: no compiler knows that it is a Thing. */
    private static void chain(Supplier<SomObject> below, Row giveBack) throws Exception {
        inChain(below.get());
        collect();
        CALLER.ask_kept(1);
        CALLER.keep(null);
        giveBack.run();
        collect();
        JOURNAL.living();
    }

    private static void inChain(SomObject o) throws Exception {
        o.set("label", "chain");
        CALLS.call("ask", o, 1, 1);
        CALLS.call("ask", o, 1, 1);
        CALLS.call("catch_it", o, 1007);
        try {
            CALLS.call("ask", o, 1008, 1);
        } catch (Refused e) {
            JOURNAL.caught_refused(e.code(), e.why());
        }
        CALLS.call("catch_any", o, 77);
        CALLS.call("keep", o);
    }

    private static SomWeak<Loud> weakly() {
        Loud o = new Loud();
        SomWeak<Loud> w = new SomWeak<>(o);
        CALLER.watch(o);
        JOURNAL.note(w.get() == o ? "there" : "gone");
        CALLER.watched();
        check(o.isAlive());
        return w;
    }

    private static void ownThreads() throws Exception {
        Loud o = new Loud();
        long[] sums = new long[4];
        List<Thread> all = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
            int at = k;
            all.add(new Thread(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        sums[at] += o.speak(i);
                    }
                } catch (SomUserException e) {
                    throw new IllegalStateException(e);
                }
                for (int i = 0; i < 50; i++) {
                    CALLER.made("x");
                    new Loud();
                }
            }));
        }
        for (Thread t : all) {
            t.start();
        }
        for (Thread t : all) {
            t.join();
        }
        TYPES.turn_longlong(Arrays.stream(sums).sum());
    }

    // Classes in Java.

    static class Passing extends ThingBase {
        @Override
        public long speak(long n) throws Refused, Plain {
            return super.speak(n);
        }
    }

    static class Louder extends Loud {
        @Override
        public long speak(long n) throws Refused, Plain {
            return super.speak(n) * 10;
        }
    }

    static class Deep extends ThingBase {
        @Override
        public long speak(long n) throws Refused, Plain {
            return n == 0 ? super.speak(1) : CALLER.ask(this, n - 1, 1) + 1;
        }
    }

    /** Without generated code, since a compiler would refuse it. */
    @SomParents("Suite::Thing")
    static class Wrong extends SomObject {
        public Object speak(long n) {
            return n == 1 ? "no number" : n == 2 ? null : n == 3 ? BigInteger.ONE.shiftLeft(63) : (Object) 4;
        }
    }

    static class Counting extends ThingBase {
        long calls;

        @Override
        public long speak(long n) {
            calls += n;
            return calls;
        }
    }

    static class Marked extends ThingBase {
        @Override
        public String getLabel() {
            return "<" + super.getLabel() + ">";
        }

        @Override
        public void setLabel(String value) {
            super.setLabel(value + "!");
        }

        @Override
        public int getLegs() {
            return 3;
        }
    }

    static class Both extends ThingBase implements Titled {
        @Override
        public String title(String word) {
            try {
                return superCall(Both.class, "title", word) + "!";
            } catch (SomUserException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public long speak(long n) throws Refused, Plain {
            return super.speak(n) + 1;
        }
    }

    static class Box extends HolderBase {
        @Override
        public long speak(long n) throws Refused, Plain {
            return getHeld().speak(n) + 1;
        }
    }

    static class Middle extends ThingBase {
        @Override
        public long speak(long n) throws Refused, Plain {
            return super.speak(n) + 1000;
        }
    }

    @SomParents("Below")
    static class Lowest extends Middle {
        @Override
        public long speak(long n) {
            try {
                return (Long) superCall(Lowest.class, "speak", n) + 10000;
            } catch (SomUserException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @SomParents("PythonMiddle")
    static class BelowPython extends ThingBase {
        @Override
        public long speak(long n) throws Refused, Plain {
            return super.speak(n) + 100000;
        }
    }

    @SomParents("GoMiddle")
    static class BelowGo extends ThingBase {
        @Override
        public long speak(long n) throws Refused, Plain {
            return super.speak(n) + 100000;
        }
    }

    @SomParents("LuaMiddle")
    static class BelowLua extends ThingBase {
        @Override
        public long speak(long n) throws Refused, Plain {
            return super.speak(n) + 100000;
        }
    }

    @SomParents("TclMiddle")
    static class BelowTcl extends ThingBase {
        @Override
        public long speak(long n) throws Refused, Plain {
            return super.speak(n) + 100000;
        }
    }

    @SomParents("LuaAndTcl")
    static class BelowBoth extends SomObject {
        public long speak(long n) throws SomUserException {
            return (Long) superCall(BelowBoth.class, "speak", n) + 1100000;
        }
    }

    @SomParents("PythonAndGo")
    static class Fourth extends SomObject {
        public long speak(long n) throws SomUserException {
            return (Long) superCall(Fourth.class, "speak", n) + 1100000;
        }
    }

    static class Threaded extends ThingBase {
        final Set<Thread> seen = Collections.synchronizedSet(new HashSet<>());

        @Override
        public long speak(long n) throws Refused, Plain {
            seen.add(Thread.currentThread());
            return super.speak(n);
        }
    }

    @SomParents("Relay")
    static class OwnRelay extends SomObject {
        public long speak(long n) throws SomUserException {
            return (Long) superCall(OwnRelay.class, "speak", n) + 1;
        }
    }

    static class Crossing extends TypesBase {
        @Override
        public Swap_textResult swap_text(String s, String w) {
            return new Swap_textResult(w, s);
        }

        @Override
        public Person turn_person(Person v) {
            return v;
        }

        @Override
        public List<Thing> turn_things(List<Thing> v) {
            List<Thing> all = new ArrayList<>(v);
            all.add(0, new ThingBase());
            return all;
        }
    }

    /** Every method is overridden, by one that passes on what it gets, and what comes back. */
    static class Turning extends TypesBase {
        @Override
        public boolean turn_boolean(boolean v) {
            return super.turn_boolean(v);
        }

        @Override
        public int turn_octet(int v) {
            return super.turn_octet(v);
        }

        @Override
        public char turn_char(char v) {
            return super.turn_char(v);
        }

        @Override
        public char turn_wchar(char v) {
            return super.turn_wchar(v);
        }

        @Override
        public short turn_short(short v) {
            return super.turn_short(v);
        }

        @Override
        public int turn_ushort(int v) {
            return super.turn_ushort(v);
        }

        @Override
        public int turn_long(int v) {
            return super.turn_long(v);
        }

        @Override
        public long turn_ulong(long v) {
            return super.turn_ulong(v);
        }

        @Override
        public long turn_longlong(long v) {
            return super.turn_longlong(v);
        }

        @Override
        public long turn_ulonglong(long v) {
            return super.turn_ulonglong(v);
        }

        @Override
        public float turn_float(float v) {
            return super.turn_float(v);
        }

        @Override
        public double turn_double(double v) {
            return super.turn_double(v);
        }

        @Override
        public Colour turn_colour(Colour v) {
            return super.turn_colour(v);
        }

        @Override
        public String turn_string(String v) {
            return super.turn_string(v);
        }

        @Override
        public String turn_wstring(String v) {
            return super.turn_wstring(v);
        }

        @Override
        public byte[] turn_octets(byte[] v) {
            return super.turn_octets(v);
        }

        @Override
        public List<Boolean> turn_booleans(List<Boolean> v) {
            return super.turn_booleans(v);
        }

        @Override
        public List<Integer> turn_longs(List<Integer> v) {
            return super.turn_longs(v);
        }

        @Override
        public List<Double> turn_doubles(List<Double> v) {
            return super.turn_doubles(v);
        }

        @Override
        public List<String> turn_strings(List<String> v) {
            return super.turn_strings(v);
        }

        @Override
        public Point turn_point(Point v) {
            return super.turn_point(v);
        }

        @Override
        public Person turn_person(Person v) {
            return super.turn_person(v);
        }

        @Override
        public List<Person> turn_people(List<Person> v) {
            return super.turn_people(v);
        }

        @Override
        public Tree turn_tree(Tree v) {
            return super.turn_tree(v);
        }

        @Override
        public Shape turn_shape(Shape v) {
            return super.turn_shape(v);
        }

        @Override
        public List<List<Integer>> turn_grid(List<List<Integer>> v) {
            return super.turn_grid(v);
        }

        @Override
        public List<String> turn_pair(List<String> v) {
            return super.turn_pair(v);
        }

        @Override
        public List<Thing> turn_things(List<Thing> v) {
            return super.turn_things(v);
        }

        @Override
        public Thing turn_thing(Thing v) {
            return super.turn_thing(v);
        }

        @Override
        public Thing maybe(Thing v) {
            return super.maybe(v);
        }

        @Override
        public DivideResult divide(int a, int b) {
            return super.divide(a, b);
        }

        @Override
        public Give_basicResult give_basic() {
            return super.give_basic();
        }

        @Override
        public Give_textResult give_text() {
            return super.give_text();
        }

        @Override
        public Give_constructedResult give_constructed() {
            return super.give_constructed();
        }

        @Override
        public Give_thingsResult give_things() {
            return super.give_things();
        }

        @Override
        public Swap_basicResult swap_basic(int a, double b, Colour c) {
            return super.swap_basic(a, b, c);
        }

        @Override
        public Swap_textResult swap_text(String s, String w) {
            return super.swap_text(s, w);
        }

        @Override
        public Swap_constructedResult swap_constructed(Point p, List<Integer> n, Person who) {
            return super.swap_constructed(p, n, who);
        }

        @Override
        public Swap_thingsResult swap_things(Thing a, Thing b) {
            return super.swap_things(a, b);
        }
    }

    /** What the language cannot do, by the error that says so. */
    private static final class Cannot extends Exception {
        private static final long serialVersionUID = 1;

        Cannot(String why) {
            super(why);
        }
    }

    public static void main(String[] args) {
        for (String name : args) {
            collect();
            JOURNAL.row(name);
            try {
                ROWS.get(name).run();
                System.out.println(name + "\tok");
            } catch (Cannot e) {
                System.out.println(name + "\tcannot\t" + e.getMessage().replace('\n', ' '));
            } catch (Throwable e) {
                java.io.StringWriter trace = new java.io.StringWriter();
                e.printStackTrace(new java.io.PrintWriter(trace));
                System.out.println(name + "\tfailed\t" + trace.toString().replace("\n", " | "));
            }
            System.out.flush();
        }
    }
}
