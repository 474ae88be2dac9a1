package dsomtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.dsom.Som;
import org.dsom.SomObject;
import org.dsom.SomParents;
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
}
