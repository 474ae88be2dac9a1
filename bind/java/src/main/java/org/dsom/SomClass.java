package org.dsom;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A class of SOM, in whichever language. There is one object for each. */
public final class SomClass {
    private static final Map<Long, SomClass> ALL = new ConcurrentHashMap<>();

    final long address;
    private final String name, doc, library;
    private final int major, minor;
    private final boolean made;
    private final long[] parents, order, methods, types;
    private final Set<String> ancestors = new HashSet<>();
    private final Map<String, SomMethod> named = new HashMap<>();
    private final Set<String> ambiguous = new HashSet<>();

    private SomClass(long address) {
        Reader r = new Reader(Native.describeClass(address));
        this.address = address;
        name = r.text();
        doc = r.text();
        library = r.text();
        major = (int) r.number();
        minor = (int) r.number();
        made = r.number() != 0;
        parents = numbers(r);
        order = numbers(r);
        methods = numbers(r);
        types = numbers(r);
    }

    private static long[] numbers(Reader r) {
        long[] all = new long[(int) r.number()];
        for (int i = 0; i < all.length; i++) {
            all[i] = r.number();
        }
        return all;
    }

    static SomClass at(long address) {
        SomClass c = ALL.get(address);
        if (c == null) {
            c = new SomClass(address);
            c.fill(); // before others find it
            SomClass other = ALL.putIfAbsent(address, c);
            c = other != null ? other : c;
        }
        return c;
    }

    private void fill() {
        for (long k : order) {
            SomClass c = k == address ? this : at(k);
            ancestors.add(c.name);
            for (long at : c.methods) {
                SomMethod m = SomMethod.at(at);
                if ((m.flags & SomMethod.ROOT) != 0 && m.why != null) {
                    continue;
                }
                named.put(c.name + "::" + m.name(), m);
                if (named.putIfAbsent(m.name(), m) != null && c != this) {
                    ambiguous.add(m.name());
                }
            }
        }
    }

    public String name() {
        return name;
    }

    /** The comment in IDL, or null. */
    public String doc() {
        return doc;
    }

    /** The file that it came from, or null. */
    public String library() {
        return library;
    }

    public int majorVersion() {
        return major;
    }

    public int minorVersion() {
        return minor;
    }

    /** How many instances live, whoever made them. */
    public long instances() {
        return Native.instances(address);
    }

    public List<SomClass> parents() {
        return at(parents);
    }

    /** The class and its ancestors, as methods are looked for. */
    public List<SomClass> order() {
        return at(order);
    }

    private static List<SomClass> at(long[] all) {
        List<SomClass> list = new ArrayList<>(all.length);
        for (long c : all) {
            list.add(at(c));
        }
        return list;
    }

    /** The methods that it introduces. */
    public List<SomMethod> methods() {
        List<SomMethod> all = new ArrayList<>();
        for (long m : methods) {
            all.add(SomMethod.at(m));
        }
        return all;
    }

    /** The structures, unions, enumerations and exceptions that are declared in it. */
    public List<SomType> types() {
        List<SomType> all = new ArrayList<>();
        for (long t : types) {
            all.add(SomType.at(t));
        }
        return all;
    }

    /** Whether it is of that name or descends from one that is. */
    public boolean isA(String ancestor) {
        return ancestors.contains(ancestor);
    }

    /** A method that it has, by its name alone or {@code "Zoo::Dog::bark"}. */
    public SomMethod method(String method) {
        SomMethod m = named.get(method);
        if (m == null) {
            throw new IllegalArgumentException("class " + name + " has no method " + method);
        }
        if (ambiguous.contains(method) && !method.contains("::")) {
            throw new IllegalArgumentException("class " + name + " has several methods " + method + ": say which, as in " + m);
        }
        return m;
    }

    SomMethod methodOrNull(String method) {
        return named.get(method);
    }

    boolean isMade() {
        return made;
    }

    /** Makes an object. */
    public SomObject create() {
        return SomObject.wrap(Native.newObject(address));
    }

    /** Makes an object by an initializer: {@code create("named", "Ida", 4)}. */
    public SomObject create(String initializer, Object... args) {
        SomMethod m = method(initializer);
        if (!m.isInitializer()) {
            throw new IllegalArgumentException(m + " is no initializer");
        }
        Writer in = m.arguments(args);
        long ref = Native.makeBy(address, m.address, in.octets());
        Reference.reachabilityFence(in);
        return SomObject.wrap(ref);
    }

    /** An object of Java's for one of this class; SomObject's own where nothing was generated. */
    SomObject wrapper() {
        MethodHandle how = Bindings.maker(this);
        if (how == null) {
            return new SomObject(SomObject.EXISTING);
        }
        try {
            return (SomObject) how.invokeExact(SomObject.EXISTING);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "class " + name + " of SOM";
    }
}
