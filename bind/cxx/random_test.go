package cxx_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/emit/cxx"
)

// A writer writes random IDL: types that use each other, and classes that use the types and inherit from each other.
type writer struct {
	*rand.Rand
	strings.Builder
	types   []string // that values can have
	names   []string // of classes
	methods map[string][]string
	n       int
}

func (w *writer) pick(from []string) string { return from[w.IntN(len(from))] }

// typ returns a type, of what was declared.
func (w *writer) typ() string {
	if w.IntN(4) == 0 {
		return "sequence<" + w.pick(w.types) + ">"
	}
	return w.pick(w.types)
}

func (w *writer) name(kind string) string {
	w.n++
	return kind + strconv.Itoa(w.n)
}

func (w *writer) members() string {
	var b strings.Builder
	for i := range 1 + w.IntN(4) {
		fmt.Fprintf(&b, " %s m%d%s;", w.typ(), i, w.pick([]string{"", "", "", "[2]", "[2][3]"}))
	}
	return b.String()
}

func (w *writer) declare() {
	switch w.IntN(5) {
	case 0:
		name := w.name("Enum")
		fmt.Fprintf(w, "  enum %s { %sa, %sb, %sc };\n", name, name, name, name)
		fmt.Fprintf(w, "  union Of%s switch (%s) { case %sa:%s default: %s other; };\n", name, name, name, strings.Replace(w.typ(), "", " ", 1)+" first;", w.typ())
		w.types = append(w.types, name, "Of"+name)
	case 1:
		name := w.name("Union")
		fmt.Fprintf(w, "  union %s switch (%s) { case 1: case 2: %s a; case 3: %s b[3]; };\n", name, w.pick([]string{"long", "short", "octet", "unsigned long long"}), w.typ(), w.typ())
		w.types = append(w.types, name)
	case 2:
		name := w.name("Alias")
		fmt.Fprintf(w, "  typedef %s %s;\n", w.typ(), name)
		w.types = append(w.types, name)
	default:
		name := w.name("Struct")
		self := ""
		if w.IntN(3) == 0 {
			self = " sequence<" + name + "> below;"
		}
		fmt.Fprintf(w, "  struct %s {%s%s };\n", name, w.members(), self)
		w.types = append(w.types, name)
	}
}

func (w *writer) class() {
	name := w.name("Class")
	parents := []string{}
	for range w.IntN(3) {
		if p := w.pick(append(w.names, "SOMObject")); p != "SOMObject" && !strings.Contains(strings.Join(parents, ","), p) {
			parents = append(parents, p)
		}
	}
	if len(parents) == 2 && strings.Compare(parents[0], parents[1]) < 0 && w.IntN(2) == 0 {
		parents[0], parents[1] = parents[1], parents[0]
	}
	if len(parents) == 0 {
		parents = []string{"SOMObject"}
	}
	exception := w.name("Problem")
	fmt.Fprintf(w, "  exception %s {%s };\n", exception, w.pick([]string{"", w.members()}))
	fmt.Fprintf(w, "  interface %s : %s {\n", name, strings.Join(parents, ", "))
	var modifiers, own []string
	for range w.IntN(5) {
		m := w.name("op")
		own = append(own, m)
		fmt.Fprintf(w, "    %s %s(in %s a, out %s b, inout %s c) raises (%s);\n", w.pick([]string{"void", w.typ()}), m, w.typ(), w.typ(), w.typ(), exception)
		switch w.IntN(6) {
		case 0:
			modifiers = append(modifiers, m+": nonstatic;")
		case 1:
			modifiers = append(modifiers, m+": procedure;")
		default:
			w.methods[name] = append(w.methods[name], m)
		}
	}
	for range w.IntN(3) {
		fmt.Fprintf(w, "    %sattribute %s %s;\n", w.pick([]string{"", "readonly "}), w.typ(), w.name("attr"))
	}
	if w.IntN(3) == 0 {
		m := w.name("with")
		fmt.Fprintf(w, "    void %s(inout somInitCtrl ctrl, in %s a, in string b);\n", m, w.typ())
		modifiers = append(modifiers, m+": init;")
	}
	for _, p := range parents {
		for _, m := range w.methods[p] {
			if w.IntN(2) == 0 {
				modifiers = append(modifiers, m+": override;")
			}
		}
	}
	fmt.Fprintf(w, "    implementation { releaseorder: %s; minorversion = 1; %s %s i; };\n  };\n", strings.Join(own, ", "), strings.Join(modifiers, " "), w.typ())
	w.names = append(w.names, name)
	w.types = append(w.types, name)
}

// TestRandom compiles what the compiler makes of random IDL: headers, the implementation to be filled in as it is, and the
// library's entry. DSOM_SEED repeats a run.
func TestRandom(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("DSOM_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	for n, c := range []toolchain{gcc, clang} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.need(t)
			c.kernel(t)
			generated(t)
			t.Logf("DSOM_SEED=%d", seed)
			w := &writer{Rand: rand.New(rand.NewPCG(seed, uint64(n))), methods: map[string][]string{}}
			w.types = strings.Fields("boolean octet char wchar short long double string wstring float")
			w.types = append(w.types, "long long", "unsigned short")
			w.WriteString("#include <somobj.idl>\nmodule Random {\n")
			for range 12 {
				w.declare()
				if w.IntN(2) == 0 {
					w.class()
				}
			}
			w.class()
			w.WriteString("};\n")
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "random.idl"), []byte(w.String()), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := generate(filepath.Join(dir, "random.idl"), dir, cxx.Options{Parts: cxx.Usage | cxx.Implementation | cxx.Template, Library: "random"}); err != nil {
				t.Fatalf("%v\n%s", err, w.String())
			}
			info := filepath.Join(dir, "typelib.o")
			if err := c.compile(t, info, "-c", filepath.Join(dir, "random_typelib.c")); err != nil {
				t.Fatal(err)
			}
			if err := c.compile(t, filepath.Join(dir, "librandom.so"), "-O0", "-shared", "-I"+dir, filepath.Join(dir, "random.cpp"), filepath.Join(dir, "random_library.cpp"), info); err != nil {
				t.Fatalf("%v\n%s", err, w.String())
			}
		})
	}
}
