package dyn

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/typecode"
)

// Of returns the value v of type tc as an Any. v is what [Any.Value] returns for the type,
// or a Go value from which that can be told without loss: any integer type where an integer
// is wanted, a slice or array of any type for a sequence or array, a map[string]any for a
// struct, an integer for an enumerator, a string of one character for a char, [Ref] or any
// object that the ORB can turn into a reference. The error says where in v it does not fit
// and is BAD_PARAM.
func Of(tc *typecode.TypeCode, v any) (Any, error) {
	b := builder{}
	return b.build(tc, v)
}

// builder makes the canonical form of Go values or of a JSON document's.
type builder struct {
	e     *cdr.Encoder
	json  bool
	opt   JSONOptions
	depth int
	made  map[any]*typecode.TypeCode // what the values are, by what they are known by
	fit   fitted
}

func (b *builder) build(tc *typecode.TypeCode, v any) (Any, error) {
	e, c := newEncoder()
	b.e = e
	err := b.put(nil, tc, v)
	if err == nil {
		err = e.Err()
	}
	if err != nil {
		var sys *exc.SystemException
		if !errors.As(err, &sys) {
			err = exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "%w", err)
		}
		return Any{}, err
	}
	if tc == nil || tc == typecode.Null {
		return Any{}, nil
	}
	return Any{&value{tc: tc, raw: e.Bytes(), objs: c.objs, vals: c.vals, ids: c.ids, bare: c.bare}}, nil
}

// deepest is how far values may nest in what is built; a bound on the stack.
const deepest = 1000

func (b *builder) put(at *path, tc *typecode.TypeCode, v any) error {
	if b.depth++; b.depth > deepest {
		return at.errorf("the value nests more than %d deep", deepest)
	}
	defer func() { b.depth-- }()
	before := b.e.Err()
	err := b.value(at, tc.Unalias(), v)
	if err == nil && before == nil && b.e.Err() != nil { // a string with a zero octet, and the like
		return at.errorf("%w", b.e.Err())
	}
	return err
}

func want(at *path, tc *typecode.TypeCode, v any) error {
	what := fmt.Sprintf("%T", v)
	switch v := v.(type) {
	case nil:
		what = "nothing"
	case string:
		what = strconv.Quote(v)
	case json.Number:
		what = v.String()
	case map[string]any:
		what = "an object"
	case []any:
		what = "a list"
	case bool:
		what = strconv.FormatBool(v)
	}
	return at.errorf("a %s is wanted, not %s", describe(tc), what)
}

// describe names a type in few words.
func describe(tc *typecode.TypeCode) string {
	switch tc.Kind() {
	case typecode.TkStruct, typecode.TkUnion, typecode.TkEnum, typecode.TkExcept, typecode.TkObjref,
		typecode.TkValue, typecode.TkEvent, typecode.TkValueBox, typecode.TkAbstractInterface:
		return tc.Kind().String() + " " + tc.Name()
	case typecode.TkSequence, typecode.TkArray:
		return tc.Kind().String()
	}
	return tc.String()
}

func (b *builder) value(at *path, tc *typecode.TypeCode, v any) error {
	e := b.e
	switch tc.Kind() {
	case typecode.TkNull, typecode.TkVoid:
		if v != nil {
			return want(at, tc, v)
		}
	case typecode.TkShort, typecode.TkUShort, typecode.TkLong, typecode.TkULong, typecode.TkLongLong, typecode.TkULongLong, typecode.TkOctet:
		n, err := b.integer(at, tc, v)
		if err != nil {
			return err
		}
		putLabel(e, tc, n)
	case typecode.TkFloat, typecode.TkDouble:
		f, err := b.float(at, tc, v)
		if err != nil {
			return err
		}
		if tc.Kind() == typecode.TkFloat {
			if math.Abs(f) > math.MaxFloat32 && !math.IsInf(f, 0) {
				return at.errorf("%v is beyond the range of float", v)
			}
			e.Float(float32(f))
		} else {
			e.Double(f)
		}
	case typecode.TkLongDouble:
		return b.longDouble(at, tc, v)
	case typecode.TkBoolean:
		x, ok := v.(bool)
		if !ok {
			return want(at, tc, v)
		}
		e.Boolean(x)
	case typecode.TkChar, typecode.TkWChar:
		r, err := b.char(at, tc, v)
		if err != nil {
			return err
		}
		if tc.Kind() == typecode.TkChar {
			e.Char(byte(r))
		} else {
			e.WChar(r)
		}
	case typecode.TkString, typecode.TkWString:
		return b.string(at, tc, v)
	case typecode.TkFixed:
		return b.fixed(at, tc, v)
	case typecode.TkEnum:
		return b.enum(at, tc, v)
	case typecode.TkAny:
		return b.any(at, tc, v)
	case typecode.TkTypeCode:
		return b.typeCode(at, tc, v)
	case typecode.TkPrincipal:
		x, err := b.octets(at, tc, v)
		if err != nil {
			return err
		}
		e.OctetSeq(x)
	case typecode.TkObjref, typecode.TkComponent, typecode.TkHome:
		return b.object(at, tc, v)
	case typecode.TkStruct, typecode.TkExcept:
		return b.members(at, tc, v)
	case typecode.TkUnion:
		return b.union(at, tc, v)
	case typecode.TkSequence, typecode.TkArray:
		return b.elements(at, tc, v)
	case typecode.TkValue, typecode.TkEvent, typecode.TkValueBox:
		return b.valuetype(at, tc, v)
	case typecode.TkAbstractInterface:
		return b.abstract(at, tc, v)
	default:
		return at.errorf("%w", unsupported(tc))
	}
	return nil
}

func (b *builder) char(at *path, tc *typecode.TypeCode, v any) (rune, error) {
	last := rune(utf8.MaxRune)
	if tc.Kind() == typecode.TkChar {
		last = 0xff
	}
	if s, ok := v.(string); ok {
		r, n := utf8.DecodeRuneInString(s)
		if n == 0 || n != len(s) || r == utf8.RuneError && n == 1 {
			return 0, at.errorf("one character is wanted, not %q", s)
		}
		if r > last {
			return 0, at.errorf("%q does not fit into a char; use wchar or string", s)
		}
		return r, nil
	}
	if r := reflect.ValueOf(v); r.IsValid() && !b.json {
		switch {
		case r.CanInt() && r.Int() >= 0 && r.Int() <= int64(last):
			return rune(r.Int()), nil
		case r.CanUint() && r.Uint() <= uint64(last):
			return rune(r.Uint()), nil
		}
	}
	return 0, want(at, tc, v)
}

func (b *builder) string(at *path, tc *typecode.TypeCode, v any) error {
	r := reflect.ValueOf(v)
	if _, number := v.(json.Number); number || r.Kind() != reflect.String {
		return want(at, tc, v)
	}
	s, most := r.String(), bound(tc)
	if n := cdr.Chars(s, most); most > 0 && n > most {
		return at.errorf("a string of %d is longer than its bound of %d", n, most)
	}
	if tc.Kind() == typecode.TkWString {
		b.e.WString(s)
	} else {
		b.e.String(s)
	}
	return nil
}

func (b *builder) enum(at *path, tc *typecode.TypeCode, v any) error {
	if s, ok := v.(string); ok {
		i := tc.MemberIndex(s)
		if i < 0 {
			return at.errorf("%q is no enumerator of %s; there are %s", s, tc.Name(), names(tc))
		}
		b.e.ULong(uint32(i))
		return nil
	}
	n, err := b.integer(at, typecode.ULong, v)
	if err != nil {
		return want(at, tc, v)
	}
	if n >= int64(tc.Len()) {
		return at.errorf("%d is no enumerator of %s; there are %s", n, tc.Name(), names(tc))
	}
	b.e.ULong(uint32(n))
	return nil
}

// names lists the members of a type, for errors.
func names(tc *typecode.TypeCode) string {
	const most = 12
	s := ""
	for i := range tc.Len() {
		if i == most {
			return s + " …"
		}
		if i > 0 {
			s += ", "
		}
		s += tc.MemberName(i)
	}
	if s == "" {
		return "none"
	}
	return s
}

func (b *builder) any(at *path, tc *typecode.TypeCode, v any) error {
	switch x := v.(type) {
	case nil:
		PutAny(b.e, Any{})
		return nil
	case Any:
		PutAny(b.e, x)
		return nil
	case map[string]any:
		if b.json {
			return b.jsonAny(at, x)
		}
	}
	if b.json {
		return at.errorf(`an any is written as {"_type": "long", "_value": 3}`)
	}
	return want(at, tc, v)
}

func (b *builder) typeCode(at *path, tc *typecode.TypeCode, v any) error {
	switch x := v.(type) {
	case *typecode.TypeCode:
		typecode.Put(b.e, x)
		return nil
	case string:
		t, err := typecode.Parse(x, b.opt.Types)
		if err != nil {
			return at.errorf("%w", err)
		}
		typecode.Put(b.e, t)
		return nil
	}
	return want(at, tc, v)
}

func (b *builder) object(at *path, tc *typecode.TypeCode, v any) error {
	switch x := v.(type) {
	case nil:
		putIOR(b.e, nil)
	case *ior.IOR:
		putIOR(b.e, x)
	case string:
		r, err := b.opt.ref(x)
		if err != nil {
			return at.errorf("%w", err)
		}
		putIOR(b.e, r)
	default:
		if b.json {
			return want(at, tc, v)
		}
		b.e.Object(v, nil)
	}
	return nil
}

func (b *builder) octets(at *path, tc *typecode.TypeCode, v any) ([]byte, error) {
	switch x := v.(type) {
	case []byte:
		return x, nil
	case string:
		if b.json {
			raw, err := base64.StdEncoding.DecodeString(x)
			if err != nil {
				return nil, at.errorf("octets are written in base64: %w", err)
			}
			return raw, nil
		}
	}
	return nil, want(at, tc, v)
}

// members writes the members of a struct or exception.
func (b *builder) members(at *path, tc *typecode.TypeCode, v any) error {
	var get func(int, string) (any, bool)
	switch x := v.(type) {
	case Exception:
		if x.ID != tc.ID() {
			return at.errorf("the exception %s is wanted, not %s", tc.ID(), x.ID)
		}
		return b.members(at, tc, x.Members)
	case Struct:
		for _, f := range x {
			if tc.MemberIndex(f.Name) < 0 {
				return noMember(at, tc, f.Name)
			}
		}
		get = x.member
	case map[string]any:
		for name, v := range x {
			if b.json && tc.Kind() == typecode.TkExcept && name == "_exception" {
				if v != tc.ID() {
					return at.errorf("the exception %s is wanted, not %v", tc.ID(), v)
				}
				continue
			}
			if tc.MemberIndex(name) < 0 {
				return noMember(at, tc, name)
			}
		}
		get = func(_ int, name string) (any, bool) { v, ok := x[name]; return v, ok }
	default:
		return want(at, tc, v)
	}
	for i := range tc.Len() {
		name := tc.MemberName(i)
		m, ok := get(i, name)
		if !ok {
			return at.errorf("the member %s of %s is missing", name, tc.Name())
		}
		if err := b.put(at.field(name), tc.MemberType(i), m); err != nil {
			return err
		}
	}
	return nil
}

func noMember(at *path, tc *typecode.TypeCode, name string) error {
	return at.errorf("%s has no member %q; there are %s", tc.Name(), name, names(tc))
}

func (b *builder) elements(at *path, tc *typecode.TypeCode, v any) error {
	content := tc.Content()
	sequence := tc.Kind() == typecode.TkSequence
	if content.Unalias().Kind() == typecode.TkOctet {
		if raw, err := b.octets(at, tc, v); err == nil {
			if err := b.count(at, tc, len(raw)); err != nil {
				return err
			}
			b.e.Octets(raw)
			return nil
		} else if _, text := v.(string); text && sequence {
			return err
		}
	}
	r := reflect.ValueOf(v)
	if k := r.Kind(); k != reflect.Slice && k != reflect.Array {
		if v == nil && sequence && !b.json {
			return b.count(at, tc, 0)
		}
		return want(at, tc, v)
	}
	if err := b.count(at, tc, r.Len()); err != nil {
		return err
	}
	for i := range r.Len() {
		if err := b.put(at.element(i), content, r.Index(i).Interface()); err != nil {
			return err
		}
	}
	return nil
}

// count checks the length of a sequence or array, and writes that of a sequence.
func (b *builder) count(at *path, tc *typecode.TypeCode, n int) error {
	if most := tc.Length(); tc.Kind() == typecode.TkArray {
		if int64(n) != int64(most) {
			return at.errorf("an array of %d is wanted, not one of %d", most, n)
		}
		return nil
	} else if most > 0 && int64(n) > int64(most) {
		return at.errorf("a sequence of %d is longer than its bound of %d", n, most)
	}
	b.e.Count(n)
	return nil
}
