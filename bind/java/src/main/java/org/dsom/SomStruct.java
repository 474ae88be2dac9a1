package org.dsom;

import java.util.Arrays;
import java.util.List;

/** A structure, where there is no record that was generated for it. */
public final class SomStruct {
    private final SomType type;
    private final Object[] values;

    SomStruct(SomType type, Object[] values) {
        this.type = type;
        this.values = values;
    }

    public SomType type() {
        return type;
    }

    /** The members, in order. */
    public List<Object> values() {
        return java.util.Collections.unmodifiableList(Arrays.asList(values));
    }

    /** A member by its name. */
    public Object get(String member) {
        for (int i = 0; i < values.length; i++) {
            if (type.names[i].equals(member)) {
                return values[i];
            }
        }
        throw new IllegalArgumentException(type + " has no member " + member);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof SomStruct s && s.type == type && Arrays.deepEquals(values, s.values);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(values);
    }

    @Override
    public String toString() {
        StringBuilder s = new StringBuilder(Names.bare(type.name())).append('[');
        for (int i = 0; i < values.length; i++) {
            s.append(i == 0 ? "" : ", ").append(type.names[i]).append('=').append(values[i]);
        }
        return s.append(']').toString();
    }
}
