package dsomtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.dsom.Som;
import org.dsom.SomObject;
import org.dsom.SomUserException;
import org.junit.jupiter.api.Test;
import zoo.DogBase;

/** Overrides that do not return: others go on, and what ends a wait of Java's ends them, through C++. */
class NeverTest {
    static class Never extends DogBase {
        final CountDownLatch entered = new CountDownLatch(1);
        volatile Thread by;
        volatile boolean enough;
        volatile RuntimeException thrown;

        @Override
        public long speak(long n) {
            if (n == 0) {
                return 0;
            }
            by = Thread.currentThread();
            entered.countDown();
            while (n == 1) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    thrown = new IllegalStateException("interrupted", e);
                    throw thrown;
                }
            }
            while (!enough) {
                Thread.onSpinWait();
            }
            return n;
        }

        void entered() throws InterruptedException {
            assertTrue(entered.await(60, TimeUnit.SECONDS));
        }
    }

    private static CompletableFuture<Object> called(SomObject o, String method, Object... args) {
        CompletableFuture<Object> done = new CompletableFuture<>();
        new Thread(() -> {
            try {
                done.complete(o.call(method, args));
            } catch (SomUserException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        }).start();
        return done;
    }

    private static void othersGoOn(Never o) throws SomUserException {
        for (int i = 0; i < 1000; i++) {
            assertEquals(0L, o.call("speak", 0));
            assertEquals(7L, Som.load("Zoo::Dog").create().call("speak", 3));
        }
    }

    @Test
    void aThreadOfJavas() throws Exception {
        Never o = new Never();
        CompletableFuture<Object> waits = called(o, "speak", 1);
        o.entered();
        othersGoOn(o);
        o.by.interrupt();
        ExecutionException e = assertThrows(ExecutionException.class, () -> waits.get(60, TimeUnit.SECONDS));
        assertSame(o.thrown, e.getCause());
        assertInstanceOf(InterruptedException.class, e.getCause().getCause());

        Never spins = new Never();
        CompletableFuture<Object> heard = called(spins, "speak", 2);
        spins.entered();
        othersGoOn(spins);
        spins.enough = true;
        assertEquals(2L, heard.get(60, TimeUnit.SECONDS));
    }

    @Test
    void aThreadOfCxxs() throws Exception {
        SomObject caller = Som.load("Threads::Caller").create();
        Never o = new Never();
        caller.call("run", o, 1);
        o.entered();
        othersGoOn(o);
        o.by.interrupt();
        assertEquals(-1L, called(caller, "join").get(60, TimeUnit.SECONDS));
        assertTrue(caller.get("why").toString().contains("interrupted"), caller.get("why").toString());

        Never spins = new Never();
        caller.call("run", spins, 2);
        spins.entered();
        othersGoOn(spins);
        spins.enough = true;
        assertEquals(2L, called(caller, "join").get(60, TimeUnit.SECONDS));
    }
}
