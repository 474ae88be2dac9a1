package dyn

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/typecode"
)

// MarshalJSON returns the value of a as JSON, without its type. Null and void are null. The text of an any that
// was received is limited by [limits.DecodedSize].
func MarshalJSON(a Any) ([]byte, error) {
	return appendJSON(nil, nil, a)
}

// MarshalJSON returns type and value: {"_type": …, "_value": …}.
func (a Any) MarshalJSON() ([]byte, error) {
	var w jsonWriter
	w.any(a.Type(), func() { w.b, w.err = appendJSON(w.b, w.at, a) })
	return w.b, w.err
}

func appendJSON(dst, at []byte, a Any) ([]byte, error) {
	if a.v == nil {
		return append(dst, "null"...), nil
	}
	if a.v.err != nil {
		return dst, a.v.err
	}
	whole := a.v.whole() // values that it holds are part of the document
	w := jsonWriter{walker: walker{d: whole.decoder()}, b: dst, at: at, charged: len(dst)}
	w.value(a.v.tc)
	if w.err == nil {
		w.err = w.d.Err()
	}
	return w.b, w.err
}

// jsonWriter writes the canonical form as JSON.
type jsonWriter struct {
	walker
	b       []byte
	charged int            // how much of b
	at      []byte         // the place in the document, as a JSON pointer
	places  map[int]string // of values
	err     error
}

// ok charges what was written, and reports whether to go on.
func (w *jsonWriter) ok() bool {
	w.d.Spend(len(w.b)-w.charged, 1)
	w.charged = len(w.b)
	return w.err == nil && w.d.Err() == nil
}

// appendText appends a JSON string, with < and > as they are.
func appendText(dst []byte, s string) []byte {
	b := bytes.NewBuffer(dst)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string can be encoded, a buffer written
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func (w *jsonWriter) raw(s string)  { w.b = append(w.b, s...) }
func (w *jsonWriter) text(s string) { w.b = appendText(w.b, s) }

func (w *jsonWriter) float(f float64, bits int) {
	switch {
	case math.IsNaN(f):
		w.raw(`"NaN"`)
	case math.IsInf(f, 1):
		w.raw(`"Infinity"`)
	case math.IsInf(f, -1):
		w.raw(`"-Infinity"`)
	default:
		w.b = strconv.AppendFloat(w.b, f, 'g', -1, bits)
	}
}

// char writes a character so that it can be told from any other, and seen.
func (w *jsonWriter) char(r rune, narrow bool) {
	if narrow && r >= utf8.RuneSelf {
		const hex = "0123456789abcdef"
		w.b = append(w.b, '"', '\\', 'u', '0', '0', hex[r>>4], hex[r&15], '"')
		return
	}
	w.text(string(r))
}

func (w *jsonWriter) value(tc *typecode.TypeCode) {
	d := w.d
	if !w.ok() {
		return
	}
	switch tc = tc.Unalias(); tc.Kind() {
	case typecode.TkNull, typecode.TkVoid:
		w.raw("null")
	case typecode.TkShort:
		w.b = strconv.AppendInt(w.b, int64(d.Short()), 10)
	case typecode.TkUShort:
		w.b = strconv.AppendUint(w.b, uint64(d.UShort()), 10)
	case typecode.TkLong:
		w.b = strconv.AppendInt(w.b, int64(d.Long()), 10)
	case typecode.TkULong:
		w.b = strconv.AppendUint(w.b, uint64(d.ULong()), 10)
	case typecode.TkOctet:
		w.b = strconv.AppendUint(w.b, uint64(d.Octet()), 10)
	case typecode.TkLongLong:
		w.text(strconv.FormatInt(d.LongLong(), 10))
	case typecode.TkULongLong:
		w.text(strconv.FormatUint(d.ULongLong(), 10))
	case typecode.TkFloat:
		w.float(float64(d.Float()), 32)
	case typecode.TkDouble:
		w.float(d.Double(), 64)
	case typecode.TkLongDouble:
		w.longDouble(d.LongDouble().String())
	case typecode.TkBoolean:
		w.b = strconv.AppendBool(w.b, d.Boolean())
	case typecode.TkChar:
		w.char(rune(d.Octet()), true)
	case typecode.TkWChar:
		w.char(d.WChar(), false)
	case typecode.TkString:
		w.text(d.String())
	case typecode.TkWString:
		w.text(d.WString())
	case typecode.TkFixed:
		w.text(d.Fixed(int(tc.Digits()), int(tc.Scale())).String())
	case typecode.TkEnum:
		w.text(tc.MemberName(int(d.Enum(uint32(tc.Len())))))
	case typecode.TkAny:
		c := typecode.Get(d)
		w.any(c, func() { w.value(c) })
	case typecode.TkTypeCode:
		w.text(typecode.Get(d).String())
	case typecode.TkPrincipal:
		w.text(base64.StdEncoding.EncodeToString(d.OctetSeqView()))
	case typecode.TkObjref, typecode.TkComponent, typecode.TkHome:
		w.reference()
	case typecode.TkStruct, typecode.TkExcept:
		w.members(tc)
	case typecode.TkUnion:
		w.union(tc)
	case typecode.TkSequence:
		n := int(d.ULong())
		if tc.Content().Unalias().Kind() == typecode.TkOctet {
			w.text(base64.StdEncoding.EncodeToString(d.OctetsView(n)))
			return
		}
		w.elements(tc.Content(), n)
	case typecode.TkArray:
		w.elements(tc.Content(), int(tc.Length()))
	case typecode.TkValue, typecode.TkEvent, typecode.TkValueBox:
		w.valuetype(tc)
	case typecode.TkAbstractInterface:
		w.abstract(tc)
	default:
		w.fail(unsupported(tc))
	}
}

func (w *jsonWriter) longDouble(s string) {
	switch s {
	case "+Inf":
		s = "Infinity"
	case "-Inf":
		s = "-Infinity"
	}
	w.text(s)
}

func (w *jsonWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *jsonWriter) members(tc *typecode.TypeCode) {
	w.raw("{")
	sep := ""
	if tc.Kind() == typecode.TkExcept {
		w.raw(`"_exception":`)
		w.text(tc.ID())
		sep = ","
	}
	for i := range tc.Len() {
		if !w.ok() {
			return
		}
		w.raw(sep)
		sep = ","
		w.text(tc.MemberName(i))
		w.raw(":")
		w.inside(tc.MemberName(i), tc.MemberType(i))
	}
	w.raw("}")
}

func (w *jsonWriter) elements(tc *typecode.TypeCode, n int) {
	w.raw("[")
	for i := range n {
		if !w.ok() {
			return
		}
		if i > 0 {
			w.raw(",")
		}
		w.inside(strconv.Itoa(i), tc)
	}
	w.raw("]")
}

func (w *jsonWriter) union(tc *typecode.TypeCode) {
	disc := tc.Discriminator()
	at := *w.d
	label := getLabel(&at, disc)
	w.raw(`{"_d":`)
	w.value(disc)
	if i := tc.Arm(label); i >= 0 {
		w.raw(",")
		w.text(tc.MemberName(i))
		w.raw(":")
		w.inside(tc.MemberName(i), tc.MemberType(i))
	}
	w.raw("}")
}

// reference writes an object reference as a URL: corbaloc where that says all of it, else IOR.
func (w *jsonWriter) reference() {
	switch o := w.object().(type) {
	case nil:
		w.raw("null")
	case *ior.IOR:
		w.url(o)
	default:
		if r, ok := refOf(o); ok {
			w.url(r.IOR())
			return
		}
		w.fail(exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "a %T has no reference yet that could be written", o))
	}
}

// refOf returns the reference that o is, or that the generated stub o holds: an operation may have the name of its method.
func refOf(o any) (Ref, bool) {
	if r, ok := o.(Ref); ok {
		return r, true
	}
	v := reflect.ValueOf(o)
	if v.Kind() != reflect.Struct {
		return nil, false
	}
	if f := v.FieldByName("StubRef"); f.IsValid() && f.CanInterface() {
		r, ok := f.Interface().(Ref)
		return r, ok
	}
	return nil, false
}

func (w *jsonWriter) url(r *ior.IOR) {
	if r.IsNil() {
		w.raw("null")
		return
	}
	if u, ok := r.Corbaloc(); ok && u.Reference().Equal(r) {
		w.text(u.String())
		return
	}
	w.text(r.String())
}

// any writes an any of type tc, whose value put writes.
func (w *jsonWriter) any(tc *typecode.TypeCode, put func()) {
	w.raw(`{"_type":`)
	w.text(tc.String())
	w.raw(`,"_value":`)
	n := len(w.at)
	w.at = append(w.at, "/_value"...)
	put()
	w.at = w.at[:n]
	w.raw("}")
}
