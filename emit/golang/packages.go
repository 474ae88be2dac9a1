package golang

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

// A goPackage is a package that generated code is in, or imports.
type goPackage struct {
	path     string // import path
	name     string // of the package clause
	dir      string // under the output folder
	units    []*unit
	class    *model.Interface      // the SOM class that it is the package of, or nil
	used     map[string]model.Decl // Go names that are taken, by whom; nil for who is not in the specification
	old      *manifest             // of earlier runs, or nil
	fresh    map[string]*fileEntry // of this run, by Go file
	importAs map[string]string     // names under which its files import other packages, by path
}

// A unit is what is mapped to a package as a whole: a top-level module, or the declarations
// outside of modules.
type unit struct {
	key      string           // see unitKey
	module   string           // its name, or "" outside of modules
	class    *model.Interface // the SOM class that has a package to itself
	path     string           // import path
	fixed    bool             // somebody said so
	unknown  bool             // nobody said so, and there is no other way to know it
	main     bool             // it is generated, at least in part
	at       diag.Span
	standard bool // it is one of this module's own packages
	guest    bool // it shares another unit's package
	pkg      *goPackage
}

// unitKey returns the key of the unit in which d is. What stands outside of modules in a
// file that names a package is a unit of its own.
func (g *generator) unitKey(d model.Decl) string {
	if c := g.classAround(d); c != nil {
		return "\x00class " + c.ScopedName()
	}
	if m := model.TopModule(d); m != nil {
		return m.Name
	}
	top := d
	for top.About().Scope() != nil {
		top = top.About().Scope()
	}
	if f := top.About().File(); f != nil {
		if _, ok := f.Pragma(pragmaPackage); ok {
			return "\x00" + f.Path
		}
	}
	return ""
}

const (
	pragmaPackage = "go_package"
	pragmaName    = "go_name"
	pragmaValue   = "go_value"
)

var importPath = regexp.MustCompile(`^[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*$`)

// assignPackages maps all units to packages.
func (g *generator) assignPackages() {
	g.units = map[string]*unit{}
	var order []*unit
	for d := range g.spec.All() {
		key := g.unitKey(d)
		u := g.units[key]
		if u == nil {
			u = &unit{key: key, at: d.About().NameSpan, class: g.classAround(d)}
			if m := model.TopModule(d); m != nil && u.class == nil {
				u.module = m.Name
			}
			g.units[key] = u
			order = append(order, u)
		}
		if _, isModule := d.(*model.Module); !isModule && g.isMain(d) && !u.main && (!g.opt.Classes || g.inClasses(d)) {
			u.main, u.at = true, d.About().NameSpan
		}
		g.checkPackagePragma(d)
	}
	for _, u := range order {
		g.choosePath(u)
	}
	if g.opt.Classes {
		g.apart(order)
		g.leads = g.reachability(order, true)
	} else {
		g.mergeCircles(order)
	}
	for _, u := range order {
		g.enterPackage(u)
	}
}

// apart says which classes would have one package with another, or with a module.
func (g *generator) apart(order []*unit) {
	has := map[string]*unit{}
	for _, u := range order {
		other := has[u.path]
		if other == nil {
			has[u.path] = u
		} else if (u.class != nil || other.class != nil) && u.path != "invalid" {
			g.problem(CodeOnePackage, u.at, "write #pragma go_package \"import/path\" into one of the classes, or rename it", "%s and %s would both be package %s", other.describe(), u.describe(), u.path)
		}
	}
}

// checkPackagePragma says where the pragma has no effect.
func (g *generator) checkPackagePragma(d model.Decl) {
	for _, p := range d.About().Pragmas {
		if _, ok := d.(*model.Module); p.Name == pragmaPackage && (!ok || d.About().Scope() != nil) {
			g.problem(CodePragmaIgnored, p.Span, "put it into the top-level module, or outside of all", "#pragma go_package has no effect here")
		}
	}
}

// choosePath finds the import path of a unit.
func (g *generator) choosePath(u *unit) {
	if u.class != nil {
		g.chooseClassPath(u)
		return
	}
	said, at, ok := g.saidPath(u)
	if !ok {
		u.path = strings.TrimSuffix(g.opt.PackagePrefix, "/")
		if u.path != "" {
			u.path += "/"
		}
		u.path += PackageName(u.module)
		return
	}
	u.path, u.fixed = said, true
	if !importPath.MatchString(u.path) || slices.ContainsFunc(strings.Split(u.path, "/"), func(p string) bool { return strings.Trim(p, ".") == "" }) {
		g.problem(CodeBadPath, at, "", "%q is not an import path", u.path)
		u.path = "invalid"
	}
}

// saidPath returns the import path that somebody gave for a unit.
func (g *generator) saidPath(u *unit) (said string, at diag.Span, ok bool) {
	if u.module == "" {
		if name, own := strings.CutPrefix(u.key, "\x00"); own {
			return g.lastPackagePragma(g.spec.File(name).Pragmas, u.at)
		}
		if g.opt.Package == "" && u.main {
			g.problem(CodeNoPackage, u.at, "give --go-package, or write #pragma go_package at the head of the file",
				"no package is known for declarations outside of modules")
		}
		if g.opt.Package == "" {
			u.unknown = true
			return "invalid", u.at, true
		}
		return g.opt.Package, u.at, true
	}
	if p, ok := g.opt.Modules[u.module]; ok {
		return p, u.at, true
	}
	var pragmas []model.Pragma
	for _, m := range g.spec.Modules() {
		if m.Name == u.module {
			for _, part := range m.Parts {
				pragmas = append(pragmas, part.Pragmas...)
			}
		}
	}
	if said, at, ok := g.lastPackagePragma(pragmas, u.at); ok {
		return said, at, true
	}
	if standardModules[u.module] && !u.main && !g.opt.NoStandard {
		u.standard = true
		return standardPath(u.module), u.at, true
	}
	return "", diag.Span{}, false
}

func (g *generator) lastPackagePragma(ps []model.Pragma, at diag.Span) (string, diag.Span, bool) {
	for _, p := range slices.Backward(ps) {
		if p.Name == pragmaPackage {
			if len(p.Args) != 1 {
				g.problem(CodeBadPath, p.Span, `write #pragma go_package "import/path"`, "#pragma go_package takes an import path")
				return "invalid", at, true
			}
			return p.Args[0], p.Span, true
		}
	}
	return "", diag.Span{}, false
}

// mergeCircles puts units whose packages would import each other in a circle into one.
func (g *generator) mergeCircles(order []*unit) {
	for {
		reach := g.reachability(order, true)
		var circle []*unit
		for _, u := range order {
			for _, v := range order {
				if u.path != v.path && reach[u.path][v.path] && reach[v.path][u.path] {
					circle = append(circle, u)
					break
				}
			}
			if len(circle) > 0 { // all that are in a circle with it
				circle = slices.DeleteFunc(slices.Clone(order), func(v *unit) bool {
					return v.path != u.path && !(reach[u.path][v.path] && reach[v.path][u.path])
				})
				break
			}
		}
		if circle == nil {
			return
		}
		g.merge(circle)
	}
}

func (g *generator) merge(circle []*unit) {
	host := circle[0]
	for _, u := range circle {
		if u.fixed {
			host = u
			break
		}
	}
	var guests []string
	for _, u := range circle {
		if u.path != host.path {
			u.path, u.guest = host.path, true
			guests = append(guests, u.describe())
		}
	}
	// Only who generates them needs to know.
	if slices.ContainsFunc(circle, func(u *unit) bool { return u.main }) {
		g.problem(CodeMerged, host.at, "-M maps modules to one package without this warning",
			"%s and %s refer to each other in a circle: all go into package %s", host.describe(), strings.Join(guests, ", "), PackageName(host.path))
	}
}

func (u *unit) describe() string {
	switch {
	case u.class != nil:
		return "class " + u.class.ScopedName()
	case u.module == "":
		return "what is outside of modules"
	}
	return "module " + u.module
}

// reachability returns which packages lead to which others by imports; for classes, if soft, also by those that a
// method's mention of an object would need.
func (g *generator) reachability(order []*unit, soft bool) map[string]map[string]bool {
	reach := map[string]map[string]bool{}
	for _, u := range order {
		reach[u.path] = map[string]bool{}
	}
	for d := range g.spec.All() {
		from := g.units[g.unitKey(d)].path
		for _, used := range append(model.Uses(d), g.classImports(d)...) {
			if !soft && g.isMention(d, used) {
				continue
			}
			if to := g.units[g.unitKey(used)].path; to != from {
				reach[from][to] = true
			}
		}
	}
	for via := range reach { // the order does not matter
		for from := range reach {
			if reach[from][via] {
				for to := range reach[via] {
					reach[from][to] = true
				}
			}
		}
	}
	return reach
}

// enterPackage joins the unit to its package.
func (g *generator) enterPackage(u *unit) {
	p := g.packages[u.path]
	if p == nil {
		p = &goPackage{path: u.path, name: PackageName(u.path), dir: g.dirOf(u), used: map[string]model.Decl{}, fresh: map[string]*fileEntry{}}
		g.packages[u.path] = p
		if p.class = u.class; p.class != nil {
			for name := range classNames {
				p.used[name] = nil
			}
		}
	}
	p.units = append(p.units, u)
	u.pkg = p
}

// dirOf returns the folder of a package under the output folder.
func (g *generator) dirOf(u *unit) string {
	prefix := strings.TrimSuffix(g.opt.PackagePrefix, "/")
	if rest, ok := strings.CutPrefix(u.path, prefix+"/"); ok && prefix != "" {
		return rest
	}
	if u.path == prefix {
		return "."
	}
	return path.Base(u.path)
}

// packageOf returns the package of a declaration.
func (g *generator) packageOf(d model.Decl) *goPackage { return g.units[g.unitKey(d)].pkg }
