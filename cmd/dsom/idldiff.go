package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opendsom/dsom/idl/diff"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

type idlDiffCmd struct {
	idlFlags
	OldInclude []string `sep:"none" placeholder:"DIR" help:"As -I, for the old release alone."`
	NewInclude []string `sep:"none" placeholder:"DIR" help:"As -I, for the new release alone."`
	Wire       bool     `help:"Fail on what breaks calls between programs of the two releases."`
	Source     bool     `help:"Fail on what breaks programs that are compiled anew."`
	Binary     bool     `help:"Fail on what breaks programs that are not compiled anew; every interface counts as a class."`
	Brief      bool     `help:"A line a change."`
	Old        string   `arg:"" help:"The old release: an IDL file, a folder of them, a class library, or several with commas between."`
	New        string   `arg:"" help:"The new release, likewise."`
}

func (idlDiffCmd) Help() string {
	return `Each change is told with what it does to calls between the releases (wire), to programs that are compiled
anew (source) and to those that are not (binary: of SOM classes, with the number of the rule). The exit status is 1
if something breaks of what --wire, --source and --binary ask for; without any of them, of all three. Class libraries
with type information (dsom idl build --typelib) can be compared as well; they are read, not loaded.

Example:

    dsom idl diff v1/bank.idl v2/bank.idl
    dsom idl diff --wire --brief -I idl v1 v2
    dsom idl diff --binary v1/libdog.so v2/libdog.so`
}

func (v idlDiffCmd) Run(ctx context.Context, c *console) error {
	old, err := v.side(ctx, c, v.Old, v.OldInclude)
	if err != nil {
		return err
	}
	new, err := v.side(ctx, c, v.New, v.NewInclude)
	if err != nil {
		return err
	}
	r := diff.Compare(old, new, diff.Options{Binary: v.Binary})
	kinds := diff.Kinds{Wire: v.Wire, Source: v.Source, Binary: v.Binary}
	breaks := kinds.Worst(r.Worst()) == diff.Break
	if c.json {
		changes := r.Changes
		if changes == nil {
			changes = []diff.Change{}
		}
		if err := c.printJSON(map[string]any{"changes": changes, "worst": r.Worst(), "breaks": breaks}); err != nil {
			return err
		}
	} else {
		if err := diff.Render(c.out, r, kinds, diff.Style{Colour: c.paint, Brief: v.Brief}); err != nil {
			return err
		}
		c.note("%s", diffSummary(r, kinds))
	}
	if breaks {
		return errReported
	}
	return nil
}

// diffSummary says in a line what came of a comparison.
func diffSummary(r *diff.Result, kinds diff.Kinds) string {
	if len(r.Changes) == 0 {
		return "No changes."
	}
	n := map[diff.Verdict]int{}
	for _, ch := range r.Changes {
		n[kinds.Worst(ch.Impact)]++
	}
	return fmt.Sprintf("%s: %d break, %d with caution, %d compatible.", plural(len(r.Changes), "change"), n[diff.Break], n[diff.Caution], n[diff.OK]+n[diff.None])
}

// side compiles one release, or reads it from class libraries. What is named may be included by its own folder's files.
func (v idlDiffCmd) side(ctx context.Context, c *console, what string, include []string) (*model.Spec, error) {
	if spec, err := described(strings.Split(what, ",")); spec != nil || err != nil {
		return spec, err
	}
	files, folders, err := idlFiles(strings.Split(what, ","))
	if err != nil {
		return nil, err
	}
	flags := v.idlFlags
	flags.Include = slices.Concat(include, folders, flags.Include)
	return flags.compile(ctx, c, files)
}

// described returns what class libraries say of their classes; nothing if the names are not those of libraries.
func described(names []string) (*model.Spec, error) {
	var specs []*model.Spec
	for _, name := range names {
		if i, err := os.Stat(name); err != nil || !i.Mode().IsRegular() || strings.EqualFold(filepath.Ext(name), ".idl") {
			return nil, nil
		}
		f, err := typelib.Open(name)
		if errors.Is(err, typelib.ErrFormat) {
			return nil, nil // IDL, by another name
		}
		if err != nil {
			return nil, err
		}
		specs = append(specs, f.Specs...)
	}
	return typelib.Merge(specs...)
}

// idlFiles returns the IDL files that names stand for: a folder for those in and below it,
// sorted. It returns the folders, too.
func idlFiles(names []string) (files, folders []string, err error) {
	for _, name := range names {
		i, err := os.Stat(name)
		if err != nil || !i.IsDir() {
			files = append(files, name) // if it is not there, the compiler says so
			continue
		}
		folders = append(folders, name)
		found := 0
		err = filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && strings.EqualFold(filepath.Ext(path), ".idl") {
				files = append(files, path)
				found++
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		if found == 0 {
			return nil, nil, usage("no .idl file in folder %s", name)
		}
	}
	return files, folders, nil
}
