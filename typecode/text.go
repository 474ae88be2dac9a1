package typecode

import (
	"slices"
	"strconv"
	"strings"
)

// String returns t as text like IDL, which [Parse] reads:
//
//	sequence<long,4>
//	struct TY::Prim {boolean b; long[3] l; string<8> s;}
//	union TY::U switch (enum TY::Color {RED, GREEN}) {case RED: long l; default: octet o;}
//	struct TY::Node {long id; typedef sequence<TY::Node> TY::Nodes kids;}
//	valuetype TY::Sale : truncatable valuetype TY::Item {private string name;} {public long price;}
//	struct Prim("IDL:acme.com/TY/Prim:1.1") {boolean b;}
//
// A scoped name stands for the repository id that IDL would give it; where the id is another
// one it is written out. Inside a type its own name stands for it, with ^1 for the next one around
// of that id, should there be several. A text of more than [MaxText] octets is cut, and ends with …: a type that is many times in others that are so themselves would have one without end.
func (t *TypeCode) String() string {
	p := printer{}
	p.print(t)
	if p.b.Len() > MaxText {
		return strings.ToValidUTF8(p.b.String()[:MaxText], "") + "…"
	}
	return p.b.String()
}

// MaxText is how many octets of a type's text are written before it is cut.
const MaxText = 1 << 20

type printer struct {
	b    strings.Builder
	open []*TypeCode
}

func (p *printer) print(t *TypeCode) {
	if p.b.Len() > MaxText {
		return
	}
	if t.named() {
		p.b.WriteString(p.reference(t.id, t.target))
		return
	}
	if t = t.r(); !t.kind.bare() && slices.Contains(p.open, t) { // a type inside it was taken out, and leads back to it
		p.b.WriteString(p.reference(t.id, t))
		return
	}
	b := &p.b
	switch t.kind {
	case TkString, TkWString:
		b.WriteString(t.kind.String())
		if t.length > 0 {
			b.WriteString("<" + strconv.FormatUint(uint64(t.length), 10) + ">")
		}
		return
	case TkFixed:
		b.WriteString("fixed<" + strconv.Itoa(int(t.digits)) + "," + strconv.Itoa(int(t.scale)) + ">")
		return
	case TkSequence:
		b.WriteString("sequence<")
		p.print(t.content)
		if t.length > 0 {
			b.WriteString("," + strconv.FormatUint(uint64(t.length), 10))
		}
		b.WriteString(">")
		return
	case TkArray:
		var dims strings.Builder
		for t.kind == TkArray {
			dims.WriteString("[" + strconv.FormatUint(uint64(t.length), 10) + "]")
			if t = t.content; t.named() {
				break
			}
			t = t.r()
		}
		p.print(t)
		b.WriteString(dims.String())
		return
	case TkObjref:
		if t.id == Object.id && t.name == Object.name {
			b.WriteString("Object")
			return
		}
	}
	switch {
	case t.kind != TkValue && t.kind != TkEvent:
	case t.modifier == ValueCustom:
		b.WriteString("custom ")
	case t.modifier == ValueAbstract:
		b.WriteString("abstract ")
	case t.modifier == ValueTruncatable && t.content == nil:
		b.WriteString("truncatable ")
	}
	b.WriteString(t.kind.String())
	if simple[t.kind] != nil {
		return
	}
	p.open = append(p.open, t)
	p.body(t)
	p.open = p.open[:len(p.open)-1]
}

// named reports whether t is a reference back for which a name stands. One to a typedef has none, since that is
// named behind what it stands for, nor have sequences: they are printed again, up to the type around between.
func (t *TypeCode) named() bool { return t.recursive() && !t.r().kind.bare() }

// reference returns how target, a type around of that id, is named inside itself.
func (p *printer) reference(id string, target *TypeCode) string {
	name, nearer := scoped(id), 0
	if word, _, _ := strings.Cut(name, "::"); words[word] != nil || reserved[word] {
		name = "::" + name
	}
	for i := len(p.open) - 1; i >= 0 && p.open[i] != target; i-- {
		if p.open[i].id == id && p.open[i].kind != TkAlias {
			nearer++
		}
	}
	if nearer > 0 && slices.Contains(p.open, target) {
		name += "^" + strconv.Itoa(nearer)
	}
	return name
}

// body prints what follows the word that tells the kind.
func (p *printer) body(t *TypeCode) {
	b := &p.b
	switch t.kind {
	case TkAlias:
		b.WriteByte(' ')
		p.print(t.content)
		b.WriteString(" " + declared(t))
	case TkEnum:
		b.WriteString(" " + declared(t) + " {")
		for i, m := range t.members {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(ident(m.name))
		}
		b.WriteByte('}')
	case TkStruct, TkExcept:
		b.WriteString(" " + declared(t) + " {")
		p.members(t, func(int) string { return "" })
		b.WriteByte('}')
	case TkUnion:
		b.WriteString(" " + declared(t) + " switch (")
		p.print(t.disc)
		b.WriteString(") {")
		p.members(t, func(i int) string {
			if i == t.def {
				return "default: "
			}
			return "case " + LabelText(t.disc, t.members[i].label) + ": "
		})
		b.WriteByte('}')
	case TkValue, TkEvent:
		b.WriteString(" " + declared(t))
		if t.content != nil {
			b.WriteString(" : ")
			if t.modifier == ValueTruncatable {
				b.WriteString("truncatable ")
			}
			p.print(t.content)
		}
		b.WriteString(" {")
		p.members(t, func(i int) string {
			if t.members[i].visibility == 1 {
				return "public "
			}
			return "private "
		})
		b.WriteByte('}')
	case TkValueBox:
		b.WriteString(" " + declared(t) + " {")
		p.print(t.content)
		b.WriteByte('}')
	default:
		b.WriteString(" " + declared(t))
	}
}

func (p *printer) members(t *TypeCode, before func(int) string) {
	for i, m := range t.members {
		if i > 0 {
			p.b.WriteByte(' ')
		}
		p.b.WriteString(before(i))
		p.print(m.tc)
		p.b.WriteString(" " + ident(m.name) + ";")
	}
}

// LabelText returns a union's label as IDL writes it, given the type of the discriminator.
func LabelText(disc *TypeCode, v int64) string {
	disc = disc.Unalias()
	switch disc.kind {
	case TkBoolean:
		if v != 0 {
			return "TRUE"
		}
		return "FALSE"
	case TkChar, TkWChar:
		return strconv.QuoteRune(rune(v))
	case TkULongLong:
		return strconv.FormatUint(uint64(v), 10)
	case TkEnum:
		if v >= 0 && v < int64(len(disc.members)) && disc.MemberIndex(disc.members[v].name) == int(v) {
			return ident(disc.members[v].name)
		}
	}
	return strconv.FormatInt(v, 10)
}

// ScopedName returns the scoped name that a repository id gives, or the id itself if it gives none.
func ScopedName(id string) string {
	if s := scoped(id); s[0] != '"' {
		return s
	}
	return id
}

// scoped returns the scoped name that an id gives, or the id in quotes if there is none.
func scoped(id string) string {
	rest, ok := strings.CutPrefix(id, "IDL:")
	if ok {
		if rest, ok = strings.CutSuffix(rest, ":1.0"); ok {
			parts := strings.Split(rest, "/")
			if !slices.ContainsFunc(parts, func(s string) bool { return !isIdent(s) }) {
				return strings.Join(parts, "::")
			}
		}
	}
	return strconv.Quote(id)
}

// declared returns how t is named where it is declared: by its scoped name if that gives
// its id and name, else by its name and its id.
func declared(t *TypeCode) string {
	s := scoped(t.id)
	if s[0] != '"' && s[strings.LastIndexByte(s, ':')+1:] == t.name {
		return s
	}
	return ident(t.name) + "(" + strconv.Quote(t.id) + ")"
}

// ident returns a name, in quotes if IDL would not take it.
func ident(s string) string {
	if isIdent(s) {
		return s
	}
	return strconv.Quote(s)
}

func isIdent(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
