package dii_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/typecode"
)

// An account is an object of an interface that is derived from another.
type account struct{ orb.Servant }

func (account) Interface() *orb.Interface {
	return &orb.Interface{ID: "IDL:Bank/Account:1.0", Bases: []string{"IDL:Bank/Base:1.0"}}
}
func (a *account) Implementation() any            { return a }
func (*account) Dispatch(*orb.ServerRequest) bool { return false }

// passing returns a client's reference to an object of one operation, which impl carries out, and the ORBs.
func passing(t *testing.T, s *dii.Signature, impl dii.Implementation) (ref *orb.Ref, client, server *orb.ORB) {
	t.Helper()
	start := func() *orb.ORB {
		o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { o.Shutdown(context.Background()) })
		return o
	}
	client, server = start(), start()
	object, err := poa.New(server).Activate(dispatch(func(r *orb.ServerRequest) { dii.Serve(r, s, impl) }))
	if err != nil {
		t.Fatal(err)
	}
	return client.NewRef(object.IOR()), client, server
}

// TestAssignable holds that what may stand where a parameter or the result is declared is passed, be it an object or a value, by callers and by implementations.
func TestAssignable(t *testing.T) {
	t.Parallel()
	base := typecode.Value("IDL:Bank/Entry:1.0", "Entry", typecode.ValueNone, nil, typecode.State{Name: "n", Type: typecode.Long, Public: true})
	derived := typecode.Value("IDL:Bank/Note:1.0", "Note", typecode.ValueTruncatable, base, typecode.State{Name: "s", Type: typecode.String, Public: true})
	objref := func(name string) *typecode.TypeCode { return typecode.ObjRef("IDL:Bank/"+name+":1.0", name) }
	of := func(tc *typecode.TypeCode, v any) dyn.Any {
		a, err := dyn.Of(tc, v)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	note := of(derived, &dyn.Valuetype{Type: derived, Members: dyn.Struct{{Name: "n", Value: 1}, {Name: "s", Value: "x"}}})
	_, _, far := passing(t, exchange, nil)
	there, err := poa.New(far).Activate(new(account))
	if err != nil {
		t.Fatal(err)
	}
	nowhere := &ior.IOR{TypeID: "IDL:Bank/Account:1.0", Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: 1, Key: []byte("x")}.Profile()}}
	arrived := func(v any) string {
		switch x := v.(type) {
		case *dyn.Valuetype:
			return x.Type.ID()
		case *ior.IOR:
			return x.TypeID
		}
		return ""
	}
	const isAccount, isNote = "IDL:Bank/Account:1.0", "IDL:Bank/Note:1.0"
	for name, c := range map[string]struct {
		a        dyn.Any
		declared *typecode.TypeCode
		arrives  string // the repository id of it, where it does
		want     error
	}{
		"an object as Object":            {of(objref("Account"), there.IOR()), typecode.Object, isAccount, nil},
		"an object as its base":          {of(objref("Account"), there.IOR()), objref("Base"), isAccount, nil},
		"an object of an ORB as a base":  {of(objref("Account"), there), objref("Base"), isAccount, nil},
		"a base that is more":            {of(objref("Base"), there.IOR()), objref("Account"), isAccount, nil},
		"an object as an abstract one":   {of(objref("Account"), there.IOR()), typecode.Interface(typecode.TkAbstractInterface, "IDL:Bank/Base:1.0", "Base"), isAccount, nil},
		"an object that is none":         {of(objref("Account"), there.IOR()), objref("Other"), isAccount, exc.BadParam},
		"an object that is not there":    {of(objref("Account"), nowhere), objref("Base"), isAccount, exc.Transient},
		"not there, and not to be asked": {of(objref("Account"), nowhere), typecode.Object, isAccount, nil},
		"nil as a base":                  {of(objref("Account"), nil), objref("Base"), "", nil},
		"a value as its base":            {note, base, isNote, nil},
		"a value as ValueBase":           {note, typecode.ValueBase, isNote, nil},
		"a value as another":             {note, knotCode, "", exc.BadParam},
		"a value as an object":           {note, typecode.Object, "", exc.BadParam},
	} {
		s := &dii.Signature{Operation: "pass", Result: c.declared, Params: []dii.Param{{Name: "a", Direction: model.InOut, Type: c.declared}, {Name: "b", Direction: model.In, Type: c.declared}}}
		var came []dyn.Any
		ref, client, server := passing(t, s, func(_ context.Context, _ *dii.Signature, args []dyn.Any) (dii.Results, error) {
			came = args
			return dii.Results{Return: c.a, Out: []dyn.Any{c.a}}, nil
		})
		for _, o := range []*orb.ORB{client, server} {
			o.RegisterValue(&cdr.ValueType{ID: isNote, TypeCode: derived})
		}
		r, err := dii.Call(t.Context(), ref, s, c.a, c.a)
		if c.want == nil && err == nil {
			for i, a := range append(came, r.Return, r.Out[0]) {
				if got := arrived(a.Value()); got != c.arrives {
					t.Errorf("%s: value %d arrives as %q: %v", name, i, got, a.Value())
				}
			}
			continue
		}
		if sys := exc.From(err, exc.Maybe); !errors.Is(err, c.want) || sys.Completed != exc.No || came != nil {
			t.Errorf("%s, of the caller: got %v, want %v", name, err, c.want)
		}
		none := dyn.Any{}
		if k := c.declared.Kind(); k == typecode.TkObjref || k == typecode.TkValue {
			none = of(c.declared, nil)
		}
		if dyn.IsObject(c.a.Type()) && dyn.IsObject(c.declared) { // it is elsewhere, and not asked
			if r, err := dii.Call(t.Context(), ref, s, none, none); err != nil || arrived(r.Return.Value()) != c.arrives {
				t.Errorf("%s, of the implementation: got %v, %v", name, r.Return.Value(), err)
			}
			continue
		}
		if _, err := dii.Call(t.Context(), ref, s, none, none); !errors.Is(err, c.want) || exc.From(err, exc.Maybe).Completed != exc.Yes {
			t.Errorf("%s, of the implementation: got %v, want %v", name, err, c.want)
		}
	}
}

// TestOwnResults holds that objects of the servant's own ORB are asked whether they may be results.
func TestOwnResults(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{"Base": nil, "Other": exc.BadParam} {
		tc := typecode.ObjRef("IDL:Bank/"+name+":1.0", name)
		s := &dii.Signature{Operation: "give", Result: tc}
		var result dyn.Any
		ref, _, server := passing(t, s, func(context.Context, *dii.Signature, []dyn.Any) (dii.Results, error) {
			return dii.Results{Return: result}, nil
		})
		a, _ := server.Adapter().(*poa.POA)
		own, err := a.Activate(new(account))
		if err != nil {
			t.Fatal(err)
		}
		if result, err = dyn.Of(typecode.ObjRef(own.TypeID(), "Account"), own.IOR()); err != nil {
			t.Fatal(err)
		}
		if _, err := dii.Call(t.Context(), ref, s); !errors.Is(err, want) || want != nil && exc.From(err, exc.Maybe).Completed != exc.Yes {
			t.Errorf("as a %s: got %v, want %v", name, err, want)
		}
	}
}

// TestRaised holds which exception a client gets of one that an implementation raises.
func TestRaised(t *testing.T) {
	t.Parallel()
	closed := typecode.Exception("IDL:Bank/Closed:1.0", "Closed")
	limit := typecode.Exception("IDL:Bank/Limit:1.0", "Limit", typecode.Member{Name: "most", Type: typecode.Long})
	value := func(tc *typecode.TypeCode, members dyn.Struct) dyn.Any {
		a, err := dyn.Of(tc, dyn.Exception{ID: tc.ID(), Members: members})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	hundred := value(limit, dyn.Struct{{Name: "most", Value: 100}})
	s := &dii.Signature{Operation: "raise", Result: typecode.Void, Raises: []*typecode.TypeCode{closed, limit}}
	var raised *dii.UserException
	ref, _, _ := passing(t, s, func(context.Context, *dii.Signature, []dyn.Any) (dii.Results, error) { return dii.Results{}, raised })
	for name, c := range map[string]struct {
		raised dii.UserException
		id     string
		want   error
	}{
		"its id":              {dii.UserException{ID: closed.ID()}, closed.ID(), nil},
		"its id and value":    {dii.UserException{ID: closed.ID(), Value: value(closed, nil)}, closed.ID(), nil},
		"its value":           {dii.UserException{Value: hundred}, limit.ID(), nil},
		"members":             {dii.UserException{ID: limit.ID(), Value: hundred}, limit.ID(), nil},
		"members are missing": {dii.UserException{ID: limit.ID()}, "", exc.BadParam},
		"another's value":     {dii.UserException{ID: closed.ID(), Value: hundred}, "", exc.BadParam},
		"one not declared":    {dii.UserException{ID: "IDL:Bank/Other:1.0"}, "", exc.Unknown},
		"nothing":             {dii.UserException{}, "", exc.Unknown},
	} {
		raised = &c.raised
		_, err := dii.Call(t.Context(), ref, s)
		var got *dii.UserException
		if c.want != nil {
			if !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		} else if !errors.As(err, &got) || got.ID != c.id || got.Value.Type().ID() != c.id {
			t.Errorf("%s: got %v, want %s", name, err, c.id)
		}
	}
}

// compiled reads exceptions as generated code does: members only, since whoever calls it has read the repository id.
type compiled struct {
	id   string
	most bool // it has the member most
}

func (c *compiled) Error() string                                            { return c.id }
func (c *compiled) ExceptionID() string                                      { return c.id }
func (*compiled) PutIf(*cdr.Encoder, error, func(*cdr.Encoder, string)) bool { return false }
func (c *compiled) Read(d *cdr.Decoder) error {
	got := &limitOf{id: c.id}
	if c.most {
		got.most = d.Long()
	}
	got.left = d.Remaining()
	return got
}

type limitOf struct {
	id   string
	most int32
	left int // octets behind the members
}

func (l *limitOf) Error() string { return l.id }

// TestRaisedToStubs holds that what an implementation raises is in the reply as generated code reads it: its repository id once, then its members; and that
// who reads such a reply dynamically has a value that may be sent on, with its id.
func TestRaisedToStubs(t *testing.T) {
	t.Parallel()
	closed := typecode.Exception("IDL:Bank/Closed:1.0", "Closed")
	limit := typecode.Exception("IDL:Bank/Limit:1.0", "Limit", typecode.Member{Name: "most", Type: typecode.Long})
	named := typecode.Exception("IDL:Bank/Named:1.0", "Named", typecode.Member{Name: "name", Type: typecode.String})
	s := &dii.Signature{Operation: "raise", Result: typecode.Void, Raises: []*typecode.TypeCode{closed, limit, named}}
	var raised dyn.Any
	ref, _, _ := passing(t, s, func(context.Context, *dii.Signature, []dyn.Any) (dii.Results, error) {
		return dii.Results{}, &dii.UserException{Value: raised}
	})
	set := func(tc *typecode.TypeCode, members dyn.Struct) {
		var err error
		if raised, err = dyn.Of(tc, dyn.Exception{ID: tc.ID(), Members: members}); err != nil {
			t.Fatal(err)
		}
	}
	compiled := []orb.Exception{&compiled{closed.ID(), false}, &compiled{limit.ID(), true}}
	for _, want := range []limitOf{{closed.ID(), 0, 0}, {limit.ID(), 100, 0}} {
		if set(closed, nil); want.most != 0 {
			set(limit, dyn.Struct{{Name: "most", Value: want.most}})
		}
		c := orb.StartCall(t.Context(), ref, "raise", 0)
		for c.Next() {
		}
		c.Returned(compiled...)
		var got *limitOf
		if err := c.End(); !errors.As(err, &got) || *got != want {
			t.Errorf("got %v %+v, want %+v", err, got, want)
		}
	}
	// A member that is the id is no id.
	set(named, dyn.Struct{{Name: "name", Value: named.ID()}})
	_, err := dii.Call(t.Context(), ref, s)
	var got *dii.UserException
	if !errors.As(err, &got) || !dyn.Equal(got.Value, raised) {
		t.Errorf("got %v, want %v", err, raised.Value())
	}
}
