package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	emitidl "github.com/opendsom/dsom/emit/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

type classCmd struct {
	List  classListCmd  `cmd:"" help:"List the classes that libraries describe."`
	Show  classShowCmd  `cmd:"" help:"Print the classes of a library, or what the interface repository has, as IDL again or as JSON."`
	Place classPlaceCmd `cmd:"" help:"Have objects of a class made by a server elsewhere, for programs that know nothing of it."`

	Bundle classBundleCmd `cmd:"" help:"Make one class library of several classes in Go."`

	Ls       classLsCmd       `cmd:"" help:"List what the interface repository has."`
	Find     classFindCmd     `cmd:"" help:"Look for a text in the interface repository."`
	Register classRegisterCmd `cmd:"" help:"Register the classes of libraries in the interface repository."`
}

func (classCmd) Help() string {
	return `Class libraries that were built with dsom idl build --typelib carry the description of their classes. They are
read and not loaded, so that they may be for another machine or system: ELF, PE and Mach-O files, and .somt files.

Example:

    dsom class list libdog.so
    dsom class show libdog.so Zoo::Dog`
}

type classListCmd struct {
	File []string `arg:"" help:"Libraries, programs, object files or .somt files."`
}

func (classListCmd) Help() string {
	return `Libraries without type information are passed over if others have some.

Example:

    dsom class list libdog.so
    dsom class list --json lib/*.so`
}

// classInfo is a line of dsom class list.
type classInfo struct {
	Class     string   `json:"class"`
	Version   string   `json:"version"`
	Parents   []string `json:"parents"`
	Metaclass string   `json:"metaclass,omitempty"`
	Abstract  bool     `json:"abstract,omitempty"`
	// Methods are those that the class introduces, in its release order.
	Methods   []string `json:"methods"`
	Overrides []string `json:"overrides,omitempty"`
	File      string   `json:"file"`
	Format    string   `json:"format"`
}

func (v classListCmd) Run(c *console) error {
	all := []classInfo{}
	var none error
	for _, name := range v.File {
		spec, format, err := readTypelib(name)
		if errors.Is(err, typelib.ErrNone) { // one of many libraries may be one of another kind
			none = err
			continue
		}
		if err != nil {
			return err
		}
		for d := range spec.All() {
			if i, ok := d.(*model.Interface); ok && i.IsClass() && i.IsMain() {
				all = append(all, about(i, name, format))
			}
		}
	}
	if none != nil && len(all) == 0 {
		return none
	}
	if c.json {
		return c.printJSON(all)
	}
	var rows [][]string
	for _, i := range all {
		rows = append(rows, []string{i.Class, i.Version, strings.Join(i.Parents, ", "), i.Metaclass, fmt.Sprint(len(i.Methods)), i.File})
	}
	c.table([]string{"CLASS", "VERSION", "PARENTS", "METACLASS", "METHODS", "FILE"}, rows)
	return nil
}

// about says what there is to say of a class in a line.
func about(i *model.Interface, file, format string) classInfo {
	major, minor := i.ClassVersion()
	info := classInfo{Class: i.ScopedName(), Version: fmt.Sprintf("%d.%d", major, minor), Parents: []string{}, Methods: []string{}, File: file, Format: format}
	for _, p := range i.Parents() {
		info.Parents = append(info.Parents, p.ScopedName())
	}
	if m := i.Metaclass(); m != nil {
		info.Metaclass = m.ScopedName()
	}
	_, info.Abstract = i.ClassModifier("abstract")
	for _, r := range i.ReleaseOrder() {
		if r.Method != nil {
			info.Methods = append(info.Methods, r.Name)
		}
	}
	for _, o := range i.Overridden() {
		info.Overrides = append(info.Overrides, o.Name)
	}
	return info
}

// readTypelib reads the type information in a file, as one specification.
func readTypelib(name string) (spec *model.Spec, format string, err error) {
	f, err := typelib.Open(name)
	if err != nil {
		return nil, "", err
	}
	spec, err = typelib.Merge(f.Specs...)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	return spec, f.Format, nil
}

type classShowCmd struct {
	stateFlag
	File  string `arg:"" help:"A library, program, object file or .somt file; or the scoped name or id of what the interface repository has."`
	Class string `arg:"" optional:"" help:"The class of a file, by its scoped name. Default: all of the file."`
}

func (classShowCmd) Help() string {
	return `What is printed is the IDL that the library was made from, laid out anew, without macros and passthru text. Classes of
other libraries are included, not printed. The JSON is that of dsom idl dump: docs/idl-model.md.

Example:

    dsom class show libdog.so
    dsom class show libdog.so Zoo::Dog
    dsom class show Bank::Account
    dsom class show --json dog.dll`
}

func (v classShowCmd) Run(ctx context.Context, c *console) error {
	spec, err := v.shown(ctx)
	if err != nil {
		return err
	}
	if c.json {
		e := json.NewEncoder(c.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		return e.Encode(spec)
	}
	files, err := emitidl.Emit(spec, emitidl.Options{})
	if err != nil {
		return err
	}
	for name, text := range files.All() {
		if files.Len() > 1 {
			c.printf("// %s\n", safe(name))
		}
		for line := range strings.Lines(string(text)) {
			c.printf("%s\n", safeLine(line))
		}
	}
	return nil
}

// safeLine is safe for a line of a text with tabs in it.
func safeLine(line string) string {
	parts := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
	for i, p := range parts {
		parts[i] = safe(p)
	}
	return strings.Join(parts, "\t")
}
