package interop_test

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
)

// TestOmniORBEndsOfArrays: omniORB on both sides, whose server still ends where omniorb/crash/arrays.idl says. When it does
// not, cdr may write such arrays as it writes others.
func TestOmniORBEndsOfArrays(t *testing.T) {
	t.Parallel()
	omniorb.Need(t)
	dir := t.TempDir()
	for _, step := range [][]string{
		{"omniidl", "-bcxx", "-Wba", "-C" + dir, "omniorb/crash/arrays.idl"},
		{"g++", "-fpermissive", "-w", "-I" + dir, "-o", filepath.Join(dir, "arrays"), "omniorb/crash/arrays.cc",
			filepath.Join(dir, "arraysSK.cc"), filepath.Join(dir, "arraysDynSK.cc"), "-lomniDynamic4", "-lomniORB4", "-lomnithread"},
	} {
		if said, err := peer.Output(t, step[0], step[1:]...); err != nil {
			t.Fatalf("%s: %v\n%s", step[0], err, said)
		}
	}
	server := exec.CommandContext(t.Context(), filepath.Join(dir, "arrays"), "serve")
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server says nothing: %v", err)
	}
	said, err := peer.Output(t, filepath.Join(dir, "arrays"), "call", strings.TrimSpace(line))
	_ = server.Process.Kill() // it has ended, or never will
	if ended := server.Wait(); err != nil || !strings.Contains(said, "COMM_FAILURE at ") || ended == nil || !strings.Contains(ended.Error(), "segmentation fault") {
		t.Errorf("the server ends no more (%v): %v\n%s", ended, err, said)
	}
}
