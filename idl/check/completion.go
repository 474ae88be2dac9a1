package check

import (
	"github.com/opendsom/dsom/diag"
)

// completion reports what was declared and never defined. An interface may stay so, and what is
// held by reference as it is: nothing but references to it are known then. A structure or union may not (3.11.2.3).
func (c *checker) completion() {
	for _, s := range c.symbols {
		if c.ended() {
			return
		}
		if s.forward == nil || s.defined {
			continue
		}
		d := diag.Diagnostic{Code: CodeUndefined, Span: s.span(), Message: s.describe() + " is declared here, but nowhere defined"}
		if s.kind != kindStruct && s.kind != kindUnion {
			if c.som || !c.isMain(s.span()) || s.qualified() == "CORBA::TypeCode" {
				continue
			}
			d.Code = CodeUndefinedInterface
			d.Help = "perhaps a file that defines it is not included"
		} else if c.tree.Broken {
			continue // it may be what could not be parsed
		}
		c.add(d)
	}
}
