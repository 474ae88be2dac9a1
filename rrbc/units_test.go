package rrbc_test

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// A pair is a row with both releases, its client's steps and what they have to print.
type pair struct {
	*row
	one, two   *release
	steps      []step
	want, then []string // with release 1, with release 2
}

// A unit is what is compiled together: the same of many rows.
type unit struct {
	name string
	lang language
	text string
}

const head = "#include <som.h>\n#include <probe.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\n"

// units are the texts of some rows in a language: the library's releases, the subclass, the client.
func units(pairs []*pair, lang language, shard int) []unit {
	var one, two, sub, cl, table strings.Builder
	for _, p := range pairs {
		libraryText(&one, p.one)
		libraryText(&two, p.two)
		subclassText(&sub, p.one)
		for _, i := range slices.Concat(p.one.classes(p.one.public, "Zoo"), p.one.classes(p.one.public, "Home")) {
			usage(&cl, i)
		}
		client(&cl, p.one.drawing, p.steps)
		fmt.Fprintf(&table, "{%q, run_%s}, ", p.id, p.id)
	}
	fmt.Fprintf(&cl, "static const probe_row rows[] = {%s{NULL, NULL}};\nint main(int argc, char **argv) { return probe_main(argc, argv, rows); }\n", &table)
	var all []unit
	for _, u := range []struct {
		name string
		text *strings.Builder
	}{{"one", &one}, {"two", &two}, {"sub", &sub}, {"client", &cl}} {
		all = append(all, unit{fmt.Sprintf("%s-%s-%d", u.name, lang.cc, shard), lang, head + u.text.String()})
	}
	return all
}

func libraryText(b *strings.Builder, r *release) {
	classes := r.classes(r.library, "Zoo")
	for _, i := range classes {
		usage(b, i)
		r.implementation(b, i)
	}
	var here, apart []*model.Interface
	for _, i := range classes {
		if libraryOf(r, name(i)) == libraryOf(r, r.words["Zoo"]+"::") {
			here = append(here, i)
		} else {
			apart = append(apart, i)
		}
	}
	after := ""
	if s := r.row.substitute; s[0] != "" && r.n == 2 {
		c, by := r.words["Zoo"]+"_"+r.words[s[0]], r.words["Zoo"]+"_"+r.words[s[1]]
		after = fmt.Sprintf("\tif (som_class_substitute(%s_tokens.c.cls, %s_tokens.c.cls, ev) != SOM_OK) return (int)ev->code;\n", c, by)
	}
	entry(b, "entry_"+r.row.id, here, after)
	if len(apart) > 0 {
		entry(b, "apart_"+r.row.id, apart, "")
	}
}

func subclassText(b *strings.Builder, r *release) {
	for _, i := range r.classes(r.public, "Zoo") {
		usage(b, i)
	}
	classes := r.classes(r.public, "Home")
	for _, i := range classes {
		usage(b, i)
		r.implementation(b, i)
	}
	entry(b, "entry_"+r.row.id, classes, "")
}

// entry writes a library's entry, whose name is the linker's business.
func entry(b *strings.Builder, name string, classes []*model.Interface, after string) {
	fmt.Fprintf(b, "#ifdef __cplusplus\nextern \"C\"\n#endif\nSOM_API int %s(uint32_t abi, som_env *ev) {\n\tint code = abi == SOM_ABI ? SOM_OK : SOM_E_LIBRARY;\n", name)
	for _, i := range classes {
		fmt.Fprintf(b, "\tif (code == SOM_OK) code = %s_define(ev);\n", cname(i))
	}
	b.WriteString("\tif (code != SOM_OK) {\n")
	for _, i := range classes { // nothing may keep what is given up
		fmt.Fprintf(b, "\t\tsom_class_unbind(&%s_tokens.c);\n", cname(i))
	}
	fmt.Fprintf(b, "\t\treturn code;\n\t}\n%s\treturn SOM_OK;\n}\n\n", after)
}

// A place is a folder with a row's libraries, as one user has them, and the client that he runs.
type place struct {
	*pair
	w      *workshop
	client string
	lib    string            // folder, for SOM_PATH
	next   map[string]string // files of release 2, and where they go
}

// link makes a row's libraries: in one language, with the subclass and the client in others.
func (w *workshop) link(p *pair, shard int, lib, second, sub, client language) (*place, error) {
	at := &place{pair: p, w: w, client: w.path(fmt.Sprintf("client-%s-%d", client.cc, shard)), next: map[string]string{}}
	folder := "rows/" + p.id + "-" + lib.cc
	at.lib = w.path(folder + "/lib")
	object := func(what string, l language) string { return fmt.Sprintf("%s-%s-%d.o", what, l.cc, shard) }
	zoo := p.one.words["Zoo"] + "::"
	home := strings.ToLower("lib" + p.one.words["Home"] + ".so")
	if err := w.shared(folder+"/lib/"+libraryOf(p.one, zoo), "entry_"+p.id, object("one", lib)); err != nil {
		return nil, err
	}
	if err := w.shared(folder+"/lib/"+home, "entry_"+p.id, object("sub", sub)); err != nil {
		return nil, err
	}
	entries := map[string]string{libraryOf(p.two, zoo): "entry_" + p.id}
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

// swap puts release 2 in the place of release 1.
func (p *place) swap() error {
	for from, to := range p.next {
		if err := os.Rename(from, to); err != nil {
			return err
		}
	}
	return nil
}
