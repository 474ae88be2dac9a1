package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/emit/external"
	"github.com/opendsom/dsom/idl"
)

// TestEmitter builds the emitter and runs it as dsom idl build does.
func TestEmitter(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "emitter.exe")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r, err := idl.Compile(context.Background(), idl.Options{}, "shop.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, report, err := external.Run(t.Context(), external.Emitter{Command: program, Options: "shop.md"}, r.Spec)
	if err != nil || len(report.All()) > 0 {
		t.Fatal(err, report.All())
	}
	const want = "## Shop::Counter\n\n`IDL:Shop/Counter:1.0`\n\n- buy(in article, out price)\n- close()\n"
	if got, _ := files.Get("shop.md"); string(got) != want {
		t.Errorf("got %s", got)
	}
	r, err = idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{"a.idl": "const long C = 1;\n"}}, "a.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, report, err = external.Run(t.Context(), external.Emitter{Command: program}, r.Spec)
	if err != nil || files.Len() != 0 || len(report.All()) != 1 {
		t.Errorf("got %v, %v, %v", files, report.All(), err)
	}
}
