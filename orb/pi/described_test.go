package pi_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/pi"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/typecode"
)

// account is, in IDL,
//
//	interface Account {
//	  exception Refused { long code; };
//	  string move(in long n, inout string s, out double d) raises (Refused) context ("x*");
//	  void nothing();
//	  oneway void note(in long n);
//	};
func account(t *testing.T) *model.Interface {
	t.Helper()
	info := func(name string) model.Info {
		return model.Info{Node: model.Node{Name: name}, ID: "IDL:test/" + name + ":1.0"}
	}
	node := func(name string) model.Node { return model.Node{Name: name} }
	long, text, double := &model.Type{Kind: model.Long}, &model.Type{Kind: model.String}, &model.Type{Kind: model.Double}
	refused := &model.Exception{Info: info("Refused"), Members: []*model.Member{{Node: node("code"), Type: long}}}
	i := &model.Interface{Info: info("Account"), Decls: model.Decls{
		refused,
		&model.Operation{Info: info("move"), Result: text, Raises: []*model.Exception{refused}, Context: []string{"x*"}, Params: []*model.Param{
			{Node: node("n"), Type: long}, {Node: node("s"), Direction: model.InOut, Type: text}, {Node: node("d"), Direction: model.Out, Type: double},
		}},
		&model.Operation{Info: info("nothing"), Result: &model.Type{}},
		&model.Operation{Info: info("note"), Oneway: true, Result: &model.Type{}, Params: []*model.Param{{Node: node("n"), Type: long}}},
	}}
	if err := (&model.Spec{Decls: model.Decls{i}}).Link(); err != nil {
		t.Fatal(err)
	}
	return i
}

// describable is what both sides' descriptions have.
type describable interface {
	Point() pi.Point
	Arguments() ([]pi.Parameter, error)
	Exceptions() ([]*typecode.TypeCode, error)
	Contexts() ([]string, error)
	OperationContext() ([]string, error)
	Result() (dyn.Any, error)
}

// lineOf puts what i knows into a line: - is for what is not valid at the point.
func lineOf(i describable) string {
	line := i.Point().String()
	add := func(name string, v any, err error) {
		if a, ok := v.(dyn.Any); ok && err == nil {
			v = a.Value()
			if a.IsNull() {
				v = a.Type()
			}
		}
		switch answer(err) {
		case "no":
		case "yes":
			line += fmt.Sprintf(" %s=%v", name, v)
		default:
			line += " " + name + ": " + answer(err)
		}
	}
	args, err := i.Arguments()
	var texts []string
	for _, p := range args {
		texts = append(texts, fmt.Sprintf("%v %v", [...]string{"in", "out", "inout"}[p.Mode], p.Argument.Value()))
	}
	add("args", texts, err)
	result, err := i.Result()
	add("result", result, err)
	raises, err := i.Exceptions()
	add("raises", raises, err)
	names, err := i.Contexts()
	add("clause", names, err)
	sent, err := i.OperationContext()
	add("context", sent, err)
	return line
}

// TestDescribed holds that interceptors know arguments, results and exceptions of requests that are made and served without generated code, at the points where the specification has them.
func TestDescribed(t *testing.T) {
	t.Parallel()
	d := new(diary)
	at := func(side string, i describable) error {
		if p := i.Point(); p != pi.AtReceiveRequestServiceContexts {
			d.note("%s %s", side, lineOf(i))
		}
		return nil
	}
	var mu sync.Mutex // guards what follows
	var deny string
	var raise error
	ran := 0
	set := func(e error, d string) {
		mu.Lock()
		defer mu.Unlock()
		raise, deny, ran = e, d, 0
	}
	o, _ := newORB(t, true, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddServerRequestInterceptor(serverAt{f: func(_ context.Context, i *pi.ServerRequestInfo) error {
			_ = at("s", i)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case i.Point() == pi.AtSendException:
				a, err := i.SendingException()
				d.note("s %v %v", a.Value(), err)
			case i.Point() == pi.AtReceiveRequest && deny == "error":
				return exc.New(exc.NoPermission, 1, exc.No, "")
			case i.Point() == pi.AtReceiveRequest && deny == "panic":
				panic("told to")
			}
			return nil
		}})
	}})
	co, _ := newORB(t, false, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error { return at("c", i) }})
	}})
	iface := account(t)
	servant, err := dii.NewServant(iface, func(ctx context.Context, s *dii.Signature, args []dyn.Any) (dii.Results, error) {
		mu.Lock()
		defer mu.Unlock()
		ran++
		switch {
		case s.Operation != "move":
			return dii.Results{}, nil
		case raise != nil:
			return dii.Results{}, raise
		}
		return dii.Results{Return: dyn.String.Any("done"), Out: []dyn.Any{dyn.String.Any("new"), dyn.Double.Any(2.5)}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	object, err := poa.New(o).Activate(servant)
	if err != nil {
		t.Fatal(err)
	}
	ref := co.NewRef(object.IOR())
	signature := func(n int) *dii.Signature {
		s, err := dii.Of(iface.Decls[n].(*model.Operation))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	move, nothing, note := signature(1), signature(2), signature(3)
	ctx := orb.WithProperties(t.Context(), map[string]string{"xa": "1", "y": "2"})
	ctx = orb.WithPolicies(ctx, orb.Policies{Sync: orb.SyncWithServer})
	args := []dyn.Any{dyn.Long.Any(7), dyn.String.Any("old")}
	const (
		types  = " raises=[exception test::Refused {long code;}] clause=[x*] context=[xa 1]"
		before = " args=[in 7 inout old out <nil>]" + types
		after  = " args=[in 7 inout new out 2.5] result=done" + types
		raised = " raises=[exception test::Refused {long code;}] clause=[x*]"
		none   = " args=[] result=void raises=[] clause=[] context=[]"
	)
	x, err := dyn.Of(move.Raises[0], dyn.Struct{{Name: "code", Value: 9}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		call func() error
		ends string
		want []string
	}{
		{"a result", func() error { _, err := dii.Call(ctx, ref, move, args...); return err }, "result",
			[]string{"c send_request" + before, "s receive_request" + before, "s send_reply" + after, "c receive_reply" + after}},
		{"an exception", func() error {
			set(&dii.UserException{ID: move.Raises[0].ID(), Value: x}, "")
			_, err := dii.Call(ctx, ref, move, args...)
			return err
		}, "raised", []string{"c send_request" + before, "s receive_request" + before, "s send_exception" + raised, "s {IDL:test/Refused:1.0 [{code 9}]} <nil>", "c receive_exception" + raised + " context=[xa 1]"}},
		{"no arguments, and no result", func() error { _, err := dii.Call(ctx, ref, nothing); return err }, "result",
			[]string{"c send_request args=[] raises=[] clause=[] context=[]", "s receive_request args=[] raises=[] clause=[] context=[]", "s send_reply" + none, "c receive_reply" + none}},
		{"an interceptor's refusal", func() error { set(nil, "error"); _, err := dii.Call(ctx, ref, nothing); return err }, "NO_PERMISSION:1 completed NO", nil},
		{"an interceptor's panic", func() error { set(nil, "panic"); _, err := dii.Call(ctx, ref, nothing); return err }, "UNKNOWN:2 completed NO", nil},
		{"a refusal, to who waits for the server", func() error { set(nil, "error"); _, err := dii.Call(ctx, ref, note, dyn.Long.Any(1)); return err }, "NO_PERMISSION:1 completed NO", nil},
		{"arguments that cannot be read", func() error { return call(ctx, ref, "move") }, "MARSHAL:6 completed NO", nil},
	} {
		set(nil, "")
		err := c.call()
		got := strings.Split(d.take(), "; ")
		if u := (*dii.UserException)(nil); errors.As(err, &u) {
			err = nil
			if c.ends != "raised" {
				t.Errorf("%s: raised %v", c.name, u)
			}
		} else if ends := brief(err); ends != c.ends {
			t.Errorf("%s: got %s, want %s", c.name, ends, c.ends)
		}
		if c.want != nil && !slices.Equal(got, c.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
		if n := strings.Count(strings.Join(got, ";"), "s receive_request"); n != 1 {
			t.Errorf("%s: receive_request was called %d times: %v", c.name, n, got)
		}
		mu.Lock()
		if refused := c.want == nil; refused == (ran > 0) {
			t.Errorf("%s: the implementation ran %d times", c.name, ran)
		}
		mu.Unlock()
	}
}
