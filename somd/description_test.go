package somd_test

import (
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
)

// TestDescriptionOctets holds the octets by which a class is described to clients, which builds of other days read, against those of version 1.
func TestDescriptionOctets(t *testing.T) {
	s, err := somd.NewServer(domain(t, somd.Config{}), somd.Among(cat.Class, terrierClass), "Pets::Cat", "HoundTerrier")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Release() }()
	var all strings.Builder
	for _, name := range []string{"Pets::Cat", "HoundTerrier"} {
		got, err := s.Invoke(t.Context(), "somdDescribe", name)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(hex.Dump(got.([]byte)) + "\n")
		x, err := somd.ReadDescription(got.([]byte))
		if err != nil || len(x) == 0 || x[len(x)-1].Name != name {
			t.Errorf("%s: %v, %v", name, x, err)
		}
	}
	golden.Check(t, "description.golden", all.String())
}

// A describing writes a description as builds of other versions do: with more behind what is known, or less.
type describing struct{ *cdr.Encoder }

func newDescribing(little bool, head ...uint32) describing {
	e := describing{cdr.NewEncoder(nil, little, nil)}
	e.Boolean(little)
	for _, n := range head {
		e.ULong(n)
	}
	return e
}

func (e describing) class(name string, method, rest func()) {
	m := e.Begin()
	e.RawString(name)
	e.ULong(2)
	e.ULong(3)
	e.Count(1)
	e.RawString("SOMObject")
	e.Count(2)
	for range 2 {
		m := e.Begin()
		e.RawString("walk")
		e.ULong(0)
		e.RawString("v:/void()")
		method()
		e.End(m)
	}
	rest()
	e.End(m)
}

// TestDescriptionVersions reads what builds of other days say: what they add is passed over, what they lack is nothing, and what cannot be read is told with both versions.
func TestDescriptionVersions(t *testing.T) {
	const magic = 0x534f4d43
	none := func() {}
	walk := somd.MethodDescription{Name: "walk", Signature: "v:/void()"}
	earlier := []somd.ClassDescription{{Name: "A", Major: 2, Minor: 3, Parents: []string{"SOMObject"}, Methods: []somd.MethodDescription{walk, walk}}}
	for _, little := range []bool{false, true} {
		e := newDescribing(little, magic, 1, 1, 1)
		e.class("A", none, none)
		if got, err := somd.ReadDescription(e.Bytes()); err != nil || !reflect.DeepEqual(got, earlier) {
			t.Errorf("with less: %+v, %v", got, err)
		}
		e = newDescribing(little, magic, 7, 1, 2)
		for _, name := range []string{"A", "B"} {
			e.class(name, func() {
				for _, text := range []string{"c", "o", "w"} {
					e.RawString(text)
				}
				e.Boolean(true)
				e.RawString("of version 5")
				e.ULongLong(1 << 40)
			}, func() {
				e.RawString("Base")
				e.RawString("Meta")
				e.OctetSeq([]byte("SOMT"))
				e.Octet(7)
				e.Double(1.5)
			})
		}
		e.RawString("of version 6, behind all")
		full := walk
		full.Copies, full.Owns, full.Whole, full.Oneway = "c", "o", "w", true
		later := []somd.ClassDescription{{Name: "A", Major: 2, Minor: 3, Parents: []string{"SOMObject"}, Methods: []somd.MethodDescription{full, full}, BaseProxy: "Base", Metaclass: "Meta", Typelib: []byte("SOMT")}}
		later = append(later, later[0])
		later[1].Name = "B"
		if got, err := somd.ReadDescription(e.Bytes()); err != nil || !reflect.DeepEqual(got, later) {
			t.Errorf("with more: %+v, %v", got, err)
		}
		for end := range e.Len() { // what is cut is an error, or says less; it never says something else
			if got, err := somd.ReadDescription(e.Bytes()[:end]); err == nil && !reflect.DeepEqual(got, later) {
				t.Fatalf("cut at %d: %+v", end, got)
			}
		}
	}
	e := newDescribing(false, magic, 9, 8, 0)
	if _, err := somd.ReadDescription(e.Bytes()); !errors.Is(err, exc.NoImplement) || !strings.Contains(err.Error(), "version 9, for readers that know version 8 or later: this build knows version 2") {
		t.Errorf("a version that is not known: %v", err)
	}
	next := uint32(somd.DescriptionVersion + 1)
	e = newDescribing(false, magic, next, next, 0) // of the very next one
	if got, err := somd.ReadDescription(e.Bytes()); !errors.Is(err, exc.NoImplement) {
		t.Errorf("the next version: %v, %v", got, err)
	}
	e = newDescribing(false, magic, next, somd.DescriptionVersion, 0)
	if got, err := somd.ReadDescription(e.Bytes()); err != nil || len(got) != 0 {
		t.Errorf("the next version, for readers of this one: %v, %v", got, err)
	}
	old := cdr.NewEncoder(nil, false, nil) // as somdDescribe was answered before there were versions
	old.Count(1)
	old.RawString("A")
	old.ULong(1)
	old.ULong(0)
	old.Count(0)
	old.Count(0)
	for _, octets := range [][]byte{old.Bytes(), nil, make([]byte, 40)} {
		if _, err := somd.ReadDescription(octets); !errors.Is(err, exc.NoImplement) || !strings.Contains(err.Error(), "before version 1") || !strings.Contains(err.Error(), "reads version 2") {
			t.Errorf("%d octets without a version: %v", len(octets), err)
		}
	}
}
