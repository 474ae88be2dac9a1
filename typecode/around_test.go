package typecode_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	tc "github.com/opendsom/dsom/typecode"
)

// behind is raw behind an octet, as put writes and get reads.
func behind(build func(*cdr.Encoder)) []byte {
	return raw(func(e *cdr.Encoder) {
		e.Octet(0xff)
		e.Align(4)
		build(e)
	})
}

// indirectionTo writes an indirection to the octet at at.
func indirectionTo(e *cdr.Encoder, at int) {
	e.ULong(0xffffffff)
	e.Long(int32(at - e.Len()))
}

// deeps writes the TypeCode of typedef sequence<Deep> Deeps with struct Deep {long n; Deeps kids;}, as omniORB does: kids leads
// back to the typedef. again is how many members are like kids.
func deeps(e *cdr.Encoder, again int) {
	at := e.Len()
	e.ULong(uint32(tc.TkAlias))
	alias := e.Begin()
	e.RawString("IDL:Deeps:1.0")
	e.RawString("Deeps")
	e.ULong(uint32(tc.TkSequence))
	sequence := e.Begin()
	e.ULong(uint32(tc.TkStruct))
	deep := e.Begin()
	e.RawString("IDL:Deep:1.0")
	e.RawString("Deep")
	e.ULong(uint32(1 + again))
	e.RawString("n")
	e.ULong(uint32(tc.TkLong))
	for range again {
		e.RawString("kids")
		indirectionTo(e, at)
	}
	e.End(deep)
	e.ULong(0)
	e.End(sequence)
	e.End(alias)
}

// TestTypedefAround reads types that lead back to a typedef, a sequence or an array around them.
func TestTypedefAround(t *testing.T) {
	t.Parallel()
	typedef := func(element *tc.TypeCode) *tc.TypeCode {
		return tc.Alias("IDL:Deeps:1.0", "Deeps", tc.Sequence(element, 0))
	}
	deep := tc.Struct("IDL:Deep:1.0", "Deep", tc.Member{Name: "n", Type: tc.Long}, tc.Member{Name: "kids", Type: typedef(tc.Recursive("IDL:Deep:1.0"))})
	nameless := func(outer tc.Kind) func(e *cdr.Encoder) { // outer<struct S {sequence<outer> s;}>
		return func(e *cdr.Encoder) {
			at := e.Len()
			e.ULong(uint32(outer))
			out := e.Begin()
			e.ULong(uint32(tc.TkStruct))
			s := e.Begin()
			e.RawString("IDL:S:1.0")
			e.RawString("S")
			e.ULong(1)
			e.RawString("s")
			e.ULong(uint32(tc.TkSequence))
			in := e.Begin()
			indirectionTo(e, at)
			e.ULong(0)
			e.End(in)
			e.End(s)
			e.ULong(2)
			e.End(out)
		}
	}
	s := func(around func(*tc.TypeCode) *tc.TypeCode) *tc.TypeCode {
		return around(tc.Struct("IDL:S:1.0", "S", tc.Member{Name: "s", Type: tc.Sequence(around(tc.Recursive("IDL:S:1.0")), 0)}))
	}
	for _, c := range []struct {
		name  string
		write func(*cdr.Encoder)
		want  *tc.TypeCode
		text  string
	}{
		{"typedef", func(e *cdr.Encoder) { deeps(e, 1) }, typedef(deep), "typedef sequence<struct Deep {long n; typedef sequence<Deep> Deeps kids;}> Deeps"},
		{"sequence", nameless(tc.TkSequence), s(func(t *tc.TypeCode) *tc.TypeCode { return tc.Sequence(t, 2) }), "sequence<struct S {sequence<sequence<S,2>> s;},2>"},
		{"array", nameless(tc.TkArray), s(func(t *tc.TypeCode) *tc.TypeCode { return tc.Array(t, 2) }), "struct S {sequence<S[2]> s;}[2]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := behind(c.write)
			got, err := get(b, false)
			if err != nil {
				t.Fatal(err)
			}
			if !tc.Equal(got, c.want) || !tc.Equal(c.want, got) || !tc.Equivalent(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if text := got.String(); text != c.text {
				t.Errorf("got %s, want %s", text, c.text)
			}
			if parsed, err := tc.Parse(got.String(), nil); err != nil || !tc.Equal(parsed, got) {
				t.Errorf("parsed: %v, %v", parsed, err)
			}
			if again := put(t, got, false); !bytes.Equal(again, b) {
				t.Errorf("written again: %x\nwant %x", again, b)
			}
			compact := got.Compact()
			if back, err := get(put(t, compact, false), false); err != nil || !tc.Equal(back, compact) || !tc.Equivalent(back, got) {
				t.Errorf("compact: got %v, %v", back, err)
			}
			checkInside(t, got)
		})
	}
}

// checkInside writes and reads each type inside t by itself.
func checkInside(t *testing.T, whole *tc.TypeCode) {
	t.Helper()
	seen := map[*tc.TypeCode]bool{}
	var walk func(*tc.TypeCode)
	walk = func(in *tc.TypeCode) {
		if in == nil || seen[in] {
			return
		}
		seen[in] = true
		for _, little := range []bool{false, true} {
			if got, err := get(put(t, in, little), little); err != nil || !tc.Equal(got, in) || !tc.Equivalent(got, in) {
				t.Errorf("%v: got %v, %v", in, got, err)
			}
		}
		walk(in.Content())
		for i := range in.Len() {
			walk(in.MemberType(i))
		}
	}
	walk(whole)
}

// TestTypedefAroundHostile refuses types that no sequence or no structure keeps from being endless, and charges for texts that would be
// printed again.
func TestTypedefAroundHostile(t *testing.T) {
	t.Parallel()
	for _, kind := range []tc.Kind{tc.TkAlias, tc.TkSequence, tc.TkArray} {
		b := behind(func(e *cdr.Encoder) { // typedef kind<typedef> X, and the same without a name
			at := e.Len()
			e.ULong(uint32(tc.TkAlias))
			m := e.Begin()
			e.RawString("IDL:X:1.0")
			e.RawString("X")
			e.ULong(uint32(kind))
			in := e.Begin()
			if kind == tc.TkAlias {
				e.RawString("IDL:Y:1.0")
				e.RawString("Y")
			}
			indirectionTo(e, at)
			e.ULong(1)
			e.End(in)
			e.End(m)
		})
		if got, err := get(b, false); !errors.Is(err, exc.BadTypecode) {
			t.Errorf("%v of itself: got %v, %v", kind, got, err)
		}
	}
	few, many := behind(func(e *cdr.Encoder) { deeps(e, 1) }), behind(func(e *cdr.Encoder) { deeps(e, 1000) })
	for _, b := range [][]byte{few, many} {
		got, err := get(b, false)
		if err != nil {
			t.Fatal(err)
		}
		if most := 100 * len(b); len(got.String()) > most {
			t.Errorf("the text of a TypeCode of %d octets has %d", len(b), len(got.String()))
		}
	}
}

// TestNamelessInside takes types that have no ids out of those around them, and writes them.
func TestNamelessInside(t *testing.T) {
	t.Parallel()
	b := behind(func(e *cdr.Encoder) { // struct {sequence<struct {sequence<the outer> as; long x;}> bs; string s;}
		at := e.Len()
		e.ULong(uint32(tc.TkStruct))
		outer := e.Begin()
		e.RawString("")
		e.RawString("")
		e.ULong(2)
		e.RawString("bs")
		e.ULong(uint32(tc.TkSequence))
		bs := e.Begin()
		e.ULong(uint32(tc.TkStruct))
		inner := e.Begin()
		e.RawString("")
		e.RawString("")
		e.ULong(2)
		e.RawString("as")
		e.ULong(uint32(tc.TkSequence))
		as := e.Begin()
		indirectionTo(e, at)
		e.ULong(0)
		e.End(as)
		e.RawString("x")
		e.ULong(uint32(tc.TkLong))
		e.End(inner)
		e.ULong(0)
		e.End(bs)
		e.RawString("s")
		e.ULong(uint32(tc.TkString))
		e.ULong(0)
		e.End(outer)
	})
	whole, err := get(b, false)
	if err != nil {
		t.Fatal(err)
	}
	checkInside(t, whole)
}

// TestCompactInside compacts a type that was taken out of one that it leads back to.
func TestCompactInside(t *testing.T) {
	t.Parallel()
	tree := tc.Struct("IDL:Tree:1.0", "Tree", tc.Member{Name: "branches", Type: tc.Sequence(tc.Recursive("IDL:Tree:1.0"), 0)})
	branches := tree.MemberType(0).Compact()
	got := branches.Content()
	if got.Name() != "" || got.MemberName(0) != "" || got.ID() != "IDL:Tree:1.0" || !tc.Equivalent(branches, tree.MemberType(0)) {
		t.Errorf("got %v", branches)
	}
	if !branches.RecursiveContent() || got.MemberType(0) != branches {
		t.Error("the recursion is lost")
	}
	checkInside(t, branches)
}

// TestAnotherKindAround writes a type that leads back to a union inside a struct of the same id: the struct is not that union.
func TestAnotherKindAround(t *testing.T) {
	t.Parallel()
	const id = "IDL:Tree:1.0"
	tree := tc.Union(id, "Tree", tc.Long, tc.Arm{Label: 1, Name: "branches", Type: tc.Sequence(tc.Recursive(id), 0)})
	whole := tc.Struct(id, "Tree", tc.Member{Name: "branches", Type: tree.MemberType(0)})
	got, err := get(put(t, whole, false), false)
	if err != nil {
		t.Fatal(err)
	}
	if branch := got.MemberType(0).Content(); branch.Kind() != tc.TkUnion || !tc.Equal(branch, tree) {
		t.Errorf("got %v, want %v", branch, tree)
	}
	checkInside(t, whole)
}
