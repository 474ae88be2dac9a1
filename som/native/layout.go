//go:build cgo && unix

package native

// #include "calls.h"
import "C"

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// maxNesting is how deep sequences and structures are in one another in a value that crosses.
const maxNesting = 256

// A layout is how a value of a Go type lies in C's memory. Values there own what they hold: texts and the elements of
// sequences are memory of libsom's, objects are references.
type layout struct {
	typ         reflect.Type
	kind        layoutKind
	size, align uintptr
	owns        bool      // memory or references
	fields      []*layout // of a structure; of a union: the discriminator, and the arms
	offsets     []uintptr // of these
	elem        *layout   // of an array or a sequence
	bad         uintptr   // of a union: where in Go it says that the arm is a wrong one; 0: nowhere
}

type layoutKind uint8

const (
	numeric layoutKind = iota // lies in C as in Go
	boolean
	text
	wideChar // a unit of UTF-16
	wideText // units of UTF-16, with a zero behind them
	object
	structure
	union
	array
	sequence
)

// A form is a Go type and what it does not say: whether texts and characters are IDL's wide ones.
type form struct {
	typ  reflect.Type
	wide bool
}

// wideTag is the tag of members that are wide.
const wideTag = "wide"

var layouts sync.Map // form to *layout, those that are whole

// layoutOf returns the layout of a form, or why there is none.
func layoutOf(t reflect.Type, wide bool) (*layout, error) {
	f := form{t, wide}
	if l, ok := layouts.Load(f); ok {
		return l.(*layout), nil
	}
	l, err := laying{}.of(f)
	if err != nil {
		return nil, err
	}
	layouts.Store(f, l)
	return l, nil
}

// laying has the layouts that are begun: one leads back to itself through a sequence, whose own size does not need it.
type laying map[form]*layout

var runeType = reflect.TypeFor[rune]()

func (ls laying) of(f form) (*layout, error) {
	if l, ok := ls[f]; ok {
		return l, nil
	}
	t := f.typ
	l := &layout{typ: t}
	ls[f] = l
	word := unsafe.Sizeof(uintptr(0))
	switch t.Kind() {
	case reflect.Bool:
		l.kind, l.size = boolean, 1
	case reflect.Int8, reflect.Uint8, reflect.Int16, reflect.Uint16, reflect.Int32, reflect.Uint32, reflect.Float32, reflect.Int64, reflect.Uint64, reflect.Float64:
		if l.size = t.Size(); f.wide && t == runeType {
			l.kind, l.size = wideChar, 2
		}
	case reflect.Uintptr:
		l.size = word
	case reflect.String:
		if l.kind = text; f.wide {
			l.kind = wideText
		}
		l.size, l.owns = word, true
	case reflect.Struct:
		switch {
		case t == refType:
			l.kind, l.size, l.owns = object, word, true
		case som.IsUnion(t):
			return l, ls.union(l)
		default:
			return l, ls.structure(l)
		}
	case reflect.Interface:
		if s, ok := letter(t); !ok || s != "o" {
			return nil, fmt.Errorf("a %v does not cross", t)
		}
		l.kind, l.size, l.owns = object, word, true
	case reflect.Array:
		elem, err := ls.of(form{t.Elem(), f.wide})
		if err != nil {
			return nil, err
		}
		l.kind, l.elem, l.owns, l.align = array, elem, elem.owns, elem.align
		l.size = elem.size * uintptr(t.Len())
		return l, nil
	case reflect.Slice:
		l.kind, l.size, l.align, l.owns = sequence, 8+word, word, true
		elem, err := ls.of(form{t.Elem(), f.wide})
		l.elem = elem
		return l, err
	default:
		return nil, fmt.Errorf("a %v does not cross", t)
	}
	l.align = l.size
	if l.size == 8 {
		l.align = C.NATIVE_ALIGN_EIGHT
	}
	if l.owns {
		l.align = word
	}
	return l, nil
}

func (ls laying) structure(l *layout) error {
	t := l.typ
	l.kind, l.align = structure, 1
	if t.NumField() == 0 {
		return fmt.Errorf("a %v has no members, and C has no such structures", t)
	}
	for n := range t.NumField() {
		f := t.Field(n)
		if !f.IsExported() || f.Anonymous {
			return fmt.Errorf("a %v does not cross: %s is no member of a structure", t, f.Name)
		}
		m, err := ls.of(formOf(f))
		if err != nil {
			return fmt.Errorf("%v.%s: %w", t, f.Name, err)
		}
		l.size = up(l.size, m.align)
		l.add(m, l.size)
		l.size += m.size
	}
	l.size = up(l.size, l.align)
	return nil
}

// union lays out a discriminator and the arms behind it, which lie in one place.
func (ls laying) union(l *layout) error {
	t := l.typ
	l.kind, l.align = union, 1
	n := t.NumField()
	if n > 0 && t.Field(n-1).Name == "bad" && t.Field(n-1).Type.Kind() == reflect.Bool {
		n--
		l.bad = t.Field(n).Offset
	}
	if n < 2 {
		return fmt.Errorf("a %v is no union of generated code", t)
	}
	largest := uintptr(0)
	align := uintptr(1)
	for i := range n {
		m, err := ls.of(formOf(t.Field(i)))
		if err != nil {
			return fmt.Errorf("%v.%s: %w", t, t.Field(i).Name, err)
		}
		if l.add(m, 0); i > 0 {
			largest, align = max(largest, m.size), max(align, m.align)
		}
	}
	at := up(l.fields[0].size, align)
	for i := 1; i < n; i++ {
		l.offsets[i] = at
	}
	l.size = up(at+up(largest, align), l.align)
	return nil
}

func (l *layout) add(m *layout, at uintptr) {
	l.fields, l.offsets = append(l.fields, m), append(l.offsets, at)
	l.align = max(l.align, m.align)
	l.owns = l.owns || m.owns
}

func formOf(f reflect.StructField) form {
	return form{f.Type, strings.HasSuffix(f.Tag.Get("som"), wideTag)}
}

func up(n, align uintptr) uintptr { return (n + align - 1) / align * align }

// A cSequence is a sequence as C has it.
type cSequence struct {
	maximum, length uint32
	buffer          unsafe.Pointer
}

// member is a field of a structure or union in Go's memory, which may be one that only its package sees.
func (l *layout) member(at unsafe.Pointer, n int) reflect.Value {
	return reflect.NewAt(l.fields[n].typ, unsafe.Add(at, l.typ.Field(n).Offset)).Elem()
}

// addressed is v, or a copy of it, where it has an address.
func addressed(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return c
}

// active are the fields that a union in Go's memory has by its discriminator.
func (l *layout) active(at unsafe.Pointer) []int {
	if arm := som.UnionArm(reflect.NewAt(l.typ, at).Elem()); arm > 0 && arm < len(l.fields) {
		return []int{0, arm}
	}
	return []int{0}
}

func tooDeep(l *layout) error {
	return &som.Error{Code: som.CodeDepth, Class: l.typ.String(), Text: fmt.Sprintf("values that are more than %d deep in one another: the limit is MaxNesting", maxNesting)}
}

func noMemory() error {
	return &som.Error{Code: "memory", Class: "libsom", Text: "no memory for what crosses"}
}
