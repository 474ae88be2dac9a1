package rrbc_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/opendsom/dsom/model"
)

// A pair is a row with both releases, its client's steps and what they have to print.
type pair struct {
	*row
	one, two *release
	steps    []step
	withCxx  bool                           // the library and the client are tried in C++ as well
	above    []*language                    // the languages above generated code that it has subclasses in
	predict  func(lib *language) prediction // of rows that are drawn; else the row says it
}

// compile compiles what is to be compiled of some rows in a language: the library's releases, the subclass, the client.
func (w *workshop) compile(pairs []*pair, lang *language, shard int) []func() error {
	unit := func(what string, text func(dir string, b *strings.Builder) error) func() error {
		return func() error {
			name := fmt.Sprintf("%s-%s-%d", what, lang.cc, shard)
			var b strings.Builder
			fmt.Fprintf(&b, "#include \"%s\"\n", headOf(lang))
			if err := text(name, &b); err != nil {
				return err
			}
			return w.object(lang, name, b.String())
		}
	}
	library := func(release func(*pair) *release) func(dir string, b *strings.Builder) error {
		return func(dir string, b *strings.Builder) error {
			for _, p := range pairs {
				r := release(p)
				if lang == inCxx && (p.outOfCxx != "" || !p.withCxx && !(p.language && r == p.two)) {
					continue
				}
				if err := w.generate(dir, lang, r, r.library, "zoo"); err != nil {
					return err
				}
				lang.library(b, r, r.library, "Zoo", r.stem("zoo"), "entry_"+r.row.id)
			}
			return nil
		}
	}
	return []func() error{
		unit("one", library(func(p *pair) *release { return p.one })),
		unit("two", library(func(p *pair) *release { return p.two })),
		unit("sub", func(dir string, b *strings.Builder) error {
			for _, p := range pairs {
				if lang == inCxx && p.outOfCxx != "" {
					continue
				}
				if err := w.generate(dir, lang, p.one, p.one.zoo, ""); err != nil {
					return err
				}
				if err := w.generate(dir, lang, p.one, p.one.public, "home"); err != nil {
					return err
				}
				lang.library(b, p.one, p.one.public, "Home", p.one.stem("home"), "entry_"+p.id)
			}
			return nil
		}),
		unit("client", func(dir string, b *strings.Builder) error {
			var table strings.Builder
			for _, p := range pairs {
				if lang == inCxx && !p.withCxx {
					continue
				}
				for _, spec := range []*model.Spec{p.one.zoo, p.one.public} {
					if err := w.generate(dir, lang, p.one, spec, ""); err != nil {
						return err
					}
				}
				fmt.Fprintf(b, "#include \"%s%s\"\n", p.one.stem("home"), lang.header)
				lang.client(b, p.one.drawing, p.steps)
				fmt.Fprintf(&table, "{%q, run_%s}, ", p.id, p.id)
			}
			fmt.Fprintf(b, "static const probe_row rows[] = {%s{NULL, NULL}};\nint main(int argc, char **argv) { return probe_main(argc, argv, rows); }\n", &table)
			return nil
		}),
	}
}

// generate writes what the compiler makes of a specification into a folder: of a library with the bodies that its author
// has written, else what users need.
func (w *workshop) generate(dir string, lang *language, r *release, spec *model.Spec, library string) error {
	name := ""
	if library != "" {
		name = r.stem(library)
	}
	files, report := lang.emit(spec, name)
	if report.HasErrors() {
		return fmt.Errorf("%s: %v", r.row.id, report.All())
	}
	for path, data := range files.All() {
		text := string(data)
		if path == name+lang.source {
			class := func(name string) *model.Interface { i, _ := spec.Lookup(name).(*model.Interface); return i }
			var inside func(string) string
			if lang.inside != nil {
				inside = func(plain string) string { return lang.inside(r, class(r.module(library)+"::"+plain)) }
			}
			text = fill(text, func(key string) string {
				at := strings.LastIndex(key, "::")
				return lang.body(r, class(key[:at]), key[at+2:])
			}, inside)
		}
		if err := w.write(filepath.Join(dir, path), text); err != nil {
			return err
		}
	}
	return nil
}

// A place is a folder with a row's libraries, as one user has them, and the client that he runs.
type place struct {
	*pair
	w          *workshop
	client     string
	second     *language // of release 2
	sub        *language
	want, then []string          // what the client has to print with release 1, with release 2
	lib        string            // folder, for SOM_PATH
	others     string            // another, with release 1 of all other rows, for those above generated code
	next       map[string]string // files of release 2, and where they go
}

// link makes a row's libraries: in one language, with the subclass and the client in others.
func (w *workshop) link(p *pair, shard int, lib, second, sub, client *language) (*place, error) {
	at := &place{pair: p, w: w, second: second, sub: sub, client: w.path(fmt.Sprintf("program-%s-%d", client.cc, shard)), next: map[string]string{}}
	at.want = expect(p.one, p.one, tongues{lib, sub, client}, p.steps)
	at.then = expect(p.two, p.one, tongues{second, sub, client}, p.steps)
	folder := "rows/" + p.id + "-" + client.cc + "-" + sub.cc
	at.lib = w.path(folder + "/lib")
	object := func(what string, l *language) string { return fmt.Sprintf("%s-%s-%d.o", what, l.cc, shard) }
	zoo := p.one.words["Zoo"] + "::"
	first := func() error {
		return w.shared(folder+"/lib/"+libraryOf(p.one, zoo), "entry_"+p.id, object("one", lib))
	}
	if lib == inC {
		first = func() error { return w.hard(ones+"/"+libraryOf(p.one, zoo), folder+"/lib/"+libraryOf(p.one, zoo)) }
	}
	if err := first(); err != nil {
		return nil, err
	}
	subclass := func() error { return w.shared(folder+"/lib/"+p.home(), "entry_"+p.id, object("sub", sub)) }
	switch {
	case sub == inHandwritten:
		subclass = func() error { return w.shared(folder+"/lib/"+p.home(), "entry_"+p.id, "sub-byhand.o") }
	case sub == inGo:
		subclass = func() error { return w.linkGo(p, folder) }
	case above(sub):
		at.others = folder + "/others"
		if err := w.othersThan(libraryOf(p.one, zoo), at.others); err != nil {
			return nil, err
		}
		subclass = func() error { return w.hard(sub.cc+".so", folder+"/lib/"+p.home()) }
	}
	if err := subclass(); err != nil {
		return nil, err
	}
	entries := map[string]string{libraryOf(p.two, zoo): "entry_" + p.id}
	if p.apart != "" || p.substitute[0] != "" {
		entries[libraryOf(p.two, zoo)] = "here_" + p.id
	}
	if p.apart != "" {
		entries[libraryOf(p.two, zoo+p.two.words[p.apart])] = "apart_" + p.id
	}
	for file, entry := range entries {
		if err := w.shared(folder+"/next/"+file, entry, object("two", second)); err != nil {
			return nil, err
		}
		at.next[w.path(folder+"/next/"+file)] = at.lib + "/" + file
	}
	return at, nil
}

// home is the file of the subclass's library.
func (p *pair) home() string { return "lib" + strings.ToLower(p.one.words["Home"]) + ".so" }

// swap puts release 2 in the place of release 1.
func (p *place) swap() error {
	for from, to := range p.next {
		if err := os.Rename(from, to); err != nil {
			return err
		}
	}
	_, err := fs.Stat(os.DirFS(p.lib), p.home())
	return err
}
