package org.dsom;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
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
                if (!Bindings.gives(k.getParameterTypes()[i], t)) {
                    throw no(k, "argument " + (i + 1) + " is " + k.getParameterTypes()[i].getSimpleName() + ", and " + m + " takes " + t);
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
                return checked(k, m, results.get(0).type(), r, k.getGenericReturnType());
            }
            if (r.isAssignableFrom(List.class)) {
                return v -> v;
            }
            RecordComponent[] parts = r.getRecordComponents();
            if (parts == null || parts.length != m.outs()) {
                throw no(k, m + " returns " + m.outs() + " values, which are a List or a record");
            }
            Result[] each = new Result[parts.length];
            Class<?>[] types = new Class<?>[parts.length];
            for (int i = 0; i < parts.length; i++) {
                types[i] = parts[i].getType();
                each[i] = checked(k, m, results.get(i).type(), types[i], parts[i].getGenericType());
            }
            try {
                Constructor<?> how = r.getDeclaredConstructor(types);
                how.setAccessible(true);
                return v -> made(how, each, (List<?>) v);
            } catch (ReflectiveOperationException | RuntimeException e) {
                throw no(k, r.getName() + " cannot be made: its package has to be opened to org.dsom");
            }
        }

        private static Object made(Constructor<?> how, Result[] each, List<?> values) throws Throwable {
            Object[] all = new Object[each.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = each[i].of(values.get(i));
            }
            try {
                return how.newInstance(all);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private Result checked(Method k, SomMethod m, SomType t, Class<?> r, Type generic) {
            if (r == Object.class || Bindings.takes(r, t) || (t.kind == SomType.Kind.OBJECT && r.isInterface())) {
                return Result.as(t, r, generic);
            }
            throw no(k, "it returns " + r.getSimpleName() + ", and " + m + " " + t);
        }
    }

    /** What a result of SOM's is for the interface: objects are by the interfaces that are asked for, numbers as wide. */
    private interface Result {
        Object of(Object v) throws Throwable;

        static Result as(SomType t, Class<?> r, Type generic) {
            switch (t.kind) {
                case OBJECT:
                    return v -> v == null || r.isInstance(v) ? v : objectOf(v).as(r);
                case SEQUENCE, ARRAY: {
                    if (!(generic instanceof ParameterizedType p) || p.getActualTypeArguments().length != 1) {
                        return v -> v;
                    }
                    Type inner = p.getActualTypeArguments()[0];
                    Class<?> raw = inner instanceof ParameterizedType q ? (Class<?>) q.getRawType() : inner instanceof Class<?> c ? c : Object.class;
                    Result each = as(t.element(), raw, inner);
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
                    if (r == long.class) {
                        return v -> ((Number) v).longValue();
                    }
                    if (r == int.class) {
                        return v -> ((Number) v).intValue();
                    }
                    if (r == short.class) {
                        return v -> ((Number) v).shortValue();
                    }
                    if (r == double.class) {
                        return v -> ((Number) v).doubleValue();
                    }
                    if (r == float.class) {
                        return v -> ((Number) v).floatValue();
                    }
                    return v -> v;
            }
        }
    }

    private static final Set<Class<?>> WHOLE = Set.of(byte.class, short.class, int.class, long.class, Byte.class, Short.class, Integer.class, Long.class, BigInteger.class, Number.class),
        REAL = Set.of(byte.class, short.class, int.class, long.class, float.class, double.class, Byte.class, Short.class, Integer.class, Long.class, Float.class, Double.class, Number.class);

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
