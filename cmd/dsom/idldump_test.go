package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/model"
)

func TestIDLDump(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shop := write(t, dir, "shop.idl", shopIDL)
	write(t, dir, "types.idl", typesIDL)
	got := dsom(t, "", "idl", "dump", shop)
	spec, err := model.Read(strings.NewReader(got.out))
	if err != nil || got.status != 0 || spec.Lookup("Shop::Counter") == nil || spec.Lookup("Types::Color") == nil {
		t.Errorf("got status %d, %v, %s", got.status, err, got.err)
	}
	got = dsom(t, "", "idl", "dump", "--idl", "-D", "CHEAP", shop)
	if got.status != 0 || !strings.Contains(got.out, "const long Price = 1;") || !strings.Contains(got.out, `#include "types.idl"`) {
		t.Errorf("got %+v", got)
	}
	got = dsom(t, "", "idl", "dump", "--idl", "--whole", shop)
	if got.status != 0 || !strings.Contains(got.out, "enum Color {") || strings.Contains(got.out, "#include") {
		t.Errorf("got %+v", got)
	}
	out := filepath.Join(dir, "out")
	got = dsom(t, "", "idl", "dump", "--idl", "--whole", "--out", out, shop)
	if got.status != 0 || strings.Count(got.out, "\n") != 1 {
		t.Errorf("got %+v", got)
	}
	if _, err := os.Stat(strings.TrimSpace(got.out)); err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{{"--idl", "--json", shop}, {"--whole", shop}, {"--out", out, shop}} {
		if got := dsom(t, "", append([]string{"idl", "dump"}, args...)...); got.status != statusUsage {
			t.Errorf("%v: got %+v", args, got)
		}
	}
	bad := write(t, dir, "bad.idl", "interface I { void f(in Nothing x); };")
	if got := dsom(t, "", "idl", "dump", bad); got.status != statusFailed || got.out != "" || !strings.Contains(got.err, "Nothing") {
		t.Errorf("got %+v", got)
	}
}
