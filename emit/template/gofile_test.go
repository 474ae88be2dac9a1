package template_test

import (
	"errors"
	"fmt"
	"go/format"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/emit/template"
)

// freshGo is what a class is made of anew: two methods of its own, an attribute, and a parent's.
const freshGo = `package dog

import (
	"context"

	"example.com/gen/animal"
	"github.com/opendsom/dsom/som"
)

// object is the state of a Dog.
type object struct {
	animal.Base
	age int32
}

// Age implements Dog::_get_age.
func (o *object) Age(ctx context.Context) (int32, error) {
	return o.age, nil
}

// Bark implements Dog::bark.
func (o *object) Bark(ctx context.Context, volume int16, at animal.Animal) (bool, error) {
	return false, &som.Error{}
}
`

func goFile() template.GoFile {
	return template.GoFile{
		Fresh: []byte(freshGo), Type: "object", Fields: map[string][]string{"age": {"Age"}},
		Mine: func(key string) bool { return strings.HasPrefix(key, "Dog::") },
	}
}

// bark is a file with one method more, or as its author has it.
func authors(bark string) string {
	return strings.Replace(freshGo, freshGo[strings.Index(freshGo, "// Bark"):], bark, 1)
}

const signature = "func (o *object) Bark(ctx context.Context, volume int16, at animal.Animal) (bool, error)"

// TestUpdateGo has authors write Go in many ways, before their class becomes that of freshGo.
func TestUpdateGo(t *testing.T) {
	t.Parallel()
	const oldMethod = "func (o *object) Bark(ctx context.Context, volume int32) error"
	for _, c := range []struct {
		name, old, want string // want empty: as it was
		note            string
		others          map[string]string
	}{
		{name: "same", old: freshGo},
		{name: "added", old: authors("// mine\nvar x = som.Nothing\n"), want: authors("// mine\nvar x = som.Nothing\n") + "\n" + freshGo[strings.Index(freshGo, "// Bark"):]},
		{name: "head", old: authors(oldMethod + " { return som.X(ctx, volume) }\n"), want: authors(signature + " { return som.X(ctx, volume) }\n")},
		{name: "names of one's own", old: authors("func (d *object) Bark(c context.Context, loud int32, who animal.Animal) (ok bool, err error) { return som.X(c, loud, who) }\n"),
			want: authors("func (d *object) Bark(c context.Context, loud int16, who animal.Animal) (ok bool, err error) { return som.X(c, loud, who) }\n")},
		{name: "no names", old: authors("func (*object) Bark(context.Context, int16, animal.Animal) error { return som.X() }\n"),
			want: authors("func (*object) Bark(context.Context, int16, animal.Animal) (bool, error) { return som.X() }\n")},
		{name: "no names, others", old: authors("func (*object) Bark(context.Context) (bool, error) { return som.X() }\n"),
			want: authors("func (*object) Bark(context.Context, int16, animal.Animal) (bool, error) { return som.X() }\n")},
		{name: "lines and comments", old: authors("func (o *object) Bark(\n\tctx context.Context, // while it barks, loudly\n\tat animal.Animal,\n) (bool, error) {\n\treturn som.X()\n}\n"),
			want: authors("func (o *object) Bark(\n\tctx context.Context, // while it barks, loudly\n\tvolume int16,\n\tat animal.Animal,\n) (bool, error) {\n\treturn som.X()\n}\n")},
		{name: "names of one type", old: authors("func (o *object) Bark(ctx context.Context, a, b int32) (bool, error) { return som.X(a, b) }\n"),
			want: authors("func (o *object) Bark(ctx context.Context, a int16, b animal.Animal) (bool, error) { return som.X(a, b) }\n")},
		{name: "comments among names of one type", old: authors("func (o *object) Bark(ctx context.Context, a, b int32 /* no */) (bool, error) { return som.X(a, b) }\n"),
			want: authors("func (o *object) Bark(ctx context.Context, a int16, b animal.Animal /* no */) (bool, error) { return som.X(a, b) }\n")},
		{name: "receiver of a parameter's name", old: authors("func (volume *object) Bark(ctx context.Context) (bool, error) { return som.X() }\n"),
			want: authors("func (volume *object) Bark(ctx context.Context, volume_ int16, at animal.Animal) (bool, error) { return som.X() }\n")},
		{name: "imports of other names", old: strings.NewReplacer(`"example.com/gen/animal"`, `zoo "example.com/gen/animal"`, "animal.", "zoo.").Replace(freshGo)},
		{name: "imports of other names, others", old: strings.NewReplacer(`"example.com/gen/animal"`, `zoo "example.com/gen/animal"`, "animal.Base", "zoo.Base").Replace(authors(oldMethod + " { return som.X() }\n")),
			want: strings.NewReplacer(`"example.com/gen/animal"`, `zoo "example.com/gen/animal"`, "animal.", "zoo.").Replace(authors(signature + " { return som.X() }\n"))},
		{name: "import for all names", old: strings.NewReplacer(`"example.com/gen/animal"`, `. "example.com/gen/animal"`, "animal.", "").Replace(freshGo)},
		{name: "import that is no more", old: strings.Replace(authors("func (o *object) Bark(ctx context.Context, volume int16, at animal.Animal, z zoo.Size) (bool, error) { return som.X() }\n"), "\t\"example.com/gen/animal\"\n", "\t\"example.com/gen/animal\"\n\t\"example.com/gen/zoo\"\n", 1),
			want: authors(signature + " { return som.X() }\n")},
		{name: "no imports", old: "package dog\n\ntype object struct{ Base }\n", want: "package dog\n\nimport (\n\t\"context\"\n\t\"example.com/gen/animal\"\n\t\"github.com/opendsom/dsom/som\"\n)\n\ntype object struct{ animal.Base \n\tage int32\n}\n" + freshGo[strings.Index(freshGo, "\n// Age"):]},
		{name: "a name that is taken", old: "package dog\n\nimport (\n\t\"context\"\n\n\tanimal \"example.com/other\"\n\t\"github.com/opendsom/dsom/som\"\n)\n\ntype object struct {\n\tsom.Base\n\tage int32\n\tx animal.X\n}\n\nfunc (o *object) Age(context.Context) (int32, error) { return 0, nil }\n\nfunc (o *object) Bark(context.Context) (bool, error) { return false, som.X }\n",
			want: "package dog\n\nimport (\n\t\"context\"\n\n\tanimal_ \"example.com/gen/animal\"\n\tanimal \"example.com/other\"\n\t\"github.com/opendsom/dsom/som\"\n)\n\ntype object struct {\n\tanimal_.Base\n\tage int32\n\tx animal.X\n}\n\nfunc (o *object) Age(context.Context) (int32, error) { return 0, nil }\n\nfunc (o *object) Bark(context.Context, int16, animal_.Animal) (bool, error) { return false, som.X }\n"},
		{name: "a package that has a parameter's name here", old: strings.Replace(authors("var _ volume.X\n"), `"github.com/opendsom/dsom/som"`, `volume "github.com/opendsom/dsom/som"`, 1),
			want: strings.Replace(authors("var _ volume.X\n"), `"github.com/opendsom/dsom/som"`, "\"github.com/opendsom/dsom/som\"\n\tvolume \"github.com/opendsom/dsom/som\"", 1) + "\n" + freshGo[strings.Index(freshGo, "// Bark"):]},
		{name: "a package's name that another file declares", old: "package dog\n\ntype object struct{ Base }\n", others: map[string]string{"x.go": "package dog\n\nvar animal int\n"},
			want: "package dog\n\nimport (\n\t\"context\"\n\tanimal_ \"example.com/gen/animal\"\n\t\"github.com/opendsom/dsom/som\"\n)\n\ntype object struct{ animal_.Base \n\tage int32\n}\n" + strings.Replace(freshGo[strings.Index(freshGo, "\n// Age"):], "animal.", "animal_.", 1)},
		{name: "gone", old: freshGo + "\n// Sit implements Dog::sit.\n//\n// Down!\nfunc (o *object) Sit() error { return nil }\n", want: freshGo + "\n// Sit implemented Dog::sit, which is not in the IDL any more.\n//\n// Down!\nfunc (o *object) Sit() error { return nil }\n"},
		{name: "back", old: strings.Replace(freshGo, "// Bark implements Dog::bark.", "// Bark implemented Dog::bark, which is not in the IDL any more.", 1), want: freshGo},
		{name: "helpers", old: freshGo + "\nfunc (o *object) Helper() {}\n\nfunc Bark() {}\n\nfunc (o *other) Bark() {}\n"},
		{name: "elsewhere", old: authors("var _ som.X\n"), others: map[string]string{"bark.go": "package dog\n\nimport c \"context\"\nimport \"example.com/gen/animal\"\n\nfunc (o object) Bark(c.Context, int16, animal.Animal) (bool, error) { return false, nil }\n"}},
		{name: "elsewhere, others", old: authors("var _ som.X\n"), others: map[string]string{"bark.go": "package dog\n\nfunc (o *object) Bark() {}\n"}, note: "bark.go:3: its parameters or results are others, and it stands in another file"},
		{name: "another parent", old: strings.Replace(freshGo, "\tanimal.Base", "\tsom.Base // mine", 1), want: strings.Replace(freshGo, "\tanimal.Base", "\tanimal.Base // mine", 1)},
		{name: "no base", old: strings.Replace(freshGo, "\tanimal.Base\n", "\tmine\n", 1), note: "11: it has no parent's base"},
		{name: "no structure", old: strings.Replace(freshGo, "type object struct {\n\tanimal.Base\n\tage int32\n}", "type object other", 1), note: "11: it is no structure"},
		{name: "no type", old: strings.Replace(freshGo, "// object is the state of a Dog.\ntype object struct {\n\tanimal.Base\n\tage int32\n}\n", "", 1),
			want: strings.Replace(freshGo, "// object is the state of a Dog.\ntype object struct {\n\tanimal.Base\n\tage int32\n}\n", "", 1) + "\n// object is the state of a Dog.\ntype object struct {\n\tanimal.Base\n\tage int32\n}\n"},
		{name: "field kept out", old: strings.Replace(strings.Replace(freshGo, "\tage int32\n", "", 1), "o.age", "7", 1)},
		{name: "field of another type", old: strings.Replace(freshGo, "int32", "int64", 2), want: freshGo},
		{name: "field of one's own type", old: strings.Replace(strings.Replace(freshGo, "age int32", "age atomic.Int32", 1), "return o.age", "return o.age.Load()", 1)},
		{name: "package", old: strings.Replace(freshGo, "package dog", "package hound // ours", 1), want: strings.Replace(freshGo, "package dog", "package dog // ours", 1)},
		{name: "ends of lines", old: strings.ReplaceAll(authors(oldMethod+" { return som.X() }\n"), "\n", "\r\n"), want: strings.ReplaceAll(authors(signature+" { return som.X() }\n"), "\n", "\r\n")},
		{name: "byte order mark", old: "\ufeff" + authors(oldMethod+" { return som.X() }\n"), want: "\ufeff" + authors(signature+" { return som.X() }\n")},
		{name: "lines of others", old: "//line x.y:7\n" + authors("/*line :3*/ "+oldMethod+" { return som.X() }\n"), want: "//line x.y:7\n" + authors("/*line :3*/ "+signature+" { return som.X() }\n")},
		{name: "not Go", old: "package dog\n\nfunc {", note: "line 3: expected 'IDENT', found '{'"},
		{name: "another file is not Go", old: freshGo, others: map[string]string{"x.go": "packag"}, note: "x.go: line 1: expected 'package', found packag"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := goFile()
			f.Others = map[string][]byte{}
			for name, text := range c.others {
				f.Others[name] = []byte(text)
			}
			got, changes, err := template.UpdateGo([]byte(c.old), f)
			if e := (*template.Error)(nil); errors.As(err, &e) {
				if e.Error() != c.note {
					t.Errorf("refused: %v", e)
				}
				return
			}
			want := c.want
			if want == "" {
				want = c.old
			}
			if string(got) != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			var notes []string
			for _, n := range changes.Left {
				notes = append(notes, strings.TrimPrefix(fmt.Sprintf("%s:%d: %s", n.File, n.Line, n.What), ":"))
			}
			if s := strings.Join(notes, "; "); s != c.note {
				t.Errorf("got note %q, want %q", s, c.note)
			}
			if gone := strings.Contains(c.name, "gone"); gone != (len(changes.Gone) == 1) {
				t.Errorf("got gone %v", changes.Gone)
			}
		})
	}
}

// TestNewGo makes a file anew: what another file of the package has is left out, if it is the only one of several builds, too.
func TestNewGo(t *testing.T) {
	t.Parallel()
	f := goFile()
	got, changes, err := template.UpdateGo(nil, f)
	if err != nil || string(got) != freshGo || len(changes.Added) > 0 {
		t.Errorf("%v, %v: got\n%s", err, changes, got)
	}
	other := "package dog\n\nimport (\n\t\"context\"\n\n\t\"example.com/gen/animal\"\n)\n\nfunc (o *object) Bark(context.Context, int16, animal.Animal) (bool, error) { return false, nil }\n"
	f.Others = map[string][]byte{"bark_linux.go": []byte(other), "bark_other.go": []byte(other)}
	got, _, err = template.UpdateGo(nil, f)
	want := strings.Replace(strings.TrimSuffix(authors(""), "\n"), "\t\"github.com/opendsom/dsom/som\"\n", "", 1)
	if err != nil || string(got) != want {
		t.Errorf("%v: got\n%s\nwant\n%s", err, got, want)
	}
}

// goPieces are what bodies are made of at random.
var goPieces = []string{"x := `}\n// Bark implements Dog::bark.\n`\n_ = x\n", "// }\n", "/* { */\n", "func() { _ = '}' }()\n", "if o == nil {\n\treturn\n}\n", "\n\n", "type object struct{}\n", "const c = \"\\\"}\"\n"}

// TestGoBodiesAreKept goes through releases of a class drawn at random: bodies stay, octet by octet, a method is there once, and
// the file stays as gofmt has it.
func TestGoBodiesAreKept(t *testing.T) {
	t.Parallel()
	types := []string{"int16", "*animal.Animal", "[]zoo.Size", "func(animal.Animal) error", "map[string]zoo.Size"}
	paths := map[string]string{"animal.": "example.com/gen/animal", "zoo.": "example.com/gen/zoo", "context.": "context"}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 5))
		var text []byte
		bodies := map[string]string{}
		for range 5 {
			var b strings.Builder
			b.WriteString("type object struct {\n\tanimal.Base\n}\n")
			names := []string{}
			for _, i := range r.Perm(6)[:1+r.IntN(5)] {
				name := fmt.Sprintf("M%d", i)
				names = append(names, name)
				params := "ctx context.Context"
				for p := range r.IntN(3) {
					params += fmt.Sprintf(", p%d %s", p, types[r.IntN(len(types))])
				}
				fmt.Fprintf(&b, "\n// %s implements Dog::%s.\nfunc (o *object) %s(%s) {\n}\n", name, strings.ToLower(name), name, params)
			}
			head := "package dog\n\nimport (\n"
			for _, p := range []string{"context.", "animal.", "zoo."} {
				if p == "context." || strings.Contains(b.String(), p) {
					head += "\t\"" + paths[p] + "\"\n"
				}
				if p == "context." {
					head += "\n"
				}
			}
			f := goFile()
			f.Fresh = []byte(head + ")\n\n" + b.String())
			got, _, err := template.UpdateGo(text, f)
			if err != nil {
				t.Fatalf("seed %d: %v\n%s\n---\n%s", seed, err, text, f.Fresh)
			}
			if formatted, err := format.Source(got); err != nil || string(formatted) != string(got) {
				t.Fatalf("seed %d: %v: it is not as gofmt has it:\n%s\n--- was\n%s", seed, err, got, text)
			}
			for name, body := range bodies {
				if strings.Count(string(got), ") "+body) != 1 {
					t.Fatalf("seed %d: the body of %s is lost: %q\n%s\n---\n%s", seed, name, body, text, got)
				}
			}
			for _, name := range names {
				if strings.Count(string(got), "\nfunc (o *object) "+name+"(") != 1 {
					t.Fatalf("seed %d: no %s, or more than one:\n%s", seed, name, got)
				}
			}
			// Each new body is written at random.
			for _, name := range names {
				if bodies[name] != "" {
					continue
				}
				var body strings.Builder
				fmt.Fprintf(&body, "{\n\t// body of %s\n", name)
				for range r.IntN(4) {
					body.WriteString(goPieces[r.IntN(len(goPieces))])
				}
				body.WriteString("}\n")
				at := strings.Index(string(got), "\nfunc (o *object) "+name+"(")
				open := at + strings.Index(string(got[at:]), ") {\n}\n") + 2
				got = []byte(string(got[:open]) + body.String() + string(got[open+len("{\n}\n"):]))
				if got, err = format.Source(got); err != nil {
					t.Fatal(err)
				}
				at = strings.Index(string(got), "// body of "+name+"\n")
				from, to := strings.LastIndex(string(got[:at]), "{"), at+strings.Index(string(got[at:])+"\n\n// M", "\n}\n")+3
				bodies[name] = string(got[from:to])
			}
			text = got
		}
	}
}

// TestLongGo holds that long files take time in proportion.
func TestLongGo(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"// Bark implements Dog::bark.\nfunc (o *object) M%d(a, b int /* , */) {}\n", "import \"a%d\"\n", "type object struct { a%d int }\n", "/* , */", "var a%d = func(a.B, /* , */ a.C) { a.D() }\n"} {
		start := time.Now()
		text := "package dog\n"
		for i := 0; len(text) < 1<<15; i++ {
			text += strings.Replace(piece, "%d", fmt.Sprint(i), 1)
		}
		_, _, _ = template.UpdateGo([]byte(text), goFile())
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%q: %v", piece, d)
		}
	}
}

// FuzzUpdateGo holds that any text is refused, or taken in a way that holds. Its seeds are short: a long one takes all the time to be made short.
func FuzzUpdateGo(f *testing.F) {
	const fresh = "package dog\n\nimport \"x/zoo\"\n\ntype object struct {\n\tzoo.Base\n\tage int\n}\n\n// Age implements Dog::age.\nfunc (o *object) Age() int { return o.age }\n\n" +
		"// Bark implements Dog::bark(inout long n, in Cat c).\nfunc (o *object) Bark(n int, c zoo.Cat) (bool, int, error) { return false, 0, nil }\n"
	want := template.GoFile{Fresh: []byte(fresh), Type: "object", Fields: map[string][]string{"age": {"Age"}}, Mine: func(key string) bool { return strings.HasPrefix(key, "Dog::") }}
	for _, text := range []string{
		"package a;type object struct{Base}", "package a;func(o*object)Bark(a,b int /*x*/,){}", "package a;func(object)Bark(bool)(n,m int){}",
		"package a;import(z\"x/zoo\");type(object struct{z.Base;age int;})", "package a\n// B implements Dog::b.\nfunc(o object)B(){}", "package a\n// Bark implements Dog::bark(in a c, out b n,()).\nfunc(o object)Bark(_,d,c int)(n,m int){return 1,2}", "package a;import.\"x/zoo\"\n\r//line x:1",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, _, err := template.UpdateGo([]byte(text), want)
		if err != nil {
			return
		}
		if again, _, err := template.UpdateGo(got, want); err != nil || string(again) != string(got) {
			t.Errorf("a second time: %v\n%q\n%q", err, got, again)
		}
	})
}
