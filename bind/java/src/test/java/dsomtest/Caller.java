package dsomtest;

/** Who calls objects and is no Java. */
final class Caller {
    static {
        System.load(System.getProperty("caller"));
    }

    static native long inThread(long entry, long object, long n);
    static native long often(long entry, long object, long times);
    static native void atEnd(long entry, long object, long n);
    private static native boolean defineOlder();
    static native boolean defineSigned();
    static native boolean defineBelow(byte[] name);
    static native boolean defineBreeder();
    static native long litter();
    static native void endLitter();
    static native long newDog();
    static native byte[] deep(long entry, long object, int depth);
    static native void borrow(long entry, long object);
    static native byte[] borrowed();

    /** The name of a class that was built with an older release of an exception. */
    static synchronized String older() {
        if (!org.dsom.Som.classes().contains("Older") && !defineOlder()) {
            throw new IllegalStateException("Older cannot be defined");
        }
        return "Older";
    }

    native long speak(long dog, long n);
    native long entrySpeak(long entry, long object, long n);
}
