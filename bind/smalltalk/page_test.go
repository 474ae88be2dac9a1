package smalltalk_test

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/freeport"
)

var block = regexp.MustCompile("(?ms)^```(\\w+) ?([\\w.]*)\n(.*?)^```$")

// A page is a folder with what of the repository the page needs, in which its commands are run.
type page struct {
	dir  string
	env  []string
	port string // in the place of 3053
}

// TestPage does what docs/som-smalltalk.md says, and compares what is printed.
func TestPage(t *testing.T) {
	t.Parallel()
	squeak(t)
	for _, tool := range []string{"make", "gcc", "g++"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	text, err := os.ReadFile("../../docs/som-smalltalk.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, part := range []string{"libsom/src", "libsom/include", "libsom/meta", "bind/host", "bind/c/typelib", "bind/cxx", "bind/smalltalk/plugin"} {
		if err := os.CopyFS(filepath.Join(dir, "dsom", part), os.DirFS(filepath.Join("../..", part))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "dsom/bind/smalltalk/plugin/build")); err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("../../libsom/Makefile")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "dsom/libsom/Makefile"), makefile, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "bin", "dsom"), "../../cmd/dsom").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p := page{dir: dir, port: strconv.Itoa(freeport.Hold(t)), env: append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "LD_LIBRARY_PATH=", "HOME="+dir,
		"DSOM_STATE="+filepath.Join(dir, "state"), "MAKEFLAGS=")}
	programs, commands, terminals := 0, 0, 0
	for _, b := range block.FindAllStringSubmatch(string(text), -1) {
		language, name, text := b[1], b[2], b[3]
		switch {
		case language != "console":
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			programs++
		case name != "":
			p.leave(t, name, text)
			terminals++
		default:
			for _, step := range strings.Split(strings.TrimPrefix(text, "$ "), "\n$ ") {
				command, want, _ := strings.Cut(strings.TrimSuffix(step, "\n")+"\n", "\n")
				if out, err := p.command(command).CombinedOutput(); err != nil || string(out) != want {
					t.Fatalf("%s: %v\n%s\nand on the page\n%s", command, err, out, want)
				}
				commands++
			}
		}
	}
	if programs != 7 || commands != 10 || terminals != 2 {
		t.Errorf("%d programs, %d commands, %d terminals", programs, commands, terminals)
	}
	text = text[:bytes.Index(text, []byte("## Objects on other machines"))]
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "    ") {
			t.Errorf("the page has a line of code that nobody runs: %s", line)
		}
	}
}

func (p page) command(text string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", strings.ReplaceAll(text, ":3053", ":"+p.port))
	cmd.Dir, cmd.Env = p.dir, p.env
	return cmd
}

// leave runs the command of a terminal of its own until it has printed the last line of its block, and leaves it running until the test ends.
func (p page) leave(t *testing.T, name, text string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	cmd := p.command("exec " + strings.TrimPrefix(lines[0], "$ "))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	said := new(bytes.Buffer)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last, more := strings.CutSuffix(strings.ReplaceAll(lines[len(lines)-1], ":3053", ":"+p.port), "…")
	ready, ended := make(chan bool, 1), make(chan struct{})
	go func() {
		defer close(ended)
		in := bufio.NewScanner(out)
		for in.Scan() {
			said.WriteString(in.Text() + "\n")
			if in.Text() == last || more && strings.HasPrefix(in.Text(), last) {
				ready <- true
				_, _ = io.Copy(io.Discard, out)
				return
			}
		}
		ready <- false
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		late := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		<-ended
		_ = cmd.Wait()
	})
	select {
	case ok := <-ready:
		if !ok {
			t.Fatalf("%s has ended:\n%s", name, said)
		}
	case <-time.After(2 * time.Minute):
		t.Fatalf("%s has not said %q", name, last)
	}
}
