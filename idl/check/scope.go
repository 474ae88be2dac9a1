package check

import (
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// kind is the kind of what a name denotes, as messages spell it.
type kind string

const (
	kindModule     kind = "module"
	kindInterface  kind = "interface"
	kindStruct     kind = "structure"
	kindUnion      kind = "union"
	kindEnum       kind = "enumeration"
	kindEnumerator kind = "enumerator"
	kindException  kind = "exception"
	kindTypedef    kind = "typedef"
	kindConst      kind = "constant"
	kindNative     kind = "native type"
	kindOperation  kind = "operation"
	kindAttribute  kind = "attribute"
	kindMember     kind = "member"
	kindValue      kind = "valuetype"
	kindEvent      kind = "event type"
	kindBox        kind = "boxed value"
	kindState      kind = "state member"
	kindFactory    kind = "factory"
	kindFinder     kind = "finder"
	kindComponent  kind = "component"
	kindPort       kind = "port"
	kindHome       kind = "home"
	kindParam      kind = "parameter"
	kindBitset     kind = "bitset"
	kindBitfield   kind = "bit field"
	kindBitmask    kind = "bitmask"
	kindFlag       kind = "flag"
	kindAnnotation kind = "annotation"
	kindPortType   kind = "port type"
	kindConnector  kind = "connector"
	kindTemplate   kind = "template module"
	kindFormal     kind = "formal parameter"
)

// isType reports whether the name can stand where a type is expected.
func (k kind) isType() bool {
	switch k {
	case kindInterface, kindStruct, kindUnion, kindEnum, kindTypedef, kindNative, kindValue, kindEvent, kindBox,
		kindComponent, kindHome, kindBitset, kindBitmask,
		kindFormal:
		return true
	}
	return false
}

// A symbol is what a name denotes.
type symbol struct {
	name     syntax.Name
	kind     kind
	scope    *scope     // in which it is declared
	inner    *scope     // that it opens; nil if it opens none
	decl     model.Decl // nil for members, parameters and what is not supported
	node     *model.Node
	forward  *syntax.Forward // the first forward declaration
	defined  bool            // the definition was begun
	complete bool            // the definition has ended: values of it have a size
	holds    incomplete      // of a typedef, structure or union: what it holds that was incomplete
	super    *symbol         // of a structure or bitset: its base
	syntax   any

	id identity
}

func (s *symbol) span() diag.Span { return s.name.Span }

// qualified returns the fully scoped name.
func (s *symbol) qualified() string {
	if s.scope == nil || s.scope.owner == nil {
		return s.name.Text
	}
	return s.scope.owner.qualified() + "::" + s.name.Text
}

// isInherited reports whether the symbol can be neither declared again where it is inherited,
// nor inherited twice (3.8.5). Initializers of valuetypes are not inherited at all.
func (s *symbol) isInherited() bool {
	switch s.kind {
	case kindOperation, kindAttribute, kindState, kindPort:
		return true
	case kindFactory, kindFinder:
		return s.scope.owner.kind == kindHome
	}
	return false
}

// describe names the symbol in a message.
func (s *symbol) describe() string { return string(s.kind) + " " + quote(s.name.Text) }

// A scope holds names (CORBA 3.0, 3.20). They are found whatever their case, since two that
// differ in case only collide.
type scope struct {
	owner  *symbol // nil for the scope around everything
	parent *scope
	names  map[string]*symbol
	order  []*symbol
	bases  []*symbol      // of an interface or valuetype, of the latter what it supports too
	exact  bool           // names that differ in case only do not collide, as in C
	used   map[string]use // names of other scopes that were used here, and so belong to it
}

// use is the first use of a name of another scope.
type use struct {
	name string
	at   diag.Span
	of   *symbol
}

func (s *scope) open(owner *symbol) *scope {
	in := &scope{owner: owner, parent: s, exact: s.exact, names: map[string]*symbol{}, used: map[string]use{}}
	owner.inner = in
	return in
}

func fold(name string) string { return strings.ToLower(name) }

// fold returns a name as the scope knows it: without its case, but in SOM IDL as it is.
func (s *scope) fold(name string) string {
	if s.exact {
		return name
	}
	return fold(name)
}

// find returns what a name denotes in the scope itself or, of an interface, in its bases.
// More than one result is an ambiguity (3.20.2).
func (s *scope) find(name string) []*symbol {
	if sym, ok := s.names[s.fold(name)]; ok {
		return []*symbol{sym}
	}
	if len(s.bases) == 0 {
		return nil
	}
	var found []*symbol
	seen := map[*scope]bool{}
	var visit func(*scope)
	visit = func(in *scope) {
		if seen[in] {
			return
		}
		seen[in] = true
		if sym, ok := in.names[in.fold(name)]; ok {
			for _, f := range found {
				if f == sym {
					return
				}
			}
			found = append(found, sym)
			return
		}
		for _, b := range in.bases {
			if b.inner != nil {
				visit(b.inner)
			}
		}
	}
	for _, b := range s.bases {
		if b.inner != nil {
			visit(b.inner)
		}
	}
	return found
}

// declare enters a name into a scope. It returns the symbol, which for a forward declaration,
// its definition and a module opened again is the one that is there already; nil if the
// name is taken.
func (c *checker) declare(s *scope, name syntax.Name, k kind, again bool) *symbol {
	if old := s.names[s.fold(name.Text)]; old != nil {
		if again && old.kind == k && old.name.Text == name.Text {
			c.indexer.declare(name, old, false)
			return old
		}
		d := diag.Diagnostic{Code: CodeRedeclared, Span: name.Span, Message: quote(name.Text) + " is declared already, as " + article(string(old.kind))}
		if old.name.Text != name.Text {
			d.Code = CodeCase
			d.Message = quote(name.Text) + " differs from " + old.describe() + " only in case"
		}
		d.Notes = note(old.span(), "declared here")
		c.add(d)
		return nil
	}
	if u, ok := s.used[s.fold(name.Text)]; ok && u.of.scope != s && !s.exact {
		d := diag.Diagnostic{
			Code: CodeUsed, Span: name.Span, Notes: note(u.at, "used here as %s", u.of.describe()),
			Message: quote(name.Text) + " cannot be declared here: the name was used in this scope before and means something else",
		}
		if u.name != name.Text {
			d.Message = string(k) + " " + quote(name.Text) + " differs only in case from " + quote(u.name) + ", which was used in this scope"
			d.Help = "a name that is used in a scope belongs to it; write ::" + strings.TrimPrefix(u.of.qualified(), "::") + " to use it without that"
		}
		c.add(d)
		return nil
	}
	if s.owner != nil && s.fold(s.owner.name.Text) == s.fold(name.Text) && s.owner.kind != kindOperation {
		d := diag.Diagnostic{
			Code: CodeScopeName, Span: name.Span, Message: string(k) + " " + quote(name.Text) + " has the name of the scope in which it stands",
			Notes: note(s.owner.span(), "%s begins here", s.owner.describe()),
		}
		if k != kindMember && k != kindState || s.owner.name.Text == name.Text {
			c.add(d)
			return nil
		}
		d.Code = CodeMemberName // harmless, and common in older specifications
		c.add(d)
	}
	if c.declared++; c.declared > c.tree.Names {
		if !c.over {
			c.errorf(syntax.CodeLimit, name.Span, "too many names are declared: more than %d (limit idl-names)", c.tree.Names)
		}
		c.over = true
		return nil
	}
	sym := &symbol{name: name, kind: k, scope: s}
	s.names[s.fold(name.Text)] = sym
	s.order = append(s.order, sym)
	c.indexer.declare(name, sym, true)
	return sym
}

// lookup resolves a name in a scope and records what it denotes. quiet leaves out the report
// of a name that is not found.
func (c *checker) lookup(s *scope, n *syntax.ScopedName, quiet bool) *symbol {
	if sym := c.standsFor[n]; sym != nil {
		c.refs[n] = sym
		return sym
	}
	sym, at := c.first(s, n)
	if sym == nil {
		if !quiet && at >= 0 {
			c.unresolved = append(c.unresolved, unresolved{name: n, scope: s})
		}
		return nil
	}
	c.indexer.use(n.Parts[0], sym)
	for i, part := range n.Parts[1:] {
		if sym.kind == kindFormal {
			break // what is inside depends on the actual parameter
		}
		if sym.inner == nil {
			c.errorf(CodeNoScope, n.Parts[i].Span, "%s has no names in it", sym.describe())
			return nil
		}
		found := sym.inner.find(part.Text)
		switch {
		case len(found) == 0:
			if !quiet {
				c.unresolved = append(c.unresolved, unresolved{name: n, scope: sym.inner, part: i + 1})
			}
			return nil
		case len(found) > 1:
			c.ambiguous(part, found)
		}
		sym = found[0]
		c.checkCase(part, sym)
		c.indexer.use(part, sym)
	}
	if n.Parts[len(n.Parts)-1].Text != sym.name.Text {
		return nil // reported; what it denotes is probably not what was meant
	}
	c.refs[n] = sym
	return sym
}

// first resolves the first part of a name. The result -1 says that the trouble was reported.
func (c *checker) first(s *scope, n *syntax.ScopedName) (*symbol, int) {
	part := n.Parts[0]
	if n.Absolute {
		sym := c.root.names[c.root.fold(part.Text)]
		if sym != nil {
			c.checkCase(part, sym)
		}
		return sym, 0
	}
	for at := s; at != nil; at = at.parent {
		found := at.find(part.Text)
		if len(found) == 0 {
			continue
		}
		if len(found) > 1 {
			c.ambiguous(part, found)
			return nil, -1
		}
		sym := found[0]
		c.checkCase(part, sym)
		if _, ok := s.used[s.fold(part.Text)]; !ok && sym.scope != s && !c.peeking {
			s.used[s.fold(part.Text)] = use{part.Text, part.Span, sym}
		}
		return sym, 0
	}
	return nil, 0
}

func (c *checker) ambiguous(part syntax.Name, found []*symbol) {
	d := diag.Diagnostic{Code: CodeAmbiguous, Span: part.Span, Message: quote(part.Text) + " is inherited from several interfaces", Help: "say which with the interface's name and ::"}
	for _, f := range found {
		d.Notes = append(d.Notes, note(f.span(), "declared as %s in %s here", f.kind, f.scope.owner.name.Text)...)
	}
	c.add(d)
}

func (c *checker) checkCase(part syntax.Name, sym *symbol) {
	if part.Text != sym.name.Text {
		c.add(diag.Diagnostic{
			Code: CodeCase, Span: part.Span, Message: quote(part.Text) + " is spelled " + quote(sym.name.Text) + " where it is declared",
			Notes: note(sym.span(), "declared here"),
		})
	}
}

// unresolved is a name that was not found where it was used.
type unresolved struct {
	name  *syntax.ScopedName
	scope *scope
	part  int // the first part that was not found
}

// reportUnresolved says what is wrong with names that were not found, now that all
// declarations are known.
func (c *checker) reportUnresolved() {
	if c.over {
		return // what was not read may declare them
	}
	for _, u := range c.unresolved {
		part := u.name.Parts[u.part]
		if !part.Escaped && syntax.IsKeyword(part.Text) && c.tree.Broken {
			continue // reported as that
		}
		if c.nameless[u.name] {
			continue
		}
		d := diag.Diagnostic{Code: CodeUndeclared, Span: part.Span, Message: quote(part.Text) + " is not declared"}
		if c.report.Full() {
			c.add(d) // it is counted alone
			continue
		}
		if u.part > 0 {
			d.Message = quote(part.Text) + " is not declared in " + u.scope.owner.describe()
		}
		if later := u.visible(part.Text); later != nil {
			d.Message = quote(part.Text) + " is used before it is declared"
			d.Notes = note(later.span(), "declared here")
		} else if other, ok := foreign[part.Text]; ok && u.part == 0 {
			d.Help = "the IDL type is " + other
		} else if near := c.meant(part.Text, u.candidates); near != "" {
			d.Help = "did you mean " + quote(near) + "?"
		} else if word := syntax.TypeWord(part.Text); word != "" && len(u.name.Parts) == 1 && !u.name.Absolute && !part.Escaped {
			d.Help = "did you mean " + quote(word) + "?"
		} else if u.part == 0 && part.Text == "CORBA" {
			d.Help = "it is declared in <orb.idl>, which must be included"
		}
		c.add(d)
	}
	c.unresolved = nil
}

// foreign are types of other languages and what they are in IDL.
var foreign = map[string]string{
	"int": "long", "bool": "boolean", "byte": "octet", "uint": "unsigned long", "String": "string",
	"size_t": "unsigned long long", "integer": "long", "Any": "any", "object": "Object", "wide": "wstring",
	"real": "double", "true": "TRUE", "false": "FALSE", "list": "sequence", "vector": "sequence",
}

func (u unresolved) visible(name string) *symbol {
	for at := u.scope; at != nil; at = at.parent {
		if found := at.find(name); len(found) > 0 && found[0].name.Text == name {
			return found[0]
		}
		if u.part > 0 {
			break
		}
	}
	return nil
}

func (u unresolved) candidates() []string {
	var names []string
	for at := u.scope; at != nil && len(names) < maxCandidates; at = at.parent {
		for _, s := range at.order[:min(len(at.order), maxCandidates)] {
			names = append(names, s.name.Text)
		}
		for _, b := range at.bases {
			if b.inner != nil {
				for _, s := range b.inner.order[:min(len(b.inner.order), maxCandidates)] {
					names = append(names, s.name.Text)
				}
			}
		}
		if u.part > 0 {
			break
		}
	}
	return names
}

// maxQuoted bounds how much of a name a message quotes, in octets.
const maxQuoted = 60

func quote(s string) string {
	if len(s) > maxQuoted {
		s = strings.ToValidUTF8(s[:maxQuoted], "") + "…"
	}
	return `"` + s + `"`
}

// article puts "a" or "an" before a noun.
func article(noun string) string {
	if noun != "" && strings.IndexByte("aeiou", noun[0]) >= 0 && noun != "union" {
		return "an " + noun
	}
	return "a " + noun
}
