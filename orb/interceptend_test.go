package orb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
)

// A mumbler is an Echo whose Say answers with what is no string.
type mumbler struct{}

func (mumbler) Interface() *orb.Interface { return &orb.Interface{ID: echoID} }
func (mumbler) Implementation() any       { return mumbler{} }

func (mumbler) Dispatch(r *orb.ServerRequest) bool {
	op := r.Operation()
	switch op {
	case "say":
		_ = r.In.String()
	case "ping":
	default:
		return false
	}
	if r.Decoded() && r.Returned(nil) && op == "say" {
		r.Out.ULong(1000) // octets that do not follow
	}
	return true
}

// TestInterceptorsAreToldOfUnreadableResults: whether the stub could read the results is told at the call's end, to the innermost
// interceptor first, and what one makes of that is what the next is told and the caller gets.
func TestInterceptorsAreToldOfUnreadableResults(t *testing.T) {
	t.Parallel()
	const unread = "MARSHAL"
	denied := exc.New(exc.NoPermission, 7, exc.No, "denied")
	for _, c := range []struct {
		name   string
		op     string
		answer func(err error) error // of the middle interceptor, at the end
		outer  error                 // what the outermost returns
		told   []string              // innermost first
		want   string
	}{
		{"readable", "ping", nil, nil, []string{"result", "result", "result"}, "result"},
		{"not readable", "say", nil, nil, []string{unread, unread, unread}, unread},
		{"passed on", "say", func(err error) error { return err }, nil, []string{unread, unread, unread}, unread},
		{"replaced", "say", func(error) error { return denied }, nil, []string{unread, unread, "NO_PERMISSION"}, "NO_PERMISSION"},
		{"denied at the end", "ping", func(error) error { return denied }, nil, []string{"result", "result", "NO_PERMISSION"}, "NO_PERMISSION"},
		{"sent elsewhere", "ping", func(error) error { return new(orb.ForwardRequest) }, nil, []string{"result", "result", "BAD_INV_ORDER"}, "BAD_INV_ORDER"},
		{"denied outside", "say", nil, denied, []string{"NO_PERMISSION", "NO_PERMISSION", "NO_PERMISSION"}, "NO_PERMISSION"},
	} {
		for _, local := range []bool{false, true} {
			d := new(diary)
			interceptor := func(outer error, answer func(error) error) orb.ClientInterceptor {
				return func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
					err := next(ctx)
					if err != nil {
						t.Errorf("%s: next returned %v", c.name, err)
					}
					r.AtEnd(func(err error) error {
						d.note("%s", brief(err))
						if status, answered := r.Reply(); !answered || status != 0 || r.Operation() != c.op {
							t.Errorf("%s: %s was answered %v, %v", c.name, r.Operation(), status, answered)
						}
						if answer != nil {
							return answer(err)
						}
						return nil
					})
					return outer
				}
			}
			list := []orb.ClientInterceptor{interceptor(c.outer, nil), interceptor(nil, c.answer), interceptor(nil, nil)}
			o, root := newORB(t, func(cfg *orb.Config) {
				if local {
					cfg.ClientInterceptors = list
				}
			})
			ref, err := root.Activate(mumbler{})
			if err != nil {
				t.Fatal(err)
			}
			if !local {
				o = newClient(t, func(cfg *orb.Config) { cfg.ClientInterceptors = list })
			}
			e := EchoClass.Unchecked(o.NewRef(ref.IOR()))
			if c.op == "say" {
				_, err = e.Say(t.Context(), "x")
			} else {
				err = e.Ping(t.Context())
			}
			if got := d.take(); !slices.Equal(got, c.told) || brief(err) != c.want {
				t.Errorf("%s, local=%v: they were told %q, want %q; the caller got %v, want %s", c.name, local, got, c.told, err, c.want)
			}
		}
	}
}

// A stammerer is an Echo whose Add raises what it says is a Refused, with or without its members.
type stammerer struct{ whole bool }

func (stammerer) Interface() *orb.Interface { return &orb.Interface{ID: echoID} }
func (s stammerer) Implementation() any     { return s }

func (s stammerer) Dispatch(r *orb.ServerRequest) bool {
	_, _ = r.In.Double(), r.In.Long()
	if r.Decoded() {
		r.Returned(errors.New("stammered"), stammer(s))
	}
	return true
}

// stammer writes any error as a Refused.
type stammer struct{ whole bool }

func (stammer) ExceptionID() string       { return RefusedType.ExceptionID() }
func (stammer) Read(d *cdr.Decoder) error { return RefusedType.Read(d) }
func (s stammer) PutIf(e *cdr.Encoder, _ error, head func(e *cdr.Encoder, id string)) bool {
	if head(e, s.ExceptionID()); s.whole {
		(&Refused{Code: 7, Why: "stammered"}).MarshalCDR(e)
	}
	return true
}

// TestInterceptorsAreToldOfUnreadableExceptions: whether the stub could read a user exception is told at the call's end.
func TestInterceptorsAreToldOfUnreadableExceptions(t *testing.T) {
	t.Parallel()
	const raised = "IDL:Echo/Refused:1.0"
	denied := exc.New(exc.NoPermission, 7, exc.No, "denied")
	for _, c := range []struct {
		name   string
		whole  bool
		answer error // of the inner interceptor, at the end
		told   []string
		want   string
	}{
		{"readable", true, nil, []string{raised, raised}, "user"},
		{"not readable", false, nil, []string{"MARSHAL", "MARSHAL"}, "MARSHAL"},
		{"readable, replaced", true, denied, []string{raised, "NO_PERMISSION"}, "NO_PERMISSION"},
		{"not readable, replaced", false, denied, []string{"MARSHAL", "NO_PERMISSION"}, "NO_PERMISSION"},
	} {
		for _, local := range []bool{false, true} {
			d := new(diary)
			interceptor := func(answer error) orb.ClientInterceptor {
				return func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
					err := next(ctx)
					if brief(err) != raised {
						t.Errorf("%s: next returned %v", c.name, err)
					}
					r.AtEnd(func(err error) error { d.note("%s", brief(err)); return answer })
					return err
				}
			}
			list := []orb.ClientInterceptor{interceptor(nil), interceptor(c.answer)}
			o, root := newORB(t, func(cfg *orb.Config) {
				if local {
					cfg.ClientInterceptors = list
				}
			})
			ref, err := root.Activate(stammerer{c.whole})
			if err != nil {
				t.Fatal(err)
			}
			if !local {
				o = newClient(t, func(cfg *orb.Config) { cfg.ClientInterceptors = list })
			}
			_, _, _, err = EchoClass.Unchecked(o.NewRef(ref.IOR())).Add(t.Context(), 1, 2)
			got := brief(err)
			if refused := new(*Refused); errors.As(err, refused) && (*refused).Code == 7 {
				got = "user"
			}
			if told := d.take(); !slices.Equal(told, c.told) || got != c.want {
				t.Errorf("%s, local=%v: they were told %q, want %q; the caller got %v, want %s", c.name, local, told, c.told, err, c.want)
			}
		}
	}
}

// TestAtEndWithoutResults: where there are no results AtEnd tells the outcome before the call goes on.
func TestAtEndWithoutResults(t *testing.T) {
	t.Parallel()
	_, otherRoot := newORB(t, nil)
	to, err := EchoClass.Activate(otherRoot, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	d := new(diary)
	e := intercepting(t, false, cdr.V12, []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
		r.AtEnd(func(err error) error { d.note("%d %s", r.Attempt(), brief(err)); return nil })
		if r.Operation() == "ping" && r.Attempt() == 0 {
			return &orb.ForwardRequest{To: to}
		}
		return next(ctx)
	}}, nil)
	if err := e.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	_, _, _, err = e.Add(t.Context(), -1, 0)
	if refused := new(*Refused); !errors.As(err, refused) {
		t.Error(err)
	}
	if _, err := e.Say(t.Context(), "minor 5"); brief(err) != "NO_RESOURCES" {
		t.Error(err)
	}
	if err := e.Note(t.Context(), "x"); err != nil {
		t.Error(err)
	}
	want := []string{"0 forward", "1 result", "0 IDL:Echo/Refused:1.0", "0 NO_RESOURCES", "0 result"}
	if got := d.take(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPanicTakesTheRequestBack: a panic of an interceptor leaves nothing of its request on the connection, and is told to those
// who wait for the end.
func TestPanicTakesTheRequestBack(t *testing.T) {
	t.Parallel()
	lim := new(limits.Limits)
	lim.Set(limits.OutstandingRequests, 1)
	_, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	d := new(diary)
	co := newClient(t, func(cfg *orb.Config) {
		cfg.Limits = lim
		cfg.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			r.AtEnd(func(err error) error { d.note("%s", brief(err)); return nil })
			if r.Operation() == "say" {
				panic("told to")
			}
			return next(ctx)
		}}
	})
	e := EchoClass.Unchecked(co.NewRef(ref.IOR()))
	if err := e.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		func() {
			defer func() {
				if p := recover(); p != "told to" {
					t.Errorf("the panic arrives as %v", p)
				}
			}()
			_, _ = e.Say(t.Context(), "x")
		}()
	}
	if err := e.Ping(within(t, 10*time.Second)); err != nil {
		t.Errorf("after the panics a call ends with %v", err)
	}
	want := []string{"result", "UNKNOWN", "UNKNOWN", "UNKNOWN", "result"}
	if got := d.take(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAtEndPanics: of those who wait for the end of a request one panics: the others are told all the same, those behind it of that.
func TestAtEndPanics(t *testing.T) {
	t.Parallel()
	for _, call := range []func(context.Context, Echo, Echo) error{fates[0].call, fates[1].call, fates[2].call} {
		d := new(diary)
		at := func(name string, panics bool) around {
			return func(ctx context.Context, next func(context.Context) error, atEnd func(func(error) error)) error {
				atEnd(func(err error) error {
					d.note("%s", name)
					if panics {
						panic("at the end")
					}
					if name != "first" && !errors.Is(err, exc.Unknown) {
						t.Errorf("%s was told %v", name, err)
					}
					return nil
				})
				return next(ctx)
			}
		}
		there, gone, _ := intercepted(t, false, false, at("first", false), at("second", true), at("third", false), at("fourth", true), at("fifth", false))
		func() {
			defer func() {
				if p := recover(); p != "at the end" {
					t.Errorf("the program's panic is %v", p)
				}
			}()
			_ = call(t.Context(), there, gone)
		}()
		if got, want := d.take(), []string{"first", "second", "third", "fourth", "fifth"}; !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

// TestAtEndReturns: what one who waits for the end makes of it is what those behind complete: the status that he has said.
func TestAtEndReturns(t *testing.T) {
	t.Parallel()
	co := newClient(t, nil)
	nowhere, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	there, _, _ := intercepted(t, false, false, func(ctx context.Context, next func(context.Context) error, atEnd func(func(error) error)) error {
		atEnd(func(error) error { return exc.New(exc.NoPermission, 9, exc.Maybe, "who knows") })
		atEnd(func(error) error { return EchoClass.Unchecked(nowhere).Ping(ctx) })
		return next(ctx)
	})
	if _, err := there.Say(t.Context(), "x"); !errors.Is(err, exc.Transient) || exc.From(err, exc.Yes).Completed != exc.Maybe {
		t.Errorf("got %v, want TRANSIENT completed MAYBE", err)
	}
}

// TestInterceptorDoesNotRebind: a reference that is bound, and is to stay so, is sent elsewhere by no interceptor of the client's either.
func TestInterceptorDoesNotRebind(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, Echo(new(fate)))
	if err != nil {
		t.Fatal(err)
	}
	_, otherRoot := newORB(t, nil)
	other := new(fate)
	to, err := EchoClass.Activate(otherRoot, Echo(other))
	if err != nil {
		t.Fatal(err)
	}
	forwards := ""
	o := newClient(t, func(c *orb.Config) {
		c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			if forwards == "before" {
				return &orb.ForwardRequest{To: to}
			}
			err := next(ctx)
			if forwards == "behind" {
				return &orb.ForwardRequest{To: to}
			}
			return err
		}}
	})
	e := EchoClass.Unchecked(o.NewRef(ref.IOR()).WithPolicies(orb.Policies{Rebind: orb.NoRebind}))
	if _, err := e.Say(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]exc.Completed{"before": exc.No, "behind": exc.Maybe} {
		forwards = at
		if _, err := e.Say(t.Context(), exc.Maybe.String()); !errors.Is(err, exc.Rebind) || exc.From(err, exc.Yes).Completed != want || other.ran != 0 {
			t.Errorf("forwarded %s the request: %v, want REBIND completed %v; it ran %d times elsewhere", at, err, want, other.ran)
		}
	}
}

// TestAtEndHearsWords: what an interceptor has put before the outcome is told to those who wait for the end.
func TestAtEndHearsWords(t *testing.T) {
	t.Parallel()
	told := ""
	there, gone, _ := intercepted(t, false, false, func(ctx context.Context, next func(context.Context) error, atEnd func(func(error) error)) error {
		atEnd(func(err error) error { told = err.Error(); return nil })
		if err := next(ctx); err != nil {
			return fmt.Errorf("in words: %w", err)
		}
		return nil
	})
	if err := fates[1].call(t.Context(), there, gone); !strings.HasPrefix(told, "in words: ") {
		t.Errorf("told %q; the caller got %v", told, err)
	}
}

// TestAtEndWithinAnEnd: what one that is told of the end gives to AtEnd is not called, be it itself.
func TestAtEndWithinAnEnd(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, Echo(&echo{}))
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	o, err := orb.New(orb.Config{ClientInterceptors: []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
		var again func(error) error
		again = func(error) error {
			if told++; told < 1000 {
				r.AtEnd(again)
			}
			return nil
		}
		r.AtEnd(again)
		return next(ctx)
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	for n := 1; n <= 2; n++ {
		if err := EchoClass.Unchecked(o.NewRef(ref.IOR())).Ping(t.Context()); err != nil || told != n {
			t.Fatalf("told %d times after %d calls: %v", told, n, err)
		}
	}
}
