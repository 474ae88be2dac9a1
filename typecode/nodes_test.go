package typecode_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/typecode"
)

// TestNodesAreBounded: neither a broad TypeCode nor one that doubles at each level, which
// indirections make small on the wire, is taken beyond the limit.
func TestNodesAreBounded(t *testing.T) {
	t.Parallel()
	broad := make([]typecode.Member, 5000)
	for i := range broad {
		broad[i] = typecode.Member{Name: fmt.Sprint("m", i), Type: typecode.Long}
	}
	doubling := typecode.Long
	for i := range 40 {
		doubling = typecode.Struct(fmt.Sprintf("IDL:D%d:1.0", i), fmt.Sprint("D", i),
			typecode.Member{Name: "a", Type: doubling}, typecode.Member{Name: "b", Type: doubling})
	}
	for name, tc := range map[string]*typecode.TypeCode{"broad": typecode.Struct("IDL:B:1.0", "B", broad...), "doubling": doubling} {
		e := cdr.NewEncoder(nil, true, nil)
		typecode.Put(e, tc)
		if err := e.Err(); err != nil {
			t.Logf("%s: refused when written: %v", name, err)
			continue
		}
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		typecode.Get(d)
		if err := d.Err(); err == nil || !strings.Contains(err.Error(), "typecode-nodes") {
			t.Errorf("%s, %d octets: got %v, want the limit typecode-nodes", name, len(e.Bytes()), err)
		}
	}
}

// TestMemoryIsCharged: what a TypeCode takes, its names as often as they are in its text, is charged to the message.
func TestMemoryIsCharged(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("x", 1000)
	long := typecode.Struct("IDL:L:1.0", name)
	twice := func(n int) *typecode.TypeCode {
		list := make([]typecode.Member, n)
		for i := range list {
			list[i] = typecode.Member{Name: "m", Type: long}
		}
		return typecode.Struct("", "", list...)
	}
	enumerators := func(n int) *typecode.TypeCode { return typecode.Enum("IDL:E:1.0", "E", make([]string, n)...) }
	for _, c := range []struct {
		what string
		tc   *typecode.TypeCode
		want string // the limit
	}{
		{"a name", long, ""},
		{"a name that is repeated", twice(100), "decoded-size"},
		{"a name that is repeated less", twice(10), ""},
		{"enumerators", enumerators(500), "decoded-size"},
		{"fewer of them", enumerators(50), ""},
		{"too many of them", enumerators(1001), "enumerators"},
	} {
		var lim limits.Limits
		lim.Set(limits.DecodedSize, 20000)
		lim.Set(limits.Enumerators, 1000)
		e := cdr.NewEncoder(nil, true, nil)
		typecode.Put(e, c.tc)
		d := cdr.NewDecoder(e.Bytes(), true, &cdr.Env{Version: cdr.V12, Limits: &lim})
		typecode.Get(d)
		if err := d.Err(); (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), "limit "+c.want) {
			t.Errorf("%s: got %v, want %q", c.what, err, c.want)
		}
	}
}

// Members are found by name and label however many there are: the first of several, and never the default arm by its label.
func TestManyMembers(t *testing.T) {
	t.Parallel()
	for _, n := range []int{3, 200} {
		arms := make([]typecode.Arm, 0, n+2)
		arms = append(arms, typecode.Arm{Default: true, Name: "other", Type: typecode.Octet})
		for i := range n {
			arms = append(arms, typecode.Arm{Label: int64(2 * (n - i)), Name: fmt.Sprint("a", i), Type: typecode.Long})
		}
		arms = append(arms, typecode.Arm{Label: 2, Name: "a0", Type: typecode.Short})
		u := typecode.Union("IDL:U:1.0", "U", typecode.Long, arms...)
		for label, want := range map[int64]int{0: 0, 2: n, int64(2 * n): 1, 3: 0, -1: 0} {
			if got := u.Arm(label); got != want {
				t.Errorf("arm %d of %d is %d, want %d", label, n, got, want)
			}
		}
		for name, want := range map[string]int{"other": 0, "a0": 1, fmt.Sprint("a", n-1): n, "none": -1} {
			if got := u.MemberIndex(name); got != want {
				t.Errorf("member %s of %d is %d, want %d", name, n, got, want)
			}
		}
		if got := u.Compact().MemberIndex("a0"); got != -1 {
			t.Errorf("a compact type has the name of member %d", got)
		}
	}
}

func TestLeast(t *testing.T) {
	t.Parallel()
	two := typecode.Struct("", "", typecode.Member{Type: typecode.Octet}, typecode.Member{Type: typecode.Double})
	node := typecode.Struct("IDL:N:1.0", "N", typecode.Member{Type: typecode.Short}, typecode.Member{Type: typecode.Sequence(typecode.Recursive("IDL:N:1.0"), 0)})
	for _, c := range []struct {
		tc   *typecode.TypeCode
		want int
	}{
		{nil, 0}, {typecode.Void, 0}, {typecode.Octet, 1}, {typecode.WChar, 1}, {typecode.UShort, 2}, {typecode.Float, 4}, {typecode.LongLong, 8},
		{typecode.LongDouble, 16}, {typecode.Fixed(4, 2), 3}, {typecode.Fixed(5, 2), 3}, {typecode.String, 4}, {typecode.Any, 4}, {typecode.Enum("", ""), 4},
		{typecode.Object, 4}, {typecode.ValueBase, 4}, {typecode.Struct("", ""), 0}, {two, 9}, {typecode.Array(two, 3), 27}, {typecode.Sequence(two, 0), 4},
		{typecode.Alias("", "", two), 9}, {typecode.Union("", "", typecode.Short, typecode.Arm{Type: two}), 2}, {node, 6}, {typecode.Exception("", "", typecode.Member{Type: two}), 9},
		{typecode.Array(typecode.Array(two, 0xffffffff), 0xffffffff), 1<<31 - 1},
		{typecode.ValueBox("", "", two), 4},
	} {
		if got := c.tc.Least(); got != c.want {
			t.Errorf("a %v takes %d octets at least, want %d", c.tc, got, c.want)
		}
		if c.tc != nil && c.tc != typecode.Void {
			if got := again(t, c.tc).Least(); got != c.want {
				t.Errorf("a %v that was received takes %d octets at least, want %d", c.tc, got, c.want)
			}
		}
		if got := c.tc.Compact().Least(); got != c.want {
			t.Errorf("a compact %v takes %d octets at least, want %d", c.tc, got, c.want)
		}
	}
}

// TestTextIsCut writes a type whose text would be longer than any memory: it is cut.
func TestTextIsCut(t *testing.T) {
	t.Parallel()
	of := typecode.Octet
	for n := range 64 {
		name := fmt.Sprintf("S%d", n)
		of = typecode.Struct("IDL:"+name+":1.0", name, typecode.Member{Name: "a", Type: of}, typecode.Member{Name: "b", Type: of})
	}
	text := of.String()
	if want := "struct S63 {struct S62 {"; !strings.HasPrefix(text, want) || !strings.HasSuffix(text, "…") || len(text) != typecode.MaxText+len("…") {
		t.Errorf("a text of %d octets: %.40s", len(text), text)
	}
}
