// Package archtest holds the import policy of the module, as a test.
//
// It parses the files itself: a test that shells out to the go command passes from the
// test cache, because the cache does not see what a subprocess reads.
package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/opendsom/dsom/"

// floors lists the packages from the ground up, a floor a line, as docs/design.md draws them.
// A package may import only packages of lower floors. "x" is the package x alone, "x/..." is
// all that lies below the folder x; the longest match decides.
// The roof also carries what uses the house as its users do: bindings and examples.
var floors = strings.Split(strings.TrimSpace(`
exc diag limits limits/hostrate platform process nonblock conformance conformance/languages svc/naming/tree/constraint transport/subject
cdr
codeset typecode ior
dyn model ior/explain transport transport/netbios/nbname
idl/syntax giop emit emit/cabi emit/template typelib transport/socket transport/ipx transport/netbios/nbns transport/netbios/nbds transport/netbios/nbss store som dyn/... svc/somdd/wire
idl/check idl/format reach emit/... transport/... store/... som/... somd/internal/pets
idl orb/internal/conn transport/tls transport/ws transport/netbios transport/spx transport/pipe som/internal/zoo/dog som/stream/cosobjectidentity/identifiableobject som/stream/cosstream/streamio somd/internal/pets/pet
orb probe probe/byudp idl/... som/stream/cosstream/streamable somd/internal/pets/cat
orb/stub orb/poa orb/dii orb/pi orb/telemetry orb/group som/stream/cosstream/streamablefactory
std/...
somd/classmap somd/memory
somd svc/somdd/client
svc/... somd/dsom
daemon/admin
server server/... daemon daemon/... gateway trace portscan doctor bind/smalltalk
demo/... bind/somd/generic
cmd/dsom cmd/dsom/... bind/... examples/...
`), "\n")

// never names what the floors would let a package reach, in one step or many, and the design does not.
var never = map[string]string{
	"som":            "orb giop transport ior",   // SOM runs with no network linked in
	"som/...":        "orb giop transport ior",   // likewise
	"emit":           "idl/syntax idl/check",     // emitters see the model, never the AST
	"emit/...":       "idl/syntax idl/check idl", // likewise
	"daemon/console": "daemon",                   // the console speaks the daemon's API only
}

// onlyIn names the one file that may import a package. The binary holds both the daemon
// and the CLI; the CLI's verbs speak daemon/admin, and just the verb daemon starts one.
var onlyIn = map[string]string{
	"daemon": "cmd/dsom/daemon.go",
}

// matches reports whether pattern pat covers pkg, and how specific it is.
func matches(pat, pkg string) (int, bool) {
	if dir, ok := strings.CutSuffix(pat, "/..."); ok {
		return len(dir), strings.HasPrefix(pkg, dir+"/")
	}
	return len(pat) + 1, pat == pkg // one more than the folder it stands for
}

// floorOf returns the floor pkg stands on, from 1, or -1.
func floorOf(pkg string) int {
	at, best := -1, -1
	for i, line := range floors {
		for _, pat := range strings.Fields(line) {
			if n, ok := matches(pat, pkg); ok && n > best {
				at, best = i+1, n
			}
		}
	}
	return at
}

// sameFloor reports whether pkg may import dep although both stand on one floor:
// standard stubs see each other as their IDL does, a package sees its own inner parts, and
// the programs of an example see what was generated for them.
func sameFloor(pkg, dep string) bool {
	return isStub(pkg) && isStub(dep) || strings.HasPrefix(dep, pkg+"/") || example(pkg) != "" && example(pkg) == example(dep)
}

// example returns the folder below examples that pkg is in, or "".
func example(pkg string) string {
	rest, ok := strings.CutPrefix(pkg, "examples/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// isAid reports whether pkg is a test or build aid of the root internal folder.
func isAid(pkg string) bool { return strings.HasPrefix(pkg, "internal/") }

// isStub reports whether pkg is generated from standard IDL. What it imports must be
// public, since the stubs that users generate import the same.
func isStub(pkg string) bool { return strings.HasPrefix(pkg, "std/") }

// skipped reports whether the go command would not look into a folder, or sees another module there.
func skipped(root, dir string) bool {
	if dir == root {
		return false
	}
	base := filepath.Base(dir)
	if base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_' {
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil // interop/ and bench/ are modules of their own
}

// graph is what each package imports of this module, outside its tests.
type graph map[string]map[string][]string // package, dependency, files

func readGraph(t *testing.T, root string) graph {
	t.Helper()
	g := graph{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped(root, name) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		file := filepath.ToSlash(rel)
		pkg := path.Dir(file)
		if g[pkg] == nil {
			g[pkg] = map[string][]string{}
		}
		for _, s := range f.Imports {
			p, _ := strconv.Unquote(s.Path.Value)
			if dep, ours := strings.CutPrefix(p, module); ours {
				g[pkg][dep] = append(g[pkg][dep], file)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// violations returns what g does against the policy, sorted.
func violations(g graph) []string {
	var bad []string
	var reach func(pkg string, seen map[string]bool)
	reach = func(pkg string, seen map[string]bool) {
		for dep := range g[pkg] {
			if !seen[dep] {
				seen[dep] = true
				reach(dep, seen)
			}
		}
	}
	for pkg, deps := range g {
		if isAid(pkg) || pkg == "." && len(deps) == 0 { // the root is doc.go at most
			continue
		}
		mine := floorOf(pkg)
		if mine < 0 {
			bad = append(bad, pkg+" stands on no floor")
		}
		for dep, files := range deps {
			theirs := floorOf(dep)
			switch {
			case isAid(dep):
				bad = append(bad, pkg+" imports "+dep+", which is for tests only")
			case theirs > mine, theirs == mine && !sameFloor(pkg, dep):
				bad = append(bad, pkg+" (floor "+strconv.Itoa(mine)+") imports "+dep+" (floor "+strconv.Itoa(theirs)+")")
			}
			if isStub(pkg) && slices.Contains(strings.Split(dep, "/"), "internal") {
				bad = append(bad, pkg+" imports "+dep+", which users' stubs cannot")
			}
			if only, bound := onlyIn[dep]; bound {
				for _, f := range files {
					if f != only {
						bad = append(bad, f+" imports "+dep+", which only "+only+" may")
					}
				}
			}
		}
		seen := map[string]bool{}
		reach(pkg, seen)
		for pat, bans := range never {
			if _, ok := matches(pat, pkg); !ok {
				continue
			}
			for _, no := range strings.Fields(bans) {
				if seen[no] {
					bad = append(bad, pkg+" must never reach "+no)
				}
			}
		}
	}
	slices.Sort(bad)
	return bad
}

func TestFloors(t *testing.T) {
	t.Parallel()
	g := readGraph(t, "../..")
	if len(g) == 0 {
		t.Fatal("no package found: is the test looking in the right folder?")
	}
	for _, v := range violations(g) {
		t.Error(v)
	}
}

// TestGateBites holds that each rule refuses what it is there to refuse.
func TestGateBites(t *testing.T) {
	t.Parallel()
	one := func(pkg, dep string) graph { return graph{pkg: {dep: {pkg + "/x.go"}}, dep: {}} }
	for name, c := range map[string]struct {
		g    graph
		want string // "" for allowed
	}{
		"down":            {one("giop", "cdr"), ""},
		"up":              {one("cdr", "giop"), "cdr (floor 2) imports giop (floor 5)"},
		"same floor":      {one("orb/poa", "orb/stub"), "orb/poa (floor 9) imports orb/stub (floor 9)"},
		"std sees std":    {one("std/cosnaming", "std/corba"), ""},
		"one example":     {one("examples/hello/client", "examples/hello/gen/hello"), ""},
		"two examples":    {one("examples/a/x", "examples/b/y"), "examples/a/x (floor 17) imports examples/b/y (floor 17)"},
		"exact wins":      {one("idl", "idl/check"), ""},
		"no floor":        {one("util", "cdr"), "util stands on no floor"},
		"aid":             {one("giop", "internal/golden"), "giop imports internal/golden, which is for tests only"},
		"stub internal":   {one("std/cosnaming", "orb/internal/conn"), "std/cosnaming imports orb/internal/conn, which users' stubs cannot"},
		"daemon from cli": {one("cmd/dsom", "daemon"), "cmd/dsom/x.go imports daemon, which only cmd/dsom/daemon.go may"},
		"ban over steps": {graph{"emit/golang": {"emit": {"emit/golang/x.go"}}, "emit": {"idl/syntax": {"emit/x.go"}}, "idl/syntax": {}},
			"emit/golang must never reach idl/syntax"},
	} {
		got := violations(c.g)
		if c.want == "" && len(got) > 0 || c.want != "" && !slices.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
