package org.dsom;

/** An exception of the system's: one of CORBA's by its name, or an error of the kernel's by its code. It is unchecked, since any call may raise one. */
public class SomSystemException extends RuntimeException implements SomException {
    private static final long serialVersionUID = 1;

    /** Whether the operation has run. */
    public enum Completed { YES, NO, MAYBE }

    private final String id, code;
    private final int minor;
    private final Completed completed;

    SomSystemException(String id, int minor, Completed completed, String code, String text) {
        super(text);
        this.id = id;
        this.minor = minor;
        this.completed = completed;
        this.code = code;
    }

    /** One of CORBA's, to be thrown by a method in Java: {@code "BAD_PARAM"}. */
    public SomSystemException(String name, int minor, Completed completed, String text) {
        this("IDL:omg.org/CORBA/" + name + ":1.0", minor, completed, "", text);
    }

    @Override
    public final String id() {
        return id;
    }

    /** CORBA's name of it: {@code "BAD_PARAM"}. */
    public final String name() {
        String s = id.startsWith("IDL:omg.org/CORBA/") ? id.substring("IDL:omg.org/CORBA/".length()) : id;
        return s.endsWith(":1.0") ? s.substring(0, s.length() - 4) : s;
    }

    public final int minor() {
        return minor;
    }

    public final Completed completed() {
        return completed;
    }

    /** Of an error of the kernel's what it is, {@code "unknown"} where there is no such class; else an empty text. */
    public final String code() {
        return code;
    }

    @Override
    public String toString() {
        return name() + (code.isEmpty() ? "" : " (" + code + ")") + (getMessage() == null ? "" : ": " + getMessage());
    }
}
