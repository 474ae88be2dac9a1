package dii_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/typecode"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// spec is, in IDL,
//
//	module M {
//	  exception Refused { long code; string why; };
//	  interface Base { };
//	  interface Box : Base {
//	    attribute long size;
//	    readonly attribute string label;
//	    string swap(in string s, inout double d, out sequence<long> list) raises (Refused);
//	    oneway void note(in string s);
//	    void trace() context ("x*");
//	  };
//	  interface Other { };
//	  local interface Here { };
//	};
func spec(t *testing.T) *model.Spec {
	t.Helper()
	info := func(name string) model.Info {
		return model.Info{Node: model.Node{Name: name}, ID: "IDL:M/" + name + ":1.0"}
	}
	node := func(name string) model.Node { return model.Node{Name: name} }
	long, str, double := &model.Type{Kind: model.Long}, &model.Type{Kind: model.String}, &model.Type{Kind: model.Double}
	refused := &model.Exception{Info: info("Refused"), Members: []*model.Member{{Node: node("code"), Type: long}, {Node: node("why"), Type: str}}}
	base := &model.Interface{Info: info("Base")}
	box := &model.Interface{Info: info("Box"), Bases: []*model.Type{{Kind: model.Named, Decl: base, Name: "Base"}}, Decls: model.Decls{
		&model.Attribute{Info: info("size"), Type: long},
		&model.Attribute{Info: info("label"), Type: str, Readonly: true},
		&model.Operation{Info: info("swap"), Result: str, Raises: []*model.Exception{refused}, Params: []*model.Param{
			{Node: node("s"), Type: str},
			{Node: node("d"), Direction: model.InOut, Type: double},
			{Node: node("list"), Direction: model.Out, Type: &model.Type{Kind: model.Sequence, Elem: long}},
		}},
		&model.Operation{Info: info("note"), Oneway: true, Result: &model.Type{}, Params: []*model.Param{{Node: node("s"), Type: str}}},
		&model.Operation{Info: info("trace"), Result: &model.Type{}, Context: []string{"x*"}},
		&model.Operation{Info: info("value"), Result: &model.Type{Kind: model.String, Bound: 1 << 40}},
	}}
	s := &model.Spec{Decls: model.Decls{&model.Module{Info: info("M"), Decls: model.Decls{
		refused, base, box, &model.Interface{Info: info("Other")}, &model.Interface{Info: info("Here"), Local: true},
	}}}}
	if err := s.Link(); err != nil {
		t.Fatal(err)
	}
	return s
}

// box is the servant, written against the bare requests, so that what is on the wire is
// checked by code that knows nothing of anys.
type box struct {
	iface orb.Interface
	size  int32
	notes chan string
}

var refusedType = typecode.Exception("IDL:M/Refused:1.0", "Refused", typecode.Member{Name: "code", Type: typecode.Long}, typecode.Member{Name: "why", Type: typecode.String})

type refused struct{ orb.Exception }

func (refused) ExceptionID() string { return refusedType.ID() }
func (refused) PutIf(e *cdr.Encoder, err error, head func(*cdr.Encoder, string)) bool {
	head(e, refusedType.ID())
	e.Long(7)
	e.String(err.Error())
	return true
}

func (b *box) Interface() *orb.Interface { return &b.iface }
func (b *box) Implementation() any       { return b }
func (b *box) Dispatch(r *orb.ServerRequest) bool {
	switch r.Operation() {
	case "_get_size":
		if r.Decoded() && r.Returned(nil) {
			r.Out.Long(b.size)
		}
	case "_set_size":
		v := r.In.Long()
		if r.Decoded() {
			b.size = v
			r.Returned(nil)
		}
	case "swap":
		s, d := r.In.String(), r.In.Double()
		if !r.Decoded() {
			break
		}
		if s == "no" {
			r.Returned(errors.New("because"), refused{})
			break
		}
		if r.Returned(nil) {
			r.Out.String(strings.ToUpper(s))
			r.Out.Double(-d)
			r.Out.ULong(2)
			r.Out.Long(1)
			r.Out.Long(2)
		}
	case "note":
		s := r.In.String()
		if r.Decoded() {
			b.notes <- s
			r.Returned(nil)
		}
	case "trace":
		if n := r.In.Count(4); r.Decoded() && n == 0 {
			r.Returned(nil)
		}
	default:
		return false
	}
	return true
}

// start returns the object, as a client elsewhere sees it.
func start(t *testing.T, id string) (*orb.Ref, *box) {
	t.Helper()
	server, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := orb.New(orb.Config{BigEndian: true})
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
	b := &box{iface: orb.Interface{ID: id, Bases: []string{"IDL:M/Box:1.0", "IDL:M/Base:1.0"}}, notes: make(chan string, 1)}
	ref, err := poa.New(server).Activate(b)
	if err != nil {
		t.Fatal(err)
	}
	return client.NewRef(ref.IOR()), b
}

func signature(t *testing.T, s *model.Spec, name string) *dii.Signature {
	t.Helper()
	sig, err := dii.Of(s.Lookup("M::Box::" + name).(*model.Operation))
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func TestCall(t *testing.T) {
	t.Parallel()
	s := spec(t)
	ref, _ := start(t, "IDL:M/Box:1.0")
	r, err := dii.Call(t.Context(), ref, signature(t, s, "swap"), dyn.String.Any("abc"), dyn.Double.Any(2.5))
	if err != nil {
		t.Fatal(err)
	}
	ret, _ := dyn.MarshalJSON(r.Return)
	d, _ := dyn.MarshalJSON(r.Out[0])
	list, _ := dyn.MarshalJSON(r.Out[1])
	if got, want := string(ret)+string(d)+string(list), `"ABC"-2.5[1,2]`; got != want || len(r.Out) != 2 {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := dii.Call(t.Context(), ref, signature(t, s, "trace")); err != nil {
		t.Errorf("with a context clause: %v", err)
	}
}

func TestUserException(t *testing.T) {
	t.Parallel()
	s := spec(t)
	ref, _ := start(t, "IDL:M/Box:1.0")
	sig := signature(t, s, "swap")
	_, err := dii.Call(t.Context(), ref, sig, dyn.String.Any("no"), dyn.Double.Any(1))
	var e *dii.UserException
	if !errors.As(err, &e) || e.ID != "IDL:M/Refused:1.0" {
		t.Fatalf("got %v", err)
	}
	if b, err := dyn.MarshalJSON(e.Value); err != nil || string(b) != `{"_exception":"IDL:M/Refused:1.0","code":7,"why":"because"}` {
		t.Errorf("got %s, %v", b, err)
	}
	// One that the signature does not list is UNKNOWN.
	undeclared := *sig
	undeclared.Raises = nil
	_, err = dii.Call(t.Context(), ref, &undeclared, dyn.String.Any("no"), dyn.Double.Any(1))
	if !errors.Is(err, exc.Unknown) {
		t.Errorf("got %v, want UNKNOWN", err)
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	s := spec(t)
	ref, b := start(t, "IDL:M/Box:1.0")
	size := s.Lookup("M::Box::size").(*model.Attribute)
	set, err := dii.Setter(size)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := dii.Call(t.Context(), ref, set, dyn.Long.Any(42)); err != nil || !r.Return.IsNull() || b.size != 42 {
		t.Errorf("got %v, %v, size %d", r, err, b.size)
	}
	get, err := dii.Getter(size)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := dii.Call(t.Context(), ref, get); err != nil || r.Return.Value() != int32(42) {
		t.Errorf("got %v, %v", r.Return.Value(), err)
	}
	if _, err := dii.Setter(s.Lookup("M::Box::label").(*model.Attribute)); err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("got %v", err)
	}
}

func TestOneway(t *testing.T) {
	t.Parallel()
	ref, b := start(t, "IDL:M/Box:1.0")
	if _, err := dii.Call(t.Context(), ref, signature(t, spec(t), "note"), dyn.String.Any("hello")); err != nil {
		t.Fatal(err)
	}
	if got := <-b.notes; got != "hello" {
		t.Errorf("got %q", got)
	}
}

func TestCallRefuses(t *testing.T) {
	t.Parallel()
	s := spec(t)
	ref, _ := start(t, "IDL:M/Box:1.0")
	sig := signature(t, s, "swap")
	for name, c := range map[string]struct {
		ref  *orb.Ref
		args []dyn.Any
		want error
	}{
		"too few":       {ref, []dyn.Any{dyn.String.Any("x")}, exc.BadParam},
		"wrong type":    {ref, []dyn.Any{dyn.String.Any("x"), dyn.Long.Any(1)}, exc.BadParam},
		"nil reference": {nil, []dyn.Any{dyn.String.Any("x"), dyn.Double.Any(1)}, exc.InvObjref},
		"zero in it":    {ref, []dyn.Any{dyn.String.Any("a\x00b"), dyn.Double.Any(1)}, exc.BadParam},
	} {
		if _, err := dii.Call(t.Context(), c.ref, sig, c.args...); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dii.Call(ctx, ref, sig, dyn.String.Any("x"), dyn.Double.Any(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := dii.Of(s.Lookup("M::Box::value").(*model.Operation)); err == nil || !strings.Contains(err.Error(), "result of M::Box::value") {
		t.Errorf("got %v", err)
	}
}

func TestInterfaceOf(t *testing.T) {
	t.Parallel()
	s := spec(t)
	for name, c := range map[string]struct{ id, want, fails string }{
		"told by the reference":    {id: "IDL:M/Base:1.0", want: "M::Base"},
		"most derived that it has": {id: "IDL:Elsewhere/Derived:1.0", want: "M::Box"},
	} {
		ref, _ := start(t, c.id)
		i, err := dii.InterfaceOf(t.Context(), ref, s)
		if err != nil || i.ScopedName() != c.want {
			t.Errorf("%s: got %v, %v, want %s", name, i, err, c.want)
		}
	}
	ref, b := start(t, "IDL:Elsewhere/Derived:1.0")
	b.iface.Bases = nil
	if _, err := dii.InterfaceOf(t.Context(), ref, s); err == nil || !strings.Contains(err.Error(), "none of the 3 interfaces") {
		t.Errorf("got %v", err)
	}
	b.iface.Bases = []string{"IDL:M/Box:1.0", "IDL:M/Other:1.0"}
	if _, err := dii.InterfaceOf(t.Context(), ref, s); err == nil || !strings.Contains(err.Error(), "several interfaces") {
		t.Errorf("got %v", err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	s := spec(t)
	for _, name := range []string{"Box", "M::Box", "::M::Box", "IDL:M/Box:1.0"} {
		if i, err := dii.Interface(s, name); err != nil || i.ID != "IDL:M/Box:1.0" {
			t.Errorf("%s: got %v, %v", name, i, err)
		}
	}
	if _, err := dii.Interface(s, "M::Bx"); err == nil || !strings.Contains(err.Error(), "did you mean M::Box?") {
		t.Errorf("got %v", err)
	}
	box := s.Lookup("M::Box").(*model.Interface)
	if m, err := dii.Member(box, "size"); err != nil || m.Kind() != "attribute" {
		t.Errorf("got %v, %v", m, err)
	}
	if _, err := dii.Member(box, "swp"); err == nil || !strings.Contains(err.Error(), "did you mean swap?") {
		t.Errorf("got %v", err)
	}
	if _, err := dii.Member(s.Lookup("M::Base").(*model.Interface), "x"); err == nil || !strings.Contains(err.Error(), "no operations") {
		t.Errorf("got %v", err)
	}
}
