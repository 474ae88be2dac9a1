// Package idl prints a checked specification as IDL again: what is read back is the same model,
// but for places and for layout. The file of each emitter looks as this one's do, so it is also
// the smallest example of one.
//
// Names, types, comments, annotations and pragmas are those of the model; macros and
// conditions are gone, expressions stand as they were written. Included files are included
// again, not printed, unless the whole is asked for.
package idl

import (
	_ "embed"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/model"
)

// Options say what to print. The zero Options prints the main files, each for itself.
type Options struct {
	// Whole prints everything into one file, what is included too; standard files, which the
	// compiler carries, are still included. The file has the name of the first main file.
	Whole bool

	// Portable prints what Messaging.idl declares of asynchronous calls in its place, for compilers that do not have it; this one still includes it.
	Portable bool
}

//go:embed messaging.idl
var messaging string

// Emit prints a specification. A file's path is that of its source without what leads out of
// the folder: "../a/b.idl" is "a/b.idl".
func Emit(spec *model.Spec, o Options) (*emit.Files, error) {
	files := new(emit.Files)
	for _, f := range spec.Files {
		if !f.Main {
			continue
		}
		if err := files.Add(inside(f.Path), []byte(Print(spec, f, o))); err != nil {
			return nil, err
		}
		if o.Whole {
			break
		}
	}
	return files, nil
}

// inside makes a path of a source one in the output folder.
func inside(name string) string {
	name = path.Clean(filepath.ToSlash(name))
	if v := filepath.VolumeName(name); v != "" {
		name = name[len(v):]
	}
	name = strings.TrimLeft(name, "/")
	for strings.HasPrefix(name, "../") {
		name = name[3:]
	}
	return name
}

// Print returns the text of one main file.
func Print(spec *model.Spec, f *model.File, o Options) string {
	p := &printer{spec: spec, file: f, whole: o.Whole, portable: o.Portable, included: map[string]bool{}, brings: map[string]map[string]bool{}, told: map[*model.Node]bool{}}
	p.comments(f.Doc)
	if len(f.Doc) > 0 {
		p.line("")
	}
	p.quiet = p.silent()
	p.withSilent(-1)
	p.pragmas = f.Pragmas
	p.list(spec.Decls)
	p.flush(math.MaxInt)
	return p.b.String()
}

// printer prints one file.
type printer struct {
	spec  *model.Spec
	file  *model.File
	whole bool

	b        strings.Builder
	depth    int
	pragmas  []model.Pragma // of the file, still to be printed
	after    []note         // pragmas that name what is being printed, to stand behind it
	prefix   prefix
	path     []string // names of the scopes around
	portable bool
	included map[string]bool
	brings   map[string]map[string]bool // by included path: the files that come with it
	quiet    map[string]bool            // included paths that bring no declaration
	told     map[*model.Node]bool       // what is included whose pragmas were printed
}

// line prints a line with the indent of its scope; a directive stands at the margin.
func (p *printer) line(s string) {
	if s != "" && s[0] != '#' {
		for range p.depth {
			p.b.WriteString("  ")
		}
	}
	p.b.WriteString(s)
	p.b.WriteByte('\n')
}

// comments prints comments, each from a line of its own on.
func (p *printer) comments(cs model.Comments) {
	for _, c := range cs {
		p.line(strings.TrimRight(c.Text, "\r\n"))
	}
}

// mine reports whether a declaration belongs to what is printed.
func (p *printer) mine(d model.Decl) bool {
	f := d.About().File()
	return f == p.file || f == nil || p.whole && !f.Standard
}

// include prints an #include for each file that brings one of these declarations.
func (p *printer) include(ds model.Decls) {
	for _, d := range ds {
		from := d.About().File()
		if p.mine(d) || from == nil {
			continue
		}
		for i, name := range p.includes() {
			if p.broughtBy(name)[from.Path] {
				p.directive(name)
				p.withSilent(i)
			}
		}
	}
}

// includes returns the files that are included: of the whole, those which the compiler carries.
func (p *printer) includes() []string {
	if !p.whole {
		return p.file.Includes
	}
	var out []string
	for _, f := range p.spec.Files {
		if f.Standard && (!p.portable || f.Path == "Messaging.idl" || p.wanted(f.Path)) {
			out = append(out, f.Path)
		}
	}
	return out
}

// wanted reports whether a file of the user's includes this one: what a file that the compiler carries includes is not there for other compilers.
func (p *printer) wanted(name string) bool {
	return slices.ContainsFunc(p.spec.Files, func(f *model.File) bool { return !f.Standard && slices.Contains(f.Includes, name) })
}

// silent returns the included files that bring no declaration, as one that has been there by another name.
func (p *printer) silent() map[string]bool {
	sources := map[string]bool{}
	for d := range p.spec.All() {
		if f := d.About().File(); f != nil {
			sources[f.Path] = true
		}
	}
	quiet := map[string]bool{}
	for _, name := range p.includes() {
		brings := false
		for f := range p.broughtBy(name) {
			brings = brings || sources[f]
		}
		quiet[name] = !brings
	}
	return quiet
}

// withSilent includes the files that bring nothing and stand behind the i-th that is included.
func (p *printer) withSilent(i int) {
	for _, name := range p.includes()[i+1:] {
		if !p.quiet[name] {
			return
		}
		p.directive(name)
	}
}

func (p *printer) directive(name string) {
	if p.included[name] {
		return
	}
	p.included[name] = true
	if f := p.spec.File(name); f != nil && f.Standard && p.portable && name == "Messaging.idl" {
		p.line("#ifdef __DSOM_IDL__")
		p.line("#include <" + name + ">")
		p.line("#else")
		p.line(strings.TrimSuffix(messaging, "\n"))
		p.line("#endif")
	} else if f != nil && f.Standard {
		p.line("#include <" + name + ">")
	} else {
		p.line(`#include "` + relative(p.file.Path, name) + `"`)
	}
	p.foreign(name)
}

// relative returns how a file names another one that it includes.
func relative(from, to string) string {
	if path.IsAbs(from) != path.IsAbs(to) {
		return to
	}
	r, err := filepath.Rel(filepath.FromSlash(path.Dir(from)), filepath.FromSlash(to))
	if r = filepath.ToSlash(r); err != nil || path.IsAbs(to) && strings.HasPrefix(r, "../") {
		return to // far away, as what an include path finds
	}
	return r
}

// broughtBy returns the files that come with an included file, itself too.
func (p *printer) broughtBy(name string) map[string]bool {
	if all, ok := p.brings[name]; ok {
		return all
	}
	all := map[string]bool{}
	work := []string{name}
	for len(work) > 0 {
		n := work[len(work)-1]
		work = work[:len(work)-1]
		if f := p.spec.File(n); !all[n] && f != nil {
			all[n] = true
			work = append(work, f.Includes...)
		}
	}
	p.brings[name] = all
	return all
}

// list prints the declarations of a scope.
func (p *printer) list(ds model.Decls) {
	for i, d := range ds {
		if !p.mine(d) {
			continue
		}
		p.include(ds[:i])
		if f := d.About().File(); len(p.path) == 0 && (f == p.file || f == nil) {
			p.flush(d.About().Span.Start.Offset)
		}
		p.ids(d, ds[i+1:])
		p.decl(d)
		p.behind()
	}
	if len(p.path) > 0 || !slices.ContainsFunc(ds, p.mine) {
		p.include(ds) // what is included last in a scope
	} else if n := len(ds); n > 0 && !p.whole {
		p.trailing(ds)
	}
}

// flush prints the pragmas of the file that stand before an offset in it.
func (p *printer) flush(offset int) {
	for len(p.pragmas) > 0 && p.pragmas[0].Span.Start.Offset <= offset {
		p.line("#pragma " + p.pragmas[0].Text)
		p.pragmas = p.pragmas[1:]
	}
}

// trailing includes what stands behind the last declaration of the file, before another main file's.
func (p *printer) trailing(ds model.Decls) {
	last := 0
	for i, d := range ds {
		if p.mine(d) {
			last = i + 1
		}
	}
	for i, d := range ds[last:] {
		if f := d.About().File(); f != nil && f.Main {
			p.include(ds[last : last+i])
			return
		}
	}
	p.include(ds[last:])
}

// behind prints the pragmas that name what was printed.
func (p *printer) behind() {
	for _, n := range p.after {
		p.line("#pragma " + n.name + " " + n.target + n.rest)
	}
	p.after = nil
}

// note is a pragma that names what was printed, and can only follow it.
type note struct {
	name, target, rest string // rest begins with what separates it from the target
}
