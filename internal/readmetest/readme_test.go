//go:build unix

package readmetest_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/freeport"
)

// A reader is who follows the README: with a clone in the folder dsom, and nothing else.
type reader struct {
	folder    string
	env       []string
	port      string
	here      *terminal            // the terminal of the walk-through
	terminals map[string]*terminal // the others
}

// TestReadme follows the README from its first block to its last.
func TestReadme(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"make", "sh"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skip("SKIPPED: ", err)
		}
	}
	r := newReader(t)
	defer r.close(t)
	r.makeState(t)
	files, commands := 0, 0
	for _, b := range blocks(t) {
		switch {
		case len(b.info) == 0: // TestTargets has seen them
		case len(b.info) == 2 && (b.info[0] == "go" || b.info[0] == "idl"):
			r.write(t, b)
			files++
		case b.info[0] == "console":
			commands += r.console(t, b)
		default:
			t.Fatalf("README.md:%d: nobody runs a block of %q", b.line, b.info)
		}
	}
	if files < 3 || commands < 20 {
		t.Errorf("%d files and %d commands: the walk-through is not all there", files, commands)
	}
}

// newReader gives the reader a home and a clone of their own. Modules come from the cache alone.
func newReader(t *testing.T) *reader {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{folder: folder, terminals: map[string]*terminal{}}
	clone(t, filepath.Join(folder, "dsom"))
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Split(strings.TrimSpace(string(out)), "\n")
	// A module that requires this one may look through the whole graph of modules, of which this one's build needs a part.
	if out, err := exec.Command("go", "mod", "graph").CombinedOutput(); err != nil {
		t.Logf("the cache may lack modules that are needed: %v\n%.500s", err, out)
	}
	user, bin := filepath.Join(folder, "user"), filepath.Join(folder, "bin")
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); !regexp.MustCompile(`^(GO.*|DSOM_.*|MAKE.*|MFLAGS|XDG_.*|PWD)$`).MatchString(name) {
			r.env = append(r.env, v)
		}
	}
	r.env = append(r.env,
		"HOME="+user, "XDG_CACHE_HOME="+filepath.Join(user, ".cache"), "DSOM_STATE="+filepath.Join(user, "state", "dsom"), "NO_COLOR=1",
		"GOCACHE="+known[0], "GOMODCACHE="+known[1], "GOROOT="+known[2], "GOBIN="+bin,
		"PATH="+bin+string(filepath.ListSeparator)+filepath.Join(known[2], "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"CGO_ENABLED=0", "GOPROXY=off", "GOSUMDB=off", "GOWORK=off", "GOTOOLCHAIN=local", "GOFLAGS=-trimpath -buildvcs=false",
	)
	r.port = strconv.Itoa(freeport.Hold(t))
	r.here = &terminal{dir: folder, env: r.env, port: r.port}
	return r
}

// clone copies what the clone's programs are built from.
func clone(t *testing.T, to string) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && (rel != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || rel == "bin" || rel == "build" || rel == "bench" || rel == "interop"):
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case !d.Type().IsRegular() || strings.HasSuffix(rel, "_test.go"):
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// makeState makes the daemon's state for a port of the test's own, so that dsom daemon takes that one: 3053 may be in
// use. Its program is built on the way.
func (r *reader) makeState(t *testing.T) {
	t.Helper()
	daemon := &terminal{dir: filepath.Join(r.folder, "dsom"), env: r.env, port: r.port}
	daemon.run(t, 0, step{command: "go install ./cmd/dsom", want: []string{"…"}})
	daemon.leave(t, 0, step{command: "exec dsom daemon --listen 127.0.0.1:3053", want: []string{"…", "Taking calls at 127.0.0.1:3053 (process 1, state in /dsom)"}})
	daemon.goes.interrupt(t)
	if err := daemon.goes.err; err != nil {
		t.Fatalf("the daemon's end: %v", err)
	}
}

// write writes a file.
func (r *reader) write(t *testing.T, b block) {
	t.Helper()
	file := filepath.Join(r.here.dir, filepath.FromSlash(b.info[1]))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(b.text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// cd is a command, or the last one of several, that goes to another folder.
var cd = regexp.MustCompile(`(?:^|&& )cd (\S+)$`)

// console types what a block shows, and returns how many commands there were.
func (r *reader) console(t *testing.T, b block) int {
	t.Helper()
	if len(b.info) == 3 {
		r.other(t, b)
		return len(b.steps())
	}
	for _, s := range b.steps() {
		r.here.run(t, b.line, s)
		if m := cd.FindStringSubmatch(s.command); m != nil {
			r.here.dir = filepath.Join(r.here.dir, m[1])
		}
	}
	return len(b.steps())
}

// other does what a block shows in another terminal.
func (r *reader) other(t *testing.T, b block) {
	t.Helper()
	dir, name := b.info[1], b.info[2]
	w := r.terminals[name]
	if w == nil {
		w = &terminal{dir: filepath.Join(r.folder, dir), env: r.env, port: r.port}
		r.terminals[name] = w
	}
	steps := b.steps()
	for i, s := range steps {
		switch {
		case b.text == "^C\n":
			w.goes.interrupt(t)
			if err := w.goes.err; err != nil {
				t.Errorf("README.md:%d: ^C: %v, after\n%s", b.line, err, strings.Join(w.goes.screen(), "\n"))
			}
			w.goes = nil
		case i < len(steps)-1:
			w.run(t, b.line, s)
		default:
			s.command = "exec " + s.command // an interrupt is for the program, not for the shell
			w.leave(t, b.line, s)
		}
	}
	if name == "demo" { // the README says in words that it is to be ended
		r.suggested(t, w)
		w.goes.interrupt(t)
		w.goes = nil
	}
}

// suggested types what the demonstration suggests.
func (r *reader) suggested(t *testing.T, w *terminal) {
	t.Helper()
	n := 0
	for _, line := range w.goes.screen() {
		if command, ok := strings.CutPrefix(strings.TrimSpace(line), "./bin/dsom "); ok && command != "demo" {
			n++
			typed := &terminal{dir: w.dir, env: w.env, port: "3053"} // the demonstration has said which port
			s := typed.start(t, "./bin/dsom "+command)
			s.wait(t)
			if s.err != nil || len(s.screen()) == 0 && !strings.Contains(command, "deposit") {
				t.Errorf("dsom %s: %v\n%s", command, s.err, strings.Join(s.screen(), "\n"))
			}
		}
	}
	if n == 0 {
		t.Errorf("nothing is suggested in\n%s", strings.Join(w.goes.screen(), "\n"))
	}
}

// close ends what still goes.
func (r *reader) close(t *testing.T) {
	for _, w := range r.terminals {
		if w.goes != nil {
			w.goes.interrupt(t)
		}
	}
}
