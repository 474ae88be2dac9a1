package org.dsom;

/** What an exception of SOM tells, of whichever kind. */
public interface SomException {
    /** The repository id: {@code "IDL:Zoo/TooLoud:1.0"}. */
    String id();
}
