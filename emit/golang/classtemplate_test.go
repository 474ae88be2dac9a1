package golang_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
)

// TestTemplateFollows has an implementation that somebody has written follow its IDL, and takes it apart as Go each time.
func TestTemplateFollows(t *testing.T) {
	t.Parallel()
	const before = `#include <somcls.idl>
module Zoo {
interface Animal : SOMObject { long speak(in long n); implementation { releaseorder: speak; }; };
interface Boat : SOMObject { void sail(); implementation { }; };
interface Dog : Animal {
  void bark(in long volume);
  void sit();
  readonly attribute long legs;
  implementation { releaseorder: bark, sit, _get_legs; speak: override; };
};
};`
	const after = `#include <somcls.idl>
module Zoo {
interface Food : SOMObject { implementation { }; };
interface Animal : SOMObject { long speak(in long n); implementation { releaseorder: speak; }; };
interface Boat : SOMObject { void sail(); implementation { }; };
interface Dog : Animal, Boat {
  boolean bark(in short volume, in Food at);
  readonly attribute short legs;
  attribute string name;
  implementation { releaseorder: bark, _get_legs, _get_name, _set_name; speak: override; sail: override; };
};
};`
	generate := func(text string, existing fstest.MapFS) (string, string) {
		files, report := golang.Emit(compileSOM(t, idl.FilesOf{"zoo.idl": text}, "zoo.idl"), golang.Options{PackagePrefix: "example.com/gen", Classes: true, Existing: existing})
		if err := report.Err(); err != nil {
			t.Fatal(err)
		}
		data, _ := files.Get("zoo/dog/object.go")
		var said []string
		for _, d := range report.All() {
			said = append(said, string(d.Code)+" "+d.Message)
		}
		return string(data), strings.Join(said, "; ")
	}
	written := func(text string) fstest.MapFS { return fstest.MapFS{"zoo/dog/object.go": {Data: []byte(text)}} }

	made, _ := generate(before, nil)
	const body = "{\n\tif loud > 3 { // }\n\t\tfmt.Println(`}`, loud)\n\t}\n\treturn nil\n}\n"
	old := strings.Replace(made, "ctx context.Context, volume int32) error {\n\treturn &som.Error{Code: som.CodeAbstract, Class: \"Zoo::Dog\", Text: \"bark is not written yet\"}\n}\n", "ctx context.Context, loud int32) error "+body, 1)
	old = strings.Replace(old, "\t\"context\"\n", "\t\"context\"\n\t\"fmt\"\n", 1)
	if !strings.Contains(old, body) {
		t.Fatalf("the template is not as the test has it:\n%s", made)
	}
	got, said := generate(after, written(old))
	for _, want := range []string{
		"func (o *object) Bark(ctx context.Context, loud int16, at food.Food) (bool, error) " + body, "\tanimal.Base\n\tBoat boat.Base\n\tlegs int16\n\tname string\n}", "\t\"fmt\"\n",
		"// Sit implemented Zoo::Dog::sit(), which is not in the IDL any more.\nfunc (o *object) Sit(", "func (o *object) Legs(ctx context.Context) (int16, error) {\n\treturn o.legs, nil\n}",
		"// SetName implements Zoo::Dog::_set_name.\nfunc (o *object) SetName(", "// Sail implements Zoo::Dog::sail().\nfunc (o *object) Sail(", "\t\"example.com/gen/zoo/boat\"\n\t\"example.com/gen/zoo/food\"\n",
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("there is no %q, or more than one, in\n%s", want, got)
		}
	}
	if !strings.Contains(said, "GO1020 zoo/dog/object.go:") || strings.Contains(said, ";") {
		t.Errorf("it said %s", said)
	}
	if again, said := generate(after, written(got)); again != got || said != "" {
		t.Errorf("again it said %q, and is\n%s", said, again)
	}
}

// TestTemplateGivesAway warns of what returns a plain field's references, in the implementation and in files beside it, and says what to write; what retains for the
// caller, owns, hands over or has no references is not told of.
func TestTemplateGivesAway(t *testing.T) {
	t.Parallel()
	const text = `#include <somobj.idl>
typedef sequence<Object> Flock;
interface Hen : SOMObject {
  attribute Hen mate;
  attribute Flock flock;
  attribute string name;
  Hen lay(in long n, out Hen other);
  implementation { releaseorder: _get_mate, _set_mate, _get_flock, _set_flock, _get_name, _set_name, lay; mate: noget, nodata; flock: noget, nodata; name: noget, nodata; };
};
interface Chick : Hen { implementation { _get_mate: override; }; };`
	const head = "import (\n\t\"context\"\n\n\t\"github.com/opendsom/dsom/som\"\n)\n\n"
	for _, c := range []struct{ class, file, method, want string }{
		{"hen", "object.go", "func (o *object) Mate(ctx context.Context) (Hen, error) { return o.mate, nil }", "GO1024 hen/object.go:16: Mate returns o.mate, whose references stay the field's"},
		{"hen", "mate.go", "func (h *object) Mate(context.Context) (Hen, error) {\n\tif h.pen.lost {\n\t\treturn nil, nil\n\t}\n\treturn (h.pen).mates[0], nil\n}", "GO1024 hen/mate.go:13: Mate returns (h.pen).mates[0]"},
		{"chick", "object.go", "func (o *object) Mate(context.Context) (hen.Hen, error) { return o.mate, nil }", "GO1024 chick/object.go:"},
		{"hen", "object.go", "func (o *object) Flock(context.Context) (zoo.Flock, error) { return o.flock, nil }", "GO1024 hen/object.go:16: Flock returns o.flock"},
		{"hen", "object.go", "func (o *object) Lay(ctx context.Context, n int32) (Hen, Hen, error) { return nil, o.mate, nil }", "GO1024 hen/object.go:16: Lay returns o.mate"},
		{"hen", "object.go", "func (o *object) Mate(ctx context.Context) (Hen, error) { return o.mate, o.mate.Retain() }", ""},
		{"hen", "object.go", "func (o *object) Mate(ctx context.Context) (Hen, error) { if err := o.mate.Retain(); err != nil { return nil, err }; return o.mate, nil }", ""},
		{"hen", "object.go", "func (o *object) Mate(ctx context.Context) (Hen, error) { return o.held.Get() }", ""},
		{"hen", "object.go", "func (o *object) Mate(ctx context.Context) (Hen, error) { defer func() { o.mate = nil }(); return o.mate, nil }", ""},
		{"hen", "object.go", "func (o *object) Mate(ctx context.Context) (Hen, error) { _ = func() (Hen, error) { return o.mate, nil }; return New() }", ""},
		{"hen", "object.go", "func (o *object) Name(ctx context.Context) (string, error) { return o.name, nil }", ""},
	} {
		object := "package " + c.class + "\n\n" + head + "type object struct {\n\tsom.Base\n\tmate Hen\n\tname string\n}\n\n"
		existing := fstest.MapFS{c.class + "/object.go": {Data: []byte(object + c.method + "\n")}}
		if c.file != "object.go" {
			existing = fstest.MapFS{c.class + "/object.go": {Data: []byte(object)}, c.class + "/" + c.file: {Data: []byte("package " + c.class + "\n\n" + head + c.method + "\n")}}
		}
		_, report := golang.Emit(compileSOM(t, idl.FilesOf{"zoo.idl": text}, "zoo.idl"), golang.Options{PackagePrefix: "example.com/gen", Package: "zoo", Classes: true, Existing: existing})
		said := ""
		for _, d := range report.All() {
			if d.Code == golang.CodeGiving {
				said += string(d.Code) + " " + d.Message + "; " + d.Help
			}
		}
		if (said == "") != (c.want == "") || !strings.HasPrefix(said, c.want) {
			t.Errorf("of %s it says %q, want %q", c.method, said, c.want)
		}
		if c.want != "" && !strings.Contains(said, "som.Held") {
			t.Errorf("of %s it does not say what to write: %q", c.method, said)
		}
	}
}
