package cxx_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opendsom/dsom/emit/cxx"
)

const before = `#include <somobj.idl>
interface Dog : SOMObject {
  void bark(in long volume);
  void sit();
  implementation { releaseorder: bark, sit; };
};`

const after = `#include <somobj.idl>
interface Dog : SOMObject {
  void bark(in short volume, in string why);
  // Barks.
  long fetch(in string what);
  void born(inout somInitCtrl ctrl, in string name);
  implementation { releaseorder: bark, sit, fetch, born; born: init; somPrintSelf: override; };
};
interface Cat : SOMObject {
  void purr();
  implementation { releaseorder: purr; };
};`

// TestTemplate has an implementation that somebody has written follow its IDL: heads and comments change, what is new is added, and what is written stays.
func TestTemplate(t *testing.T) {
	t.Parallel()
	made, _ := build(t, "dog.idl", before, everything("")).Get("dog.cpp")
	const body = "\t{\n\t\tif (volume > 3) { count++; } // }\n\t\tconst char *s = \"}\";\n#ifdef LOUD\n\t\t{\n#else\n\t\t{\n#endif\n\t\t}\n\t}\n"
	throws := "\t{\n\t\t(void)volume;\n\t\tthrow som::system_exception(\"NO_IMPLEMENT\", \"Dog::bark\");\n\t}\n"
	written := strings.Replace(string(made), throws, body, 1)
	written = strings.Replace(written, "public:\n", "\tint count = 0;\n\npublic:\n", 1)
	if !strings.Contains(written, body) || !strings.Contains(written, "int count") {
		t.Fatalf("the template is not as the test has it:\n%s", made)
	}
	opt := everything("")
	opt.Existing = fstest.MapFS{"dog.cpp": {Data: []byte(written)}}
	data, _ := build(t, "dog.idl", after, opt).Get("dog.cpp")
	got := string(data)
	for _, want := range []string{
		"/* Dog::bark: void bark(in short volume, in string why)\n\t * Barks. */\n\tvoid bark(std::int16_t volume, const std::string &why)\n" + body, "\tint count = 0;\n\npublic:\n",
		"/* Dog::sit: not in the IDL any more; nothing calls it. */", "std::int32_t fetch(const std::string &what)\n", "Dog_impl(born, const std::string &name)\n",
		"class Cat_impl : public Cat_part<Cat_impl> {", "void purr()\n", "som::class_object Cat_define()",
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("there is no %q, or more than one, in\n%s", want, got)
		}
	}
	opt.Existing = fstest.MapFS{"dog.cpp": {Data: data}}
	if again, _ := build(t, "dog.idl", after, opt).Get("dog.cpp"); string(again) != got {
		t.Errorf("built again it is\n%s", again)
	}
	opt.Existing = fstest.MapFS{"test.cpp": {Data: []byte("class Dog_impl {")}}
	files, report := cxx.Emit(compile(t, after), opt)
	if all := report.All(); len(all) != 1 || all[0].Code != cxx.CodeTemplate || files.Len() != 0 {
		t.Errorf("got %v, and %d files", all, files.Len())
	}
}

// TestTemplateOfModules keeps classes of one name in two modules apart, and follows definitions out of the class.
func TestTemplateOfModules(t *testing.T) {
	t.Parallel()
	const one = `#include <somobj.idl>
module A { interface Dog : SOMObject { void bark(in long n); implementation { releaseorder: bark; }; }; };
module B { interface Dog : SOMObject { void bark(in long n); implementation { releaseorder: bark; }; }; };`
	two := strings.Replace(one, "void bark(in long n); implementation { releaseorder: bark; }; }; };\nmodule B", "long bark(in short n); void sit(); implementation { releaseorder: bark, sit; }; }; };\nmodule B", 1)
	made, _ := build(t, "dog.idl", one, everything("")).Get("dog.cpp")
	const member = "\tvoid bark(std::int32_t n)\n\t{\n\t\t(void)n;\n\t\tthrow som::system_exception(\"NO_IMPLEMENT\", \"A::Dog::bark\");\n\t}\n"
	written := strings.Replace(string(made), member, "\tvoid bark(std::int32_t n);\n", 1) + "\nvoid A::Dog_impl::bark(std::int32_t loud) { shout(loud); }\n"
	if strings.Contains(written, "A::Dog::bark\");") {
		t.Fatalf("the template is not as the test has it:\n%s", made)
	}
	opt := everything("")
	opt.Existing = fstest.MapFS{"dog.cpp": {Data: []byte(written)}}
	data, _ := build(t, "dog.idl", two, opt).Get("dog.cpp")
	got := string(data)
	for _, want := range []string{
		"\tstd::int32_t bark(std::int16_t n);\n", "\nstd::int32_t A::Dog_impl::bark(std::int16_t loud) { shout(loud); }\n",
		"/* A::Dog::sit: void sit() */\n\tvoid sit()\n", "/* B::Dog::bark: void bark(in long n) */\n\tvoid bark(std::int32_t n)\n", "class_object Dog_define() { return Dog_impl::som_define(); }\n} // namespace A",
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("there is no %q, or more than one, in\n%s", want, got)
		}
	}
	if at := strings.Index(got, "void sit()"); at > strings.Index(got, "} // namespace A") {
		t.Errorf("the method of one class went to the other:\n%s", got)
	}
}

// TestTemplateOfLoans has an override of what stays the object's begin with what the parent lends, and keeps to how its author returns it: as a loan, or by
// reference to what he keeps.
func TestTemplateOfLoans(t *testing.T) {
	t.Parallel()
	const one = `#include <somobj.idl>
interface Dog : SOMObject { attribute string name; attribute string tag; attribute Dog mate; implementation { releaseorder: _get_name, _set_name, _get_tag, _set_tag, _get_mate, _set_mate; }; };
interface Pup : Dog { implementation { _get_name: override; _get_tag: override; _get_mate: override; }; };`
	made, _ := build(t, "dog.idl", one, everything("")).Get("dog.cpp")
	lent := "\tsom::loan<std::string> get_%s()\n\t{\n\t\treturn parent_loan<::Dog>().get_%[1]s();\n\t}\n"
	name, tag := fmt.Sprintf(lent, "name"), fmt.Sprintf(lent, "tag")
	mate := "\tsom::loan<::Dog> get_mate()\n\t{\n\t\treturn parent_loan<::Dog>().get_mate();\n\t}\n"
	for _, want := range []string{name, tag, mate} {
		if strings.Count(string(made), want) != 1 {
			t.Fatalf("there is no %q, or more than one, in\n%s", want, made)
		}
	}
	const body = "\n\t{\n\t\treturn mine_;\n\t}\n"
	written := strings.Replace(string(made), tag, "\tconst std::string &get_tag()"+body, 1)
	for _, c := range []struct{ text, name, tag string }{
		{one, name, "\tconst std::string &get_tag()" + body},
		{strings.ReplaceAll(one, "attribute string", "attribute wstring"), strings.Replace(name, "std::string", "std::u16string", 1), "\tconst std::u16string &get_tag()" + body},
	} {
		opt := everything("")
		opt.Existing = fstest.MapFS{"dog.cpp": {Data: []byte(written)}}
		data, _ := build(t, "dog.idl", c.text, opt).Get("dog.cpp")
		for _, want := range []string{c.name, c.tag, mate} {
			if strings.Count(string(data), want) != 1 {
				t.Errorf("there is no %q, or more than one, in\n%s", want, data)
			}
		}
	}
}

// TestTemplateLikeControls has a parameter of an initializer that is called as its somInitCtrl is, which C++ does not show, with an underscore behind.
func TestTemplateLikeControls(t *testing.T) {
	t.Parallel()
	const text = "#include <somobj.idl>\ninterface Dog : SOMObject { void born(inout somInitCtrl name, in long name_); implementation { releaseorder: born; born: init; }; };\n"
	made, _ := build(t, "dog.idl", text, everything("")).Get("dog.cpp")
	if !strings.Contains(string(made), "Dog_impl(born, std::int32_t name_)") {
		t.Errorf("it is\n%s", made)
	}
	opt := everything("")
	opt.Existing = fstest.MapFS{"dog.cpp": {Data: made}}
	if again, _ := build(t, "dog.idl", text, opt).Get("dog.cpp"); string(again) != string(made) {
		t.Errorf("built again it is\n%s", again)
	}
}
