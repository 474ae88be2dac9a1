package languages

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

// hosts are the languages in the order of the table.
var hosts = []*Host{inC, inCXX, inGo, python, ctypes, javascript, amber, java, lua, luajit, tcl, rust, squeak}

var shelf sombuild.Shelf

func TestMain(m *testing.M) {
	status := m.Run()
	if status == 0 && os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
		status = 1
		if err := writeDocument(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	shelf.Clear()
	os.Exit(status)
}

// ran are the hosts that were asked every row, and did not fail: by their names.
var ran sync.Map

const document = "../../docs/languages.md"

// writeDocument writes the table anew, of what ran; it always returns an error, which says so.
func writeDocument() error {
	var missing []string
	has := func(h *Host) bool { _, ok := ran.Load(h.Name); return ok }
	for _, h := range hosts {
		if !has(h) {
			missing = append(missing, h.Name)
		}
	}
	if err := os.WriteFile(document, []byte(Document(hosts, has)), 0o644); err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s was written anew, without %s, which did not run: the test of it fails until they do", document, strings.Join(missing, ", "))
	}
	return fmt.Errorf("%s was written anew: look at it, and run again without DSOM_UPDATE_GOLDEN", document)
}

// most is how long a program may run for: one that hangs has not answered.
const most = 5 * time.Minute

// A program runs rows in a process of a host's, with more in its environment, and returns what it prints; an error if it does not end by itself and well.
type program func(t *testing.T, env []string, rows ...string) (string, error)

// conform runs all rows, and holds what is answered and logged against what is wanted.
func conform(t *testing.T, h *Host, run program) {
	t.Helper()
	var together []Row
	alone, asked := 0, 0
	process := func(name string, f func(t *testing.T)) {
		alone++
		t.Run(name, func(t *testing.T) {
			asked++
			f(t)
		})
	}
	for _, r := range h.asked(Rows) {
		switch {
		case r.Relays != nil:
			for _, release := range r.Relays {
				process(fmt.Sprintf("%s/%d", r.Name, release), func(t *testing.T) { judge(t, h, run, release, r) })
			}
		case r.Next != "":
			process(r.Name, func(t *testing.T) { replaced(t, h, run, r) })
		case r.Chain != "":
			process(r.Name, func(t *testing.T) { judge(t, h, inChain(t, run, r.Chain), 1, r) })
		case r.Alone:
			process(r.Name, func(t *testing.T) { judge(t, h, run, 1, r) })
		default:
			together = append(together, r)
		}
	}
	judge(t, h, run, 1, together...)
	if asked == alone && !t.Failed() { // else -run has left rows out
		ran.Store(h.Name, true)
	}
}

// replaced runs a row in a process under which the file of Relay's library is replaced, and then in another.
func replaced(t *testing.T, h *Host, run program, r Row) {
	t.Helper()
	dir := t.TempDir()
	file, next := filepath.Join(dir, "librelay.so"), filepath.Join(dir, "next")
	for to, n := range map[string]int{file: 1, next: 2} {
		b, err := os.ReadFile(filepath.Join(release(t, n), "librelay.so"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, b, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"SOM_PATH=" + suite(t) + string(os.PathListSeparator) + dir, "SUITE_REPLACED=" + file, "SUITE_NEXT=" + next}
	judgeIn(t, h, run, env, r)
	r.Log = r.Next
	judgeIn(t, h, run, env, r)
}

// judge runs rows in one process, with a release of Relay.
func judge(t *testing.T, h *Host, run program, relay int, rows ...Row) {
	t.Helper()
	judgeIn(t, h, run, []string{"SOM_PATH=" + libraries(t, relay)}, rows...)
}

// judgeIn runs rows in one process, whose environment says where libraries are.
func judgeIn(t *testing.T, h *Host, run program, env []string, rows ...Row) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Name
	}
	out, err := run(t, append([]string{"SUITE_LOG=" + log}, env...), names...)
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
	dependent := classlib.Source{IDL: "suite/dependent/dependent.idl", Include: []string{"suite/release1"}, Code: "suite/dependent.cc"}
	return strings.Join([]string{suite(t), release(t, relay), classlib.Build(t, dependent, classlib.Plain, "-I"+release(t, 1))}, string(os.PathListSeparator))
}

// release is a folder with a release of Relay.
func release(t testing.TB, n int) string {
	t.Helper()
	var flags []string
	if n == 2 {
		flags = []string{"-DANCIENT"}
	}
	return classlib.Build(t, classlib.Source{IDL: fmt.Sprintf("suite/release%d/relay.idl", n), Code: "suite/relay.cc"}, classlib.Plain, flags...)
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
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = append(os.Environ(), env...), &out, &complaints, time.Minute
	timer := time.AfterFunc(most, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", name, err, complaints.String())
	}
	return out.String(), err
}

// TestDocument demands that docs/languages.md is what the rows and the limits make of hosts that all ran: each host's own test holds these against what it does. The table is written
// when the tests have run, of those that did.
func TestDocument(t *testing.T) {
	t.Parallel()
	if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
		return
	}
	got, err := os.ReadFile(document)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if want := Document(hosts, func(*Host) bool { return true }); string(got) != want {
		t.Errorf("%s is not what is generated (DSOM_UPDATE_GOLDEN=1 go test ./conformance/languages writes it)", document)
	}
	if text := Document(hosts, func(h *Host) bool { return h != squeak }); strings.Count(text, " not run |") != len(Rows) {
		t.Errorf("of a host that has not run the table says\n%s", text)
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
