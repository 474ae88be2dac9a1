package rrbc_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/model"
)

// Subclasses in Go as people have them: above what dsom idl build --go --native makes of the library's release 1. One is made of its IDL, with
// the bodies that its author has written into object.go, and another by declaring methods alone, without IDL. All are in one library of each kind, whose
// other rows have release 1 while one is at work.
var (
	inGenerated = &language{name: "Go, generated", cc: "gogenerated", layout: layoutGo, bindsAncestors: true, unplaced: true}
	inDeclared  = &language{name: "Go, declared", cc: "godeclared", layout: layoutGo, bindsAncestors: true, unplaced: true}
)

// goModule is the import path of what is generated.
const goModule = "example.com/rrbc"

// ofNames are the rows that are tried in each run with both kinds of subclasses above generated code: those in which what a name means changes, which is what
// such code decides.
var ofNames = []string{"R10", "R10b", "R10c", "R32", "R32b", "R32c", "R32d", "D36", "N1", "D29", "N1f", "N1h", "N3k", "R22c", "D8", "R1c"}

// eager are rows in which such a subclass is refused when its library is loaded, and what is said then: a Go library asks for all that it was compiled for
// when its classes are defined, where one in C is refused with the first call, or for another reason.
var eager = map[string]string{
	"N1f":  "Zoo::Animal: the program was compiled for a release that has run",
	"N1h":  "Zoo::Dog: the program was compiled for a release that has bark",
	"N3k":  "run has the signature i:d/procedure long(double), and",
	"R22c": "run has the signature i:i/long(long), and",
}

// isEager reports whether a row's subclass is refused so.
func isEager(id string, sub *language) bool { return above(sub) && eager[id] != "" }

// generatedHere is how many of the other rows are tried with one of the two, each run others; soaking, all are with both. A row costs half a second
// of a processor for each kind.
func generatedHere(rows int) int {
	if os.Getenv("DSOM_SOAK") != "" || os.Getenv("DSOM_ROWS") != "" {
		return rows
	}
	return 12
}

// drawGenerated draws which rows have subclasses above generated code.
func drawGenerated(pairs []*pair, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 0))
	most := generatedHere(len(pairs))
	for n, at := range rnd.Perm(len(pairs)) {
		p := pairs[at]
		switch {
		case p.one.class("Trainer") != nil: // see metaclassInGo
		case most == len(pairs), slices.Contains(ofNames, p.id):
			p.above = []*language{inGenerated, inDeclared}
		case n < most:
			p.above = []*language{[]*language{inGenerated, inDeclared}[rnd.IntN(2)]}
		}
	}
}

// ones is the folder of all libraries of release 1 in C.
const ones = "ones"

// above reports whether subclasses of a language are generated, for all rows at once.
func above(l *language) bool { return l == inGenerated || l == inDeclared }

// libraryGenerated builds the library of all rows' subclasses in one of the languages.
func (w *workshop) libraryGenerated(pairs []*pair, lang *language) error {
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	main := "package main\n\nimport \"C\"\n\nimport (\n\t_ \"github.com/opendsom/dsom/som/native\"\n"
	for _, p := range pairs {
		if p.outOf(lang) {
			continue
		}
		i := p.one.class("Puppy")
		for _, of := range []struct {
			spec   *model.Spec
			native bool
		}{{p.one.zoo, true}, {p.one.public, false}} {
			files, report := golang.Emit(of.spec, golang.Options{PackagePrefix: goModule, Classes: true, Native: of.native})
			if report.HasErrors() {
				return fmt.Errorf("%s: %v", p.id, report.All())
			}
			for path, text := range files.All() {
				switch {
				case of.native:
				case filepath.Base(path) == "object.go":
					text = []byte(p.one.objectGo(i, string(text), lang == inDeclared))
				case lang == inDeclared:
					continue
				}
				if err := w.write(lang.cc+"/"+path, string(text)); err != nil {
					return err
				}
			}
		}
		main += fmt.Sprintf("\t_ %q\n", goModule+"/"+strings.ToLower(p.one.words["Home"]+"/"+i.Name))
	}
	if err := w.write(lang.cc+"/main.go", main+")\n\nfunc main() {}\n"); err != nil {
		return err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		if name == "go.mod" {
			text = append([]byte(strings.Replace(string(text), "module github.com/opendsom/dsom", "module "+goModule, 1)),
				"\nrequire github.com/opendsom/dsom v0.0.0\nreplace github.com/opendsom/dsom => "+root+"\n"...)
		}
		if err := w.write(lang.cc+"/"+name, string(text)); err != nil {
			return err
		}
	}
	return w.run("env", "GOFLAGS=-mod=mod -trimpath", "GOPROXY=off", "GOWORK=off", "go", "-C", w.path(lang.cc), "build", "-buildmode=c-shared", "-o", w.path(lang.cc+".so"), ".")
}

// objectGo is the file of an implementation with the bodies that its author has written, or, declared, with the class as well.
func (r *release) objectGo(i *model.Interface, template string, declared bool) string {
	var b strings.Builder
	key, within := "", false
	for line := range strings.Lines(template) {
		text := strings.TrimRight(line, "\n")
		if rest, ok := strings.CutPrefix(text, "// "); ok && strings.Contains(rest, " implements "+name(i)+"::") {
			_, key, _ = strings.Cut(rest, " implements "+name(i)+"::")
			key, _, _ = strings.Cut(strings.TrimSuffix(key, "."), "(")
		}
		if oneLine, ok := strings.CutSuffix(text, "}"); ok && key != "" && strings.HasPrefix(text, "func ") {
			head, _, _ := strings.Cut(oneLine, "{")
			b.WriteString(head + "{\n" + r.bodyGo(i, key) + "}\n")
			key = ""
			continue
		}
		if within = within && text != "}"; within {
			continue
		}
		b.WriteString(line)
		switch {
		case strings.HasPrefix(text, "type object struct {"):
			b.WriteString("\tchanged, years int32\n")
		case strings.HasPrefix(text, "func ") && key != "":
			within = true
			b.WriteString(r.bodyGo(i, key))
			key = ""
		}
	}
	if declared {
		major, minor := i.ClassVersion()
		var parents []string
		for _, p := range i.Parents() {
			parents = append(parents, strings.ToLower(p.Name)+".Class")
		}
		fmt.Fprintf(&b, "\nvar Class = som.MustClass[object](%q, som.WithVersion(%d, %d), som.Parents(%s))\n", name(i), major, minor, strings.Join(parents, ", "))
	}
	text := b.String()
	for _, path := range []string{"fmt", "github.com/opendsom/dsom/som"} {
		if line := fmt.Sprintf("\t%q\n", path); !strings.Contains(text, line) {
			text = strings.Replace(text, "import (\n", "import (\n"+line, 1)
		}
	}
	return text + "\nvar _, _ = fmt.Print, som.ErrNoNext\n"
}

// bodyGo is what a method does that the template asks for.
func (r *release) bodyGo(i *model.Interface, method string) string {
	switch method {
	case "somDefaultInit":
		return fmt.Sprintf("\tfmt.Println(\"init %s\")\n\to.changed = %d\n\treturn nil\n", name(i), r.begins(i))
	case "somDestruct":
		return fmt.Sprintf("\tfmt.Println(\"fini %s\")\n", name(i))
	}
	m := i.FindMethod(method)
	switch goType(m) {
	case typeOf(setFunc(nil)):
		return fmt.Sprintf("\to.years = %s\n\treturn nil\n", m.Attribute.Name)
	case typeOf(getFunc(nil)):
		return "\treturn o.years, nil\n"
	case typeOf(voidFunc(nil)), typeOf(initFunc(nil)):
		return "\treturn nil\n"
	case typeOf(doubleFunc(nil)):
		return "\treturn int32(n), nil\n"
	case typeOf(oddFunc(nil)):
		return strings.ReplaceAll(r.row.bodyGo, "FIT", strings.ToUpper(method[:1])+method[1:])
	}
	does := r.code(i, method)
	goName := strings.ToUpper(method[:1]) + method[1:]
	body := fmt.Sprintf("\tv := %d*n + %d\n", does.a, does.b)
	switch does.calls {
	case "parent":
		base := "Base"
		if does.parent > 0 {
			base = i.Parents()[does.parent].Name
		}
		body += fmt.Sprintf("\tgot, err := o.%s.%s(ctx, n)\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\tv += got\n", base, goName)
	case "next":
		body += fmt.Sprintf("\tgot, err := o.Next().%s(ctx, n)\n\tif err != nil && err != som.ErrNoNext {\n\t\treturn 0, err\n\t}\n\tv += got\n", goName)
	}
	if does.c > 0 {
		body += fmt.Sprintf("\to.changed++\n\tv += %d * o.changed\n", does.c)
	}
	return body + "\treturn v, nil\n"
}

// outOf reports whether a row has no subclass in a language.
func (p *pair) outOf(lang *language) bool {
	switch {
	case lang == inGo:
		return p.outOfGo != ""
	case lang == inHandwritten:
		return !p.writtenByHand()
	case above(lang):
		return !slices.Contains(p.above, lang)
	}
	return false
}

// releaseOnes puts the libraries of all rows' release 1 into a folder.
func (w *workshop) releaseOnes(pairs []*pair, shardOf func(n int) int) error {
	var work []func() error
	for n, p := range pairs {
		work = append(work, func() error {
			return w.shared(ones+"/"+libraryOf(p.one, p.one.words["Zoo"]+"::"), "entry_"+p.id, fmt.Sprintf("one-%s-%d.o", inC.cc, shardOf(n)))
		})
	}
	return all(work...)
}

// othersThan puts the libraries of release 1 into a folder, but for one.
func (w *workshop) othersThan(file, folder string) error {
	all, err := os.ReadDir(w.path(ones))
	for _, f := range all {
		if err == nil && f.Name() != file {
			err = w.hard(ones+"/"+f.Name(), folder+"/"+f.Name())
		}
	}
	return err
}
