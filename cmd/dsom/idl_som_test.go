package main

import (
	"strings"
	"testing"
)

const kennelIDL = `#include <somobj.idl>
interface Kennel : SOMObject {
  void open();
#ifdef __PRIVATE__
  long secret();
  interface is not one;
#endif
#ifdef __SOMIDL__
  implementation { releaseorder: open, secret; majorversion = 1; };
#endif
};
`

// TestIDLDialects holds what --dialect and --private do.
func TestIDLDialects(t *testing.T) {
	t.Parallel()
	file := write(t, t.TempDir(), "kennel.idl", kennelIDL)
	for _, c := range []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"found out", nil, 0, "0 errors, 0 warnings, 1 interface"},
		{"said so", []string{"--dialect", "som"}, 0, "0 errors"},
		{"strict", []string{"--dialect", "corba"}, 0, "0 errors"},
		{"private", []string{"--private"}, statusFailed, "kennel.idl:6"},
		{"unknown", []string{"--dialect", "cobol"}, statusUsage, "dialect"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := dsom(t, "", append(append([]string{"idl", "check"}, c.args...), file)...)
			if got.status != c.status || !strings.Contains(got.out+got.err, c.says) {
				t.Errorf("got %+v", got)
			}
		})
	}
}
