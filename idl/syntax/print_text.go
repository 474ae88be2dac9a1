package syntax

import (
	"fmt"
	"strconv"
	"strings"
)

// TypeText returns a type as IDL; of one that is defined where it is used its name.
func TypeText(t TypeExpr) string {
	switch t := t.(type) {
	case *BasicType:
		return t.Name
	case *NamedType:
		return scopedText(t.Name)
	case *PointerType:
		return TypeText(t.Elem) + "*"
	case *UnsignedType:
		return "unsigned " + scopedText(t.Name)
	case *StringType:
		s := "string"
		if t.Wide {
			s = "wstring"
		}
		if t.Bound != nil {
			s += "<" + boundText(t.Bound) + ">"
		}
		return s
	case *SequenceType:
		s := "sequence<" + annotationsText(t.ElemAnnotations) + TypeText(t.Elem)
		if t.Bound != nil {
			s += ", " + boundText(t.Bound)
		}
		return s + ">"
	case *MapType:
		s := "map<" + annotationsText(t.KeyAnnotations) + TypeText(t.Key) + ", " + annotationsText(t.ElemAnnotations) + TypeText(t.Elem)
		if t.Bound != nil {
			s += ", " + boundText(t.Bound)
		}
		return s + ">"
	case *FixedType:
		if t.Digits == nil {
			return "fixed"
		}
		return "fixed<" + boundText(t.Digits) + ", " + boundText(t.Scale) + ">"
	case *Struct:
		return nameText(t.Name)
	case *Union:
		return nameText(t.Name)
	case *Enum:
		return nameText(t.Name)
	case *Bitset:
		return nameText(t.Name)
	case *Bitmask:
		return nameText(t.Name)
	}
	return "void"
}

// boundText returns an expression before a closing angle bracket, where >> would be two of them.
func boundText(x Expr) string {
	s := ExprText(x)
	if _, ok := x.(*Binary); ok && strings.Contains(s, ">>") {
		return "(" + s + ")"
	}
	return s
}

// ExprText returns an expression as IDL.
func ExprText(x Expr) string {
	var b strings.Builder
	writeExpr(&b, x)
	return b.String()
}

func writeExpr(b *strings.Builder, x Expr) {
	switch x := x.(type) {
	case *Literal:
		b.WriteString(literalText(x))
	case *NameExpr:
		b.WriteString(scopedText(x.Name))
	case *Unary:
		b.WriteString(x.Op)
		writeExpr(b, x.X)
	case *Binary:
		writeExpr(b, x.X)
		b.WriteString(" " + x.Op + " ")
		writeExpr(b, x.Y)
	case *Paren:
		b.WriteByte('(')
		writeExpr(b, x.X)
		b.WriteByte(')')
	}
}

func literalText(x *Literal) string {
	switch x.Kind {
	case CharLiteral:
		return "'" + escapeText(x.Text, '\'', false) + "'"
	case WCharLiteral:
		return "L'" + escapeText(x.Text, '\'', true) + "'"
	case StringLiteral:
		return `"` + escapeText(x.Text, '"', false) + `"`
	case WStringLiteral:
		return `L"` + escapeText(x.Text, '"', true) + `"`
	}
	return x.Text
}

// escapeText writes the value of a literal so that it reads back as the same. Printable
// characters stay as they are.
func escapeText(s string, quote rune, wide bool) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\%03o`, r)
		case wide && r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func nameText(n Name) string {
	if n.Escaped {
		return "_" + n.Text
	}
	return n.Text
}

func scopedText(n *ScopedName) string {
	if len(n.Parts) == 0 {
		return "::" // the whole specification
	}
	var b strings.Builder
	for i, p := range n.Parts {
		if i > 0 || n.Absolute {
			b.WriteString("::")
		}
		b.WriteString(nameText(p))
	}
	return b.String()
}

// nameAfter returns a name that may be left out, with what stands before it.
func nameAfter(before string, n *ScopedName) string {
	if n == nil {
		return ""
	}
	return before + scopedText(n)
}

func namesAfter(before string, ns []*ScopedName, after string) string {
	if len(ns) == 0 {
		return ""
	}
	var ts []string
	for _, n := range ns {
		ts = append(ts, scopedText(n))
	}
	return before + strings.Join(ts, ", ") + after
}

func declaratorsText(ds []*Declarator) string {
	var ts []string
	for _, d := range ds {
		t := strings.Repeat("*", d.Stars) + nameText(d.Name)
		for _, x := range d.Dims {
			t += "[" + ExprText(x) + "]"
		}
		ts = append(ts, t)
	}
	return strings.Join(ts, ", ")
}
