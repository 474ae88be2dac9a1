package org.dsom;

import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.Map;

/**
 * An object of SOM, of a class of any language. While it is reachable libsom's object lives; {@link #close} gives that back before. The same object of SOM is the same of
 * Java's, as long as that is reachable.
 *
 * <p>A class in Java that descends from a generated one, or from this one with {@link SomParents}, is a class of SOM.
 */
public class SomObject implements SomInterface {
    /** What generated constructors are given for an object that there is already. */
    protected static final class Existing {
        private Existing() {}
    }

    static final Existing EXISTING = new Existing();

    final long cell;
    private SomClass cls;
    private Map<Class<?>, Object> views; // proxies of it, by their interfaces

    /** An object that there is already. */
    protected SomObject(Existing existing) {
        cell = Native.newCell(this, 0);
        Lifetime.drop(this, cell);
    }

    /** An object that is made: of SOM's class of this one's class, which is defined now if it has not been yet. */
    protected SomObject() {
        long begun = Upcall.begun(this);
        if (begun != 0) { // another language makes it, perhaps while the class is being defined
            cell = begun;
            return;
        }
        Definition d = Definition.of(getClass());
        cell = Native.newCell(this, d == null ? 0 : d.made());
        Lifetime.drop(this, cell);
        Native.make(this, cell, d == null ? Definition.nativeClass(getClass()).address : d.som().address);
    }

    /** An object of a class in Java for one that another language makes: its constructor is run when it begins. */
    static SomObject early(Definition d, long made) {
        try {
            SomObject o = Native.allocate(d.java(), made);
            Lifetime.drop(o, o.cell);
            return o;
        } catch (InstantiationException e) {
            throw new IllegalStateException(d.java().getName() + " is abstract, and another language makes one");
        }
    }

    /** What stands for a reference that is owned, which is taken over; null of 0. */
    static SomObject wrap(long ref) {
        if (ref == 0) {
            return null;
        }
        SomObject o = Native.find(ref);
        if (o != null) {
            return o;
        }
        SomClass c;
        try {
            c = SomClass.at(Native.classOf(ref));
            Definition d = Definition.nearest(c);
            o = d != null && Native.isUnbegun(ref) ? early(d, d.made()) : c.wrapper();
        } catch (RuntimeException | Error e) {
            Native.release(ref);
            throw e;
        }
        SomObject is = Native.adopt(o.cell, ref);
        Reference.reachabilityFence(o);
        return is;
    }

    /** Its class in SOM. */
    public final SomClass somClass() {
        if (cls == null) {
            cls = SomClass.at(Native.classOfObject(this, cell));
        }
        return cls;
    }

    /** False once it has been closed. */
    public final boolean isAlive() {
        return Native.address(this, cell) != 0;
    }

    /** Gives the reference back now: behind the calls that are in it, if there are some. Calls throw {@link IllegalStateException} from then on. */
    @Override
    public final void close() {
        Native.close(cell);
        Reference.reachabilityFence(this);
    }

    /**
     * The object by an interface, whose methods are those of its class by their names: itself if it implements that, else a dynamic proxy, the same each time. Which of SOM's methods each is, and
     * whether their types are those, is looked at first: {@link IllegalArgumentException} says what does not fit.
     */
    public final <T> T as(Class<T> type) {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        synchronized (this) {
            Object there = views == null ? null : views.get(type);
            if (there != null) {
                return type.cast(there);
            }
        }
        Object made = View.of(this, type); // without the lock: this asks the library
        synchronized (this) {
            if (views == null) {
                views = new HashMap<>();
            }
            Object other = views.putIfAbsent(type, made);
            return type.cast(other == null ? made : other);
        }
    }

    /** The object that something stands for: itself, or what a proxy is of. */
    public static SomObject of(Object o) {
        SomObject is = View.objectOf(o);
        if (is == null) {
            throw o == null ? new NullPointerException("an object") : new IllegalArgumentException(o.getClass().getName() + " is no object of SOM's");
        }
        return is;
    }

    /**
     * Calls a method by its name, as other languages do.
     *
     * @return null, the result, or a List of the result and what is out or inout
     */
    public final Object call(String method, Object... args) throws SomUserException {
        return invoke(somClass().method(method), Native.BY_TABLE, 0, args);
    }

    /** An attribute's value. */
    public final Object get(String attribute) {
        return SomObject.<RuntimeException>unchecked(somClass().method("_get_" + attribute), this);
    }

    /** Sets an attribute. */
    public final void set(String attribute, Object value) {
        if (somClass().methodOrNull("_set_" + attribute) == null && somClass().methodOrNull("_get_" + attribute) != null) {
            throw new UnsupportedOperationException("attribute " + attribute + " of class " + somClass().name() + " is read-only");
        }
        SomObject.<RuntimeException>unchecked(somClass().method("_set_" + attribute), this, value);
    }

    /** What an attribute raises is thrown as it is. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> Object unchecked(SomMethod m, SomObject o, Object... args) throws E {
        try {
            return o.invoke(m, Native.BY_TABLE, 0, args);
        } catch (SomUserException e) {
            throw (E) e;
        }
    }

    /** Calls what stands above an override in a class in Java, where {@code super} does not lead there: without generated code, or of another parent. */
    protected final Object superCall(Class<? extends SomObject> of, String method, Object... args) throws SomUserException {
        Definition d = Definition.of(of);
        if (d == null || !of.isInstance(this)) {
            throw new IllegalArgumentException(of.getName() + " is no class in Java that this object is of");
        }
        return invoke(d.som().method(method), Native.BY_SUPER, d.made(), args);
    }

    final Object invoke(SomMethod m, int how, long above, Object... args) throws SomUserException {
        Writer in = m.arguments(args);
        byte[] out = Native.call(this, cell, m.address, how, above, in.octets());
        Reference.reachabilityFence(in);
        return m.results(out);
    }

    @Override
    public String toString() {
        long at = Native.address(this, cell);
        try {
            return at == 0 ? released() : Names.bare(somClass().name()) + "@" + Long.toHexString(at);
        } catch (IllegalStateException closedMeanwhile) {
            return released();
        }
    }

    private String released() {
        return getClass().getSimpleName() + " (released)";
    }

    // What generated code calls. Addresses are of methods.

    /** A method by octets; what it raises is thrown as it is. */
    @SuppressWarnings("unchecked")
    protected final <E extends Exception> Object som_call(long method, Object... args) throws E {
        if (method == Definition.MISSING) {
            throw new SomSystemException("BAD_OPERATION", 0, SomSystemException.Completed.NO, "the class library is of a release that does not have this method");
        }
        try {
            return invoke(SomMethod.at(method), Native.BY_SUPER, 0, args);
        } catch (SomUserException e) {
            throw (E) e;
        }
    }

    /** The address of a method, if its letters are those that the code was generated for. */
    protected static long som_method(Class<?> base, String method, String letters) {
        return Definition.method(base, method, letters);
    }

    /** An object made by an initializer. */
    @SuppressWarnings("unchecked")
    protected static <T, E extends Exception> T som_create(Class<?> base, String initializer, Object... args) throws E {
        return (T) Definition.nativeClass(base).create(initializer, args);
    }

    /** A whole number without a sign that is in range. */
    protected static long som_range(long v, long most, String what) {
        if (v < 0 || v > most) {
            throw new IllegalArgumentException(what + ": " + v + " is out of the range 0 to " + most);
        }
        return v;
    }

    protected final long som_0(long m) {
        return som_10(cell, m);
    }

    protected final long som_1(long m, long a) {
        return som_11(cell, m, a);
    }

    protected final long som_2(long m, long a, long b) {
        return som_12(cell, m, a, b);
    }

    protected final long som_3(long m, long a, long b, long c) {
        return som_13(cell, m, a, b, c);
    }

    protected final long som_4(long m, long a, long b, long c, long d) {
        return som_14(cell, m, a, b, c, d);
    }

    // Of this object, so that it is reachable for as long as they run.
    private native long som_10(long cell, long m);
    private native long som_11(long cell, long m, long a);
    private native long som_12(long cell, long m, long a, long b);
    private native long som_13(long cell, long m, long a, long b, long c);
    private native long som_14(long cell, long m, long a, long b, long c, long d);
}
