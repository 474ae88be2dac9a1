package check

import (
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// context says where a type is used, and so whether it may be incomplete there: declared, but
// not defined to its end (3.11.2.3).
type context uint8

const (
	inRecord  context = iota // a member of a structure or union: sequences of incomplete types may stand there
	inTypedef                // likewise
	inPointer                // what is pointed to, in SOM IDL: any type
	inCall                   // parameters, results, attributes, members of exceptions: complete types only
)

// typeExpr resolves the names in a type, and declares what is defined in it. It returns the
// structure or union that values of the type hold if that is incomplete yet.
func (c *checker) typeExpr(t syntax.TypeExpr, s *scope, ctx context) incomplete {
	viaSequence := false
	for {
		switch x := t.(type) {
		case *syntax.NamedType:
			part := c.typeName(x, s)
			if part.sym == nil || part.sym.complete && !part.sym.awaits() {
				return incomplete{}
			}
			part.viaSequence = part.viaSequence || viaSequence
			c.checkComplete(x, part, ctx)
			if ctx == inPointer {
				return incomplete{}
			}
			return part
		case *syntax.PointerType:
			c.typeExpr(x.Elem, s, inPointer)
		case *syntax.UnsignedType:
			c.lookup(s, x.Name, false)
		case *syntax.StringType:
			c.expr(x.Bound, s)
		case *syntax.FixedType:
			c.expr(x.Digits, s)
			c.expr(x.Scale, s)
		case *syntax.SequenceType:
			c.expr(x.Bound, s)
			c.typeAnnotations(x.ElemAnnotations, s)
			t, viaSequence = x.Elem, true
			continue
		case *syntax.MapType:
			c.expr(x.Bound, s)
			c.typeAnnotations(x.KeyAnnotations, s)
			c.typeAnnotations(x.ElemAnnotations, s)
			c.typeExpr(x.Key, s, inCall)
			t, viaSequence = x.Elem, true
			continue
		case *syntax.Struct, *syntax.Union, *syntax.Enum, *syntax.Bitset, *syntax.Bitmask:
			c.constructed(t.(syntax.Decl), s)
		}
		return incomplete{}
	}
}

// incomplete is a structure or union that is not defined to its end where it is used.
type incomplete struct {
	sym         *symbol
	viaSequence bool // it is the element of a sequence
}

// awaits reports whether a structure or union that is defined has sequences of one that is
// only declared: it is incomplete up to where that is defined (3.11.2.3).
func (s *symbol) awaits() bool {
	for s.complete && s.holds.sym != nil {
		s = s.holds.sym
	}
	return !s.defined
}

// hold notes that values of an open structure or union hold an incomplete one.
func (s *symbol) hold(part incomplete) {
	if s.holds.sym == nil && part.sym != nil && part.sym != s && !part.sym.defined {
		s.holds = part
	}
}

func (c *checker) checkComplete(x *syntax.NamedType, part incomplete, ctx context) {
	if part.viaSequence && ctx != inCall || ctx == inPointer {
		return
	}
	d := diag.Diagnostic{Code: CodeIncomplete, Span: x.Name.Span, Notes: note(part.sym.span(), "declared here")}
	switch {
	case part.sym.complete:
		rest := part.sym
		for rest.complete {
			rest = rest.holds.sym
		}
		d.Message = part.sym.describe() + " holds sequences of " + rest.describe() + ", which must be defined before it is used here"
		d.Notes = note(rest.span(), "declared here")
	case part.sym.defined && !part.viaSequence:
		d.Message = part.sym.describe() + " cannot contain itself"
		d.Help = "a sequence of it can be a member: give sequence<" + part.sym.name.Text + "> a name after a forward declaration"
	case part.viaSequence:
		d.Message = quote(x.Name.String()) + " is a sequence of " + part.sym.describe() + ", which must be defined before it is used here"
	default:
		d.Message = part.sym.describe() + " must be defined before it is used here; up to then only sequences of it can be declared"
	}
	c.add(d)
}

// typeName resolves the name of a type.
func (c *checker) typeName(x *syntax.NamedType, s *scope) incomplete {
	n := x.Name
	if k, ok := c.builtin(n, s); ok {
		if c.lookup(s, n, true) == nil {
			c.builtins[n] = k
			c.bareTypeCode(n, s)
			return incomplete{}
		}
	} else {
		c.lookup(s, n, false)
	}
	sym := c.refs[n]
	if sym == nil {
		return incomplete{}
	}
	if !sym.kind.isType() {
		d := diag.Diagnostic{Code: CodeNotType, Span: n.Span, Message: quote(n.String()) + " is no type, but " + article(string(sym.kind)), Notes: note(sym.span(), "declared here")}
		c.add(d)
		delete(c.refs, n)
		return incomplete{}
	}
	switch sym.kind {
	case kindStruct, kindUnion:
		return incomplete{sym: sym}
	case kindTypedef:
		return sym.holds
	}
	return incomplete{}
}

// builtin returns the kind of a type that is no keyword: the integers of IDL 4.2 (7.4.13.4.4),
// which older specifications may declare themselves, and CORBA::TypeCode, which needs no include
// (3.19).
func (c *checker) builtin(n *syntax.ScopedName, s *scope) (model.Kind, bool) {
	switch len(n.Parts) {
	case 1:
		if n.Parts[0].Text == "TypeCode" && c.som {
			return model.TypeCode, true
		}
		if n.Parts[0].Text == "TypeCode" {
			return model.TypeCode, !n.Absolute
		}
		k, ok := integers[n.Parts[0].Text]
		return k, ok && !n.Absolute && !c.som
	case 2:
		return model.TypeCode, n.String() == "CORBA::TypeCode" || n.String() == "::CORBA::TypeCode"
	}
	return 0, false
}

// bareTypeCode warns of TypeCode outside of module CORBA: it was a keyword to some compilers.
func (c *checker) bareTypeCode(n *syntax.ScopedName, s *scope) {
	if c.som || len(n.Parts) != 1 || n.Parts[0].Text != "TypeCode" {
		return
	}
	for s.parent != nil && s.parent.parent != nil {
		s = s.parent
	}
	if s.owner == nil || s.owner.kind != kindModule || s.owner.name.Text != "CORBA" {
		c.add(diag.Diagnostic{Code: CodeBareTypeCode, Span: n.Span, Message: "TypeCode is declared in module CORBA", Help: "write CORBA::TypeCode"})
	}
}

var integers = map[string]model.Kind{
	"int8": model.Int8, "uint8": model.UInt8, "int16": model.Short, "uint16": model.UShort, "int32": model.Long,
	"uint32": model.ULong, "int64": model.LongLong, "uint64": model.ULongLong,
}

func (c *checker) dimensions(d *syntax.Declarator, s *scope) {
	for _, x := range d.Dims {
		c.expr(x, s)
	}
}

// expr resolves the names in an expression.
func (c *checker) expr(x syntax.Expr, s *scope) {
	for x != nil {
		switch e := x.(type) {
		case *syntax.NameExpr:
			c.lookup(s, e.Name, false)
			return
		case *syntax.Unary:
			x = e.X
		case *syntax.Paren:
			x = e.X
		case *syntax.Binary:
			c.expr(e.X, s)
			x = e.Y
		default:
			return
		}
	}
}
