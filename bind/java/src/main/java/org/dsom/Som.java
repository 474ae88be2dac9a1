package org.dsom;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Classes of SOM by their names. */
public final class Som {
    private Som() {}

    /** A class, which is looked for in {@code SOM_PATH} or where the system looks: {@code load("Zoo::Dog")}. */
    public static SomClass load(String name) {
        return load(name, 0, 0);
    }

    /** The same, of that major version and at least that minor one. */
    public static SomClass load(String name, int major, int minor) {
        return SomClass.at(Native.named(Native.octets(Objects.requireNonNull(name, "name")), major, minor));
    }

    /** Makes an object of the class that an interface stands for, a generated one or one with {@link SomName}, or of a class in Java. */
    public static <T> T create(Class<T> type) {
        return classOf(type).create().as(type);
    }

    /** SOM's class of an interface, a generated one or one with {@link SomName}, or of a class in Java, which is defined now if it has not been yet. */
    public static SomClass classOf(Class<?> type) {
        String name = View.nameOf(type);
        if (name != null) {
            return load(name);
        }
        if (SomInterface.class.isAssignableFrom(type) && Bindings.register(type)) {
            return load(type.getAnnotation(SomBinding.class).value());
        }
        Definition d = Definition.of(type);
        if (d == null) {
            throw new IllegalArgumentException(type.getName() + " is no class of SOM's" + (type.isInterface() ? ": @SomName says of which it is, or an object is asked for it by as()" : ""));
        }
        return d.som();
    }

    /** Loads a class library. */
    public static void library(Path file) {
        Native.loadLibrary(Native.octets(file.toString()));
    }

    /** The folders in which class libraries are looked for, as {@code PATH} is written; null: those of the variable {@code SOM_PATH} again. */
    public static void path(String folders) {
        Native.setPath(Native.octets(folders));
    }

    /** The names of all classes that there are. */
    public static List<String> classes() {
        Reader r = new Reader(Native.classNames());
        List<String> all = new ArrayList<>();
        while (r.more()) {
            all.add(r.text());
            r.text();
        }
        return all;
    }

    /** The names of those that a class library has. */
    static List<String> classesOf(Path library) {
        Reader r = new Reader(Native.classNames());
        List<String> all = new ArrayList<>();
        while (r.more()) {
            String name = r.text(), file = r.text();
            try {
                if (file != null && Path.of(file).toRealPath().equals(library.toRealPath())) {
                    all.add(name);
                }
            } catch (java.io.IOException gone) {
                continue;
            }
        }
        return all;
    }

    /** The address of what calls of a method run, for other tools of this process: a C function of the object, the environment and the arguments. */
    public static long entry(SomObject o, String method) {
        return Native.entry(o, o.cell, o.somClass().method(method).address);
    }

    /** Where an object is in memory, for other tools of this process. */
    public static long address(SomObject o) {
        long at = Native.address(o, o.cell);
        if (at == 0) {
            throw Upcall.released(o);
        }
        return at;
    }
}
