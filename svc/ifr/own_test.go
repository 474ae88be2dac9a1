package ifr_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	std "github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/typecode"
	"github.com/opendsom/dsom/typelib"
)

// whole returns the class of a name in the specification of all that a registry has.
func whole(t *testing.T, r *ifr.Registry, class string) *model.Interface {
	t.Helper()
	spec, err := r.Spec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i, _ := spec.Lookup(class).(*model.Interface)
	if i == nil || !i.IsMain() {
		t.Fatalf("%s is not in the repository, or an outline: %v", class, i)
	}
	return i
}

// TestOwn holds that an empty repository has all that SOM and DSOM have, as the compiler reads it, with nothing left out.
func TestOwn(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, openStore(t, t.TempDir()+"/dsom.db"))
	spec, err := r.Spec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	classes := 0
	for d := range spec.All() {
		if i, ok := d.(*model.Interface); ok && i.IsClass() && i.IsMain() {
			classes++
		}
	}
	if classes < 32 {
		t.Errorf("%d classes", classes)
	}
	for _, name := range idl.StandardNames() {
		c, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.Standard()}, name)
		if err != nil {
			continue // what is for others to include
		}
		for d := range c.Spec.All() {
			i, ok := d.(*model.Interface)
			if !ok || !i.IsClass() || !i.IsMain() {
				continue
			}
			got := whole(t, r, i.ScopedName())
			if !slices.EqualFunc(got.ReleaseOrder(), i.ReleaseOrder(), func(a, b model.Release) bool { return a.Name == b.Name }) ||
				len(got.Overridden()) != len(i.Overridden()) || len(got.Decls) != len(i.Decls) {
				t.Errorf("%s has lost something:\n%v", i.ScopedName(), got)
			}
		}
	}
	if e, err := r.Entries(t.Context()); err != nil || len(e) != 0 {
		t.Errorf("registered is %v, %v", e, err)
	}
}

// TestOwnIsDescribed has a client ask how SOMDServer is called, as a stub that is made at run time does: with what cannot be passed as a type that no value has.
func TestOwnIsDescribed(t *testing.T) {
	t.Parallel()
	_, repo := serve(t, nil)
	c, err := repo.LookupId(t.Context(), "IDL:SOMDServer:1.0")
	if err != nil || c == nil {
		t.Fatal(c, err)
	}
	full, err := std.InterfaceDefClass.Unchecked(c.(orb.Object)).DescribeInterface(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := (*ifr.Description)(&full)
	create, err := d.Signature("somdCreateObj", false)
	if err != nil || len(create.Params) != 2 || create.Params[0].Name != "objclass" || create.Params[0].Type.Unalias().Kind() != typecode.TkString || create.Result.Kind() != typecode.TkObjref || create.Result.ID() != "IDL:SOMObject:1.0" {
		t.Errorf("somdCreateObj is %+v, %v", create, err)
	}
	describe, err := d.Signature("somdDescribe", false)
	if err != nil || describe.Result.Unalias().Kind() != typecode.TkSequence {
		t.Errorf("somdDescribe is %+v, %v", describe, err)
	}
	dispatch, err := d.Signature("somDispatch", false)
	if err != nil || dispatch.Params[0].Type.Name() != "somToken" || dispatch.Params[0].Type.Unalias().Kind() != typecode.TkNative {
		t.Errorf("somDispatch is %+v, %v", dispatch, err)
	}
}

// TestOwnGivesWay registers other things by names of the repository's own: just those of it go that these are in, or are built on them.
func TestOwnGivesWay(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, openStore(t, t.TempDir()+"/dsom.db"))
	if _, err := r.Put(t.Context(), "mine", pack(t, compile(t, idl.FilesOf{"mine.idl": "interface Request { void run(in string what); };"}, "mine.idl"))); err != nil {
		t.Fatal(err)
	}
	if got := whole(t, r, "Request"); len(got.Decls) != 1 {
		t.Errorf("Request is %v", got)
	}
	for _, class := range []string{"SOMDServer", "SOMObject", "NVList", "Principal"} {
		whole(t, r, class)
	}
	if err := r.Remove(t.Context(), "mine", nil); err != nil {
		t.Fatal(err)
	}
	if got := whole(t, r, "Request"); len(got.Decls) < 2 {
		t.Errorf("Request is %v", got)
	}
}

// TestOutlinesOfOwn registers a class as its library says it, with outlines of its ancestors: what is told of these is all that the repository has itself.
func TestOutlinesOfOwn(t *testing.T) {
	t.Parallel()
	var s store.Store = openStore(t, t.TempDir()+"/dsom.db")
	r := openRegistry(t, s)
	text := "#include <somdserv.idl>\ninterface Vault : SOMDServer { void open(); implementation { somdCreateObj: override; }; };"
	b, err := typelib.Append(nil, compile(t, idl.FilesOf{"vault.idl": text}, "vault.idl"), typelib.Options{})
	if err != nil {
		t.Fatal(err)
	}
	spec, err := typelib.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Describe(t.Context(), ifr.Examine("classes of server vault", pack(t, spec)), nil); err != nil {
		t.Fatal(err)
	}
	for class, least := range map[string]int{"SOMDServer": 10, "SOMObject": 24, "Vault": 1} {
		if got := whole(t, r, class); len(got.ReleaseOrder()) < least {
			t.Errorf("%s has %d methods", class, len(got.ReleaseOrder()))
		}
	}
	if e, err := r.Entries(t.Context()); err != nil || len(e) != 1 || e[0].Disputed != "" {
		t.Error(e, errors.Join(err))
	}
}
