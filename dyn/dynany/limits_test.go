package dynany_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/dyn/dynany"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// TestFactoryLimits holds that the memory of components is limited as the ORB says, in copies too, and that what is exceeded is counted there.
func TestFactoryLimits(t *testing.T) {
	t.Parallel()
	long := typeOf(t, "typedef long L[100000]")
	small, large := new(limits.Limits), new(limits.Limits)
	small.Set(limits.DecodedSize, 1<<10)
	large.Set(limits.DecodedSize, 1<<30)
	a, err := must[*dynany.Value](t)(dynany.Factory{Limits: large}.New(long)).Any()
	if err != nil {
		t.Fatal(err)
	}
	within := func(name string, v *dynany.Value, ok bool) {
		t.Helper()
		_, err := v.Len()
		if ok != (err == nil) || err != nil && (!errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), limits.DecodedSize.String())) {
			t.Errorf("%s: %v", name, err)
		}
	}
	within("a value of its own, little room", must[*dynany.Value](t)(dynany.Factory{Limits: small}.New(long)), false)
	within("an any, little room", must[*dynany.Value](t)(dynany.Factory{Limits: small}.Of(a)), false)
	within("an any, much room", must[*dynany.Value](t)(dynany.Factory{Limits: large}.Of(a)), true)
	within("a copy, little room", must[*dynany.Value](t)(must[*dynany.Value](t)(dynany.Factory{Limits: small}.Of(a)).Copy()), false)
	if small.Hits(limits.DecodedSize) == 0 {
		t.Error("what was exceeded is not counted")
	}
}
