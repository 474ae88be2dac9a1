package dsom_test

import (
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd/dsom"
	"github.com/opendsom/dsom/typecode"
)

// TestTypeNames makes types whose names are scoped ones, and repository ids of all formats and versions: the id is what was said, and the name what it tells.
func TestTypeNames(t *testing.T) {
	for _, c := range []struct{ said, id, name string }{
		{"Point", "IDL:Point:1.0", "Point"},
		{"Zoo::Point", "IDL:Zoo/Point:1.0", "Point"},
		{"::Zoo::Point", "IDL:Zoo/Point:1.0", "Point"},
		{"IDL:Zoo/Point:1.0", "IDL:Zoo/Point:1.0", "Point"},
		{"IDL:Zoo/Point:2.3", "IDL:Zoo/Point:2.3", "Point"},
		{"IDL:omg.org/CosX/E:1.1", "IDL:omg.org/CosX/E:1.1", "E"},
		{"RMI:foo.Bar:0123456789ABCDEF", "RMI:foo.Bar:0123456789ABCDEF", "Bar"},
		{"RMI:foo.Bar:0123456789ABCDEF:FEDCBA9876543210", "RMI:foo.Bar:0123456789ABCDEF:FEDCBA9876543210", "Bar"},
		{"DCE:d62207a2-011e-11ce-88b4-0800090b5d3e:3", "DCE:d62207a2-011e-11ce-88b4-0800090b5d3e:3", ""},
		{"LOCAL:Zoo", "LOCAL:Zoo", "Zoo"},
	} {
		for kind, parts := range map[typecode.Kind]struct {
			names []string
			types []*typecode.TypeCode
		}{
			typecode.TkStruct: {[]string{c.said, "x"}, []*typecode.TypeCode{typecode.Long}}, typecode.TkExcept: {[]string{c.said, "x"}, []*typecode.TypeCode{typecode.Long}},
			typecode.TkObjref: {[]string{c.said}, nil}, typecode.TkEnum: {[]string{c.said, "a", "b"}, nil}, typecode.TkAlias: {[]string{c.said}, []*typecode.TypeCode{typecode.Long}},
		} {
			r, err := dsom.TypeCodeClass.New()
			if err != nil {
				t.Fatal(err)
			}
			var types []som.Object
			for _, p := range parts.types {
				o, err := dsom.NewTypeCode(p)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = o.Release() }()
				types = append(types, o)
			}
			if _, err := r.Invoke(t.Context(), "make", uint32(kind), parts.names, types, []int64(nil), uint32(0)); err != nil {
				t.Errorf("%s as a %v: %v", c.said, kind, err)
			} else if got := dsom.TypeOf(r); got.ID() != c.id || got.Name() != c.name {
				t.Errorf("%s as a %v is %q, named %q; want %q, %q", c.said, kind, got.ID(), got.Name(), c.id, c.name)
			}
			if err := r.Release(); err != nil {
				t.Error(err)
			}
		}
	}
}
