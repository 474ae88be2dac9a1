package org.dsom;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A class in Java that is one of SOM: its overrides are the public methods that it declares under the names of SOM's. It lives as long as the process. */
final class Definition {
    /** A method that a class in Java overrides, called with its arguments in an array. */
    record Override(SomMethod method, MethodHandle how) {}

    private static final ClassValue<Definition[]> ALL = new ClassValue<>() {
        @java.lang.Override
        protected Definition[] computeValue(Class<?> c) {
            return new Definition[1];
        }
    };
    private static final Map<Long, Definition> BY_ID = new ConcurrentHashMap<>();
    private static final Map<SomClass, Definition> BY_CLASS = new ConcurrentHashMap<>();
    private static final Map<Long, Override> OVERRIDES = new ConcurrentHashMap<>();
    private static final AtomicLong LAST = new AtomicLong();

    /** The address of a method that the library, of another release, does not have. */
    static final long MISSING = Native.missing();

    private final Class<?> java;
    private final long id = LAST.incrementAndGet();
    private volatile long made;
    private volatile SomClass som;

    private Definition(Class<?> java) {
        this.java = java;
    }

    Class<?> java() {
        return java;
    }

    long made() {
        return made;
    }

    SomClass som() {
        return som;
    }

    static Definition at(long id) {
        return BY_ID.get(id);
    }

    static Override override(long id) {
        return OVERRIDES.get(id);
    }

    /** That of the nearest class in Java to one of SOM's, or null. */
    static Definition nearest(SomClass c) {
        for (SomClass k : c.order()) {
            if (k.isMade()) {
                return BY_CLASS.get(k);
            }
        }
        return null;
    }

    /** The definition of a class in Java, made if need be; null of one that was generated. */
    static Definition of(Class<?> c) {
        Definition d = ALL.get(c)[0];
        if (d != null || c.isAnnotationPresent(SomBinding.class)) {
            return d;
        }
        if (!SomObject.class.isAssignableFrom(c) || c == SomObject.class) {
            return null;
        }
        synchronized (ALL.get(c)) { // of each class its own: C may call Java while one is defined
            d = ALL.get(c)[0];
            if (d == null) {
                d = new Definition(c);
                BY_ID.put(d.id, d);
                try {
                    d.define();
                } catch (RuntimeException | Error e) {
                    BY_ID.remove(d.id);
                    throw e;
                }
                ALL.get(c)[0] = d;
            }
        }
        return d;
    }

    /** The class of a generated one. */
    static SomClass nativeClass(Class<?> base) {
        Bindings.register(base);
        return Som.load(base.getAnnotation(SomBinding.class).value());
    }

    static long method(Class<?> base, String method, String letters) {
        SomClass c = nativeClass(base);
        Bindings.check(base, c);
        SomMethod m = c.methodOrNull(method);
        if (m == null || m.why != null) {
            return MISSING;
        }
        if (!letters(m).equals(letters)) {
            throw new IllegalStateException(m + " takes or returns something else than when " + base.getName() + " was generated: generate it again");
        }
        return m.address;
    }

    static String letters(SomMethod m) {
        int slash = m.sig.indexOf('/');
        return slash < 0 ? m.sig : m.sig.substring(0, slash);
    }

    // ---- Making one ----

    private void define() {
        List<SomClass> parents = new ArrayList<>();
        Class<?> above = java.getSuperclass();
        SomParents named = java.getAnnotation(SomParents.class);
        for (String name : named == null ? new String[0] : named.value()) {
            parents.add(Som.load(name));
        }
        if (above == SomObject.class) {
            if (parents.isEmpty()) {
                throw new IllegalArgumentException(java.getName() + " descends from no class of SOM's: @SomParents says from which, or it extends a generated class");
            }
        } else {
            Definition d = of(above);
            SomClass parent = d != null ? d.som : nativeClass(above);
            if (parents.isEmpty()) {
                parents.add(parent);
            } else if (parents.stream().noneMatch(p -> p.isA(parent.name()))) {
                throw new IllegalArgumentException(java.getName() + " extends " + above.getName() + ", and none of its @SomParents descends from " + parent.name());
            }
        }
        for (SomClass p : parents) {
            for (SomClass k : p.order()) { // Java's part of an object is one object
                Definition d = k.isMade() ? BY_CLASS.get(k) : null;
                if (d != null && !d.java.isAssignableFrom(java)) {
                    throw new IllegalArgumentException(java.getName() + " has to extend " + d.java.getName() + ", which " + p.name() + " descends from");
                }
            }
        }
        for (Class<?> i : java.getInterfaces()) {
            SomBinding b = i.getAnnotation(SomBinding.class);
            if (b != null && parents.stream().noneMatch(p -> p.isA(b.value()))) {
                parents.add(Som.load(b.value()));
            }
        }
        Set<SomMethod> methods = new LinkedHashSet<>();
        for (SomClass p : parents) {
            for (SomClass k : p.order()) {
                methods.addAll(k.methods());
            }
        }
        List<SomMethod> overridden = new ArrayList<>();
        List<Method> by = new ArrayList<>();
        for (SomMethod m : methods) {
            Method is = m.canBeOverridden() ? override(m) : null;
            if (is != null) {
                overridden.add(m);
                by.add(is);
            }
        }
        define(parents, overridden, by);
    }

    /** What overrides a method: what has just the parameters that are generated for it, and, where those are not inherited, the one that takes what comes. */
    private Method override(SomMethod m) {
        Class<?>[] generated = m.ins().stream().map(p -> Bindings.inJava(p.type())).toArray(Class<?>[]::new);
        List<Method> named = new ArrayList<>(), takes = new ArrayList<>();
        for (Method k : java.getDeclaredMethods()) {
            int is = k.getModifiers();
            if (!Modifier.isPublic(is) || Modifier.isStatic(is) || Modifier.isAbstract(is) || k.isBridge() || !k.getName().equals(m.javaName()) || k.getParameterCount() != generated.length) {
                continue;
            }
            if (Arrays.equals(k.getParameterTypes(), generated)) {
                return k;
            }
            named.add(k);
            if (IntStream.range(0, generated.length).allMatch(i -> Bindings.takes(k.getParameterTypes()[i], m.ins().get(i).type()))) {
                takes.add(k);
            }
        }
        if (named.isEmpty() || isInherited(m.javaName(), generated)) { // those are Java's alone, which other parameters make others of
            return null;
        }
        if (takes.size() != 1) {
            throw new IllegalArgumentException((takes.isEmpty() ? named.get(0) + " does not take what " + m + " is given: " : java.getName() + " has several methods that take what " + m + " is given: ")
                + m.ins().stream().map(p -> p.type().toString()).collect(Collectors.joining(", ", "(", ")")));
        }
        return takes.get(0);
    }

    private boolean isInherited(String name, Class<?>[] parameters) {
        if (Arrays.asList(parameters).contains(null)) {
            return false;
        }
        List<Class<?>> above = new ArrayList<>(List.of(java.getInterfaces()));
        above.add(java.getSuperclass());
        for (Class<?> c : above) {
            try {
                c.getMethod(name, parameters);
                return true;
            } catch (NoSuchMethodException next) {
                continue;
            }
        }
        return false;
    }

    private void define(List<SomClass> parents, List<SomMethod> overridden, List<Method> by) {
        int n = overridden.size();
        long[] methods = new long[n], ids = new long[n];
        Object[] direct = new Object[n];
        for (int i = 0; i < n; i++) {
            SomMethod m = overridden.get(i);
            methods[i] = m.address;
            ids[i] = LAST.incrementAndGet();
            if (isDirect(m, by.get(i))) {
                direct[i] = by.get(i);
            } else {
                OVERRIDES.put(ids[i], new Override(m, handle(by.get(i))));
            }
        }
        SomName name = java.getAnnotation(SomName.class);
        String own = name != null ? name.value() : java.getSimpleName().isEmpty() ? "Made" : java.getSimpleName();
        long is = Native.define(Native.octets(own), name != null, parents.stream().mapToLong(p -> p.address).toArray(), java, id, methods, ids, direct);
        som = SomClass.at(Native.madeClass(is));
        made = is;
        BY_CLASS.put(som, this);
    }

    private MethodHandle handle(Method m) {
        try {
            MethodHandle h = MethodHandles.privateLookupIn(java, MethodHandles.lookup()).unreflectSpecial(m, java);
            return h.asSpreader(Object[].class, m.getParameterCount()).asType(MethodType.methodType(Object.class, Object.class, Object[].class));
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException("package " + java.getPackageName() + " has to be opened to org.dsom, which calls the overrides in it", e);
        }
    }

    /** Whether it takes and returns just what Java has for the numbers: then it is called without octets. */
    private static boolean isDirect(SomMethod m, Method by) {
        Class<?> result = m.outs() == 0 ? void.class : m.outs() == 1 && m.result().kind != SomType.Kind.VOID ? number(m.result()) : null;
        if (result == null || by.getReturnType() != result) {
            return false;
        }
        for (int i = 0; i < m.params().size(); i++) {
            if (m.params().get(i).direction() != SomMethod.Direction.IN || number(m.params().get(i).type()) != by.getParameterTypes()[i]) {
                return false;
            }
        }
        return true;
    }

    /** What Java has for a number, or null of another type. */
    static Class<?> number(SomType t) {
        return switch (t.kind) {
            case BOOLEAN -> boolean.class;
            case INT8 -> byte.class;
            case SHORT -> short.class;
            case CHAR, WCHAR -> char.class;
            case OCTET, USHORT, LONG -> int.class;
            case ULONG, LONGLONG, ULONGLONG -> long.class;
            case FLOAT -> float.class;
            case DOUBLE -> double.class;
            default -> null;
        };
    }
}
