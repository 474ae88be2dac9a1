package lint

import (
	"path"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// fileRules returns the rules about files, directives and repository ids.
func fileRules() []Rule {
	return []Rule{
		{
			Name: "unused-include", Code: "LINT4001", Severity: diag.Warning, Title: "include that nothing uses",
			Explanation: "No name that the included file declares, itself or by what it includes, is used. Each compilation reads it for nothing, and changes of it seem to matter.",
			Bad:         "-- a.idl --\n#include \"b.idl\"\nmodule A { interface I {}; };\n-- b.idl --\nmodule B { interface J {}; };\n",
			Good:        "-- a.idl --\n#include \"b.idl\"\nmodule A { interface I : B::J {}; };\n-- b.idl --\nmodule B { interface J {}; };\n",
			check:       func(l *linter) { l.unusedIncludes() },
		},
		{
			Name: "include-guard", Code: "LINT4002", Severity: diag.Info, Title: "no include guard, or a wrong one",
			Explanation: "A file that others include begins with #ifndef NAME and #define NAME of the same name and ends with #endif, or has #pragma once: otherwise its declarations are there twice where two files include it.",
			Bad:         "#ifndef BANK_IDL\n#define BANKIDL\nmodule Bank { interface I {}; };\n#endif\n",
			Good:        "#ifndef BANK_IDL\n#define BANK_IDL\nmodule Bank { interface I {}; };\n#endif\n",
			check:       func(l *linter) { l.guards() },
		},
		{
			Name: "missing-prefix", Code: "LINT4003", Severity: diag.Info, Title: "no prefix",
			Explanation: "Without #pragma prefix \"example.com\" the repository ids are made of names alone, IDL:Bank/Account:1.0, and those of another Bank are the same. Where the ids are in use, a prefix changes them: see dsom idl diff.",
			Bad:         "module Bank { interface I {}; };\n", Good: "#pragma prefix \"example.com\"\nmodule Bank { interface I {}; };\n",
			check: func(l *linter) { l.prefixes() },
		},
		{
			Name: "id-version", Code: "LINT4004", Severity: diag.Info, Title: "versions that differ",
			Explanation: "Declarations of one module have repository ids of different versions. Versions of CORBA's ids do not make types compatible; they are usually left at 1.0.",
			Bad:         "module Bank { interface A {}; interface B {};\n#pragma version B 1.2\n};\n", Good: "module Bank { interface A {}; interface B {}; };\n",
			check: func(l *linter) { l.versions() },
		},
		{
			Name: "unknown-pragma", Code: "LINT4005", Severity: diag.Warning, Title: "pragma that nobody knows",
			Explanation: "Neither CORBA nor SOM nor this project nor a compiler that is known has this pragma; compilers ignore it. Perhaps it is misspelled.",
			Bad:         "#pragma perfix \"example.com\"\nmodule Bank { interface I {}; };\n", Good: "#pragma prefix \"example.com\"\nmodule Bank { interface I {}; };\n",
			check: func(l *linter) { l.unknownPragmas() },
		},
		{
			Name: "unknown-annotation", Code: "LINT4006", Severity: diag.Warning, Title: "annotation that nobody knows",
			Explanation: "The annotation is none of IDL 4.2's, and no @annotation declares it. Compilers keep it or ignore it. Perhaps it is misspelled.",
			Bad:         "module Bank { struct S { @optonal long n; }; };\n", Good: "module Bank { struct S { @optional long n; }; };\n",
			check: func(l *linter) { l.unknownAnnotations() },
		},
		{
			Name: "unused-import", Code: "LINT4008", Severity: diag.Warning, Title: "import that nothing uses",
			Explanation: "An import says on which other specifications this one depends (CORBA 3.0, 3.6). No name of what is imported is used.",
			Bad:         "-- a.idl --\n#include \"b.idl\"\nimport B;\nmodule A { interface I {}; };\n-- b.idl --\nmodule B { interface J {}; };\n",
			Good:        "-- a.idl --\n#include \"b.idl\"\nimport B;\nmodule A { interface I : B::J {}; };\n-- b.idl --\nmodule B { interface J {}; };\n",
			check:       func(l *linter) { l.unusedImports() },
		},
		{
			Name: "global-declaration", Code: "LINT4007", Severity: diag.Info, Title: "declaration outside of modules",
			Explanation: "What is declared outside of all modules shares one space of names with all IDL there is, and has no package of its own in languages that have packages.",
			Bad:         "interface I {};\n", Good: "module Bank { interface I {}; };\n",
			check: func(l *linter) { l.globals() },
		},
	}
}

// unusedIncludes holds the names that an included file brings against the words of the text.
func (l *linter) unusedIncludes() {
	brought := map[string]map[string]bool{} // by file: names it declares itself
	for d := range l.spec.All() {
		f := d.About().File()
		if f == nil {
			continue
		}
		if brought[f.Path] == nil {
			brought[f.Path] = map[string]bool{}
		}
		brought[f.Path][d.About().Name] = true
		parts(d, func(_ string, n *model.Node) bool {
			brought[f.Path][n.Name] = true
			return true
		})
	}
	for f, s := range l.files() {
		words := map[string]bool{}
		for w := range strings.FieldsFuncSeq(s.Text, notInName) {
			words[strings.TrimPrefix(w, "_")] = true
		}
		own := brought[f.Path]
		for _, inc := range f.Includes {
			if to := l.spec.File(inc); to == nil || to.Standard && inc != "orb.idl" {
				continue
			}
			used := false
			for name := range l.comesWith(inc) {
				for n := range brought[name] {
					used = used || words[n] && !own[n]
				}
				for _, m := range macros(l.source(name)) {
					used = used || words[m]
				}
			}
			if !used {
				l.finding(includeSpan(s, inc), "remove it", "nothing of %s is used", inc)
			}
		}
	}
}

func notInName(r rune) bool {
	return !(r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
}

// comesWith returns the files that come with an included one, itself too.
func (l *linter) comesWith(name string) map[string]bool {
	all := map[string]bool{}
	work := []string{name}
	for len(work) > 0 {
		n := work[len(work)-1]
		work = work[:len(work)-1]
		if f := l.spec.File(n); f != nil && !all[n] {
			all[n] = true
			work = append(work, f.Includes...)
		}
	}
	return all
}

// macros returns the names that a file defines with #define, but for its own guard.
func macros(s *syntax.SourceFile) []string {
	if s == nil {
		return nil
	}
	var all []string
	for _, d := range directives(s.Text) {
		if d.words[0] == "define" && len(d.words) > 1 {
			name, _, call := strings.Cut(d.words[1], "(")
			if len(d.words) > 2 || call {
				all = append(all, name)
			}
		}
	}
	return all
}

// includeSpan returns where a text includes a file.
func includeSpan(s *syntax.SourceFile, file string) diag.Span {
	for _, d := range directives(s.Text) {
		if d.words[0] == "include" && len(d.words) > 1 {
			name := strings.Trim(d.words[1], `"<>`)
			if name == file || strings.HasSuffix(file, "/"+name) || path.Base(name) == path.Base(file) {
				return d.span(s.Path)
			}
		}
	}
	return startOf(s)
}

func startOf(s *syntax.SourceFile) diag.Span {
	at := diag.Position{File: s.Path, Line: 1, Column: 1}
	return diag.Span{Start: at, End: at}
}

// guards holds each main file against the form of a guard.
func (l *linter) guards() {
	for _, s := range l.files() {
		ds := directives(s.Text)
		if slices.ContainsFunc(ds, func(d directive) bool { return d.words[0] == "pragma" && len(d.words) == 2 && d.words[1] == "once" }) {
			continue
		}
		switch {
		case len(ds) < 3 || ds[0].words[0] != "ifndef" || ds[len(ds)-1].words[0] != "endif" || ds[1].words[0] != "define" || len(ds[1].words) != 2:
			l.finding(startOf(s), "begin it with #ifndef and #define of a name of its own, and end it with #endif", "%s has no include guard", path.Base(s.Path))
		case len(ds[0].words) < 2 || ds[0].words[1] != ds[1].words[1]:
			l.finding(ds[1].span(s.Path), "write the same name", "the include guard tests one name and defines another, %s", ds[1].words[1])
		}
	}
}

// prefixes finds files whose repository ids have no prefix.
func (l *linter) prefixes() {
	seen := map[*model.File]bool{}
	for d := range l.decls() {
		i := d.About()
		if seen[i.File()] {
			continue
		}
		switch d.(type) {
		case *model.Module:
			continue
		}
		seen[i.File()] = true
		if i.ID == "IDL:"+strings.Join(i.Path(), "/")+":1.0" {
			l.finding(i.NameSpan, `write #pragma prefix "example.com" before the first declaration, with a domain of yours`,
				"%s %s has a repository id without a prefix, %s", kindOf(d), i.Name, i.ID)
		}
	}
}

// versions finds declarations whose ids have another version than most of their module.
func (l *linter) versions() {
	count := map[model.Decl]map[string]int{}
	version := func(d model.Decl) string { return d.About().ID[strings.LastIndexByte(d.About().ID, ':')+1:] }
	for d := range l.decls() {
		m := d.About().Scope()
		if count[m] == nil {
			count[m] = map[string]int{}
		}
		count[m][version(d)]++
	}
	for d := range l.decls() {
		versions := count[d.About().Scope()]
		mine := version(d)
		for v, n := range versions {
			if v != mine && (n > versions[mine] || n == versions[mine] && v == "1.0") {
				l.finding(d.About().NameSpan, "", "%s %s has version %s in its repository id; others beside it have %s", kindOf(d), d.About().Name, mine, v)
				break
			}
		}
	}
}

// knownPragmas are those of CORBA, of SOM, of this project and of other compilers.
var knownPragmas = strings.Fields(`prefix ID id version once ident modifier somemittypes dsom warning message pack
	hh i cpp_include include javaPackage jacorb inline end TAO ciao keylist DCPS_DATA_TYPE DCPS_DATA_KEY DCPS_DATA_SEQUENCE_TYPE
	interface_prefix no_unused unmarshal_primitive`)

func (l *linter) unknownPragmas() {
	check := func(g model.Pragma) {
		if g.Name == "" || slices.Contains(knownPragmas, g.Name) || strings.HasPrefix(g.Name, "go_") || strings.HasPrefix(g.Name, "DCPS") {
			return
		}
		help := ""
		if near := diag.Closest(g.Name, knownPragmas); near != "" {
			help = "did you mean #pragma " + near + "?"
		}
		l.finding(g.Span, help, "#pragma %s is not known", g.Name)
	}
	for _, f := range l.spec.Files {
		if f.Main {
			for _, g := range f.Pragmas {
				check(g)
			}
		}
	}
	for d := range l.decls() {
		for _, g := range d.About().Pragmas {
			check(g)
		}
	}
}

// knownAnnotations are those of IDL 4.2, 8.3, and of the DDS specifications on it.
var knownAnnotations = strings.Fields(`id autoid optional position value extensibility final appendable mutable key must_understand
	default_literal default range min max unit bit_bound external nested verbatim service oneway ami hashid default_nested ignore_literal_names
	try_construct non_serialized data_representation topic annotation`)

func (l *linter) unknownAnnotations() {
	known := slices.Clone(knownAnnotations)
	for d := range l.spec.All() {
		if a, ok := d.(*model.AnnotationDecl); ok {
			known = append(known, a.Name)
		}
	}
	for _, n := range l.names() {
		for _, a := range n.Annotations {
			name := a.Name[strings.LastIndexByte(a.Name, ':')+1:]
			if slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) {
				continue
			}
			help := ""
			if near := diag.Closest(name, known); near != "" {
				help = "did you mean @" + near + "?"
			}
			l.finding(a.Span, help, "annotation @%s is not known", a.Name)
		}
	}
}

// globals finds declarations outside of modules. A class of SOM is used to it.
func (l *linter) globals() {
	for d := range l.decls() {
		if _, module := d.(*model.Module); module || d.About().Scope() != nil || l.tree.Dialect == syntax.SOM {
			continue
		}
		if f, ok := d.(*model.Forward); ok && f.Definition != nil {
			continue
		}
		l.finding(d.About().NameSpan, "put it into a module", "%s %s is declared outside of all modules", kindOf(d), d.About().Name)
	}
}

// unusedImports finds imports of scopes whose name stands nowhere else in the file.
func (l *linter) unusedImports() {
	for _, d := range l.tree.Decls {
		i, ok := d.(*syntax.Import)
		if !ok || i.Name == nil {
			continue
		}
		s := l.source(i.Span.Start.File)
		if s == nil || !s.Main {
			continue
		}
		last, uses := i.Name.Parts[len(i.Name.Parts)-1].Text, 0
		for w := range strings.FieldsFuncSeq(s.Text, notInName) {
			if strings.TrimPrefix(w, "_") == last {
				uses++
			}
		}
		if uses < 2 {
			l.finding(i.Span, "remove it", "nothing of %s is used", i.Name)
		}
	}
}
