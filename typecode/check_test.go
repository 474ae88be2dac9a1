package typecode_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/opendsom/dsom/exc"
	tc "github.com/opendsom/dsom/typecode"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	long := func(name string) tc.Member { return tc.Member{Name: name, Type: tc.Long} }
	arm := func(label int64, name string) tc.Arm { return tc.Arm{Label: label, Name: name, Type: tc.Long} }
	def := func(name string) tc.Arm { return tc.Arm{Default: true, Name: name, Type: tc.Long} }
	for _, c := range []struct {
		t     *tc.TypeCode
		kind  exc.Kind
		minor uint32
	}{
		{tc.Struct("IDL:S:1.0", "not a name"), exc.BadParam, exc.MinorBadTypeName},
		{tc.Struct("S", "S"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Struct(":S", "S"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Struct("IDL:S:1.0", "S", long("1a")), exc.BadParam, exc.MinorBadMemberName},
		{tc.Struct("IDL:S:1.0", "S", long("a"), long("A")), exc.BadParam, exc.MinorBadMemberName},
		{tc.Struct("IDL::::", "S"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Struct("IDL:S", "S"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Struct("IDL:S:1", "S"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Struct("IDL:S:1.x", "S"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Struct("IDL:S:.0", "S"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Struct("IDL:S:1.0:2", "S"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Struct("IDL:acme.com//S:1.0", "S"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Struct("IDL:a S:1.0", "S"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Struct("IDL:a\x7f:1.0", "S"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Alias("", "", tc.Long), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Struct("IDL:S:1.0", "a:b"), exc.BadParam, exc.MinorBadTypeName},
		// What is wrong stands behind what is not.
		{tc.Struct("IDL:S:1.0", "S", long("a"), tc.Member{Name: "v", Type: tc.Void}), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Union("IDL:U:1.0", "U", tc.Enum("IDL:E:1.0", "E", "A", "a"), arm(0, "x")), exc.BadParam, exc.MinorBadMemberName},
		{tc.Union("IDL:U:1.0", "U", tc.Long, arm(0, "x"), tc.Arm{Label: 1, Name: "v", Type: tc.Void}), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Enum("IDL:E:1.0", "E", "A", "A"), exc.BadParam, exc.MinorBadMemberName},
		{tc.Enum("IDL:E:1.0", "E", "A", "E"), exc.BadParam, exc.MinorBadMemberName},
		{tc.Struct("IDL:S:1.0", "S", long("a"), long("S")), exc.BadParam, exc.MinorBadMemberName},
		{tc.Union("IDL:U:1.0", "U", tc.Long, arm(1, "U")), exc.BadParam, exc.MinorBadMemberName},
		{tc.Value("IDL:V:1.0", "V", 0, nil, tc.State{Name: "V", Type: tc.Long}), exc.BadParam, exc.MinorBadMemberName},
		{tc.Value("IDL:D:1.0", "D", 0, holder("X"), tc.State{Name: "x", Type: tc.Long}), exc.BadParam, exc.MinorBadMemberName},
		{tc.Event("IDL:D:1.0", "D", 0, tc.Value("IDL:M:1.0", "M", 0, holder("x")), tc.State{Name: "x", Type: tc.Long}), exc.BadParam, exc.MinorBadMemberName},
		{tc.Struct("IDL:S:1.0", "S", tc.Member{Name: "v", Type: tc.Void}), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Sequence(tc.Exception("IDL:X:1.0", "X"), 0), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Sequence(tc.Sequence(nil, 0), 0), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Sequence(tc.Recursive("IDL:Nobody:1.0"), 0), exc.BadTypecode, exc.MinorIncompleteTypeCode},
		{tc.Union("IDL:U:1.0", "U", tc.Float), exc.BadParam, exc.MinorBadDiscriminator},
		{tc.Union("IDL:U:1.0", "U", tc.Boolean, arm(2, "a")), exc.BadParam, exc.MinorLabelType},
		{tc.Union("IDL:U:1.0", "U", color, arm(3, "a")), exc.BadParam, exc.MinorLabelType},
		{tc.Union("IDL:U:1.0", "U", tc.Short, arm(1, "a"), arm(1, "b")), exc.BadParam, exc.MinorDuplicateLabel},
		{tc.Union("IDL:U:1.0", "U", tc.Short, arm(1, "a"), arm(2, "b"), arm(3, "a")), exc.BadParam, exc.MinorBadMemberName},
		{tc.Union("IDL:U:1.0", "U", tc.Short, def("a"), arm(1, "b"), def("c")), exc.BadParam, exc.MinorDuplicateLabel},
		{tc.Union("IDL:U:1.0", "U", tc.Boolean, arm(0, "a"), arm(1, "b"), def("c")), exc.BadParam, exc.MinorLabelType},
		{tc.Union("IDL:U:1.0", "U", color, arm(2, "a"), arm(1, "b"), def("c"), arm(0, "d")), exc.BadParam, exc.MinorLabelType},
		{tc.Union("IDL:U:1.0", "U", tc.Octet, append(arms(0, 255), def("z"))...), exc.BadParam, exc.MinorLabelType},
		{tc.Union("IDL:U:1.0", "U", tc.Short), exc.BadParam, exc.MinorBadValue},
		{tc.Enum("IDL:E:1.0", "E"), exc.BadParam, exc.MinorBadValue},
		{tc.Fixed(99, 0), exc.BadParam, exc.MinorBadValue},
		{tc.Fixed(32, 0), exc.BadParam, exc.MinorBadValue},
		{tc.Fixed(0, 0), exc.BadParam, exc.MinorBadValue},
		{tc.Fixed(3, 5), exc.BadParam, exc.MinorBadValue},
		{tc.Fixed(3, -1), exc.BadParam, exc.MinorBadValue},
		{tc.Array(tc.Long, 0), exc.BadParam, exc.MinorBadValue},
		{tc.Array(tc.Array(tc.Long, math.MaxUint32), math.MaxUint32), exc.BadParam, exc.MinorBadValue},
		{tc.Array(tc.Array(tc.Array(tc.Long, 1<<16), 1), 1<<16), exc.BadParam, exc.MinorBadValue},
		{tc.Value("IDL:V:1.0", "V", tc.ValueTruncatable, tc.Value("IDL:C:1.0", "C", tc.ValueCustom, nil)), exc.BadParam, exc.MinorBadValue},
		{tc.Value("IDL:V:1.0", "V", 0, tc.Value("IDL:C:1.0", "C", tc.ValueCustom, nil)), exc.BadParam, exc.MinorBadValue},
		{tc.Value("IDL:V:1.0", "V", 0, tc.Event("IDL:E:1.0", "E", 0, nil)), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Value("IDL:V:1.0", "V", 9, nil), exc.BadParam, exc.MinorBadValue},
		{tc.Value("IDL:V:1.0", "V", -1, nil), exc.BadParam, exc.MinorBadValue},
		{tc.Value("IDL:V:1.0", "V", tc.ValueTruncatable, nil), exc.BadParam, exc.MinorBadValue},
		{tc.Value("IDL:V:1.0", "V", tc.ValueAbstract, nil, tc.State{Name: "s", Type: tc.Long}), exc.BadParam, exc.MinorBadValue},
		{tc.Value("IDL:V:1.0", "V", 0, tc.Long), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Value("IDL:V:1.0", "V", 0, tc.ValueBox("IDL:B:1.0", "B", tc.Long)), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Value("IDL:V:1.0", "V", 0, tc.Value("IDL:A:1.0", "A", tc.ValueAbstract, nil)), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Event("IDL:V:1.0", "V", 0, tc.Recursive("IDL:V:1.0")), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Value("IDL:V:1.0", "V", 0, tc.Recursive("IDL:V:1.0")), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.ValueBox("IDL:B:1.0", "B", tc.Value("IDL:V:1.0", "V", 0, nil)), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.ValueBox("IDL:B:1.0", "B", tc.Alias("IDL:T:1.0", "T", tc.ValueBox("IDL:C:1.0", "C", tc.Long))), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Struct("IDL:S:1.0", "S", tc.Member{Name: "s", Type: tc.Recursive("IDL:S:1.0")}), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Struct("IDL:S:1.0", "S", tc.Member{Name: "s", Type: tc.Array(tc.Alias("IDL:T:1.0", "T", tc.Recursive("IDL:S:1.0")), 2)}), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Union("IDL:U:1.0", "U", tc.Long, arm(1, "a"), tc.Arm{Label: 2, Name: "u", Type: tc.Recursive("IDL:U:1.0")}), exc.BadTypecode, exc.MinorIllegalMemberType},
		// B holds itself, and is come by through a sequence first.
		{tc.Struct("IDL:A:1.0", "A", tc.Member{Name: "bs", Type: tc.Sequence(tc.Struct("IDL:B:1.0", "B", long("n"), tc.Member{Name: "a", Type: tc.Struct("IDL:C:1.0", "C",
			tc.Member{Name: "as", Type: tc.Sequence(tc.Recursive("IDL:A:1.0"), 0)}, tc.Member{Name: "b", Type: tc.Recursive("IDL:B:1.0")})}), 0)}), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.ObjRef("", "I"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Interface(tc.TkAbstractInterface, "", "I"), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Value("", "V", 0, nil), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.Event("", "V", 0, nil), exc.BadParam, exc.MinorBadRepositoryID},
		{tc.ValueBox("", "B", tc.Long), exc.BadParam, exc.MinorBadRepositoryID},
	} {
		err := tc.Check(tc.Struct("", "", tc.Member{Type: tc.Alias("IDL:A:1.0", "A", c.t)}))
		if !errors.Is(err, c.kind) || exc.From(err, exc.No).Minor != c.minor {
			t.Errorf("%v: %v, want %v with minor %#x", c.t, err, c.kind, c.minor)
		}
	}
	good := slices.Concat(samples, values, []sample{
		{tc.Union("IDL:U:1.0", "U", tc.ULongLong, arm(-1, "a"), arm(2, "a"), tc.Arm{Default: true, Label: 2, Name: "b", Type: tc.Long}), ""},
		{tc.Union("IDL:U:1.0", "U", tc.Octet, append(arms(0, 254), def("z"))...), ""},
		{tc.Union("IDL:U:1.0", "U", tc.Boolean, arm(0, "a"), arm(1, "b")), ""},
		{tc.Union("IDL:U:1.0", "U", tc.Long, arm(0, "a"), tc.Arm{Default: true, Name: "a", Type: tc.Long}), ""},
		{tc.Fixed(31, 0), ""}, {tc.Fixed(31, 31), ""}, {tc.Fixed(1, 1), ""},
		{tc.Struct("", "", long("a")), ""}, {tc.Enum("", "", "A"), ""}, {tc.Alias("", "T", tc.Long), ""}, {tc.Alias("IDL:T:1.0", "", tc.Long), ""},
		{tc.Struct("IDL:acme.com/S:1.0", "S", long("s")), ""}, {tc.Struct("RMI:acme.S:0123456789abcdef", "S"), ""},
		{tc.Array(tc.Array(tc.Long, 1), math.MaxUint32), ""},
		{tc.Array(tc.Alias("IDL:T:1.0", "T", tc.Array(tc.Long, math.MaxUint32)), math.MaxUint32), ""},
		{tc.Exception("IDL:X:1.0", "X", long("x")), ""},
		{tc.Event("IDL:V:1.0", "V", tc.ValueTruncatable, tc.Value("IDL:E:1.0", "E", 0, nil)), ""},
		{tc.Event("IDL:V:1.0", "V", 0, tc.Event("IDL:E:1.0", "E", 0, nil)), ""},
		{tc.Value("IDL:V:1.0", "V", tc.ValueCustom, tc.Value("IDL:C:1.0", "C", tc.ValueCustom, nil)), ""},
		{tc.Value("IDL:D:1.0", "D", 0, holder("x"), tc.State{Name: "y", Type: tc.Long}), ""},
		{tc.ValueBox("IDL:B:1.0", "B", tc.Sequence(tc.Value("IDL:V:1.0", "V", 0, nil), 0)), ""},
	})
	for _, s := range good {
		switch s.text {
		case "union U switch (enum E {A, A}) {case 1: long x;}", samples[len(samples)-2].text, "truncatable valuetype T {}":
			continue // they are to be read, not to be declared
		}
		if err := tc.Check(s.t); err != nil {
			t.Errorf("%v: %v", s.t, err)
		}
		if s.t.Kind() == tc.TkAlias && s.t.ID() == "" {
			continue // its name is all that it has
		}
		if err := tc.Check(s.t.Compact()); err != nil {
			t.Errorf("%v, compact: %v", s.t, err)
		}
	}
}

// holder returns a value type with one member.
func holder(name string) *tc.TypeCode {
	return tc.Value("IDL:B:1.0", "B", 0, nil, tc.State{Name: name, Type: tc.Long})
}

// arms returns an arm for each label from first to last.
func arms(first, last int64) (all []tc.Arm) {
	for label := first; label <= last; label++ {
		all = append(all, tc.Arm{Label: label, Name: fmt.Sprintf("a%d", len(all)), Type: tc.Long})
	}
	return all
}

// TestUnlabelled: a value of the discriminator that no arm is labelled with is found wherever it is, and what is all labelled is known.
func TestUnlabelled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		disc *tc.TypeCode
		arms []tc.Arm
		want int64
		none bool
	}{
		{tc.Long, nil, 0, false},
		{tc.Long, arms(0, 39_999), 40_000, false},
		{tc.Long, arms(-5, 5), 6, false},
		{tc.Short, arms(0, math.MaxInt16), -1, false},
		{tc.Short, arms(-10, math.MaxInt16), -11, false},
		{tc.Alias("IDL:T:1.0", "T", tc.Short), arms(math.MinInt16+1, math.MaxInt16), math.MinInt16, false},
		{tc.Short, arms(math.MinInt16, math.MaxInt16), 0, true},
		{tc.UShort, arms(0, math.MaxInt16), math.MaxInt16 + 1, false},
		{tc.UShort, arms(0, math.MaxUint16), 0, true},
		{tc.Octet, arms(0, 254), 255, false},
		{tc.Octet, arms(0, 255), 0, true},
		{tc.WChar, arms(0, 0xd7ff), 0xe000, false},
		{tc.Boolean, arms(0, 0), 1, false},
		{tc.Boolean, append(arms(0, 0), tc.Arm{Default: true}), 1, false},
		{tc.Boolean, append(arms(1, 1), tc.Arm{Default: true}), 0, false},
		{color, arms(0, 1), 2, false},
		{color, arms(0, 2), 0, true},
		{tc.ULongLong, arms(0, 9), 10, false},
	} {
		u := tc.Union("IDL:U:1.0", "U", c.disc, c.arms...)
		if got, ok := u.Unlabelled(); got != c.want || ok == c.none {
			t.Errorf("%v with %d arms: got %d, %v, want %d", c.disc, len(c.arms), got, ok, c.want)
		}
	}
}
