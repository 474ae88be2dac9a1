package org.dsom;

import java.lang.ref.Reference;

/** A weak reference to an object of SOM, in whichever language: as {@link java.lang.ref.WeakReference}, but of libsom's object and not of Java's. */
public final class SomWeak<T extends SomObject> {
    private final long weak;

    public SomWeak(T o) {
        weak = Native.weakNew(o, o.cell);
        Reference.reachabilityFence(o);
        Lifetime.free(this, weak);
    }

    /** The object, or null once its end has begun. */
    @SuppressWarnings("unchecked")
    public T get() {
        try {
            return (T) SomObject.wrap(Native.weakGet(weak));
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
