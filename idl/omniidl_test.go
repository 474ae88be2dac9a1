package idl_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/absent"
)

// needs skips a test whose outside help is absent, aloud; in CI that is a failure.
func needs(t testing.TB, ok bool, what string) {
	t.Helper()
	if !ok {
		absent.Skip(t, "%s is missing", what)
	}
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
		return verdictOf(0, ""), ""
	case errors.As(err, &exit):
		return verdictOf(exit.ExitCode(), stderr.String()), stderr.String()
	}
	return verdictOf(-1, ""), stderr.String()
}

// verdictOf judges by omniidl's exit status and what it said.
func verdictOf(status int, says string) string {
	switch {
	case status == 0:
		return "accepts"
	case status > 0 && !strings.Contains(says, "Traceback"):
		return "rejects"
	}
	return "crashes"
}

// omniidlAll is omniidl for example.idl in each of many folders, in a process for each processor.
func omniidlAll(t testing.TB, dirs []string) (verdicts, says []string) {
	t.Helper()
	var all sync.WaitGroup
	size := (len(dirs) + runtime.NumCPU() - 1) / runtime.NumCPU()
	parts := slices.Collect(slices.Chunk(dirs, size))
	vs, ss := make([][]string, len(parts)), make([][]string, len(parts))
	for i, part := range parts {
		all.Go(func() {
			var err error
			if vs[i], ss[i], err = omniidlSome(t.Context(), part); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return slices.Concat(vs...), slices.Concat(ss...)
}

// omniidlSome is omniidlAll in one process.
func omniidlSome(ctx context.Context, dirs []string) (verdicts, says []string, err error) {
	script, err := exec.LookPath("omniidl")
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 9*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "python3", "testdata/omniidl.py", script, "-bdump", "-Iinclude", "-I/usr/share/idl/omniORB", "example.idl")
	cmd.Stdin = strings.NewReader(strings.Join(dirs, "\n") + "\n")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("%w\n%s", err, stderr.String())
	}
	states := strings.Fields(string(out))
	if len(states) != len(dirs) {
		return nil, nil, fmt.Errorf("got %d answers for %d folders\n%s", len(states), len(dirs), stderr.String())
	}
	for i, dir := range dirs {
		b, err := os.ReadFile(filepath.Join(dir, "says"))
		if err != nil {
			return nil, nil, err
		}
		status, err := strconv.Atoi(states[i])
		if err != nil {
			return nil, nil, err
		}
		verdicts, says = append(verdicts, verdictOf(status, string(b))), append(says, string(b))
	}
	return verdicts, says, nil
}

// beyondOmniidl are the files of cases about what omniidl does not have at all.
var beyondOmniidl = []string{"annotations.txt", "bits.txt", "components.txt", "maps.txt", "ports.txt", "templates.txt", "som-good.txt", "som-bad.txt"}

// TestAgreesWithOmniidl compares accepting and rejecting with omniidl over all cases but those
// of beyondOmniidl. A case where the two differ says so, and why, in its line "//! omniidl:".
func TestAgreesWithOmniidl(t *testing.T) {
	t.Parallel()
	_, err := exec.LookPath("omniidl")
	needs(t, err == nil, "omniidl")
	root := t.TempDir()
	var cases []testCase
	var dirs []string
	for i, c := range readCases(t) {
		file, _, _ := strings.Cut(c.name, ":")
		if slices.Contains(beyondOmniidl, file) {
			continue
		}
		dir := filepath.Join(root, strconv.Itoa(i))
		for name, text := range filesOf(c.text) {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cases, dirs = append(cases, c), append(dirs, dir)
	}
	verdicts, says := omniidlAll(t, dirs)
	for i, c := range cases {
		want := "accepts"
		if compile(t, c.text).Report.HasErrors() {
			want = "rejects"
		}
		if c.omniidl != "" {
			want, _, _ = strings.Cut(c.omniidl, ",")
		}
		if verdicts[i] == "crashes" && want == "rejects" {
			continue // over text that is wrong, and it is no acceptance
		}
		if verdicts[i] != want {
			t.Errorf("%s: omniidl %s, expected is that it %s\n%s\n%s", c.name, verdicts[i], want, c.text, says[i])
		}
	}
}

// TestDisagreementsAreListed holds the page of the documentation that lists where omniidl
// decides otherwise, and what decides, against the cases.
func TestDisagreementsAreListed(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(disagreements)
	seen := map[string]bool{}
	for _, c := range readCases(t) {
		if c.omniidl == "" || seen[c.omniidl] {
			continue
		}
		seen[c.omniidl] = true
		verdict, why, ok := strings.Cut(c.omniidl, ", ")
		if !ok {
			t.Errorf("%s: the line gives no reason: %s", c.name, c.omniidl)
		}
		text, _, _ := strings.Cut(strings.TrimSpace(c.text), "\n")
		if strings.HasPrefix(text, "-- ") || strings.HasPrefix(text, "#") {
			text = strings.Join(strings.Fields(c.text), " ")
		}
		if len(text) > 90 {
			text = strings.ToValidUTF8(text[:90], "") + "…"
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` |\n", verdict, why, strings.ReplaceAll(text, "|", "\\|"))
	}
	golden(t, "../docs/idl-omniidl.md", b.String())
}

const disagreements = `# Where omniidl decides otherwise

Every case of the corpus in idl/testdata/cases is also given to omniidl, and so is every file of Debian's package
omniorb-idl: what it accepts is accepted, what it refuses is refused. Below is what the two decide otherwise, with the
clause that decides: of CORBA 3.0 where nothing else is said, the numbers of CORBA 3.3 part 1 being those with 7 in place
of 3. The first column is what omniidl does with the example. A test holds this page against the corpus.

What omniidl does not have at all is not listed: components, homes and event types (3.17), import, typeid and typeprefix
(3.6, 3.15), bitsets, bitmasks, maps, template modules, port types and annotations (IDL 4.2), and SOM IDL.

| omniidl | why this compiler does not | example |
|---|---|---|
`
