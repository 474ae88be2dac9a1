package typelib_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/binfmt"
	"github.com/opendsom/dsom/typelib"
)

const exampleIDL = `#include <somobj.idl>

interface Dog : SOMObject {
  attribute string name;
  long bark (in short times);
  // How loud it was.
  implementation {
    releaseorder: _get_name, _set_name, bark;
    majorversion = 1;
    name: nullable_result;
  };
};
`

// an annotator reads a typelib by what docs/typelib.md says, and by nothing else, and writes notes on it.
type annotator struct {
	b     []byte
	at    int
	p     *binfmt.Printer
	texts []string
	types []string
	decls []string
}

func (a *annotator) num() int {
	v, n := binary.Uvarint(a.b[a.at:])
	a.at += n
	return int(v)
}

func (a *annotator) note(format string, args ...any) { a.p.To(a.at, format, args...) }

func (a *annotator) text() string {
	if n := a.num(); n > 0 {
		return a.texts[n-1]
	}
	return ""
}

// word reads a text and notes it.
func (a *annotator) word(what string) string {
	s := a.text()
	a.note("%s %q", what, s)
	return s
}

// number reads a number and notes it.
func (a *annotator) number(what string) int {
	n := a.num()
	a.note("%s %d", what, n)
	return n
}

// list reads a list.
func (a *annotator) list(what string, one func()) {
	for range a.number("list of " + what + ":") {
		one()
	}
}

func (a *annotator) typ(what string) {
	n := a.num()
	if n == 0 {
		a.note("%s none", what)
		return
	}
	a.note("%s %d: %s", what, n, a.types[n-1])
}

func (a *annotator) node() string {
	bits := a.num()
	name := a.text()
	a.note("node, bits %#x, name %q", bits, name)
	for i, what := range []string{"comments before", "comments behind"} {
		if bits>>i&1 != 0 {
			a.list(what, func() { a.word("") })
		}
	}
	if bits&16 != 0 {
		a.list("modifiers", a.modifier)
	}
	return name
}

func (a *annotator) modifier() {
	name, value := a.text(), a.text()
	a.note("modifier %s = %q", name, value)
}

func (a *annotator) typeRecord() {
	kind := a.num()
	name := a.text()
	a.num()
	s := map[int]string{1: "void", 8: "short", 10: "long", 18: "string", 26: "declaration"}[kind]
	switch kind {
	case 18:
		a.num()
	case 26:
		s += fmt.Sprintf(" %d, as %q", a.num(), name)
	}
	a.types = append(a.types, s)
	a.note("kind %d: %s", kind, s)
}

func (a *annotator) decl() {
	kind, scope, file := a.num(), a.num(), a.num()
	a.note("kind %d: %s, scope %d, file %d", kind, map[int]string{2: "interface", 3: "operation", 4: "attribute"}[kind], scope, file)
	a.decls = append(a.decls, a.node())
	a.word("repository id")
	bits := a.number("bits")
	switch kind {
	case 2:
		a.list("bases", func() { a.typ("type") })
		if bits&4 != 0 {
			a.list("modifiers of the class", a.modifier)
			a.typ("metaclass")
			a.list("variables", func() {})
			a.list("inherited methods", func() {})
			a.list("accessors", func() {})
		}
		if bits&8 != 0 {
			major, minor := a.num(), a.num()
			a.note("version %d.%d", major, minor)
			a.list("the release order", func() {
				name, kind := a.text(), a.num()
				a.note("%q, kind %d", name, kind)
			})
		}
	case 3:
		a.typ("result")
		a.number("passing")
		a.list("parameters", func() {
			a.node()
			a.number("passing")
			a.typ("type")
		})
		a.list("exceptions", func() {})
		a.list("context", func() {})
	case 4:
		a.typ("type")
		a.number("passing of what gets it")
		a.number("passing of what sets it")
		a.list("exceptions of the one", func() {})
		a.list("exceptions of the other", func() {})
	}
}

// annotate returns the notes on the example.
func annotate(t *testing.T, b []byte) string {
	a := &annotator{b: b, p: binfmt.New(b)}
	header := func(n int, format string) {
		v := uint64(0)
		for i := range n {
			v |= uint64(b[a.at+i]) << (8 * i)
		}
		a.at += n
		a.note(format, v)
	}
	a.at = 4
	a.note("magic")
	header(1, "format version %d")
	header(1, "minor %d")
	header(2, "header: %d octets")
	header(4, "typelib: %d octets")
	header(4, "CRC-32: %08x")
	n := typelib.Tables(b)
	for _, what := range []string{"texts", "files", "types", "declarations"} {
		header(4, "%d "+what)
	}
	record := func(what string, i int, read func()) {
		size := a.num()
		end := a.at + size
		a.note("%s %d: %d octets", what, i+1, size)
		read()
		if a.at != end {
			t.Errorf("%s %d ends at %d, not %d", what, i+1, a.at, end)
		}
	}
	for i := range n[0] {
		size := a.num()
		a.texts = append(a.texts, string(b[a.at:a.at+size]))
		a.at += size + 1
		a.note("text %d", i+1)
	}
	for i := range n[1] {
		record("file", i, func() {
			a.word("path")
			a.number("bits")
			a.list("what it includes", func() { a.number("file") })
			a.list("comments", func() {})
		})
	}
	for i := range n[2] {
		record("type", i, a.typeRecord)
	}
	for i := range n[3] {
		record("declaration", i, a.decl)
	}
	a.at = len(b)
	a.note("padding")
	return a.p.String()
}

// TestPage holds the example in docs/typelib.md.
func TestPage(t *testing.T) {
	t.Parallel()
	const page, begin, end = "../docs/typelib.md", "go test ./typelib -run Page -->\n", "<!-- end of the example -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	have, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("there is no example")
	}
	want := "```idl\n" + exampleIDL + "```\n\n```\n" + annotate(t, encode(t, source(t, exampleIDL))) + "```\n"
	if have == want {
		return
	}
	t.Error("the example is another one")
	if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
