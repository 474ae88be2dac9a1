package org.dsom;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name that a class in Java has in SOM, just that; without it is the class's own, with a number behind it where that is taken. Of an interface, which a program has written itself, the
 * class of SOM that it is for: {@link Som#create} makes an object of that.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface SomName {
    String value();
}
