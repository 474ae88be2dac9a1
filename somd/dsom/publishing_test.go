package dsom_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/somd/dsom"
)

// TestNoServer has a process whose ORB is the program's own asked to be a server besides, and one that is none asked for what a server does.
func TestNoServer(t *testing.T) {
	initialised(t)
	p, err := dsom.ProcessClass.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Release() }()
	for _, c := range []struct {
		method, says string
		args         []any
	}{
		{"serve", "an ORB of its program's own", []any{"kennel", "", ""}},
		{"publish", "serve was not called", []any{nil, "zoo/rex"}},
		{"accept", "serve was not called", nil},
		{"served", "serve was not called", nil},
		{"interrupt", "serve was not called", nil},
		{"leave", "serve was not called", nil},
	} {
		_, err := p.Invoke(t.Context(), c.method, c.args...)
		if sys := (*exc.SystemException)(nil); !errors.As(err, &sys) || sys.Kind != exc.BadInvOrder || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.method, err)
		}
	}
}
