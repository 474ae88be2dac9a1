package libsom_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/conformance"
)

// A driver is a process of test/driver.c, which takes the steps of one case after the other.
type driver struct {
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *bytes.Buffer
	wait   func() error
}

// drivers are processes of one build that are not in use.
type drivers struct {
	c       toolchain
	program string
	idle    chan *driver
}

// atATime is how many processes of one build take cases.
const atATime = 2

// newDrivers starts processes, which end with t.
func newDrivers(t *testing.T, c toolchain) *drivers {
	t.Helper()
	ds := &drivers{c: c, program: c.build(t, "driver"), idle: make(chan *driver, atATime)}
	for range atATime {
		ds.idle <- start(t, c, ds.program)
	}
	return ds
}

func start(t *testing.T, c toolchain, program string) *driver {
	t.Helper()
	cmd := c.command(t, program)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d := &driver{in: in, out: bufio.NewReader(out), stderr: &bytes.Buffer{}, wait: cmd.Wait}
	cmd.Stderr = d.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		io.Copy(io.Discard, d.out)
		if err := d.wait(); err != nil {
			t.Errorf("the driver ended with %v\n%s", err, d.stderr)
		}
	})
	return d
}

// open takes a process for one case. When that ends, all that it made has to go.
func (ds *drivers) open(t *testing.T) conformance.Kernel {
	t.Helper()
	d := <-ds.idle
	t.Cleanup(func() {
		if _, err := d.Do(nil, conformance.Step{Do: "reset"}); err != nil {
			t.Errorf("what the case made does not end: %v", err)
		}
		ds.idle <- d
	})
	return d
}

// describe is a class as the driver reads it.
func describe(c *conformance.Class) string {
	var b strings.Builder
	line := func(words ...string) { b.WriteString(strings.Join(words, "\t") + "\n") }
	each := func(word string, list []string) {
		for _, s := range list {
			line(word, s)
		}
	}
	line("class", c.Name)
	if c.Parents != nil {
		line("parents")
		each("parent", c.Parents)
	}
	if c.Metaclass != "" {
		line("metaclass=", c.Metaclass)
	}
	each("abstractparent", c.AbstractParents)
	line("version=", strconv.Itoa(c.Version[0]), strconv.Itoa(c.Version[1]))
	line("data", strconv.Itoa(c.Data[0]), strconv.Itoa(c.Data[1]))
	for _, m := range c.Introduces {
		line("method", m.Name, m.Kind, m.Migrated, m.Signed())
	}
	for _, m := range c.Overrides {
		line("override", m, conformance.Signed(c.Types[m]))
	}
	var selected []string
	for m := range c.Select {
		selected = append(selected, m)
	}
	sort.Strings(selected)
	for _, m := range selected {
		line("select", m, c.Select[m])
	}
	if c.InitClasses != nil {
		line("initclasses")
		each("initclass", c.InitClasses)
	}
	for word, is := range map[string]bool{"abstract": c.Abstract, "init": c.Init, "fini": c.Fini, "raises": c.Raises, "older": c.Older} {
		if is {
			line(word)
		}
	}
	return b.String()
}

// words are the fields of a step, as the driver reads them.
func words(s conformance.Step) []string {
	switch s.Do {
	case "parentcall":
		return []string{s.Do, s.Class, s.Method, strconv.Itoa(s.Parent)}
	case "replace", "front":
		return []string{s.Do, s.Class, s.Method, s.By}
	case "new", "isa", "cast":
		return []string{s.Do, s.Object, s.Class}
	case "copy", "assign":
		return []string{s.Do, s.Object, s.From}
	case "call":
		return []string{s.Do, s.Object, s.Method, s.By}
	case "free", "retain", "release", "weak", "uncast", "classof":
		return []string{s.Do, s.Object}
	case "descends", "join":
		return []string{s.Do, s.Class, s.Of}
	case "responds":
		return []string{s.Do, s.Object, s.Method}
	case "substitute":
		return []string{s.Do, s.Class, s.By}
	case "bind", "called":
		return []string{s.Do, s.Class, s.Method, s.Signed()}
	case "version":
		return []string{s.Do, s.Class, strconv.Itoa(s.Version[0]), strconv.Itoa(s.Version[1])}
	default:
		return []string{s.Do, s.Class, s.Method}
	}
}

// Do takes a step; see [conformance.Kernel].
func (d *driver) Do(c *conformance.Case, s conformance.Step) (any, error) {
	text := strings.Join(words(s), "\t") + "\n"
	if s.Do == "define" {
		text = describe(c.Class(s.Class)) + text
	}
	if _, err := io.WriteString(d.in, text); err != nil {
		return nil, fmt.Errorf("the driver ended: %w\n%s", err, d.stderr)
	}
	var is []string
	for {
		line, err := d.out.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("the driver ended: %w\n%s", err, d.stderr)
		}
		f := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		switch f[0] {
		case "is":
			is = f[1:]
		case "error":
			return answer(s, is), &conformance.Failure{Code: f[1], Text: f[2]}
		case "ok":
			return answer(s, is), nil
		default:
			return nil, fmt.Errorf("the driver says %q", line)
		}
	}
}

// answer is what a step answered, in the type that cases have it.
func answer(s conformance.Step, is []string) any {
	switch s.Do {
	case "order", "methods", "procedures", "dynamics", "inits", "next", "new", "free", "copy", "assign":
		return slices.Clone(is)
	case "layout":
		var all [][]any
		for i := 0; i+1 < len(is); i += 2 {
			all = append(all, []any{is[i], json.Number(is[i+1])})
		}
		return all
	case "release":
		var n int
		if len(s.Is) > 0 && json.Unmarshal(s.Is, &n) != nil {
			return slices.Clone(is)
		}
	}
	if len(is) == 0 {
		return nil
	}
	switch s.Do {
	case "size", "count", "retain", "release":
		return json.Number(is[0])
	case "isa", "descends", "supports", "responds":
		return is[0] == "true"
	}
	return is[0]
}

// byName makes calls by signature calls by name, for a kernel that has none of the former.
func byName(t testing.TB, all []conformance.Case) []conformance.Case {
	t.Helper()
	n := 0
	for i := range all {
		all[i].Steps = slices.Clone(all[i].Steps)
		for k := range all[i].Steps {
			if s := &all[i].Steps[k]; s.Do == "call" && s.By == "dispatch" {
				s.By = "name"
				n++
			}
		}
	}
	t.Logf("built without libffi: %d calls by signature are made by name", n)
	return all
}

func cases(t testing.TB) []conformance.Case {
	t.Helper()
	all, err := conformance.Cases()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestConformance holds the kernel to the vectors that the one in Go is held to, as each toolchain builds it.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, c := range []toolchain{gcc, asan, clang, valgrind, musl, i686, s390x} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ds := newDrivers(t, c)
			all := cases(t)
			if c.name == "asan" || c.name == "valgrind" { // which see for themselves what is used after its end
				all = slices.DeleteFunc(all, func(c conformance.Case) bool {
					return slices.ContainsFunc(c.Steps, func(s conformance.Step) bool { return s.Error == "freed" })
				})
			}
			if c.name == "gcc" || c.name == "asan" || c.name == "i686" { // slow, and nothing new on others but on 32 bits
				all = append(all, conformance.Limits()...)
			}
			if !c.invokes() {
				all = byName(t, all)
			}
			conformance.Run(t, all, ds.open)
		})
	}
}
