package som

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// The classes that are there from the start. Their methods have the names and the release order
// that IBM shipped in SOM 3.0. All of a program shares them, so that they cannot be changed.
var (
	SOMObject   *Class // the root of all classes
	SOMClass    *Class // the class of classes, its own metaclass
	SOMClassMgr *Class // what a manager is in IBM's model; a Manager does its work
)

// What the kernel itself calls, so that classes and metaclasses may take it over.
var (
	somDefaultInit          Token[func(Self) error]
	somDestruct             Token[func(Self)]
	somInit                 Token[func(Self)]
	somUninit               Token[func(Self)]
	somDumpSelfInt          Token[func(Self, io.Writer, int) error]
	somDefaultConstCopyInit Token[func(Self, Ref) error]
	somDefaultConstAssign   Token[func(Self, Ref) error]
	dispatch                Token[func(Self, context.Context, *Method, []any) ([]any, error)]
	somNew                  Token[func(Self) (Ref, error)]
	somNewNoInit            Token[func(Self) (Ref, error)]
	somClassReady           Token[func(Self) error]
)

// init makes the roots. That cannot be an initializer of variables, since they and their methods
// need each other.
func init() {
	must := func(c *Class) {
		var made []*Class
		if err := c.build(&made); err != nil {
			panic(err)
		}
	}
	SOMObject = &Class{spec: Spec{Name: "SOMObject", Version: Version{1, 7}, Introduces: released(objectOrder, objectMethods)}}
	SOMClass = &Class{spec: Spec{Name: "SOMClass", Version: Version{1, 6}, Parents: []*Class{SOMObject}, Introduces: released(classOrder, classMethods)}}
	must(SOMObject)
	must(SOMClass)
	SOMObject.object = form(SOMClass)
	SOMObject.object.meta = SOMObject
	SOMClassMgr = &Class{spec: Spec{Name: "SOMClassMgr", Version: Version{1, 6}, Introduces: released(managerOrder, nil)}}
	must(SOMClassMgr)

	bind(&somDefaultInit, SOMObject, "somDefaultInit")
	bind(&somDestruct, SOMObject, "somDestruct")
	bind(&somInit, SOMObject, "somInit")
	bind(&somUninit, SOMObject, "somUninit")
	bind(&somDumpSelfInt, SOMObject, "somDumpSelfInt")
	bind(&somDefaultConstCopyInit, SOMObject, "somDefaultConstCopyInit")
	bind(&somDefaultConstAssign, SOMObject, "somDefaultConstAssign")
	bind(&dispatch, SOMObject, "somDispatch")
	bind(&somNew, SOMClass, "somNew")
	bind(&somNewNoInit, SOMClass, "somNewNoInit")
	bind(&somClassReady, SOMClass, "somClassReady")
}

func bind[F any](t *Token[F], c *Class, name string) { *t = MustBind[F](c, name) }

// isRoot reports whether all of a program shares the class.
func (c *Class) isRoot() bool { return c == SOMObject || c == SOMClass || c == SOMClassMgr }

// released makes a release order of names. Those without an implementation keep their places: slots
// that IBM had retired or kept to itself, and what has another form in Go.
func released(order string, impls map[string]any) []MethodSpec {
	var all []MethodSpec
	for name := range strings.FieldsSeq(order) {
		ms := MethodSpec{Name: name, Type: reflect.TypeFor[func(Self) error]()}
		if f, ok := impls[name]; ok {
			ms = MethodSpec{Name: name, Impl: f}
		}
		all = append(all, ms)
	}
	return all
}

// objectMethods are what SOMObject implements. Initializers and destructors of classes are called
// by these, so that who replaces one of these in a class's table has the whole of an
// object's beginning or end in hand.
var objectMethods = map[string]any{
	"somInit":         func(Self) {},
	"somUninit":       func(Self) {},
	"somFree":         func(s Self) error { return s.Ref().Free() },
	"somGetClassName": func(s Self) string { return s.Ref().Class().Name() },
	"somGetClass":     func(s Self) *Class { return s.Ref().Class() },
	"somIsA":          func(s Self, c *Class) bool { return s.Ref().IsA(c) },
	"somIsInstanceOf": func(s Self, c *Class) bool { return s.Ref().Class() == c },
	"somRespondsTo":   func(s Self, m string) bool { return s.Ref().Class().supports(m) },
	"somGetSize":      func(s Self) int { return s.Ref().Class().Size() },
	"somPrintSelf":    printSelf,
	"somDumpSelf":     dumpSelf,
	"somDumpSelfInt":  dumpParts,
	"somDispatch": func(s Self, ctx context.Context, m *Method, args []any) ([]any, error) {
		return m.Apply(ctx, s.Ref(), args)
	},
	"somClassDispatch":        classDispatch,
	"somCastObj":              func(s Self, c *Class) error { return s.Ref().Cast(c) },
	"somResetObj":             func(s Self) error { return s.Ref().Uncast() },
	"somDefaultInit":          func(s Self) error { return s.Ref().visitInit() },
	"somDestruct":             func(s Self) { s.Ref().visitFini() },
	"somDefaultConstCopyInit": func(s Self, from Ref) error { return s.Ref().visitCopy(from) },
	"somDefaultConstAssign":   func(s Self, from Ref) error { return s.Ref().visitAssign(from) },
	// The rest of C++'s four are there for its sake; here an object that is copied is never changed.
	"somDefaultCopyInit": func(s Self, from Ref) error { return s.Ref().visitCopy(from) },
	"somDefaultAssign":   func(s Self, from Ref) error { return s.Ref().visitAssign(from) },
}

func printSelf(s Self, w io.Writer) error {
	_, err := fmt.Fprintf(w, "{%s at %p}\n", s.Ref(), s.Ref().i)
	return err
}

// dumpSelf prints a line for the object, and has somDumpSelfInt print what is in it.
func dumpSelf(s Self, w io.Writer, level int) error {
	r := s.Ref()
	if _, err := fmt.Fprintf(w, "%*s%s, %d references\n", 2*level, "", r, r.Refs()); err != nil {
		return err
	}
	inside, self := somDumpSelfInt.Of(r)
	return inside(self, w, level+1)
}

// dumpParts prints the data of each class.
func dumpParts(s Self, w io.Writer, level int) error {
	r := s.Ref()
	for _, p := range r.Class().layout {
		if _, err := fmt.Fprintf(w, "%*s%s: %x\n", 2*level, "", p.Class, r.Bytes(p.Class)); err != nil {
			return err
		}
	}
	return nil
}

// classDispatch is dispatch as an ancestor has the method.
func classDispatch(s Self, ctx context.Context, c *Class, m *Method, args []any) ([]any, error) {
	r := s.Ref()
	return c.Call(ctx, m, r, args)
}

// classMethods are what SOMClass implements.
var classMethods = map[string]any{
	"somNew":                      func(s Self) (Ref, error) { return s.class().make() },
	"somNewNoInit":                func(s Self) (Ref, error) { return s.class().allocate() },
	"somClassReady":               func(Self) error { return nil },
	"somGetName":                  func(s Self) string { return s.class().Name() },
	"somDescendedFrom":            func(s Self, c *Class) bool { return s.class().DescendsFrom(c) },
	"somCheckVersion":             func(s Self, v Version) bool { return s.class().Version().Serves(v) },
	"somGetVersionNumbers":        func(s Self) Version { return s.class().Version() },
	"somLookupMethod":             func(s Self, name string) (*Method, error) { return s.class().Lookup(name) },
	"somSupportsMethod":           func(s Self, name string) bool { return s.class().supports(name) },
	"somGetNumMethods":            func(s Self) int { return s.class().countMethods() },
	"somGetNumStaticMethods":      func(s Self) int { return len(s.class().Methods()) },
	"somGetInstanceSize":          func(s Self) int { return s.class().Size() },
	"somGetInstancePartSize":      func(s Self) int { return s.class().spec.Data.Size },
	"somGetParents":               func(s Self) []*Class { return s.class().Parents() },
	"somDefinedMethod":            func(s Self, m *Method) any { return s.class().Implements(m) },
	"somMethodImplOwner":          func(s Self, m *Method) (*Class, error) { _, c, err := s.class().Entry(m); return c, err },
	"_get_somInstanceDataOffsets": func(s Self) []Placed { return s.class().Layout() },
	"_get_somDirectInitClasses":   func(s Self) []*Class { return s.class().firstInits() },
	"_get_somDataAlignment":       func(s Self) int { return s.class().align },
}

// class returns the class that an implementation of a metaclass's method was called with.
func (s Self) class() *Class { return s.Ref().i.meta }

// countMethods returns how many methods instances have, dynamic ones among them.
func (c *Class) countMethods() int {
	n := len(c.Methods())
	for _, a := range c.order {
		n += len(a.Dynamics())
	}
	return n
}

// takeOver reports whether overriding m is having a function in Spec: each class's own part of
// an object's beginning and end, which SOMObject's method calls for all of them.
func (s *Spec) takeOver(m *Method, fn any) bool {
	if m.class != SOMObject {
		return false
	}
	switch m.name {
	case "somDefaultInit":
		f := fn.(func(Self) error)
		s.Init = func(r Ref) error { return f(r.self()) }
	case "somDestruct":
		f := fn.(func(Self))
		s.Fini = func(r Ref) { f(r.self()) }
	case "somDefaultConstCopyInit":
		f := fn.(func(Self, Ref) error)
		s.Copy = func(to, from Ref) error { return f(to.self(), from) }
	case "somDefaultConstAssign":
		f := fn.(func(Self, Ref) error)
		s.Assign = func(to, from Ref) error { return f(to.self(), from) }
	default:
		return false
	}
	return true
}
