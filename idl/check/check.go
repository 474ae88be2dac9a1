// Package check gives a parsed specification its meaning: it resolves names, evaluates
// constants, holds the text against the rules of CORBA 3.0 chapter 3 and assigns repository
// ids (10.7), and makes the model of it. Each pass is a file; Check calls them in order.
package check

import (
	gocontext "context"
	"fmt"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// Check checks a tree and returns its model. What is wrong goes to the report; the model is
// nil if there were errors, in the text before or in what it means.
//
// A cancelled ctx ends it with the error IDL1007.
func Check(ctx gocontext.Context, tree *syntax.Tree, report *diag.Report) *model.Spec {
	return newChecker(ctx, tree, report).check()
}

// CheckIndexed is Check, and makes an Index as well.
func CheckIndexed(ctx gocontext.Context, tree *syntax.Tree, report *diag.Report) (*model.Spec, *Index) {
	c := newChecker(ctx, tree, report)
	c.indexer = &indexer{}
	spec := c.check()
	return spec, c.index()
}

func (c *checker) check() *model.Spec {
	for _, pass := range []func(){
		c.names,          // declares every name and resolves every use, in the order of the text
		c.constants,      // values
		c.types,          // typedefs, structures and exceptions
		c.unions,         // discriminators and labels
		c.bits,           // bases of structures, bitsets and bitmasks
		c.interfaces,     // inheritance, operations and attributes
		c.valueTypes,     // valuetypes, event types and boxed values
		c.componentTypes, // components, ports and homes
		c.classes,        // implementation sections of SOM IDL
		c.completion,     // recursive and forward declarations
		c.ids,            // repository ids and the pragmas that make them
		c.annotations,    // annotations, comments and other pragmas
	} {
		pass()
		if c.over || c.ctx.Err() != nil {
			break
		}
	}
	if c.ctx.Err() != nil {
		c.errorf(syntax.CodeCancelled, diag.Span{}, "the compilation was cancelled")
	}
	if c.report.HasErrors() || c.tree.Broken {
		return nil
	}
	return c.assemble()
}

// pollEvery is how many declarations are checked between two looks at the context.
const pollEvery = 1024

// ended is asked for each declaration, and by each pass for each of its items: it reports
// whether the checking is to end early.
func (c *checker) ended() bool {
	if c.polls++; c.polls%pollEvery == 0 {
		c.over = c.over || c.ctx.Err() != nil
	}
	return c.over
}

// checker holds what the passes hand to one another.
type checker struct {
	ctx      gocontext.Context
	polls    int
	declared int  // names
	over     bool // a limit was exceeded or the compilation cancelled: the passes only end
	tree     *syntax.Tree
	report   *diag.Report
	root     *scope
	indexer  *indexer // nil if no index is wanted
	files    map[string]*syntax.SourceFile

	// Made by names.
	refs       map[*syntax.ScopedName]*symbol
	builtins   map[*syntax.ScopedName]model.Kind // names of types that nobody declared
	unresolved []unresolved
	symbols    []*symbol // with a declaration, in order
	consts     []*constItem
	typedefs   []*typedefItem
	typedefOf  map[*model.Typedef]*typedefItem
	records    []*recordItem
	unionItems []*unionItem
	ifaces     []*interfaceItem
	values     []*valueItem
	states     []*stateItem
	factories  []*factoryItem
	boxes      []*boxItem
	components []*componentItem
	ports      []*portItem
	homes      []*homeItem
	operations []*operationItem
	attributes []*attributeItem
	pragmas    []*pragmaItem
	byPragma   map[syntax.Decl]*pragmaItem
	bySyntax   map[any]*symbol // *syntax.Module, *syntax.Declarator, … and the parts of modules
	parts      map[*syntax.Module]*model.Module
	forwards   map[*syntax.Forward]*model.Forward
	enumOf     map[*model.Enumerator]*model.Enum
	classState      // of SOM IDL
	peeking    bool // a lookup does not bring the name into the scope
	noted      []noted
	imports    []*syntax.Import
	supports   map[*symbol]*symbol       // made by valueTypes: the interface, not an abstract one, that a valuetype supports
	locals     map[model.Decl]model.Decl // made by interfaces: types that hold a local interface

	heirs      []*baseItem
	connectors []*connectorItem
	bitsets    []*bitsetItem
	bitmasks   []*bitmaskItem
	maskOf     map[*model.Bitmask]*bitmaskItem
	flagOf     map[*model.BitFlag]*bitmaskItem
	scopeOf    map[*model.Node]*scope // where the names in its annotations are looked up

	annotated
	instances
}

func newChecker(ctx gocontext.Context, tree *syntax.Tree, report *diag.Report) *checker {
	c := &checker{
		ctx: ctx, tree: tree, report: report, classState: newClassState(tree.Dialect == syntax.SOM), refs: map[*syntax.ScopedName]*symbol{}, files: map[string]*syntax.SourceFile{},
		bySyntax: map[any]*symbol{}, typedefOf: map[*model.Typedef]*typedefItem{}, builtins: map[*syntax.ScopedName]model.Kind{}, parts: map[*syntax.Module]*model.Module{},
		forwards: map[*syntax.Forward]*model.Forward{}, enumOf: map[*model.Enumerator]*model.Enum{}, byPragma: map[syntax.Decl]*pragmaItem{},
	}
	c.maskOf, c.flagOf, c.scopeOf = map[*model.Bitmask]*bitmaskItem{}, map[*model.BitFlag]*bitmaskItem{}, map[*model.Node]*scope{}
	c.root = &scope{names: map[string]*symbol{}, used: map[string]use{}, exact: c.som}
	for _, f := range tree.Files {
		c.files[f.Path] = f
	}
	return c
}

func (c *checker) errorf(code diag.Code, at diag.Span, format string, args ...any) {
	c.add(diag.Diagnostic{Code: code, Span: at, Message: fmt.Sprintf(format, args...)})
}

// add reports a diagnostic with the severity that the table gives its code.
func (c *checker) add(d diag.Diagnostic) {
	e, ok := allCodes.Lookup(d.Code)
	if ok {
		d.Severity = e.Severity
	}
	if c.made != nil && c.again(d) {
		return
	}
	c.report.Add(d)
}

// isMain reports whether a place is in a file that the compiler was asked for.
func (c *checker) isMain(at diag.Span) bool {
	f := c.files[at.Start.File]
	return f == nil || f.Main
}

func note(at diag.Span, format string, args ...any) []diag.Note {
	return []diag.Note{{Span: at, Message: fmt.Sprintf(format, args...)}}
}
