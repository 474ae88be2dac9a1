package typelib

import (
	"math"
	"math/big"
	"strconv"

	"github.com/opendsom/dsom/model"
)

func (r *reader) comments() model.Comments {
	return list(r, func() model.Comment { return model.Comment{Text: r.str()} })
}

// node reads a name and what belongs to it.
func (r *reader) node(n *model.Node) {
	has := r.bits(nodeBits)
	if n.Name = r.str(); !isName(n.Name) {
		r.fail("%q is no name", n.Name)
	}
	if has&nodeDoc != 0 {
		n.Doc = r.comments()
	}
	if has&nodeTrailing != 0 {
		n.Trailing = r.comments()
	}
	if has&nodeAnnotations != 0 {
		n.Annotations = r.annotations()
	}
	if has&nodePragmas != 0 {
		n.Pragmas = list(r, func() model.Pragma {
			return model.Pragma{Name: r.str(), Args: list(r, r.str), Text: r.str()}
		})
	}
	if has&nodeModifiers != 0 {
		n.Modifiers = r.modifiers()
	}
}

// isName reports whether s is an identifier; _get_x is one, of a method.
func isName(s string) bool {
	for i, c := range s {
		switch {
		case c == '_', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return s != ""
}

func (r *reader) modifiers() []model.Modifier {
	return list(r, func() model.Modifier { return model.Modifier{Name: r.str(), Value: r.str()} })
}

func (r *reader) annotations() []model.Annotation {
	return list(r, func() model.Annotation {
		return model.Annotation{Name: r.str(), Decl: r.str(), Params: list(r, func() model.AnnotationParam {
			return model.AnnotationParam{Name: r.str(), Text: r.str(), Value: r.value()}
		})}
	})
}

// Limits of a number's text; the longest is a long double's.
const (
	maxNumberText = 64
	maxPrecision  = 113
)

// value reads a value, nil where there is none.
func (r *reader) value() *model.Value {
	n := r.num()
	if n == 0 {
		return nil
	}
	if n > uint64(model.EnumValue)+1 {
		r.fail("unknown kind of value %d", n)
		return nil
	}
	v := &model.Value{Kind: model.ValueKind(n - 1)}
	switch v.Kind {
	case model.BoolValue:
		v.Bool = r.bits(1) != 0
	case model.IntValue:
		v.Int = r.integer()
	case model.FloatValue:
		v.Float = r.float()
	case model.CharValue, model.WCharValue:
		c := r.num()
		if c > math.MaxInt32 {
			r.fail("character %d", c)
		}
		v.Char = rune(c)
	case model.EnumValue:
		e := ref[*model.Enum](r, "enum")
		v.Enumerator = &model.Enumerator{Ordinal: uint32(min(r.num(), math.MaxUint32))} // found when all enumerators are known
		r.d.enumerators = append(r.d.enumerators, later{v, e, r.at})
	default:
		v.Text = r.str()
	}
	if r.err != nil {
		return nil
	}
	return v
}

// later is a value whose enumerator is not known yet.
type later struct {
	v  *model.Value
	of *model.Enum
	at int
}

func (r *reader) integer() *big.Int {
	s := r.str()
	if _, err := strconv.ParseInt(s, 10, 64); err != nil {
		if _, err = strconv.ParseUint(s, 10, 64); err != nil {
			r.fail("%.*q is no integer of 64 bits", maxNumberText, s)
			return new(big.Int)
		}
	}
	n, _ := new(big.Int).SetString(s, 10)
	return n
}

func (r *reader) float() *big.Float {
	s, prec := r.str(), r.num()
	if len(s) > maxNumberText || prec > maxPrecision {
		r.fail("a floating-point number of %d digits and %d bits", len(s), prec)
		return new(big.Float)
	}
	f, _, err := big.ParseFloat(s, 10, uint(prec), big.ToNearestEven)
	if err != nil || f.IsInf() {
		r.fail("%q is no number", s)
		return new(big.Float)
	}
	return f
}

// ref reads the number of a declaration of kind D. It is an error if it is of another.
func ref[D model.Decl](r *reader, what string) D {
	var none D
	n := r.index(len(r.d.decls), "declaration")
	if n == 0 {
		r.fail("%s: it is missing", what)
		return none
	}
	d, ok := r.d.decls[n-1].(D)
	if !ok {
		r.fail("%s: declaration %d is none", what, n)
	}
	return d
}

// typeText is what a type counts for among texts, beside its own: "sequence<>" has as much.
const typeText = 10

// typeRecord reads the record of a type, which is made of types with lower numbers.
func (r *reader) typeRecord() {
	code := r.num()
	if code == 0 || code >= uint64(len(typeKinds)) {
		r.fail("unknown kind of type %d", code)
		return
	}
	depth, before := 1, r.d.used
	t := &model.Type{Kind: typeKinds[code], Name: r.str(), Annotations: r.annotations()}
	elem := func() {
		n := r.index(len(r.d.types), "type")
		if n == 0 {
			r.fail("a %s without elements", t.Kind)
			return
		}
		t.Elem, depth = r.d.types[n-1], r.d.depth[n-1]+1
		r.use(r.d.texts[n-1])
	}
	switch t.Kind {
	case model.Named:
		t.Decl = ref[model.Decl](r, "type")
		switch t.Decl.(type) {
		case *model.Interface, *model.Struct, *model.Union, *model.Enum, *model.Typedef, *model.Native, *model.Forward:
		default:
			r.fail("what a type names is none")
		}
	case model.String, model.WString:
		t.Bound = r.num()
	case model.Sequence:
		elem()
		t.Bound = r.num()
	case model.Array:
		elem()
		t.Dims = list(r, r.num)
		length := uint64(1)
		for _, n := range t.Dims {
			if n == 0 || n > math.MaxInt32/length {
				r.fail("an array cannot have the dimensions %d", t.Dims)
				return
			}
			length *= n
		}
		if len(t.Dims) == 0 {
			r.fail("an array without dimensions")
		}
	case model.Pointer:
		elem()
	case model.Fixed:
		digits, scale := r.num(), r.signed()
		if digits > 31 || scale < 0 || scale > int64(digits) {
			r.fail("fixed<%d,%d>", digits, scale)
			return
		}
		t.Digits, t.Scale = int(digits), int(scale)
	}
	if depth > MaxDepth && r.err == nil {
		r.err = exceeded("typelib-depth", MaxDepth, "types are nested too deep")
	}
	r.use(typeText)
	r.end()
	r.d.types = append(r.d.types, t)
	r.d.depth = append(r.d.depth, depth)
	r.d.texts = append(r.d.texts, r.d.used-before)
}

// typ reads the number of a type that has to be there.
func (r *reader) typ() *model.Type {
	t := r.typeOrNone()
	if t == nil {
		r.fail("a type is missing")
	}
	return t
}

func (r *reader) typeOrNone() *model.Type {
	if n := r.index(len(r.d.types), "type"); n > 0 {
		r.use(r.d.texts[n-1])
		return r.d.types[n-1]
	}
	return nil
}

func (r *reader) members() []*model.Member {
	return list(r, func() *model.Member {
		m := new(model.Member)
		r.node(&m.Node)
		m.Type = r.typ()
		return m
	})
}

func (r *reader) exceptions() []*model.Exception {
	return list(r, func() *model.Exception { return ref[*model.Exception](r, "exception") })
}
