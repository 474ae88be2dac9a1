package meta

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/som"
)

// Traced is IBM's SOMMTraced: each call of an instance's methods is told, with its arguments and
// results. It is silent until [Trace] says where to, or if the variable SOMM_TRACED is there when the class is made, and is empty or has the
// class's name in its list, which blanks or commas part: then lines go to the standard output.
var Traced = som.MustClass[traced]("SOMMTraced", som.WithVersion(2, 2), som.Parents(BeforeAfter), som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		{Name: "_set_sommTraceIsOn", Impl: func(self som.Self, on bool) { tracedOf(self).on.Store(on) }},
		{Name: "_get_sommTraceIsOn", Impl: func(self som.Self) bool { return tracedOf(self).on.Load() }},
	}
}))

type traced struct {
	Base
	on    atomic.Bool
	mu    sync.Mutex // of what follows: no code but this runs under it
	to    io.Writer
	lines []string // to be written
	lost  int      // lines for which there was no room
	busy  bool     // some goroutine writes
}

func (t *traced) SomClassReady() error {
	if err := t.Next().SomClassReady(); err != nil {
		return err
	}
	if list, ok := os.LookupEnv("SOMM_TRACED"); ok {
		names := strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' })
		if len(names) == 0 || slices.Contains(names, t.Made().Name()) {
			return Trace(t.Made(), os.Stdout)
		}
	}
	return nil
}

func tracedOf(self som.Self) *traced {
	t, _ := som.FindState[traced](self.Ref())
	return t
}

// Trace writes the calls of instances of c, which must be Traced, to w from now on; nil ends that. Lines are written one at a time, by one of
// the goroutines that call, which holds no lock: w may load classes and end the tracing. It must not call instances of c, for that is traced
// in turn. Others do not wait for a line that is being written: up to [MaxUntold] lines wait, of more there is but the number. What was being written
// when Trace returns goes on.
func Trace(c *som.Class, w io.Writer) error {
	t, ok := som.State[traced](c.SOM(), Traced)
	if !ok {
		return &som.Error{Code: som.CodeType, Class: c.Name(), Text: "its metaclass is not SOMMTraced"}
	}
	t.mu.Lock()
	t.to, t.lines, t.lost = w, nil, 0
	t.mu.Unlock()
	t.on.Store(w != nil)
	return nil
}

func (t *traced) SommBeforeMethod(_ context.Context, c *Call) (bool, error) {
	if t.on.Load() {
		t.line("%s.%s(%s)", c.Object, c.Method, list(c.Args))
	}
	return true, nil
}

func (t *traced) SommAfterMethod(_ context.Context, c *Call) {
	if !t.on.Load() {
		return
	}
	s := list(c.Results)
	if c.Err != nil {
		s = "error " + c.Err.Error()
	}
	t.line("%s.%s: %s", c.Object, c.Method, s)
}

// MaxUntold is how many lines of a class wait to be written while another is.
const MaxUntold = 4096

func (t *traced) line(format string, args ...any) {
	line := fmt.Sprintf(format+"\n", args...)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.to == nil:
		return
	case len(t.lines) < MaxUntold:
		t.lines = append(t.lines, line)
	default:
		t.lost++
	}
	if !t.busy {
		t.busy = true
		defer func() { t.busy = false }()
		for t.to != nil && len(t.lines)+t.lost > 0 {
			t.write(t.next())
		}
	}
}

// next takes the next line. mu is held.
func (t *traced) next() string {
	if len(t.lines) == 0 {
		line := fmt.Sprintf("%d lines more than MaxUntold\n", t.lost)
		t.lost = 0
		return line
	}
	line := t.lines[0]
	t.lines = t.lines[1:]
	return line
}

// write writes a line with mu let go.
func (t *traced) write(line string) {
	w := t.to
	t.mu.Unlock()
	defer t.mu.Lock()
	io.WriteString(w, line)
}

// maxTraced is how many octets of a value a trace shows.
const maxTraced = 200

func list(values []any) string {
	var all []string
	for _, v := range values {
		s := fmt.Sprint(v)
		if len(s) > maxTraced {
			s = s[:maxTraced] + "…"
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}
