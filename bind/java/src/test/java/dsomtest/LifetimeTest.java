package dsomtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.dsom.Som;
import org.dsom.SomObject;
import org.dsom.SomWeak;
import org.junit.jupiter.api.Test;
import zoo.Asleep;
import zoo.Dog;
import zoo.DogBase;
import zoo.Echo;
import zoo.TooLoud;

/** How long objects live, and threads. */
class LifetimeTest {
    /** Has the collector run until something is so. */
    static void collectUntil(BooleanSupplier so) {
        for (long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); !so.getAsBoolean();) {
            if (System.nanoTime() > until) {
                throw new AssertionError("not collected");
            }
            System.gc();
            Thread.yield();
        }
    }

    static class Own extends DogBase {
        Object mark, me;

        @Override
        public long speak(long n) throws TooLoud, Asleep {
            return super.speak(n) + 1;
        }
    }

    private static long own() {
        return Som.classOf(Own.class).instances();
    }

    @Test
    void collected() {
        long before = Som.load("Zoo::Dog").instances();
        for (int i = 0; i < 100; i++) {
            Som.create(Dog.class);
        }
        collectUntil(() -> Som.load("Zoo::Dog").instances() <= before);
    }

    private static SomWeak<Own> kept(Echo e, Object mark) {
        Own o = new Own();
        o.mark = mark;
        o.me = o; // a cycle of Java's
        e.keep("", o);
        return new SomWeak<>(o);
    }

    /** An object of a class in Java that C++ keeps is the same when it comes back, with all that is in it; again and again. */
    @Test
    void keptByOthers() {
        Echo e = Som.create(Echo.class);
        Object mark = new Object();
        SomWeak<Own> w = kept(e, mark);
        for (int i = 0; i < 5; i++) {
            System.gc();
            System.gc();
            assertSame(mark, w.get().mark);
        }
        e.keep("", new DogBase());
        collectUntil(() -> w.get() == null);
    }

    /** Cycles in Java through objects of SOM are found. */
    @Test
    void cycles() {
        long before = own();
        for (int i = 0; i < 100; i++) {
            Own a = new Own(), b = new Own();
            a.mark = b;
            b.mark = a;
        }
        collectUntil(() -> own() <= before);
    }

    @Test
    void madeByOthers() throws Exception {
        SomObject o = Som.classOf(Own.class).create();
        ((Own) o).mark = "mark";
        Echo e = Som.create(Echo.class);
        e.keep("", (Own) o);
        assertSame(o, e.animal((Own) o, (Own) o).result());
        assertEquals(8L, o.call("speak", 3));
    }

    @Test
    void weak() {
        Dog d = Som.create(Dog.class);
        SomWeak<SomObject> w = new SomWeak<>((SomObject) d);
        assertSame(d, w.get());
        d.close();
        assertNull(w.get());
    }

    /** One that is closed while others have it goes on with what stands above its overrides. */
    @Test
    void closedAndKept() throws Exception {
        Echo e = Som.create(Echo.class);
        Own o = new Own();
        e.keep("", o);
        SomWeak<SomObject> w = new SomWeak<>(o);
        o.close();
        assertFalse(o.isAlive());
        SomObject again = w.get();
        assertFalse(again instanceof Own);
        assertEquals(7L, again.call("speak", 3));
        assertEquals("Own", again.call("somGetClassName"));
    }

    static class Closing extends DogBase {
        @Override
        public long speak(long n) throws TooLoud, Asleep {
            close();
            return n;
        }
    }

    /** One that is closed in its own call ends behind it. */
    @Test
    void closedInItsCall() throws Exception {
        long before = Som.classOf(Closing.class).instances();
        Closing o = new Closing();
        assertEquals(3L, o.call("speak", 3));
        assertEquals(before, Som.classOf(Closing.class).instances());
        assertThrows(IllegalStateException.class, () -> o.getName());
    }

    /** One thread closes what others call: each call is made, or says that it has been released. */
    @Test
    void closedWhileCalled() throws Exception {
        ExecutorService all = Executors.newFixedThreadPool(4);
        for (int round = 0; round < 300; round++) {
            Dog d = Som.create(Dog.class);
            SomWeak<SomObject> w = new SomWeak<>((SomObject) d);
            CyclicBarrier begun = new CyclicBarrier(4);
            List<Future<?>> done = new ArrayList<>();
            for (int k = 0; k < 3; k++) {
                done.add(all.submit(() -> {
                    begun.await();
                    try {
                        for (int i = 0; i < 2000; i++) {
                            assertEquals(7, d.speak(3));
                            d.getName();
                        }
                    } catch (IllegalStateException released) {
                        assertTrue(released.getMessage().contains("has been released"));
                    }
                    return null;
                }));
            }
            begun.await();
            d.close();
            for (Future<?> f : done) {
                f.get(60, TimeUnit.SECONDS);
            }
            assertNull(w.get());
        }
        // The same, where the thread that made it calls, and another closes it.
        for (int round = 0; round < 300; round++) {
            Dog d = Som.create(Dog.class);
            SomWeak<SomObject> w = new SomWeak<>((SomObject) d);
            CyclicBarrier begun = new CyclicBarrier(2);
            Future<?> closed = all.submit(() -> {
                begun.await();
                d.close();
                return null;
            });
            begun.await();
            try {
                for (int i = 0; i < 20000; i++) {
                    d.speak(3);
                }
            } catch (IllegalStateException released) {
                assertTrue(released.getMessage().contains("has been released"));
            }
            closed.get(60, TimeUnit.SECONDS);
            assertNull(w.get());
        }
        all.shutdown();
    }

    /** The thread that made it calls it, others do so as well, and yet another closes it. */
    @Test
    void closedBesideItsOwner() throws Exception {
        ExecutorService all = Executors.newFixedThreadPool(2);
        for (int round = 0; round < 500; round++) {
            Dog d = Som.create(Dog.class);
            SomWeak<SomObject> w = new SomWeak<>((SomObject) d);
            CyclicBarrier begun = new CyclicBarrier(3);
            Future<?> called = all.submit(() -> {
                begun.await();
                return untilReleased(d);
            });
            Future<?> closed = all.submit(() -> {
                begun.await();
                d.close();
                return null;
            });
            begun.await();
            untilReleased(d);
            called.get(60, TimeUnit.SECONDS);
            closed.get(60, TimeUnit.SECONDS);
            assertNull(w.get());
        }
        all.shutdown();
    }

    private static long untilReleased(Dog d) throws Exception {
        try {
            for (long sum = 0;;) {
                sum += d.speak(3);
            }
        } catch (IllegalStateException released) {
            assertTrue(released.getMessage().contains("has been released"));
            return 0;
        }
    }

    /** What an object is asked of itself while another thread closes it is answered, or it has been released. */
    @Test
    void askedWhileClosed() throws Exception {
        ExecutorService all = Executors.newSingleThreadExecutor();
        for (int round = 0; round < 3000; round++) {
            SomObject d = (SomObject) Som.create(Dog.class);
            CyclicBarrier begun = new CyclicBarrier(2);
            Future<?> closed = all.submit(() -> {
                begun.await();
                d.close();
                return null;
            });
            begun.await();
            try {
                assertEquals("Zoo::Dog", d.somClass().name());
            } catch (IllegalStateException released) {
                assertEquals("DogBase (released)", d.toString());
            }
            closed.get(60, TimeUnit.SECONDS);
        }
        all.shutdown();
    }

    static class Lending extends DogBase {
        @Override
        public String getName() {
            return "a text that is lent";
        }
    }

    private static java.lang.ref.WeakReference<Lending> lends() {
        Lending o = new Lending();
        Caller.borrow(Som.entry(o, "_get_name"), Som.address(o));
        o.close();
        return new java.lang.ref.WeakReference<>(o);
    }

    /** What an override has lent C lasts as long as libsom's object, also where Java's is no more. */
    @Test
    void lentLonger() {
        java.lang.ref.WeakReference<Lending> w = lends();
        collectUntil(() -> w.get() == null);
        long before = own();
        for (int i = 0; i < 3; i++) { // behind what the Cleaner had to do before
            new Own();
            collectUntil(() -> own() <= before);
        }
        assertEquals("a text that is lent", new String(Caller.borrowed()));
    }

    /** A list whose elements nobody else refers to, made as they are asked for. */
    private static final class Fresh extends java.util.AbstractList<zoo.Animal> {
        @Override
        public zoo.Animal get(int i) {
            return new DogBase();
        }

        @Override
        public int size() {
            return 50;
        }
    }

    static class Giving extends zoo.EchoBase {
        @Override
        public HerdResult herd(List<zoo.Animal> v, List<zoo.Animal> io) {
            return new HerdResult(new Fresh(), new Fresh(), new Fresh());
        }
    }

    /** While the collector runs all the time, objects that only a value on its way refers to reach the other side. */
    @Test
    void onTheirWay() throws Exception {
        Giving g = new Giving();
        java.util.concurrent.atomic.AtomicBoolean over = new java.util.concurrent.atomic.AtomicBoolean();
        Thread collecting = new Thread(() -> {
            while (!over.get()) {
                System.gc();
            }
        });
        collecting.start();
        try {
            for (int i = 0; i < 100; i++) {
                for (Object list : (List<?>) g.call("herd", new Fresh(), new Fresh())) {
                    for (Object dog : (List<?>) list) {
                        assertEquals(7, ((Dog) dog).speak(3));
                    }
                }
            }
        } finally {
            over.set(true);
            collecting.join();
        }
    }

    static class Seen extends DogBase {
        final List<String> seen = new ArrayList<>();

        @Override
        public long speak(long n) {
            synchronized (seen) {
                seen.add(n + " " + Thread.currentThread().isDaemon());
            }
            return n == 0 ? 1 / n : n;
        }
    }

    /** A thread that Java has not made calls an override. */
    @Test
    void foreignThreads() {
        Seen o = new Seen();
        long entry = Som.entry(o, "speak"), address = Som.address(o);
        assertEquals(5, Caller.inThread(entry, address, 5));
        assertEquals(-1, Caller.inThread(entry, address, 0));
        assertEquals(List.of("5 true", "0 true"), o.seen);
    }

    @Test
    void manyThreads() throws Exception {
        Echo e = Som.create(Echo.class);
        ExecutorService all = Executors.newFixedThreadPool(4);
        List<Future<?>> done = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
            done.add(all.submit(() -> {
                for (long i = 0; i < 500; i++) {
                    Own o = new Own();
                    assertEquals(2 * i + 2, o.call("speak", i));
                    assertSame(o, e.animal(o, o).result());
                    e.keep("x", o);
                }
                return null;
            }));
        }
        for (Future<?> f : done) {
            f.get(120, TimeUnit.SECONDS);
        }
        all.shutdown();
    }

    static class Waiting extends DogBase {
        final CountDownLatch begun = new CountDownLatch(1), go = new CountDownLatch(1);

        @Override
        public long speak(long n) {
            begun.countDown();
            try {
                return go.await(60, TimeUnit.SECONDS) ? 1 : 0;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** An override that does not return holds nobody else up. */
    @Test
    void othersGoOn() throws Exception {
        Waiting o = new Waiting();
        AtomicReference<Object> got = new AtomicReference<>();
        Thread t = new Thread(() -> got.set(Caller.inThread(Som.entry(o, "speak"), Som.address(o), 1)));
        t.start();
        assertTrue(o.begun.await(60, TimeUnit.SECONDS));
        assertEquals(8L, new Own().call("speak", 3));
        System.gc();
        o.go.countDown();
        t.join(60000);
        assertEquals(1L, got.get());
        assertNotNull(o);
    }
}
