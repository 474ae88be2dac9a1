// Package clockset compiles programs for tests whose clock is set each time that it is asked.
package clockset

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

// Overlay returns the go tool, and the file for its flag -overlay by which package time is compiled so that the clock is set, each time that it is asked, by an hour or by ten
// years, forward and back. What has passed is measured as ever. The test is skipped where there is no go tool.
func Overlay(t testing.TB) (tool, file string) {
	t.Helper()
	tool, err := exec.LookPath("go")
	if err != nil {
		absent.Skip(t, "there is no go tool to compile package time with")
	}
	root, err := exec.CommandContext(t.Context(), tool, "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const asked = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	if bytes.Count(text, []byte(asked)) != 1 {
		t.Fatalf("%s has not the lines that are to be changed:\n%s", path, asked)
	}
	text = bytes.Replace(text, []byte(asked), []byte(asked+"\ttimesAsked++\n\tsec += clockSet[timesAsked%uint32(len(clockSet))]\n"), 1)
	text = append(text, "\nvar timesAsked uint32\n\nvar clockSet = [...]int64{0, 3600, -3600, 10 * 365 * 24 * 3600, -10 * 365 * 24 * 3600}\n"...)
	dir := t.TempDir()
	changed := filepath.Join(dir, "time.go")
	file = filepath.Join(dir, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{changed: text, file: list} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return tool, file
}
