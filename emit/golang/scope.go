package golang

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// declNames are the Go names that a declaration has in its package. They are kept in the
// manifest, so that a later run knows them. Names that it has no use for are empty.
type declNames struct {
	Name  string `json:"name"`            // the type or constant
	Type  string `json:"type,omitempty"`  // the descriptor
	Class string `json:"class,omitempty"` // an interface's class object
	Base  string `json:"base,omitempty"`  // an interface's base for implementations
	State string `json:"state,omitempty"` // a valuetype's struct
	// Factory is the interface of a valuetype's initializers.
	Factory string `json:"factory,omitempty"`
	// Async is what makes an interface's asynchronous calls, Results are the structures of what they end with.
	Async   string   `json:"async,omitempty"`
	Results []string `json:"results,omitempty"`
	// More are Async's constructor, or a union's constructors, in the order of its cases, the one without arm last.
	More []string `json:"more,omitempty"`
}

func (n *declNames) all() []string {
	var all []string
	for _, s := range append([]string{n.Name, n.Type, n.Class, n.Base, n.State, n.Factory, n.Async}, slices.Concat(n.Results, n.More)...) {
		if s != "" {
			all = append(all, s)
		}
	}
	return all
}

// nameDeclarations gives all declarations of the specification their Go names. Names of
// earlier runs stay; for the rest the order of declaration decides who of two that clash
// gets an underscore.
func (g *generator) nameDeclarations() {
	g.names = map[model.Decl]*declNames{}
	for _, p := range g.packages {
		for id, n := range p.old.declarations() {
			d := g.spec.Lookup(id)
			for _, s := range n.all() {
				p.used[s] = d
			}
			if d != nil {
				g.names[d] = n
			}
		}
	}
	for d := range g.spec.All() {
		if inAnnotation(d) {
			continue
		}
		if g.names[d] == nil {
			g.nameDeclaration(d)
		}
		for _, v := range constantsOf(d) {
			if g.names[v] == nil {
				g.names[v] = &declNames{Name: g.claim(v, g.names[d].Name+"_"+g.identifier(v))}
			}
		}
	}
}

// constantsOf returns the enumerators of an enum, and the flags of a bitmask.
func constantsOf(d model.Decl) []model.Decl {
	var all []model.Decl
	switch d := d.(type) {
	case *model.Enum:
		for _, v := range d.Enumerators {
			all = append(all, v)
		}
	case *model.Bitmask:
		for _, v := range d.Flags {
			all = append(all, v)
		}
	}
	return all
}

// nameDeclaration chooses the names of a declaration.
func (g *generator) nameDeclaration(d model.Decl) {
	switch d := d.(type) {
	case *model.Module, *model.Operation, *model.Attribute, *model.StateMember, *model.Factory:
		return // no name in the package
	case *model.Forward:
		if !isReference(d) || g.spec.Lookup(d.QualifiedName()) != model.Decl(d) {
			return
		}
	}
	n := &declNames{Name: g.claim(d, g.scopePrefix(d)+g.identifier(d))}
	g.names[d] = n
	switch d := d.(type) {
	case *model.Struct, *model.Exception, *model.Enum, *model.Typedef, *model.ValueBox, *model.Bitset, *model.Bitmask:
		n.Type = g.claim(d, n.Name+"Type")
	case *model.ValueType:
		n.Type = g.claim(d, n.Name+"Type")
		if !d.Abstract {
			n.State = g.claim(d, n.Name+"State")
		}
		if len(d.Factories()) > 0 {
			n.Factory = g.claim(d, n.Name+"Factory")
		}
	case *model.Union:
		n.Type = g.claim(d, n.Name+"Type")
		for _, c := range d.Cases {
			n.More = append(n.More, g.claim(d, "New"+n.Name+"_"+g.memberName(&c.Node, g.style(d).Exported)))
		}
		if hasNone(d) {
			n.More = append(n.More, g.claim(d, "New"+n.Name+"_None"))
		}
	default:
		if i, ok := g.interfaceOf(d); ok && !i.Local && !g.opt.Classes {
			n.Class = g.claim(d, n.Name+"Class")
			if !i.Abstract {
				n.Base = g.claim(d, n.Name+"Base")
			}
			g.nameAsynchronous(i, n)
		}
	}
}

// claim takes a name in the package of d, or that with underscores if it is taken.
func (g *generator) claim(d model.Decl, name string) string {
	p := g.packageOf(d)
	for {
		if _, taken := p.used[name]; !taken {
			p.used[name] = d
			return name
		}
		name += "_"
	}
}

// scopePrefix returns what stands before the identifier of d for the scopes around it.
func (g *generator) scopePrefix(d model.Decl) string {
	scope := d.About().Scope()
	switch s := scope.(type) {
	case *model.Enum, *model.Bitmask:
		scope = s.About().Scope()
	}
	var prefix string
	for ; scope != nil; scope = scope.About().Scope() {
		if n := g.names[scope]; n != nil { // a type: its name has the rest
			return n.Name + "_" + prefix
		}
		if scope.About().Scope() != nil || g.units[g.unitKey(scope)].guest {
			prefix = g.identifier(scope) + "_" + prefix
		}
	}
	return prefix
}

// style returns how identifiers of a declaration become Go names: as the options say, but in
// this module's own packages as those were generated.
func (g *generator) style(d model.Decl) Style {
	if g.units[g.unitKey(d)].standard {
		return Camel
	}
	return g.opt.Names
}

// identifier returns the Go identifier of a declaration by itself.
func (g *generator) identifier(d model.Decl) string {
	return g.memberName(&d.About().Node, g.style(d).Exported)
}

// memberName returns the Go identifier of a node: what a pragma says, or what the rule says.
func (g *generator) memberName(n *model.Node, rule func(string) string) string {
	name := ""
	for _, p := range n.Pragmas {
		switch {
		case p.Name != pragmaName:
		case len(p.Args) != 1 || !isIdentifier(p.Args[0]):
			g.problem(CodeBadName, p.Span, "", "%q is not an exported Go identifier", strings.Join(p.Args, " "))
		default:
			name = p.Args[0]
		}
	}
	if name == "" {
		return rule(n.Name)
	}
	return name
}

// A nameSet gives names in a scope of a type: the later of two that clash gets an underscore.
type nameSet map[string]bool

func (s nameSet) claim(name string) string {
	for s[name] {
		name += "_"
	}
	s[name] = true
	return name
}

// memberNames returns the Go names of the members of a structure or exception.
func (g *generator) memberNames(in model.Decl, ms []*model.Member) []string {
	taken := nameSet{}
	if base := baseOf(in); base != nil {
		taken[g.names[base].Name] = true // the embedded structure
	}
	var names []string
	for _, m := range ms {
		names = append(names, taken.claim(g.memberName(&m.Node, g.style(in).Member)))
	}
	return names
}

// armNames returns the Go names of the accessors of a union, and of the fields behind them.
func (g *generator) armNames(u *model.Union) (methods, fields []string) {
	taken, inside := nameSet{}, nameSet{}
	if g.opt.Classes {
		taken.claim("SOMArm")
	}
	for _, c := range u.Cases {
		methods = append(methods, taken.claim(g.memberName(&c.Node, g.style(u).Method)))
		fields = append(fields, inside.claim(g.style(u).armField(c.Name)))
	}
	return methods, fields
}

// methodNames are the Go methods of an operation or attribute.
type methodNames struct {
	call string // the operation, or reading the attribute
	set  string // writing the attribute
}

// membersOf returns the operations and attributes that an interface or valuetype declares itself.
func membersOf(d model.Container) []model.Decl {
	var ms []model.Decl
	for _, m := range d.Children() {
		switch m.(type) {
		case *model.Operation, *model.Attribute:
			ms = append(ms, m)
		}
	}
	return ms
}

// ownMethods returns the names of the methods that an interface or valuetype declares itself.
func (g *generator) ownMethods(i model.Container) map[model.Decl]methodNames {
	if ms := g.methods[i]; ms != nil {
		return ms
	}
	ms := map[model.Decl]methodNames{}
	taken := nameSet{}
	if v, ok := i.(*model.ValueType); ok {
		for _, name := range valueMethods {
			taken[name] = true
		}
		taken[g.accessor(v)] = true
	}
	if c, ok := i.(*model.Interface); ok && g.opt.Classes && c.IsClass() {
		for name := range classMembers {
			taken[name] = true
		}
	}
	for _, d := range membersOf(i) {
		n := methodNames{call: taken.claim(g.memberName(&d.About().Node, g.style(i).Method))}
		if a, ok := d.(*model.Attribute); ok && !a.Readonly {
			n.set = taken.claim("Set" + g.memberName(&a.Node, g.style(i).Exported))
		}
		ms[d] = n
	}
	g.methods[i] = ms
	return ms
}

// checkInherited says where an interface would get two methods of one name.
func (g *generator) checkInherited(i model.Container, members []model.Decl) {
	owner := map[string]model.Decl{}
	for _, d := range members {
		n := g.ownMethods(d.About().Scope().(model.Container))[d]
		for _, name := range []string{n.call, n.set} {
			if name == "" {
				continue
			}
			other := owner[name]
			if other == nil {
				owner[name] = d
				continue
			}
			g.problem(CodeInherited, i.About().NameSpan, "give one of them another name: #pragma go_name ::"+d.About().ScopedName()+" Name",
				"%s inherits %s and %s, which are both %s in Go", i.About().Name, other.About().ScopedName(), d.About().ScopedName(), name)
		}
	}
}

// A param is a parameter or result of a Go method.
type param struct {
	name string // as in the Go interface
	typ  *model.Type
}

// A signature is that of a Go method without ctx and err.
type signature struct {
	ins  []param
	outs []param // result first
	// outs[0] is the result
	returns bool
}

// signature returns the parameters of an operation.
func (g *generator) signature(o *model.Operation) signature {
	s := signature{}
	taken := nameSet{}
	if !o.Result.IsVoid() {
		s.returns = true
		s.outs = append(s.outs, param{"result", o.Result})
	}
	for _, p := range o.Params {
		name := taken.claim(g.style(o).Local(p.Name))
		if p.Direction != model.Out {
			s.ins = append(s.ins, param{name, p.Type})
		}
		switch p.Direction {
		case model.InOut:
			s.outs = append(s.outs, param{taken.claim(name + "Out"), p.Type})
		case model.Out:
			s.outs = append(s.outs, param{name, p.Type})
		}
	}
	return s
}
