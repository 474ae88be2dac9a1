package cxx_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
)

var block = regexp.MustCompile("(?ms)^```(\\w+) ?(\\w*)\n(.*?)^```$")

// TestPage compiles and runs the code of docs/som-cxx.md: each program is followed by what it says.
func TestPage(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	gcc.kernel(t)
	generated(t)
	page, err := os.ReadFile("../../docs/som-cxx.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var programs, outputs []string
	for _, b := range block.FindAllStringSubmatch(string(page), -1) {
		switch language, name, text := b[1], b[2], b[3]; language {
		case "idl":
			write("animal.idl", text)
		case "output":
			outputs = append(outputs, text)
		case "cpp":
			if name == "class" {
				write("animal.cpp", text)
				continue
			}
			// The classes are linked in here: on the page they are in a library that is found by its name.
			text = strings.Replace(text, "int main() {\n", "extern \"C\" som_library_entry_proc som_library_entry;\nint main() {\n\tsom_library_add(\"animal\", som_library_entry, nullptr);\n", 1)
			write(name+".cpp", text)
			programs = append(programs, name)
		}
	}
	if len(programs) != 2 || len(outputs) != 2 {
		t.Fatalf("%d programs and %d outputs", len(programs), len(outputs))
	}
	if err := generate(filepath.Join(dir, "animal.idl"), dir, cxx.Options{Library: "animal"}); err != nil {
		t.Fatal(err)
	}
	info := filepath.Join(dir, "animal_typelib.o")
	if err := gcc.compile(t, info, "-c", filepath.Join(dir, "animal_typelib.c")); err != nil {
		t.Fatal(err)
	}
	for n, name := range programs {
		out := filepath.Join(dir, name)
		if err := gcc.compile(t, out, "-I"+dir, filepath.Join(dir, name+".cpp"), filepath.Join(dir, "animal.cpp"), filepath.Join(dir, "animal_library.cpp"), info); err != nil {
			t.Fatal(err)
		}
		if got := gcc.output(t, out); got != outputs[n] {
			t.Errorf("%s says\n%s\nand on the page\n%s", name, got, outputs[n])
		}
	}
}
