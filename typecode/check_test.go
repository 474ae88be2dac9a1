package typecode_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/opendsom/dsom/exc"
	tc "github.com/opendsom/dsom/typecode"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	long := func(name string) tc.Member { return tc.Member{Name: name, Type: tc.Long} }
	arm := func(label int64, name string) tc.Arm { return tc.Arm{Label: label, Name: name, Type: tc.Long} }
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
		{tc.Enum("IDL:E:1.0", "E", "A", "A"), exc.BadParam, exc.MinorBadMemberName},
		{tc.Struct("IDL:S:1.0", "S", tc.Member{Name: "v", Type: tc.Void}), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Sequence(tc.Exception("IDL:X:1.0", "X"), 0), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Sequence(tc.Sequence(nil, 0), 0), exc.BadTypecode, exc.MinorIllegalMemberType},
		{tc.Sequence(tc.Recursive("IDL:Nobody:1.0"), 0), exc.BadTypecode, exc.MinorIncompleteTypeCode},
		{tc.Union("IDL:U:1.0", "U", tc.Float), exc.BadParam, exc.MinorBadDiscriminator},
		{tc.Union("IDL:U:1.0", "U", tc.Boolean, arm(2, "a")), exc.BadParam, exc.MinorLabelType},
		{tc.Union("IDL:U:1.0", "U", color, arm(3, "a")), exc.BadParam, exc.MinorLabelType},
		{tc.Union("IDL:U:1.0", "U", tc.Short, arm(1, "a"), arm(1, "b")), exc.BadParam, exc.MinorDuplicateLabel},
		{tc.Union("IDL:U:1.0", "U", tc.Short, arm(1, "a"), arm(2, "b"), arm(3, "a")), exc.BadParam, exc.MinorBadMemberName},
	} {
		err := tc.Check(tc.Struct("", "", tc.Member{Type: tc.Alias("IDL:A:1.0", "A", c.t)}))
		if !errors.Is(err, c.kind) || exc.From(err, exc.No).Minor != c.minor {
			t.Errorf("%v: %v, want %v with minor %#x", c.t, err, c.kind, c.minor)
		}
	}
	good := slices.Concat(samples, values)
	for _, s := range append(good, sample{tc.Union("IDL:U:1.0", "U", tc.ULongLong, arm(-1, "a"), arm(2, "a"), tc.Arm{Default: true, Label: 2, Name: "b", Type: tc.Long}), ""}) {
		if s.text == "union U switch (enum E {A, A}) {case 1: long x;}" || s.text == samples[len(samples)-2].text {
			continue // they are to be read, not to be declared
		}
		if err := tc.Check(s.t); err != nil {
			t.Errorf("%v: %v", s.t, err)
		}
		if err := tc.Check(s.t.Compact()); err != nil {
			t.Errorf("%v, compact: %v", s.t, err)
		}
	}
}
