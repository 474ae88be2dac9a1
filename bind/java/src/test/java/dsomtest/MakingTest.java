package dsomtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToLongFunction;
import org.dsom.Som;
import org.dsom.SomClass;
import org.dsom.SomObject;
import org.dsom.SomParents;
import org.dsom.SomSystemException;
import org.dsom.SomWeak;
import org.junit.jupiter.api.Test;

/** What C++ calls in its constructors, before Java's part of an object has begun. */
class MakingTest {
    /** Eager's constructor calls hello(1), and word, whose answer its destructor looks at. */
    @SomParents("Threads::Eager")
    static class Asked extends SomObject {
        static boolean fails;
        int asked;

        Asked() {
            if (fails) {
                throw new IllegalStateException("Java's part");
            }
        }

        public long hello(long n) {
            asked++;
            return -1;
        }

        public String word() {
            return "Java";
        }
    }

    @Test
    void whatStandsAboveIsCalled() throws Exception {
        SomObject caller = Som.load("Threads::Caller").create();
        long before = Som.classOf(Asked.class).instances();
        for (int i = 0; i < 100; i++) {
            for (Asked o : new Asked[] {new Asked(), (Asked) Som.classOf(Asked.class).create()}) {
                assertEquals(0, o.asked);
                assertEquals(-1L, o.call("hello", 1)); // and from then on Java's
                assertEquals(1, o.asked);
                assertEquals("Java", o.call("word"));
                SomWeak<SomObject> w = new SomWeak<>(o);
                o.close();
                assertNull(w.get());
            }
            assertEquals(true, caller.call("make_here", "Asked"));
        }
        Asked.fails = true;
        try {
            for (int i = 0; i < 100; i++) {
                assertThrows(IllegalStateException.class, Asked::new);
                assertThrows(IllegalStateException.class, () -> Som.classOf(Asked.class).create());
                assertEquals(false, caller.call("make_here", "Asked"));
                assertTrue(caller.get("why").toString().contains("Java's part"));
            }
        } finally {
            Asked.fails = false;
        }
        LifetimeTest.collectUntil(() -> Som.classOf(Asked.class).instances() == before);
        assertFalse(new Asked().call("word").equals("C++"));
    }

    /** Keeps what it is shown by Shown's constructor. */
    @SomParents("Making::Watcher")
    static class Meets extends SomObject {
        final List<SomObject> met = Collections.synchronizedList(new ArrayList<>());
        ToLongFunction<SomObject> answer = o -> 0;

        public long meet(SomObject who) throws Exception {
            assertEquals(5L, who.call("hello", 5)); // what stands above: Java's part has not begun
            met.add(who);
            return answer.applyAsLong(who);
        }

        SomObject only() {
            assertEquals(1, met.size());
            return met.remove(0);
        }
    }

    @SomParents("Making::Shown")
    static class Own extends SomObject {
        static int begun;
        final Object[] args;

        Own(Object... args) {
            this.args = args;
            begun++;
        }

        Own() {
            this(new Object[0]);
        }

        public long hello(long n) {
            return n + args.length + 1;
        }
    }

    private static Meets watch(boolean elsewhere) throws Exception {
        Meets m = new Meets();
        m.call("watch", elsewhere);
        return m;
    }

    @Test
    void whatIsShownIsTheObjectThatItWillBe() throws Exception {
        SomClass own = Som.classOf(Own.class);
        for (boolean elsewhere : new boolean[] {false, true}) {
            Meets m = watch(elsewhere);
            try {
                for (int i = 0; i < 20; i++) {
                    Own.begun = 0;
                    Own o = new Own(1, 2);
                    assertSame(o, m.only());
                    assertEquals(13L, o.call("hello", 10));
                    Own other = (Own) own.create();
                    assertSame(other, m.only());
                    assertEquals(11L, other.call("hello", 10));
                    assertEquals(2, Own.begun);
                    m.answer = who -> {
                        m.met.clear();
                        System.gc(); // what it got before lasts
                        return 0;
                    };
                    assertEquals(0, ((Own) own.create()).args.length);
                    assertEquals(true, m.call("make", own.name()));
                    m.answer = who -> 0;
                }
            } finally {
                m.call("leave");
            }
        }
        LifetimeTest.collectUntil(() -> own.instances() == 0);
    }

    @Test
    void whatCannotBeBegunIsReleased() throws Exception {
        SomClass own = Som.classOf(Own.class), shown = Som.load("Making::Shown");
        for (boolean elsewhere : new boolean[] {false, true}) {
            Meets m = watch(elsewhere);
            m.answer = who -> -1;
            try {
                List<SomObject> all = new ArrayList<>();
                Own.begun = 0;
                for (int i = 0; i < 100; i++) {
                    assertThrows(SomSystemException.class, () -> new Own(1));
                    all.add(m.only());
                    assertThrows(SomSystemException.class, own::create);
                    all.add(m.only());
                    assertEquals(false, m.call("make", own.name()));
                    all.add(m.only());
                    for (SomObject o : all.subList(all.size() - 3, all.size())) {
                        assertTrue(o instanceof Own);
                        assertFalse(o.isAlive());
                        assertThrows(IllegalStateException.class, () -> o.call("hello", 1));
                        assertThrows(RuntimeException.class, () -> new SomWeak<>(o));
                        assertTrue(o.toString().contains("released"));
                    }
                    assertThrows(SomSystemException.class, shown::create); // of whose class Java knows nothing
                    SomObject o = m.only();
                    assertFalse(o.isAlive());
                    SomSystemException e = assertThrows(SomSystemException.class, () -> o.call("hello", 1));
                    assertEquals("OBJECT_NOT_EXIST", e.name());
                    all.add(o);
                    if (i % 2 == 0) {
                        all.forEach(SomObject::close);
                        all.clear();
                    }
                    m.answer = who -> 0; // where those were
                    Own other = new Own();
                    assertSame(other, m.only());
                    assertTrue(other.isAlive() && !all.contains(other));
                    m.answer = who -> -1;
                }
                assertEquals(100, Own.begun);
            } finally {
                m.call("leave");
            }
        }
        LifetimeTest.collectUntil(() -> own.instances() == 0 && shown.instances() == 0);
    }

    @Test
    void whatIsClosedMeanwhile() throws Exception {
        SomClass own = Som.classOf(Own.class);
        Meets m = watch(false);
        m.answer = who -> {
            who.close();
            return 0;
        };
        try {
            for (int i = 0; i < 20; i++) {
                assertTrue(assertThrows(SomSystemException.class, Own::new).getMessage().contains("closed while it was made"));
                assertFalse(m.only().isAlive());
                Own o = (Own) own.create(); // what begins is another object of Java's
                assertTrue(o.isAlive() && o != m.only());
            }
        } finally {
            m.call("leave");
        }
        LifetimeTest.collectUntil(() -> own.instances() == 0);
    }

    @SomParents("Making::Breeder")
    static class Bred extends SomObject {
        final Object[] args;

        Bred(Object... args) {
            this.args = args;
        }

        Bred() {
            this(new Bred(1), 2); // made before this one's beginning
        }

        public long hello(long n) {
            return n + args.length;
        }
    }

    @Test
    void whatIsMadeInTheMidst() throws Exception {
        SomObject watcher = Som.load("Making::Watcher").create();
        for (int i = 0; i < 20; i++) {
            Bred outer = i % 2 == 0 ? new Bred(1, 2, 3) : (Bred) Som.classOf(Bred.class).create();
            Bred inner = (Bred) watcher.call("litter");
            assertNotSame(outer, inner);
            assertEquals(i % 2 == 0 ? 4L : 3L, outer.call("hello", 1));
            assertEquals(3L, inner.call("hello", 1));
            assertEquals(1, ((Bred) inner.args[0]).args.length);
            (i % 4 < 2 ? outer : inner).close();
        }
        LifetimeTest.collectUntil(() -> Som.classOf(Bred.class).instances() == 0);
    }
}
