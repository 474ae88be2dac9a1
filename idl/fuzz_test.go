package idl_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/opendsom/dsom/idl"
)

// FuzzCompile compiles anything: no text makes the compiler panic, and every specification
// that comes out survives JSON.
func FuzzCompile(f *testing.F) {
	for _, c := range readCases(f) {
		f.Add(c.text)
	}
	files, _ := filepath.Glob("testdata/golden/*/main.idl")
	for _, path := range files {
		if b, err := os.ReadFile(path); err == nil {
			f.Add(string(b))
		}
	}
	limits := idl.Limits{FileSize: 1 << 16, IncludeDepth: 5, Includes: 50, Expansion: 2000, Nesting: 40, Operators: 100, Tokens: 50_000}
	f.Fuzz(func(t *testing.T, text string) {
		timer := time.AfterFunc(20*time.Second, func() { panic(fmt.Sprintf("hangs on %q", text)) })
		defer timer.Stop()
		files := filesOf(text)
		files["include/b.idl"] = "valuetype V { public long n; }; module B { typedef V T; interface I {}; };"
		r, err := idl.Compile(context.Background(), idl.Options{Resolver: files, Include: []string{"include"}, Limits: limits}, "example.idl")
		if has(r.Report, idl.CodeInternal) {
			t.Fatalf("%s", show(t, r))
		}
		if (err == nil) != (r.Spec != nil) {
			t.Fatalf("error %v, but specification %v", err, r.Spec)
		}
		show(t, r)
		if r.Spec != nil {
			checkSerialises(t, r.Spec)
		}
	})
}
