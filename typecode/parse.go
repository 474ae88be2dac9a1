package typecode

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads the text of a type, in the form that [TypeCode.String] writes, and so the
// types of IDL such as "unsigned long" or "sequence<string>". A scoped name alone is a type
// around it or else what named returns for it; named may be nil.
func Parse(s string, named func(name string) *TypeCode) (*TypeCode, error) {
	p := &parser{in: s, named: named}
	p.next()
	t := p.parse(0)
	if p.err == nil && p.tok != "" {
		p.fail("nothing ought to follow")
	}
	if p.err != nil {
		return nil, fmt.Errorf("type %q: %w", clip(s), p.err)
	}
	return t, nil
}

type parser struct {
	in    string
	pos   int    // behind tok
	tok   string // "" at the end; a quoted string with its quotes
	named func(string) *TypeCode
	open  []around
	seqs  int // sequences around
	err   error
}

// around is a type around what is read, which may refer to it.
type around struct {
	t    *TypeCode
	id   string
	seqs int
}

// maxText limits how deep a type may nest in text.
const maxText = 64

// parse reads a type and the dimensions behind it.
func (p *parser) parse(depth int) *TypeCode {
	if depth > maxText {
		p.fail("types nest more than %d deep", maxText)
		return Null
	}
	t := p.simple(depth)
	var dims []uint32
	for p.take("[") {
		n := uint32(p.number(math.MaxUint32))
		p.want("]")
		dims = append(dims, n)
		if len(dims) > maxText {
			p.fail("more than %d dimensions", maxText)
		}
	}
	for i := len(dims) - 1; i >= 0; i-- {
		t = Array(t, dims[i])
	}
	return t
}

var words = map[string]*TypeCode{
	"null": Null, "void": Void, "short": Short, "float": Float, "double": Double, "boolean": Boolean, "char": Char,
	"octet": Octet, "any": Any, "TypeCode": TC, "Principal": Principal, "wchar": WChar, "Object": Object,
	"int16": Short, "uint16": UShort, "int32": Long, "uint32": ULong, "int64": LongLong, "uint64": ULongLong, "uint8": Octet, "int8": Octet,
}

func (p *parser) simple(depth int) *TypeCode {
	if t := words[p.tok]; t != nil {
		p.next()
		return t
	}
	switch {
	case p.take("long"):
		switch {
		case p.take("long"):
			return LongLong
		case p.take("double"):
			return LongDouble
		}
		return Long
	case p.take("unsigned"):
		if p.take("short") {
			return UShort
		}
		p.want("long")
		if p.take("long") {
			return ULongLong
		}
		return ULong
	case p.take("string"):
		return StringMax(p.bound("<"))
	case p.take("wstring"):
		return WStringMax(p.bound("<"))
	case p.take("fixed"):
		p.want("<")
		digits := p.number(maxDigits)
		p.want(",")
		scale := p.number(digits)
		p.want(">")
		if digits == 0 {
			p.fail("fixed has no digits")
		}
		return Fixed(uint16(digits), int16(scale))
	case p.take("sequence"):
		p.want("<")
		p.seqs++
		t := p.element(depth)
		p.seqs--
		var bound uint32
		if p.tok == "," {
			bound = p.bound(",")
		} else {
			p.want(">")
		}
		return Sequence(t, bound)
	}
	return p.complex(depth)
}

// bound reads a bound behind the token open, to the closing bracket; 0 if open is not there.
func (p *parser) bound(open string) uint32 {
	if !p.take(open) {
		return 0
	}
	n := p.number(math.MaxUint32)
	p.want(">")
	return uint32(n)
}

// element reads the type of something inside.
func (p *parser) element(depth int) *TypeCode {
	t := p.parse(depth + 1)
	switch t.kind {
	case TkNull, TkVoid, TkExcept:
		p.fail("nothing can consist of %v", t.kind)
	}
	return t
}

// name reads how a type is declared.
func (p *parser) name() (id, name string) {
	name = p.text()
	if p.take("(") {
		if !strings.HasPrefix(p.tok, `"`) {
			p.fail("the repository id in quotes is missing")
		}
		id = p.text()
		p.want(")")
		return id, name
	}
	path := name
	for p.take("::") {
		name = p.text()
		path += "/" + name
	}
	return "IDL:" + path + ":1.0", name
}

// inside reads the parts of a type, in which its id stands for t.
func (p *parser) inside(t *TypeCode, id string, read func()) {
	p.open = append(p.open, around{t, id, p.seqs})
	read()
	p.open = p.open[:len(p.open)-1]
}

// list reads what stands in braces.
func (p *parser) list(read func()) {
	p.want("{")
	for p.err == nil && !p.take("}") {
		read()
	}
}

// reserved are the words with which a type begins, beside those of words.
var reserved = map[string]bool{
	"long": true, "unsigned": true, "string": true, "wstring": true, "fixed": true, "sequence": true, "struct": true,
	"exception": true, "enum": true, "union": true, "typedef": true, "interface": true, "native": true, "abstract": true,
	"local": true, "component": true, "home": true, "custom": true, "truncatable": true, "valuetype": true, "eventtype": true,
	"valuebox": true,
}

func (p *parser) complex(depth int) *TypeCode {
	switch {
	case p.take("struct"):
		return p.members(TkStruct, depth)
	case p.take("exception"):
		return p.members(TkExcept, depth)
	case p.take("enum"):
		return p.enum()
	case p.take("union"):
		return p.union(depth)
	case p.take("typedef"):
		t := p.element(depth)
		id, name := p.name()
		return Alias(id, name, t)
	case p.take("interface"):
		return ObjRef(p.name())
	case p.take("native"):
		return p.like(TkNative)
	case p.take("component"):
		return p.like(TkComponent)
	case p.take("home"):
		return p.like(TkHome)
	case p.take("local"):
		p.want("interface")
		return p.like(TkLocalInterface)
	case p.take("abstract"):
		if p.take("interface") {
			return p.like(TkAbstractInterface)
		}
		return p.value(ValueAbstract, depth)
	case p.take("custom"):
		return p.value(ValueCustom, depth)
	case p.take("truncatable"):
		return p.value(ValueTruncatable, depth)
	case p.tok == "valuetype", p.tok == "eventtype":
		return p.value(ValueNone, depth)
	case p.take("valuebox"):
		return p.box(depth)
	}
	return p.byName()
}

func (p *parser) like(kind Kind) *TypeCode {
	id, name := p.name()
	return Interface(kind, id, name)
}

func (p *parser) members(kind Kind, depth int) *TypeCode {
	id, name := p.name()
	t := new(TypeCode)
	var list []Member
	p.inside(t, id, func() {
		p.list(func() {
			m := p.element(depth)
			list = append(list, Member{p.text(), m})
			p.want(";")
		})
	})
	*t = *structure(kind, id, name, list)
	return t
}

func (p *parser) enum() *TypeCode {
	id, name := p.name()
	p.want("{")
	var list []string
	for p.err == nil && p.tok != "}" {
		list = append(list, p.text())
		if !p.take(",") {
			break
		}
	}
	p.want("}")
	return Enum(id, name, list...)
}

// value reads a value type from the word that tells whether it is an eventtype. A value may be
// null, so that it may hold itself.
func (p *parser) value(modifier int16, depth int) *TypeCode {
	kind := TkValue
	if !p.take("valuetype") {
		p.want("eventtype")
		kind = TkEvent
	}
	id, name := p.name()
	t := new(TypeCode)
	var base *TypeCode
	var list []State
	p.inside(t, id, func() {
		p.seqs++
		defer func() { p.seqs-- }()
		if p.take(":") {
			if p.take("truncatable") {
				modifier = ValueTruncatable
			}
			base = p.base(t, depth)
		}
		p.list(func() {
			s := State{Public: p.take("public")}
			if !s.Public {
				p.want("private")
			}
			s.Type = p.element(depth)
			s.Name = p.text()
			p.want(";")
			list = append(list, s)
		})
	})
	*t = *value(kind, id, name, modifier, base, list)
	return t
}

// base reads the type that the value type t is derived from.
func (p *parser) base(t *TypeCode, depth int) *TypeCode {
	base := p.parse(depth + 1)
	if p.err != nil {
		return nil
	}
	if k := base.r().kind; base.target == nil && k != TkValue && k != TkEvent {
		p.fail("a value type cannot be derived from a %v", k)
		return nil
	}
	for b := base; b != nil; b = b.content { // those around have no base yet
		if b.r() == t {
			p.fail("a value type is derived from itself")
			return nil
		}
	}
	t.content = base // for those inside; it is filled in soon
	return base
}

func (p *parser) box(depth int) *TypeCode {
	id, name := p.name()
	t := new(TypeCode)
	var of *TypeCode
	p.inside(t, id, func() {
		p.seqs++ // it may be null
		p.want("{")
		of = p.element(depth)
		p.want("}")
		p.seqs--
	})
	*t = *ValueBox(id, name, of)
	return t
}

func (p *parser) union(depth int) *TypeCode {
	id, name := p.name()
	p.want("switch")
	p.want("(")
	disc := p.parse(depth + 1)
	p.want(")")
	if k := disc.Unalias().kind; p.err == nil && !switchable(k) {
		p.fail("a union cannot be switched by %v", k)
	}
	t := new(TypeCode)
	var arms []Arm
	some := false
	p.inside(t, id, func() {
		p.list(func() {
			a := Arm{}
			if p.take("default") {
				if some {
					p.fail("a second default arm")
				}
				a.Default, some = true, true
			} else {
				p.want("case")
				a.Label = p.label(disc.Unalias())
			}
			p.want(":")
			a.Type = p.element(depth)
			a.Name = p.text()
			p.want(";")
			arms = append(arms, a)
		})
	})
	*t = *Union(id, name, disc, arms...)
	return t
}

// label reads a union's label.
func (p *parser) label(disc *TypeCode) int64 {
	bits, signed := 0, false
	switch disc.kind {
	case TkShort:
		bits, signed = 16, true
	case TkLong:
		bits, signed = 32, true
	case TkLongLong:
		bits, signed = 64, true
	case TkOctet:
		bits = 8
	case TkUShort:
		bits = 16
	case TkULong:
		bits = 32
	case TkULongLong:
		bits = 64
	case TkBoolean:
		switch {
		case p.take("TRUE"):
			return 1
		case p.take("FALSE"):
			return 0
		}
	case TkChar, TkWChar:
		if s, err := strconv.Unquote(p.tok); err == nil && p.tok[0] == '\'' {
			r, _ := utf8.DecodeRuneInString(s)
			if disc.kind == TkWChar || r <= 0xff {
				p.next()
				return int64(r)
			}
		}
	case TkEnum:
		if p.err == nil && p.tok != "" && p.tok[0] >= '0' && p.tok[0] <= '9' { // of several with one name
			return int64(p.number(uint64(max(len(disc.members), 1) - 1)))
		}
		name := p.text()
		for i := range disc.members {
			if disc.members[i].name == name {
				return int64(i)
			}
		}
		p.fail("%q is no enumerator of the discriminator", name)
		return 0
	}
	if bits > 0 {
		var v int64
		var err error
		if signed {
			v, err = strconv.ParseInt(p.tok, 10, bits)
		} else {
			var u uint64
			u, err = strconv.ParseUint(p.tok, 10, bits)
			v = int64(u)
		}
		if err == nil {
			p.next()
			return v
		}
	}
	p.fail("a label that is a %v is missing", disc.kind)
	return 0
}

// byName reads a scoped name, or an id in quotes, of a type known already.
func (p *parser) byName() *TypeCode {
	if p.tok == "" {
		p.fail("a type is missing")
		return Null
	}
	at := p.pos - len(p.tok)
	var id, name string
	if strings.HasPrefix(p.tok, `"`) {
		id = p.text()
		name = id
	} else {
		p.take("::")
		id, _ = p.name()
		name = strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(id, "IDL:"), ":1.0"), "/", "::")
	}
	if t := p.around(id, name); t != nil {
		return t
	}
	if p.named != nil && p.err == nil {
		if t := p.named(name); t != nil {
			return t
		}
	}
	if p.err == nil {
		p.pos, p.tok = at, ""
		p.fail("the type %s is not known", name)
	}
	return Null
}

// around returns a reference to a type around of that id, nil if there is none.
func (p *parser) around(id, name string) *TypeCode {
	further, counted := 0, p.take("^")
	if counted {
		further = int(p.number(maxText))
	}
	for i := len(p.open) - 1; i >= 0; i-- {
		o := p.open[i]
		if o.id != id {
			continue
		}
		if further--; further >= 0 {
			continue
		}
		if o.seqs == p.seqs {
			p.fail("%s holds itself, without a sequence between", name)
			return nil
		}
		return &TypeCode{kind: tkRecursive, id: id, target: o.t}
	}
	if counted {
		p.fail("there are not so many types around %s", name)
	}
	return nil
}
