package org.dsom;

import java.io.IOException;
import java.io.ObjectOutputStream;
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
    private final transient Object[] values; // null of one that came by a stream of objects
    private transient SomType told;
    private String text; // of one that goes into a stream of objects, which its members need not go into

    /** For generated classes: the scoped name, the id and the members in order. */
    protected SomUserException(String type, String id, Object... values) {
        Bindings.register(getClass()); // so that those which come are of it
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
        stay();
        return Collections.unmodifiableList(Arrays.asList(values));
    }

    /** A member by its place. */
    protected final Object member(int i) {
        stay();
        return values[i];
    }

    private void stay() {
        if (values == null) {
            throw new IllegalStateException("an exception that came by a stream of objects has its text, and no members");
        }
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        text = getMessage();
        out.defaultWriteObject();
    }

    /** A member by its name. */
    public final Object get(String member) {
        stay();
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
        if (values == null) {
            return text;
        }
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            s.append(i == 0 ? "" : ", ").append(told == null ? "" : told.names[i] + "=").append(values[i]);
        }
        return s.isEmpty() ? null : s.toString();
    }
}
