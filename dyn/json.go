package dyn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/typecode"
)

// Values as JSON: names as IDL spells them. Integers of 64 bits, fixed and long double are
// strings and read as either; NaN and infinities are "NaN", "Infinity", "-Infinity"; chars
// and strings are strings; a sequence of octets is base64; an enum its name; a struct an object; a
// union {"_d": label, "arm": value}; an exception an object with "_exception"; an any
// {"_type": text of the type, "_value": value}; an object reference its URL, nil null; a
// TypeCode its text; a value of a valuetype {"_type": its scoped name, "member": value}, one
// that stands in the document before {"_ref": JSON pointer to it}, null null, and a box has the one member "value".

// JSONOptions say how names in JSON are understood. The zero value knows none.
type JSONOptions struct {
	// Types returns the type of a scoped name, or nil. Types that are written out need it not.
	Types func(name string) *typecode.TypeCode
	// Ref returns the reference that a URL stands for. Without it IOR: and such corbaloc:
	// URLs are understood as need no one to be asked.
	Ref func(url string) (*ior.IOR, error)
}

func (o JSONOptions) ref(url string) (*ior.IOR, error) {
	if o.Ref != nil {
		return o.Ref(url)
	}
	u, err := ior.ParseURL(url)
	if err != nil {
		return nil, err
	}
	r := u.Reference()
	if u.Name != nil || u.Scheme != "IOR" && r.IsNil() {
		return nil, fmt.Errorf("%s would have to be looked up, and nobody is there to do it: give it as an IOR: or corbaloc: URL", url)
	}
	return r, nil
}

// UnmarshalJSON reads a JSON document as a value of type tc. Errors are BAD_PARAM and name
// the offending place, such as .items[3].x.
func UnmarshalJSON(tc *typecode.TypeCode, data []byte, opt JSONOptions) (Any, error) {
	v, err := parseJSON(data)
	if err != nil {
		return Any{}, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "%w", err)
	}
	b := builder{json: true, opt: opt}
	return b.build(tc, v)
}

// parseJSON reads one document, numbers as they are written.
func parseJSON(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errors.New("the JSON text ends too early")
		}
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON value")
	}
	if err := unambiguous(data); err != nil {
		return nil, err
	}
	return v, nil
}

// UnmarshalJSON reads what MarshalJSON writes: type and value.
func (a *Any) UnmarshalJSON(data []byte) error {
	v, err := UnmarshalJSON(typecode.Any, data, JSONOptions{})
	if err != nil {
		return err
	}
	inner, err := AnyType.From(v)
	if err == nil {
		*a = inner
	}
	return err
}

// jsonAny reads {"_type": …, "_value": …}.
func (b *builder) jsonAny(at *path, x map[string]any) error {
	text, ok := x["_type"].(string)
	if !ok || len(x) > 2 {
		return at.errorf(`an any is written as {"_type": "long", "_value": 3}`)
	}
	v, ok := x["_value"]
	if !ok && len(x) > 1 {
		return at.errorf(`an any is written as {"_type": "long", "_value": 3}`)
	}
	tc, err := typecode.Parse(text, b.opt.Types)
	if err != nil {
		return at.field("_type").errorf("%w", err)
	}
	typecode.Put(b.e, tc)
	return b.put(at.field("_value"), tc, v)
}

// union writes a union from a Union or a JSON object.
func (b *builder) union(at *path, tc *typecode.TypeCode, v any) error {
	disc := tc.Discriminator().Unalias()
	switch x := v.(type) {
	case Union:
		label, err := b.label(at, disc, x.Label)
		if err != nil {
			return err
		}
		if i := tc.Arm(label); i >= 0 && x.Name != "" && x.Name != tc.MemberName(i) {
			return at.errorf("the discriminator %s chooses the arm %s, not %s", typecode.LabelText(disc, label), tc.MemberName(i), x.Name)
		}
		return b.arm(at, tc, label, x.Value)
	case map[string]any:
		name, value, err := armOf(at, tc, x)
		if err != nil {
			return err
		}
		d, ok := x["_d"]
		if !ok {
			label, ok := onlyLabel(tc, name)
			if !ok {
				return at.errorf(`the discriminator "_d" of %s is missing`, tc.Name())
			}
			return b.arm(at, tc, label, value)
		}
		label, err := b.label(at.field("_d"), disc, d)
		if err != nil {
			return err
		}
		i := tc.Arm(label)
		switch {
		case i < 0 && name != "":
			return at.errorf("the discriminator %s chooses no arm, but there is %s", typecode.LabelText(disc, label), name)
		case i >= 0 && name != tc.MemberName(i):
			return at.errorf("the discriminator %s chooses the arm %s, which is missing", typecode.LabelText(disc, label), tc.MemberName(i))
		}
		return b.arm(at, tc, label, value)
	}
	return want(at, tc, v)
}

// armOf returns the one member of a union's object that is an arm.
func armOf(at *path, tc *typecode.TypeCode, x map[string]any) (name string, value any, err error) {
	for n, v := range x {
		switch {
		case n == "_d":
		case tc.MemberIndex(n) < 0:
			return "", nil, noMember(at, tc, n)
		case name != "":
			return "", nil, at.errorf("a union has one arm, not both %s and %s", min(name, n), max(name, n))
		default:
			name, value = n, v
		}
	}
	return name, value, nil
}

// onlyLabel returns the label of an arm that has just one.
func onlyLabel(tc *typecode.TypeCode, name string) (label int64, ok bool) {
	for i := range tc.Len() {
		if tc.MemberName(i) == name {
			if ok || i == tc.DefaultIndex() {
				return 0, false
			}
			label, ok = tc.MemberLabel(i), true
		}
	}
	return label, ok
}

func (b *builder) arm(at *path, tc *typecode.TypeCode, label int64, v any) error {
	putLabel(b.e, tc.Discriminator(), label)
	i := tc.Arm(label)
	if i < 0 {
		if v != nil {
			return at.errorf("the discriminator chooses no arm, but there is a value")
		}
		return nil
	}
	return b.put(at.field(tc.MemberName(i)), tc.MemberType(i), v)
}

// label returns a discriminator's value as a number.
func (b *builder) label(at *path, disc *typecode.TypeCode, v any) (int64, error) {
	switch disc.Kind() {
	case typecode.TkBoolean:
		if x, ok := v.(bool); ok {
			if x {
				return 1, nil
			}
			return 0, nil
		}
		return 0, want(at, disc, v)
	case typecode.TkChar, typecode.TkWChar:
		r, err := b.char(at, disc, v)
		return int64(r), err
	case typecode.TkEnum:
		if s, ok := v.(string); ok {
			if i := disc.MemberIndex(s); i >= 0 {
				return int64(i), nil
			}
			return 0, at.errorf("%q is no enumerator of %s; there are %s", strings.TrimSpace(s), disc.Name(), names(disc))
		}
		n, err := b.integer(at, typecode.ULong, v)
		if err == nil && n >= int64(disc.Len()) {
			err = at.errorf("%d is no enumerator of %s; there are %s", n, disc.Name(), names(disc))
		}
		return n, err
	}
	return b.integer(at, disc, v)
}
