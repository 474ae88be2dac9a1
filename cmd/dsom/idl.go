package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

type idlCmd struct {
	Check   idlCheckCmd   `cmd:"" help:"Check IDL files and say all that is wrong with them."`
	Lint    idlLintCmd    `cmd:"" help:"Say what is unwise in IDL files, by rules that can be configured."`
	Explain idlExplainCmd `cmd:"" help:"Explain the code of a message, with an example."`
	Build   idlBuildCmd   `cmd:"" help:"Generate stubs and skeletons from IDL files."`
	Fmt     idlFmtCmd     `cmd:"" help:"Lay out IDL files in the one way."`
	Diff    idlDiffCmd    `cmd:"" help:"Say what changed between two releases of IDL files, and what that breaks."`
	Doc     idlDocCmd     `cmd:"" help:"Make a site of HTML pages that documents IDL files."`
	Dump    idlDumpCmd    `cmd:"" help:"Print the checked model of IDL files, as JSON or as IDL again."`
	Graph   idlGraphCmd   `cmd:"" help:"Draw which files include, which interfaces inherit from, and which declarations use which."`
	Lsp     idlLspCmd     `cmd:"" help:"Serve editors: the language server of IDL."`

	Register idlRegisterCmd `cmd:"" help:"Register interfaces in the daemon's interface repository."`
}

func (idlCmd) Help() string {
	return "Example:\n\n    dsom idl check bank.idl\n    dsom idl build --out gen bank.idl"
}

// idlFlags are what every verb that compiles IDL takes.
type idlFlags struct {
	Include []string `short:"I" sep:"none" placeholder:"DIR" help:"Folder to look for included files in; may be repeated."`
	Define  []string `short:"D" sep:"none" placeholder:"NAME[=TEXT]" help:"Define a macro; may be repeated."`
	Dialect string   `enum:"auto,corba,som" default:"auto" help:"Language of the files: corba (OMG IDL, without what stands in #ifdef __SOMIDL__), som (IBM's SOM IDL) or auto (whichever it looks like)."`
	Private bool     `help:"Read the private parts of SOM IDL, which stand in #ifdef __PRIVATE__."`

	first []string // files that are included first, for what a verb makes
}

type idlCheckCmd struct {
	idlFlags
	SARIF bool     `name:"sarif" help:"Print what is wrong as SARIF 2.1.0, as code hosts read it."`
	File  []string `arg:"" help:"IDL files."`
}

func (idlCheckCmd) Help() string {
	return `Each message ends with a code: "dsom idl explain CODE" says more.

Example:

    dsom idl check -I idl bank.idl
    dsom idl check --sarif bank.idl > bank.sarif`
}

func (v idlCheckCmd) Run(ctx context.Context, c *console) error {
	r, err := v.read(ctx, v.File)
	if err != nil {
		return err
	}
	if v.SARIF {
		if err := c.sarif(r.Report, r.Source); err != nil {
			return err
		}
	} else if err := c.report(r.Report, r.Source, c.out); err != nil {
		return err
	}
	c.note("%s", summary(r.Spec, r.Report))
	if r.Report.HasErrors() {
		return errReported
	}
	return nil
}

// plural returns "1 error" or "2 errors".
func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// summary says in a line what came of a compilation.
func summary(spec *model.Spec, report *diag.Report) string {
	s := plural(report.Count(diag.Error), "error") + ", " + plural(report.Count(diag.Warning), "warning")
	if spec != nil {
		n := 0
		for d := range spec.All() {
			if i, ok := d.(*model.Interface); ok && i.IsMain() {
				n++
			}
		}
		s += ", " + plural(n, "interface")
	}
	return s
}

type idlBuildCmd struct {
	idlFlags
	Out             string            `short:"o" default:"." placeholder:"DIR" help:"Output folder: a package is a folder in it."`
	Lang            string            `enum:"go," default:"" help:"Language to generate: go, which is the default where nothing else is asked for."`
	C               cFlag             `name:"c" placeholder:"PART,…" help:"Generate C of SOM classes. Parts, by default h,ih: h (for users), ih (for the implementation), c (the implementation to fill in, or kept up to date), compat (IBM's names as well, a class being Dog *), corba (likewise, being Dog)."`
	Cxx             cxxFlag           `name:"cxx" placeholder:"PART,…" help:"Generate C++ of SOM classes. Parts, by default hpp,ih: hpp (for users), ih (for the implementation), cpp (the implementation to fill in, or kept up to date)."`
	Xh              xhFlag            `name:"xh" placeholder:"PART,…" help:"Generate C++ of SOM classes as IBM had it, and C with IBM's names, which it needs. Parts, by default xh: xh (dog.xh for users, dog.xih for the implementation), cpp (the implementation to fill in, or kept up to date)."`
	Library         string            `placeholder:"NAME" help:"With --c, --cxx or --xh: generate the entry of a class library of all classes too."`
	Emitter         []string          `sep:"none" placeholder:"PROGRAM[=OPTIONS]" help:"Generate with a program of your own, see docs/idl-emitters.md; may be repeated."`
	GoPackagePrefix string            `placeholder:"PATH" help:"Import path of the output folder. Default: told by the go.mod above it."`
	GoPackage       string            `placeholder:"PATH" help:"Import path of the package for what is declared outside of modules."`
	Module          map[string]string `short:"M" mapsep:"none" placeholder:"MODULE=PATH" help:"Import path of the package for a top-level module; may be repeated."`
	Names           string            `enum:"go,idl" default:"go" help:"How names become Go names: go (new_context becomes NewContext) or idl (only the first letter is raised)."`
	Included        bool              `help:"Generate the included files as well; not with --c and --cxx, for which they are named."`
	NoStandard      bool              `help:"Do not take CosNaming and other standard modules from dsom's own packages."`
	Go              bool              `name:"go" help:"Generate classes of the object model in Go, see docs/som-go.md, in place of what the ORB needs."`
	Native          bool              `help:"With --go: the classes are implemented in other languages, and found in libsom."`
	AMI             bool              `name:"ami" help:"Generate asynchronous calls too: reply handlers, and futures in place of pollers."`
	Typelib         bool              `help:"Make C sources with type information for class libraries to carry: dog_typelib.c of dog.idl. With --c and --cxx, classes know theirs, and with --go, which makes a package of it."`
	Somt            bool              `help:"Make files of type information: dog.somt of dog.idl."`
	Smalltalk       bool              `help:"Make what programs in Smalltalk know of the IDL: thermo.st of thermo.idl, see docs/som-smalltalk.md."`
	Check           bool              `help:"Write nothing; fail if a file would change."`
	File            []string          `arg:"" help:"IDL files."`
}

func (idlBuildCmd) Help() string {
	return `Example:

    dsom idl build --out gen bank.idl
    dsom idl build --out gen -I idl -M CosNaming=example.com/cosnaming idl/*.idl
    dsom idl build --out gen --ami bank.idl
    dsom idl build --out gen --go dog.idl
    dsom idl build --out gen --emitter ./my-emitter=wide bank.idl
    dsom idl build --out gen --c dog.idl
    dsom idl build --out src --c=h,ih,c --library zoo animal.idl dog.idl
    dsom idl build --out src --cxx=hpp,ih,cpp --library zoo animal.idl dog.idl
    dsom idl build --out src --xh=xh,cpp dog.idl
    dsom idl build --out gen --typelib dog.idl
    dsom idl build --out gen --smalltalk thermo.idl`
}

func (v idlBuildCmd) Run(ctx context.Context, c *console) error {
	if v.AMI {
		v.first = []string{messagingFile}
	}
	if (v.C.on || v.Cxx.on || v.Xh.on) && !v.Go { // of DSOM's classes what their headers have
		v.Define = append(v.Define, withoutAny)
	}
	r, err := v.read(ctx, v.File)
	if err != nil {
		return err
	}
	if err := c.reportNew(r.Report, r.Source); err != nil {
		return err
	}
	files, err := v.emit(ctx, c, r)
	if err != nil {
		return err
	}
	changed, err := writeFiles(v.Out, files, v.Check)
	if err != nil {
		return err
	}
	if changed == nil {
		changed = []string{}
	}
	if c.json {
		all := files.Paths()
		if all == nil {
			all = []string{}
		}
		if err := c.printJSON(map[string][]string{"files": all, "changed": changed}); err != nil {
			return err
		}
	} else {
		for _, name := range changed {
			c.printf("%s\n", path.Join(filepath.ToSlash(v.Out), name))
		}
		if len(changed) == 0 {
			c.note("All %d files are up to date.", files.Len())
		}
	}
	if v.Check && len(changed) > 0 {
		return fmt.Errorf("%d of %d files are not what dsom idl build would write", len(changed), files.Len())
	}
	return nil
}

// withoutAny is what the IDL of DSOM's classes leaves out what C and C++ have no form of by.
const withoutAny = "SOMD_WITHOUT_ANY"

// gcPercent is how much the heap may grow before it is collected while IDL is compiled: a
// compilation keeps nearly all that it allocates, and ends.
const gcPercent = 400

// memoryGoal is the memory, in octets, above which the heap is collected more often than that,
// unless GOMEMLIMIT says otherwise. What a compilation keeps may be more.
const memoryGoal = 512 << 20

// read compiles files. What is wrong with them is in the result's report.
func (f idlFlags) read(ctx context.Context, files []string) (*idl.Result, error) {
	debug.SetGCPercent(gcPercent)
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(memoryGoal)
	}
	names := make([]string, len(files))
	for i, name := range files {
		names[i] = filepath.ToSlash(name)
	}
	for _, d := range f.Define {
		if name, _, _ := strings.Cut(d, "="); name == "" {
			return nil, usage("-D: %q is not NAME or NAME=TEXT", d)
		}
	}
	o := idl.Options{Include: f.Include, Define: f.Define, Private: f.Private, Preinclude: f.first}
	if f.Dialect != "" {
		if err := o.Dialect.UnmarshalText([]byte(f.Dialect)); err != nil {
			return nil, usage("--dialect: %v", err)
		}
	}
	r, err := idl.Compile(ctx, o, names...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil && !r.Report.HasErrors() {
		return nil, err
	}
	return r, nil
}

// compile compiles files for a verb that goes on with what they say. What is wrong goes to standard error.
func (f idlFlags) compile(ctx context.Context, c *console, files []string) (*model.Spec, error) {
	r, err := f.read(ctx, files)
	if err != nil {
		return nil, err
	}
	if r.Report.HasErrors() { // warnings are for those who check their IDL
		if err := c.report(r.Report, r.Source, c.err); err != nil {
			return nil, err
		}
		return nil, errReported
	}
	return r.Spec, nil
}

// reportNew reports what there is to say, if anything, to standard error; errors in it are one.
func (c *console) reportNew(r *diag.Report, source func(string) ([]byte, bool)) error {
	if len(r.All()) > 0 {
		if err := c.report(r, source, c.err); err != nil {
			return err
		}
	}
	if r.HasErrors() {
		return errReported
	}
	return nil
}

// report writes diagnostics to w.
func (c *console) report(r *diag.Report, source func(string) ([]byte, bool), w io.Writer) error {
	all := r.All()
	if c.json {
		return diag.WriteJSON(w, all)
	}
	paint := c.paint
	if w == c.err {
		paint = c.paintErr
	}
	if err := diag.Render(w, all, diag.Style{Source: source, Colour: paint}); err != nil {
		return err
	}
	if n := r.Dropped(); n > 0 {
		c.note("%d more are not shown.", n)
	}
	return nil
}
