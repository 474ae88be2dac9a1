package check

import (
	gocontext "context"
	_ "embed" // annotations.idl
	"math/big"
	"slices"
	"sync"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// Annotations (IDL 4.2, 7.4.15): their declarations, and their uses held against these. The
// name of an annotation never collides with another: its symbol's name begins with @.

// annotated is what the checker knows of annotations.
type annotated struct {
	annotationItems []*annotationItem
	typeNotes       []typeNote
	insideScope     map[*syntax.Annotation]*scope // of those inside types
	standard        *scope                        // of the standardized annotations; made when first needed
	applications    map[*syntax.Annotation]*model.Annotation
	targets         map[*model.Node]target
}

type (
	annotationItem struct {
		sym     *symbol
		model   *model.AnnotationDecl
		members []*annotationMember
		made    bool
	}
	annotationMember struct {
		syntax *syntax.AnnotationMember
		model  *model.AnnotationMember
		any    bool
	}
	// typeNote is annotations inside a type: of elements, keys and discriminators.
	typeNote struct {
		typ    *model.Type
		syntax []*syntax.Annotation
	}
	// target is what an annotation stands before.
	target struct {
		kind kind
		typ  *model.Type // of a member, parameter, attribute, typedef or constant
	}
)

// annotationDecl declares an annotation with its parameters.
func (c *checker) annotationDecl(d *syntax.AnnotationDecl, s *scope) {
	name := syntax.Name{Text: "@" + d.Name.Text, Span: d.Name.Span}
	sym := c.declare(s, name, kindAnnotation, false)
	if sym == nil {
		sym = &symbol{name: name, kind: kindAnnotation, scope: s}
	}
	m := &model.AnnotationDecl{}
	c.define(sym, d, m, &m.Info, &d.Head)
	m.Name = d.Name.Text
	item := &annotationItem{sym: sym, model: m}
	sym.syntax, sym.complete = item, true
	c.annotationItems = append(c.annotationItems, item)
	inner := s.open(sym)
	for _, x := range d.Decls {
		am, ok := x.(*syntax.AnnotationMember)
		if !ok {
			c.decl(x, inner)
			continue
		}
		c.typeExpr(am.Type, inner, inCall)
		if am.Default != nil {
			c.label(syntax.Label{Value: am.Default}, c.enumBehind(am.Type), inner)
		}
		q := &model.AnnotationMember{Node: node(am.Name, am.Span)}
		c.declareNode(inner, am.Name, kindMember, &q.Node)
		c.noted = append(c.noted, noted{&q.Node, &am.Head})
		m.Members = append(m.Members, q)
		item.members = append(item.members, &annotationMember{syntax: am, model: q})
	}
}

// annotationTypes makes the types and defaults of an annotation's parameters, once.
func (c *checker) annotationTypes(item *annotationItem) {
	if item.made {
		return
	}
	item.made = true
	for _, m := range item.members {
		t := c.typ(m.syntax.Type)
		if t == nil {
			continue
		}
		m.model.Type = t
		r := c.resolved(t)
		switch {
		case r == nil:
			m.model.Type = nil
		case r.Kind == model.Any:
			m.any = true
			if m.syntax.Default != nil {
				m.model.Default = c.guess(m.syntax.Default)
			}
		case !canBeConst(r):
			c.add(diag.Diagnostic{
				Code: CodeAnnotationDecl, Span: m.syntax.Type.TypeSpan(), Message: "a parameter of an annotation cannot be of type " + kindOf(r),
				Help: "its type is that of a constant, or any",
			})
		case m.syntax.Default != nil:
			m.model.Default, _ = c.eval(m.syntax.Default, r, "the default of "+quote(m.syntax.Name.Text))
		}
	}
}

//go:embed annotations.idl
var standardText string

// standardTree is the parsed declarations of the standardized annotations. It is never changed.
var standardTree = sync.OnceValue(func() *syntax.Tree {
	const name = "annotations.idl"
	return syntax.Parse(gocontext.Background(), syntax.Config{Resolver: syntax.FilesOf{name: standardText}}, name)
})

// standards returns the scope of the standardized annotations.
func (c *checker) standards() *scope {
	if c.standard == nil {
		c.standard = &scope{names: map[string]*symbol{}, used: map[string]use{}}
		c.decls(standardTree().Decls, c.standard)
	}
	return c.standard
}

// findAnnotation returns the declaration of the annotation that a name denotes in a scope; nil
// if it is not known.
func (c *checker) findAnnotation(n *syntax.ScopedName, s *scope) *annotationItem {
	last := c.root.fold("@" + n.Parts[len(n.Parts)-1].Text)
	var sym *symbol
	switch {
	case len(n.Parts) > 1:
		within := &syntax.ScopedName{Absolute: n.Absolute, Parts: n.Parts[:len(n.Parts)-1], Span: n.Span}
		if in := c.peek(s, within); in != nil && in.inner != nil {
			sym = in.inner.names[last]
		}
	case n.Absolute:
		sym = c.root.names[last]
	default:
		for at := s; at != nil && sym == nil; at = at.parent {
			if found := at.find("@" + n.Parts[0].Text); len(found) > 0 {
				sym = found[0]
			}
		}
	}
	if sym == nil && len(n.Parts) == 1 {
		sym = c.standards().names[last]
	}
	if sym == nil || sym.name.Text != "@"+n.Parts[len(n.Parts)-1].Text {
		return nil
	}
	c.indexer.use(n.Parts[len(n.Parts)-1], sym)
	item, _ := sym.syntax.(*annotationItem)
	return item
}

// peek looks a name up without bringing it into the scope and without a report.
func (c *checker) peek(s *scope, n *syntax.ScopedName) *symbol {
	peeking := c.peeking
	c.peeking = true
	sym := c.lookup(s, n, true)
	c.peeking = peeking
	return sym
}

// isStandard returns the name of a standardized annotation, "" for others.
func (c *checker) isStandard(item *annotationItem) string {
	if item == nil || item.sym.scope != c.standard {
		return ""
	}
	return item.model.Name
}

// typeAnnotations remembers where annotations inside a type stand.
func (c *checker) typeAnnotations(as []*syntax.Annotation, s *scope) {
	for _, a := range as {
		if c.insideScope == nil {
			c.insideScope = map[*syntax.Annotation]*scope{}
		}
		c.insideScope[a] = s
	}
}

// annotateType leaves annotations inside a type for the pass that applies them.
func (c *checker) annotateType(t *model.Type, as []*syntax.Annotation) {
	if t != nil && len(as) > 0 {
		c.typeNotes = append(c.typeNotes, typeNote{t, as})
	}
}

// annotations gives declarations their annotations, comments and pragmas.
func (c *checker) annotations() {
	any := false
	for i := 0; i < len(c.noted); i++ { // the standardized ones are added underway
		n := c.noted[i]
		n.node.Doc = comments(n.head.Doc)
		n.node.Trailing = comments(n.head.Trailing)
		if len(n.head.Annotations) > 0 {
			if !any {
				c.findTargets()
				any = true
			}
			c.applyAll(n.node, n.head.Annotations)
		}
	}
	for _, n := range c.typeNotes {
		for _, a := range n.syntax {
			n.typ.Annotations = append(n.typ.Annotations, *c.apply(a, c.insideScope[a], n.typ))
		}
	}
	for _, item := range c.annotationItems {
		c.annotationTypes(item)
	}
	if any {
		c.annotatedTypes()
	}
	c.somComments()
	c.keptPragmas()
}

// applyAll gives a node its annotations.
func (c *checker) applyAll(n *model.Node, as []*syntax.Annotation) {
	s := c.scopeOf[n]
	if s == nil {
		s = c.root
	}
	to := c.targets[n]
	first := map[string]*syntax.Annotation{}
	for _, a := range as {
		n.Annotations = append(n.Annotations, *c.apply(a, s, to.typ))
		name := c.isStandard(c.findAnnotation(a.Name, s))
		if name == "" {
			continue
		}
		c.checkPlace(name, to.kind, a)
		if old := first[name]; old != nil && name != "verbatim" {
			c.add(diag.Diagnostic{Code: CodeAnnotationPlace, Span: a.Span, Message: "@" + name + " stands here for the second time", Notes: note(old.Span, "the first is here")})
		}
		first[name] = a
	}
	c.checkTogether(first)
}

// apply makes an annotation and evaluates its parameters, once. t is the type of what it
// stands before, nil if that has none.
func (c *checker) apply(a *syntax.Annotation, s *scope, t *model.Type) *model.Annotation {
	if m := c.applications[a]; m != nil {
		return m
	}
	if c.applications == nil {
		c.applications = map[*syntax.Annotation]*model.Annotation{}
	}
	m := &model.Annotation{Name: a.Name.String(), Span: a.Span}
	c.applications[a] = m
	for _, p := range a.Params {
		mp := model.AnnotationParam{Text: syntax.ExprText(p.Value)}
		if p.Name != nil {
			mp.Name = p.Name.Text
		}
		m.Params = append(m.Params, mp)
	}
	item := c.findAnnotation(a.Name, s)
	if item == nil {
		for i, p := range a.Params {
			if c.paramNames(p.Value, nil, s, nil, true) {
				m.Params[i].Value = c.guess(p.Value)
			}
		}
		return m
	}
	m.Decl = item.model.Name
	if item.sym.scope != c.standard {
		m.Decl = item.sym.qualified()
	}
	c.annotationTypes(item)
	given := map[*annotationMember]bool{}
	for i, p := range a.Params {
		if am := c.parameter(a, item, p, given); am != nil {
			m.Params[i].Value = c.paramValue(a, p, am, item, s, t)
		}
	}
	for _, am := range item.members {
		if !given[am] && am.syntax.Default == nil && len(given) == len(a.Params) {
			c.add(diag.Diagnostic{
				Code: CodeAnnotationParam, Span: a.Span, Message: "@" + a.Name.String() + " needs its parameter " + quote(am.syntax.Name.Text),
				Notes: c.declaredHere(item),
			})
		}
	}
	return m
}

// declaredHere is the note about an annotation that the specification declares.
func (c *checker) declaredHere(item *annotationItem) []diag.Note {
	if item.sym.scope == c.standard {
		return nil
	}
	return note(item.sym.span(), "the annotation is declared here")
}

// parameter returns which parameter of the annotation is given, nil if that is wrong.
func (c *checker) parameter(a *syntax.Annotation, item *annotationItem, p syntax.AnnotationParam, given map[*annotationMember]bool) *annotationMember {
	d := diag.Diagnostic{Code: CodeAnnotationParam, Span: p.Value.ExprSpan(), Notes: c.declaredHere(item)}
	var am *annotationMember
	switch {
	case p.Name != nil:
		d.Span = p.Name.Span
		var names []string
		for _, m := range item.members {
			names = append(names, m.syntax.Name.Text)
			if m.syntax.Name.Text == p.Name.Text {
				am = m
			}
		}
		if am == nil {
			d.Message = "@" + a.Name.String() + " has no parameter " + quote(p.Name.Text)
			if near := diag.Closest(p.Name.Text, names); near != "" {
				d.Help = "did you mean " + quote(near) + "?"
			}
		}
	case len(item.members) == 0:
		d.Message = "@" + a.Name.String() + " has no parameters"
	case len(item.members) > 1 && len(a.Params) > 1:
		if len(given) > 0 || p.Value == a.Params[0].Value { // once is enough
			d.Message = "several parameters of @" + a.Name.String() + " are given by name"
			d.Help = "write " + item.members[0].syntax.Name.Text + "=… and so on"
			break
		}
		return nil
	default:
		am = item.members[0]
		for _, m := range item.members {
			if m.syntax.Name.Text == "value" {
				am = m
			}
		}
	}
	if am != nil && given[am] {
		d.Message = "parameter " + quote(am.syntax.Name.Text) + " is given twice"
	}
	if d.Message != "" {
		c.add(d)
		return nil
	}
	given[am] = true
	return am
}

// paramValue evaluates a parameter. One of type any has the type of what the annotation stands
// before, if that can have constants.
func (c *checker) paramValue(a *syntax.Annotation, p syntax.AnnotationParam, am *annotationMember, item *annotationItem, s *scope, t *model.Type) *model.Value {
	want := c.resolved(am.model.Type)
	if am.any {
		if want = c.resolved(t); want != nil && want.Kind == model.Array {
			want = c.resolved(want.Elem)
		}
		if want != nil && !canBeConst(want) {
			want = nil
		}
	}
	var enum *model.Enum
	if want != nil {
		enum, _ = want.Decl.(*model.Enum)
	}
	if !c.paramNames(p.Value, item, s, enum, a.Comment) {
		return nil
	}
	if want == nil || am.any && c.isStandard(item) == "" {
		return c.guess(p.Value)
	}
	if am.any && want.Kind.IsFloat() {
		// 0 is as good as 0.0 where the type is not that of a constant but of what is annotated.
		if v := c.guess(p.Value); v != nil && v.Kind == model.IntValue {
			return &model.Value{Kind: model.FloatValue, Float: new(big.Float).SetPrec(precision[want.Kind]).SetInt(v.Int)}
		}
	}
	v, ok := c.eval(p.Value, want, "parameter "+quote(am.syntax.Name.Text)+" of @"+a.Name.String())
	if !ok {
		return nil
	}
	if v.Kind == model.EnumValue && c.scopeOf[&c.enumOf[v.Enumerator].Node] == item.sym.inner {
		return &model.Value{Kind: model.StringValue, Text: v.Enumerator.Name}
	}
	return v
}

// paramNames resolves the names in a parameter: what the annotation declares itself, the
// enumerators of the type that is expected, and what is visible where it stands. quiet leaves
// out the report of one that is not found.
func (c *checker) paramNames(x syntax.Expr, item *annotationItem, s *scope, enum *model.Enum, quiet bool) bool {
	switch x := x.(type) {
	case *syntax.NameExpr:
		n := x.Name
		if len(n.Parts) == 1 && !n.Absolute {
			var places []*scope
			if item != nil {
				places = append(places, item.sym.inner)
			}
			if enum != nil {
				places = append(places, c.scopeOf[&enum.Node])
			}
			for _, in := range places {
				if sym := in.names[in.fold(n.Parts[0].Text)]; sym != nil && sym.name.Text == n.Parts[0].Text && sym.kind != kindMember {
					c.refs[n] = sym
					return true
				}
			}
		}
		if c.peek(s, n) != nil {
			return true
		}
		if !quiet {
			c.unresolved = append(c.unresolved, unresolved{name: n, scope: s})
			c.reportUnresolved()
		}
		return false
	case *syntax.Unary:
		return c.paramNames(x.X, item, s, enum, quiet)
	case *syntax.Paren:
		return c.paramNames(x.X, item, s, enum, quiet)
	case *syntax.Binary:
		return c.paramNames(x.X, item, s, enum, quiet) && c.paramNames(x.Y, item, s, enum, quiet)
	}
	return true
}

// guess evaluates what it can without knowing the type; nil if it is no constant expression.
// What is wrong there is not ours to report: the type is not known.
func (c *checker) guess(x syntax.Expr) *model.Value {
	if n, ok := unparen(x).(*syntax.NameExpr); ok {
		sym := c.refs[n.Name]
		if sym == nil {
			return nil
		}
		switch d := sym.decl.(type) {
		case *model.Enumerator:
			return &model.Value{Kind: model.EnumValue, Enumerator: d}
		case *model.Const:
			return d.Value
		}
	}
	report := c.report
	c.report = new(diag.Report)
	defer func() { c.report = report }()
	for _, k := range []model.Kind{model.LongLong, model.ULongLong, model.Double, model.Boolean, model.Char, model.WChar, model.String, model.WString} {
		if v, ok := c.eval(x, &model.Type{Kind: k}, "the value"); ok {
			return v
		}
	}
	return nil
}

// numberOf returns the number that a standardized annotation gives, and where.
func (c *checker) numberOf(as []*syntax.Annotation, name string, s *scope) (int64, diag.Span, bool) {
	for _, a := range as {
		if a.Name.Parts[len(a.Name.Parts)-1].Text != name || c.isStandard(c.findAnnotation(a.Name, s)) != name {
			continue
		}
		for i, p := range c.apply(a, s, &model.Type{Kind: model.LongLong}).Params {
			if p.Value != nil {
				if n, ok := p.Value.Int64(); ok {
					return n, a.Params[i].Value.ExprSpan(), true
				}
			}
		}
	}
	return 0, diag.Span{}, false
}

// findTargets finds what the nodes are that annotations stand before.
func (c *checker) findTargets() {
	c.targets = map[*model.Node]target{}
	for _, s := range c.symbols {
		to := target{kind: s.kind}
		switch d := s.decl.(type) {
		case *model.Typedef:
			to.typ = d.Type
		case *model.Attribute:
			to.typ = d.Type
		case *model.Const:
			to.typ = d.Type
		case *model.StateMember:
			to.typ = d.Type
		case *model.Enumerator:
			to.typ = &model.Type{Kind: model.LongLong}
		}
		c.targets[s.node] = to
	}
	for _, r := range c.records {
		for _, m := range r.nodes {
			c.targets[&m.Node] = target{kindMember, m.Type}
		}
	}
	for _, u := range c.unionItems {
		for _, m := range u.cases {
			c.targets[&m.Node] = target{kindMember, m.Type}
		}
	}
	for _, o := range c.operations {
		for _, q := range o.params {
			c.targets[&q.Node] = target{kindParam, q.Type}
		}
	}
	for _, b := range c.bitsets {
		for _, fs := range b.nodes {
			for _, f := range fs {
				c.targets[&f.Node] = target{kindBitfield, f.Type}
			}
		}
	}
}

// places are where the standardized annotations mean something (8.3 and DDS-XTypes 7.3.1.2.1);
// the others may stand anywhere.
var places = func() map[string][]kind {
	types := []kind{kindInterface, kindStruct, kindUnion, kindEnum, kindBitset, kindBitmask, kindException, kindTypedef}
	values := []kind{kindMember, kindTypedef, kindParam, kindAttribute, kindConst, kindBitfield}
	members := []kind{kindMember}
	return map[string][]kind{
		"id": members, "optional": {kindMember, kindParam}, "key": members, "must_understand": members, "external": members, "hashid": members,
		"non_serialized": members, "position": {kindFlag}, "value": {kindEnumerator}, "default_literal": {kindEnumerator},
		"autoid": append(slices.Clone(types), kindModule), "extensibility": types, "final": types, "appendable": types, "mutable": types,
		"nested": types, "topic": types, "default_nested": {kindModule}, "ignore_literal_names": {kindEnum},
		"default": values, "range": values, "min": values, "max": values, "unit": values,
		"bit_bound": {kindEnum, kindBitmask}, "service": {kindInterface, kindModule}, "oneway": {kindOperation},
		"ami": {kindOperation, kindInterface, kindAttribute, kindModule},
	}
}()

// placed are the kinds for which places decides.
var placed = []kind{
	kindModule, kindInterface, kindStruct, kindUnion, kindEnum, kindEnumerator, kindException, kindTypedef, kindConst, kindNative,
	kindOperation, kindAttribute, kindMember, kindParam, kindBitset, kindBitfield, kindBitmask, kindFlag, kindAnnotation,
}

func (c *checker) checkPlace(name string, k kind, a *syntax.Annotation) {
	where, limited := places[name]
	if !limited || slices.Contains(where, k) || !slices.Contains(placed, k) {
		return
	}
	c.errorf(CodeAnnotationPlace, a.Span, "@%s means nothing before %s", name, article(string(k)))
}

// checkTogether reports annotations that contradict each other.
func (c *checker) checkTogether(as map[string]*syntax.Annotation) {
	kinds := []string{"extensibility", "final", "appendable", "mutable"}
	for i, name := range kinds {
		for _, other := range kinds[:i] {
			if as[name] != nil && as[other] != nil {
				c.contradicts(as[name], as[other])
			}
		}
	}
	if c.isTrue(as["key"]) && c.isTrue(as["optional"]) {
		c.contradicts(as["optional"], as["key"])
	}
	if r := as["range"]; r != nil {
		c.checkRange(r, c.applications[r].Param("min"), c.applications[r].Param("max"))
	}
	if as["min"] != nil && as["max"] != nil {
		c.checkRange(as["max"], c.applications[as["min"]].Param("value"), c.applications[as["max"]].Param("value"))
	}
}

func (c *checker) contradicts(a, other *syntax.Annotation) {
	c.add(diag.Diagnostic{
		Code: CodeAnnotationParam, Span: a.Span, Message: "@" + a.Name.String() + " contradicts @" + other.Name.String(),
		Notes: note(other.Span, "which is here"),
	})
}

// isTrue reports whether an annotation with a boolean value is there and not FALSE.
func (c *checker) isTrue(a *syntax.Annotation) bool {
	if a == nil {
		return false
	}
	v := c.applications[a].Param("value")
	return v == nil || v.Bool
}

func (c *checker) checkRange(a *syntax.Annotation, low, high *model.Value) {
	if low == nil || high == nil || low.Kind != high.Kind {
		return
	}
	if low.Kind == model.IntValue && low.Int.Cmp(high.Int) > 0 || low.Kind == model.FloatValue && low.Float.Cmp(high.Float) > 0 {
		c.errorf(CodeAnnotationParam, a.Span, "the least value, %s, is above the greatest, %s", low, high)
	}
}
