package template_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/template"
)

// A nasty edit is one that is hard to follow: what the author made of a function, and what an update makes of that.
type nasty struct {
	name string
	old  string
	want string // the text that comes of it; the same as old where it is empty
	note string // what is left to the author, or why all is refused
}

// hold runs an update, and compares.
func (n nasty) hold(t *testing.T, f template.File) {
	t.Helper()
	got, changes, err := template.Update([]byte(n.old), f)
	if e := (*template.Error)(nil); errors.As(err, &e) {
		if e.Error() != n.note {
			t.Errorf("refused: %v", e)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	want := n.want
	if want == "" {
		want = n.old
	}
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	var notes []string
	for _, l := range changes.Left {
		if l.Help == "" {
			t.Errorf("%v says not what to do", l)
		}
		notes = append(notes, fmt.Sprintf("line %d: %s", l.Line, l.What))
	}
	if s := strings.Join(notes, "; "); s != n.note {
		t.Errorf("got note %q, want %q", s, n.note)
	}
}

// TestNastyC has authors write C in all ways that there are, before a parameter, or the result, becomes another.
func TestNastyC(t *testing.T) {
	t.Parallel()
	const head = "static int32_t Dog_do_bark(som_ref self, som_env *ev, int16_t volume)"
	f := template.File{
		Functions: []template.Function{{Name: "Dog_do_bark", Key: "Dog::bark", Head: head}},
		Types:     map[string]string{"integer4": "int32_t", "Dog *": "som_ref", "Environment *": "som_env *", "short": "int16_t"},
		Mine:      func(key string) bool { return strings.HasPrefix(key, "Dog::") },
	}
	for _, n := range []nasty{
		{name: "plain", old: "static void Dog_do_bark(som_ref self, som_env *ev)\n{ x(); }\n", want: head + "\n{ x(); }\n"},
		{name: "attribute", old: "__attribute__((noinline, cold)) static void Dog_do_bark(som_ref self, som_env *ev) { }\n",
			want: "__attribute__((noinline, cold)) static int32_t Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n"},
		{name: "attribute of C23", old: "[[maybe_unused]] static void Dog_do_bark(som_ref self, som_env *ev) { }\n",
			want: "[[maybe_unused]] static int32_t Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n"},
		{name: "attribute behind", old: "static void Dog_do_bark(som_ref self, som_env *ev) __attribute__((cold));\nstatic void Dog_do_bark(som_ref self, som_env *ev) { }\n",
			want: "static int32_t Dog_do_bark(som_ref self, som_env *ev, int16_t volume) __attribute__((cold));\n" + head + " { }\n"},
		{name: "attributes of parameters", old: "static void Dog_do_bark(som_ref self __attribute__((unused)), UNUSED som_env *ev /* none */) { }\n",
			want: "static int32_t Dog_do_bark(som_ref self __attribute__((unused)), UNUSED som_env *ev /* none */, int16_t volume) { }\n"},
		{name: "parameters in a macro", old: "static int32_t Dog_do_bark(som_ref UNUSED(self), som_env *ev, int16_t volume) { }\n"},
		{name: "macros in front", old: "API(\"x\") static KEEP void CALL Dog_do_bark(som_ref self, som_env *ev) { }\n",
			want: "API(\"x\") static KEEP int32_t CALL Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n"},
		{name: "macros that do not look like it", old: "SOM_Scope my_api void my_call Dog_do_bark(som_ref self, som_env *ev) { }\n",
			want: "SOM_Scope my_api int32_t my_call Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n"},
		{name: "macros beside a type of a name", old: "my_api som_ref Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n", note: "line 1: it is not plain which of the words in front of its name are a type"},
		{name: "macros that do not look like it, and a type that is right", old: "my_api static int32_t my_call Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n"},
		{name: "a structure before", old: "struct dog *Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n", want: "int32_t Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n"},
		{name: "other names of types", old: "static integer4 Dog_do_bark(Dog *self, Environment *ev, short volume) { }\n"},
		{name: "name in parentheses", old: "static void (Dog_do_bark)(som_ref self, som_env *ev) { }\n", want: "static int32_t (Dog_do_bark)(som_ref self, som_env *ev, int16_t volume) { }\n"},
		{name: "comments in types", old: "static int32_t Dog_do_bark(som_ref self, som_env *ev, const /* of what? */ char *name) { }\n",
			want: "static int32_t Dog_do_bark(som_ref self, som_env *ev, int16_t /* of what? */ name) { }\n"},
		{name: "arrays", old: "static int32_t Dog_do_bark(som_ref self, som_env *ev, long name[4] UNUSED) { }\n", want: "static int32_t Dog_do_bark(som_ref self, som_env *ev, int16_t name UNUSED) { }\n"},
		{name: "nothing but a comment", old: "static int32_t Dog_do_bark(/* none */) { }\n", want: "static int32_t Dog_do_bark(/* none */ som_ref self, som_env *ev, int16_t volume) { }\n"},
		{name: "ends of lines and comments", old: "static int32_t Dog_do_bark(som_ref self, // me\r\n\tsom_env *ev, // it\r\n\tlong loud // in dB\r\n)\r\n{\r\n}\r\n",
			want: "static int32_t Dog_do_bark(som_ref self, // me\r\n\tsom_env *ev, // it\r\n\tint16_t loud // in dB\r\n)\r\n{\r\n}\r\n"},
		{name: "moved from another module", old: "/* Farm::Dog::bark: old */\nstatic int32_t Farm_Dog_do_bark(som_ref me, som_env *ev, int16_t loud) { return x(me, loud); }\n",
			want: "/* Dog::bark */\nstatic int32_t Dog_do_bark(som_ref me, som_env *ev, int16_t loud) { return x(me, loud); }\n"},
		{name: "moved from one of two modules", old: "/* Farm::Dog::bark */\nstatic void Farm_Dog_do_bark(som_ref me) { }\n/* Zoo::Dog::bark */\nstatic void Zoo_Dog_do_bark(som_ref me) { }\n",
			want: "/* Farm::Dog::bark */\nstatic void Farm_Dog_do_bark(som_ref me) { }\n/* Zoo::Dog::bark */\nstatic void Zoo_Dog_do_bark(som_ref me) { }\n\n/* Dog::bark */\n" + head + "\n{\n}\n"},
		{name: "qualifiers of one's own", old: "static int32_t Dog_do_bark(const som_ref self, som_env *restrict ev, const int16_t volume) { }\n"},
		{name: "macros behind pointers", old: "static void Dog_do_bark(som_ref self, som_env *UNUSED ev, char *UNUSED name) { }\n",
			want: "static int32_t Dog_do_bark(som_ref self, som_env *UNUSED ev, int16_t UNUSED name) { }\n"},
		{name: "qualifiers that go", old: "static int32_t Dog_do_bark(som_ref self, som_env *const ev, char *const restrict name) { }\n",
			want: "static int32_t Dog_do_bark(som_ref self, som_env *const ev, int16_t name) { }\n"},
		{name: "twins", old: "#ifdef LOUD\nstatic void Dog_do_bark(som_ref self, som_env *ev) { a(); }\n#else\nstatic void Dog_do_bark(som_ref me, som_env *ev) { b(me); }\n#endif\n",
			want: "#ifdef LOUD\n" + head + " { a(); }\n#else\nstatic int32_t Dog_do_bark(som_ref me, som_env *ev, int16_t volume) { b(me); }\n#endif\n"},
		{name: "twins apart", old: "#ifdef LOUD\nstatic void Dog_do_bark(som_ref self, som_env *ev) { a(); }\n#endif\nint x;\n#ifndef LOUD\nstatic void Dog_do_bark(som_ref self, som_env *ev) { b(); }\n#endif\n",
			want: "#ifdef LOUD\n" + head + " { a(); }\n#endif\nint x;\n#ifndef LOUD\n" + head + " { b(); }\n#endif\n"},
		{name: "declared before", old: "static void Dog_do_bark(som_ref self, som_env *ev);\n\nstatic void Dog_do_bark(som_ref self, som_env *ev) { }\n", want: head + ";\n\n" + head + " { }\n"},
		{name: "declared alone", old: head + ";\n", want: head + ";\n\n/* Dog::bark */\n" + head + "\n{\n}\n"},
		{name: "old style", old: "static int32_t Dog_do_bark(self, ev, volume)\n\tsom_ref self;\n\tsom_env *ev;\n\tint16_t volume;\n{ }\n"},
		{name: "old style, others", old: "static int32_t Dog_do_bark(self, ev)\n\tsom_ref self;\n\tsom_env *ev;\n{ }\n", note: "line 1: its head has the types of its parameters behind the parentheses"},
		{name: "macro makes the head", old: "METHOD(bark)\n{ }\n", note: "line 1: the macro METHOD may make it"},
		{name: "macro makes the head, with a comment", old: "/* Dog::bark */\nMETHOD(bark)\n{ }\n", note: "line 2: a macro makes its head"},
		{name: "macro makes all", old: "int x;\nMETHOD(Dog_do_bark);\n", note: "line 2: the macro METHOD may make it"},
		{name: "macro makes all in its own line", old: "#define BARK static int32_t Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { return 0; }\nBARK\n", note: "line 1: a macro makes something of its name"},
		{name: "macro makes the parameters", old: "#define Args som_ref self, som_env *ev, int16_t volume\nstatic int32_t Dog_do_bark(Args) { }\n", note: "line 2: a macro makes its parameters"},
		{name: "macro makes some parameters", old: "static int32_t Dog_do_bark(SELF(Dog), int16_t volume) { }\n", note: "line 1: a macro makes its parameters"},
		{name: "macros make the braces", old: head + " BEGIN return 0; END\n", note: "line 1: macros make the braces of its body"},
		{name: "heads of a conditional", old: "#ifdef A\nstatic void Dog_do_bark(som_ref self)\n#else\nstatic void Dog_do_bark(som_ref self, som_env *ev)\n#endif\n{ }\n",
			note: "line 4: preprocessor lines stand within its head"},
		{name: "conditional parameter", old: "static int32_t Dog_do_bark(som_ref self,\n#ifdef A\n\tlong x,\n#endif\n\tsom_env *ev)\n{ }\n", note: "line 1: preprocessor lines stand within its head"},
		{name: "renamed parameters", old: "static int32_t Dog_do_bark(som_ref me, som_env *e, long loud) { f(me, e, loud); }\n", want: "static int32_t Dog_do_bark(som_ref me, som_env *e, int16_t loud) { f(me, e, loud); }\n"},
		{name: "a parameter a line", old: "static int32_t\nDog_do_bark(\n\tsom_ref self, // the dog\n\tsom_env *ev // may be NULL\n)\n{ }\n",
			want: "static int32_t\nDog_do_bark(\n\tsom_ref self, // the dog\n\tsom_env *ev, // may be NULL\n\tint16_t volume\n)\n{ }\n"},
		{name: "a pointer before", old: "static char *Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n", want: head + " { }\n"},
		{name: "no star left", old: "static const char *Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n", want: head + " { }\n"},
		{name: "comment within the type", old: "static long /* of what? */ Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n",
			want: "static int32_t /* of what? */ Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n"},
		{name: "not compiled", old: "#if 0\n" + head + " { don't }\n#endif\n", want: "#if 0\n" + head + " { don't }\n#endif\n\n/* Dog::bark */\n" + head + "\n{\n}\n"},
		{name: "continued lines", old: "static \\\nvoid Dog_do_bark(som_ref self, \\\n\tsom_env *ev) { }\n", want: "static \\\nint32_t Dog_do_bark(som_ref self, \\\n\tsom_env *ev, \\\n\tint16_t volume) { }\n"},
		{name: "ends of lines", old: "/* Dog::bark */\r\nstatic void Dog_do_bark(som_ref self,\r\n\tsom_env *ev)\r\n{\r\n\tx();\r\n}\r\n", want: "/* Dog::bark */\r\nstatic int32_t Dog_do_bark(som_ref self,\r\n\tsom_env *ev,\r\n\tint16_t volume)\r\n{\r\n\tx();\r\n}\r\n"},
		{name: "tabs and form feeds", old: "\f\nstatic\tvoid\tDog_do_bark\t(\tsom_ref\tself\t,\tsom_env\t*ev\t)\t{\tx();\t}\n", want: "\f\nstatic\tint32_t\tDog_do_bark\t(\tsom_ref\tself\t,\tsom_env\t*ev,\tint16_t volume\t)\t{\tx();\t}\n"},
		{name: "byte order mark", old: "\ufeffstatic void Dog_do_bark(som_ref self, som_env *ev) { }\n", want: "\ufeff" + head + " { }\n"},
		{name: "byte order mark before a directive", old: "\ufeff#if 0\n}\n#endif\n" + head + " { }\n"},
		{name: "digraphs", old: "static int32_t Dog_do_bark(som_ref self, som_env *ev, int16_t volume) <% if (a<:0:>) <% b(); %> %>\n%:define X }\n"},
		{name: "own comment between", old: "/* Dog::bark: old */\n/* mine */\n" + head + " { }\n", want: "/* Dog::bark */\n/* mine */\n" + head + " { }\n"},
		{name: "returns a function", old: "static void (*Dog_do_bark(som_ref self, som_env *ev, int16_t volume))(int) { }\n", note: "line 1: its result is a function"},
		{name: "braces of two arms", old: head + "\n{\n#ifdef A\n\tif (self) {\n#else\n\tif (ev) {\n#endif\n\t}\n}\n"},
		{name: "a brace of one arm", old: head + "\n{\n#ifdef A\n\tif (self) {\n#endif\n\tx();\n#ifndef A\n\t}\n}\n#endif\n"},
		{name: "strings", old: head + "\n{\n\tputs(\"}\\\"}\"); putchar('}'); putchar('\\''); /* } */ // }\n}\n"},
		{name: "a name in two lines", old: "static int32_t Dog_do_\\\nbark(som_ref self, som_env *ev, int16_\\\r\nt volume) { }\n"},
		{name: "a name in two lines, and another type", old: "static void Dog_do_\\\nbark(som_ref self, som_env *ev) { }\n", want: "static int32_t Dog_do_\\\nbark(som_ref self, som_env *ev, int16_t volume) { }\n"},
		{name: "names of the file's own", old: "typedef int32_t kilos;\ntypedef kilos weight; typedef som_env *env;\nstatic weight Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n"},
		{name: "a name of the file's own for another", old: "typedef int64_t kilos;\nstatic kilos Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n", want: "typedef int64_t kilos;\n" + head + " { }\n"},
		{name: "a name of the file's own for two", old: "#ifdef A\ntypedef int32_t kilos;\n#else\ntypedef long kilos;\n#endif\nstatic kilos Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n",
			want: "#ifdef A\ntypedef int32_t kilos;\n#else\ntypedef long kilos;\n#endif\n" + head + " { }\n"},
		{name: "names that lead in a circle", old: "typedef a b; typedef b a;\nstatic a Dog_do_bark(som_ref self, som_env *ev, int16_t volume) { }\n", want: "typedef a b; typedef b a;\n" + head + " { }\n"},
		{name: "numbers in other words", old: "static signed int Dog_do_bark(som_ref self, som_env *ev, int signed short volume) { }\n"},
		{name: "numbers in other words that are others", old: "static int signed long Dog_do_bark(som_ref self, som_env *ev, unsigned short volume) { }\n", want: head + " { }\n"},
		{name: "an array for a pointer", old: "static int32_t Dog_do_bark(som_ref self, som_env ev[], int16_t volume) { }\n"},
		{name: "an array of arrays", old: "static int32_t Dog_do_bark(som_ref self, som_env ev[2][2], int16_t volume) { }\n", want: head + " { }\n"},
		{name: "statement expressions and initialisers", old: "static const struct { int a, b[2]; } t[] = {{1, {2, 3}}, {f(4)}};\nstatic int n = ({ 3; });\n" + head + " { }\n"},
	} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			n.hold(t, f)
		})
	}
}

// TestTold leaves an author's types where the comment has the declaration as it was, and says so.
func TestTold(t *testing.T) {
	t.Parallel()
	f := template.File{Functions: []template.Function{{Name: "Dog_do_bark", Key: "Dog::bark", Comment: []string{"long bark(in long n)", "Barks."}, Told: true,
		Head: "static int32_t Dog_do_bark(som_ref self, int32_t n)"}}}
	const comment, note = "/* Dog::bark: long bark(in long n)\n * Barks. */\n", "line 3: its types are others than those of the IDL, which did not change"
	for _, n := range []nasty{
		{name: "as it was", old: comment + "static kilos Dog_do_bark(som_ref self, kilos n) { }\n", note: note},
		{name: "one parameter more", old: comment + "static int32_t Dog_do_bark(som_ref self, kilos n, long m) { }\n", want: comment + "static int32_t Dog_do_bark(som_ref self, int32_t n) { }\n"},
		{name: "changed", old: "/* Dog::bark: kilos bark(in kilos n)\n * Barks. */\nstatic kilos Dog_do_bark(som_ref self, kilos n) { }\n", want: comment + "static int32_t Dog_do_bark(som_ref self, int32_t n) { }\n"},
	} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			n.hold(t, f)
		})
	}
}

// TestNastyCXX does the same with C++.
func TestNastyCXX(t *testing.T) {
	t.Parallel()
	f := template.File{
		Classes: []template.Class{{Name: "Zoo::Dog_impl", Text: "\nnamespace Zoo {\nclass Dog_impl : public Dog_part<Dog_impl> {\npublic:\n};\n}\n"}},
		Functions: []template.Function{
			{Name: "Zoo::Dog_impl::bark", Key: "Zoo::Dog::bark", Head: "std::int32_t bark(std::int16_t volume)", In: "Zoo::Dog_impl", Indent: "\t"},
		},
	}
	// in puts members into the class.
	in := func(members string) string {
		return "namespace Zoo {\nclass Dog_impl : public Dog_part<Dog_impl> {\npublic:\n" + members + "};\n} // namespace Zoo\n"
	}
	const added = "\n\t/* Zoo::Dog::bark */\n\tstd::int32_t bark(std::int16_t volume)\n\t{\n\t}\n"
	for _, n := range []nasty{
		{name: "plain", old: in("\tvoid bark(long loud) { x(loud); }\n"), want: in("\tstd::int32_t bark(std::int16_t loud) { x(loud); }\n")},
		{name: "names with less in front", old: in("\tint32_t bark([[maybe_unused]] int16_t volume) { return x(volume); }\n")},
		{name: "names of the file's own", old: "using I = std::int32_t;\nusing namespace std;\n" + in("\tI bark(short volume) { return x(volume); }\n")},
		{name: "another type of that name", old: in("\tmine::int32_t bark(mine::int16_t volume) { return x(volume); }\n"), want: in("\tstd::int32_t bark(std::int16_t volume) { return x(volume); }\n")},
		{name: "no name", old: in("\tstd::int32_t bark(/* how loud */ long) { return 0; }\n"), want: in("\tstd::int32_t bark(/* how loud */ std::int16_t) { return 0; }\n")},
		{name: "no class", old: "int x;\n", want: "int x;\n\nnamespace Zoo {\nclass Dog_impl : public Dog_part<Dog_impl> {\npublic:\n" + added + "};\n}\n"},
		{name: "class in a comment", old: "// class Dog_impl {\n", want: "// class Dog_impl {\n\nnamespace Zoo {\nclass Dog_impl : public Dog_part<Dog_impl> {\npublic:\n" + added + "};\n}\n"},
		{name: "try block", old: in("\tvoid bark(long n) try { x(n); } catch (const E &e) { } catch (...) { }\n\tvoid wag() { }\n"),
			want: in("\tstd::int32_t bark(std::int16_t n) try { x(n); } catch (const E &e) { } catch (...) { }\n\tvoid wag() { }\n")},
		{name: "try block last", old: in("\tvoid wag() try { } catch (...) { }\n"), want: in("\tvoid wag() try { } catch (...) { }\n" + added)},
		{name: "constructor's try block", old: in("\tDog_impl() try : n{1}, m({2}) { } catch (...) { }\n\tvoid bark(long n) { }\n"), want: in("\tDog_impl() try : n{1}, m({2}) { } catch (...) { }\n\tstd::int32_t bark(std::int16_t n) { }\n")},
		{name: "constructor's list", old: in("\tDog_impl() : n{1}, f{[] { return 2; }} { }\n\tvoid bark(long n) { }\n"), want: in("\tDog_impl() : n{1}, f{[] { return 2; }} { }\n\tstd::int32_t bark(std::int16_t n) { }\n")},
		{name: "trailing type", old: in("\tauto bark(long n) -> std::vector<int> { }\n"), want: in("\tauto bark(std::int16_t n) -> std::int32_t { }\n")},
		{name: "trailing type that is right", old: in("\tauto bark(std::int16_t n) noexcept(false) -> std::int32_t { }\n")},
		{name: "what stands behind", old: in("\t[[nodiscard]] void bark(long n) const noexcept override { }\n"), want: in("\t[[nodiscard]] std::int32_t bark(std::int16_t n) const noexcept override { }\n")},
		{name: "templates", old: in("\ttemplate <class T, int N = (1 > 0)> T helper(T t) { return t; }\n\tvoid bark(long n) { helper<int, 3>(n); }\n"),
			want: in("\ttemplate <class T, int N = (1 > 0)> T helper(T t) { return t; }\n\tstd::int32_t bark(std::int16_t n) { helper<int, 3>(n); }\n")},
		{name: "template's function", old: in("\ttemplate <class T = int> void bark(long n) { }\n"), want: in("\ttemplate <class T = int> std::int32_t bark(std::int16_t n) { }\n")},
		{name: "lambda as default", old: in("\tstd::int32_t bark(std::int16_t n, std::function<void(int)> f = [](int) { return; }) { }\n"),
			note: "line 4: its parameters have values of their own that may be meant otherwise"},
		{name: "default kept", old: in("\tvoid bark(std::int16_t n = f({1, 2})) { }\n"), want: in("\tstd::int32_t bark(std::int16_t n = f({1, 2})) { }\n")},
		{name: "out of the class", old: in("\tvoid bark(long n);\n") + "void Zoo::Dog_impl::bark(long n) { x(n); }\n", want: in("\tstd::int32_t bark(std::int16_t n);\n") + "std::int32_t Zoo::Dog_impl::bark(std::int16_t n) { x(n); }\n"},
		{name: "out of the class, within the namespace", old: in("\tvoid bark(long n);\n") + "namespace Zoo {\nvoid Dog_impl::bark(long n) { x(n); }\n}\n",
			want: in("\tstd::int32_t bark(std::int16_t n);\n") + "namespace Zoo {\nstd::int32_t Dog_impl::bark(std::int16_t n) { x(n); }\n}\n"},
		{name: "in another file", old: in("\tvoid bark(long n);\n"), want: in("\tstd::int32_t bark(std::int16_t n);\n")},
		{name: "nested namespaces", old: "namespace a::b {\nclass Dog_impl {\npublic:\n\tvoid bark(long n) { }\n};\n}\n" + in("\tvoid bark(long n) { }\n"),
			want: "namespace a::b {\nclass Dog_impl {\npublic:\n\tvoid bark(long n) { }\n};\n}\n" + in("\tstd::int32_t bark(std::int16_t n) { }\n")},
		{name: "namespace of no name", old: "namespace {\nint n;\n}\n" + in(""), want: "namespace {\nint n;\n}\n" + in(added)},
		{name: "raw strings", old: in("\tvoid bark(long n) { f(R\"(})\", u8R\"x()\" } )x\"); }\n"), want: in("\tstd::int32_t bark(std::int16_t n) { f(R\"(})\", u8R\"x()\" } )x\"); }\n")},
		{name: "separators of digits", old: in("\tint k = 1'000'000; char c = '{';\n\tvoid bark(long n) { f(0x1'0, '}'); }\n"), want: in("\tint k = 1'000'000; char c = '{';\n\tstd::int32_t bark(std::int16_t n) { f(0x1'0, '}'); }\n")},
		{name: "operators", old: in("\tbool operator()(int a) const { return a < 2; }\n\toperator bool() const { return true; }\n\tDog_impl &operator=(const Dog_impl &o) { return *this; }\n\tvoid bark(long n) { }\n"),
			want: in("\tbool operator()(int a) const { return a < 2; }\n\toperator bool() const { return true; }\n\tDog_impl &operator=(const Dog_impl &o) { return *this; }\n\tstd::int32_t bark(std::int16_t n) { }\n")},
		{name: "overloads", old: in("\tvoid bark() { }\n\t/* Zoo::Dog::bark */\n\tvoid bark(long n) { bark(); }\n"), want: in("\tvoid bark() { }\n\t/* Zoo::Dog::bark */\n\tstd::int32_t bark(std::int16_t n) { bark(); }\n")},
		{name: "overloads without a comment", old: in("\tvoid bark(const char *) { }\n\tvoid bark(std::int16_t n) { bark(\"\"); }\n"), want: in("\tvoid bark(const char *) { }\n\tstd::int32_t bark(std::int16_t n) { bark(\"\"); }\n")},
		{name: "private at the end", old: in("\nprivate:\n\tint n;\n"), want: in("\nprivate:\n\tint n;\n\npublic:" + added)},
		{name: "indented by blanks", old: "namespace Zoo {\n  class Dog_impl : public Dog_part<Dog_impl> {\n  public:\n    void wag() { }\n  };\n}\n",
			want: "namespace Zoo {\n  class Dog_impl : public Dog_part<Dog_impl> {\n  public:\n    void wag() { }\n\n    /* Zoo::Dog::bark */\n    std::int32_t bark(std::int16_t volume)\n    {\n    }\n  };\n}\n"},
		{name: "classes of two arms", old: "namespace Zoo {\n#ifdef A\nclass Dog_impl : public X {\npublic:\n};\n#else\nclass Dog_impl : public Y {\npublic:\n};\n#endif\n}\n",
			want: "namespace Zoo {\n#ifdef A\nclass Dog_impl : public X {\npublic:\n" + added + "};\n#else\nclass Dog_impl : public Y {\npublic:\n" + added + "};\n#endif\n}\n"},
		{name: "end of a class in two arms", old: "namespace Zoo {\nclass Dog_impl {\npublic:\n#ifdef A\n};\n#else\n\tint n;\n};\n#endif\n}\n", note: "line 2: class Zoo::Dog_impl ends more than once, in arms of an #if"},
		{name: "attributes of the class", old: "namespace Zoo {\nclass API(x) [[gnu::visibility(\"default\")]] alignas(8) Dog_impl final : public Base<decltype(f(1)), R(int)> {\npublic:\n\tvoid bark(long n) { }\n};\n}\n",
			want: "namespace Zoo {\nclass API(x) [[gnu::visibility(\"default\")]] alignas(8) Dog_impl final : public Base<decltype(f(1)), R(int)> {\npublic:\n\tstd::int32_t bark(std::int16_t n) { }\n};\n}\n"},
		{name: "class within", old: in("\tstruct inner { void bark(long n) { } } i{};\n\tvoid bark(long n) { }\n"), want: in("\tstruct inner { void bark(long n) { } } i{};\n\tstd::int32_t bark(std::int16_t n) { }\n")},
		{name: "macro in the class", old: in("\tMETHOD(bark) { }\n"), note: "line 4: the macro METHOD may make it"},
		{name: "macro of another class", old: in("") + "class Cat { METHOD(bark) { } };\n", want: in(added) + "class Cat { METHOD(bark) { } };\n"},
		{name: "mark of another", old: in("\tQ_OBJECT\n\tvoid bark(long n) { }\n"), want: in("\tQ_OBJECT\n\tstd::int32_t bark(std::int16_t n) { }\n")},
		{name: "not compiled", old: in("#if 0\n\tvoid bark(long n) { don't }\n#endif\n"), want: in("#if 0\n\tvoid bark(long n) { don't }\n#endif\n" + added)},
		{name: "byte order mark and ends of lines", old: "\ufeff" + strings.ReplaceAll(in("\tvoid bark(long n) { }\n"), "\n", "\r\n"), want: "\ufeff" + strings.ReplaceAll(in("\tstd::int32_t bark(std::int16_t n) { }\n"), "\n", "\r\n")},
		{name: "global brackets", old: in("\tstd::vector<::Zoo::Cat> cats;\n\tvoid bark(long n) { }\n"), want: in("\tstd::vector<::Zoo::Cat> cats;\n\tstd::int32_t bark(std::int16_t n) { }\n")},
	} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			n.hold(t, f)
		})
	}
}

// TestQualified holds that a name says the same with less in front of it, and another with something else.
func TestQualified(t *testing.T) {
	t.Parallel()
	const head = "std::int32_t sit(const ::Zoo::Bone &one, const ::Zoo::Bone &two, const ::Zoo::Bone &three, const std::vector<::Zoo::Bone> &four)"
	in := func(head string) string { return "class Dog_impl {\npublic:\n\t" + head + " { return 0; }\n};\n" }
	nasty{
		old:  in("int32_t sit(const Bone &one, const Zoo::Bone & two, const Farm::Bone &three, const std::vector<Bone> &four)"),
		want: in("int32_t sit(const Bone &one, const Zoo::Bone & two, const ::Zoo::Bone &three, const std::vector<Bone> &four)"),
	}.hold(t, template.File{Functions: []template.Function{{Name: "Dog_impl::sit", Key: "Dog::sit", Head: head, In: "Dog_impl", Indent: "\t"}}})
}
