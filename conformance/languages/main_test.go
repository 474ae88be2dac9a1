package languages

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

// hosts are the languages in the order of the table.
var hosts = []*Host{inC, inCXX, inGo, python, javascript, java, lua, luajit, tcl, rust, squeak}

var shelf sombuild.Shelf

func TestMain(m *testing.M) {
	status := m.Run()
	shelf.Clear()
	os.Exit(status)
}

// most is how long a program may run for: one that hangs has not answered.
const most = 5 * time.Minute

// A program runs rows in a process of a host's, with more in its environment, and returns what it prints; an error if it does not end by itself and well.
type program func(t *testing.T, env []string, rows ...string) (string, error)

// conform runs all rows, and holds what is answered and logged against what is wanted.
func conform(t *testing.T, h *Host, run program) {
	t.Helper()
	var together []Row
	for _, r := range h.asked(Rows) {
		switch {
		case r.Relays != nil:
			for _, release := range r.Relays {
				t.Run(fmt.Sprintf("%s/%d", r.Name, release), func(t *testing.T) { judge(t, h, run, release, r) })
			}
		case r.Chain != "":
			t.Run(r.Name, func(t *testing.T) { judge(t, h, inChain(t, run, r.Chain), 1, r) })
		case r.Alone:
			t.Run(r.Name, func(t *testing.T) { judge(t, h, run, 1, r) })
		default:
			together = append(together, r)
		}
	}
	judge(t, h, run, 1, together...)
}

// judge runs rows in one process, with a release of Relay.
func judge(t *testing.T, h *Host, run program, relay int, rows ...Row) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Name
	}
	out, err := run(t, []string{"SUITE_LOG=" + log, "SOM_PATH=" + libraries(t, relay)}, names...)
	if err != nil {
		t.Errorf("the program of %s: %v\n%s", h.Name, err, out)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Error(err)
	}
	for _, wrong := range h.Judge(rows, out, string(text)) {
		t.Error(wrong)
	}
}

// libraries is a value of SOM_PATH: the suite, a release of Relay, and what was compiled with its first one.
func libraries(t testing.TB, relay int) string {
	t.Helper()
	release := func(n int) string {
		var flags []string
		if n == 2 {
			flags = []string{"-DANCIENT"}
		}
		return classlib.Build(t, classlib.Source{IDL: fmt.Sprintf("suite/release%d/relay.idl", n), Code: "suite/relay.cc"}, classlib.Plain, flags...)
	}
	dependent := classlib.Source{IDL: "suite/dependent/dependent.idl", Include: []string{"suite/release1"}, Code: "suite/dependent.cc"}
	return strings.Join([]string{suite(t), release(relay), classlib.Build(t, dependent, classlib.Plain, "-I"+release(1))}, string(os.PathListSeparator))
}

func suite(t testing.TB) string {
	t.Helper()
	return classlib.Build(t, classlib.Source{IDL: "suite/suite.idl", Code: "suite/suite.cc"}, classlib.Plain, "-pthread")
}

// output runs a command, and returns what it prints; its complaints are in the error.
func output(t testing.TB, env []string, name string, args ...string) (string, error) {
	t.Helper()
	var out, complaints bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = append(os.Environ(), env...), &out, &complaints, time.Second
	timer := time.AfterFunc(most, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", name, err, complaints.String())
	}
	return out.String(), err
}

// TestDocument demands that docs/languages.md is what the rows and the hosts' limits make.
func TestDocument(t *testing.T) {
	t.Parallel()
	const file = "../../docs/languages.md"
	want := Document(hosts)
	if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s was written anew: look at it, and run again without DSOM_UPDATE_GOLDEN", file)
		return
	}
	got, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what is generated (DSOM_UPDATE_GOLDEN=1 go test ./conformance/languages -run Document writes it)", file)
	}
}

// TestRows demands that rows and limits are what the table can show.
func TestRows(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, r := range Rows {
		if names[r.Name] || r.Shows == "" || strings.TrimSpace(r.Log) == "" || !strings.Contains(r.Name, "/") {
			t.Errorf("row %q: there twice, or it lacks a group, what it shows or a log", r.Name)
		}
		names[r.Name] = true
	}
	for _, h := range hosts {
		for row, lines := range h.Compiler {
			if !names[row] || len(lines) == 0 {
				t.Errorf("%s: the compiler is said to refuse row %q: no such row, or no lines", h.Name, row)
			}
		}
		for _, l := range h.Limits {
			if h.Compiler[l.Row] != nil || !names[l.Row] || l.Why == "" || l.Error == "" {
				t.Errorf("%s: limit of %q: no such row, or no error or reason", h.Name, l.Row)
			}
		}
	}
}

// TestJudge demands that what is wrong with a run is seen.
func TestJudge(t *testing.T) {
	t.Parallel()
	rows := []Row{{Name: "a/b", Log: "one\ntwo\n"}, {Name: "a/c", Log: "x"}}
	h := &Host{Name: "H", Limits: []Limit{{Row: "a/c", Error: "no c", Why: "there is no c"}}}
	for name, c := range map[string]struct{ out, log, want string }{
		"good":             {"a/b\tok\na/c\tcannot\tthere is no c, sorry: no c\n", "row a/b\none\ntwo\nrow a/c\n", ""},
		"silent":           {"a/c\tcannot\tno c\n", "row a/b\none\ntwo\n", "a/b: no answer"},
		"failed":           {"a/b\tfailed\twhy\na/c\tcannot\tno c\n", "row a/b\none\ntwo\n", "a/b: failed\twhy"},
		"another log":      {"a/b\tok\na/c\tcannot\tno c\n", "row a/b\none\n", "line 2"},
		"more log":         {"a/b\tok\na/c\tcannot\tno c\n", "row a/b\none\ntwo\nthree\n", "line 3"},
		"log of another":   {"a/b\tok\na/c\tcannot\tno c\n", "row a/c\none\ntwo\n", "line 1"},
		"unknown cannot":   {"a/b\tcannot\tno b\na/c\tcannot\tno c\n", "", "no limit of H"},
		"another error":    {"a/b\tok\na/c\tcannot\tcrashed\n", "row a/b\none\ntwo\n", "was refused with"},
		"without an error": {"a/b\tok\na/c\tcannot\n", "row a/b\none\ntwo\n", "was refused with"},
		"can":              {"a/b\tok\na/c\tok\n", "row a/b\none\ntwo\nrow a/c\nx\n", "it can"},
		"twice":            {"a/b\tok\na/b\tok\na/c\tcannot\tno c\n", "row a/b\none\ntwo\n", "answered twice"},
		"not asked":        {"a/b\tok\na/c\tcannot\tno c\na/d\tok\n", "row a/b\none\ntwo\n", "a/d: an answer"},
	} {
		wrong := strings.Join(h.Judge(rows, c.out, c.log), "\n")
		if c.want == "" && wrong != "" || !strings.Contains(wrong, c.want) {
			t.Errorf("%s: got %q, want %q in it", name, wrong, c.want)
		}
	}
}
