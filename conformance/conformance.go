// Package conformance holds what both kernels of the object model must satisfy: cases, as
// files beside this one and as functions that make them, and the comparison of what a kernel
// answers with what a case says. docs/som.md is the text that the cases are taken from.
//
// It is for tests. A kernel is tested by implementing [Kernel] and calling [Run] for [Cases],
// [Limits] and [Random].
package conformance

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed *.json
var files embed.FS

// A Case is a set of classes and steps that are taken one after the other in a process (or a
// world) of its own.
type Case struct {
	Name    string  `json:"name"`
	About   string  `json:"about,omitempty"`
	Classes []Class `json:"classes,omitempty"`
	Steps   []Step  `json:"steps"`
}

// A Class is what a step "define" defines.
type Class struct {
	Name            string            `json:"name"`
	Parents         []string          `json:"parents,omitzero"` // nil: SOMObject; empty: none, which is an error
	Metaclass       string            `json:"metaclass,omitempty"`
	AbstractParents []string          `json:"abstractParents,omitempty"`
	Version         [2]int            `json:"version,omitzero"`
	Abstract        bool              `json:"abstract,omitempty"`
	Introduces      []Method          `json:"introduces,omitempty"`
	Overrides       []string          `json:"overrides,omitempty"`
	Types           map[string]string `json:"types,omitempty"` // of overrides, what their signatures say behind the slash
	Select          map[string]string `json:"select,omitempty"`
	Data            [2]int            `json:"data,omitzero"` // size and alignment
	InitClasses     []string          `json:"initClasses,omitzero"`
	Init            bool              `json:"init,omitempty"`   // notes A, +A when copied, =A when assigned
	Fini            bool              `json:"fini,omitempty"`   // notes ~A
	Raises          bool              `json:"raises,omitempty"` // the initializer notes A and raises
	Older           bool              `json:"older,omitempty"`  // somInit calls all parents' and notes A., somUninit notes ~A. and does so
}

// A Method is one that a class introduces.
type Method struct {
	Name     string `json:"name"`
	Kind     string `json:"kind,omitempty"`     // static if empty; nonstatic, procedure
	Migrated string `json:"migrated,omitempty"` // the ancestor that introduces it now
	Types    string `json:"types,omitempty"`    // what its signature says behind the slash

	Signature string `json:"signature,omitempty"` // instead, the whole of it
}

// A Step is one thing to do, and what comes of it: Is, or an error of the code Error.
// Which fields go with which Do stands in docs/som.md.
type Step struct {
	Do      string `json:"do"`
	Class   string `json:"class,omitempty"`
	Of      string `json:"of,omitempty"`
	Method  string `json:"method,omitempty"`
	Parent  int    `json:"parent,omitempty"`
	Object  string `json:"object,omitempty"`
	From    string `json:"from,omitempty"`
	By      string `json:"by,omitempty"`
	Version [2]int `json:"version,omitzero"`
	Types   string `json:"types,omitempty"`

	Signature string          `json:"signature,omitempty"` // instead of Types
	Is        json.RawMessage `json:"is,omitempty"`
	Error     string          `json:"error,omitempty"`
	Says      []string        `json:"says,omitempty"` // words that stand in the error's text
}

// Signed is the signature of a method whose types are told: those of all methods here have the letters s:.
func Signed(types string) string {
	if types == "" {
		return "s:"
	}
	return "s:/" + types
}

// Signed is the method's signature.
func (m Method) Signed() string { return cmp.Or(m.Signature, Signed(m.Types)) }

// Signed is the signature by which a client calls the method.
func (s Step) Signed() string { return cmp.Or(s.Signature, Signed(s.Types)) }

// String is the step as it stands in a file, for messages.
func (s Step) String() string {
	b, err := json.Marshal(s)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Class returns the class of the case that has the name.
func (c *Case) Class(name string) *Class {
	for i := range c.Classes {
		if c.Classes[i].Name == name {
			return &c.Classes[i]
		}
	}
	return nil
}

// String is the case as it would stand in a file, a class and a step a line.
func (c Case) String() string {
	var b strings.Builder
	line := func(indent string, v any) {
		j, err := json.Marshal(v)
		if err != nil {
			panic(err) // strings, numbers and booleans
		}
		fmt.Fprintf(&b, "%s%s", indent, j)
	}
	b.WriteString("{\"name\": ")
	line("", c.Name)
	b.WriteString(",\n \"classes\": [")
	for i, cl := range c.Classes {
		if i > 0 {
			b.WriteString(",")
		}
		line("\n  ", cl)
	}
	b.WriteString("],\n \"steps\": [")
	for i, s := range c.Steps {
		if i > 0 {
			b.WriteString(",")
		}
		line("\n  ", s)
	}
	b.WriteString("]}")
	return b.String()
}

// Cases reads all cases of the files, in the order of their names.
func Cases() ([]Case, error) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, err
	}
	var all []Case
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		cases, err := Parse(string(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, cases...)
	}
	return all, nil
}

// Parse reads the text of one file. What is not in the format is an error, so that a
// misspelt field does not make a case that tests nothing.
func Parse(text string) ([]Case, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	var cases []Case
	if err := d.Decode(&cases); err != nil {
		return nil, fmt.Errorf("at octet %d: %w", d.InputOffset(), err)
	}
	for i := range cases {
		if err := cases[i].check(); err != nil {
			return nil, fmt.Errorf("case %q: %w", cases[i].Name, err)
		}
	}
	return cases, nil
}

// steps says which verbs there are, and whether they answer something.
var steps = map[string]bool{
	"define": false, "order": true, "metaclass": true, "resolve": true, "owner": true, "lookup": true, "next": true, "parentcall": true,
	"layout": true, "size": true, "methods": true, "procedures": true, "dynamics": true, "inits": true, "count": true, "new": true, "free": true,
	"retain": true, "release": true, "weak": true, "copy": true, "assign": true, "isa": true, "descends": true, "add": false,
	"replace": false, "front": false, "cast": false, "uncast": false, "call": true, "substitute": false, "find": true, "classof": true,
	"unload": false, "version": false, "bind": false, "called": false, "supports": true, "responds": true, "join": true,
}

// codes are the codes of errors in docs/som.md that a step can answer with.
var codes = strings.Fields(`name parents cycle order metaclass version method init type size methods depth classes
ambiguous unknown abstract busy freed raised`)

// check reports what is wrong with a case as a text: verbs, codes and classes that there are not.
func (c *Case) check() error {
	if c.Name == "" {
		return fmt.Errorf("it has no name")
	}
	for _, s := range c.Steps {
		answers, ok := steps[s.Do]
		if !ok {
			return fmt.Errorf("step %s: there is no %q", s, s.Do)
		}
		if len(s.Is) > 0 && !answers {
			return fmt.Errorf("step %s: %q answers nothing", s, s.Do)
		}
		if s.Error != "" && !contains(codes, s.Error) {
			return fmt.Errorf("step %s: there is no code %q", s, s.Error)
		}
		if len(s.Says) > 0 && s.Error == "" {
			return fmt.Errorf("step %s: only an error says something", s)
		}
		if s.Do == "define" && c.Class(s.Class) == nil {
			return fmt.Errorf("step %s: the case has no such class", s)
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
