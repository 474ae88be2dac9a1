package org.dsom;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command line of the jar. */
final class Main {
    private Main() {}

    private static final String USAGE = """
        usage: java -jar dsom.jar interfaces [--out FOLDER] [--package PREFIX] CLASS-OR-LIBRARY…

        Writes Java interfaces of classes of SOM, Zoo::Dog, or of all that a library has, libzoo.so, and of what these refer to:
        for each class an interface, and a class with Base behind its name that implements it and is extended by classes in Java.
        What is in module Zoo comes into package zoo, what is in none into som, behind the prefix.""";

    public static void main(String[] args) {
        Path out = Path.of(".");
        String prefix = "";
        List<String> names = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            if (args[i].equals("--out") && i + 1 < args.length) {
                out = Path.of(args[++i]);
            } else if (args[i].equals("--package") && i + 1 < args.length) {
                prefix = args[++i];
            } else if (args[i].startsWith("-")) {
                fail("dsom: unknown option " + args[i] + "\n" + USAGE, 2);
            } else {
                names.add(args[i]);
            }
        }
        if (names.isEmpty() || !args[0].equals("interfaces")) {
            fail(USAGE, 2);
        }
        try {
            for (Map.Entry<String, String> e : new Interfaces(prefix).of(names).entrySet()) {
                Path file = out.resolve(e.getKey());
                Files.createDirectories(file.getParent());
                Files.writeString(file, e.getValue());
                System.out.println(file);
            }
        } catch (SomSystemException | IllegalArgumentException | IOException e) {
            fail("dsom: " + e, 1);
        }
    }

    private static void fail(String text, int status) {
        System.err.println(text);
        System.exit(status);
    }
}
