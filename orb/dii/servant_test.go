package dii_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/typecode"
)

// dynamic returns an object of M::Box without a skeleton, as a client elsewhere sees it.
func dynamic(t *testing.T, s *model.Spec, impl dii.Implementation) *orb.Ref {
	t.Helper()
	ref, _ := start(t, "IDL:M/Box:1.0")
	server, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	box := *s.Lookup("M::Box").(*model.Interface)
	if _, err := dii.NewServant(&box, impl); err == nil {
		t.Error("an operation whose result has no TypeCode is served")
	}
	box.Decls = slices.DeleteFunc(slices.Clone(box.Decls), func(d model.Decl) bool { return d == s.Lookup("M::Box::value") })
	servant, err := dii.NewServant(&box, impl)
	if err != nil {
		t.Fatal(err)
	}
	object, err := poa.New(server).Activate(servant)
	if err != nil {
		t.Fatal(err)
	}
	return ref.ORB().NewRef(object.IOR())
}

func text(t *testing.T, a dyn.Any) string {
	t.Helper()
	b, err := dyn.MarshalJSON(a)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

func TestServant(t *testing.T) {
	t.Parallel()
	s := spec(t)
	notes := make(chan string, 1)
	var size int32
	ref := dynamic(t, s, func(ctx context.Context, sig *dii.Signature, args []dyn.Any) (dii.Results, error) {
		switch sig.Operation {
		case "_get_size":
			return dii.Results{Return: dyn.Long.Any(size)}, nil
		case "_set_size":
			size = args[0].Value().(int32)
			return dii.Results{}, nil
		case "note":
			notes <- args[0].Value().(string)
			return dii.Results{}, nil
		case "trace":
			notes <- fmt.Sprint(orb.Properties(ctx))
			return dii.Results{}, nil
		case "swap":
			switch word := args[0].Value().(string); word {
			case "no":
				v, err := dyn.Of(sig.Raises[0], map[string]any{"code": 7, "why": "because"})
				if err != nil {
					return dii.Results{}, err
				}
				return dii.Results{}, fmt.Errorf("wrapped: %w", &dii.UserException{ID: sig.Raises[0].ID(), Value: v})
			case "foreign":
				return dii.Results{}, &dii.UserException{ID: "IDL:Other:1.0", Value: dyn.Long.Any(1)}
			case "wrong result":
				list, err := dyn.Of(sig.Outputs()[1].Type, []int32{1, 2})
				return dii.Results{Return: dyn.Long.Any(1), Out: []dyn.Any{dyn.Double.Any(1), list}}, err
			case "no result":
				list, err := dyn.Of(sig.Outputs()[1].Type, []int32{1, 2})
				return dii.Results{Out: []dyn.Any{dyn.Double.Any(1), list}}, err
			case "too few":
				return dii.Results{Return: dyn.String.Any("x")}, nil
			case "wrong out":
				return dii.Results{Return: dyn.String.Any("x"), Out: []dyn.Any{dyn.Double.Any(1), dyn.Long.Any(2)}}, nil
			default:
				list, err := dyn.Of(sig.Outputs()[1].Type, []int32{1, 2})
				return dii.Results{Return: dyn.String.Any(word + "!"), Out: []dyn.Any{dyn.Double.Any(-args[1].Value().(float64)), list}}, err
			}
		}
		return dii.Results{}, errors.New("no such operation")
	})

	swap := signature(t, s, "swap")
	r, err := dii.Call(t.Context(), ref, swap, dyn.String.Any("abc"), dyn.Double.Any(2.5))
	if err != nil || text(t, r.Return)+text(t, r.Out[0])+text(t, r.Out[1]) != `"abc!"-2.5[1,2]` {
		t.Errorf("got %v, %v", r, err)
	}
	_, err = dii.Call(t.Context(), ref, swap, dyn.String.Any("no"), dyn.Double.Any(1))
	var u *dii.UserException
	if !errors.As(err, &u) || text(t, u.Value) != `{"_exception":"IDL:M/Refused:1.0","code":7,"why":"because"}` {
		t.Errorf("got %v", err)
	}
	if _, err := dii.Call(t.Context(), ref, swap, dyn.String.Any("foreign"), dyn.Double.Any(1)); !errors.Is(err, exc.Unknown) {
		t.Errorf("foreign: got %v", err)
	}
	for _, word := range []string{"wrong result", "no result", "too few", "wrong out"} {
		_, err := dii.Call(t.Context(), ref, swap, dyn.String.Any(word), dyn.Double.Any(1))
		if sys := exc.From(err, exc.No); sys == nil || sys.Kind != exc.BadParam || sys.Minor != exc.MinorWrongType || sys.Completed != exc.Yes {
			t.Errorf("%s: got %v", word, err)
		}
	}

	attr := s.Lookup("M::Box::size").(*model.Attribute)
	set, _ := dii.Setter(attr)
	get, _ := dii.Getter(attr)
	if _, err := dii.Call(t.Context(), ref, set, dyn.Long.Any(42)); err != nil {
		t.Error(err)
	}
	if r, err := dii.Call(t.Context(), ref, get); err != nil || r.Return.Value() != int32(42) {
		t.Errorf("got %v, %v", r, err)
	}
	if _, err := dii.Call(t.Context(), ref, signature(t, s, "note"), dyn.String.Any("hello")); err != nil || <-notes != "hello" {
		t.Errorf("got %v", err)
	}
	ctx := orb.WithProperties(t.Context(), map[string]string{"xa": "1", "xb": "2", "y": "3"})
	if _, err := dii.Call(ctx, ref, signature(t, s, "trace")); err != nil {
		t.Error(err)
	} else if got := <-notes; got != "map[xa:1 xb:2]" {
		t.Errorf("the properties are %s", got)
	}
	if is, err := ref.IsA(t.Context(), "IDL:M/Base:1.0"); !is || err != nil {
		t.Errorf("it is no Base: %v", err)
	}
	unknown := &dii.Signature{Operation: "nothing", Result: typecode.Void}
	if _, err := dii.Call(t.Context(), ref, unknown); !errors.Is(err, exc.BadOperation) {
		t.Errorf("got %v", err)
	}
	short := *swap
	short.Params = nil
	if _, err := dii.Call(t.Context(), ref, &short); !errors.Is(err, exc.Marshal) {
		t.Errorf("without arguments: got %v", err)
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	ref, b := start(t, "IDL:M/Box:1.0")
	make := func(word string) *dii.Request {
		r := dii.NewRequest(ref, "swap")
		r.AddIn("s", dyn.String.Any(word))
		r.AddInOut("d", dyn.Double.Any(2.5))
		r.AddOut("list", typecode.Sequence(typecode.Long, 0))
		r.SetReturn(typecode.String)
		r.AddException(refusedType)
		return r
	}
	r := make("abc")
	if _, err := r.PollResponse(); !errors.Is(err, exc.BadInvOrder) {
		t.Errorf("polled before it is sent: %v", err)
	}
	if err := r.GetResponse(t.Context()); !errors.Is(err, exc.BadInvOrder) {
		t.Errorf("asked for before it is sent: %v", err)
	}
	if err := r.Invoke(t.Context()); err != nil {
		t.Fatal(err)
	}
	args := r.Arguments()
	if got := text(t, r.Result()) + text(t, args[0].Value) + text(t, args[1].Value) + text(t, args[2].Value); got != `"ABC""abc"-2.5[1,2]` {
		t.Errorf("got %s", got)
	}
	for _, again := range []func(context.Context) error{r.Invoke, r.Send, r.SendOneway} {
		if err := again(t.Context()); !errors.Is(err, exc.BadInvOrder) {
			t.Errorf("sent again: %v", err)
		}
	}
	taken := func(what string, r *dii.Request, minor uint32) {
		t.Helper()
		_, polled := r.PollResponse()
		for _, err := range []error{polled, r.GetResponse(t.Context())} {
			if !errors.Is(err, exc.BadInvOrder) || exc.From(err, exc.No).Minor != minor {
				t.Errorf("%s: asked for again: %v", what, err)
			}
		}
	}
	taken("invoked", r, exc.MinorRequestSynchronous)

	r = make("abc")
	if err := r.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.GetResponse(impatient); err == nil { // it was there in time
	} else if !errors.Is(err, context.Canceled) {
		t.Errorf("the wait was given up: %v", err)
	} else if err := r.GetResponse(t.Context()); err != nil || text(t, r.Result()) != `"ABC"` {
		t.Errorf("another wait: %v", err)
	}
	taken("sent", r, exc.MinorResponseTaken)

	r = make("no")
	if err := r.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	var u *dii.UserException
	if err := r.GetResponse(t.Context()); !errors.As(err, &u) || u.ID != refusedType.ID() || !r.Result().IsNull() {
		t.Errorf("got %v, %v", err, r.Result())
	}
	taken("raised", r, exc.MinorResponseTaken)
	one := dii.NewRequest(ref, "note")
	one.AddIn("s", dyn.String.Any("oneway"))
	if err := one.SendOneway(t.Context()); err != nil || <-b.notes != "oneway" {
		t.Errorf("got %v", err)
	}
	taken("oneway", one, exc.MinorRequestSynchronous)
}

// TestResponseThere: a response that is there is taken, be it that the ctx to wait for it with has ended.
func TestResponseThere(t *testing.T) {
	t.Parallel()
	ref, _ := start(t, "IDL:M/Box:1.0")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 32 { // of two channels that are ready, select takes either
		r := dii.NewRequest(ref, "_get_size")
		r.SetReturn(typecode.Long)
		if err := r.Send(t.Context()); err != nil {
			t.Fatal(err)
		}
		for there := false; !there; runtime.Gosched() {
			var err error
			if there, err = r.PollResponse(); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.GetResponse(ended); err != nil {
			t.Fatalf("the response is there: %v", err)
		}
	}
}

// TestKnowValues: what generated code has registered is not replaced; what nobody has is added, but for abstract types.
func TestKnowValues(t *testing.T) {
	t.Parallel()
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	info := func(name string) model.Info {
		return model.Info{Node: model.Node{Name: name}, ID: "IDL:" + name + ":1.0"}
	}
	s := &model.Spec{Decls: model.Decls{
		&model.ValueType{Info: info("Generated")}, &model.ValueType{Info: info("New")}, &model.ValueType{Info: info("Abstract"), Abstract: true},
		&model.ValueBox{Info: info("Box"), Type: &model.Type{Kind: model.String}}, &model.Interface{Info: info("Interface")},
	}}
	if err := s.Link(); err != nil {
		t.Fatal(err)
	}
	generated := &cdr.ValueType{ID: "IDL:Generated:1.0", TypeCode: typecode.Value("IDL:Generated:1.0", "Generated", 0, nil)}
	o.RegisterValue(generated)
	for range 2 {
		if err := dii.KnowValues(o, s); err != nil {
			t.Fatal(err)
		}
	}
	known := o.Env().Values.ValueType
	if known("IDL:Generated:1.0") != generated {
		t.Error("what was registered has been replaced")
	}
	for id, want := range map[string]typecode.Kind{"IDL:New:1.0": typecode.TkValue, "IDL:Box:1.0": typecode.TkValueBox} {
		if v := known(id); v == nil || v.TypeCode.(*typecode.TypeCode).Kind() != want {
			t.Errorf("%s: got %v, want a %v", id, v, want)
		}
	}
	for _, id := range []string{"IDL:Abstract:1.0", "IDL:Interface:1.0"} {
		if known(id) != nil {
			t.Errorf("%s is known", id)
		}
	}
}

func TestSendCallback(t *testing.T) {
	t.Parallel()
	s := spec(t)
	ref, _ := start(t, "IDL:M/Box:1.0")
	swap := signature(t, s, "swap")
	got := make(chan string, 1)
	handlerORB, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := handlerORB.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	list := typecode.Sequence(typecode.Long, 0)
	h := &handler{operations: map[string]*dii.Signature{
		"swap": {Operation: "swap", Result: typecode.Void, Params: []dii.Param{
			{Name: "ami_return_val", Type: typecode.String}, {Name: "d", Type: typecode.Double}, {Name: "list", Type: list}}},
		"swap_excep": {Operation: "swap_excep", Result: typecode.Void, Params: []dii.Param{{Name: "excep_holder", Type: dii.ExceptionHolder}}},
	}, impl: func(_ context.Context, sig *dii.Signature, args []dyn.Any) (dii.Results, error) {
		if sig.Operation == "swap" {
			got <- text(t, args[0]) + text(t, args[1]) + text(t, args[2])
			return dii.Results{}, nil
		}
		err := dii.HeldException(handlerORB, args[0], swap)
		var u *dii.UserException
		if errors.As(err, &u) {
			got <- text(t, u.Value)
		} else {
			got <- err.Error()
		}
		return dii.Results{}, nil
	}}
	object, err := poa.New(handlerORB).Activate(h)
	if err != nil {
		t.Fatal(err)
	}
	handlerRef := ref.ORB().NewRef(object.IOR())
	for word, want := range map[string]string{
		"abc": `"ABC"-1[1,2]`,
		"no":  `{"_exception":"IDL:M/Refused:1.0","code":7,"why":"because"}`,
	} {
		if err := dii.SendCallback(t.Context(), ref, handlerRef, swap, dyn.String.Any(word), dyn.Double.Any(1)); err != nil {
			t.Fatal(err)
		}
		if text := <-got; text != want {
			t.Errorf("%s: the handler was told %s, want %s", word, text, want)
		}
	}
	nobody := ref.ORB().NewRef(ref.IOR())
	missing := *swap
	missing.Operation = "missing"
	h.operations["missing_excep"] = h.operations["swap_excep"]
	if err := dii.SendCallback(t.Context(), nobody, handlerRef, &missing, dyn.String.Any("x"), dyn.Double.Any(1)); err != nil {
		t.Fatal(err)
	}
	if text := <-got; !strings.HasPrefix(text, "peer raised BAD_OPERATION ") {
		t.Errorf("the handler was told %s", text)
	}
	if err := dii.SendCallback(t.Context(), ref, nil, swap, dyn.String.Any("abc"), dyn.Double.Any(1)); err != nil {
		t.Errorf("without a handler: %v", err)
	}
	if err := dii.SendCallback(t.Context(), nil, handlerRef, swap); !errors.Is(err, exc.InvObjref) {
		t.Errorf("to nobody: %v", err)
	}
}

// handler is a servant that finds its signatures by itself.
type handler struct {
	operations map[string]*dii.Signature
	impl       dii.Implementation
}

func (*handler) Interface() *orb.Interface { return &orb.Interface{ID: "IDL:M/AMI_BoxHandler:1.0"} }
func (h *handler) Implementation() any     { return h }
func (h *handler) Dispatch(r *orb.ServerRequest) bool {
	sig := h.operations[r.Operation()]
	if sig != nil {
		dii.Serve(r, sig, h.impl)
	}
	return sig != nil
}
