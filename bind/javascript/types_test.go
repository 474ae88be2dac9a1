package javascript_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

// TestTypes holds what TypeScript is told of a library, and that it takes it.
func TestTypes(t *testing.T) {
	t.Parallel()
	site, dir := plain.site(t), t.TempDir()
	declared := filepath.Join(dir, "zoo.d.ts")
	out, err := output(dir, plain.env(t), "node", filepath.Join(site, "bin/dsom-types.js"), "--out", declared, filepath.Join(classlib.Build(t, classlib.Zoo(t), plain.kernel), "libzoo.so"))
	if err != nil || out != declared+"\n" {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(declared)
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "zoo.d.ts", string(text))
	farm := filepath.Join(dir, "farm.d.ts") // of a library of its own, which declares what it has of the other
	if out, err := output(dir, plain.env(t), "node", filepath.Join(site, "bin/dsom-types.js"), "--out", farm, filepath.Join(classlib.Farm(t, plain.kernel), "libfarm.so")); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	making := filepath.Join(dir, "making.d.ts") // with names that TypeScript has for something else
	library := classlib.Build(t, classlib.Source{IDL: "testdata/making.idl", Code: "testdata/making.cpp"}, plain.kernel, "-pthread")
	if out, err := output(dir, plain.env(t), "node", filepath.Join(site, "bin/dsom-types.js"), "--out", making, filepath.Join(library, "libmaking.so")); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for args, want := range map[string]string{"": "usage: dsom-types", "Zoo::Unicorn": "dsom-types: there is no class Zoo::Unicorn", "./libnothing.so": "dsom-types: "} {
		out, err := output(dir, plain.env(t), "node", append([]string{filepath.Join(site, "bin/dsom-types.js")}, strings.Fields(args)...)...)
		if err == nil || !strings.HasPrefix(out, want) {
			t.Errorf("dsom-types %s: %v\n%s", args, err, out)
		}
	}
	program, err := os.ReadFile("testdata/program.ts")
	if err != nil {
		t.Fatal(err)
	}
	both, err := os.ReadFile("testdata/both.ts")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"program.ts": string(program), "both.ts": string(both), "package.json": `{"type": "module"}`,
		"tsconfig.json": `{"compilerOptions": {"strict": true, "noEmit": true, "module": "nodenext", "target": "es2022", "lib": ["es2022", "dom"], "types": []}, "files": ["program.ts", "both.ts", "making.d.ts"]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "node_modules"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(site, filepath.Join(dir, "node_modules/dsom")); err != nil {
		t.Fatal(err)
	}
	if out, err := output(dir, nil, "node", filepath.Join(sombuild.Modules(t, "typescript@5.9.3"), "typescript/bin/tsc"), "--project", dir); err != nil {
		t.Errorf("tsc: %v\n%s", err, tail(out))
	}
}
