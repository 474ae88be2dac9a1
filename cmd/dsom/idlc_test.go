package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestIDLBuildC builds C, and again after a body was written and a method came.
func TestIDLBuildC(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "gen")
	file := write(t, dir, "kennel.idl", kennelIDL)
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	build := func(status int, says string, args ...string) {
		t.Helper()
		got := dsom(t, "", append(append([]string{"idl", "build", "--out", out}, args...), file)...)
		if got.status != status || !strings.Contains(got.out+got.err, says) {
			t.Fatalf("%v: got %+v", args, got)
		}
	}
	build(0, "kennel.ih.h", "--c")
	if _, err := os.Stat(filepath.Join(out, "kennel.c")); err == nil {
		t.Error("a template that nobody asked for")
	}
	build(0, "kennel.c", "--c=c,h", "--library", "kennels")
	if s := read("kennels_library.c"); !strings.Contains(s, "{Kennel_define}") {
		t.Errorf("got the entry\n%s", s)
	}
	body := "{\n\t(void)self, (void)ev; /* } */\n}\n"
	text := read("kennel.c")
	text = text[:strings.LastIndex(text, "{")] + body
	write(t, out, "kennel.c", text)
	write(t, dir, "kennel.idl", strings.Replace(kennelIDL, "void open();", "void open(); void shut();", 1))
	build(0, "kennel.c", "--c=c")
	if s := read("kennel.c"); !strings.HasPrefix(s, text) || !strings.Contains(s[len(text):], "Kennel_do_shut(") {
		t.Errorf("got\n%s", s)
	}
	build(0, "up to date", "--c=c")

	// A file keeps its permissions, a link to it stays one, and what may not be written is not.
	kept := filepath.Join(dir, "kept.c")
	if err := errors.Join(os.Rename(filepath.Join(out, "kennel.c"), kept), os.Symlink(kept, filepath.Join(out, "kennel.c")), os.Chmod(kept, 0o600)); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "kennel.idl", strings.Replace(kennelIDL, "void open();", "void open(); void shut(); void lock();", 1))
	build(0, "kennel.c", "--c=c")
	if i, err := os.Stat(kept); err != nil || i.Mode().Perm() != 0o600 || !strings.Contains(read("../kept.c"), "Kennel_do_lock(") {
		t.Errorf("%v %v", i, err)
	}
	if err := os.Chmod(kept, 0o400); err != nil {
		t.Fatal(err)
	}
	text = read("kennel.c")
	write(t, dir, "kennel.idl", kennelIDL)
	build(statusFailed, "kennel.c may not be written", "--c=c")
	if read("kennel.c") != text {
		t.Error("it was written")
	}
	if err := os.Chmod(kept, 0o600); err != nil {
		t.Fatal(err)
	}
	build(0, "kennel.ih", "--c=compat")
	build(statusUsage, "is not h, ih, c, compat or corba", "--c=d")
	build(statusUsage, "--library is for --c", "--library", "x")
	build(statusUsage, "--included is not for --c, --cxx and --xh", "--included", "--c")
	build(statusUsage, "name the included files, too", "--included", "--cxx", "--typelib")
}
