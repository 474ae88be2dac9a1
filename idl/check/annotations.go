package check

import (
	gocontext "context"
	_ "embed" // annotations.idl
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
		if c.ended() {
			return
		}
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
