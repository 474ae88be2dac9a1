package dsomtest;

import org.dsom.Som;
import org.dsom.SomClass;
import org.dsom.SomObject;
import org.dsom.SomParents;
import org.dsom.SomSystemException;

/** Defines a class that cannot be described and is in use already (bind/host/test/undescribed.c): it stays, with nothing of Java's in it, and Java goes on. */
final class Stays {
    private Stays() {}

    static final class First {
        @SomParents("Zoo::Dog")
        static class Undescribed extends SomObject {
            public long speak(long n) {
                return -n;
            }
        }
    }

    static final class Second {
        @SomParents("Zoo::Dog")
        static class Undescribed extends SomObject {
            public long speak(long n) throws Exception {
                return (Long) superCall(Second.Undescribed.class, "speak", n) + 1;
            }
        }
    }

    private static void check(boolean is, Object what) {
        if (!is) {
            throw new AssertionError(what);
        }
    }

    public static void main(String[] args) throws Exception {
        try {
            new First.Undescribed();
            throw new AssertionError("it is defined");
        } catch (SomSystemException e) {
            check(e.code().equals("busy") && e.name().equals("BAD_INV_ORDER") && e.getMessage().contains("it stays"), e);
        }
        SomClass first = Som.load("Undescribed");
        for (int i = 0; i < 3; i++) { // another language goes on with it
            try (SomObject o = first.create()) {
                check(o.call("speak", 3L).equals(7L) && !(o instanceof First.Undescribed) && o.somClass().isA("Zoo::Dog"), o);
                check(Caller.inThread(Som.entry(o, "speak"), Som.address(o), 3) == 7, o);
            }
            System.gc();
        }
        check(first.instances() == 1, first.instances());
        Second.Undescribed again = new Second.Undescribed();
        check(again.somClass().name().equals("Undescribed_2") && again.call("speak", 3L).equals(8L), again);
        check(again.somClass().create().call("speak", 3L).equals(8L), again);
        System.out.println("stays");
    }
}
