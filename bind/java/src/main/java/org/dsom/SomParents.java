package org.dsom;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The classes of SOM that a class in Java descends from: where it extends {@link SomObject} itself, without generated code, or where another language has made a class below
 * the one in Java that it extends.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface SomParents {
    String[] value();
}
