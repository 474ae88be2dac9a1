package org.dsom;

/** A user exception that the method does not say it raises, or whose members are not known here. */
public final class SomUnknownException extends SomSystemException {
    private static final long serialVersionUID = 1;

    private final String userId;

    SomUnknownException(String userId, String text) {
        super("UNKNOWN", 0, Completed.MAYBE, text == null ? userId : text);
        this.userId = userId;
    }

    /** The id of the exception that there was. */
    public String userId() {
        return userId;
    }
}
