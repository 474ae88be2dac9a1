//go:generate go run github.com/opendsom/dsom/cmd/dsom idl build --out gen hello.idl

// Package hello_test builds the example as its readers do and runs it.
package hello_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
)

// build builds the package in a folder and returns the program.
func build(t *testing.T, dir string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), filepath.Base(dir))
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", program, dir).CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", dir, err, out)
	}
	return program
}

// client runs the client and returns what it prints.
func client(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

const greetings = `Hello, Ada! You are number 1.
The greeter is cross: tell me your name first
Hello, Grace! You are number 2.
Greeted so far: 2
`

func TestWithoutDaemon(t *testing.T) {
	t.Parallel()
	server := exec.Command(build(t, "./server"))
	server.Env = append(os.Environ(), "DSOM_STATE="+t.TempDir()) // where no daemon is
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	server.Stderr = &said
	program := build(t, "./client")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	defer func() {
		if !ended {
			_ = server.Process.Kill()
			_ = server.Wait()
		}
	}()
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err, said.String())
	}
	if got := client(t, program, strings.TrimSpace(url), "Ada", "", "Grace"); got != greetings {
		t.Errorf("got\n%s\nwant\n%s", got, greetings)
	}
	if runtime.GOOS == "windows" {
		return // where a program cannot be asked to end
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended = true
	if err := server.Wait(); err != nil {
		t.Errorf("the server's end: %v\n%s", err, said.String())
	}
}

// TestWithDaemon does what the README says: register the server, and let the first call start it.
func TestWithDaemon(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: on Windows a daemon cannot be asked to end")
	}
	dsom := build(t, "../../cmd/dsom")
	server, program := build(t, "./server"), build(t, "./client")
	env := append(os.Environ(), "DSOM_STATE="+t.TempDir())
	daemon := exec.Command(dsom, "daemon", "--json", "--listen", "127.0.0.1:0")
	daemon.Env = env
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	daemon.Stderr = &log
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = daemon.Process.Signal(syscall.SIGTERM)
		if err := daemon.Wait(); err != nil {
			t.Errorf("the daemon's end: %v\n%s", err, log.String())
		}
	}()
	var status struct{ Addresses []string }
	if err := json.NewDecoder(out).Decode(&status); err != nil || len(status.Addresses) != 1 {
		t.Fatal(err, status, log.String())
	}
	for _, args := range [][]string{
		{"server", "add", "hello", "--", server},
		{"server", "start", "hello"}, // the first time, so that it binds its name
		{"server", "stop", "hello"},
	} {
		cmd := exec.Command(dsom, args...)
		cmd.Env = env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("dsom %q: %v\n%s", args, err, out)
		}
	}
	if got := client(t, program, "corbaname::"+status.Addresses[0]+"#hello/greeter", "Ada", "", "Grace"); got != greetings {
		t.Errorf("got\n%s\nwant\n%s", got, greetings)
	}
}

// TestGenerated holds that the stubs are what the compiler makes today.
func TestGenerated(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(t.Context(), idl.Options{}, "hello.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, report := golang.Emit(r.Spec, golang.Options{PackagePrefix: "github.com/opendsom/dsom/examples/hello/gen"})
	if err := report.Err(); err != nil || files.Len() == 0 {
		t.Fatal(err, files.Len())
	}
	for name, want := range files.All() {
		got, err := os.ReadFile(filepath.Join("gen", filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what dsom idl build --out gen hello.idl writes (%v)", name, err)
		}
	}
}
