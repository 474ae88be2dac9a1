//go:build cgo && unix

package native_test

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
	"github.com/opendsom/dsom/typelib"
)

const gaugeC = `#include "gauge.ih.h"
static void Gauge_do_read(som_ref self, som_env *ev, int32_t at, const char *unit, Gauge_Reading *result)
{ (void)ev; Gauge_data(self)->seen++; result->at = at; result->what = som_string_copy(unit); }
static const char *Gauge_do_label(som_ref self, som_env *ev) { (void)self; (void)ev; return "gauge"; }
`

// damagedFrom is the variable that tells the other process with which change to begin.
const damagedFrom = "NATIVE_DAMAGED_FROM"

// A flip changes bits of one octet of a typelib.
type flip struct {
	at  int
	how byte
}

// flips are changes of every octet, and of the header's by single bits too.
func flips(size int) (all []flip) {
	for at := range size {
		hows := []byte{0xff}
		if at < 64 {
			hows = []byte{0x01, 0x02, 0x10, 0x40, 0x80, 0xff}
		}
		for _, how := range hows {
			all = append(all, flip{at, how})
		}
	}
	return all
}

// TestDamaged has a program in Go find a class whose library's type information is damaged in any one octet: it is told so, with the library's name, or
// calls the class as it is. Nothing else happens: signatures alone do not tell that the object owns its label, which who frees it would corrupt memory with.
func TestDamaged(t *testing.T) {
	need(t)
	dir := t.TempDir()
	spec := compiled(t, "gauge.idl")
	files, report := c.Emit(spec, c.Options{Library: "gauge", Typelib: true})
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	info, err := typelib.Append(nil, spec, typelib.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string][]byte{"gauge.c": []byte(gaugeC), "gauge_typelib.c": typelib.CSource(typelib.Symbol("gauge.idl"), info)}
	for name, text := range files.All() {
		if name != "gauge.c" {
			sources[name] = text
		}
	}
	for name, text := range sources {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	library := filepath.Join(dir, "whole.so")
	buildC(t, library, "-shared", "-I../../bind/c", "-I"+dir, filepath.Join(dir, "gauge.c"), filepath.Join(dir, "gauge_library.c"), filepath.Join(dir, "gauge_typelib.c"))
	f, err := elf.Open(library)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	section := f.Section(typelib.Section)
	used := 0
	for from, all := 0, flips(int(section.Size)); from < len(all); { // a class that was found stays: the next change is another process's
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDamagedFrom$")
		cmd.Env = append(os.Environ(), isChild+"=1", damagedFrom+"="+strconv.Itoa(from)+" "+strconv.FormatUint(section.Offset, 10)+" "+strconv.FormatUint(section.Size, 10)+" "+library)
		out, err := cmd.CombinedOutput()
		last := from
		for line := range strings.Lines(string(out)) {
			if _, e := fmt.Sscanf(line, "try %d\n", &last); e == nil {
				from = last + 1
			}
		}
		if err != nil {
			t.Fatalf("octet %d ^ %#x: %v\n%s", all[last].at, all[last].how, err, out)
		}
		if used += strings.Count(string(out), "used\n"); !strings.Contains(string(out), "PASS") || !strings.Contains(string(out), "try ") {
			t.Fatalf("from %d: %s", last, out)
		}
	}
	if used == 0 || used > 16 { // the minor version of its format may be any
		t.Errorf("%d damaged typelibs were used", used)
	}
}

// TestDamagedFrom is the other process: it finds the class with each change in turn, until it can be used.
func TestDamagedFrom(t *testing.T) {
	var from, offset, size int
	var library string
	if n, _ := fmt.Sscan(os.Getenv(damagedFrom), &from, &offset, &size, &library); n != 4 {
		return // it is run by TestDamaged
	}
	whole, err := os.ReadFile(library)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := native.Find("Catalog"); err != nil { // its library has Maker
		t.Fatal(err)
	}
	maker, err := native.Find("Maker")
	if err != nil {
		t.Fatal(err)
	}
	drops := object(t, maker)
	dir := t.TempDir()
	for n, flip := range flips(size) {
		if n < from {
			continue
		}
		fmt.Printf("try %d\n", n)
		b := slices.Clone(whole)
		b[offset+flip.at] ^= flip.how
		folder := filepath.Join(dir, strconv.Itoa(n))
		file := filepath.Join(folder, "libgauge.so")
		if err := errors.Join(os.Mkdir(folder, 0o777), os.WriteFile(file, b, 0o666), native.SetPath(folder)); err != nil {
			t.Fatal(err)
		}
		gauge, err := native.Find("Gauge")
		if err == nil {
			o := object(t, gauge)
			if label := invoke(t, o, "label"); label != "gauge" {
				t.Errorf("label is %v", label)
			}
			if got := invoke(t, o, "label"); got != "gauge" {
				t.Errorf("label is %v then", got)
			}
			_, _ = o.Invoke(context.Background(), "read", int32(3), "m") // a structure: that it does no harm is all
			fmt.Println("used")
			return
		}
		if !errors.Is(err, &som.Error{Code: som.CodeLibrary}) || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "typelib: ") {
			t.Fatalf("octet %d ^ %#x: %v", flip.at, flip.how, err)
		}
		if code := invoke(t, drops, "drop", "Gauge"); code != int64(0) {
			t.Fatalf("the class cannot be unloaded: %v", code)
		}
	}
}
