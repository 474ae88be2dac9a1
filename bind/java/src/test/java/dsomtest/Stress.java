package dsomtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dsom.Som;
import org.dsom.SomObject;
import org.dsom.SomUserException;
import org.dsom.SomWeak;
import zoo.Asleep;
import zoo.Card;
import zoo.Colour;
import zoo.DogBase;
import zoo.Echo;
import zoo.Place;
import zoo.TooLoud;

/** Objects of each kind are made, crossed, subclassed and dropped, and memory stays what it was. Stress [HOW MANY] */
final class Stress {
    private Stress() {}

    static class Own extends DogBase {
        Object me;
        long mark;

        @Override
        public long speak(long n) throws TooLoud, Asleep {
            return super.speak(n);
        }
    }

    static class Raising extends DogBase {
        @Override
        public long speak(long n) throws TooLoud, Asleep {
            if (n % 2 != 0) {
                throw new IllegalStateException("odd");
            }
            return super.speak(-1);
        }
    }

    // What is allocated and lost for each object takes 32 octets or more, in each round. How much of C's memory is in use, and in how many pieces, is the collector's
    // matter as well: that settles.
    private static final int ROUNDS = 8, LEAST = 16;
    private static boolean flat = true;

    private interface Step { void run(int i) throws SomUserException; }

    private static final Echo ECHO = Som.create(Echo.class);
    private static final Raising RAISING = new Raising();
    private static final Card CARD = new Card("Rex", Colour.green, true, List.of("sit", "sit"), new Place(1, 2, List.of(List.of(0, 0, 0), List.of(0, 0, 0))), "wide");

    /** What is resident once the collector has taken what it can; it has objects of C++ ended in a thread of its own. */
    private static long resident(long most) throws IOException {
        LifetimeTest.collectUntil(() -> instances() <= most);
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096;
    }

    private static long instances() {
        return Som.load("Zoo::Dog").instances() + Som.classOf(Own.class).instances() + Som.classOf(Raising.class).instances();
    }

    private static void check(boolean good) {
        if (!good) {
            throw new AssertionError();
        }
    }

    private static void native_(int i) throws TooLoud, Asleep {
        new DogBase().speak(i % 100);
    }

    private static void made(int i) throws SomUserException {
        new Own().call("speak", i % 100);
    }

    private static void crossed(int i) {
        Own o = new Own();
        o.mark = i;
        ECHO.keep("text", o);
        check(ECHO.animal(o, o).result() == o);
    }

    private static void cyclic(int i) {
        Own o = new Own();
        o.me = o;
    }

    private static void closed(int i) throws SomUserException {
        try (Own o = new Own()) {
            o.call("speak", 1);
        }
    }

    private static void values(int i) {
        try {
            ECHO.card(CARD, CARD);
        } catch (Asleep e) {
            throw new AssertionError(e);
        }
        ECHO.text("x".repeat(i % 50), "");
    }

    private static void raised(int i) throws SomUserException {
        try {
            RAISING.call("speak", i);
        } catch (IllegalStateException | Asleep e) {
            return;
        }
        check(false);
    }

    private static void weak(int i) {
        Own o = new Own();
        check(new SomWeak<>(o).get() == o);
    }

    private static void fromC(int i) {
        check(((SomObject) Som.create(Own.class)).isAlive());
    }

    private static void run(String name, int n, Step f) throws Exception {
        long most = instances() + 1;
        long before = 0, grown = 0;
        for (int round = 0; round <= ROUNDS; round++) {
            for (int i = 0; i < n; i++) {
                f.run(i);
            }
            long now = resident(most);
            grown = now - before;
            before = now;
            if (round > 0 && (!flat || grown < LEAST * n)) {
                System.out.println(name + ": " + n + " grown by " + (grown >> 10) + " KiB in round " + round);
                return;
            }
        }
        throw new AssertionError(name + ": memory grows in each round, by " + (grown >> 10) + " KiB in the last");
    }

    public static void main(String[] args) throws Exception {
        int many = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        if (many < 0) { // where memory is not to be held to anything, as a checker's has other uses
            many = -many;
            flat = false;
        }
        ECHO.keep("text", new DogBase());
        run("native", many, Stress::native_);
        run("made", many, Stress::made);
        run("crossed", many, Stress::crossed);
        run("cyclic", many / 2, Stress::cyclic);
        run("closed", many, Stress::closed);
        run("values", many / 4, Stress::values);
        run("raised", many / 2, Stress::raised);
        run("weak", many / 2, Stress::weak);
        run("from C", many / 2, Stress::fromC);
        ECHO.keep("", new DogBase());
        LifetimeTest.collectUntil(() -> Som.classOf(Own.class).instances() == 0);
        System.out.println("flat");
    }
}
