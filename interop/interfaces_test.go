package interop_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	gen "github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/interop/idl"
	"github.com/opendsom/dsom/interop/omnipy"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/ifr"
)

// TestInterfaceRepository has omniORBpy walk this project's interface repository with its own stubs, and
// compares what it says with the model.
func TestInterfaceRepository(t *testing.T) {
	t.Parallel()
	py := omnipy.Build(t, &tally)
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "dsom.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	r, err := ifr.OpenRegistry(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	files := gen.FilesOf{}
	for _, name := range []string{"types.idl", "values.idl", "interop.idl"} {
		b, err := idl.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(b)
	}
	c, err := gen.Compile(t.Context(), gen.Options{Resolver: files}, "types.idl", "interop.idl")
	if err != nil {
		t.Fatal(err)
	}
	packed, err := ifr.Pack(c.Spec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Put(t.Context(), "all", packed); err != nil {
		t.Fatal(err)
	}
	o := newORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	ref, err := ifr.New(poa.New(o), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.RegisterInitialReference(ifr.Key, ref)
	all, err := r.Spec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// SOM's own classes have parameters of native types, whose TypeCodes omniORBpy refuses. They, and types for them, are all that stands outside of modules among what is there by itself.
	var without []string
	isSOM := func(d model.Decl) bool {
		if d.About().Scope() != nil || d.About().File() == nil || !d.About().File().Standard {
			return false
		}
		_, module := d.(*model.Module)
		for x := range model.AllIn(d) {
			if i, ok := x.(*model.Interface); ok && i.IsClass() {
				return true
			}
		}
		return !module
	}
	for d := range all.All() {
		if isSOM(d) {
			without = append(without, d.About().Name)
		}
	}
	got, err := py.WalkInterfaces(t, fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/InterfaceRepository", o.Endpoints()[0].Port), without...)
	if err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	l := &irLister{}
	for d := range all.All() {
		if d.About().Scope() == nil && d.About().Name != "CORBA" && !isSOM(d) {
			l.list(all, d)
		}
	}
	l.say("not to be changed")
	l.say("itself", "IDL:omg.org/CORBA/Repository:1.0")
	lines := map[string]int{} // in any order: a module's parts are one there
	for line := range strings.Lines(got) {
		lines[strings.TrimRight(line, " \n")]++
	}
	want := map[string]int{}
	for _, line := range l.lines {
		want[strings.TrimRight(line, " ")]++
	}
	for line, n := range want {
		if lines[line] != n {
			t.Errorf("%d times, not %d: %s", lines[line], n, line)
		}
	}
	for line, n := range lines {
		if want[line] == 0 {
			t.Errorf("%d times, not at all: %s", n, line)
		}
	}
	if len(l.lines) < 500 {
		t.Errorf("just %d lines", len(l.lines))
	}
}

// An irLister says of a model what interfaces.py says of a repository.
type irLister struct {
	lines []string
	seen  map[string]bool
}

func (l *irLister) say(words ...string) { l.lines = append(l.lines, strings.Join(words, " ")) }

func tcKind(t *model.Type) string {
	tc, err := t.TypeCode()
	if err != nil {
		return err.Error()
	}
	return strconv.Itoa(int(tc.Kind()))
}

func listMember(name string, t *model.Type) string { return name + ":" + tcKind(t) + ":" + tcKind(t) }

func (l *irLister) list(spec *model.Spec, d model.Decl) {
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	i := d.About()
	head := func(kind string) bool {
		if l.seen[i.QualifiedName()] {
			return false
		}
		l.seen[i.QualifiedName()] = true
		l.say("dk_"+kind, i.QualifiedName(), i.ID)
		return true
	}
	words := []string{" "}
	switch d := d.(type) {
	case *model.Module:
		head("Module")
	case *model.Struct:
		head("Struct")
		for _, m := range d.AllMembers() {
			words = append(words, listMember(m.Name, m.Type))
		}
		l.say(words...)
	case *model.Exception:
		head("Exception")
		for _, m := range d.Members {
			words = append(words, listMember(m.Name, m.Type))
		}
		l.say(words...)
	case *model.Union:
		head("Union")
		for _, c := range d.Cases {
			for range c.Labels {
				words = append(words, listMember(c.Name, c.Type))
			}
		}
		l.say(words...)
	case *model.Enum:
		head("Enum")
		for _, e := range d.Enumerators {
			words = append(words, e.Name)
		}
		l.say(words...)
	case *model.Typedef:
		head("Alias")
		l.say(" ", tcKind(d.Type))
	case *model.Const:
		head("Constant")
		if d.Type.Kind != model.WChar {
			l.say(" ", tcKind(d.Type), tcKind(d.Type))
		}
	case *model.Native:
		head("Native")
	case *model.ValueBox:
		head("ValueBox")
	case *model.Attribute:
		head("Attribute")
		mode := "ATTR_NORMAL"
		if d.Readonly {
			mode = "ATTR_READONLY"
		}
		l.say(" ", tcKind(d.Type), mode)
	case *model.Operation:
		head("Operation")
		words = append(words, tcKind(d.Result))
		for _, p := range d.Params {
			words = append(words, p.Name+":"+tcKind(p.Type)+":"+[...]string{"PARAM_IN", "PARAM_OUT", "PARAM_INOUT"}[p.Direction])
		}
		l.say(words...)
		words = []string{" "}
		for _, e := range d.Raises {
			words = append(words, e.ID)
		}
		l.say(words...)
	case *model.StateMember:
		head("ValueMember")
	case *model.Interface:
		switch {
		case d.Local:
			head("LocalInterface")
		case d.Abstract:
			head("AbstractInterface")
		default:
			head("Interface")
		}
		if !d.Local {
			words = append(words, strconv.Itoa(len(d.AllOperations())), strconv.Itoa(len(d.AllAttributes())))
			for _, p := range d.Parents() {
				words = append(words, p.ID)
			}
			l.say(words...)
		}
	case *model.ValueType:
		head("Value")
		words = append(words, strconv.Itoa(len(d.AllState())), map[bool]string{true: "True", false: "False"}[d.Abstract], map[bool]string{true: "True", false: "False"}[d.Custom])
		for _, p := range d.Supported() {
			words = append(words, p.ID)
		}
		l.say(words...)
	case *model.Forward:
		switch {
		case d.Definition != nil:
		case d.Of == "interface" && head(map[bool]string{true: "LocalInterface", false: "Interface"}[d.Local]):
			l.say(" ", "0", "0")
		case d.Of == "valuetype" && head("Value"):
			l.say(" ", "0", "False", "False")
		}
	}
	if c, ok := d.(model.Container); ok {
		for _, x := range c.Children() {
			l.list(spec, x)
		}
	}
}
