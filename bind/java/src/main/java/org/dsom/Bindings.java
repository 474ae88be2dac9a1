package org.dsom;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Generated classes, found by the names of what they stand for, once a class of their package has been used. */
final class Bindings {
    private Bindings() {}

    private record Home(String pkg, ClassLoader loader) {}

    /** What was found and what was not, with the homes that there are. More homes make another, and what is put into this one then is of no consequence. */
    private record Known(Map<String, Optional<Class<?>>> classes, Map<SomType, Optional<Shape>> shapes, Map<SomClass, Optional<MethodHandle>> makers) {
        Known() {
            this(new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        }
    }

    private static final TreeMap<String, Home> MODULES = new TreeMap<>((a, b) -> a.length() != b.length() ? b.length() - a.length() : a.compareTo(b)); // the longest first
    private static volatile Known known = new Known();

    private static final ClassValue<Boolean> REGISTERED = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> c) {
            SomBinding b = c.getAnnotation(SomBinding.class);
            if (b != null) {
                put(c, b);
            }
            return b != null;
        }
    };

    /** A generated class is used: others of its module, and of those that it refers to, are found where they are. False of one that was not generated. */
    static boolean register(Class<?> c) {
        return REGISTERED.get(c);
    }

    private static void put(Class<?> generated, SomBinding b) {
        String module = Names.scope(b.value()), pkg = generated.getPackageName();
        for (Class<?> k = generated.getDeclaringClass(); k != null; k = k.getDeclaringClass()) {
            module = Names.scope(module); // it is declared in a class
        }
        String own = Names.packageOf("", module);
        if (!pkg.equals(own) && !pkg.endsWith("." + own)) {
            throw new IllegalStateException(generated.getName() + " is in no package of module " + module + ", which ends in " + own + ": generate it again");
        }
        String prefix = pkg.equals(own) ? "" : pkg.substring(0, pkg.length() - own.length() - 1);
        boolean more;
        synchronized (MODULES) {
            more = put(module, new Home(pkg, generated.getClassLoader()));
            for (String other : b.modules()) {
                more |= put(other, new Home(Names.packageOf(prefix, other), generated.getClassLoader()));
            }
        }
        if (more) {
            known = new Known();
        }
    }

    private static boolean put(String module, Home home) {
        Home there = MODULES.putIfAbsent(module, home);
        if (there != null && !there.equals(home)) {
            throw new IllegalStateException("of " + (module.isEmpty() ? "what is in no module" : "module " + module) + " there is generated code in package " + there.pkg + " and in " + home.pkg
                + (there.pkg.equals(home.pkg) ? " of another class loader" : "") + ": a program uses one of them");
        }
        return there == null;
    }

    /** The generated class of a scoped name, with something behind it: {@code find("Zoo::Dog", "Base")}. */
    private static Class<?> find(String scoped, String behind) {
        Map<String, Optional<Class<?>>> all = known.classes; // before it is looked for
        Optional<Class<?>> is = all.get(scoped + behind);
        if (is == null) {
            is = Optional.ofNullable(look(scoped, behind));
            all.put(scoped + behind, is);
        }
        return is.orElse(null);
    }

    /** The generated class or interface that stands for a class, a structure, a union or an enumeration; null: there is none, or it is not known yet. */
    static Class<?> generated(SomType t) {
        return t.name().isEmpty() ? null : find(t.name(), "");
    }

    private static Class<?> look(String scoped, String behind) {
        synchronized (MODULES) {
            for (Map.Entry<String, Home> e : MODULES.entrySet()) {
                String module = e.getKey();
                if (!module.isEmpty() && !scoped.startsWith(module + "::")) {
                    continue;
                }
                StringBuilder name = new StringBuilder(e.getValue().pkg);
                char sep = '.';
                for (String part : (module.isEmpty() ? scoped : scoped.substring(module.length() + 2)).split("::")) {
                    name.append(sep).append(Names.plain(part));
                    sep = '$';
                }
                try {
                    return Class.forName(name + behind, false, e.getValue().loader);
                } catch (ClassNotFoundException | LinkageError none) {
                    continue;
                }
            }
        }
        return null;
    }

    /** What generated code has for a type; null: what is generated for it is not known yet. */
    static Class<?> inJava(SomType t) {
        return switch (t.kind) {
            case STRING, WSTRING -> String.class;
            case POINTER -> long.class;
            case OBJECT -> JavaTypes.isAnyObject(t.name()) ? SomObject.class : generated(t);
            case ENUM, STRUCT, UNION -> generated(t);
            case SEQUENCE, ARRAY -> t.element().kind == SomType.Kind.OCTET ? byte[].class : List.class;
            default -> Definition.number(t);
        };
    }

    private static final List<Class<?>> WIDENED = List.of(byte.class, short.class, int.class, long.class, float.class, double.class);

    /** Whether a parameter takes all that comes of a type, with or without generated code; of an object, whether it may be one. */
    static boolean takes(Class<?> parameter, SomType t) {
        SomBinding b = parameter.getAnnotation(SomBinding.class);
        if (b != null && b.value().equals(t.name())) {
            return register(parameter);
        }
        Class<?> is = inJava(t), none = switch (t.kind) {
            case ENUM -> SomEnum.class;
            case STRUCT -> SomStruct.class;
            case UNION -> SomUnion.class;
            default -> null;
        };
        if (t.kind == SomType.Kind.OBJECT) {
            return parameter.isAssignableFrom(SomObject.class) || SomInterface.class.isAssignableFrom(parameter);
        }
        if (is != null && is.isPrimitive() && parameter.isPrimitive()) {
            int from = WIDENED.indexOf(is == char.class ? int.class : is);
            return parameter == is || from >= 0 && WIDENED.indexOf(parameter) >= from;
        }
        return is != null && parameter.isAssignableFrom(MethodType.methodType(is).wrap().returnType()) || none != null && is == null && parameter.isAssignableFrom(none);
    }

    /** Whether what is of a class in Java may be an argument of a type. */
    static boolean gives(Class<?> parameter, SomType t) {
        register(parameter);
        return View.gives(parameter, t, generated(t));
    }

    /** What stands for an object where one of type t comes: itself, or, where its class in Java does not implement what was generated for t, a proxy of the nearest interface that does. */
    static Object seen(SomObject o, SomType t) {
        Class<?> wanted = JavaTypes.isAnyObject(t.name()) ? null : generated(t);
        if (wanted == null || !wanted.isInterface() || wanted.isInstance(o)) {
            return o;
        }
        for (SomClass k : o.somClass().order()) {
            Class<?> is = k.isMade() ? null : find(k.name(), "");
            if (is != null && is.isInterface() && wanted.isAssignableFrom(is)) {
                return o.as(is);
            }
        }
        return o;
    }

    /** What makes an object of Java's for one of a class: of the nearest in its order that has a generated class; null where none has. */
    static MethodHandle maker(SomClass c) {
        Map<SomClass, Optional<MethodHandle>> all = known.makers;
        Optional<MethodHandle> is = all.get(c);
        if (is == null) {
            is = Optional.ofNullable(nearest(c));
            all.put(c, is);
        }
        return is.orElse(null);
    }

    /** How many underscores may be behind the Base of what implements an interface, where names of IDL are the same without. */
    static final int MAX_UNDERSCORES = 3;

    /** What implements a class's interface. */
    private static Class<?> baseOf(String scoped) {
        for (int i = 0; i <= MAX_UNDERSCORES; i++) {
            Class<?> is = find(scoped, "Base" + "_".repeat(i));
            SomBinding b = is == null ? null : is.getAnnotation(SomBinding.class);
            if (is != null && (b == null || b.value().equals(scoped))) {
                return is;
            }
        }
        return null;
    }

    private static MethodHandle nearest(SomClass c) {
        for (SomClass k : c.order()) {
            Class<?> base = k.isMade() ? null : baseOf(k.name());
            if (base != null) {
                check(base, k);
                try {
                    Constructor<?> how = base.getDeclaredConstructor(SomObject.Existing.class);
                    how.setAccessible(true);
                    return MethodHandles.lookup().unreflectConstructor(how).asType(MethodType.methodType(SomObject.class, SomObject.Existing.class));
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(base.getName() + " was not generated for this release of org.dsom: generate it again", e);
                }
            }
        }
        return null;
    }

    /** Throws if what a generated class descends from its class of SOM does not, in the release of the library that there is. */
    static void check(Class<?> base, SomClass c) {
        for (Class<?> k = base.getSuperclass(); k != SomObject.class; k = k.getSuperclass()) {
            String ancestor = k.getAnnotation(SomBinding.class).value();
            if (!c.isA(ancestor)) {
                throw new IllegalStateException(c.name() + " does not descend from " + ancestor + " in this release of its library: generate " + base.getName() + " again");
            }
        }
    }

    /** The constructor and the accessors of a record, or of an exception the former alone. */
    private record Shape(Class<?> type, MethodHandle make, MethodHandle[] members, Object[] constants) {}

    private static Shape shape(SomType t) {
        Map<SomType, Optional<Shape>> all = known.shapes;
        Optional<Shape> is = all.get(t);
        if (is == null) {
            Class<?> c = generated(t);
            try {
                is = c == null ? Optional.empty() : Optional.of(shapeOf(t, c));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(c.getName() + " is not what the class library has: generate it again", e);
            }
            all.put(t, is);
        }
        return is.orElse(null);
    }

    /** The same for a value of Java's, whose class may be the first of its module that is used. */
    private static Shape shape(SomType t, Object v) {
        if (v instanceof Record || v instanceof Enum<?>) {
            register(v instanceof Enum<?> e ? e.getDeclaringClass() : v.getClass());
        }
        return shape(t);
    }

    private static Shape shapeOf(SomType t, Class<?> c) throws ReflectiveOperationException {
        if (c.isEnum()) {
            return new Shape(c, null, null, c.getEnumConstants());
        }
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        int n = t.kind == SomType.Kind.UNION ? 2 : t.names.length;
        for (Constructor<?> how : c.getDeclaredConstructors()) {
            if (how.getParameterCount() != n) {
                continue;
            }
            how.setAccessible(true);
            MethodHandle make = lookup.unreflectConstructor(how).asSpreader(Object[].class, n).asType(MethodType.methodType(Object.class, Object[].class));
            RecordComponent[] components = c.getRecordComponents();
            MethodHandle[] members = new MethodHandle[components == null ? 0 : components.length];
            for (int i = 0; i < members.length; i++) {
                components[i].getAccessor().setAccessible(true);
                members[i] = lookup.unreflect(components[i].getAccessor()).asType(MethodType.methodType(Object.class, Object.class));
            }
            return new Shape(c, make, members, null);
        }
        throw new NoSuchMethodException("a constructor of " + n);
    }

    private static Object made(Shape s, Object[] values) {
        try {
            return s.make.invokeExact(values);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object[] membersOf(Shape s, Object o) {
        try {
            Object[] values = new Object[s.members.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = s.members[i].invokeExact(o);
            }
            return values;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static Object struct(SomType t, Object[] values) {
        Shape s = shape(t);
        return s == null ? new SomStruct(t, values) : made(s, values);
    }

    static SomUserException exception(SomType t, Object[] values) {
        Shape s = shape(t);
        return s == null ? new SomUserException(t, values) : (SomUserException) made(s, values);
    }

    static Object union(SomType t, Object d, Object v) {
        Shape s = shape(t);
        return s == null ? new SomUnion(t.name(), d, v) : made(s, new Object[] {d, v});
    }

    static Object enumerator(SomType t, int value) {
        Shape s = shape(t);
        if (s == null) {
            return new SomEnum(t.name(), value, value >= 0 && value < t.names.length ? t.names[value] : null);
        }
        if (value < 0 || value >= s.constants.length) {
            throw new IllegalStateException(t + " has an enumerator " + Integer.toUnsignedString(value) + " that " + s.type.getName() + " does not have: generate it again");
        }
        return s.constants[value];
    }

    private static String classOf(Object v) {
        return v == null ? "null" : v.getClass().getSimpleName();
    }

    private static RuntimeException not(String what, SomType t, Object v) {
        return v == null ? new NullPointerException(what + " must not be null") : new IllegalArgumentException(what + " must be " + t + ", not " + classOf(v));
    }

    static int ordinal(SomType t, Object v, String what) {
        Shape s = shape(t, v);
        int n;
        if (v instanceof Enum<?> e && s != null && s.type == e.getDeclaringClass()) {
            n = e.ordinal();
        } else if (v instanceof SomEnum e && e.type().equals(t.name())) {
            n = e.value();
        } else if (v instanceof String name) {
            n = Arrays.asList(t.names).indexOf(name);
        } else {
            throw not(what, t, v);
        }
        if (n < 0 || n >= t.names.length) {
            throw new IllegalArgumentException(what + ": " + v + " is no enumerator of " + t);
        }
        return n;
    }

    static Object[] members(SomType t, Object v, String what) {
        Shape s = shape(t, v);
        Object[] values;
        if (s != null && s.type.isInstance(v)) {
            values = membersOf(s, v);
        } else if (v instanceof SomStruct o && o.type() == t) {
            values = o.values().toArray();
        } else if (v instanceof List<?> l) {
            values = l.toArray();
        } else {
            throw not(what, t, v);
        }
        if (values.length != t.names.length) {
            throw new IllegalArgumentException(what + ": " + values.length + " members, and " + t + " has " + t.names.length);
        }
        return values;
    }

    static SomUnion unionOf(SomType t, Object v, String what) {
        Shape s = shape(t, v);
        if (s != null && s.type.isInstance(v)) {
            Object[] values = membersOf(s, v);
            return new SomUnion(t.name(), values[0], values[1]);
        }
        if (v instanceof SomUnion u && u.type().equals(t.name())) {
            return u;
        }
        throw not(what, t, v);
    }

    /** What a method returns that has several results: a record, an array or a list of them. */
    static Object[] results(Object r, int n, String what) {
        Object[] all = null;
        if (r instanceof List<?> l) {
            all = l.toArray();
        } else if (r instanceof Object[] a) {
            all = a;
        } else if (r instanceof Record record) {
            RecordComponent[] components = record.getClass().getRecordComponents();
            all = new Object[components.length];
            try {
                for (int i = 0; i < all.length; i++) {
                    components[i].getAccessor().setAccessible(true);
                    all[i] = components[i].getAccessor().invoke(record);
                }
            } catch (InvocationTargetException | IllegalAccessException e) {
                throw new IllegalArgumentException(what + " cannot be read", e);
            }
        }
        if (all == null || all.length != n) {
            throw new IllegalArgumentException(what + " must be " + n + " values, in a record or a List, not " + (all == null ? classOf(r) : Integer.toString(all.length)));
        }
        return all;
    }
}
