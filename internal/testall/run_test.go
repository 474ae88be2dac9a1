// Package testall_test shows what a second run of tests makes good, and what it does not.
package testall_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

const (
	good  = "func Test(t *testing.T) {}"
	once  = "func Test(t *testing.T) { t.Run(\"in\", func(t *testing.T) { if os.Mkdir(\"been\", 0o755) == nil { t.Error(\"first\") } }) }"
	never = "func TestNever(t *testing.T) { t.Error(\"never\") }"
)

func TestRun(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		absent.Skip(t, "no bash: apt-get install bash")
	}
	script, err := filepath.Abs("run")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, ci string
		packages []string
		passes   bool
		again    []string // the tests that run twice
	}{
		{"good", "true", []string{good, good}, true, nil},
		{"failed once", "true", []string{once, good, once}, true, []string{"a", "c"}},
		{"failed once in two runs", "true", []string{"func Test(t *testing.T) { if os.Remove(\"been\") == nil { return }; os.Mkdir(\"been\", 0o755); t.Error(1) }"}, false, []string{"a"}},
		{"without CI", "", []string{once}, false, nil},
		{"failed twice", "true", []string{never + "\n" + good}, false, []string{"a"}},
		{"one of two failed twice", "true", []string{once + "\n" + never}, false, []string{"a"}},
		{"too many", "true", []string{once, once, once, once}, false, nil},
		{"too many of one package", "true", []string{once + "\nfunc Test2(t *testing.T) { Test(t); t.Fail() }\nfunc Test3(t *testing.T) { t.Fail() }\nfunc Test4(t *testing.T) { t.Fail() }"}, false, nil},
		{"a random one", "true", []string{strings.Replace(once, "Test", "TestRandomOrders", 1)}, false, nil},
		{"a panic", "true", []string{"func Test(t *testing.T) { if os.Mkdir(\"been\", 0o755) == nil { panic(1) } }"}, false, nil},
		{"an end", "true", []string{"func Test(t *testing.T) { if os.Mkdir(\"been\", 0o755) == nil { os.Exit(1) } }"}, false, nil},
		{"left behind", "true", []string{"func TestMain(m *testing.M) { m.Run(); if os.Mkdir(\"been\", 0o755) == nil { os.Exit(1) } }\n" + good}, false, nil},
		{"left behind elsewhere", "true", []string{once, "func TestMain(m *testing.M) { m.Run(); if os.Mkdir(\"been\", 0o755) == nil { os.Exit(1) } }\n" + good}, false, nil},
		{"a race in C", "true", []string{"func Test(t *testing.T) { if os.Mkdir(\"been\", 0o755) == nil { t.Error(\"\\nWARNING: ThreadSanitizer: data race\") } }"}, false, nil},
		{"a crash of a program", "true", []string{"func Test(t *testing.T) { if os.Mkdir(\"been\", 0o755) == nil { t.Errorf(\"signal: segmentation fault\") } }"}, false, nil},
		{"a finding of valgrind", "true", []string{"func Test(t *testing.T) { if os.Mkdir(\"been\", 0o755) == nil { t.Errorf(\"exit status 9\\n==7== Invalid read\") } }"}, false, nil},
		{"does not compile", "true", []string{"func Test(t *testing.T) { nothing }"}, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "go.mod"), "module m\n\ngo 1.21\n")
			for i, text := range c.packages {
				p := string(rune('a' + i))
				write(t, filepath.Join(dir, p, "x_test.go"), "package "+p+"\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nvar _ = os.Exit\n\n"+text+"\n")
			}
			cmd := exec.Command(script, "go", "-timeout", "5m")
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "CI="+c.ci, "GOFLAGS=-mod=mod", "GOWORK=off")
			out, err := cmd.CombinedOutput()
			if (err == nil) != c.passes {
				t.Errorf("it ended with %v", err)
			}
			var again []string
			for line := range strings.Lines(string(out)) {
				if p, ok := strings.CutPrefix(line, "testall: m/"); ok && strings.Contains(line, ": three times, alone: ") {
					again = append(again, p[:1])
				}
			}
			if strings.Join(again, " ") != strings.Join(c.again, " ") {
				t.Errorf("again ran %q, not %q", again, c.again)
			}
			if t.Failed() {
				t.Logf("%s", out)
			}
		})
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
