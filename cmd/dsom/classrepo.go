package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/typelib"
)

// repository returns all that the daemon's interface repository has.
func (f stateFlag) repository(ctx context.Context) (*model.Spec, error) {
	d, err := f.daemon()
	if err != nil {
		return nil, err
	}
	packed, err := d.Specification(ctx)
	if err != nil {
		return nil, noDaemon(err)
	}
	return ifr.UnpackAll(packed)
}

type classLsCmd struct {
	stateFlag
	All     bool   `help:"List also what the compiler itself carries: CORBA, CosNaming and so on."`
	Pattern string `arg:"" optional:"" help:"Scoped names to list, with * for any part of a name and ** for any number of them, such as Bank::*. Default: all."`
}

func (classLsCmd) Help() string {
	return `Lists interfaces, classes and values in the daemon's interface repository: dsom idl register and dsom class register fill it.

Example:

    dsom class ls
    dsom class ls 'Bank::*'
    dsom class ls --all --json`
}

// shownClass is a line of dsom class ls; its JSON is stable.
type shownClass struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"` // interface, abstract interface, local interface, class or valuetype
	ID      string   `json:"id"`
	Parents []string `json:"parents"`
	File    string   `json:"file,omitempty"`
	Summary string   `json:"summary,omitempty"` // the first line of its comment
}

func (v classLsCmd) Run(ctx context.Context, c *console) error {
	if _, err := path.Match(strings.ReplaceAll(v.Pattern, "::", "/"), ""); err != nil {
		return usage("%q is no pattern: %v", v.Pattern, err)
	}
	spec, err := v.repository(ctx)
	if err != nil {
		return err
	}
	list := []shownClass{}
	for d := range spec.All() {
		if s, ok := shownAs(d); ok && (v.All || s.File == "" || !spec.File(s.File).Standard) && matches(v.Pattern, s.Name) {
			list = append(list, s)
		}
	}
	return c.printClasses(list)
}

func (c *console) printClasses(list []shownClass) error {
	if c.json {
		return c.printJSON(list)
	}
	if len(list) == 0 {
		c.note("Nothing of that kind is registered.")
		return nil
	}
	var rows [][]string
	for _, s := range list {
		rows = append(rows, []string{s.Name, s.Kind, strings.Join(s.Parents, ", "), s.Summary})
	}
	c.table([]string{"NAME", "KIND", "PARENTS", ""}, rows)
	return nil
}

// shownAs returns what there is to say of an interface or a value in a line; false for anything else.
func shownAs(d model.Decl) (s shownClass, ok bool) {
	i := d.About()
	s = shownClass{Name: i.ScopedName(), ID: i.ID, Parents: []string{}, Summary: summaryOf(i)}
	if f := i.File(); f != nil {
		s.File = f.Path
	}
	switch d := d.(type) {
	case *model.Interface:
		s.Kind = "interface"
		switch {
		case d.IsClass():
			s.Kind = "class"
		case d.Abstract:
			s.Kind = "abstract interface"
		case d.Local:
			s.Kind = "local interface"
		}
		for _, p := range d.Parents() {
			s.Parents = append(s.Parents, p.ScopedName())
		}
	case *model.ValueType:
		s.Kind = d.Kind()
		for _, p := range d.Parents() {
			s.Parents = append(s.Parents, p.ScopedName())
		}
	default:
		return s, false
	}
	return s, true
}

// summaryOf returns the first line of a declaration's comment.
func summaryOf(i *model.Info) string {
	line, _, _ := strings.Cut(strings.TrimSpace(i.Doc.Text()), "\n")
	return line
}

// matches reports whether a scoped name fits a pattern; "" fits all.
func matches(pattern, name string) bool {
	if pattern == "" {
		return true
	}
	var match func(ps, ns []string) bool
	match = func(ps, ns []string) bool {
		switch {
		case len(ps) == 0:
			return len(ns) == 0
		case ps[0] == "**":
			return match(ps[1:], ns) || len(ns) > 0 && match(ps, ns[1:])
		case len(ns) == 0:
			return false
		}
		ok, err := path.Match(ps[0], ns[0])
		return ok && err == nil && match(ps[1:], ns[1:])
	}
	return match(strings.Split(strings.TrimPrefix(pattern, "::"), "::"), strings.Split(name, "::"))
}

type classFindCmd struct {
	stateFlag
	All  bool   `help:"Look also in what the compiler itself carries."`
	Text string `arg:"" help:"What the names, operations, ids or comments are to contain, whatever the case."`
}

func (classFindCmd) Help() string {
	return `Looks in the daemon's interface repository, and says where the text was found.

Example:

    dsom class find balance
    dsom class find IDL:omg.org/CosNaming --all`
}

// foundClass is a line of dsom class find; its JSON is stable.
type foundClass struct {
	Name    string `json:"name"` // scoped
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Summary string `json:"summary,omitempty"`
}

func (v classFindCmd) Run(ctx context.Context, c *console) error {
	spec, err := v.repository(ctx)
	if err != nil {
		return err
	}
	text := strings.ToLower(v.Text)
	list := []foundClass{}
	seen := map[string]bool{}
	for d := range spec.All() {
		i := d.About()
		if _, forward := d.(*model.Forward); forward || seen[i.ScopedName()] || !v.All && i.File() != nil && i.File().Standard {
			continue
		}
		for _, in := range []string{i.Name, i.ID, i.Doc.Text(), i.Trailing.Text()} {
			if strings.Contains(strings.ToLower(in), text) {
				seen[i.ScopedName()] = true
				list = append(list, foundClass{i.ScopedName(), d.Kind(), i.ID, summaryOf(i)})
				break
			}
		}
	}
	if c.json {
		if err := c.printJSON(list); err != nil {
			return err
		}
	} else {
		var rows [][]string
		for _, f := range list {
			rows = append(rows, []string{f.Name, f.Kind, f.Summary})
		}
		if len(rows) > 0 {
			c.table([]string{"NAME", "KIND", ""}, rows)
		}
	}
	if len(list) == 0 {
		c.note("Nothing has %q in its name, id or comment.", v.Text)
		return errReported
	}
	return nil
}

type classRegisterCmd struct {
	stateFlag
	File []string `arg:"" help:"Class libraries, object files or .somt files. Each is registered under its own name, without folders."`
}

func (classRegisterCmd) Help() string {
	return `Registers the classes that libraries describe (dsom idl build --typelib) in the daemon's interface repository. The libraries are
read and not loaded.

Example:

    dsom class register libdog.so
    dsom class ls`
}

func (v classRegisterCmd) Run(ctx context.Context, c *console) error {
	for _, name := range v.File {
		spec, _, err := readTypelib(name)
		if err != nil {
			return err
		}
		if err := registerSpec(ctx, c, v.stateFlag, filepath.Base(name), spec); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// shown returns the specification to print for dsom class show: of a file, or of the interface
// repository where the word is no file.
func (v classShowCmd) shown(ctx context.Context) (*model.Spec, error) {
	if _, err := os.Stat(v.File); !errors.Is(err, os.ErrNotExist) || v.Class != "" || !isScoped(v.File) {
		spec, _, err := readTypelib(v.File)
		if err != nil || v.Class == "" {
			return spec, err
		}
		if spec, err = typelib.Only(spec, v.Class); err != nil {
			return nil, fmt.Errorf("%s: %w", v.File, err)
		}
		return spec, nil
	}
	spec, err := v.repository(ctx)
	if err != nil {
		return nil, fmt.Errorf("there is no file %s, and it is no name in an interface repository: %w", v.File, err)
	}
	shown, err := only(spec, v.File)
	if err != nil {
		err = v.disputed(ctx, err)
	}
	return shown, err
}

// disputed adds to the error of a name that is not there what the repository keeps to itself, since different things are said of it.
func (f stateFlag) disputed(ctx context.Context, missing error) error {
	d, err := f.daemon()
	if err != nil {
		return missing
	}
	list, err := d.Specifications(ctx)
	if err != nil {
		return missing
	}
	for _, s := range list {
		if s.Disputed != "" {
			missing = fmt.Errorf("%w\nof what %s declares nothing is shown, as different things are said of it: %s", missing, safe(s.Name), safe(s.Disputed))
		}
	}
	return missing
}

// isScoped reports whether a word may be a scoped name or a repository id, and no file that is not there.
func isScoped(word string) bool {
	return strings.HasPrefix(word, "IDL:") || !strings.ContainsAny(word, "/\\.")
}

// only leaves of a specification, which is not to be used any more, one declaration with what is in it.
func only(spec *model.Spec, name string) (*model.Spec, error) {
	d := spec.Lookup(name)
	if d == nil {
		for x := range spec.All() {
			if x.About().ID == name {
				d = x
			}
		}
	}
	if d == nil {
		var names []string
		for x := range spec.All() {
			names = append(names, x.About().ScopedName())
		}
		hint := ""
		if s := diag.Closest(name, names); s != "" {
			hint = ": did you mean " + s + "?"
		}
		return nil, fmt.Errorf("there is neither a file nor, in the interface repository, a declaration %s%s", name, hint)
	}
	switch d.(type) {
	case *model.Operation, *model.Attribute, *model.StateMember, *model.Factory: // shown with what they belong to
		d = d.About().Scope()
	}
	return alone(spec, d)
}

// alone makes a file of its own for a declaration, as the one main file of the specification.
func alone(spec *model.Spec, d model.Decl) (*model.Spec, error) {
	file := &model.File{Path: model.CScoped(d) + ".idl", Main: true}
	if f := d.About().File(); f != nil {
		file.Includes = []string{f.Path}
	}
	for _, f := range spec.Files {
		f.Main = false
	}
	spec.Files = append(spec.Files, file)
	for x := range model.AllIn(d) {
		i := x.About()
		i.Span.Start.File, i.Span.End.File = file.Path, file.Path
	}
	var now, inner = d, d
	at := d
	for s := d.About().Scope(); s != nil; s = s.About().Scope() {
		m, ok := s.(*model.Module)
		if !ok { // a type within an interface is shown with it
			return alone(spec, s)
		}
		m.Decls = without(m.Decls, at)
		wrap := &model.Module{Decls: model.Decls{now}, Part: m.Part + 1}
		wrap.Name, wrap.ID, wrap.Span = m.Name, m.ID, inner.About().Span
		now, at = wrap, nil
	}
	if at != nil {
		spec.Decls = without(spec.Decls, at)
	}
	spec.Decls = append(spec.Decls, now)
	if err := spec.Link(); err != nil {
		return nil, err
	}
	return spec, nil
}

func without(list model.Decls, d model.Decl) model.Decls {
	if d == nil {
		return list
	}
	var out model.Decls
	for _, x := range list {
		if x != d {
			out = append(out, x)
		}
	}
	return out
}
