package orb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// A fate is an Echo that ends as it is told to, and counts how often it ran.
type fate struct {
	echo
	ran int
}

func (s *fate) Say(_ context.Context, text string) (string, error) {
	s.ran++
	for _, c := range []exc.Completed{exc.Yes, exc.No, exc.Maybe} {
		if text == c.String() {
			return "", exc.New(exc.NoResources, 5, c, "told to")
		}
	}
	return text, nil
}

func (s *fate) Add(context.Context, float64, int32) (float64, int32, string, error) {
	s.ran++
	return 0, 0, "", &Refused{7, "told to"}
}

// around is an interceptor of either side: next is given to it, and atEnd, which is nil at the server.
type around func(ctx context.Context, next func(context.Context) error, atEnd func(func(error) error)) error

// intercepted returns an echo whose requests list has around them, at the client or at the server, in the order of the list; one that is gone; and the servant.
func intercepted(t *testing.T, server, local bool, list ...around) (there, gone Echo, s *fate) {
	t.Helper()
	var clients []orb.ClientInterceptor
	var servers []orb.ServerInterceptor
	for _, f := range list {
		if server {
			servers = append(servers, func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
				return f(ctx, next, nil)
			})
		} else {
			clients = append(clients, func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
				return f(ctx, next, r.AtEnd)
			})
		}
	}
	o, root := newORB(t, func(c *orb.Config) {
		c.ServerInterceptors = servers
		if local {
			c.ClientInterceptors = clients
		}
	})
	s = new(fate)
	ref, err := EchoClass.Activate(root, Echo(s))
	if err != nil {
		t.Fatal(err)
	}
	empty, err := root.Create("empty", poa.Options{IDAssignment: poa.UserID})
	if err != nil {
		t.Fatal(err)
	}
	none, err := empty.Reference("nobody", EchoClass.Interface())
	if err != nil {
		t.Fatal(err)
	}
	if !local {
		o = newClient(t, func(c *orb.Config) { c.ClientInterceptors = clients })
	}
	return EchoClass.Unchecked(o.NewRef(ref.IOR())), EchoClass.Unchecked(o.NewRef(none.IOR())), s
}

// fates are the ways in which a request ends, with the completion status of its operation.
var fates = []struct {
	name      string
	call      func(ctx context.Context, there, gone Echo) error
	completed exc.Completed
}{
	{"result", func(ctx context.Context, e, _ Echo) error { _, err := e.Say(ctx, "x"); return err }, exc.Yes},
	{"user exception", func(ctx context.Context, e, _ Echo) error { _, _, _, err := e.Add(ctx, 1, 1); return err }, exc.Yes},
	{"system exception NO", func(ctx context.Context, e, _ Echo) error { _, err := e.Say(ctx, exc.No.String()); return err }, exc.No},
	{"system exception MAYBE", func(ctx context.Context, e, _ Echo) error { _, err := e.Say(ctx, exc.Maybe.String()); return err }, exc.Maybe},
	{"system exception YES", func(ctx context.Context, e, _ Echo) error { _, err := e.Say(ctx, exc.Yes.String()); return err }, exc.Yes},
	{"gone", func(ctx context.Context, _, gone Echo) error { return gone.Ping(ctx) }, exc.No},
}

// TestInterceptorsCompletion: the completion status that a caller is told is that of the operation that he has called, whatever else an interceptor has called;
// and an exception that an interceptor puts in another's place is what he gets, its cause being that or not.
func TestInterceptorsCompletion(t *testing.T) {
	t.Parallel()
	co := newClient(t, nil)
	nowhere, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	down := EchoClass.Unchecked(nowhere).Ping // TRANSIENT, completed NO
	pass := func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
		return next(ctx)
	}
	const asItIs = exc.Completed(99)
	for _, x := range []struct {
		name       string
		list       []around
		client     bool // alone
		kind       exc.Kind
		completed  exc.Completed // asItIs: that of the operation
		exceptions bool          // results are let through
	}{
		{"calls behind it", []around{func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
			_ = next(ctx)
			return down(ctx)
		}, pass}, false, exc.Transient, asItIs, false},
		{"calls behind it, wrapped", []around{pass, func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
			_ = next(ctx)
			return fmt.Errorf("audit: %w", down(ctx))
		}}, false, exc.Transient, asItIs, false},
		{"calls before it", []around{func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
			return down(ctx)
		}}, false, exc.Transient, exc.No, false},
		{"calls at its end", []around{func(ctx context.Context, next func(context.Context) error, atEnd func(func(error) error)) error {
			atEnd(func(error) error { return down(ctx) })
			return next(ctx)
		}}, true, exc.Transient, asItIs, false},
		{"calls behind what another has said", []around{func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
			_ = next(ctx)
			return down(ctx)
		}, func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
			_ = next(ctx)
			return exc.New(exc.NoPermission, 9, exc.Maybe, "")
		}}, false, exc.Transient, exc.Maybe, false},
		{"calls where another has called next twice", []around{func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
			_, _ = next(ctx), next(ctx)
			return down(ctx)
		}}, false, exc.Transient, asItIs, false},
		{"maps", []around{func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
			return exc.New(exc.NoPermission, 9, exc.Maybe, "mapped: %w", next(ctx))
		}, pass}, false, exc.NoPermission, exc.Maybe, true},
		{"maps to what differs in words alone", []around{func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
			if sys := exc.From(next(ctx), exc.Yes); sys != nil {
				return exc.New(exc.NoPermission, 9, sys.Completed, "mapped: %w", sys)
			}
			return nil
		}, pass}, false, exc.NoPermission, asItIs, true},
		{"maps at the end", []around{func(ctx context.Context, next func(context.Context) error, atEnd func(func(error) error)) error {
			atEnd(func(err error) error { return exc.New(exc.NoPermission, 9, exc.Maybe, "mapped: %w", err) })
			return next(ctx)
		}}, true, exc.NoPermission, exc.Maybe, true},
	} {
		for _, server := range []bool{false, true} {
			if server && x.client {
				continue
			}
			for _, local := range []bool{false, true} {
				there, gone, _ := intercepted(t, server, local, x.list...)
				for _, f := range fates {
					if x.exceptions && f.name == "result" {
						continue
					}
					want := x.completed
					if want == asItIs {
						want = f.completed
					}
					var sys *exc.SystemException
					if err := f.call(t.Context(), there, gone); !errors.As(err, &sys) || sys.Kind != x.kind || sys.Completed != want {
						t.Errorf("an interceptor %s (server=%v, local=%v), which ends by %s: the caller got %v, want %v completed %v", x.name, server, local, f.name, err, x.kind, want)
					}
				}
			}
		}
	}
	// What was never sent is not completed, whatever its interceptors call.
	for name, f := range map[string]orb.ClientInterceptor{
		"behind it": func(ctx context.Context, _ *orb.ClientRequest, next func(context.Context) error) error {
			_ = next(ctx)
			return down(ctx)
		},
		"at its end": func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			r.AtEnd(func(error) error { return down(ctx) })
			return next(ctx)
		},
	} {
		o := newClient(t, func(c *orb.Config) { c.ClientInterceptors = []orb.ClientInterceptor{f} })
		var sys *exc.SystemException
		if err := EchoClass.Unchecked(o.NewRef(nowhere.IOR())).Ping(t.Context()); !errors.As(err, &sys) || sys.Completed != exc.No {
			t.Errorf("an interceptor calls %s, of what was not sent: the caller got %v", name, err)
		}
	}
}

// TestInterceptorsWordsAlone: an error that but wraps the outcome changes nothing of it.
func TestInterceptorsWordsAlone(t *testing.T) {
	t.Parallel()
	words := func(err error) error {
		if err == nil {
			return nil
		}
		return fmt.Errorf("as seen from outside: %w", err)
	}
	for name, f := range map[string]around{
		"returns": func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
			return words(next(ctx))
		},
		"at the end": func(ctx context.Context, next func(context.Context) error, atEnd func(func(error) error)) error {
			if atEnd != nil {
				atEnd(words)
			}
			return next(ctx)
		},
	} {
		for _, server := range []bool{false, true} {
			for _, local := range []bool{false, true} {
				plain, plainGone, _ := intercepted(t, server, local)
				there, gone, _ := intercepted(t, server, local, f, f)
				for _, x := range fates {
					want, got := x.call(t.Context(), plain, plainGone), x.call(t.Context(), there, gone)
					if was, is := exc.From(want, exc.Yes), exc.From(got, exc.Yes); brief(got) != brief(want) || was != nil && (is.Completed != was.Completed || is.Minor != was.Minor) {
						t.Errorf("%s, server=%v, local=%v, %s: the caller got %v, without the words %v", name, server, local, x.name, got, want)
					}
				}
			}
		}
	}
}

// TestInterceptorsWordsOfACall: nor does one that wraps the outcome, and behind that what a call of the interceptor's own has ended with; what he calls then is
// told of the operation that it intercepts, not of the other.
func TestInterceptorsWordsOfACall(t *testing.T) {
	t.Parallel()
	co := newClient(t, nil)
	nowhere, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	down := EchoClass.Unchecked(nowhere).Ping // TRANSIENT, completed NO
	audit := func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
		err := next(ctx)
		if err == nil {
			return nil
		}
		return fmt.Errorf("%w (audit: %w)", err, down(ctx))
	}
	atItsEnd := func(ctx context.Context, next func(context.Context) error, atEnd func(func(error) error)) error {
		if atEnd != nil {
			atEnd(func(error) error { return down(ctx) })
		}
		return next(ctx)
	}
	for _, server := range []bool{false, true} {
		for _, local := range []bool{false, true} {
			plain, plainGone, _ := intercepted(t, server, local)
			there, gone, _ := intercepted(t, server, local, audit, audit)
			ending, endingGone, _ := intercepted(t, server, local, atItsEnd, audit)
			for _, x := range fates {
				want, got := x.call(t.Context(), plain, plainGone), x.call(t.Context(), there, gone)
				if was, is := exc.From(want, exc.Yes), exc.From(got, exc.Yes); brief(got) != brief(want) || was != nil && (is.Completed != was.Completed || is.Minor != was.Minor) {
					t.Errorf("server=%v, local=%v, %s: the caller got %v, without the words %v", server, local, x.name, got, want)
				}
				if server {
					continue
				}
				var sys *exc.SystemException
				if err := x.call(t.Context(), ending, endingGone); !errors.As(err, &sys) || sys.Kind != exc.Transient || sys.Completed != x.completed {
					t.Errorf("local=%v, %s: the caller got %v of a call at the end, want TRANSIENT completed %v", local, x.name, err, x.completed)
				}
			}
		}
	}
}

// TestInterceptorsSwallow: nil in the place of what another interceptor has made of the outcome changes nothing either, and everybody is told so.
func TestInterceptorsSwallow(t *testing.T) {
	t.Parallel()
	instead := exc.New(exc.NoPermission, 9, exc.Maybe, "")
	for _, c := range []struct {
		name string
		list around
	}{
		{"behind it", func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
			_ = next(ctx)
			return instead
		}},
		{"before it", func(context.Context, func(context.Context) error, func(func(error) error)) error { return instead }},
	} {
		for _, server := range []bool{false, true} {
			for _, local := range []bool{false, true} {
				var told error
				there, gone, _ := intercepted(t, server, local, func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
					told = next(ctx)
					return told
				}, func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
					_ = next(ctx)
					return nil
				}, c.list)
				for _, x := range fates {
					told = nil
					err := x.call(t.Context(), there, gone)
					for who, err := range map[string]error{"caller": err, "outermost interceptor": told} {
						if sys := exc.From(err, exc.Yes); err == nil || sys.Kind != exc.NoPermission || sys.Minor != 9 || sys.Completed != exc.Maybe {
							t.Errorf("%s, server=%v, local=%v, %s: the %s was told %v", c.name, server, local, x.name, who, err)
						}
					}
				}
			}
		}
	}
}

// TestInterceptorsReason: the reason of what an interceptor's own call has ended with is said once.
func TestInterceptorsReason(t *testing.T) {
	t.Parallel()
	co := newClient(t, nil)
	nowhere, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	var was *exc.SystemException
	there, _, _ := intercepted(t, false, false, func(ctx context.Context, _ func(context.Context) error, _ func(func(error) error)) error {
		err := EchoClass.Unchecked(nowhere).Ping(ctx)
		errors.As(err, &was)
		return err
	})
	var sys *exc.SystemException
	if err := there.Ping(t.Context()); !errors.As(err, &sys) || was == nil || sys.Reason != was.Reason || sys.Cause != was.Cause {
		t.Errorf("the caller got %v, and the interceptor %v", err, was)
	}
}

// TestInterceptorsForwardLate: a request that has its result is sent nowhere else, and runs once. One that has an exception is, if the interceptor says so.
func TestInterceptorsForwardLate(t *testing.T) {
	t.Parallel()
	_, otherRoot := newORB(t, nil)
	other := new(fate)
	to, err := EchoClass.Activate(otherRoot, Echo(other))
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []bool{false, true} {
		for _, local := range []bool{false, true} {
			times := 0
			there, _, s := intercepted(t, server, local, func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
				err := next(ctx)
				if times++; times > 1 {
					return err
				}
				return &orb.ForwardRequest{To: to}
			})
			var sys *exc.SystemException
			if _, err := there.Say(t.Context(), "x"); !errors.As(err, &sys) || sys.Kind != exc.BadInvOrder || sys.Completed != exc.Yes || s.ran != 1 || other.ran != 0 {
				t.Errorf("server=%v, local=%v: behind a result the caller got %v, it ran %d times, and %d elsewhere", server, local, err, s.ran, other.ran)
			}
			times, s.ran, other.ran = 0, 0, 0
			if _, err := there.Say(t.Context(), exc.No.String()); !errors.As(err, &sys) || sys.Kind != exc.NoResources || s.ran != 1 || other.ran != 1 {
				t.Errorf("server=%v, local=%v: behind an exception the caller got %v, it ran %d times, and %d elsewhere", server, local, err, s.ran, other.ran)
			}
			other.ran = 0
		}
	}
}

// TestInterceptorsMapForward: where the peer sends the request elsewhere an interceptor may say otherwise, by an exception whose cause that is.
func TestInterceptorsMapForward(t *testing.T) {
	t.Parallel()
	_, otherRoot := newORB(t, nil)
	to, err := EchoClass.Activate(otherRoot, Echo(new(fate)))
	if err != nil {
		t.Fatal(err)
	}
	_, root := newORB(t, func(c *orb.Config) {
		c.ServerInterceptors = []orb.ServerInterceptor{func(context.Context, *orb.IncomingRequest, func(context.Context) error) error {
			return &orb.ForwardRequest{To: to}
		}}
	})
	ref, err := EchoClass.Activate(root, Echo(new(fate)))
	if err != nil {
		t.Fatal(err)
	}
	down, err := to.ORB().Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		f    func(ctx context.Context, err error) error
		kind exc.Kind
	}{
		"maps": {func(_ context.Context, err error) error {
			return exc.New(exc.NoPermission, 9, exc.No, "not there: %w", err)
		}, exc.NoPermission},
		"calls": {func(ctx context.Context, _ error) error { return EchoClass.Unchecked(down).Ping(ctx) }, exc.Transient},
	} {
		o := newClient(t, func(cfg *orb.Config) {
			cfg.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
				return c.f(ctx, next(ctx))
			}}
		})
		var sys *exc.SystemException
		if _, err := EchoClass.Unchecked(o.NewRef(ref.IOR())).Say(t.Context(), "x"); !errors.As(err, &sys) || sys.Kind != c.kind || sys.Completed != exc.No {
			t.Errorf("an interceptor %s: the caller got %v", name, err)
		}
	}
}

// TestInterceptorsOfAnEarlyAnswer: a server answers a oneway whose caller waits for it alone before its servant has the request: what an interceptor's own call ends with behind that does not say that the servant is done.
func TestInterceptorsOfAnEarlyAnswer(t *testing.T) {
	t.Parallel()
	co := newClient(t, nil)
	nowhere, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	_, root := newORB(t, nil)
	release, done := make(chan struct{}), make(chan struct{}, 2)
	ref, err := EchoClass.Activate(root, Echo(&noter{note: func(context.Context, string) error { <-release; done <- struct{}{}; return nil }}))
	if err != nil {
		t.Fatal(err)
	}
	o := newClient(t, func(c *orb.Config) {
		c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, _ *orb.ClientRequest, next func(context.Context) error) error {
			if err := next(ctx); err != nil {
				t.Error(err)
			}
			return EchoClass.Unchecked(nowhere).Ping(ctx)
		}}
	})
	e := EchoClass.Unchecked(o.NewRef(ref.IOR()))
	for _, c := range []struct {
		sync orb.SyncScope
		want exc.Completed
	}{{orb.SyncWithServer, exc.Maybe}, {orb.SyncWithTarget, exc.Yes}} {
		if c.sync == orb.SyncWithTarget {
			close(release)
		}
		err := e.Note(orb.WithPolicies(t.Context(), orb.Policies{Sync: c.sync}), "x")
		if !errors.Is(err, exc.Transient) || exc.From(err, exc.No).Completed != c.want {
			t.Errorf("scope %d: got %v, want TRANSIENT completed %v", c.sync, err, c.want)
		}
	}
	<-done
	<-done
}

// TestInterceptorsOfNextTwice: what an interceptor is told that calls next again says nothing of the operation: those further out complete what that has.
func TestInterceptorsOfNextTwice(t *testing.T) {
	t.Parallel()
	co := newClient(t, nil)
	nowhere, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []bool{false, true} {
		for _, f := range fates {
			there, gone, _ := intercepted(t, server, false, func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
				if err := next(ctx); !errors.Is(err, exc.BadInvOrder) {
					t.Errorf("called again, next returned %v", err)
				}
				return EchoClass.Unchecked(nowhere).Ping(ctx)
			}, func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
				_ = next(ctx)
				return next(ctx)
			})
			if err := f.call(t.Context(), there, gone); !errors.Is(err, exc.Transient) || exc.From(err, 99).Completed != f.completed {
				t.Errorf("server=%v, %s: got %v, want TRANSIENT completed %v", server, f.name, err, f.completed)
			}
		}
	}
}

// TestInterceptorsJoinAPlainError: an error of no kind that an interceptor has put in an exception's place is joined by one further out with what its own call has ended with: that one decides, and has
// the completion status of the operation, also to the interceptors further out.
func TestInterceptorsJoinAPlainError(t *testing.T) {
	t.Parallel()
	co := newClient(t, nil)
	nowhere, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []bool{false, true} {
		for _, f := range fates {
			var told error
			there, gone, _ := intercepted(t, server, false, func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
				told = next(ctx)
				return told
			}, func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
				return errors.Join(next(ctx), EchoClass.Unchecked(nowhere).Ping(ctx))
			}, func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
				_ = next(ctx)
				return errors.New("plain")
			})
			err := f.call(t.Context(), there, gone)
			if !errors.Is(err, exc.Transient) || exc.From(err, 99).Completed != f.completed || exc.From(told, 99).Completed != f.completed {
				t.Errorf("server=%v, %s: got %v, and the interceptor was told %v, want TRANSIENT completed %v", server, f.name, err, told, f.completed)
			}
		}
	}
}
