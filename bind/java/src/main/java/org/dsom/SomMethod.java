package org.dsom;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A method of a class, as its library tells it. */
public final class SomMethod {
    /** Where a parameter goes. */
    public enum Direction { IN, OUT, INOUT }

    /** A parameter, or a result. */
    public record Param(String name, SomType type, Direction direction, boolean nullable) {
        boolean goesIn() {
            return direction != Direction.OUT && type.kind != SomType.Kind.MAKING;
        }

        /** There is an octet in front of it that says whether it is there. */
        private boolean said() {
            return nullable && direction == Direction.IN && switch (type.kind) {
                case STRUCT, UNION, SEQUENCE, ARRAY -> true;
                default -> false;
            };
        }
    }

    static final int GETS = 2, SETS = 4, INIT = 8, OIDL = 16, ROOT = 32; // flags
    private static final int STATIC = 0; // kinds of SOM's
    private static final Direction[] DIRECTIONS = Direction.values();
    private static final Map<Long, SomMethod> ALL = new ConcurrentHashMap<>();

    final long address;
    final String attribute, sig, why;
    final int kind, flags;
    private final String name, doc;
    private final long owner;
    private final List<Param> params, ins;
    private final Param result;
    private final List<SomType> raises;
    private final int outs;

    private SomMethod(long address) {
        Reader r = new Reader(Native.describeMethod(address));
        this.address = address;
        name = r.text();
        attribute = r.text();
        doc = r.text();
        sig = r.text();
        why = r.text();
        owner = r.number();
        kind = (int) r.number();
        flags = (int) r.number();
        List<Param> all = new ArrayList<>();
        List<SomType> errors = new ArrayList<>();
        Param returns = null;
        if (why == null) {
            for (long n = r.number(); n > 0; n--) {
                all.add(param(r));
            }
            returns = param(r);
            for (long n = r.number(); n > 0; n--) {
                errors.add(SomType.at(r.number()));
            }
        }
        params = List.copyOf(all);
        ins = params.stream().filter(Param::goesIn).toList();
        result = returns;
        raises = List.copyOf(errors);
        outs = why != null ? 0 : (result.type.kind == SomType.Kind.VOID ? 0 : 1) + (int) params.stream().filter(p -> p.direction != Direction.IN).count();
    }

    private static Param param(Reader r) {
        return new Param(r.text(), SomType.at(r.number()), DIRECTIONS[(int) r.number()], r.number() != 0);
    }

    static SomMethod at(long address) {
        SomMethod m = ALL.get(address);
        return m != null ? m : ALL.computeIfAbsent(address, SomMethod::new);
    }

    /** The name in IDL; of what gets and sets an attribute {@code _get_name}, {@code _set_name}. */
    public String name() {
        return name;
    }

    /** The comment in IDL, or null. */
    public String doc() {
        return doc;
    }

    /** The class that introduces it. */
    public SomClass owner() {
        return SomClass.at(owner);
    }

    /** All parameters, as IDL has them. */
    public List<Param> params() {
        return params;
    }

    /** Those that a call is given. */
    public List<Param> ins() {
        return ins;
    }

    public SomType result() {
        return result == null ? null : result.type;
    }

    public boolean nullableResult() {
        return result != null && result.nullable;
    }

    /** The exceptions that it raises. */
    public List<SomType> raises() {
        return raises;
    }

    /** Why it cannot be called, or null. */
    public String why() {
        return why;
    }

    /** What it is called in Java. */
    String javaName() {
        return attribute == null ? Names.method(name) : Names.accessor((flags & GETS) != 0 ? "get" : "set", attribute);
    }

    boolean isInitializer() {
        return (flags & INIT) != 0;
    }

    boolean canBeOverridden() {
        return why == null && kind == STATIC && (flags & INIT) == 0;
    }

    /** How many values come out: the result, and what is out or inout. */
    int outs() {
        return outs;
    }

    /** What comes out, in order. */
    List<Param> results() {
        List<Param> all = new ArrayList<>();
        if (result.type.kind != SomType.Kind.VOID) {
            all.add(result);
        }
        params.stream().filter(p -> p.direction != Direction.IN).forEach(all::add);
        return all;
    }

    /** Whether it takes and returns whole numbers alone, up to four: those are called without octets. */
    boolean isWords() {
        return why == null && params.size() <= 4 && (flags & OIDL) == 0 && (result.type.kind == SomType.Kind.VOID || isWhole(result.type))
            && params.stream().allMatch(p -> p.direction == Direction.IN && isWhole(p.type));
    }

    /** char is not among them, whose sign is the compiler's matter. */
    private static boolean isWhole(SomType t) {
        return switch (t.kind) {
            case BOOLEAN, OCTET, WCHAR, INT8, SHORT, USHORT, LONG, ULONG, LONGLONG, ULONGLONG -> true;
            default -> false;
        };
    }

    private String what(Param p, int i) {
        return (attribute == null ? name : attribute) + "(): argument " + (p.name.isEmpty() ? Integer.toString(i + 1) : "'" + p.name + "'");
    }

    /** What goes in. It has to be reachable until C has read it. */
    Writer arguments(Object[] args) {
        int n = args == null ? 1 : args.length; // null is one null
        if (why != null) {
            throw new UnsupportedOperationException(owner().name() + "::" + name + " cannot be called: " + why);
        }
        if (n != ins.size()) {
            throw new IllegalArgumentException(owner().name() + "::" + name + " takes " + ins.size() + (ins.size() == 1 ? " argument" : " arguments") + ", not " + n);
        }
        Writer w = new Writer();
        for (int i = 0; i < n; i++) {
            Param p = ins.get(i);
            Object v = args == null ? null : args[i];
            if (p.said()) {
                w.octet(v == null ? 0 : 1);
                if (v == null) {
                    continue;
                }
            }
            w.value(p.type, v, p.nullable, what(p, i));
        }
        return w;
    }

    /** What came out of a call: nothing, a value, or a list of several. */
    Object results(byte[] out) {
        if (outs == 0) {
            return null;
        }
        Reader r = new Reader(out);
        Object[] all = new Object[outs];
        int n = 0;
        if (result.type.kind != SomType.Kind.VOID) {
            all[n++] = r.value(result.type, result.nullable);
        }
        for (Param p : params) {
            if (p.direction != Direction.IN) {
                all[n++] = r.value(p.type, p.nullable);
            }
        }
        r.check();
        return outs == 1 ? all[0] : Reader.listOf(all);
    }

    /** What came in to an override. */
    Object[] received(byte[] in) {
        Reader r = new Reader(in);
        Object[] all = new Object[ins.size()];
        for (int i = 0; i < all.length; i++) {
            Param p = ins.get(i);
            all[i] = p.said() && r.octet() == 0 ? null : r.value(p.type, p.nullable);
        }
        r.check();
        return all;
    }

    /** What an override returns. It has to be reachable until C has read it. */
    Writer returned(Object returned, String of) {
        String what = "the result of " + of + "." + (attribute == null ? name : attribute) + "()";
        Object[] all = outs == 0 ? new Object[0] : outs == 1 ? new Object[] {returned} : Bindings.results(returned, outs, what);
        Writer w = new Writer();
        List<Param> results = results();
        for (int i = 0; i < outs; i++) {
            w.value(results.get(i).type, all[i], results.get(i).nullable, what);
        }
        return w;
    }

    @Override
    public String toString() {
        return owner().name() + "::" + name;
    }
}
