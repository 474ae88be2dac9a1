//go:build linux

package somd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/daemontest"
)

// says runs dsom, and returns what it prints.
func (b bench) says(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(b.path("dsom"), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("dsom %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestServersRegisterClasses has servers without server code, of classes in C and in Go, tell the interface repository of their classes, so that dsom call needs no IDL for their objects. What contradicts
// what was registered by hand is told, and changes nothing; what is a server's goes with it.
func TestServersRegisterClasses(t *testing.T) {
	b := newBench(t)
	mills := filepath.Join(b.mills(t), "libmill.so")
	module, program := b.kennel(t), filepath.Join(t.TempDir(), "kennel")
	build := exec.Command(b.path("dsom"), "server", "build", "-o", program, "./collie", "kennel/internal/poodle")
	build.Dir = module
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	daemon := daemontest.Start(t, b.path("dsom"), "127.0.0.1")
	t.Setenv("DSOM_STATE", daemon.State)
	b.says(t, "server", "add", "mills", "-e", "SOM_LIBRARY="+os.Getenv("SOM_LIBRARY"), "--", b.path("dsom"), "server", "run", mills)
	b.says(t, "server", "add", "kennel", "-e", "SOM_LIBRARY="+os.Getenv("SOM_LIBRARY"), "--", program)
	for _, name := range []string{"mills", "kennel"} {
		b.says(t, "server", "start", name)
	}
	all := b.says(t, "class", "ls")
	for _, class := range []string{"Mill::Lathe", "Mill::Grinder", "Mill::Saw", "Kennel::Collie", "Kennel::Poodle"} {
		if !strings.Contains(all, class) {
			t.Errorf("%s is not in the repository:\n%s", class, all)
		}
	}
	object := func(server, class string) string {
		t.Helper()
		return strings.Trim(b.says(t, "call", "corbaname::"+daemon.Address+"#somd/"+server, "somdCreateObj", `"`+class+`"`, `""`), `"`)
	}
	for _, class := range []string{"SOMDServer", "SOMObject", "SOMClassMgr"} { // which nobody has registered
		if said := b.says(t, "class", "show", class); !strings.Contains(said, "interface "+class) || !strings.Contains(said, "releaseorder") {
			t.Errorf("of %s the repository says\n%s", class, said)
		}
	}
	if got := b.says(t, "call", "corbaname::"+daemon.Address+"#somd/mills", "somdClasses"); !strings.Contains(got, `"Mill::Grinder"`) {
		t.Errorf("the classes of the server are %s", got)
	}
	if got := b.says(t, "call", object("mills", "Mill::Grinder"), "grind", "21"); got != "42" {
		t.Errorf("grind 21: %s", got)
	}
	if got := b.says(t, "call", object("kennel", "Kennel::Poodle"), "bark", "14"); got != "42" {
		t.Errorf("bark 14: %s", got)
	}
	registered := b.says(t, "idl", "register", "--list")
	b.says(t, "server", "stop", "mills")
	b.says(t, "server", "start", "mills")
	if again := b.says(t, "idl", "register", "--list"); again != registered || !strings.Contains(again, "classes of server mills") {
		t.Errorf("registered was\n%s\nand by the next process\n%s", registered, again)
	}

	b.says(t, "server", "remove", "--stop", "mills")
	if left := b.says(t, "class", "ls"); strings.Contains(left, "Mill::") || !strings.Contains(left, "Kennel::") {
		t.Errorf("after the server is removed the repository has\n%s", left)
	}
	other := filepath.Join(t.TempDir(), "mill.idl")
	if err := os.WriteFile(other, []byte("module Mill { interface Saw { void cut(in double depth); }; };\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.says(t, "idl", "register", other)
	b.says(t, "server", "add", "mills", "-e", "SOM_LIBRARY="+os.Getenv("SOM_LIBRARY"), "--", b.path("dsom"), "server", "run", mills)
	b.says(t, "server", "start", "mills")
	if said := b.says(t, "server", "logs", "mills"); !strings.Contains(said, "the interface repository does not get the interfaces of the server's classes") || !strings.Contains(said, "Mill::Saw") {
		t.Errorf("of what contradicts the server says\n%s", said)
	}
	show, err := exec.Command(b.path("dsom"), "class", "show", "Mill::Saw").CombinedOutput()
	if err == nil || !strings.Contains(string(show), "different things are said of it") || !strings.Contains(string(show), "Mill::Saw") {
		t.Errorf("of what is disputed the repository says\n%s", show)
	}
}
