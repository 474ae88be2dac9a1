//go:build linux

package python_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/daemontest"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// TestServing has other processes in Python call objects of one, by either implementation.
func TestServing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds programs")
	}
	env := plain.orbEnv(t)
	plain.unit(t, "test_serve.py", env...)
	plain.unit(t, "test_serve.py", append(env, "DSOM_PYTHON=ctypes", "DSOM_LIBRARIES="+sombuild.Kernel(t, "gcc", plain.kernel))...)
}

// said runs a program, and returns its standard output without space around it.
func said(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = "tests", append(os.Environ(), env...) // not here, where there is the package without its extension
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s %v: %v\n%s%s", name, args, err, out, wrong.String())
	}
	return strings.TrimSpace(string(out))
}

// TestServer has the daemon start a server in Python, whose objects clients in Go, C++ and Python, and one of omniORB's, call, and make.
func TestServer(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds programs")
	}
	dir, env, kernel := t.TempDir(), plain.orbEnv(t), sombuild.Kernel(t, "gcc", plain.kernel)
	d := daemontest.Start(t, filepath.Join(elsewhere(t), "dsom"), "127.0.0.1")
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal(err)
	}
	program, err := filepath.Abs("tests/kennel.py")
	if err != nil {
		t.Fatal(err)
	}
	add := []string{"server", "add", "kennel"}
	for _, e := range env {
		if !strings.HasPrefix(e, "DSOM_STATE=") {
			add = append(add, "-e", e)
		}
	}
	d.Run(append(add, "--", python, program)...)
	d.Run("server", "start", "kennel")
	url := "corbaname::" + d.Address + "#zoo/rex"
	env = append(env, "DSOM_STATE="+d.State, "DSOM_DAEMON="+d.Address)
	const want = "40 Rex\n7 Rex is heard in Ulm"

	t.Run("Go", func(t *testing.T) {
		o, err := orb.New(orb.Config{})
		if err != nil {
			t.Fatal(err)
		}
		mine := somd.New(poa.New(o).POA, somd.Config{})
		defer func() {
			if err := errors.Join(mine.Close(), o.Shutdown(context.Background())); err != nil {
				t.Error(err)
			}
		}()
		ref, err := o.Resolve(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		rex, err := mine.Import(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rex.Release() }()
		heard, err := rex.Invoke(t.Context(), "speak", int64(4))
		if err != nil || heard != int64(40) {
			t.Errorf("got %v, %v", heard, err)
		}
		_, err = rex.Invoke(t.Context(), "speak", int64(1007))
		if x := (*som.UserException)(nil); !errors.As(err, &x) || !strings.Contains(fmt.Sprint(x.Members), "7 Rex is heard in Ulm") {
			t.Errorf("it raises %+v", err)
		}
	})
	t.Run("C++", func(t *testing.T) {
		client := filepath.Join(dir, "client")
		run(t, nil, "g++", slices.Concat([]string{"-std=c++17", "-Wall", "-Wextra", "-Werror", "-O1", "-I" + plain.zoo(t), "-I../../libsom/include", "-I../cxx", "-I../c", "-o", client, "tests/elsewhere.cpp",
			"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"})...)
		if got := said(t, env, client, url); got != want {
			t.Errorf("the client in C++ prints\n%s", got)
		}
	})
	t.Run("omniORB", func(t *testing.T) {
		if _, err := exec.LookPath("omniidl"); err != nil {
			absent.Skip(t, "no omniidl: interop/install-peers has it")
		}
		run(t, nil, "omniidl", "-bcxx", "-C"+dir, "testdata/dogs.idl")
		client := filepath.Join(dir, "omni")
		run(t, nil, "g++", "-I"+dir, "-o", client, "tests/omni.cc", filepath.Join(dir, "dogsSK.cc"), "-lomniORB4", "-lomnithread", "-pthread")
		if got := said(t, nil, client, url); got != want {
			t.Errorf("omniORB's client prints\n%s", got)
		}
	})
	asks := func(t *testing.T, env []string, code string) string {
		t.Helper()
		return said(t, env, python, "-c", "import sys, os, dsom\n"+code, url)
	}
	t.Run("Python", func(t *testing.T) {
		if got := asks(t, env, `made = dsom.remote.create("class=='Own'"); made.name = "Ida"; print(made.speak(3), made.name)`); got != "30 Ida" {
			t.Errorf("an object that was made there says %s", got)
		}
		d.Run("class", "place", "--dir", filepath.Join(dir, "placed"), "Own=corbaname::"+d.Address+"#somd/kennel")
		placed := append(env, "SOM_PATH="+filepath.Join(dir, "placed")+":"+plain.zoo(t))
		if got := asks(t, placed, `
class Below(dsom.load("Own")):
    def bark(self, volume): self.barked = volume
o = Below(); o.som_dispatch("bark", 3)
print(o.barked, o.speak(4), o.speak(0) != os.getpid())`); got != "3 40 True" {
			t.Errorf("of a class that is placed there: %s", got)
		}
	})
	t.Run("dsom", func(t *testing.T) { // by what the interface repository was told of the process's classes
		if got := d.Run("class", "show", "Zoo::Dog"); !strings.Contains(got, "void bark (in short volume)") {
			t.Errorf("of the class it is told\n%s", got)
		}
		if got := strings.TrimSpace(d.Run("call", "--idl", "testdata/dogs.idl", "--interface", "Zoo::Dog", url, "speak", "4")); got != `"40"` { // JSON has no 64 bits
			t.Errorf("dsom call prints %s", got)
		}
	})
	t.Run("killed", func(t *testing.T) {
		const code = "print(dsom.bind(sys.argv[1]).speak(0))"
		pid, err := strconv.Atoi(asks(t, env, code))
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if again := asks(t, env, code); again == "" || again == strconv.Itoa(pid) {
			t.Errorf("process %d was killed, and %s answers", pid, again)
		}
		d.Run("server", "stop", "kennel")
		if log := d.Run("server", "logs", "kennel"); !strings.HasSuffix(strings.TrimSpace(log), "over") {
			t.Errorf("it does not end in order:\n%s", log)
		}
	})
	t.Run("private", func(t *testing.T) { // a client has it started for itself
		kennel := filepath.Join(dir, "kennel")
		script := "#!" + python + "\nexec(open(" + strconv.Quote(program) + ").read())\n"
		if err := os.WriteFile(kennel, []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		d.Run("class", "place", "--dir", filepath.Join(dir, "own"), "Own=program:"+kennel)
		if got := asks(t, append(env, "SOM_PATH="+filepath.Join(dir, "own")+":"+plain.zoo(t)), `
o = dsom.load("Own")()
print(o.speak(4), o.speak(0) != os.getpid())`); got != "40 True" {
			t.Errorf("of a class in a process of the client's own: %s", got)
		}
	})
}
