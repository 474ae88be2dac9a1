package org.dsom;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** A type of IDL, as the class library tells it. There is one object for each. */
public final class SomType {
    /** What types there are. */
    public enum Kind {
        NONE, VOID, BOOLEAN, OCTET, CHAR, WCHAR, INT8, SHORT, USHORT, LONG, ULONG, LONGLONG, ULONGLONG, FLOAT, DOUBLE, STRING, WSTRING, ENUM, OBJECT, POINTER, STRUCT, UNION,
        SEQUENCE, ARRAY, EXCEPTION, MAKING
    }

    private record Label(long value, int arm) {}

    private static final Map<Long, SomType> ALL = new ConcurrentHashMap<>();
    private static final Kind[] KINDS = Kind.values();

    final long address;
    final Kind kind;
    final long bound;
    final int size;
    final String id, why;
    final String[] names; // of members, as IDL has them
    private final String name, doc;
    private final long elem;
    private final long[] members;
    private final Label[] labels;
    private final int otherwise;

    private SomType(long address) {
        Reader r = new Reader(Native.describeType(address));
        this.address = address;
        kind = KINDS[(int) r.number()];
        name = r.text();
        id = r.text();
        doc = r.text();
        why = r.text();
        size = (int) r.number();
        bound = r.number();
        elem = r.number();
        int n = (int) r.number();
        names = new String[n];
        members = new long[n];
        for (int i = 0; i < n; i++) {
            names[i] = r.text();
            members[i] = r.number();
        }
        labels = new Label[(int) r.number()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = new Label(r.number(), (int) r.number());
        }
        otherwise = (int) r.number();
    }

    static SomType at(long address) {
        SomType t = ALL.get(address);
        return t != null ? t : ALL.computeIfAbsent(address, SomType::new);
    }

    /** The structure, union, enumeration or exception of a scoped name, of a class that is loaded: {@code "Zoo::Place"}. */
    public static SomType named(String scoped) {
        long address = Native.typeNamed(Native.octets(Objects.requireNonNull(scoped, "scoped")));
        if (address == 0) {
            throw new IllegalArgumentException("no class that is loaded has a type " + scoped);
        }
        return at(address);
    }

    public Kind kind() {
        return kind;
    }

    /** The scoped name, or an empty text. */
    public String name() {
        return name;
    }

    /** The comment in IDL, or null. */
    public String doc() {
        return doc;
    }

    /** The repository id of an exception, or null. */
    public String id() {
        return id;
    }

    /** The names of members, enumerators or arms. */
    public List<String> members() {
        return List.of(names);
    }

    /** The type of a member. */
    public SomType member(int i) {
        return at(members[i]);
    }

    /** The elements' type of a sequence or an array, and the discriminator's of a union. */
    public SomType element() {
        return at(elem);
    }

    /** A structure of its members, in order. */
    public SomStruct struct(Object... values) {
        if (kind != Kind.STRUCT) {
            throw new IllegalArgumentException(this + " is no structure");
        }
        if (values.length != names.length) {
            throw new IllegalArgumentException(this + " has " + names.length + " members, not " + values.length);
        }
        return new SomStruct(this, values.clone());
    }

    /** A union: the discriminator, and the value that it selects or null. */
    public SomUnion union(Object discriminator, Object value) {
        if (kind != Kind.UNION) {
            throw new IllegalArgumentException(this + " is no union");
        }
        return new SomUnion(name, discriminator, value);
    }

    /** An enumerator by its name. */
    public SomEnum enumerator(String enumerator) {
        for (int i = 0; kind == Kind.ENUM && i < names.length; i++) {
            if (names[i].equals(enumerator)) {
                return new SomEnum(name, i, enumerator);
            }
        }
        throw new IllegalArgumentException(this + " has no enumerator " + enumerator);
    }

    /** An exception of its members, in order. */
    public SomUserException exception(Object... values) {
        if (kind != Kind.EXCEPTION) {
            throw new IllegalArgumentException(this + " is no exception");
        }
        return Bindings.exception(this, values);
    }

    /** The arm that a discriminator selects, or -1. */
    int arm(long discriminator) {
        for (Label l : labels) {
            if (l.value == discriminator) {
                return l.arm;
            }
        }
        return otherwise;
    }

    /** For each arm the labels that select it; of the default's none. */
    List<List<Long>> labels() {
        List<List<Long>> all = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            all.add(new ArrayList<>());
        }
        for (Label l : labels) {
            if (l.arm >= 0 && l.arm < names.length && l.arm != otherwise) {
                all.get(l.arm).add(l.value);
            }
        }
        return all;
    }

    int otherwise() {
        return otherwise;
    }

    @Override
    public String toString() {
        return switch (kind) {
            case SEQUENCE -> "sequence<" + element() + ">";
            case ARRAY -> element() + "[" + bound + "]";
            case OBJECT -> name.isEmpty() ? "SOMObject" : name;
            case OCTET, CHAR, WCHAR, INT8, SHORT, LONG, FLOAT, DOUBLE, VOID, BOOLEAN, STRING, WSTRING -> kind.name().toLowerCase(java.util.Locale.ROOT);
            case USHORT -> "unsigned short";
            case ULONG -> "unsigned long";
            case LONGLONG -> "long long";
            case ULONGLONG -> "unsigned long long";
            case POINTER -> "pointer";
            default -> name.isEmpty() ? kind.name().toLowerCase(java.util.Locale.ROOT) : name;
        };
    }
}
