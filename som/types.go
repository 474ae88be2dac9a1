package som

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A TypeKind is a kind of the types that signatures tell.
type TypeKind uint8

// The kinds of types. An Enum is a number from 0: signatures do not have the names of enumerators.
const (
	Void TypeKind = iota
	Boolean
	Octet
	Char
	WChar
	Int8
	Short
	UShort
	Long
	ULong
	LongLong
	ULongLong
	Float
	Double
	Enum
	String
	WString
	ObjectType
	Sequence
	Array
	Struct
	UnionType
)

// A SignedType is a type as a signature has it, see [ParseSignature]. It is not changed, and may lead back to itself through a sequence.
type SignedType struct {
	Kind    TypeKind
	Class   string        // of an object: its class, or empty for any object
	Elem    *SignedType   // of a sequence or an array
	Len     int           // of an array
	Members []*SignedType // of a structure; of a union what follows each label
	Labels  []string      // of a union, one for each of Members: a decimal number, TRUE, FALSE or default
	Tag     *SignedType   // of a union: the discriminator

	types  int          // how many it is made of, itself among them
	deep   int          // how deep these are in one another
	goType reflect.Type // once it is known
	making bool         // what its Go type is is being found out
}

// A SignedParam is a parameter.
type SignedParam struct {
	How  byte // i, o or x, as [Packing.Passes] has it
	Type *SignedType
}

// A SignedRaise is an exception that a method may raise.
type SignedRaise struct {
	ID      string
	Members []*SignedType
	Err     error // not nil: the signature tells no more than the ID
}

// A Signed is what the types in a signature tell of a method.
type Signed struct {
	Manner string // words that say how else it is called: oidl, init, procedure, noself, noenv
	Result *SignedType
	Params []SignedParam
	Raises []SignedRaise

	types int
}

// Types is how many types of Go [Signed.MethodType] and [Signed.Learn] may make of a signature, which are never freed: each counts with all that are within it, since it has these in its name. It is at most
// [MaxTypes], and never 0.
func (s *Signed) Types() int { return s.types }

// ParseSignature takes the types of a signature apart, which stand behind its slash (docs/som.md). An error says why they do not tell how
// the method is called: there are none, they are told by a hash, one is of what has no form outside of a process, such as a pointer, or they are more than [MaxSignature], [MaxTypes] or [MaxTypeDepth]
// allows. It costs as much as the signature is long.
func ParseSignature(signature string) (*Signed, error) {
	if len(signature) > MaxSignature {
		return nil, fmt.Errorf("the signature has %d octets, and at most %d are allowed (MaxSignature)", len(signature), MaxSignature)
	}
	_, types, told := strings.Cut(signature, "/")
	if !told {
		return nil, fmt.Errorf("the signature %.255q tells no types", signature)
	}
	types, raised, _ := strings.Cut(types, "!")
	s := &Signed{}
	for _, word := range []string{"oidl ", "init ", "procedure ", "noself ", "noenv ", "data "} {
		if rest, ok := strings.CutPrefix(types, word); ok {
			types = rest
			s.Manner += word
		}
	}
	s.Manner = strings.TrimSpace(s.Manner)
	p := &signedParser{text: types}
	var err error
	if s.Result, err = p.typ(); err != nil {
		return nil, err
	}
	if !p.take("(") {
		return nil, p.wrong()
	}
	for !p.take(")") {
		if len(s.Params) > 0 && !p.take(",") {
			return nil, p.wrong()
		}
		a := SignedParam{How: 'i'}
		switch {
		case p.take("out "):
			a.How = 'o'
		case p.take("inout "):
			a.How = 'x'
		}
		if a.Type, err = p.typ(); err != nil {
			return nil, fmt.Errorf("parameter %d: %w", len(s.Params)+1, err)
		}
		s.Params = append(s.Params, a)
	}
	if p.text != "" {
		return nil, p.wrong()
	}
	s.types = p.types + 1 // that of the method
	for x := range strings.SplitSeq(raised, "!") {
		if id, members, ok := strings.Cut(x, "{"); ok && id != "" {
			x, types := raiseIn(id, members)
			s.Raises = append(s.Raises, x)
			if s.types += types; s.types > MaxTypes {
				return nil, errTypes
			}
		}
	}
	return s, nil
}

// raiseIn reads the members of an exception, each of which has a semicolon behind it, and says how many types there are.
func raiseIn(id, members string) (SignedRaise, int) {
	x := SignedRaise{ID: id}
	types := 1
	p := &signedParser{text: members}
	for p.text != "" {
		t, err := p.typ()
		if err == nil && !p.take(";") {
			err = p.wrong()
		}
		if err != nil {
			return SignedRaise{ID: id, Err: fmt.Errorf("member %d of %s: %w", len(x.Members)+1, id, err)}, p.types + 1
		}
		x.Members = append(x.Members, t)
		types += t.types // the structure of the members has them in its name
	}
	return x, p.types + types
}

// A signedParser has what is left of the types of a signature.
type signedParser struct {
	text   string
	around []*SignedType // structures and unions that are begun
	depth  int           // of the type that is being read
	types  int           // that were read, each with those within it
}

func (p *signedParser) take(s string) bool {
	rest, ok := strings.CutPrefix(p.text, s)
	if ok {
		p.text = rest
	}
	return ok
}

func (p *signedParser) wrong() error { return fmt.Errorf("%.40q is no type of a signature", p.text) }

var signedWords = map[string]TypeKind{
	"void": Void, "boolean": Boolean, "octet": Octet, "char": Char, "wchar": WChar, "int8": Int8, "short": Short, "unsigned short": UShort,
	"long": Long, "unsigned long": ULong, "long long": LongLong, "unsigned long long": ULongLong, "float": Float, "double": Double,
	"enum": Enum, "string": String, "wstring": WString, "object": ObjectType,
}

// typ reads a type, and the dimensions behind it.
func (p *signedParser) typ() (*SignedType, error) {
	if p.depth++; p.depth > MaxTypeDepth {
		return nil, errDepth
	}
	defer func() { p.depth-- }()
	t, err := p.inner()
	if err == nil && !slices.Contains(p.around, t) { // else it counts when it is read to its end
		err = p.count(t)
	}
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(p.text, "*") {
		return nil, fmt.Errorf("a pointer means nothing outside of its process")
	}
	var dims []int
	for p.take("[") {
		n := 0
		if _, err := fmt.Sscanf(p.text, "%d]", &n); err != nil || n < 1 {
			return nil, p.wrong()
		}
		_, p.text, _ = strings.Cut(p.text, "]")
		if dims = append(dims, n); len(dims) > MaxTypeDepth {
			return nil, errDepth
		}
	}
	for i := len(dims) - 1; i >= 0; i-- {
		t = &SignedType{Kind: Array, Elem: t, Len: dims[i]}
		if err := p.count(t); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (p *signedParser) inner() (*SignedType, error) {
	switch {
	case p.take("<"):
		elem, err := p.typ()
		if err == nil && !p.take(">") {
			err = p.wrong()
		}
		return &SignedType{Kind: Sequence, Elem: elem}, err
	case p.take("{"):
		return p.structure()
	case p.take("union("):
		return p.union()
	case p.take("^"):
		n := 0
		digits := len(p.text) - len(strings.TrimLeft(p.text, "0123456789"))
		if _, err := fmt.Sscanf(p.text[:digits], "%d", &n); err != nil || n >= len(p.around) {
			return nil, p.wrong()
		}
		p.text = p.text[digits:]
		return p.around[len(p.around)-1-n], nil
	}
	end := strings.IndexAny(p.text, "*[]<>{}();,!")
	if end < 0 {
		end = len(p.text)
	}
	word := p.text[:end]
	if k, ok := signedWords[word]; ok {
		p.text = p.text[end:]
		return &SignedType{Kind: k}, nil
	}
	switch {
	case strings.HasPrefix(word, "#"):
		return nil, fmt.Errorf("it is told by a hash alone, being too long for a signature")
	case strings.HasPrefix(word, "union ") || strings.HasPrefix(word, "struct "), word == "any", word == "TypeCode", word == "long double", word == "making", strings.HasPrefix(word, "fixed"):
		return nil, fmt.Errorf("a %s has no form outside of its language", word)
	case checkName(word) != nil:
		return nil, p.wrong()
	}
	p.text = p.text[end:]
	return &SignedType{Kind: ObjectType, Class: word}, nil
}

func (p *signedParser) structure() (*SignedType, error) {
	t := &SignedType{Kind: Struct}
	p.around = append(p.around, t)
	defer func() { p.around = p.around[:len(p.around)-1] }()
	for !p.take("}") {
		if len(t.Members) > 0 && !p.take(",") {
			return nil, p.wrong()
		}
		m, err := p.typ()
		if err != nil {
			return nil, err
		}
		t.Members = append(t.Members, m)
	}
	return t, nil
}

func (p *signedParser) union() (*SignedType, error) {
	t := &SignedType{Kind: UnionType}
	p.around = append(p.around, t)
	defer func() { p.around = p.around[:len(p.around)-1] }()
	var err error
	if t.Tag, err = p.typ(); err != nil {
		return nil, err
	}
	for !p.take(")") {
		before, rest, _ := strings.Cut(p.text, ":")
		label, ok := strings.CutPrefix(before, ",")
		if !ok || label == "" {
			return nil, p.wrong()
		}
		p.text = rest
		m, err := p.typ()
		if err != nil {
			return nil, err
		}
		t.Labels, t.Members = append(t.Labels, label), append(t.Members, m)
	}
	return t, nil
}

// Wide reports whether the texts or characters of a type are wide, or those of its elements.
func (t *SignedType) Wide() bool {
	for t.Kind == Sequence || t.Kind == Array {
		t = t.Elem
	}
	return t.Kind == WChar || t.Kind == WString
}

var signedGoTypes = map[TypeKind]reflect.Type{
	Boolean: reflect.TypeFor[bool](), Octet: reflect.TypeFor[uint8](), Char: reflect.TypeFor[uint8](), WChar: reflect.TypeFor[rune](), Int8: reflect.TypeFor[int8](),
	Short: reflect.TypeFor[int16](), UShort: reflect.TypeFor[uint16](), Long: reflect.TypeFor[int32](), ULong: reflect.TypeFor[uint32](),
	LongLong: reflect.TypeFor[int64](), ULongLong: reflect.TypeFor[uint64](), Float: reflect.TypeFor[float32](), Double: reflect.TypeFor[float64](),
	Enum: reflect.TypeFor[uint32](), String: reflect.TypeFor[string](), WString: reflect.TypeFor[string](), ObjectType: reflect.TypeFor[Ref](),
}

// GoType returns the type that values have in Go where there is no generated code: a structure is one of members F0, F1, …, an object a
// Ref, a number that of Go, a union a structure of its discriminator D and a member A0, A1, … for each label, of which
// [UnionArm] tells which there is. Structures and unions within themselves have none.
func (t *SignedType) GoType() (reflect.Type, error) {
	if t.goType != nil {
		return t.goType, nil
	}
	if g, ok := signedGoTypes[t.Kind]; ok {
		return g, nil
	}
	if t.making {
		return nil, fmt.Errorf("a structure within itself needs generated code")
	}
	t.making = true
	defer func() { t.making = false }()
	switch t.Kind {
	case Sequence, Array:
		elem, err := t.Elem.GoType()
		if err != nil {
			return nil, err
		}
		if t.Kind == Array {
			if size := elem.Size(); size > 0 && uint64(t.Len) > uint64(MaxValue/size) {
				return nil, fmt.Errorf("an array of %d elements of %d octets is longer than %d octets (MaxValue)", t.Len, size, MaxValue)
			}
			t.goType = reflect.ArrayOf(t.Len, elem)
		} else {
			t.goType = reflect.SliceOf(elem)
		}
		return t.goType, nil
	case Struct:
		g, err := structOf(t.Members)
		t.goType = g
		return g, err
	case UnionType:
		g, err := t.unionOf()
		t.goType = g
		return g, err
	}
	return nil, fmt.Errorf("a void is no value")
}

// Tags of the members of unions that have no generated code.
const (
	unionTag = "union" // som:"union", of the discriminator
	labelTag = "label" // label:"1", of an arm
)

func (t *SignedType) unionOf() (reflect.Type, error) {
	tag, err := t.Tag.GoType()
	if err != nil {
		return nil, err
	}
	switch t.Tag.Kind {
	case Float, Double, String, WString, ObjectType, Sequence, Array, Struct, UnionType:
		return nil, fmt.Errorf("a %v is no discriminator of a union", tag)
	}
	if len(t.Members) == 0 {
		return nil, fmt.Errorf("a union without arms")
	}
	d := reflect.StructField{Name: "D", Type: tag, Tag: `som:"union"`}
	if t.Tag.Wide() {
		d.Tag = `som:"union,wide"`
	}
	fields := []reflect.StructField{d}
	for i, m := range t.Members {
		g, err := m.GoType()
		if err != nil {
			return nil, err
		}
		f := reflect.StructField{Name: fmt.Sprintf("A%d", i), Type: g, Tag: reflect.StructTag(fmt.Sprintf("label:%q", t.Labels[i]))}
		if m.Wide() {
			f.Tag += ` som:"wide"`
		}
		fields = append(fields, f)
	}
	return bounded(fields)
}

// IsUnion reports whether a Go type is that of a union, generated or as [SignedType.GoType] has it.
func IsUnion(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || t.NumField() == 0 {
		return false
	}
	return reflect.PointerTo(t).Implements(unionType) || strings.HasPrefix(t.Field(0).Tag.Get("som"), unionTag)
}

// UnionArm returns the number of the arm that a union's discriminator selects, from 1, or 0. The value must have an address.
func UnionArm(x reflect.Value) int {
	if u, ok := x.Addr().Interface().(Union); ok {
		return u.SOMArm()
	}
	label, arm := LabelOf(x.Field(0)), 0
	for i := 1; i < x.NumField(); i++ {
		switch x.Type().Field(i).Tag.Get(labelTag) {
		case label:
			return i
		case "default":
			arm = i
		}
	}
	return arm
}

// LabelOf is the value of a discriminator as signatures have it.
func LabelOf(tag reflect.Value) string {
	switch {
	case tag.Kind() == reflect.Bool && tag.Bool():
		return "TRUE"
	case tag.Kind() == reflect.Bool:
		return "FALSE"
	case tag.CanInt():
		return strconv.FormatInt(tag.Int(), 10)
	}
	return strconv.FormatUint(tag.Uint(), 10)
}

var unionType = reflect.TypeFor[Union]()

func structOf(members []*SignedType) (reflect.Type, error) {
	if len(members) == 0 {
		return nil, fmt.Errorf("a structure without members, which C does not have")
	}
	fields := make([]reflect.StructField, len(members))
	for i, m := range members {
		g, err := m.GoType()
		if err != nil {
			return nil, err
		}
		fields[i] = reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: g}
		if m.Wide() {
			fields[i].Tag = `som:"wide"`
		}
	}
	return bounded(fields)
}

// MethodType returns the type that a method of the signature has in Go where there is no generated code: a func of Self and a Context,
// with an error last; and how it passes its parameters. It is an error if there are more of these than [MaxParams], or if they have more octets than [MaxValue].
func (s *Signed) MethodType() (reflect.Type, Packing, error) {
	if s.Manner != "" && s.Manner != "oidl" {
		return nil, Packing{}, fmt.Errorf("it is called in another way than methods are: %s", s.Manner)
	}
	in, out := []reflect.Type{selfType, contextType}, []reflect.Type{}
	passing := ""
	if s.Result.Kind != Void {
		g, err := s.Result.GoType()
		if err != nil {
			return nil, Packing{}, fmt.Errorf("the result: %w", err)
		}
		out, passing = append(out, g), passed('r', s.Result)
	}
	for i, p := range s.Params {
		g, err := p.Type.GoType()
		if err != nil {
			return nil, Packing{}, fmt.Errorf("parameter %d: %w", i+1, err)
		}
		passing += passed(p.How, p.Type)
		if p.How != 'o' {
			in = append(in, g)
		}
		if p.How != 'i' {
			out = append(out, g)
		}
	}
	if err := checkFunc(in[2:], out); err != nil {
		return nil, Packing{}, err
	}
	return reflect.FuncOf(in, append(out, errorType), false), Packing{}.Passes(passing), nil
}

func passed(how byte, t *SignedType) string {
	if t.Wide() {
		how -= 'a' - 'A'
	}
	return string(how)
}
