package org.dsom;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An object of SOM by an interface that its class in Java does not implement, which a dynamic proxy does: one that was generated, without the class beside it, or a program's own. Its methods
 * are held against those of the object's class once for each class.
 */
final class View implements InvocationHandler {
    /** What a method of the interface does. */
    private interface Step {
        Object run(SomObject o, Object proxy, Object[] args) throws Throwable;
    }

    private static final ClassValue<Map<SomClass, Map<Method, Step>>> STEPS = new ClassValue<>() {
        @Override
        protected Map<SomClass, Map<Method, Step>> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    final SomObject object;
    private final Map<Method, Step> steps;

    private View(SomObject object, Map<Method, Step> steps) {
        this.object = object;
        this.steps = steps;
    }

    /** A proxy of an object, which keeps it. */
    static Object of(SomObject o, Class<?> type) {
        SomClass c = o.somClass();
        Map<SomClass, Map<Method, Step>> all = STEPS.get(type);
        Map<Method, Step> steps = all.get(c);
        if (steps == null) {
            steps = new Plan(type, c).steps();
            all.put(c, steps);
        }
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, new View(o, steps));
    }

    /** The object that something stands for: itself, or what a proxy is of; null: it is neither. */
    static SomObject objectOf(Object v) {
        if (v instanceof SomObject o) {
            return o;
        }
        return v != null && Proxy.isProxyClass(v.getClass()) && Proxy.getInvocationHandler(v) instanceof View view ? view.object : null;
    }

    /** The name of the class of SOM's that an interface is for, or null. */
    static String nameOf(Class<?> type) {
        if (type.isInterface() && Bindings.register(type)) {
            return type.getAnnotation(SomBinding.class).value();
        }
        SomName own = type.isInterface() ? type.getAnnotation(SomName.class) : null;
        return own == null ? null : own.value();
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
        Step step = steps.get(method);
        if (step != null) {
            return step.run(object, proxy, args);
        }
        return switch (method.getName()) { // what all objects have
            case "equals" -> args[0] != null && Proxy.isProxyClass(args[0].getClass()) && objectOf(args[0]) == object;
            case "hashCode" -> System.identityHashCode(object);
            default -> object.toString();
        };
    }

    /** The methods of an interface as a class has them. */
    private record Plan(Class<?> type, SomClass cls) {
        Map<Method, Step> steps() {
            if (!type.isInterface() || type.isAnnotation()) {
                throw new IllegalArgumentException(type.getName() + " is no interface");
            }
            String name = nameOf(type);
            if (name != null && !cls.isA(name)) {
                throw new IllegalArgumentException("class " + cls.name() + " does not descend from " + name + ", which " + type.getName() + " is for");
            }
            Map<Method, Step> all = new HashMap<>();
            for (Method k : type.getMethods()) {
                if (k.isDefault()) {
                    all.put(k, own(k));
                } else if (k.getName().equals("close") && k.getParameterCount() == 0 && k.getReturnType() == void.class) {
                    all.put(k, (o, proxy, args) -> {
                        o.close();
                        return null;
                    });
                } else if (!Modifier.isStatic(k.getModifiers()) && !isObjects(k)) {
                    all.put(k, step(k));
                }
            }
            return Map.copyOf(all);
        }

        /** A method with a body. An interface that is not public is not open to the machine's own way. */
        private static Step own(Method k) {
            Class<?> by = k.getDeclaringClass();
            try {
                MethodHandle body = MethodHandles.privateLookupIn(by, MethodHandles.lookup()).unreflectSpecial(k, by).asSpreader(Object[].class, k.getParameterCount());
                Object[] none = {};
                return (o, proxy, args) -> body.invoke(proxy, args == null ? none : args);
            } catch (IllegalAccessException e) {
                return (o, proxy, args) -> InvocationHandler.invokeDefault(proxy, k, args);
            }
        }

        private static boolean isObjects(Method k) {
            try {
                return Modifier.isPublic(Object.class.getMethod(k.getName(), k.getParameterTypes()).getModifiers());
            } catch (NoSuchMethodException e) {
                return false;
            }
        }

        private RuntimeException no(Method k, String why) {
            return new IllegalArgumentException(k.getDeclaringClass().getName() + "." + k.getName() + "(): " + why);
        }

        private Step step(Method k) {
            SomMethod m = named(k);
            if (m == null) {
                return (o, proxy, args) -> {
                    throw new SomSystemException("BAD_OPERATION", 0, SomSystemException.Completed.NO, "the class library is of a release that does not have this method");
                };
            }
            if (m.why == null) {
                checkArguments(k, m);
                checkRaises(k, m);
            }
            Result result = m.why == null ? result(k, m) : v -> v;
            Object[] none = {};
            return (o, proxy, args) -> result.of(o.invoke(m, Native.BY_TABLE, 0, args == null ? none : args));
        }

        /** Null: it is generated, and the library does not have it. */
        private SomMethod named(Method k) {
            Class<?> by = k.getDeclaringClass();
            SomBinding b = by.getAnnotation(SomBinding.class);
            List<SomMethod> found = new ArrayList<>();
            int others = -1;
            for (SomClass in : cls.order()) {
                for (SomMethod m : in.methods()) {
                    if (m.isInitializer() || (!m.javaName().equals(k.getName()) && !(b == null && m.name().equals(k.getName())))) {
                        continue;
                    }
                    if (m.why == null && m.ins().size() != k.getParameterCount()) {
                        others = m.ins().size();
                    } else if (b != null && in.name().equals(b.value())) {
                        return m;
                    } else {
                        found.add(m);
                    }
                }
            }
            if (found.isEmpty() && b != null) {
                return null;
            }
            if (found.isEmpty()) {
                throw no(k, "class " + cls.name() + (others < 0 ? " has no such method" : " has it with " + others + (others == 1 ? " argument" : " arguments")));
            }
            if (found.size() > 1) {
                throw no(k, "class " + cls.name() + " has several: " + found);
            }
            return found.get(0);
        }

        private void checkArguments(Method k, SomMethod m) {
            for (int i = 0; i < k.getParameterCount(); i++) {
                SomType t = m.ins().get(i).type();
                Type is = k.getGenericParameterTypes()[i];
                if (!gives(is, t)) {
                    throw no(k, "argument " + (i + 1) + " is " + said(is) + ", and " + m + " takes " + t);
                }
            }
        }

        private void checkRaises(Method k, SomMethod m) {
            for (Class<?> declared : k.getExceptionTypes()) {
                Bindings.register(declared);
            }
            for (SomType t : m.raises()) {
                Class<?> is = Bindings.generated(t);
                boolean covered = false;
                for (Class<?> declared : k.getExceptionTypes()) {
                    covered |= declared.isAssignableFrom(is != null ? is : SomUserException.class);
                }
                if (!covered) {
                    throw no(k, m + " raises " + t + ", which it does not declare: throws SomUserException");
                }
            }
        }

        private Result result(Method k, SomMethod m) {
            Class<?> r = k.getReturnType();
            if (m.outs() == 0) {
                if (r.isPrimitive() && r != void.class) {
                    throw no(k, m + " returns nothing");
                }
                return v -> null;
            }
            if (r == void.class) {
                return v -> null;
            }
            List<SomMethod.Param> results = m.results();
            if (m.outs() == 1) {
                return checked(k, m, results.get(0).type(), k.getGenericReturnType());
            }
            if (r.isAssignableFrom(List.class)) {
                Type inner = elementOf(k.getGenericReturnType());
                Result[] each = new Result[m.outs()];
                for (int i = 0; i < each.length; i++) {
                    each[i] = checked(k, m, results.get(i).type(), inner);
                }
                return v -> Reader.listOf(all(each, (List<?>) v));
            }
            RecordComponent[] parts = r.getRecordComponents();
            if (parts == null || parts.length != m.outs()) {
                throw no(k, m + " returns " + m.outs() + " values, which are a List or a record");
            }
            Result[] each = new Result[parts.length];
            Class<?>[] types = new Class<?>[parts.length];
            for (int i = 0; i < parts.length; i++) {
                types[i] = parts[i].getType();
                each[i] = checked(k, m, results.get(i).type(), parts[i].getGenericType());
            }
            try {
                Constructor<?> how = r.getDeclaredConstructor(types);
                how.setAccessible(true);
                return v -> made(how, each, (List<?>) v);
            } catch (ReflectiveOperationException | RuntimeException e) {
                throw no(k, r.getName() + " cannot be made: its package has to be opened to org.dsom");
            }
        }

        private static Object[] all(Result[] each, List<?> values) throws Throwable {
            Object[] all = new Object[each.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = each[i].of(values.get(i));
            }
            return all;
        }

        private static Object made(Constructor<?> how, Result[] each, List<?> values) throws Throwable {
            Object[] all = all(each, values);
            try {
                return how.newInstance(all);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private Result checked(Method k, SomMethod m, SomType t, Type r) {
            if (comes(t, r)) {
                return Result.as(t, r);
            }
            throw no(k, "it returns " + said(r) + ", and " + m + " " + t);
        }

        /** Whether what comes of a type may be seen as one in Java, all within it too. Numbers are widened, which within a List are boxed. */
        private static boolean comes(SomType t, Type r) {
            Class<?> is = classOf(r);
            if (is == Object.class) {
                return true;
            }
            if (t.kind == SomType.Kind.OBJECT && is.isInterface()) {
                return true;
            }
            return Bindings.takes(is, t) && (!isList(t, is) || elementComes(t.element(), elementOf(r)));
        }

        private static boolean elementComes(SomType t, Type r) {
            Class<?> is = classOf(r), plain = MethodType.methodType(is).unwrap().returnType();
            return comes(t, r) || plain != is && Bindings.takes(plain, t);
        }
    }

    /** The class of a type in Java: of what stands for others, the one that all of them are. */
    private static Class<?> classOf(Type t) {
        if (t instanceof Class<?> c) {
            return c;
        }
        if (t instanceof ParameterizedType p) {
            return (Class<?>) p.getRawType();
        }
        if (t instanceof GenericArrayType a) {
            return Array.newInstance(classOf(a.getGenericComponentType()), 0).getClass();
        }
        return classOf(t instanceof WildcardType w ? w.getUpperBounds()[0] : ((TypeVariable<?>) t).getBounds()[0]);
    }

    /** The elements' type of a list or another collection of Java's own, or of an array; Object where none is told. */
    private static Type elementOf(Type t) {
        if (t instanceof WildcardType w) {
            return elementOf(w.getUpperBounds()[0]);
        }
        if (t instanceof TypeVariable<?> v) {
            return elementOf(v.getBounds()[0]);
        }
        if (t instanceof GenericArrayType a) {
            return a.getGenericComponentType();
        }
        if (t instanceof Class<?> c && c.isArray()) {
            return c.getComponentType();
        }
        boolean own = t instanceof ParameterizedType p && p.getActualTypeArguments().length == 1 && classOf(t).getName().startsWith("java.");
        return own ? ((ParameterizedType) t).getActualTypeArguments()[0] : Object.class;
    }

    private static String said(Type t) {
        return t instanceof Class<?> c ? c.getSimpleName() : t.getTypeName();
    }

    /** Whether what comes of a type is a List where a class is declared, and not octets. */
    private static boolean isList(SomType t, Class<?> is) {
        return (t.kind == SomType.Kind.SEQUENCE || t.kind == SomType.Kind.ARRAY) && is.isAssignableFrom(List.class);
    }

    /** What a result of SOM's is for the interface: objects are by the interfaces that are asked for, numbers as wide. */
    private interface Result {
        Object of(Object v) throws Throwable;

        static Result as(SomType t, Type generic) {
            Class<?> r = classOf(generic), number = MethodType.methodType(r).unwrap().returnType();
            switch (t.kind) {
                case OBJECT:
                    return v -> v == null || r.isInstance(v) ? v : objectOf(v).as(r);
                case SEQUENCE, ARRAY: {
                    Result each = as(t.element(), elementOf(generic));
                    return v -> {
                        if (!(v instanceof List<?> l)) {
                            return v;
                        }
                        Object[] all = new Object[l.size()];
                        for (int i = 0; i < all.length; i++) {
                            all[i] = each.of(l.get(i));
                        }
                        return Reader.listOf(all);
                    };
                }
                default:
                    if (number == long.class) {
                        return v -> number(v).longValue();
                    }
                    if (number == int.class) {
                        return v -> number(v).intValue();
                    }
                    if (number == short.class) {
                        return v -> number(v).shortValue();
                    }
                    if (number == double.class) {
                        return v -> number(v).doubleValue();
                    }
                    if (number == float.class) {
                        return v -> number(v).floatValue();
                    }
                    return v -> v;
            }
        }

        private static Number number(Object v) {
            return v instanceof Character c ? (Number) (int) c : (Number) v;
        }
    }

    private static final Set<Class<?>> WHOLE = Set.of(byte.class, short.class, int.class, long.class, Byte.class, Short.class, Integer.class, Long.class, BigInteger.class, Number.class),
        REAL = Set.of(byte.class, short.class, int.class, long.class, float.class, double.class, Byte.class, Short.class, Integer.class, Long.class, Float.class, Double.class, Number.class);

    /** The same of a type in Java, and of what is within it. */
    private static boolean gives(Type p, SomType t) {
        Class<?> is = classOf(p);
        if (!Bindings.gives(is, t)) {
            return false;
        }
        boolean list = (t.kind == SomType.Kind.SEQUENCE || t.kind == SomType.Kind.ARRAY) && (is.isArray() && is != byte[].class || Collection.class.isAssignableFrom(is));
        return !list || gives(elementOf(p), t.element());
    }

    /** Whether what is of a class in Java may be a value of a type; of ranges and objects' classes a call decides. */
    static boolean gives(Class<?> p, SomType t, Class<?> generated) {
        if (p == Object.class) {
            return true;
        }
        return switch (t.kind) {
            case BOOLEAN -> p == boolean.class || p == Boolean.class;
            case CHAR, WCHAR -> p == char.class || p == Character.class;
            case FLOAT, DOUBLE -> REAL.contains(p);
            case STRING, WSTRING -> p == String.class;
            case ENUM -> p == generated || p == SomEnum.class || p == String.class;
            case STRUCT -> p == generated || p == SomStruct.class || List.class.isAssignableFrom(p);
            case UNION -> p == generated || p == SomUnion.class;
            case OBJECT -> p.isInterface() || SomObject.class.isAssignableFrom(p);
            case SEQUENCE, ARRAY -> t.element().kind == SomType.Kind.OCTET && p == byte[].class || Collection.class.isAssignableFrom(p) || p.isArray();
            default -> WHOLE.contains(p);
        };
    }
}
