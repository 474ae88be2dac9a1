package org.dsom;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Which class or type of IDL a generated interface, class, record or enum stands for. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface SomBinding {
    String value();

    /** The other modules that it refers to, also by members of members: what was generated for those is in packages beside its own. */
    String[] modules() default {};
}
