// Package external runs emitters that are programs of their own. The program gets the model as
// JSON on its standard input and answers with files and diagnostics as JSON on its standard
// output; it writes nothing itself. docs/idl-emitters.md describes both.
//
// A program is run because the user named it, never because an IDL file, a model or the
// surroundings do. What it answers is not trusted: it is bounded in time and size, and no
// path leads out of the output folder.
package external

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/model"
)

// Version is the version of what is exchanged. An emitter refuses one that it does not know.
const Version = 1

// Limits bounds what an emitter can do. The zero value of a field is that of DefaultLimits.
type Limits struct {
	Time   time.Duration // emitter-time: until it has ended
	Output int           // emitter-output: octets on its standard output
	Files  int           // emitter-files
}

// DefaultLimits are generous for any emitter that works.
var DefaultLimits = Limits{Time: time.Minute, Output: 64 << 20, Files: 10_000}

// maxStderr is how many octets of an emitter's standard error are kept for the message: its last words.
const maxStderr = 4 << 10

// grace is how long a program has to end when it was told to, before its pipes are closed.
const grace = time.Second

// An Emitter is a program and what is said to it.
type Emitter struct {
	// Command is the program's path; a bare name is looked for in PATH.
	Command string
	// Options is handed on to it as it is.
	Options string
	Limits  Limits
}

// Parse reads how an emitter is named on a command line: "path" or "path=options".
func Parse(s string) (Emitter, error) {
	command, options, _ := strings.Cut(s, "=")
	if command == "" {
		return Emitter{}, fmt.Errorf("%q names no emitter: it is PROGRAM or PROGRAM=OPTIONS", s)
	}
	return Emitter{Command: command, Options: options}, nil
}

// An Error says what an emitter did wrong.
type Error struct {
	Emitter string // its command
	Problem string
	Stderr  string // the last words of the program; may be empty
	Err     error  // may be nil
}

// Error returns the problem with the emitter's name, and its last words.
func (e *Error) Error() string {
	s := "emitter " + e.Emitter + " " + e.Problem
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Stderr != "" {
		s += "; it said: " + e.Stderr
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// input is what an emitter reads.
type input struct {
	Emitter int         `json:"emitter"`
	Options string      `json:"options"`
	Model   *model.Spec `json:"model"`
}

// output is what it answers.
type output struct {
	Files []struct {
		Path    string `json:"path"`
		Content string `json:"content"`
	} `json:"files"`
	Diagnostics []struct {
		Severity    diag.Severity `json:"severity"`
		Code        diag.Code     `json:"code"`
		Message     string        `json:"message"`
		Help        string        `json:"help"`
		Declaration string        `json:"declaration"`
	} `json:"diagnostics"`
}

// answer reads what an emitter answered. An emitter that makes nothing says so by an object
// without files.
func answer(out []byte) (o output, err error) {
	var p *output
	if err := json.Unmarshal(out, &p); err != nil {
		return o, err
	}
	if p == nil {
		return o, errors.New("it is null")
	}
	return *p, nil
}

// Run runs an emitter on a specification. The files are those it made, the report what it had
// to say; there are no files if that has errors. The error is an *Error, or that of ctx.
func Run(ctx context.Context, e Emitter, spec *model.Spec) (*emit.Files, *diag.Report, error) {
	l := e.Limits
	if l.Time == 0 {
		l.Time = DefaultLimits.Time
	}
	if l.Output == 0 {
		l.Output = DefaultLimits.Output
	}
	if l.Files == 0 {
		l.Files = DefaultLimits.Files
	}
	in, err := json.Marshal(input{Version, e.Options, spec})
	if err != nil {
		return nil, nil, err
	}
	out, err := e.execute(ctx, in, l)
	if err != nil {
		return nil, nil, err
	}
	o, err := answer(out)
	if err != nil {
		return nil, nil, &Error{Emitter: e.Command, Problem: "did not answer with the JSON that docs/idl-emitters.md describes", Err: err}
	}
	report := new(diag.Report)
	for _, d := range o.Diagnostics {
		report.Add(diag.Diagnostic{Severity: d.Severity, Code: d.Code, Message: e.Command + ": " + d.Message, Help: d.Help, Span: place(spec, d.Declaration)})
	}
	files := new(emit.Files)
	if report.HasErrors() {
		return files, report, nil
	}
	if len(o.Files) > l.Files {
		return nil, nil, &Error{Emitter: e.Command, Problem: fmt.Sprintf("made %d files; emitter-files allows %d", len(o.Files), l.Files)}
	}
	for _, f := range o.Files {
		if err := files.Add(f.Path, []byte(f.Content)); err != nil {
			return nil, nil, &Error{Emitter: e.Command, Problem: "made a file that is refused", Err: err}
		}
	}
	return files, report, nil
}

// place returns where a declaration is named.
func place(spec *model.Spec, name string) diag.Span {
	if d := spec.Lookup(name); name != "" && d != nil {
		return d.About().NameSpan
	}
	return diag.Span{}
}

// execute runs the program and returns its standard output.
func (e Emitter) execute(ctx context.Context, in []byte, l Limits) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, l.Time)
	defer cancel()
	cmd := exec.CommandContext(limited, e.Command)
	cmd.WaitDelay = grace
	cmd.Stdin = bytes.NewReader(in)
	out := &bounded{max: l.Output, full: cancel}
	last := &tail{max: maxStderr}
	cmd.Stdout, cmd.Stderr = out, last
	err := cmd.Run()
	problem := func(s string, err error) error {
		return &Error{Emitter: e.Command, Problem: s, Stderr: strings.TrimSpace(string(last.b)), Err: err}
	}
	switch exit := (*exec.ExitError)(nil); {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case out.overflow:
		return nil, problem(fmt.Sprintf("wrote more than emitter-output allows, %d octets", l.Output), nil)
	case limited.Err() != nil:
		return nil, problem(fmt.Sprintf("had not ended after emitter-time, %v", l.Time), nil)
	case errors.As(err, &exit):
		return nil, problem("failed", err)
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, exec.ErrDot):
		return nil, problem("is not in PATH; a program of this folder is named ./"+e.Command, nil)
	case err != nil:
		return nil, problem("could not be run", err)
	}
	return out.b.Bytes(), nil
}

// bounded keeps what is written up to a size, and says so when there is more.
type bounded struct {
	b        bytes.Buffer
	max      int
	overflow bool
	full     func()
}

func (w *bounded) Write(p []byte) (int, error) {
	if w.b.Len()+len(p) > w.max {
		w.overflow = true
		w.full()
		return 0, errors.New("too much")
	}
	return w.b.Write(p)
}

// tail keeps the end of what is written.
type tail struct {
	b   []byte
	max int
}

func (w *tail) Write(p []byte) (int, error) {
	w.b = append(w.b, p...)
	if n := len(w.b) - w.max; n > 0 {
		w.b = append(w.b[:0], w.b[n:]...)
	}
	return len(p), nil
}
