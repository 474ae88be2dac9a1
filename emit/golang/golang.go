// Package golang generates Go from a checked IDL specification: types with their codecs and
// descriptors, interfaces with their class objects, stubs and skeletons. There is no standard
// mapping of IDL to Go; docs/go-mapping.md says what this one does and why.
//
// Generated code imports public packages of this module only (cdr, dyn, orb, orb/stub,
// typecode), is formatted, and is the same octets from run to run.
//
// The files go by declaration kind. names.go holds every rule by which an IDL name becomes a
// Go name, scope.go what happens when two clash, packages.go which package a module is in.
package golang

import (
	"io/fs"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/model"
)

// Options say how to generate. The zero Options generates each top-level module of the main
// files into a package of its name.
type Options struct {
	// PackagePrefix stands before the package names in import paths: with example.com/gen
	// the module Bank becomes example.com/gen/bank.
	PackagePrefix string
	// Package is the import path for declarations outside of modules.
	Package string
	// Modules maps top-level modules to import paths, whatever PackagePrefix is.
	Modules map[string]string
	// Names says how much of an identifier is changed.
	Names Style
	// Included says that included files are generated too, but for those which the compiler
	// itself carries (see NoStandard). Otherwise only the files that the compiler was asked
	// for are, and the others are expected to be generated elsewhere.
	Included bool
	// NoStandard switches off that standard modules such as CosNaming, where they are only
	// included, are imported from this module's own packages. They are then modules like
	// others, and Included generates them.
	NoStandard bool
	// AMI adds what it takes to call without waiting: reply handlers, and for each interface what has one told
	// of a call's end, or returns a future. The specification must have the module Messaging.
	AMI bool
	// Classes generates classes of the object model in place of what the ORB needs: for each SOM class a package,
	// as docs/som-go.md has it, and for types packages without codecs.
	Classes bool
	// Native says that the classes are implemented elsewhere, and libsom has them. Otherwise a class that is
	// generated for the first time gets a template of its implementation.
	Native bool
	// Typelib makes a package of type information (docs/typelib.md) for each file with classes, and has the classes point to
	// it. It is for classes that are implemented in Go.
	Typelib bool
	// Existing is the output folder as it is, from which manifests of earlier runs are
	// read; nil if there is nothing.
	Existing fs.FS
}

// standardModules are the modules of which this project has the generated packages, below std.
var standardModules = set(`CORBA CosCollection CosCompoundLifeCycle CosConcurrencyControl CosContainment CosEventChannelAdmin
	CosEventComm CosExternalization CosExternalizationContainment CosExternalizationReference CosGraphs
	CosLicensingManager CosLifeCycle CosLifeCycleContainment CosLifeCycleReference CosNaming CosNotification
	CosNotifyChannelAdmin CosNotifyComm CosNotifyFilter CosObjectIdentity CosPersistenceDDO CosPersistenceDS_CLI
	CosPersistencePDS CosPersistencePDS_DA CosPersistencePID CosPersistencePO CosPersistencePOM CosPropertyService
	CosQuery CosQueryCollection CosReference CosRelationships CosStream CosTime CosTimerEvent CosTrading
	CosTradingDynamic CosTradingRepos CosTransactions CosTSPortability CosTypedEventChannelAdmin CosTypedEventComm
	CosTypedNotifyChannelAdmin CosTypedNotifyComm Components DCE_CIOPSecurity DSOMNaming ExtendedNaming IOP LifeCycleService Messaging NRService SECIOP Security
	SecurityAdmin SecurityLevel1 SecurityLevel2 SecurityReplaceable SSLIOP TimeBase`)

// standardPath returns the import path of the package of a standard module.
func standardPath(module string) string { return runtimeModule + "/std/" + PackageName(module) }

// Emit generates Go. The paths of the files are relative to the output folder. There are no
// files if the report has errors.
func Emit(spec *model.Spec, opt Options) (*emit.Files, *diag.Report) {
	g := &generator{
		spec: spec, opt: opt, report: new(diag.Report), files: new(emit.Files),
		packages:  map[string]*goPackage{},
		fileNames: map[*goPackage]map[*model.File]string{},
		methods:   map[model.Container]map[model.Decl]methodNames{},
		minimum:   map[model.Decl]int{},
		standIns:  map[*model.Forward]*model.Interface{},
	}
	for _, step := range []func(){
		g.equivalent, g.asynchronous, g.findCircles, g.assignPackages, g.nameFiles, g.readManifests, g.nameDeclarations, g.check, g.checkClasses, g.generate,
	} {
		if step(); g.report.HasErrors() {
			return new(emit.Files), g.report
		}
	}
	return g.files, g.report
}

// A generator is one run.
type generator struct {
	spec   *model.Spec
	opt    Options
	report *diag.Report
	files  *emit.Files

	units     map[string]*unit      // by unitKey
	packages  map[string]*goPackage // by import path
	order     []*goPackage          // those that files are generated for, in source order
	fileNames map[*goPackage]map[*model.File]string
	names     map[model.Decl]*declNames
	methods   map[model.Container]map[model.Decl]methodNames
	minimum   map[model.Decl]int // see minSize

	unsupported map[model.Decl]model.Decl // what cannot be generated, and why: see findUnsupported
	standIns    map[*model.Forward]*model.Interface

	outside map[*model.Interface]bool // classes whose types are not in their packages: see findCircles

	leads map[string]map[string]bool // which packages lead to which by imports; for classes

	handles map[*model.Interface]*model.Interface   // by reply handler: of whose calls it is told
	expects map[*model.Operation][]*model.Exception // by operation of a reply handler: which it may be told of
}

// equivalent puts interfaces in place of components and homes.
func (g *generator) equivalent() {
	if !g.spec.HasComponents() {
		return
	}
	if g.checkTaken() {
		return
	}
	spec, err := g.spec.Equivalent()
	if err == nil {
		g.spec = spec
		return
	}
	for d := range g.spec.All() {
		switch d.(type) {
		case *model.Component, *model.Home:
			if d.About().IsMain() {
				g.problem(CodeComponents, d.About().NameSpan, "#include <Components.idl>, which the compiler carries", "what stands for %s in Go cannot be made: %v", d.About().Name, err)
				return
			}
		}
	}
	g.problem(CodeComponents, diag.Span{}, "#include <Components.idl>, which the compiler carries", "what stands for components in Go cannot be made: %v", err)
}

// top returns the outermost declaration around d.
func top(d model.Decl) model.Decl {
	for d.About().Scope() != nil {
		d = d.About().Scope()
	}
	return d
}

// fileOf returns the file to which d belongs: that of the outermost declaration around it,
// so that what is included inside a module goes with the module.
func fileOf(d model.Decl) *model.File { return top(d).About().File() }

// isMain reports whether d is to be generated in this run.
func (g *generator) isMain(d model.Decl) bool {
	f := fileOf(d)
	return f != nil && !inAnnotation(d) && (f.Main || g.opt.Included && (!f.Standard || g.opt.NoStandard))
}

// nameFiles finds the Go files to make: one for each IDL file in each package.
func (g *generator) nameFiles() {
	for d := range g.spec.All() {
		switch d := d.(type) {
		case *model.Module:
			continue
		case *model.Forward:
			if !isReference(d) {
				continue
			}
		}
		if !g.isMain(d) || g.opt.Classes && !g.inClasses(d) {
			continue
		}
		p, f := g.packageOf(d), fileOf(d)
		names := g.fileNames[p]
		if names == nil {
			names = map[*model.File]string{}
			g.fileNames[p] = names
			g.order = append(g.order, p)
		}
		if names[f] == "" {
			names[f] = freeFileName(names, f.Path)
			if p.class != nil && names[f] == templateName {
				names[f] = "class_" + templateName
			}
		}
	}
}

// freeFileName returns the name of the Go file for an IDL file: another one than those of
// files of the same name from other folders.
func freeFileName(names map[*model.File]string, idl string) string {
	taken := nameSet{}
	for _, n := range names {
		taken[n] = true
	}
	name := FileName(idl)
	for taken[name] {
		name = FileName("x_" + name[:len(name)-len(".go")])
	}
	return name
}

// generate makes the files of all packages.
func (g *generator) generate() {
	for _, p := range g.order {
		g.nameImports(p)
		doc := p.docFile()
		for _, f := range g.spec.Files {
			name := g.fileNames[p][f]
			if name == "" {
				continue
			}
			p.fresh[name] = &fileEntry{IDL: base(f.Path), Declarations: map[string]*declNames{}}
			if doc == "" {
				doc = name
			}
			g.generateFile(p, f, name, doc == name)
		}
		if p.class == nil { // nothing is added to the package of a class
			data, err := p.manifest(doc)
			g.add(p, ManifestName, data, err)
		}
	}
	if g.hasTypelib() {
		g.typelibs()
	}
}

// docFile returns the file of an earlier run that has the package's comment.
func (p *goPackage) docFile() string {
	if p.old != nil && p.old.Files[p.old.Doc] != nil {
		return p.old.Doc
	}
	return ""
}

// isReference reports whether a forward declaration has to do for the definition: of an
// interface that is defined nowhere, but of which references are passed.
func isReference(d *model.Forward) bool {
	return d.Definition == nil && d.Of == "interface" && d.QualifiedName() != "::CORBA::TypeCode"
}

// interfaceOf returns the interface that d declares, or one without operations that stands
// for it where there is only a forward declaration.
func (g *generator) interfaceOf(d model.Decl) (*model.Interface, bool) {
	switch d := d.(type) {
	case *model.Interface:
		return d, true
	case *model.Forward:
		if !isReference(d) {
			return nil, false
		}
		i := g.standIns[d]
		if i == nil {
			i = &model.Interface{Info: d.Info, Abstract: d.Abstract, Local: d.Local}
			g.standIns[d] = i
			g.names[i] = g.names[d]
		}
		return i, true
	}
	return nil, false
}
