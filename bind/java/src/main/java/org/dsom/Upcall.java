package org.dsom;

import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;

/** What C calls. */
final class Upcall {
    private Upcall() {}

    /** An object that another language is making, whose constructor is being run, or null. */
    private static final ThreadLocal<SomObject> BEGINNING = new ThreadLocal<>();

    /** The cell of an object, if it is that one; else 0. */
    static long begun(SomObject o) {
        return BEGINNING.get() == o ? o.cell : 0;
    }

    private static void begin(long id, long made, long ref) throws Throwable {
        Definition d = Definition.at(id);
        if (d == null) { // Java has not got the class, which stays for others without a part in Java
            return;
        }
        Constructor<?> how;
        try {
            how = d.java().getDeclaredConstructor();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(d.java().getName() + " has no constructor without arguments, and another language makes one");
        }
        SomObject o = attached(ref); // others have been shown it
        if (o == null) {
            o = SomObject.early(d, made);
        }
        SomObject outer = BEGINNING.get();
        BEGINNING.set(o);
        try {
            Native.attach(o, o.cell, ref);
            Native.construct(o, how);
        } catch (Throwable e) {
            o.close(); // it is undone
            throw e;
        } finally {
            if (outer == null) {
                BEGINNING.remove();
            } else {
                BEGINNING.set(outer);
            }
        }
    }

    private static native SomObject attached(long ref);

    /** Octets, and what they are of, which is held until C has read them. */
    private static Object[] handle(long id, SomObject self, byte[] in) throws Throwable {
        Definition.Override o = Definition.override(id);
        Object[] args = o.method().received(in);
        Object r = o.how().invokeExact((Object) self, args);
        Writer w = o.method().returned(r, self.getClass().getSimpleName());
        return new Object[] {w.octets(), w};
    }

    private static final long A_USER = 0, A_SYSTEM = 1, A_JAVA = 2;

    /** What there is to tell of an exception, as octets, the exception that it is of, another if what it has for a member cannot be one, and what holds objects in it until C has read them. */
    private static Object[] raising(Throwable t) {
        Writer w = new Writer();
        try {
            if (t instanceof SomUnknownException e) {
                raise(w, A_USER, 0, 0, e.userId(), "");
            } else if (t instanceof SomSystemException e) {
                raise(w, A_SYSTEM, e.minor(), e.completed().ordinal(), e.id(), e.getMessage() == null ? "" : e.getMessage());
            } else if (t instanceof SomUserException e) {
                raise(w, A_USER, e.type().address, 0, e.id(), "");
                w.value(e.type(), e, false, e.type().toString());
            } else {
                raise(w, A_JAVA, 0, 0, "", t.toString());
            }
            return new Object[] {w.octets(), t, w};
        } catch (RuntimeException wrong) {
            if (wrong != t) {
                wrong.addSuppressed(t);
            }
            w = new Writer();
            raise(w, A_JAVA, 0, 0, "", wrong.toString());
            return new Object[] {w.octets(), wrong};
        }
    }

    private static void raise(Writer w, long kind, long a, long b, String id, String text) {
        w.number(kind);
        w.number(a);
        w.number(b);
        w.text(id);
        w.text(text);
    }

    private static String text(byte[] b) {
        return b == null ? null : new String(b, StandardCharsets.UTF_8);
    }

    private static Throwable user(long type, byte[] members) {
        SomType t = SomType.at(type);
        Reader r = new Reader(members);
        Object[] values = r.members(t);
        r.check();
        return Bindings.exception(t, values);
    }

    private static Throwable unknown(byte[] id, byte[] text) {
        return new SomUnknownException(text(id), text(text));
    }

    private static Throwable system(byte[] id, int minor, int completed, byte[] code, byte[] text) {
        SomSystemException.Completed[] all = SomSystemException.Completed.values();
        return new SomSystemException(text(id), minor, all[completed >= 0 && completed < all.length ? completed : 2], text(code), text(text));
    }

    static RuntimeException released(SomObject o) {
        return new IllegalStateException("the object of class " + (o == null ? "?" : o.getClass().getSimpleName()) + " has been released");
    }

    /** What an override throws that has nobody to tell. */
    private static void failed(Throwable t) {
        Thread.UncaughtExceptionHandler h = Thread.currentThread().getUncaughtExceptionHandler();
        h.uncaughtException(Thread.currentThread(), t);
    }
}
