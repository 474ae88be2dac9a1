package dsom_test

import (
	"context"
	"testing"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/dsom"
)

// TestReleaseOrder holds the classes against the IDL that the compiler carries, which is held against SOM 3.0's: the same methods at the same places, by the
// signatures by which a program in C calls them. What has none here keeps its place.
func TestReleaseOrder(t *testing.T) {
	t.Parallel()
	text := ""
	for _, f := range []string{"somdorb", "implrep", "servmgr", "somdom", "somoa", "principl", "somdcprx", "somdserv", "somdproc", "somdtc", "nvlist", "request", "cntxt"} {
		text += "#include <" + f + ".idl>\n"
	}
	compiled := func(define ...string) *model.Spec {
		r, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{"all.idl": text}, Define: define}, "all.idl")
		if err != nil {
			t.Fatal(err)
		}
		return r.Spec
	}
	plain, inC := compiled(), compiled("SOMD_WITHOUT_ANY")
	callable := 0
	for _, c := range []*som.Class{dsom.ORBClass, dsom.ObjectMgrBase, dsom.ObjectMgrClass, dsom.ImplementationDefClass, dsom.ImplRepositoryClass, dsom.ServerMgrClass, dsom.BOAClass, dsom.SOMOAClass, dsom.PrincipalClass, dsom.ProcessClass, somd.ServerClass, somd.ObjectClass, somd.ClientProxy, dsom.TypeCodeClass, dsom.NVListClass, dsom.RequestClass, dsom.ContextClass} {
		spec := plain
		switch c {
		case dsom.TypeCodeClass, dsom.NVListClass, dsom.RequestClass, dsom.ContextClass: // where a TypeCode is an object
			spec = inC
		}
		i, ok := spec.Lookup(c.Name()).(*model.Interface)
		if !ok {
			t.Errorf("no IDL has class %s", c)
			continue
		}
		if major, minor := i.ClassVersion(); c.Version() != (som.Version{Major: major, Minor: minor}) {
			t.Errorf("%s is of version %v, and its IDL of %d.%d", c, c.Version(), major, minor)
		}
		own := c.Introduced()
		order := i.ReleaseOrder()
		if len(own) < len(order) {
			t.Errorf("%s has %d methods, and its IDL %d", c, len(own), len(order))
			continue
		}
		for n, x := range order {
			m := own[n]
			if m.Name() != x.Name {
				t.Errorf("%s: method %d is %s, and %s in its IDL", c, n+1, m.Name(), x.Name)
			}
			if m.Signature() == "" {
				continue
			}
			if x.Method == nil {
				t.Errorf("%s: %s is not declared in its IDL", c, x.Name)
				continue
			}
			want := cabi.Signature(x.Method)
			if m.Signature() != want {
				t.Errorf("%s: %s is called as %s, and by its IDL as %s", c, x.Name, m.Signature(), want)
			}
			callable++
		}
	}
	if callable < 80 {
		t.Errorf("%d methods can be called", callable)
	}
}
