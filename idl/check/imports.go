package check

import (
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
)

// checkImports holds imports against 3.6: each names a scope that one of the files declares,
// wherever that is, by its fully scoped name or by its repository id. What it makes visible
// is visible already, since all files are one specification.
func (c *checker) checkImports() {
	if len(c.imports) == 0 {
		return
	}
	byID := map[string]*symbol{}
	for _, s := range c.symbols {
		if s.id.id != "" && byID[s.id.id] == nil {
			byID[s.id.id] = s
		}
	}
	for _, i := range c.imports {
		if i.Text != nil {
			c.imported(i.Text.Span, i.Text.Text, byID[i.Text.Text])
			continue
		}
		c.imported(i.Name.Span, i.Name.String(), c.absolute(i.Name))
	}
}

// absolute finds a name from the outermost scope on, whether or not it begins with ::.
func (c *checker) absolute(n *syntax.ScopedName) *symbol {
	s := c.root
	var sym *symbol
	for _, part := range n.Parts {
		if s == nil {
			return nil
		}
		if sym = s.names[s.fold(part.Text)]; sym == nil || sym.name.Text != part.Text {
			return nil
		}
		s = sym.inner
	}
	return sym
}

func (c *checker) imported(at diag.Span, what string, sym *symbol) {
	if sym == nil {
		if !c.tree.Broken {
			c.add(diag.Diagnostic{
				Code: CodeImport, Span: at, Message: "there is no " + quote(what) + " to import: no file that was read declares it",
				Help: "include the file that does, or compile it together with this one",
			})
		}
		return
	}
	switch sym.kind {
	case kindModule, kindInterface, kindValue, kindEvent, kindStruct, kindUnion, kindException, kindComponent, kindHome:
		return
	}
	c.add(diag.Diagnostic{
		Code: CodeImport, Span: at, Message: quote(what) + " is no scope that can be imported, but " + article(string(sym.kind)),
		Notes: note(sym.span(), "declared here"),
	})
}
