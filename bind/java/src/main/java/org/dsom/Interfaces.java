package org.dsom;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Makes Java of what class libraries say: an interface and a base for each class, and what is declared in modules. */
final class Interfaces {
    private static final String HEAD = "// Made by java -jar dsom.jar interfaces: what class libraries say of their classes.\n";

    /** What exceptions have already. */
    private static final Set<String> THROWABLES = Set.of("id", "values", "get", "getMessage", "getCause", "getStackTrace", "getLocalizedMessage", "fillInStackTrace", "printStackTrace", "getSuppressed", "initCause");

    private final String prefix;
    private final JavaTypes java;
    private final Map<String, String> files = new TreeMap<>();
    private final Map<String, String> told = new HashMap<>(); // of what each file is, by its name in lower case: some systems' files differ by more than that
    private final Set<String> seen = new HashSet<>();
    private final Deque<String> classes = new ArrayDeque<>();
    private final Deque<SomType> types = new ArrayDeque<>();

    Interfaces(String prefix) {
        this.prefix = prefix;
        java = new JavaTypes(prefix, t -> {
            if (!isInClass(t.name()) && seen.add(t.name())) {
                types.add(t);
            }
        }, this::refer);
    }

    private void refer(String cls) {
        if (!JavaTypes.isAnyObject(cls) && seen.add(cls)) {
            classes.add(cls);
        }
    }

    /** Whether a type is declared in a class, and not in a module. */
    static boolean isInClass(String scoped) {
        String scope = Names.scope(scoped);
        return !scope.isEmpty() && Som.classes().contains(scope);
    }

    /** The files' texts by their names, of classes and libraries. */
    Map<String, String> of(List<String> names) {
        for (String name : names) {
            Path file = Path.of(name);
            if (name.contains("/") || Files.exists(file)) {
                Som.library(file.toAbsolutePath());
                List<String> found = Som.classesOf(file);
                if (found.isEmpty()) {
                    throw new IllegalArgumentException(name + " has no classes");
                }
                found.stream().sorted().forEach(this::refer);
            } else {
                Som.load(name);
                refer(name);
            }
        }
        while (!classes.isEmpty() || !types.isEmpty()) {
            if (!classes.isEmpty()) {
                SomClass c = Som.load(classes.remove());
                put(c.name(), Names.plain(Names.bare(c.name())), anInterface(c));
                put(c.name(), baseName(c.name()), base(c));
            } else {
                SomType t = types.remove();
                put(t.name(), own(t), declaration(t, "public "));
            }
        }
        return files;
    }

    private void put(String scoped, String name, String text) {
        String pkg = Names.packageOf(prefix, Names.scope(scoped)), file = pkg.replace('.', '/') + "/" + name + ".java";
        String other = told.putIfAbsent(file.toLowerCase(Locale.ROOT), scoped);
        if (other != null) {
            throw new IllegalArgumentException(other + " and " + scoped + " would both be in " + file + ": make them with two of --package");
        }
        files.put(file, HEAD + "package " + pkg + ";\n\n" + imported(pkg, text));
    }

    /** The class that implements the interface of a class: with Base behind its name, and underscores where that is something else's of the module. */
    private static String baseName(String scoped) {
        String scope = Names.scope(scoped), inScope = scope.isEmpty() ? "" : scope + "::";
        String name = Names.bare(scoped) + "Base";
        for (int i = 0; i < Bindings.MAX_UNDERSCORES && isDeclared(inScope + name); i++) {
            name += "_";
        }
        return Names.plain(Names.bare(scoped)) + name.substring(Names.bare(scoped).length());
    }

    private static boolean isDeclared(String scoped) {
        return Som.classes().stream().anyMatch(scoped::equalsIgnoreCase) || Native.typeNamed(Native.octets(scoped)) != 0;
    }

    /** A file's text with imports in front, where no name of the package's own is in the way. */
    private static String imported(String pkg, String text) {
        String body = text.replaceAll("(?<![\\w.\"])" + Pattern.quote(pkg + "."), "");
        StringBuilder imports = new StringBuilder();
        for (String name : List.of("java.util.List", "org.dsom.SomBinding", "org.dsom.SomInterface", "org.dsom.SomObject", "org.dsom.SomUserException")) {
            String own = name.substring(name.lastIndexOf('.') + 1);
            if (body.contains(name) && !Pattern.compile("(?<![\\w.:])" + own + "\\b").matcher(body).find()) {
                body = body.replaceAll("\\b" + Pattern.quote(name) + "\\b", own);
                imports.append("import ").append(name).append(";\n");
            }
        }
        return imports + (imports.isEmpty() ? "" : "\n") + body;
    }

    private static String indented(String text) {
        return text.lines().map(l -> l.isEmpty() ? l : "    " + l).collect(Collectors.joining("\n")) + "\n";
    }

    private static String javadoc(String doc, String... more) {
        List<String> lines = new ArrayList<>();
        if (doc != null) {
            doc.replace("&", "&amp;").replace("<", "&lt;").replace("@", "&#64;").replace("*/", "*&#47;").replace("\\u", "&#92;u").lines().forEach(l -> lines.add(l.strip()));
        }
        lines.addAll(List.of(more));
        if (lines.isEmpty()) {
            return "";
        }
        return lines.size() == 1 ? "/** " + lines.get(0) + " */\n" : "/**\n" + lines.stream().map(l -> (" * " + l).stripTrailing() + "\n").collect(Collectors.joining()) + " */\n";
    }

    // ---- Modules ----

    private static String moduleOf(SomType t) {
        String scope = Names.scope(t.name());
        return isInClass(t.name()) ? Names.scope(scope) : scope;
    }

    /** The modules of a type, and of all that is in it. */
    private static void refersTo(SomType t, Set<String> modules, Set<SomType> seen) {
        switch (t.kind) {
            case OBJECT:
                if (!JavaTypes.isAnyObject(t.name())) {
                    modules.add(Names.scope(t.name()));
                }
                return;
            case SEQUENCE, ARRAY: refersTo(t.element(), modules, seen); return;
            case ENUM: modules.add(moduleOf(t)); return;
            case STRUCT, UNION, EXCEPTION:
                if (!seen.add(t)) {
                    return;
                }
                modules.add(moduleOf(t));
                if (t.kind == SomType.Kind.UNION) {
                    refersTo(t.element(), modules, seen);
                }
                IntStream.range(0, t.names.length).forEach(i -> refersTo(t.member(i), modules, seen));
                return;
            default: return;
        }
    }

    private static String binding(SomClass c) {
        Set<String> modules = new TreeSet<>();
        Set<SomType> seen = new HashSet<>();
        for (SomClass k : c.order()) {
            if (JavaTypes.isAnyObject(k.name())) {
                continue;
            }
            modules.add(Names.scope(k.name()));
            for (SomMethod m : k.methods()) {
                if (isToldOf(m)) {
                    m.params().forEach(p -> refersTo(p.type(), modules, seen));
                    refersTo(m.result(), modules, seen);
                    m.raises().forEach(t -> refersTo(t, modules, seen));
                }
            }
        }
        return binding(c.name(), Names.scope(c.name()), modules);
    }

    private static String binding(String scoped, String own, Set<String> modules) {
        String others = modules.stream().filter(m -> !m.equals(own)).map(m -> "\"" + m + "\"").collect(Collectors.joining(", "));
        return "@org.dsom.SomBinding(" + (others.isEmpty() ? "\"" + scoped + "\"" : "value = \"" + scoped + "\", modules = {" + others + "}") + ")\n";
    }

    // ---- Types ----

    private String declaration(SomType t, String is) {
        String doc = t.doc() != null ? javadoc(t.doc()) : javadoc(null, "{@code " + t.name() + "} of IDL.");
        Set<String> modules = new TreeSet<>();
        refersTo(t, modules, new HashSet<>());
        return doc + binding(t.name(), moduleOf(t), modules) + is + switch (t.kind) {
            case ENUM -> "enum " + own(t) + " { " + t.members().stream().map(Names::plain).collect(Collectors.joining(", ")) + " }\n";
            case STRUCT -> "record " + own(t) + "(" + components(t) + ") {}\n";
            case UNION -> union(t);
            default -> exception(t);
        };
    }

    private static String own(SomType t) {
        return Names.plain(Names.bare(t.name()));
    }

    private String components(SomType t) {
        return IntStream.range(0, t.names.length).mapToObj(i -> java.of(t.member(i)) + " " + Names.component(t.names[i])).collect(Collectors.joining(", "));
    }

    /** The methods of an arm, whose name may be what the record has already. */
    private static String arm(String name) {
        return name.equals("value") || name.equals("discriminator") ? "_" + name : Names.component(name);
    }

    private String union(SomType t) {
        StringBuilder s = new StringBuilder("record " + own(t) + "(" + java.of(t.element()) + " discriminator, Object value) {\n");
        List<List<Long>> labels = t.labels();
        String others = labels.stream().flatMap(List::stream).map(n -> "discriminator == " + java.literal(t.element(), n)).collect(Collectors.joining(" || "));
        for (int i = 0; i < t.names.length; i++) {
            String name = arm(t.names[i]), type = java.of(t.member(i)), boxed = java.boxed(t.member(i));
            List<Long> own = labels.get(i);
            boolean several = own.size() != 1 || i == t.otherwise();
            String d = several ? java.of(t.element()) + " discriminator, " : "", of = several ? "discriminator" : java.literal(t.element(), own.get(0));
            String when = own.stream().map(n -> "discriminator == " + java.literal(t.element(), n)).collect(Collectors.joining(" || "));
            if (i == t.otherwise()) {
                when = others.isEmpty() ? "true" : "!(" + others + ")";
            }
            s.append("    public static " + own(t) + " " + name + "(" + d + type + " value) {\n        return new " + own(t) + "(" + of + ", value);\n    }\n\n");
            s.append("    /** The value, if it is selected. */\n");
            if (boxed.contains("<")) {
                s.append("    @SuppressWarnings(\"unchecked\")\n");
            }
            s.append("    public " + type + " " + name + "() {\n        if (!(" + when + ")) {\n            throw new IllegalStateException(discriminator + \" does not select " + t.names[i]
                + "\");\n        }\n        return (" + boxed + ") value;\n    }\n" + (i + 1 < t.names.length ? "\n" : ""));
        }
        return s + "}\n";
    }

    private String exception(SomType t) {
        StringBuilder s = new StringBuilder("final class " + own(t) + " extends org.dsom.SomUserException {\n    private static final long serialVersionUID = 1;\n");
        s.append("    public static final String ID = \"" + t.id() + "\";\n\n");
        s.append("    public " + own(t) + "(" + components(t) + ") {\n        super(\"" + t.name() + "\", ID");
        for (String n : t.names) {
            s.append(", ").append(Names.component(n));
        }
        s.append(");\n    }\n");
        for (int i = 0; i < t.names.length; i++) {
            String name = THROWABLES.contains(t.names[i]) ? "_" + t.names[i] : Names.component(t.names[i]), boxed = java.boxed(t.member(i));
            s.append("\n" + (boxed.contains("<") ? "    @SuppressWarnings(\"unchecked\")\n" : "") + "    public " + java.of(t.member(i)) + " " + name + "() {\n        return (" + boxed + ") member(" + i + ");\n    }\n");
        }
        return s + "}\n";
    }

    // ---- Methods ----

    private static boolean isToldOf(SomMethod m) {
        return m.why() == null && (m.flags & SomMethod.ROOT) == 0;
    }

    private static String parameter(SomMethod m, int i) {
        String name = m.ins().get(i).name();
        return name.isEmpty() ? "a" + (i + 1) : m.attribute != null ? "value" : Names.plain(name);
    }

    private String parameters(SomMethod m) {
        return IntStream.range(0, m.ins().size()).mapToObj(i -> java.of(m.ins().get(i).type()) + " " + parameter(m, i)).collect(Collectors.joining(", "));
    }

    private String raises(SomMethod m) {
        return m.raises().isEmpty() ? "" : " throws " + m.raises().stream().map(java::of).collect(Collectors.joining(", "));
    }

    /** The record of what a method returns that has several results. */
    private static String resultName(SomMethod m) {
        String name = m.name();
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1) + "Result";
    }

    private String result(SomMethod m) {
        return m.outs() > 1 ? java.qualified(m.owner().name(), false) + "." + resultName(m) : m.outs() == 0 ? "void" : java.of(m.results().get(0).type());
    }

    private String resultRecord(SomMethod m) {
        List<SomMethod.Param> all = m.results();
        Set<String> names = new HashSet<>();
        String components = all.stream().map(p -> {
            String name = p.name().isEmpty() ? "result" : Names.component(p.name());
            while (!names.add(name)) {
                name = "_" + name;
            }
            return java.of(p.type()) + " " + name;
        }).collect(Collectors.joining(", "));
        return "/** What {@link #" + m.javaName() + "} returns. */\nrecord " + resultName(m) + "(" + components + ") {}\n";
    }

    /** What the interface of a class has, its own and inherited, by name and parameters; the parents that it extends; and what is said of those that it cannot. */
    private record Visible(Map<String, SomMethod> methods, List<SomClass> parents, List<String> notes) {}

    private final Map<SomClass, Visible> visible = new HashMap<>();

    /** In Java two methods of one name and the same parameters are one: a parent whose methods return or raise something else than those before is left out, and so is such a method of the class's own. */
    private Visible visible(SomClass c) {
        Visible known = visible.get(c);
        if (known != null) {
            return known;
        }
        Visible v = new Visible(new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
        for (SomClass p : c.parents()) {
            if (JavaTypes.isAnyObject(p.name())) {
                continue;
            }
            Map<String, SomMethod> more = visible(p).methods;
            Optional<SomMethod> other = more.entrySet().stream().filter(e -> !isSame(v.methods.get(e.getKey()), e.getValue())).map(Map.Entry::getValue).findFirst();
            if (other.isPresent()) {
                v.notes.add(leftOut("{@code " + p.name() + "}", other.get()));
            } else {
                v.parents.add(p);
                more.forEach(v.methods::putIfAbsent);
            }
        }
        Set<String> own = new HashSet<>();
        for (SomMethod m : c.methods()) {
            if (!isToldOf(m) || m.isInitializer()) {
                continue;
            }
            String key = IntStream.range(0, m.ins().size()).mapToObj(i -> java.of(m.ins().get(i).type()).replaceAll("<.*", "")).collect(Collectors.joining(",", m.javaName() + "(", ")"));
            if (own.add(key) && isSame(v.methods.get(key), m)) {
                v.methods.put(key, m);
            } else {
                v.notes.add(leftOut("{@code " + m + "}", m));
            }
        }
        visible.put(c, v);
        return v;
    }

    private static String leftOut(String what, SomMethod m) {
        return what + " is left out, since " + m.javaName() + " is something else already: {@code call(\"" + m + "\")} calls it.";
    }

    private boolean isSame(SomMethod a, SomMethod b) {
        return a == null || a == b || (result(a).equals(result(b)) && raises(a).equals(raises(b)));
    }

    private String anInterface(SomClass c) {
        List<String> parents = new ArrayList<>();
        for (SomClass p : c.parents()) {
            if (!JavaTypes.isAnyObject(p.name())) {
                refer(p.name());
            }
        }
        Visible v = visible(c);
        if (c.doc() == null) {
            v.notes.add(0, "Class {@code " + c.name() + "} of SOM.");
        }
        v.parents.forEach(p -> parents.add(java.qualified(p.name(), false)));
        List<String> parts = new ArrayList<>();
        c.types().stream().filter(t -> t.kind != SomType.Kind.NONE).forEach(t -> parts.add(declaration(t, "")));
        for (SomMethod m : c.methods()) {
            if (!v.methods.containsValue(m)) {
                continue;
            }
            if (m.outs() > 1) {
                parts.add(resultRecord(m));
            }
            List<String> nulls = new ArrayList<>();
            IntStream.range(0, m.ins().size()).filter(i -> m.ins().get(i).nullable()).forEach(i -> nulls.add("@param " + parameter(m, i) + " may be null"));
            if (m.nullableResult()) {
                nulls.add("@return may be null");
            }
            parts.add(javadoc(m.doc(), nulls.toArray(new String[0])) + result(m) + " " + m.javaName() + "(" + parameters(m) + ")" + raises(m) + ";\n");
        }
        return javadoc(c.doc(), v.notes.toArray(new String[0])) + binding(c) + "public interface " + Names.plain(Names.bare(c.name()))
            + " extends " + (parents.isEmpty() ? "org.dsom.SomInterface" : String.join(", ", parents)) + " {\n" + parts.stream().map(Interfaces::indented).collect(Collectors.joining("\n")) + "}\n";
    }

    private static SomClass first(SomClass c) {
        return c.parents().isEmpty() ? null : c.parents().get(0);
    }

    private String base(SomClass c) {
        String own = Names.plain(Names.bare(c.name())), base = baseName(c.name()), above = "org.dsom.SomObject";
        SomClass parent = first(c);
        Collection<SomMethod> inherited = List.of();
        if (parent != null && !JavaTypes.isAnyObject(parent.name())) {
            String is = java.qualified(parent.name(), false);
            above = is.substring(0, is.lastIndexOf('.') + 1) + baseName(parent.name());
            inherited = visible(parent).methods.values();
        }
        List<SomMethod> methods = new ArrayList<>();
        List<SomMethod> initializers = new ArrayList<>();
        for (SomClass k : c.order()) {
            for (SomMethod m : k.methods()) {
                if (isToldOf(m) && m.isInitializer()) {
                    initializers.add(m);
                } else if (visible(c).methods.containsValue(m) && !inherited.contains(m)) {
                    methods.add(m);
                }
            }
        }
        StringBuilder s = new StringBuilder(javadoc("Class " + c.name() + " of SOM, in whichever language it is, and what classes in Java extend that descend from it."));
        s.append(binding(c) + "public class " + base + " extends " + above + " implements " + own + " {\n");
        for (SomMethod m : methods) {
            s.append("    private static final long " + constant(m) + " = som_method(" + base + ".class, \"" + m + "\", \"" + Definition.letters(m) + "\");\n");
        }
        s.append(methods.isEmpty() ? "" : "\n").append("    public " + base + "() {}\n\n    protected " + base + "(Existing existing) {\n        super(existing);\n    }\n");
        for (SomMethod m : initializers) {
            s.append("\n" + indented(javadoc(m.doc()) + initializer(m, own, base)));
        }
        for (SomMethod m : methods) {
            s.append("\n" + indented(method(m)));
        }
        return s + "}\n";
    }

    private static String constant(SomMethod m) {
        return "som_" + m.owner().name().replace("::", "_") + "_" + m.name();
    }

    private String arguments(SomMethod m) {
        return IntStream.range(0, m.ins().size()).mapToObj(i -> parameter(m, i)).collect(Collectors.joining(", ", "new Object[] {", "}"));
    }

    private String initializer(SomMethod m, String own, String base) {
        return "public static " + own + " " + m.javaName() + "(" + parameters(m) + ")" + raises(m) + " {\n    return " + base + ".<" + own + ", RuntimeException>som_create(" + base + ".class, \"" + m
            + "\", " + arguments(m) + ");\n}\n";
    }

    private String method(SomMethod m) {
        String type = result(m), head = "public " + type + " " + m.javaName() + "(" + parameters(m) + ")" + raises(m) + " {\n    ";
        String call = "this.<RuntimeException>som_call(" + constant(m) + ", " + arguments(m) + ")";
        if (m.isWords()) {
            String args = IntStream.range(0, m.ins().size()).mapToObj(i -> ", " + JavaTypes.word(m.ins().get(i).type(), parameter(m, i))).collect(Collectors.joining());
            call = "som_" + m.ins().size() + "(" + constant(m) + args + ")";
            return "@Override\n" + head + (type.equals("void") ? call : "return " + JavaTypes.unword(m.result(), call)) + ";\n}\n";
        }
        if (m.outs() == 0) {
            return "@Override\n" + head + call + ";\n}\n";
        }
        boolean lists = m.results().stream().anyMatch(p -> java.of(p.type()).contains("<"));
        String unchecked = lists ? "@Override\n@SuppressWarnings(\"unchecked\")\n" : "@Override\n";
        if (m.outs() == 1) {
            return unchecked + head + "return (" + java.boxed(m.results().get(0).type()) + ") " + call + ";\n}\n";
        }
        String each = IntStream.range(0, m.outs()).mapToObj(i -> "(" + java.boxed(m.results().get(i).type()) + ") _r.get(" + i + ")").collect(Collectors.joining(", "));
        return unchecked + head + "java.util.List<?> _r = (java.util.List<?>) " + call + ";\n    return new " + type + "(" + each + ");\n}\n";
    }
}
