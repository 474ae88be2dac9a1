package template_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/template"
)

// A drawn is a parameter of a head that is drawn at random, with what its author wrote around it: all of it has its number.
type drawn struct {
	n         int
	typ, name string
	lead      string // in front of it
	tail      string // behind it
	remark    string // behind the comma, up to the end of the line
}

// A dialect is what may stand around parameters, %d for the number, and how they are written.
type dialect struct {
	types, newTypes       []string
	leads, tails, remarks []string
	declare               func(typ, name string) string
}

var inC = dialect{
	types: []string{"long", "int16_t", "const char *", "const Zoo_Bone *", "uint8_t"}, newTypes: []string{"int64_t", "char **", "som_ref", "const double *", "float"},
	leads:   []string{" ", "\n\t", " /* a%d */ ", " UNUSED(a%d) ", "\n\t// a%d, b\n\t", "\n\t[[a%d]] ", " __attribute__((a%d)) ", "\t\\\n\t"},
	tails:   []string{"", " /* b%d, c */", " __attribute__((b%d))", " UNUSED_%d", " // b%d, c\n\t", "\n"},
	remarks: []string{"", " // c%d,\n", " /* c%d */\n", " /* c%d */ // d%d\n"},
	declare: func(typ, name string) string {
		return strings.TrimSuffix(typ+" ", "* ") + strings.Repeat("*", strings.Count(typ, "*")) + name
	},
}

var inGo = dialect{
	types: []string{"int32", "*zoo.Bone", "[]string", "map[string]int"}, newTypes: []string{"int64", "zoo.Cat", "func(int) error", "chan bool"},
	leads:   []string{" ", "\n\t", " /* a%d */ ", "\n\t// a%d, b\n\t"},
	tails:   []string{"", " /* b%d, c */"},
	remarks: []string{"", " // c%d,\n", " /* c%d */\n"},
	declare: func(typ, name string) string { return name + " " + typ },
}

func (d *dialect) draw(r *rand.Rand, n int) drawn {
	number := func(text string) string { return strings.ReplaceAll(text, "%d", fmt.Sprint(n)) }
	of := func(all []string) string { return number(all[r.IntN(len(all))]) }
	return drawn{n, d.types[r.IntN(len(d.types))], fmt.Sprintf("p%d", n), of(d.leads), of(d.tails), of(d.remarks)}
}

// text returns parameters as their author has them; trailing has a comma behind the last.
func (d *dialect) text(ps []drawn, trailing bool) string {
	var b strings.Builder
	for i, p := range ps {
		b.WriteString(p.lead + d.declare(p.typ, p.name))
		if trailing || i < len(ps)-1 {
			b.WriteString(p.tail + "," + p.remark)
		} else if b.WriteString(p.tail + strings.TrimSuffix(p.remark, "\n")); strings.Contains(p.remark, "//") {
			b.WriteString("\n")
		}
	}
	if trailing && !strings.HasSuffix(b.String(), "\n") {
		b.WriteString("\n")
	}
	return b.String()
}

// change returns what becomes of parameters: types, names or their order are others, some are gone and some new; and those that are left, by number.
func (d *dialect) change(r *rand.Rand, ps []drawn) (changed []drawn, left map[int]bool) {
	changed, left = slices.Clone(ps), map[int]bool{}
	for i := range changed {
		if r.IntN(3) == 0 {
			changed[i].typ = d.newTypes[i%len(d.newTypes)]
		}
	}
	switch r.IntN(4) {
	case 0:
		r.Shuffle(len(changed), func(i, j int) { changed[i], changed[j] = changed[j], changed[i] })
		if slices.EqualFunc(ps, changed, func(a, b drawn) bool { return a.typ == b.typ }) {
			changed = slices.Clone(ps) // names are the author's: the head is right as it is
		}
	case 1:
		if n := len(changed); n > 0 {
			i := r.IntN(n)
			changed = slices.Delete(changed, i, i+1)
		}
	case 2:
		changed = slices.Insert(changed, r.IntN(len(changed)+1), drawn{n: 9, typ: "bool", name: "p9"})
	}
	for _, p := range changed {
		left[p.n] = true
	}
	return changed, left
}

var (
	remark    = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*\n`)
	ornaments = regexp.MustCompile(`(?s)__attribute__\(\(\w+\)\)|\[\[\w+\]\]|UNUSED\(\w+\)|UNUSED_\d|\\\n`)
	marked    = regexp.MustCompile(`\b[a-d](\d)\b|UNUSED_(\d)`)
	signs     = regexp.MustCompile(`\w+|[^\s\w]`)
)

// plain returns the words of a list of parameters, without what is written around them.
func plain(list string) string {
	return strings.TrimSuffix(strings.Join(signs.FindAllString(ornaments.ReplaceAllString(remark.ReplaceAllString(list, " "), " "), -1), " "), " ,")
}

// marks returns all that is written around parameters, those of the numbers alone, in the order of ps.
func marks(list string) []string { return marked.FindAllString(list, -1) }

// held looks whether all that stood around parameters still stands around those that are left.
func held(was string, got string, ps []drawn, left map[int]bool) error {
	by := map[string][]string{}
	for _, m := range marks(was) {
		n := m[len(m)-1:]
		by[n] = append(by[n], m)
	}
	var want []string
	for _, p := range ps {
		if left[p.n] {
			want = append(want, by[fmt.Sprint(p.n)]...)
		}
	}
	if is := marks(got); !slices.Equal(is, want) {
		return fmt.Errorf("around parameters stands %v, not %v", is, want)
	}
	return nil
}

// TestParametersAreKept has parameters change at random under all that one can write around them.
func TestParametersAreKept(t *testing.T) {
	t.Parallel()
	const body = "\n{\n\treturn f(p0, p1);\n}\n"
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 3))
		var ps []drawn
		for n := range r.IntN(5) {
			ps = append(ps, inC.draw(r, n))
		}
		was := inC.text(ps, false)
		changed, left := inC.change(r, ps)
		var want []string
		for _, p := range changed {
			want = append(want, inC.declare(p.typ, p.name))
		}
		old := "static void bark(" + was + ")" + body
		got, changes := update(t, old, file(template.Function{Name: "bark", Key: "Dog::bark", Head: "static void bark(" + strings.Join(want, ", ") + ")"}))
		list, ok := strings.CutSuffix(strings.TrimPrefix(got, "static void bark("), ")"+body)
		if !ok || len(changes.Left) > 0 {
			t.Fatalf("seed %d: %v: all but the parameters should stay:\n%s\n---\n%s", seed, changes.Left, old, got)
		}
		if is := plain(list); is != plain(strings.Join(want, ", ")) {
			t.Fatalf("seed %d: got %q, want %q:\n%s\n---\n%s", seed, is, want, old, got)
		}
		if err := held(was, list, changed, left); err != nil {
			t.Fatalf("seed %d: %v:\n%s\n---\n%s", seed, err, old, got)
		}
	}
}

// TestGoParametersAreKept does the same with Go.
func TestGoParametersAreKept(t *testing.T) {
	t.Parallel()
	const head = "package dog\n\nimport \"example.com/gen/zoo\"\n\ntype object struct {\n\tzoo.Base\n}\n\n// Bark implements Dog::bark.\nfunc (o *object) Bark("
	for seed := range uint64(800) {
		r := rand.New(rand.NewPCG(seed, 4))
		var ps []drawn
		for n := range r.IntN(5) {
			ps = append(ps, inGo.draw(r, n))
		}
		was := inGo.text(ps, r.IntN(2) == 0 || len(ps) > 0 && strings.HasSuffix(ps[len(ps)-1].remark, "\n"))
		changed, left := inGo.change(r, ps)
		var want []string
		for _, p := range changed {
			want = append(want, inGo.declare(p.typ, p.name))
		}
		const body = " error { return f(o) }\n"
		f := goFile()
		f.Fresh = []byte(head + strings.Join(want, ", ") + ")" + body)
		got, changes, err := template.UpdateGo([]byte(head+was+")"+body), f)
		if err != nil || len(changes.Left) > 0 {
			t.Fatalf("seed %d: %v %v:\n%s", seed, err, changes.Left, was)
		}
		list, ok := strings.CutSuffix(strings.TrimPrefix(string(got), head), ")"+body)
		if !ok {
			t.Fatalf("seed %d: all but the parameters should stay:\n%s\n---\n%s", seed, was, got)
		}
		if is := goTypes(t, string(got)); is != strings.Join(want, ", ") {
			t.Fatalf("seed %d: got %s, want %s:\n%s\n---\n%s", seed, is, want, was, got)
		}
		if err := held(was, list, changed, left); err != nil {
			t.Fatalf("seed %d: %v:\n%s\n---\n%s", seed, err, was, got)
		}
	}
}

// goTypes returns the parameters of the last function of a file.
func goTypes(t *testing.T, text string) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", text, 0)
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	var all []string
	for _, f := range file.Decls[len(file.Decls)-1].(*ast.FuncDecl).Type.Params.List {
		for _, n := range f.Names {
			all = append(all, n.Name+" "+types.ExprString(f.Type))
		}
	}
	return strings.Join(all, ", ")
}

// TestExchangedUnderOtherNames has two parameters of different types change places and names at once: what their author wrote around each, and called it, goes with its type.
func TestExchangedUnderOtherNames(t *testing.T) {
	t.Parallel()
	const body = "\n{\n\treturn 0;\n}\n"
	old := "static void bark(long n /* how often */, const char *s /* what */)" + body
	got, changes := update(t, old, file(template.Function{Name: "bark", Key: "Dog::bark", Head: "static void bark(const char *text, long count)"}))
	if want := "static void bark(const char *s /* what */, long n /* how often */)" + body; got != want || len(changes.Left) > 0 {
		t.Errorf("%v: got\n%s\nwant\n%s", changes.Left, got, want)
	}
}
