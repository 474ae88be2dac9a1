package idl_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/exact"
	"github.com/opendsom/dsom/internal/race"
	"github.com/opendsom/dsom/model"
)

// TestHostile holds that texts of megabytes made to hurt end within seconds and a diagnostic
// (or none, where they are only large).
func TestHostile(t *testing.T) {
	t.Parallel()
	// DSOM_HOSTILE_MIB makes the texts larger than what every run can afford.
	mib := 1 << 19
	if race.Enabled {
		mib = 1 << 17
	}
	if n, err := strconv.Atoi(os.Getenv("DSOM_HOSTILE_MIB")); err == nil {
		mib = n << 20
	}
	many := mib / 40
	fill := func(head, body, tail string) string {
		return head + strings.Repeat(body, mib/len(body)) + tail
	}
	number := func(n int, f func(b *bytes.Buffer, i int)) string {
		var b bytes.Buffer
		for i := range n {
			f(&b, i)
		}
		return b.String()
	}
	for name, c := range map[string]struct{ text, want string }{
		"open braces":       {fill("", "module M{", ""), "IDL1006"},
		"open parens":       {fill("const long N=", "(", ""), "IDL1006"},
		"open angles":       {fill("typedef ", "sequence<", ""), "IDL1006"},
		"operators":         {fill("const long N=1", "+1", ";"), "IDL1006"},
		"signs":             {fill("const long N=", "-", "1;"), "IDL1006"},
		"scopes":            {fill("typedef A", "::A", " T;"), "IDL1006"},
		"conditionals":      {fill("", "#if 1\n", ""), "IDL1006"},
		"dimensions":        {fill("typedef long A", "[1]", ";"), "IDL1006"},
		"one name":          {fill("typedef long ", "a", ";"), ""},
		"one string":        {fill("const string S=\"", "a", "\";"), ""},
		"one comment":       {fill("/*", "*", ""), "IDL2002"},
		"comments":          {fill("", "//\n", "interface I{};"), ""},
		"blanks":            {fill("", " \t\n", "interface I{};"), ""},
		"continuations":     {fill("", "\\\n", "interface I{};"), ""},
		"zeros":             {fill("", "\x00", ""), "IDL2001"},
		"high octets":       {fill("", "\xff ", ""), "IDL2001"},
		"semicolons":        {fill("", ";", ""), "IDL2006"},
		"pragmas":           {fill("", "#pragma x\n", "interface I{};"), ""},
		"annotations":       {fill("", "@a ", "interface I{};"), "IDL1006"},
		"macro bomb":        {"#define A0 x\n" + number(100, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "#define A%d A%d A%d\n", i+1, i, i) }) + "A100", "IDL1006"},
		"argument bomb":     {"#define F(x) x x\nconst long N = " + strings.Repeat("F(", 100) + "1" + strings.Repeat(")", 100) + ";", "IDL1006"},
		"string bomb":       {"#define S(x) #x\n#define D(x) S(x)\nconst string A = " + strings.Repeat("D(", 60) + `"\\"` + strings.Repeat(")", 60) + ";", "IDL1006"},
		"paste bomb":        {"#define C(a,b) a##b\n#define D(a) C(a,a)\n#define N0 aaaaaaaa\n" + number(60, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "#define N%d D(N%d)\n", i+1, i) }) + "typedef long " + strings.Repeat("D(", 60) + "a" + strings.Repeat(")", 60) + ";", "IDL1006"},
		"pasted one by one": {"#define P a" + strings.Repeat("##a", 100_000) + "\ntypedef long P;", "IDL1006"},
		"joined strings":    {fill("#define S \"", "a", "\"\n") + "#define T " + strings.Repeat("S ", 16) + "\nconst string A = " + strings.Repeat("T ", 16) + ";", "IDL1006"},
		"misspelled names": {number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "struct aaaaaaaaaaaaaaaaaaaaaaa%d{long x;};", i) }) + "struct Z{" +
			number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "aaaaaaaaaaaaaaaaaaaaaab%d m%d;", i, i) }) + "};", "IDL3001"},
		"nested calls":       {"#define F(x) x\nconst long N = " + strings.Repeat("F(", 100_000) + "1" + strings.Repeat(")", 100_000) + ";", "IDL1006"},
		"#if of macros":      {"#define A0 1\n" + number(100, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "#define A%d (A%d+A%d)\n", i+1, i, i) }) + "#if A100\n#endif\ninterface I{};", "IDL1006"},
		"#if parens":         {"#if " + strings.Repeat("(", mib) + "\n#endif\ninterface I{};", "IDL1006"},
		"include itself":     {"#include \"example.idl\"\n#include \"example.idl\"\n", "IDL1006"},
		"include often":      {"-- example.idl --\n" + strings.Repeat("#include \"b\"\n", 100_000) + "-- b --\n//\n", "IDL1006"},
		"huge exponent":      {"const double D = 1e999999999;", "IDL3020"},
		"huge number":        {fill("const long N=", "9", ";"), "IDL2003"},
		"shifts":             {"const long N = 1 << 63 << 63 << 63;", "IDL3020"},
		"many constants":     {number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "const long C%d = C%d + 1;\n", i+1, i) }), "IDL3001"},
		"chain of constants": {"const long C0 = 1;" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "const long C%d = C%d + 1;\n", i+1, i) }), ""},
		"chain of typedefs":  {"typedef long T0;" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "typedef T%d T%d;\n", i, i+1) }) + fmt.Sprintf("const T%d N = 1;", many), ""},
		"chain of structs":   {"struct S0{long a;};" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "struct S%d{S%d a;};\n", i+1, i) }), ""},
		"chain of bases":     {"interface I0{};" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "interface I%d:I%d{};\n", i+1, i) }), "IDL1006"},
		"one enumeration":    {"enum E{A" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, ",A%d", i) }) + "};union U switch(E){" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "case A%d:", i) }) + "long x;};", ""},
		"reopened":           {fill("", "module M{native N;};", ""), "IDL3002"},
		"open maps":          {fill("typedef ", "map<long,", ""), "IDL1006"},
		"bit fields":         {"bitset Bits{" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "bitfield<1> f%d;", i) }) + "};", "IDL3062"},
		"names of a field":   {fill("bitset Bits{bitfield<1>", " a", ";};"), "IDL3002"},
		"holes":              {fill("bitset Bits{", "bitfield<1>;", "};"), "IDL3062"},
		"one bitmask":        {"bitmask M{A" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, ",A%d", i) }) + "};", "IDL3062"},
		"chain of bitsets":   {"bitset B0{};" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "bitset B%d:B%d{};", i+1, i) }), "IDL1006"},
		"chain of heirs":     {"struct S0{long m0;};" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "struct S%d:S%d{long m%d;};", i+1, i, i+1) }), "IDL1006"},
		"values":             {"enum E{@value(1)A" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, ",@value(%d)A%d", i+2, i) }) + "};", ""},
		"parameters":         {fill("@a(", "x=1,", "y=2) interface I{};"), ""},
		"wrong parameters":   {fill("struct S{@id(", "1,", "2) long a;};"), "IDL3065"},
		"annotation parens":  {fill("@a(", "(", ""), "IDL1006"},
		"in a comment":       {fill("struct S{long a; //", "@key //", "\n};"), ""},
		"comment parens":     {fill("struct S{long a; //@id", "(", "\n};"), ""},
		"own annotations":    {number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "@annotation a%d{long x;};@a%d(1)native N%d;", i, i, i) }), ""},
		"template bomb": {"module T0<typename X>{struct S{X a;};};" + number(50, func(b *bytes.Buffer, i int) {
			fmt.Fprintf(b, "module T%d<typename X>{alias T%d<X> L%d;alias T%d<X> R%d;};", i+1, i, i, i, i)
		}) + "module T50<long> M;", "IDL1006"},
		"template of itself": {"module T<typename X>{" + strings.Repeat("alias T<X> A;", 80_000) + "};module T<long> M;", "IDL1006"},
		"deep templates":     {"module T0<typename X>{struct S{X a;};};" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "module T%d<typename X>{alias T%d<X> L%d;};", i+1, i, i) }) + fmt.Sprintf("module T%d<long> M;", many), "IDL1006"},
		"instantiations":     {"module T<typename X>{struct S{" + number(100, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "X a%d;", i) }) + "};union U switch(long){case 1:X a;};typedef sequence<X> Q;};" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "module T<long> M%d;", i) }), "IDL1006"},
		"formal parameters":  {"module T<typename A" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, ",typename A%d", i) }) + ">{native N;};", ""},
		"actual parameters":  {fill("module T<typename A>{native N;};module T<", "1,", "1> M;"), "IDL3066"},
		"open templates":     {fill("module T<", "sequence<", ""), "IDL1006"},
		"ports":              {"interface I{};connector C{" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "provides I p%d;", i) }) + "};", ""},
		"_Pragma":            {fill("", "_Pragma(\"x\")", "interface I{};"), ""},
		"files asked for":    {fill("", "#if __has_include(<x>)\n#endif\n", "interface I{};"), ""},
		"undeclared":         {fill("", "typedef A B;", ""), "IDL3002"},
		"chain of values":    {"valuetype V0{};" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "valuetype V%d:V%d{};\n", i+1, i) }), "IDL1006"},
		"values of values":   {"valuetype V0{};" + number(many, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "valuetype V%d{public V%d v;};\n", i+1, i) }), ""},
		"boxes of structs":   {"valuetype B0 long;" + number(many/2, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "struct S%d{B%d a;};valuetype B%d S%d;\n", i, i, i+1, i) }), ""},
		"fan of values":      {"abstract valuetype A{};" + number(200, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "abstract valuetype A%d:A{};", i) }) + number(many/100, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, "valuetype V%d:A0%s{};\n", i, strings.Repeat(",A1", 30)) }), "IDL3012"},
		"components": {"interface I{};component C0{};" + number(many, func(b *bytes.Buffer, i int) {
			fmt.Fprintf(b, "component C%d{provides I p;};home H%d manages C%d{};\n", i+1, i, i)
		}), ""},
		"open valuetypes": {fill("", "valuetype V{", ""), "IDL2006"},
		"imports":         {fill("interface I{};", "import ::I;", ""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			r := compile(t, c.text)
			if got := r.Report; c.want == "" && got.HasErrors() || c.want != "" && !has(got, diag.Code(c.want)) {
				t.Errorf("got %.200s, want %s", summary(got), c.want)
			}
			if took := time.Since(start); took > 6*time.Minute { // quadratic ones take hours; others run beside it
				t.Errorf("took %v", took)
			}
			if n := len(r.Report.All()); n > 2*diag.DefaultMax {
				t.Errorf("kept %d diagnostics", n)
			}
		})
	}
}

func has(r *diag.Report, c diag.Code) bool {
	for _, d := range r.All() {
		if d.Code == c {
			return true
		}
	}
	return false
}

// TestMemory holds that a text of pathological nesting is not paid with memory.
func TestMemory(t *testing.T) {
	text := strings.Repeat("module M { interface I { struct S { sequence<", 20_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	compile(t, text)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 256<<20 {
		t.Errorf("allocated %d MiB for %d MiB of text", used>>20, len(text)>>20)
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	text := strings.Repeat("typedef long T;", 100_000)
	r, err := idl.Compile(ctx, idl.Options{Resolver: idl.FilesOf{"a.idl": text}}, "a.idl")
	if err == nil || !has(r.Report, "IDL1007") {
		t.Errorf("got %v", err)
	}
}

// TestLimitAlone holds that a limit which ends the reading is all that is said: no name that
// macros would have replaced is reported as undeclared.
func TestLimitAlone(t *testing.T) {
	t.Parallel()
	limits := map[string]idl.Limits{"idl-tokens": {Tokens: 10_000}, "idl-names": {Names: 10_000}}
	for limit, text := range map[string]string{
		"idl-expansion":      "#define f(x) x x\nconst long a = " + strings.Repeat("f(", 60) + "1" + strings.Repeat(")", 60) + ";\n",
		"idl-expansion-size": "#define s(x) #x\n#define d(x) s(x)\nconst string a = " + strings.Repeat("d(", 60) + `"\\"` + strings.Repeat(")", 60) + ";\n",
		"idl-names":          "enum E{A" + each(20_000, ",A$") + "};struct S{E e;};",
		"idl-tokens":         "interface I{};\n" + strings.Repeat("#pragma ID I \"IDL:I:1.0\"\n", 3000),
		"idl-ancestors":      "interface I0{};" + each(2000, "interface I$+:I${};"),
	} {
		r, _ := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"a.idl": text}, Limits: limits[limit]}, "a.idl")
		if all := r.Report.All(); len(all) != 1 || all[0].Code != "IDL1006" || !strings.Contains(all[0].Message, "limit "+limit+")") {
			t.Errorf("%s: got %.200s, want the limit alone", limit, show(t, r))
		}
	}
}

// TestExactLargeText holds that a valid text of ordinary size, 65,600 structures of three members,
// is within the limits. Under the race detector it would take too long.
func TestExactLargeText(t *testing.T) {
	exact.Start(t)
	text := "module M{" + each(65_600, "struct S${long a,b,c;};") + "};"
	if r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"a.idl": text}}, "a.idl"); err != nil || len(r.Report.All()) > 0 {
		t.Errorf("got %.200s", show(t, r))
	}
}

// each returns a text n times, in which $ is the number of the time, from 0, and $+ the next one.
func each(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(format, "$+", strconv.Itoa(i+1)), "$", strconv.Itoa(i)))
	}
	return b.String()
}

// counting is a context that is cancelled after it was looked at so many times.
type counting struct {
	context.Context
	looks, after int
}

func (c *counting) Err() error {
	if c.looks++; c.looks > c.after {
		return context.Canceled
	}
	return nil
}

// TestCancelledAnywhere holds that a compilation ends soon wherever it is cancelled: while it
// reads, while macros expand, and in every pass of the check.
func TestCancelledAnywhere(t *testing.T) {
	t.Parallel()
	text := "#define F(x) x x\n#define A F(F(F(F(F(F(F(F(F(F(;))))))))))\nA A A A\n" +
		strings.Repeat("module M{", 3) + manyDecls(500) + "};};};"
	full := &counting{Context: t.Context(), after: 1 << 30}
	compile := func(ctx context.Context) (*idl.Result, error) {
		return idl.Compile(ctx, idl.Options{Resolver: idl.FilesOf{"a.idl": text}}, "a.idl")
	}
	if r, err := compile(full); has(r.Report, "IDL1007") || full.looks < 20 {
		t.Fatalf("looked at the context %d times: %v", full.looks, err)
	}
	for after := 0; after < full.looks; after += max(1, full.looks/25) {
		ctx := &counting{Context: t.Context(), after: after}
		r, err := compile(ctx)
		if err == nil || r.Spec != nil || !has(r.Report, "IDL1007") {
			t.Fatalf("cancelled at look %d of %d: got %v", after, full.looks, err)
		}
		if more := ctx.looks - after; more > 3 {
			t.Errorf("cancelled at look %d of %d: went on for %d more", after, full.looks, more)
		}
	}
}

// manyDecls returns declarations of many kinds, n of each.
func manyDecls(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "const long C%[1]d=1+%[1]d;typedef long T%[1]d;struct S%[1]d{T%[1]d a;};union U%[1]d switch(long){case 1:T%[1]d a;};interface I%[1]d{void f();attribute long a;};enum E%[1]d{@value(1)A%[1]d};", i)
	}
	return b.String()
}

// broken is a Resolver with bad luck.
type broken struct{ err error }

func (b broken) Open(string) ([]byte, error) {
	if b.err == nil {
		panic("the disk is on fire")
	}
	return nil, b.err
}

// TestPanicIsADiagnostic holds that a panic below Compile does not pass it.
func TestPanicIsADiagnostic(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: broken{}}, "a.idl")
	if err == nil || r.Spec != nil || !has(r.Report, idl.CodeInternal) {
		t.Errorf("got %v", err)
	}
}

func TestResolverErrors(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: broken{errors.New("no luck")}}, "a.idl")
	if err == nil || !strings.Contains(err.Error(), "a.idl: error: cannot read a.idl: no luck [IDL1001]") {
		t.Errorf("got %v", err)
	}
	if r.Tree == nil || r.Report == nil {
		t.Error("the result is not complete")
	}
}

// TestDisk reads files of the disk, and nothing else of it.
func TestDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.idl")
	if err := os.WriteFile(path, []byte("\ufeffinterface I { /* caf\xe9 */ };\r\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := idl.Compile(context.Background(), idl.Options{}, path)
	if err != nil {
		t.Fatal(err)
	}
	i, ok := r.Spec.Lookup("I").(*model.Interface)
	if !ok || !i.IsMain() || i.ID != "IDL:I:1.0" {
		t.Errorf("got %+v", i)
	}
	if src, ok := r.Source(path); !ok || !strings.Contains(string(src), "café") {
		t.Errorf("got source %q", src)
	}
	for _, bad := range []string{dir, os.DevNull, filepath.Join(dir, "none.idl")} {
		if _, err := idl.Compile(context.Background(), idl.Options{}, bad); err == nil {
			t.Errorf("%s: got no error", bad)
		}
	}
	if _, err := idl.Compile(context.Background(), idl.Options{Limits: idl.Limits{FileSize: 10}}, path); err == nil || !strings.Contains(err.Error(), "idl-file-size") {
		t.Errorf("got %v, want the limit's name", err)
	}
}

// TestTogether holds that several files make one specification, in which what they share is once.
func TestTogether(t *testing.T) {
	t.Parallel()
	files := idl.FilesOf{
		"common.idl": "struct Shared { long n; };\n",
		"a.idl":      "#include \"common.idl\"\ninterface A { void f(in Shared s1); };\n",
		"b.idl":      "#include \"common.idl\"\n#include \"a.idl\"\ninterface B : A {};\n",
	}
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: files}, "a.idl", "b.idl", "common.idl", "a.idl")
	if err != nil {
		t.Fatal(err)
	}
	var names, mains []string
	for _, d := range r.Spec.Decls {
		names = append(names, d.About().Name)
	}
	for _, f := range r.Spec.Files {
		if f.Main {
			mains = append(mains, f.Path)
		}
	}
	if got, want := strings.Join(names, " "), "Shared A B"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := strings.Join(mains, " "), "a.idl common.idl b.idl"; got != want {
		t.Errorf("got main files %s, want %s", got, want)
	}
}
