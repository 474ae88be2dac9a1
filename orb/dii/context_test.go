package dii_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/typecode"
)

// TestContext passes the properties that an operation's context clause names, with a call and with a Request, to a dynamic servant.
func TestContext(t *testing.T) {
	t.Parallel()
	s := spec(t)
	swap := *s.Lookup("M::Box::swap").(*model.Operation)
	swap.Context = []string{"region", "user*"}
	box := *s.Lookup("M::Box").(*model.Interface)
	box.Decls = []model.Decl{&swap}
	servant, err := dii.NewServant(&box, func(ctx context.Context, _ *dii.Signature, args []dyn.Any) (dii.Results, error) {
		list, err := dyn.Of(typecode.Sequence(typecode.Long, 0), []int32{})
		return dii.Results{Return: dyn.String.Any(fmt.Sprint(orb.Properties(ctx))), Out: []dyn.Any{args[1], list}}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	server, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	object, err := poa.New(server).Activate(servant)
	if err != nil {
		t.Fatal(err)
	}
	client, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, o := range []*orb.ORB{client, server} {
			if err := o.Shutdown(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	ref := client.NewRef(object.IOR())
	ctx := orb.WithProperties(t.Context(), map[string]string{"region": "eu", "user.name": "ann", "password": "secret"})

	sig, err := dii.Of(&swap)
	if err != nil {
		t.Fatal(err)
	}
	const want = `"map[region:eu user.name:ann]"`
	res, err := dii.Call(ctx, ref, sig, dyn.String.Any("s"), dyn.Double.Any(1))
	if err != nil || text(t, res.Return) != want {
		t.Errorf("a call: got %s, %v, want %s", text(t, res.Return), err, want)
	}
	for clause, want := range map[string]string{"region user*": want, "password": `"map[password:secret]"`, "absent": `"map[]"`, "": `"map[]"`} {
		r := dii.NewRequest(ref, "swap")
		r.AddIn("s", dyn.String.Any("s"))
		r.AddInOut("d", dyn.Double.Any(1))
		r.AddOut("list", typecode.Sequence(typecode.Long, 0))
		r.SetReturn(typecode.String)
		r.SetContext(strings.Fields(clause)...)
		if err := r.Invoke(ctx); err != nil || text(t, r.Result()) != want {
			t.Errorf("a request with %q: got %s, %v, want %s", clause, text(t, r.Result()), err, want)
		}
	}
}
