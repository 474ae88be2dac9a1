package doctor_test

import (
	"slices"
	"testing"

	"github.com/opendsom/dsom/doctor"
	"github.com/opendsom/dsom/platform"
)

// TestSystems: what each system lacks is told, all of it, and makes nothing bad.
func TestSystems(t *testing.T) {
	t.Parallel()
	for _, os := range platform.Systems() {
		found := doctor.Look(t.Context(), doctor.Patient{State: t.TempDir(), Version: "1", Machine: well(), System: os})
		var keys []string
		for _, f := range found {
			if f.Grade == doctor.Lack {
				keys = append(keys, f.About)
			}
		}
		var want []string
		for _, a := range platform.Lacks(os) {
			want = append(want, a.Key)
		}
		if !slices.Equal(keys, want) {
			t.Errorf("%s lacks %v, and is told to lack %v", os, want, keys)
		}
		if os == "windows" {
			has(t, found, "raw-ethernet lack IPX in frames of Ethernet, by packet sockets: not on windows; there is IPX over UDP", "")
		}
		if !doctor.Sound(slices.DeleteFunc(found, func(f doctor.Finding) bool { return f.Grade != doctor.Lack })) {
			t.Errorf("%s is bad for what it lacks", os)
		}
	}
}
