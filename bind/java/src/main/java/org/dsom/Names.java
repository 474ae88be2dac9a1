package org.dsom;

import java.util.Locale;
import java.util.Set;

/** What names of IDL are in Java. Words of Java's, and methods that all objects have, get an underscore in front. */
final class Names {
    private Names() {}

    private static final Set<String> WORDS = Set.of("abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "const", "continue", "default", "do", "double",
            "else", "enum", "extends", "final", "finally", "float", "for", "goto", "if", "implements", "import", "instanceof", "int", "interface", "long", "native", "new", "package",
            "private", "protected", "public", "return", "short", "static", "strictfp", "super", "switch", "synchronized", "this", "throw", "throws", "transient", "try", "void",
            "volatile", "while", "true", "false", "null", "_", "record", "var", "yield", "sealed", "permits");

    private static final Set<String> METHODS = Set.of("clone", "equals", "finalize", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait", "call", "get", "set", "close",
            "isAlive", "somClass", "superCall", "invoke");

    /** The last part of a scoped name. */
    static String bare(String scoped) {
        return scoped.substring(scoped.lastIndexOf(':') + 1);
    }

    static String scope(String scoped) {
        int at = scoped.lastIndexOf("::");
        return at < 0 ? "" : scoped.substring(0, at);
    }

    /** Of what is no method: a member, a parameter, a type. */
    static String plain(String name) {
        return WORDS.contains(name) ? "_" + name : name;
    }

    static String method(String name) {
        return WORDS.contains(name) || METHODS.contains(name) ? "_" + name : name;
    }

    /** Of the component of a record, whose accessor is a method. */
    static String component(String name) {
        return method(name);
    }

    static String accessor(String prefix, String attribute) {
        return method(prefix + attribute.substring(0, 1).toUpperCase(Locale.ROOT) + attribute.substring(1));
    }

    /** The package of a module: of Zoo::Cats zoo.cats, behind a prefix; of what is in no module som. */
    static String packageOf(String prefix, String module) {
        String own = module.isEmpty() ? "som" : module.toLowerCase(Locale.ROOT).replace("::", ".");
        StringBuilder is = new StringBuilder(prefix);
        for (String part : own.split("\\.")) {
            is.append(is.isEmpty() ? "" : ".").append(plain(part));
        }
        return is.toString();
    }
}
