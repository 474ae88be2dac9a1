package idl_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// needs skips a test whose outside help is absent, aloud; in CI that is a failure.
func needs(t testing.TB, ok bool, what string) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing", what)
	}
	t.Skipf("%s is missing", what)
}

// omniidl tells whether omniORB's compiler accepts the files: "accepts", "rejects" or "crashes".
func omniidl(t testing.TB, dir, main string, include ...string) (verdict, says string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	args := []string{"-bdump", "-Iinclude", "-I/usr/share/idl/omniORB"}
	for _, i := range include {
		args = append(args, "-I"+i)
	}
	cmd := exec.CommandContext(ctx, "omniidl", append(args, main)...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "accepts", ""
	case errors.As(err, &exit) && exit.ExitCode() > 0 && !strings.Contains(stderr.String(), "Traceback"):
		return "rejects", stderr.String()
	}
	return "crashes", stderr.String()
}

// TestAgreesWithOmniidl compares accepting and rejecting with omniidl over all cases. A case
// where the two differ says so, and why, in its line "//! omniidl:".
func TestAgreesWithOmniidl(t *testing.T) {
	t.Parallel()
	_, err := exec.LookPath("omniidl")
	needs(t, err == nil, "omniidl")
	for _, c := range readCases(t) {
		if strings.HasPrefix(c.name, "som-") {
			continue // SOM IDL, which omniidl does not know
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range filesOf(c.text) {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, says := omniidl(t, dir, "example.idl")
			want := "accepts"
			if compile(t, c.text).Report.HasErrors() {
				want = "rejects"
			}
			if c.omniidl != "" {
				want, _, _ = strings.Cut(c.omniidl, ",")
			}
			if got == "crashes" && want == "rejects" {
				return // over text that is wrong, and it is no acceptance
			}
			if got != want {
				t.Errorf("omniidl %s, expected is that it %s\n%s\n%s", got, want, c.text, says)
			}
		})
	}
}
