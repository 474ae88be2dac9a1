package org.dsom;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * An exception that IDL declares. It is checked, since a method says in its raises which ones there are, and a compiler that reads the generated interfaces can hold
 * callers and implementations to that. Generated classes have the members as methods; those without are this class, and {@link #get} has them.
 */
public class SomUserException extends Exception implements SomException {
    private static final long serialVersionUID = 1;

    private final String type, id;
    private final transient Object[] values;
    private transient SomType told;

    /** For generated classes: the scoped name, the id and the members in order. */
    protected SomUserException(String type, String id, Object... values) {
        this.type = type;
        this.id = id;
        this.values = values;
    }

    SomUserException(SomType type, Object[] values) {
        this(type.name(), type.id, values);
        told = type;
    }

    @Override
    public final String id() {
        return id;
    }

    /** The members, in order. */
    public final List<Object> values() {
        return Collections.unmodifiableList(Arrays.asList(values));
    }

    /** A member by its place. */
    protected final Object member(int i) {
        return values[i];
    }

    /** A member by its name. */
    public final Object get(String member) {
        int at = type().members().indexOf(member);
        if (at < 0) {
            throw new IllegalArgumentException(type + " has no member " + member);
        }
        return values[at];
    }

    final SomType type() {
        if (told == null) {
            told = SomType.named(type);
        }
        return told;
    }

    @Override
    public String getMessage() {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            s.append(i == 0 ? "" : ", ").append(told == null ? "" : told.names[i] + "=").append(values[i]);
        }
        return s.isEmpty() ? null : s.toString();
    }
}
