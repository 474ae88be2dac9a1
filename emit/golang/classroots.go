package golang

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// Methods of the runtime's classes that a class overrides. Their types in Go are the runtime's, and not what the IDL would have them.

// A rootMethod is what a method of the runtime's classes is in Go.
type rootMethod struct {
	params, results string
	body            string // of an override to begin with, where that is no parent call
}

// What an override begins with that makes no parent call: calls of these two are none meanwhile, a hook's are BeforeAfter's, and a metaclass
// hands on to the next.
const (
	emptyBody = ";"
	nextBody  = "return %s.Next().%s()"
	trueBody  = "return true, nil"
)

// rootMethods are those that the runtime has. The others have but a place in the release order.
var rootMethods = map[string]rootMethod{
	"SOMObject::somInit":          {body: emptyBody},
	"SOMObject::somUninit":        {body: emptyBody},
	"SOMObject::somFree":          {results: "error"},
	"SOMObject::somGetClassName":  {results: "string"},
	"SOMObject::somGetClass":      {results: "*som.Class"},
	"SOMObject::somIsA":           {params: "class *som.Class", results: "bool"},
	"SOMObject::somIsInstanceOf":  {params: "class *som.Class", results: "bool"},
	"SOMObject::somRespondsTo":    {params: "method string", results: "bool"},
	"SOMObject::somGetSize":       {results: "int"},
	"SOMObject::somPrintSelf":     {params: "out io.Writer", results: "error"},
	"SOMObject::somDumpSelf":      {params: "out io.Writer, level int", results: "error"},
	"SOMObject::somDumpSelfInt":   {params: "out io.Writer, level int", results: "error"},
	"SOMObject::somDispatch":      {params: "ctx context.Context, method *som.Method, args []any", results: "[]any, error"},
	"SOMObject::somClassDispatch": {params: "ctx context.Context, class *som.Class, method *som.Method, args []any", results: "[]any, error"},
	"SOMObject::somCastObj":       {params: "class *som.Class", results: "error"},
	"SOMObject::somResetObj":      {results: "error"},

	"SOMClass::somNew":                      {results: "som.Ref, error", body: nextBody},
	"SOMClass::somNewNoInit":                {results: "som.Ref, error", body: nextBody},
	"SOMClass::somClassReady":               {results: "error", body: nextBody},
	"SOMClass::somGetName":                  {results: "string"},
	"SOMClass::somDescendedFrom":            {params: "class *som.Class", results: "bool"},
	"SOMClass::somCheckVersion":             {params: "version som.Version", results: "bool"},
	"SOMClass::somGetVersionNumbers":        {results: "som.Version"},
	"SOMClass::somLookupMethod":             {params: "method string", results: "*som.Method, error"},
	"SOMClass::somSupportsMethod":           {params: "method string", results: "bool"},
	"SOMClass::somGetNumMethods":            {results: "int"},
	"SOMClass::somGetNumStaticMethods":      {results: "int"},
	"SOMClass::somGetInstanceSize":          {results: "int"},
	"SOMClass::somGetInstancePartSize":      {results: "int"},
	"SOMClass::somGetParents":               {results: "[]*som.Class"},
	"SOMClass::somDefinedMethod":            {params: "method *som.Method", results: "any"},
	"SOMClass::somMethodImplOwner":          {params: "method *som.Method", results: "*som.Class, error"},
	"SOMClass::_get_somInstanceDataOffsets": {results: "[]som.Placed"},
	"SOMClass::_get_somDirectInitClasses":   {results: "[]*som.Class"},
	"SOMClass::_get_somDataAlignment":       {results: "int"},

	"SOMMBeforeAfter::sommBeforeMethod":          {params: "ctx context.Context, call *meta.Call", results: "bool, error", body: trueBody},
	"SOMMBeforeAfter::sommAfterMethod":           {params: "ctx context.Context, call *meta.Call", body: emptyBody},
	"SOMMSingleInstance::sommGetSingleInstance":  {results: "som.Ref, error"},
	"SOMMSingleInstance::sommFreeSingleInstance": {results: "error"},
	"SOMMTraced::_get_sommTraceIsOn":             {results: "bool"},
	"SOMMTraced::_set_sommTraceIsOn":             {params: "on bool"},
	"SOMMProxyFor::sommMakeProxyClass":           {params: "target *som.Class, name string", results: "*som.Class, error"},
	"SOMMProxyForObject::_get_sommProxyTarget":   {results: "som.Ref"},
	"SOMMProxyForObject::_set_sommProxyTarget":   {params: "target som.Ref"},
	"SOMMProxyForObject::sommProxyDispatch":      {params: "ctx context.Context, method *som.Method, args []any", results: "[]any, error"},
}

// A rootOverride is an override of one of them.
type rootOverride struct {
	rootMethod
	class       *model.Interface // that introduces it
	operation   string
	method      string // the Go name
	key         string
	implemented bool
}

// rootOverrides returns what the class overrides of the runtime's classes, but for what is part of an object's life.
func rootOverrides(d *model.Interface) []rootOverride {
	var all []rootOverride
	for _, o := range d.Overridden() {
		class := introducer(d, o)
		if class == nil || !isStandardClass(class) || cabi.LifeOf(o) != "" {
			continue
		}
		key := class.ScopedName() + "::" + o.Name
		m, ok := rootMethods[key]
		all = append(all, rootOverride{m, class, o.Name, plainName(o.Name), key, ok})
	}
	return all
}

// introducer returns the class whose method an override implements, or nil.
func introducer(d *model.Interface, o *model.Override) *model.Interface {
	for _, a := range d.Ancestors() {
		if o.Of == "::"+a.ScopedName()+"::"+o.Name {
			return a
		}
	}
	if m := d.FindMethod(o.Name); m != nil && m.Class != d {
		return m.Class
	}
	return nil
}

var packageOfType = regexp.MustCompile(`\b([a-z]+)\.`)

// rootType returns types as the table has them, whose packages are imported.
func (w *classWriter) rootType(types string) string {
	for _, p := range packageOfType.FindAllStringSubmatch(types, -1) {
		w.rt(p[1])
	}
	return types
}

// rootResults returns results with a blank before them, or nothing.
func (w *classWriter) rootResults(m *rootOverride) string {
	switch results := w.rootType(m.results); {
	case results == "":
		return ""
	case strings.Contains(results, ","):
		return " (" + results + ")"
	default:
		return " " + results
	}
}

// names returns the names of the parameters, and types their types.
func (m *rootMethod) split() (names, types []string) {
	for p := range strings.SplitSeq(m.params, ", ") {
		if name, typ, ok := strings.Cut(p, " "); ok {
			names, types = append(names, name), append(types, typ)
		}
	}
	return names, types
}

func (m *rootOverride) token() string { return lowerFirst(m.method) + "Token" }

// rootTokens prints what binds the methods whose overrides begin with parent calls.
func (w *classWriter) rootTokens() {
	var tokens []string
	for _, m := range rootOverrides(w.d) {
		if m.body != "" || !m.implemented {
			continue
		}
		_, types := m.split()
		f := "func(" + w.rootType(strings.Join(slices.Insert(types, 0, "som.Self"), ", ")) + ")" + w.rootResults(&m)
		tokens = append(tokens, fmt.Sprintf("%s = %s.MustBind[%s](%s, %q)", m.token(), w.rt("som"), f, w.standardClass(m.class), m.operation))
	}
	if len(tokens) > 0 {
		w.L("// What the class overrides of the runtime's, bound for parent calls.")
		w.grouped("var", tokens)
	}
}

// rootBodies prints the overrides of the runtime's methods.
func (w *classWriter) rootBodies() {
	for _, m := range rootOverrides(w.d) {
		l := w.newLocals("ctx")
		var params, args []string
		names, types := m.split()
		for i, name := range names {
			if name != "ctx" {
				name = l.either(name, name+"_")
			}
			params, args = append(params, name+" "+w.rootType(types[i])), append(args, name)
		}
		o, fn, self := l.either("o", "object_"), l.either("fn", "call"), l.either("self", "object")
		w.implements(m.method, m.operation)
		w.F("func (%s *object) %s(%s)%s {", o, m.method, strings.Join(params, ", "), w.rootResults(&m))
		switch m.body {
		case emptyBody:
		case nextBody:
			w.F(nextBody, o, m.method)
		case trueBody:
			w.L(trueBody)
		default:
			w.F("%s, %s := %s.In(%s, %s.SOM())", fn, self, m.token(), w.rootParent(m.class), o)
			call := fmt.Sprintf("%s(%s)", fn, strings.Join(slices.Insert(args, 0, self), ", "))
			if m.results != "" {
				call = "return " + call
			}
			w.L(call)
		}
		w.L("}")
		w.Blank()
	}
}

// rootParent returns the expression for the parent whose implementation an override takes the place of.
func (w *classWriter) rootParent(introduces *model.Interface) string {
	for _, p := range w.d.Parents() {
		if p.Inherits(introduces) && !slices.Contains(w.d.AbstractParents(), p) {
			return w.classValue(p)
		}
	}
	return w.standardClass(introduces)
}

// lifeMethods are the parts of an object's life in Go, by what cabi.LifeOf has them.
var lifeMethods = map[string]string{
	"init": "SomDefaultInit() error", "fini": "SomDestruct()", "copy": "SomDefaultCopyInit(from *object) error", "assign": "SomDefaultAssign(from *object) error",
}

// lives returns the overrides that are parts of an object's life, the first of each.
func lives(d *model.Interface) []*model.Override {
	var all []*model.Override
	seen := map[string]bool{}
	for _, o := range d.Overridden() {
		if l := cabi.LifeOf(o); l != "" && !seen[l] {
			seen[l] = true
			all = append(all, o)
		}
	}
	return all
}

// lifeBodies prints them: what copies begins with the fields of attributes that the kernel does not copy, since a Held is copied before.
func (w *classWriter) lifeBodies() {
	var to, from []string
	for _, a := range w.d.Attributes() {
		if !a.HasModifier("nodata") && !refers(a.Type, map[model.Decl]bool{}) {
			to, from = append(to, "o."+w.attributeField(a)), append(from, "from."+w.attributeField(a))
		}
	}
	for _, o := range lives(w.d) {
		l := cabi.LifeOf(o)
		name, _, _ := strings.Cut(lifeMethods[l], "(")
		w.implements(name, o.Name)
		switch {
		case l == "fini":
			w.F("func (o *object) %s {}", lifeMethods[l])
		case l == "init" || len(to) == 0:
			w.F("func (o *object) %s { return nil }", lifeMethods[l])
		default:
			w.F("func (o *object) %s {", lifeMethods[l])
			w.F("%s = %s", strings.Join(to, ", "), strings.Join(from, ", "))
			w.L("return nil")
			w.L("}")
		}
		w.Blank()
	}
}

// checkRoots says which overrides of the runtime's methods Go has no form of.
func (g *generator) checkRoots(i *model.Interface) {
	const help = "let a class in another language override it"
	for _, m := range rootOverrides(i) {
		if !m.implemented {
			g.problem(CodeNotSupported, i.NameSpan, help, "%s overrides %s, which has but a place in the release order in Go", i.Name, m.key)
		}
	}
	first := map[string]string{}
	for _, o := range i.Overridden() {
		switch l := cabi.LifeOf(o); {
		case l == "":
		case first[l] != "":
			g.problem(CodeNotSupported, i.NameSpan, "override one of them", "%s overrides %s and %s, which are one in Go: what an object does when it is %s", i.Name, first[l], o.Name, map[string]string{"copy": "copied", "assign": "assigned"}[l])
		default:
			first[l] = o.Name
		}
	}
}
