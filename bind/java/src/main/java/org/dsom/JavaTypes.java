package org.dsom;

import java.util.function.Consumer;

/** What types of IDL are in generated code. */
final class JavaTypes {
    private final String prefix;
    private final Consumer<SomType> types; // is told of each that is referred to
    private final Consumer<String> classes;

    JavaTypes(String prefix, Consumer<SomType> types, Consumer<String> classes) {
        this.prefix = prefix;
        this.types = types;
        this.classes = classes;
    }

    static boolean isAnyObject(String cls) {
        return cls.isEmpty() || cls.equals("SOMObject") || cls.equals("Object") || cls.equals("SOMClass");
    }

    /** The name in Java of what is declared in IDL, with its package. */
    String qualified(String scoped, boolean inClass) {
        String scope = Names.scope(scoped), own = Names.plain(Names.bare(scoped));
        return inClass ? qualified(scope, false) + "." + own : Names.packageOf(prefix, scope) + "." + own;
    }

    private String declared(SomType t) {
        types.accept(t);
        return qualified(t.name(), Interfaces.isInClass(t.name()));
    }

    String of(SomType t) {
        switch (t.kind) {
            case VOID: return "void";
            case STRING, WSTRING: return "String";
            case POINTER: return "long";
            case OBJECT:
                if (isAnyObject(t.name())) {
                    return "org.dsom.SomObject";
                }
                classes.accept(t.name());
                return qualified(t.name(), false);
            case ENUM, STRUCT, UNION, EXCEPTION: return declared(t);
            case SEQUENCE, ARRAY: return t.element().kind == SomType.Kind.OCTET ? "byte[]" : "java.util.List<" + boxed(t.element()) + ">";
            default: return Definition.number(t).getName();
        }
    }

    String boxed(SomType t) {
        return switch (of(t)) {
            case "boolean" -> "Boolean";
            case "byte" -> "Byte";
            case "short" -> "Short";
            case "char" -> "Character";
            case "int" -> "Integer";
            case "long" -> "Long";
            case "float" -> "Float";
            case "double" -> "Double";
            default -> of(t);
        };
    }

    /** A value of a type as the word that a call takes. */
    static String word(SomType t, String v) {
        return switch (t.kind) {
            case BOOLEAN -> v + " ? 1 : 0";
            case OCTET -> "som_range(" + v + ", 0xff, \"" + v + "\")";
            case USHORT -> "som_range(" + v + ", 0xffff, \"" + v + "\")";
            case ULONG -> "som_range(" + v + ", 0xffffffffL, \"" + v + "\")";
            default -> v;
        };
    }

    /** And back. */
    static String unword(SomType t, String w) {
        return switch (t.kind) {
            case BOOLEAN -> "(byte) " + w + " != 0";
            case OCTET -> "(int) " + w + " & 0xff";
            case WCHAR -> "(char) " + w;
            case INT8 -> "(byte) " + w;
            case SHORT -> "(short) " + w;
            case USHORT -> "(int) " + w + " & 0xffff";
            case LONG -> "(int) " + w;
            case ULONG -> w + " & 0xffffffffL";
            default -> w;
        };
    }

    /** A label of a union's discriminator. */
    String literal(SomType t, long n) {
        return switch (t.kind) {
            case ENUM -> n < t.names.length ? declared(t) + "." + Names.plain(t.names[(int) n]) : "null";
            case BOOLEAN -> n != 0 ? "true" : "false";
            case CHAR, WCHAR -> "(char) " + n;
            case LONGLONG, ULONGLONG, ULONG -> n + "L";
            case SHORT -> "(short) " + n;
            case INT8 -> "(byte) " + n;
            default -> Long.toString(n);
        };
    }
}
