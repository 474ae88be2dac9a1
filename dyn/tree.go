package dyn

import (
	"fmt"
	"strconv"
	"strings"
	"unsafe"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/typecode"
)

// The Go values that [Any.Value] makes and [Of] takes where Go has no plain type.
type (
	// A Struct is a struct's members, in order.
	Struct []Field
	// A Field is a member of a struct or exception.
	Field struct {
		Name  string
		Value any
	}
	// A Union is a union: its discriminator, and the arm that it chooses.
	Union struct {
		Label any    // as a value of the discriminator's type
		Name  string // of the arm; empty where none is active
		Value any
	}
	// An Exception is a user exception as a value.
	Exception struct {
		ID      string
		Members Struct
	}
)

// Get returns the value of a member, nil if there is none of that name.
func (s Struct) Get(name string) any {
	for _, f := range s {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// member returns the member of a name, which is expected at place i: names need not be there, or differ.
func (s Struct) member(i int, name string) (any, bool) {
	if i < len(s) && s[i].Name == name {
		return s[i].Value, true
	}
	for _, f := range s {
		if f.Name == name {
			return f.Value, true
		}
	}
	return nil, false
}

// A Ref is an object that knows its reference, such as those of package orb.
type Ref interface{ IOR() *ior.IOR }

// path is where in a value something stands, for errors.
type path struct {
	up    *path
	name  string
	index int
}

func (p *path) field(name string) *path { return &path{up: p, name: name} }

func (p *path) element(i int) *path { return &path{up: p, index: i} }

// String returns the path as JSON tools write it, such as .items[3].x; empty at the top.
func (p *path) String() string {
	var parts []string
	for ; p != nil; p = p.up {
		if p.name != "" {
			parts = append(parts, "."+p.name)
		} else {
			parts = append(parts, "["+strconv.Itoa(p.index)+"]")
		}
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteString(parts[i])
	}
	return b.String()
}

func (p *path) errorf(format string, args ...any) error {
	if s := p.String(); s != "" {
		return fmt.Errorf("%s: %w", s, fmt.Errorf(format, args...))
	}
	return fmt.Errorf(format, args...)
}

// Value returns the value as plain Go values: bool, byte (octet and char), int16 to uint64,
// float32, float64, rune (wchar), string, [cdr.LongDouble], [cdr.Fixed], an enumerator's
// name (its place as a uint32 where no name is its own), []byte for a sequence of octets and []any for other sequences and arrays, [Struct],
// [Union], [Exception], *[Valuetype] (a [cdr.Value] for a custom one), [Any], *typecode.TypeCode, and for an object reference *ior.IOR or
// the object that was put in; nil for a nil reference, null and void. It is nil, too, where [Any.Unpack] has an error.
func (a Any) Value() any {
	v, _ := a.Unpack()
	return v
}

// Unpack is [Any.Value], with the reason why there is none: that of [Any.Err], or that the value, of an any
// which was received, would take more memory than [limits.DecodedSize].
func (a Any) Unpack() (any, error) {
	if a.v == nil || a.v.err != nil {
		return nil, a.Err()
	}
	w := walker{d: a.v.decoder()}
	v := w.value(a.v.tc)
	if err := w.d.Err(); err != nil {
		return nil, err
	}
	return v, nil
}

// walker reads the canonical form.
type walker struct {
	d      *cdr.Decoder
	shared map[int]*Valuetype // by their place
}

// The memory of what Go values are made of.
const (
	anySize    = int(unsafe.Sizeof(any(nil)))
	fieldSize  = int(unsafe.Sizeof(Field{}))
	unionSize  = int(unsafe.Sizeof(Union{}))
	leafSize   = 16 // of a number or string in an any, at the most but for the characters
	sharedSize = int(unsafe.Sizeof(Valuetype{})) + 32
)

func (w *walker) value(tc *typecode.TypeCode) any {
	d := w.d
	if !d.Spend(1, leafSize) {
		return nil
	}
	switch tc = tc.Unalias(); tc.Kind() {
	case typecode.TkShort:
		return d.Short()
	case typecode.TkUShort:
		return d.UShort()
	case typecode.TkLong:
		return d.Long()
	case typecode.TkULong:
		return d.ULong()
	case typecode.TkLongLong:
		return d.LongLong()
	case typecode.TkULongLong:
		return d.ULongLong()
	case typecode.TkFloat:
		return d.Float()
	case typecode.TkDouble:
		return d.Double()
	case typecode.TkLongDouble:
		return d.LongDouble()
	case typecode.TkBoolean:
		return d.Boolean()
	case typecode.TkChar, typecode.TkOctet:
		return d.Octet()
	case typecode.TkWChar:
		return d.WChar()
	case typecode.TkString:
		return w.text(d.String())
	case typecode.TkWString:
		return w.text(d.WString())
	case typecode.TkFixed:
		return d.Fixed(int(tc.Digits()), int(tc.Scale()))
	case typecode.TkEnum:
		return enumerator(tc, int64(d.Enum(uint32(tc.Len()))))
	case typecode.TkAny:
		return GetAny(d)
	case typecode.TkTypeCode:
		return typecode.Get(d)
	case typecode.TkPrincipal:
		return d.OctetSeq()
	case typecode.TkObjref, typecode.TkComponent, typecode.TkHome:
		return w.object()
	case typecode.TkStruct:
		return w.members(tc)
	case typecode.TkExcept:
		return Exception{tc.ID(), w.members(tc)}
	case typecode.TkUnion:
		return w.union(tc)
	case typecode.TkSequence:
		n := int(d.ULong())
		if tc.Content().Unalias().Kind() == typecode.TkOctet {
			d.Spend(n, 1)
			return append([]byte{}, d.OctetsView(n)...)
		}
		return w.elements(tc.Content(), n)
	case typecode.TkArray:
		return w.elements(tc.Content(), int(tc.Length()))
	case typecode.TkValue, typecode.TkEvent, typecode.TkValueBox:
		return w.valuetype(tc)
	case typecode.TkAbstractInterface:
		return w.abstract(tc)
	}
	return nil
}

func (w *walker) members(tc *typecode.TypeCode) Struct {
	if !w.d.Spend(tc.Len(), fieldSize) {
		return nil
	}
	s := make(Struct, tc.Len())
	for i := range s {
		s[i] = Field{tc.MemberName(i), w.value(tc.MemberType(i))}
	}
	return s
}

func (w *walker) elements(tc *typecode.TypeCode, n int) []any {
	if !w.d.Spend(n, anySize) {
		return nil
	}
	list := make([]any, n)
	for i := range list {
		if list[i] = w.value(tc); w.d.Err() != nil {
			return nil
		}
	}
	return list
}

func (w *walker) text(s string) string {
	w.d.Spend(len(s), 1)
	return s
}

// object returns nil, a *ior.IOR, or the object that was put in.
func (w *walker) object() any {
	if n := w.d.ULong(); n > 0 {
		c := w.d.Env().Refs.(*canonical)
		if int64(n) > int64(len(c.objs)) {
			w.d.Fail(noObject(n, len(c.objs)))
			return nil
		}
		return c.objs[n-1].v
	}
	if r := ior.Get(w.d); !r.IsNil() {
		return r
	}
	return nil
}

// LabelValue returns a union's label as a value of the discriminator's type tc, as [Any.Value] has it.
func LabelValue(tc *typecode.TypeCode, v int64) any {
	switch tc = tc.Unalias(); tc.Kind() {
	case typecode.TkShort:
		return int16(v)
	case typecode.TkUShort:
		return uint16(v)
	case typecode.TkLong:
		return int32(v)
	case typecode.TkULong:
		return uint32(v)
	case typecode.TkULongLong:
		return uint64(v)
	case typecode.TkBoolean:
		return v != 0
	case typecode.TkChar, typecode.TkOctet:
		return byte(v)
	case typecode.TkWChar:
		return rune(v)
	case typecode.TkEnum:
		return enumerator(tc, v)
	}
	return v
}

// enumerator returns an enumerator's name, or its place where others have the same name or it has none.
func enumerator(tc *typecode.TypeCode, v int64) any {
	if name := tc.MemberName(int(v)); name != "" && int64(tc.MemberIndex(name)) == v {
		return name
	}
	return uint32(v)
}

func (w *walker) union(tc *typecode.TypeCode) Union {
	label := getLabel(w.d, tc.Discriminator())
	w.d.Spend(1, unionSize)
	u := Union{Label: LabelValue(tc.Discriminator(), label)}
	if i := tc.Arm(label); i >= 0 {
		u.Name, u.Value = tc.MemberName(i), w.value(tc.MemberType(i))
	}
	return u
}
