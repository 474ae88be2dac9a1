package org.dsom;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;

/** What libsomjni does. Addresses are longs; who calls holds the objects that they are of, or hands them in as well: an object lives as long as a call of C that has it. */
final class Native {
    private Native() {}

    static {
        String given = System.getProperty("dsom.library");
        File beside = given == null ? beside() : new File(given);
        if (beside != null && (given != null || beside.isFile())) {
            System.load(beside.getAbsolutePath());
        } else {
            System.loadLibrary("somjni");
        }
        Runtime.getRuntime().addShutdownHook(new Thread(Native::shut, "dsom"));
        Lifetime.lookAfterCollections();
    }

    /** The library where the jar is. */
    private static File beside() {
        try {
            File jar = new File(Native.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return new File(jar.getParentFile(), System.mapLibraryName("somjni"));
        } catch (URISyntaxException | RuntimeException e) {
            return null;
        }
    }

    static byte[] octets(String s) {
        return s == null ? null : s.getBytes(StandardCharsets.UTF_8);
    }

    static native void shut();

    // Classes, libraries and what they say.
    static native long named(byte[] name, int major, int minor);
    static native void loadLibrary(byte[] file);
    static native void setPath(byte[] folders);
    static native byte[] classNames();
    static native long typeNamed(byte[] name);
    static native long classOf(long ref);
    static native long instances(long cls);
    static native byte[] describeClass(long cls);
    static native byte[] describeType(long type);
    static native byte[] describeMethod(long method);

    // Objects: a cell for each of Java's.
    static native long newCell(SomObject o, long made);
    static native SomObject find(long ownedRef);
    static native boolean isUnbegun(long ref);
    static native SomObject allocate(Class<?> java, long made) throws InstantiationException; // its constructor has not run
    static native void construct(SomObject o, java.lang.reflect.Constructor<?> how);
    static native SomObject adopt(long cell, long ownedRef);
    static native void attach(SomObject o, long cell, long ref);
    static native void make(SomObject o, long cell, long cls);
    static native long makeBy(long cls, long method, byte[] in);
    static native long newObject(long cls);
    static native void close(long cell);
    static native void drop(long cell);
    static native long address(SomObject o, long cell); // 0: it has been released
    static native long classOfObject(SomObject o, long cell);
    static native void look();
    static native long strong();
    static native void release(long ownedRef);
    static native long weakNew(SomObject o, long cell);
    static native long weakGet(long weak);
    static native void weakFree(long weak);

    // Calls.
    static final int BY_TABLE = 0, BY_SUPER = 1;
    static native byte[] call(SomObject o, long cell, long method, int how, long above, byte[] in);
    static native long missing(); // a method that stands for those which the library does not have
    static native long entry(SomObject o, long cell, long method);

    // Classes that Java makes.
    static native long define(byte[] name, boolean exact, long[] parents, Class<?> java, long id, long[] methods, long[] ids, Object[] reflected);
    static native long madeClass(long made);
}
