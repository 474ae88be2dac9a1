package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// write writes a file of a test and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

const shopIDL = `
#include "types.idl"
module Shop {
#ifdef CHEAP
  const long Price = 1;
#endif
  interface Counter : Types::Base {
    attribute Types::Color color;
    long add(in long n);
  };
};
`

const typesIDL = `
module Types {
  enum Color { red, green };
  interface Base { };
};
`

func TestIDLCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := write(t, dir, "shop.idl", shopIDL)
	write(t, dir, "inc/types.idl", typesIDL)
	bad := write(t, dir, "bad.idl", "module M {\n  interface I { void f(in lnog x); long g(in Nothing y); };\n};\n")

	if got := dsom(t, "", "idl", "check", "-I", filepath.Join(dir, "inc"), good); got.status != 0 || got.err != "0 errors, 0 warnings, 1 interface\n" {
		t.Errorf("got %+v", got)
	}
	got := dsom(t, "", "idl", "check", good)
	if got.status != statusFailed || !strings.Contains(got.out, "types.idl") {
		t.Errorf("without -I: got %+v", got)
	}
	got = dsom(t, "", "idl", "check", bad)
	if got.status != statusFailed || !strings.Contains(got.out, "bad.idl:2:27: error:") || !strings.Contains(got.out, "Nothing") || !strings.Contains(got.out, "^~~~") {
		t.Errorf("got status %d\n%s", got.status, got.out)
	}
	var list []struct{ Code, Severity, Message string }
	got = dsom(t, "", "idl", "check", "--json", bad)
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list) != 2 || list[0].Severity != "error" || got.err != "" {
		t.Errorf("got %+v, %v", got, err)
	}
	if got := dsom(t, "", "idl", "check", filepath.Join(dir, "none.idl")); got.status != statusFailed || !strings.Contains(got.out, "none.idl") {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "idl", "check", "-D", "=x", good); got.status != statusUsage {
		t.Errorf("got %+v", got)
	}
}

func TestIDLBuild(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "go.mod", "module \"example.com/shop\"\n")
	idl := write(t, dir, "idl/shop.idl", shopIDL)
	write(t, dir, "idl/types.idl", typesIDL)
	out := filepath.Join(dir, "gen")
	build := func(args ...string) result {
		return dsom(t, "", append([]string{"idl", "build", "--out", out, "-D", "CHEAP=1", "-M", "Types=example.com/types", idl}, args...)...)
	}
	if got := build("--check"); got.status != statusFailed || !strings.Contains(got.err, "are not what") {
		t.Errorf("--check before: got %+v", got)
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("--check wrote something: %v", err)
	}
	got := build("--json")
	var made struct{ Files, Changed []string }
	if err := json.Unmarshal([]byte(got.out), &made); err != nil || got.status != 0 || len(made.Files) < 2 || len(made.Changed) != len(made.Files) {
		t.Fatalf("got %+v, %v", got, err)
	}
	text, err := os.ReadFile(filepath.Join(out, "shop", "shop.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"package shop", "example.com/types", "const Price int32 = 1", "Add(ctx context.Context, n int32)"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in the generated file", want)
		}
	}
	manifest, err := os.ReadFile(filepath.Join(out, "shop", "dsom-manifest.json"))
	if err != nil || !strings.Contains(string(manifest), `"example.com/shop/gen/shop"`) {
		t.Errorf("the import path is not that of the go.mod: %s, %v", manifest, err)
	}
	if got := build(); got.status != 0 || got.out != "" || !strings.Contains(got.err, "up to date") {
		t.Errorf("again: got %+v", got)
	}
	if got := build("--check"); got.status != 0 {
		t.Errorf("--check after: got %+v", got)
	}
}

func TestIDLBuildFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := write(t, dir, "bad.idl", "module M { typedef Nothing X; };")
	got := dsom(t, "", "idl", "build", "--out", filepath.Join(dir, "gen"), bad)
	if got.status != statusFailed || !strings.Contains(got.err, "bad.idl:1:20: error:") || got.out != "" {
		t.Errorf("got %+v", got)
	}
	good := write(t, dir, "good.idl", "module M { typedef long X; };")
	file := write(t, dir, "file", "")
	if got := dsom(t, "", "idl", "build", "--out", file, good); got.status != statusFailed || !strings.Contains(got.err, "cannot be written") {
		t.Errorf("got %+v", got)
	}
}

func TestImportPath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a/go.mod", "// a comment\nmodule example.com/a // and another\n\ngo 1.26\n")
	write(t, dir, "b/go.mod", "go 1.26\n")
	for sub, want := range map[string]string{"a": "example.com/a", "a/x/y": "example.com/a/x/y"} {
		if got, err := importPath(filepath.Join(dir, sub)); got != want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", sub, got, err, want)
		}
	}
	if got, err := importPath(filepath.Join(dir, "b/x")); err == nil {
		t.Errorf("got %q for a go.mod without a module", got)
	}
}

// TestIDLBuildEmitter holds that emitters which are other programs are run, beside Go or alone.
func TestIDLBuildEmitter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	idl := write(t, dir, "shop.idl", typesIDL)
	script := func(name, answer string) string {
		file := write(t, dir, name, "#!/bin/sh\ncat > /dev/null\ncat <<'EOF'\n"+answer+"\nEOF\n")
		if err := os.Chmod(file, 0o777); err != nil {
			t.Fatal(err)
		}
		return file
	}
	if runtime.GOOS == "windows" {
		t.Skip("the emitters of this test are shell scripts")
	}
	good := script("good", `{"files":[{"path":"x/a.txt","content":"A"}]}`)
	up := script("up", `{"files":[{"path":"../a.txt","content":"A"}]}`)
	says := script("says", `{"diagnostics":[{"severity":"error","message":"cannot","declaration":"Types::Base"}]}`)
	out := filepath.Join(dir, "gen")
	build := func(args ...string) result {
		return dsom(t, "", append([]string{"idl", "build", "--out", out, "--go-package-prefix", "example.com/x", idl}, args...)...)
	}
	if got := build("--emitter", good); got.status != 0 || got.out != out+"/x/a.txt\n" {
		t.Errorf("got %+v", got)
	}
	if got := build("--emitter", good, "--lang", "go", "--check"); got.status != statusFailed || strings.Contains(got.out, "a.txt") || !strings.Contains(got.out, "types/") {
		t.Errorf("got %+v", got)
	}
	if got := build("--emitter", up); got.status != statusFailed || !strings.Contains(got.err, up) || !strings.Contains(got.err, "no path inside") {
		t.Errorf("got %+v", got)
	}
	if got := build("--emitter", good, "--emitter", good); got.status != statusFailed || !strings.Contains(got.err, "made twice") {
		t.Errorf("got %+v", got)
	}
	if got := build("--emitter", says); got.status != statusFailed || !strings.Contains(got.err, "shop.idl:4:13: error: "+says+": cannot") {
		t.Errorf("got %+v", got)
	}
	if got := build("--emitter", "=x"); got.status != statusUsage {
		t.Errorf("got %+v", got)
	}
}
