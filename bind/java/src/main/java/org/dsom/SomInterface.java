package org.dsom;

/** What generated interfaces extend: objects of SOM's, which may be given back early. */
public interface SomInterface extends AutoCloseable {
    /** {@link SomObject#close} */
    @Override
    void close();
}
