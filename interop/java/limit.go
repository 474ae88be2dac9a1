package java

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/peer"
)

// CheckLimit demands that an ORB's IDL compiler still fails at a file of IDL, which is a minimal reproduction of something it
// cannot do. Its first line says at what, and with which words: "// compiler: WORDS" if it takes the IDL for wrong, "// javac:
// WORDS" if what it makes of it is no Java, "// generated: WORDS" if it is Java, but has these words in it. A file of Java is
// compiled and run instead: "// prints: WORDS".
func (o *ORB) CheckLimit(t testing.TB, file string, compile func(lib, out, file string) peer.Command) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(text), "\n")
	stage, words, ok := strings.Cut(strings.TrimPrefix(head, "// "), ": ")
	if !ok {
		t.Fatalf("%s says not in which stage it fails: %q", file, head)
	}
	dir := t.TempDir()
	name, out := filepath.Join(dir, filepath.Base(file)), filepath.Join(dir, "gen")
	if err := errors.Join(os.WriteFile(name, text, 0o666), os.Mkdir(out, 0o777)); err != nil {
		t.Fatal(err)
	}
	if stage == "prints" {
		lib := o.dir + "/lib/*"
		_, err := peer.Output(t, "javac", "-nowarn", "-proc:none", "-cp", lib, "-d", dir, name)
		said := ""
		if err == nil {
			said, err = peer.Output(t, "java", append(slices.Clone(jvm), "-cp", lib+":"+dir, strings.TrimSuffix(filepath.Base(file), ".java"))...)
		}
		checkWords(t, file, err, said+message(err), words)
		return
	}
	command := compile(filepath.Join(o.dir, "lib"), out, name)
	said, err := peer.Output(t, command[0], command[1:]...)
	if stage == "compiler" {
		checkWords(t, file, err, said+message(err), words)
		return
	}
	if err != nil {
		t.Fatalf("%s should fail later: %v", file, err)
	}
	if stage == "generated" {
		said, err = peer.Output(t, "sh", "-c", "cat $(find "+out+" -name '*.java')")
		if err != nil || !strings.Contains(said, words) {
			t.Errorf("%s: there is no %q any more in\n%s", file, words, said)
		}
		return
	}
	said, err = peer.Output(t, "sh", "-c", "javac -nowarn -proc:none -cp '"+o.dir+"/lib/*' -d "+dir+" $(find "+out+" -name '*.java')")
	checkWords(t, file, err, said+message(err), words)
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func checkWords(t testing.TB, file string, err error, said, words string) {
	t.Helper()
	if !strings.Contains(said, words) {
		t.Errorf("%s fails no more with %q: %v\n%s", file, words, err, said)
	}
}
