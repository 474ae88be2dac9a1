package readmetest_test

import (
	"encoding/json"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// examples is the IDL of the Go that pages show, but for what they show of it themselves.
const examples = `
module Stock {
  NOTES
  valuetype Item { public string name; double total(in unsigned long count); };
};
module Ty {
  union U switch (long) { case 1: string s; default: octet o; };
  union UL switch (long long) { case -5: case 7: short sh; };
  union UB switch (boolean) { case TRUE: double d; };
};
`

// around is what stands around a block, by how that begins, so that it is a file. Where apart is set each line is a program by itself.
// A listing is no program: what it declares is generated in just these words.
var around = []struct {
	begins  string
	before  string
	after   string
	apart   bool
	listing bool
}{
	{begins: "package bank", listing: true},
	{begins: "type AMI_AccountHandler interface", listing: true},
	{begins: "type Note interface", listing: true},
	{begins: "acct, err := bank.AccountClass.Bind", before: "func _(ctx context.Context, o *orb.ORB, adapter orb.Adapter, impl bank.Account, v any) {", after: "}", apart: true},
	{begins: "root := poa.New(o)", before: "func _(ctx context.Context, o *orb.ORB, ledger poa.ServantActivator) {", after: "}"},
	{begins: "u := ty.NewU_S", before: "func _() {", after: "\nvar u ty.U\ns, ok := u.S()\n_, _ = s, ok\nswitch u.Discriminator() {}}", apart: true},
	{begins: "n := &stock.NoteState", before: "func _() {", after: "}"},
	{begins: "type item struct", before: "", after: "}"},
	{begins: "o.SetPolicies", before: "func _(ctx context.Context, o *orb.ORB, ref *orb.Ref) {", after: "_, _ = ctx, ref }"},
	{begins: "c := stub.Start", before: "type account struct{ orb.StubRef }\nfunc (s account) Deposit(ctx context.Context, amount float64) error {", after: "}"},
	{begins: "err := server.Run", before: "func _(ctx context.Context, setup func(context.Context, *server.Server) error) {", after: "}"},
	{begins: "func (d *netDoor) Admit", before: "type netDoor struct{ mu sync.Mutex; open map[netip.Prefix]int; most int }\nfunc (d *netDoor) network(peer net.Addr) (n netip.Prefix, ok bool) { return n, ok }\nvar _ orb.Door = (*netDoor)(nil)", after: ""},
	{begins: "ClientInterceptors:", before: "func _(id uint32, data []byte, allowed func(*orb.IncomingRequest) bool) orb.Config { return orb.Config{", after: "}}"},
}

// imports are those of which a block has what it needs.
var imports = map[string]string{
	"context": "context", "fmt": "fmt", "log": "log", "net": "net", "netip": "net/netip", "sync": "sync", "time": "time", "orb": here + "/orb", "poa": here + "/orb/poa", "exc": here + "/exc",
	"server": here + "/server", "stub": here + "/orb/stub", "telemetry": here + "/orb/telemetry",
	"bank": shown + "/bank", "stock": shown + "/stock", "ty": shown + "/ty",
}

const (
	here  = "github.com/opendsom/dsom"
	shown = here + "/internal/readmetest/shown"
)

// TestBlocks compiles the Go in the pages on CORBA in Go and on the design, with what the compiler makes of the IDL in them.
func TestBlocks(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	generated, overlay := generate(t, root, dir)
	compiled, listed := 0, 0
	for _, page := range []string{"orb.md", "go-mapping.md", "design.md", "telemetry.md"} {
		for _, b := range goBlocks(t, filepath.Join(root, "docs", page), "go") {
			found := false
			for _, a := range around {
				if !strings.HasPrefix(b, a.begins) {
					continue
				}
				found = true
				if a.listing {
					listed++
					lists(t, page, b, generated)
					continue
				}
				compiled++
				text := program(b, a.before, a.after, a.apart)
				file := filepath.Join(dir, "block"+string(rune('a'+compiled))+".go")
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				if _, err := format.Source([]byte(text)); err != nil {
					t.Errorf("%s: %v in\n%s", page, err, text)
				}
				overlay[filepath.Join(root, "internal", "readmetest", "shown", "blocks", filepath.Base(file))] = file
			}
			if !found {
				t.Errorf("%s: nobody compiles the block that begins with %.60q", page, b)
			}
		}
	}
	if compiled != 10 || listed != 3 {
		t.Errorf("%d blocks are compiled and %d listings compared", compiled, listed)
	}
	data, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	over := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(over, data, 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, root, "go", "build", "-overlay", over, "./internal/readmetest/shown/blocks")
}

// goBlocks returns the blocks of a language in a page.
func goBlocks(t *testing.T, page, language string) (all []string) {
	t.Helper()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllStringSubmatch(string(data), -1) {
		all = append(all, m[1])
	}
	return all
}

// generate compiles the IDL of the page on the mapping. It returns all that was generated, and where it is to seem to be.
func generate(t *testing.T, root, dir string) (text string, overlay map[string]string) {
	t.Helper()
	idl := goBlocks(t, filepath.Join(root, "docs", "go-mapping.md"), "idl")
	if len(idl) != 2 {
		t.Fatalf("%d blocks of IDL", len(idl))
	}
	file := filepath.Join(dir, "shown.idl")
	if err := os.WriteFile(file, []byte(idl[0]+strings.Replace(examples, "NOTES", idl[1], 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "gen")
	run(t, root, "go", "run", "./cmd/dsom", "idl", "build", "--ami", "--out", out, "--go-package-prefix", shown, file)
	files, err := filepath.Glob(filepath.Join(out, "*", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	overlay = map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text += string(data)
		overlay[filepath.Join(root, "internal", "readmetest", "shown", filepath.Base(filepath.Dir(f)), filepath.Base(f))] = f
	}
	return text, overlay
}

func run(t *testing.T, dir string, command ...string) {
	t.Helper()
	c := exec.Command(command[0], command[1:]...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
}

var (
	declares  = regexp.MustCompile(`^\t*((?:\w+, )*\w+) :=`)
	elsewhere = regexp.MustCompile(`(?m)^stock\.`)
)

// program returns a block as a file: with the imports of what it names, and uses of what it declares.
func program(block, before, after string, apart bool) string {
	block = strings.ReplaceAll(block, "{ … }", `{ panic("") }`)
	if strings.Contains(block, "switch") {
		block = block[:strings.Index(block, "s, ok :=")] // for all of them; it stands behind in after
	}
	block = elsewhere.ReplaceAllString(block, "func _(o *orb.ORB) { stock.")
	var body, uses strings.Builder
	for line := range strings.SplitSeq(block, "\n") {
		m := declares.FindStringSubmatch(line)
		if m != nil && apart {
			line = "{ " + line
		}
		body.WriteString(line + "\n")
		if m == nil || strings.HasPrefix(line, "\t") {
			continue
		}
		if use := strings.Repeat("_, ", strings.Count(m[1], ",")) + "_ = " + m[1] + "\n"; apart {
			body.WriteString(use + "}\n")
		} else if !strings.Contains(block, "\nreturn ") { // else what is declared is used, or this would not compile
			uses.WriteString(use)
		}
	}
	text := before + "\n" + body.String() + uses.String() + after + "\n"
	head := "package blocks\n\nimport (\n"
	for name, path := range imports {
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).MatchString(text) {
			head += "\t" + name + " \"" + path + "\"\n"
		}
	}
	return head + ")\n\n" + text
}

// lists holds that each line of a listing is generated.
func lists(t *testing.T, page, block, generated string) {
	t.Helper()
	plain := func(line string) string {
		line, _, _ = strings.Cut(line, "//")
		return strings.Join(strings.Fields(line), " ")
	}
	known := map[string]bool{}
	for line := range strings.SplitSeq(generated, "\n") {
		known[plain(line)] = true
		head, _, _ := strings.Cut(plain(line), " {")
		known[head] = true // of a function, whose body a listing leaves out
	}
	for line := range strings.SplitSeq(block, "\n") {
		if line = plain(line); !strings.Contains(line, "…") && !known[line] {
			t.Errorf("%s: the compiler does not generate %q", page, line)
		}
	}
}
