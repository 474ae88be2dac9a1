package org.dsom;

import java.lang.reflect.Array;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Values on their way to C. All that a program can do wrong with them is found here. */
final class Writer {
    static final int MAX_NESTING = 128; // values in one another: half of SOMH_MAX_NESTING
    static final int MAX_SIZE = 1 << 30; // SOMH_MAX_SIZE

    private static final BigInteger MOST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    static final byte[] NOTHING = {};

    private byte[] out = NOTHING;
    private int n, depth;
    private List<SomObject> objects; // whose cells are in it: they must be reachable until C has read it

    byte[] octets() {
        return n == out.length ? out : Arrays.copyOf(out, n);
    }

    private int room(int more) {
        if (more > out.length - n) {
            if (more > Integer.MAX_VALUE - 64 - n) {
                throw new IllegalArgumentException("values have more than 2 GiB together");
            }
            out = Arrays.copyOf(out, Math.max(n + more, (int) Math.min(Integer.MAX_VALUE - 64, 64 + 2L * out.length)));
        }
        int was = n;
        n += more;
        return was;
    }

    void octet(int v) {
        int at = room(1);
        out[at] = (byte) v;
    }

    void number(long v) {
        int at = room(8);
        Reader.LONG.set(out, at, v);
    }

    private void four(int v) {
        int at = room(4);
        Reader.INT.set(out, at, v);
    }

    private void two(int v) {
        int at = room(2);
        Reader.SHORT.set(out, at, (short) v);
    }

    void text(String s) {
        octets(s.getBytes(StandardCharsets.UTF_8));
    }

    private void octets(byte[] b) {
        four(b.length);
        int at = room(b.length);
        System.arraycopy(b, 0, out, at, b.length);
    }

    private static RuntimeException not(String what, Object wanted, Object v) {
        return v == null ? new NullPointerException(what + " must not be null") : new IllegalArgumentException(what + " must be " + wanted + ", not " + v.getClass().getSimpleName());
    }

    void value(SomType t, Object v, boolean nullable, String what) {
        switch (t.kind) {
            case BOOLEAN:
                if (!(v instanceof Boolean b)) {
                    throw not(what, "boolean", v);
                }
                octet(b ? 1 : 0);
                return;
            case OCTET: octet((int) whole(t, v, 0, 0xff, what)); return;
            case INT8: octet((int) whole(t, v, Byte.MIN_VALUE, Byte.MAX_VALUE, what)); return;
            case SHORT: two((int) whole(t, v, Short.MIN_VALUE, Short.MAX_VALUE, what)); return;
            case USHORT: two((int) whole(t, v, 0, 0xffff, what)); return;
            case LONG: four((int) whole(t, v, Integer.MIN_VALUE, Integer.MAX_VALUE, what)); return;
            case ULONG: four((int) whole(t, v, 0, 0xffffffffL, what)); return;
            case LONGLONG: number(whole(t, v, Long.MIN_VALUE, Long.MAX_VALUE, what)); return;
            case ULONGLONG: number(unsigned(v, what)); return;
            case CHAR: octet(character(v, 0xff, what)); return;
            case WCHAR: two(character(v, 0xffff, what)); return;
            case FLOAT: {
                double d = real(v, what);
                if (Double.isFinite(d) && !Float.isFinite((float) d)) {
                    throw new IllegalArgumentException(what + ": " + v + " is out of the range of float");
                }
                four(Float.floatToRawIntBits((float) d));
                return;
            }
            case DOUBLE: number(Double.doubleToRawLongBits(real(v, what))); return;
            case STRING: string(t, v, nullable, what); return;
            case WSTRING: wide(t, v, nullable, what); return;
            case ENUM: four(Bindings.ordinal(t, v, what)); return;
            case POINTER: number(v == null ? 0 : whole(t, v, Long.MIN_VALUE, Long.MAX_VALUE, what)); return;
            case OBJECT: object(t, v, nullable, what); return;
            case STRUCT, EXCEPTION: {
                Object[] members = t.kind == SomType.Kind.EXCEPTION ? ((SomUserException) v).values().toArray() : Bindings.members(t, v, what);
                deeper();
                for (int i = 0; i < members.length; i++) {
                    value(t.member(i), members[i], false, what + "." + t.names[i]);
                }
                depth--;
                return;
            }
            case UNION: union(t, v, what); return;
            case ARRAY, SEQUENCE: many(t, v, what); return;
            default: throw new IllegalArgumentException(what + ": a value of a type that has no form here: " + t.why);
        }
    }

    private void deeper() {
        if (++depth > MAX_NESTING) {
            throw new IllegalArgumentException("values are nested deeper than " + MAX_NESTING + " (MAX_NESTING)");
        }
    }

    private static RuntimeException range(SomType t, Object v, Object least, Object most, String what) {
        return new IllegalArgumentException(what + ": " + v + " is out of the range of " + t + " (" + least + " to " + most + ")");
    }

    private static long whole(SomType t, Object v, long least, long most, String what) {
        long n;
        if (v instanceof Long || v instanceof Integer || v instanceof Short || v instanceof Byte) {
            n = ((Number) v).longValue();
        } else if (v instanceof BigInteger b) {
            if (b.bitLength() > 63) {
                throw range(t, v, least, most, what);
            }
            n = b.longValue();
        } else {
            throw not(what, "a whole number", v);
        }
        if (n < least || n > most) {
            throw range(t, v, least, most, what);
        }
        return n;
    }

    /** A long is taken as the 64 bits that it is. */
    private static long unsigned(Object v, String what) {
        if (v instanceof Long n) {
            return n;
        }
        if (v instanceof BigInteger b) {
            if (b.signum() < 0 || b.compareTo(MOST) > 0) {
                throw new IllegalArgumentException(what + ": " + v + " is out of the range of unsigned long long (0 to " + MOST + ")");
            }
            return b.longValue();
        }
        if (v instanceof Integer || v instanceof Short || v instanceof Byte) {
            long n = ((Number) v).longValue();
            if (n < 0) {
                throw new IllegalArgumentException(what + ": " + v + " is out of the range of unsigned long long (0 to " + MOST + ")");
            }
            return n;
        }
        throw not(what, "a whole number", v);
    }

    private static int character(Object v, int most, String what) {
        if (!(v instanceof Character c)) {
            throw not(what, "char", v);
        }
        if (c > most) {
            throw new IllegalArgumentException(what + ": the character '" + c + "' is beyond U+" + String.format("%04X", most));
        }
        return c;
    }

    private static double real(Object v, String what) {
        if (v instanceof Double || v instanceof Float || v instanceof Integer || v instanceof Long || v instanceof Short || v instanceof Byte) {
            return ((Number) v).doubleValue();
        }
        throw not(what, "a number", v);
    }

    private void string(SomType t, Object v, boolean nullable, String what) {
        if (v == null && nullable) {
            four(-1);
            return;
        }
        if (!(v instanceof String s)) {
            throw not(what, "String", v);
        }
        if (s.indexOf(0) >= 0) {
            throw new IllegalArgumentException(what + ": a text with a character of zero in it");
        }
        byte[] b = hasSurrogates(s) ? encoded(s, what) : s.getBytes(StandardCharsets.UTF_8);
        if (t.bound != 0 && b.length > t.bound) {
            throw new IllegalArgumentException(what + ": " + b.length + " octets, and the string has at most " + t.bound);
        }
        octets(b);
    }

    private static boolean hasSurrogates(String s) {
        for (int i = 0; i < s.length(); i++) {
            if (Character.isSurrogate(s.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** Halves that stand for octets which are no UTF-8 go as they came. */
    private static byte[] encoded(String s, String what) {
        java.io.ByteArrayOutputStream b = new java.io.ByteArrayOutputStream();
        for (int i = 0; i < s.length();) {
            int c = s.codePointAt(i);
            if (c >= 0xdc80 && c <= 0xdcff) {
                b.write(c & 0xff);
            } else if (c >= 0xd800 && c <= 0xdfff) {
                throw new IllegalArgumentException(what + ": half of a surrogate pair at " + i);
            } else {
                b.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
            i += Character.charCount(c);
        }
        return b.toByteArray();
    }

    private void wide(SomType t, Object v, boolean nullable, String what) {
        if (v == null && nullable) {
            four(-1);
            return;
        }
        if (!(v instanceof String s)) {
            throw not(what, "String", v);
        }
        if (s.indexOf(0) >= 0) {
            throw new IllegalArgumentException(what + ": a text with a character of zero in it");
        }
        if (t.bound != 0 && s.length() > t.bound) {
            throw new IllegalArgumentException(what + ": " + s.length() + " characters, and the wstring has at most " + t.bound);
        }
        four(s.length());
        for (int i = 0; i < s.length(); i++) {
            two(s.charAt(i));
        }
    }

    private void object(SomType t, Object v, boolean nullable, String what) {
        if (v == null && nullable) {
            number(0);
            return;
        }
        SomObject o = View.objectOf(v);
        if (o == null) {
            throw not(what, t, v);
        }
        if (!o.isAlive()) {
            throw Upcall.released(o);
        }
        if (!t.name().isEmpty() && !t.name().equals("SOMObject") && !t.name().equals("Object") && !o.somClass().isA(t.name())) {
            throw not(what, t, v);
        }
        if (objects == null) {
            objects = new ArrayList<>();
        }
        objects.add(o);
        number(o.cell);
    }

    private void union(SomType t, Object v, String what) {
        SomUnion u = Bindings.unionOf(t, v, what);
        deeper();
        int from = n;
        value(t.element(), u.discriminator(), false, what);
        int arm = t.arm(discriminator(t.element(), from));
        if (arm >= 0) {
            value(t.member(arm), u.value(), false, what);
        } else if (u.value() != null) {
            throw not(what, "null, since no arm is selected", u.value());
        }
        depth--;
    }

    private long discriminator(SomType t, int from) {
        return switch (t.kind) {
            case BOOLEAN, OCTET, CHAR -> out[from] & 0xff;
            case INT8 -> out[from];
            case WCHAR, USHORT -> (short) Reader.SHORT.get(out, from) & 0xffff;
            case SHORT -> (short) Reader.SHORT.get(out, from);
            case LONG -> (int) Reader.INT.get(out, from);
            case ULONG, ENUM -> (int) Reader.INT.get(out, from) & 0xffffffffL;
            default -> (long) Reader.LONG.get(out, from);
        };
    }

    private void many(SomType t, Object v, String what) {
        SomType elem = t.element();
        Object[] all = null;
        int length;
        if (elem.kind == SomType.Kind.OCTET && v instanceof byte[] b) {
            length = b.length;
        } else if (v instanceof Collection<?> c) {
            all = c.toArray();
            length = all.length;
        } else if (v != null && v.getClass().isArray() && !(v instanceof byte[])) {
            length = Array.getLength(v);
        } else {
            throw not(what, elem.kind == SomType.Kind.OCTET ? "byte[]" : "a List", v);
        }
        if (t.kind == SomType.Kind.ARRAY && length != t.bound) {
            throw new IllegalArgumentException(what + ": " + length + " elements, and the array has " + t.bound);
        }
        if (t.kind == SomType.Kind.SEQUENCE && t.bound != 0 && length > t.bound) {
            throw new IllegalArgumentException(what + ": " + length + " elements, and the sequence has at most " + t.bound);
        }
        if ((long) length * elem.size > MAX_SIZE) {
            throw new IllegalArgumentException(what + ": a sequence of " + length + " elements has more than " + MAX_SIZE + " octets (SOMH_MAX_SIZE)");
        }
        if (t.kind == SomType.Kind.SEQUENCE) {
            four(length);
        }
        if (all == null && v instanceof byte[] b) {
            int at = room(length);
            System.arraycopy(b, 0, out, at, Math.min(length, b.length));
            return;
        }
        deeper();
        for (int i = 0; i < length; i++) {
            value(elem, all != null ? all[i] : Array.get(v, i), false, what + "[" + i + "]");
        }
        depth--;
    }
}
