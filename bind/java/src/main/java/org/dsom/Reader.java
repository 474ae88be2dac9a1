package org.dsom;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Values that come from C, as octets in the machine's own order. All references in them become objects, whatever is wrong with another value. */
final class Reader {
    static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());
    static final VarHandle CHAR = MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.nativeOrder());
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    static final VarHandle FLOAT = MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.nativeOrder());
    static final VarHandle DOUBLE = MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.nativeOrder());

    private final byte[] in;
    private int at;
    private RuntimeException wrong;

    Reader(byte[] in) {
        this.in = in;
    }

    private int skip(int n) {
        int was = at;
        at += n;
        return was;
    }

    long number() {
        return (long) LONG.get(in, skip(8));
    }

    boolean more() {
        return at < in.length;
    }

    byte octet() {
        return in[at++];
    }

    /** A text, or null. */
    String text() {
        int n = (int) INT.get(in, skip(4));
        if (n < 0) {
            return null;
        }
        int from = skip(n);
        String s = new String(in, from, n, StandardCharsets.UTF_8);
        return s.indexOf('\ufffd') < 0 ? s : escaped(from, n);
    }

    /** Octets that are no UTF-8 come as halves of surrogates, U+DC80 to U+DCFF, and go back as they came. */
    private String escaped(int from, int n) {
        StringBuilder s = new StringBuilder(n);
        for (int i = from, end = from + n, k; i < end; i += Math.max(k, 1)) {
            k = sequence(i, end);
            int b = in[i] & 0xff;
            switch (k) {
                case 0: s.append((char) (0xdc00 + b)); break;
                case 1: s.append((char) b); break;
                case 2: s.append((char) ((b & 0x1f) << 6 | in[i + 1] & 0x3f)); break;
                case 3: s.append((char) ((b & 0xf) << 12 | (in[i + 1] & 0x3f) << 6 | in[i + 2] & 0x3f)); break;
                default: s.appendCodePoint((b & 7) << 18 | (in[i + 1] & 0x3f) << 12 | (in[i + 2] & 0x3f) << 6 | in[i + 3] & 0x3f);
            }
        }
        return s.toString();
    }

    /** How many octets the character at a place has; 0: there is none that is well-formed (Unicode, table 3-7). */
    private int sequence(int at, int end) {
        int b = in[at] & 0xff, k = b < 0x80 ? 1 : b < 0xc2 ? 0 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : b < 0xf5 ? 4 : 0;
        if (k < 2) {
            return k;
        }
        if (end - at < k) {
            return 0;
        }
        int second = in[at + 1] & 0xff, least = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80, most = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
        if (second < least || second > most) {
            return 0;
        }
        for (int i = 2; i < k; i++) {
            if ((in[at + i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return k;
    }

    private String wide() {
        int n = (int) INT.get(in, skip(4));
        if (n < 0) {
            return null;
        }
        char[] c = new char[n];
        for (int i = 0; i < n; i++) {
            c[i] = (char) CHAR.get(in, skip(2));
        }
        return new String(c);
    }

    /** Throws what was wrong with a value. */
    void check() {
        if (wrong != null) {
            throw wrong;
        }
    }

    /** A value. A text that is NULL where it must not be is empty. */
    Object value(SomType t, boolean nullable) {
        switch (t.kind) {
            case VOID: return null;
            case BOOLEAN: return octet() != 0;
            case OCTET: return octet() & 0xff;
            case CHAR: return (char) (octet() & 0xff);
            case INT8: return octet();
            case WCHAR: return (char) CHAR.get(in, skip(2));
            case SHORT: return (short) SHORT.get(in, skip(2));
            case USHORT: return (short) SHORT.get(in, skip(2)) & 0xffff;
            case LONG: return (int) INT.get(in, skip(4));
            case ULONG: return (int) INT.get(in, skip(4)) & 0xffffffffL;
            case LONGLONG, ULONGLONG: return (long) LONG.get(in, skip(8));
            case FLOAT: return (float) FLOAT.get(in, skip(4));
            case DOUBLE: return (double) DOUBLE.get(in, skip(8));
            case POINTER: return number();
            case STRING: return orEmpty(text(), nullable);
            case WSTRING: return orEmpty(wide(), nullable);
            case OBJECT: return object(t);
            case ENUM: return kept(() -> Bindings.enumerator(t, (int) INT.get(in, skip(4))));
            case STRUCT: {
                Object[] values = members(t);
                return kept(() -> Bindings.struct(t, values));
            }
            case EXCEPTION: return Bindings.exception(t, members(t));
            case UNION: {
                int from = at;
                Object d = value(t.element(), false);
                int arm = t.arm(discriminator(t.element(), from));
                Object v = arm < 0 ? null : value(t.member(arm), false);
                return kept(() -> Bindings.union(t, d, v));
            }
            case ARRAY: return list(t.element(), (int) t.bound);
            case SEQUENCE: return list(t.element(), (int) INT.get(in, skip(4)));
            default: throw new IllegalArgumentException("a value of a type that has no form here: " + t.why);
        }
    }

    private static String orEmpty(String s, boolean nullable) {
        return s == null && !nullable ? "" : s;
    }

    private interface Made { Object make(); }

    private Object kept(Made m) {
        try {
            return m.make();
        } catch (RuntimeException e) {
            wrong = wrong == null ? e : wrong;
            return null;
        }
    }

    private Object object(SomType t) {
        long ref = number();
        return kept(() -> {
            SomObject o = SomObject.wrap(ref);
            return o == null ? null : Bindings.seen(o, t);
        });
    }

    Object[] members(SomType t) {
        Object[] values = new Object[t.names.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(t.member(i), false);
        }
        return values;
    }

    private long discriminator(SomType t, int from) {
        return switch (t.kind) {
            case BOOLEAN, OCTET, CHAR -> in[from] & 0xff;
            case INT8 -> in[from];
            case WCHAR, USHORT -> (short) SHORT.get(in, from) & 0xffff;
            case SHORT -> (short) SHORT.get(in, from);
            case LONG -> (int) INT.get(in, from);
            case ULONG, ENUM -> (int) INT.get(in, from) & 0xffffffffL;
            default -> (long) LONG.get(in, from);
        };
    }

    private Object list(SomType elem, int n) {
        if (elem.kind == SomType.Kind.OCTET) {
            int from = skip(n);
            return Arrays.copyOfRange(in, from, from + n);
        }
        Object[] all = new Object[n];
        for (int i = 0; i < n; i++) {
            all[i] = value(elem, false);
        }
        return listOf(all);
    }

    static List<Object> listOf(Object[] all) {
        return Collections.unmodifiableList(Arrays.asList(all));
    }

    static BigInteger unsigned(long v) {
        return new BigInteger(Long.toUnsignedString(v));
    }
}
