package golang

import (
	"maps"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

// What classes of the object model are generated into: a package each, so that everything in it has a
// short name. Modules have packages for the types outside of classes.

// standardClasses are the classes that the runtime has, by their IDL names.
var standardClasses = map[string]string{
	"SOMObject": "som", "SOMClass": "som", "SOMClassMgr": "som",
	"SOMMBeforeAfter": "meta.BeforeAfter", "SOMMSingleInstance": "meta.SingleInstance", "SOMMTraced": "meta.Traced",
	"SOMMProxyFor": "meta.ProxyFor", "SOMMProxyForObject": "meta.ProxyForObject",
	"SOMMAbstract": "meta.Abstract", "SOMMFinal": "meta.Final", "SOMMNoninstantiable": "meta.Noninstantiable", "SOMMRedispatched": "meta.Redispatched",
	"SOMMExtentManaged": "meta.ExtentManaged", "SOMMTimeStamped": "meta.TimeStamped", "SOMMInvariantChecked": "meta.InvariantChecked",
	"SOMMCooperative": "meta.Cooperative", "SOMMParentMethodCallPreventionEnabled": "meta.ParentMethodCallPreventionEnabled",
}

// standardClass returns the expression for a class that the runtime has.
func (f *file) standardClass(i *model.Interface) string { return f.standardNamed(i.ScopedName()) }

func (f *file) standardNamed(scoped string) string {
	pkg, name, found := strings.Cut(standardClasses[scoped], ".")
	if !found {
		name = scoped
	}
	return f.rt(pkg) + "." + name
}

// undeclaredMetaclass returns the name that a class has for its metaclass where the IDL does not declare that, or "".
func undeclaredMetaclass(i *model.Interface) string {
	v, _ := i.ClassModifier("metaclass")
	if i.Metaclass() != nil {
		return ""
	}
	return strings.TrimPrefix(v, "::")
}

func isStandardClass(i *model.Interface) bool { return standardClasses[i.ScopedName()] != "" }

// isMetaclass reports whether instances of a class are classes.
func isMetaclass(i *model.Interface) bool {
	return i.ScopedName() == "SOMClass" || slices.ContainsFunc(i.Ancestors(), func(a *model.Interface) bool { return a.ScopedName() == "SOMClass" })
}

// classAround returns the class that d is or is in the package of, where classes are generated.
func (g *generator) classAround(d model.Decl) *model.Interface {
	if !g.opt.Classes {
		return nil
	}
	if f, ok := d.(*model.Forward); ok && f.Definition != nil {
		d = f.Definition
	}
	var in model.Decl
	for ; d != nil; in, d = d, d.About().Scope() {
		if i, ok := d.(*model.Interface); ok && i.IsClass() && !isStandardClass(i) {
			switch in.(type) {
			case nil, *model.Operation, *model.Attribute:
				return i
			}
			if g.outside[i] {
				return nil
			}
			return i
		}
	}
	return nil
}

// inClasses reports whether a declaration is one that is generated with classes: they, and types.
func (g *generator) inClasses(d model.Decl) bool {
	switch d := d.(type) {
	case *model.Interface:
		return g.classAround(d) != nil
	case *model.Operation, *model.Attribute, *model.Forward:
		return false
	}
	i, inside := top(d).(*model.Interface)
	return !inside || g.classAround(i) != nil
}

// ofGenerated returns the members that are not those of the runtime's classes, nor left out.
func (g *generator) ofGenerated(members []model.Decl) []model.Decl {
	return slices.DeleteFunc(members, func(d model.Decl) bool {
		i, ok := d.About().Scope().(*model.Interface)
		return ok && isStandardClass(i) || g.leftOut(d)
	})
}

// chooseClassPath finds the import path of a class's package: those of the scopes, and its own name.
func (g *generator) chooseClassPath(u *unit) {
	prefix := strings.TrimSuffix(g.opt.PackagePrefix, "/")
	names := u.class.Path()
	if m := model.TopModule(u.class); m != nil {
		if p, ok := g.opt.Modules[m.Name]; ok {
			prefix, names = p, names[1:]
		}
	} else if g.opt.Package != "" {
		prefix = g.opt.Package
	}
	var parts []string
	if prefix != "" {
		parts = append(parts, prefix)
	}
	for _, n := range names {
		parts = append(parts, PackageName(n))
	}
	u.path = strings.Join(parts, "/")
	if args, ok := u.class.Pragma(pragmaPackage); ok && len(args) == 1 {
		u.path, u.fixed = args[0], true
	}
	if !importPath.MatchString(u.path) {
		g.problem(CodeBadPath, u.at, "", "%q is not an import path", u.path)
		u.path = "invalid"
	}
}

// runtimes are the packages of the runtime that generated files may import, by their names.
func (g *generator) runtimes() map[string]string {
	if g.opt.Classes {
		return classImports
	}
	return runtimeImports
}

// classImports returns the classes whose packages that of the class d imports, whatever their types are.
func (g *generator) classImports(d model.Decl) []model.Decl {
	i, ok := d.(*model.Interface)
	if !ok || g.classAround(d) != d {
		return nil
	}
	var all []model.Decl
	for _, a := range i.Ancestors() {
		all = append(all, a)
	}
	if m := i.Metaclass(); m != nil {
		all = append(all, m)
	}
	return all
}

// isMention reports whether d uses a class by its name alone, which som.Object can stand for.
func (g *generator) isMention(d, used model.Decl) bool {
	_, inherits := d.(*model.Interface)
	return !inherits && g.classAround(used) == used
}

// classType returns the Go type for a use of a declared type in a class. A class whose package leads back to
// the one that declares the method cannot be imported there: som.Object stands for it.
func (f *file) classType(t *model.Type) string {
	if i, ok := f.interfaceOf(t.Decl); ok {
		home := f.home
		if home == nil {
			home = f.pkg
		}
		to := f.packageOf(i)
		if f.classAround(i) != i || to != home && f.leads[to.path][home.path] && !f.inherits(home, i) {
			return f.rt("som") + ".Object"
		}
		return f.qualifiedName(i)
	}
	if td, ok := t.Decl.(*model.Typedef); ok && !isDefined(td) && !f.isMain(td) {
		home := f.home // its file need not have been generated; what it stands for is as its package would have it
		f.home = f.packageOf(td)
		defer func() { f.home = home }()
		return f.goType(td.Type)
	}
	return f.qualified(t.Decl, f.names[t.Decl].Name)
}

// inherits reports whether the class of a package has i for an ancestor.
func (g *generator) inherits(p *goPackage, i *model.Interface) bool {
	return p.class != nil && p.class.Inherits(i)
}

// checkClasses says what cannot be a class in Go.
func (g *generator) checkClasses() {
	if !g.opt.Classes {
		return
	}
	var order []*unit
	for _, key := range slices.Sorted(maps.Keys(g.units)) {
		order = append(order, g.units[key])
	}
	hard := g.reachability(order, false)
	for _, u := range order {
		for _, v := range order {
			if u.main && u.path < v.path && hard[u.path][v.path] && hard[v.path][u.path] {
				g.problem(CodeClassCircle, u.at, "declare the types outside of the classes, or all in one file", "packages %s and %s would import each other", u.path, v.path)
			}
		}
	}
	for d := range g.spec.All() {
		i, ok := d.(*model.Interface)
		if !ok || g.classAround(i) != i || !g.isMain(i) {
			continue
		}
		for _, p := range i.Parents() {
			if p.IsClass() {
				continue
			}
			g.problem(CodeNotSupported, i.NameSpan, "let it inherit from SOMObject", "%s inherits from %s, which is no class", i.Name, p.Name)
		}
		if m := undeclaredMetaclass(i); m != "" && standardClasses[m] == "" && !g.opt.Native {
			g.problem(CodeNotSupported, i.NameSpan, "include the IDL file that declares it", "the metaclass %s of %s is not declared, and its package not known", m, i.Name)
		}
		g.checkCrossing(i)
		g.checkLeftOut(i)
	}
}

func methodSpan(m model.Method) diag.Span {
	if m.Operation != nil {
		return m.Operation.NameSpan
	}
	return m.Attribute.NameSpan
}
