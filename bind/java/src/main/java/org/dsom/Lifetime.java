package org.dsom;

import java.lang.ref.Cleaner;

/** What is done when the collector has found that objects are no more. */
final class Lifetime {
    private Lifetime() {}

    static final Cleaner CLEANER = Cleaner.create();

    private record Dropped(long cell) implements Runnable {
        @Override
        public void run() {
            Native.drop(cell);
        }
    }

    private record Freed(long weak) implements Runnable {
        @Override
        public void run() {
            Native.weakFree(weak);
        }
    }

    static void drop(SomObject o, long cell) {
        CLEANER.register(o, new Dropped(cell));
    }

    static void free(SomWeak<?> o, long weak) {
        CLEANER.register(o, new Freed(weak));
    }

    /** Behind each collection objects that C++ has let go of become the collector's. */
    static void lookAfterCollections() {
        CLEANER.register(new Object(), () -> {
            Native.look();
            lookAfterCollections();
        });
    }
}
