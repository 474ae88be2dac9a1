package pi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/pi"
)

// A stack is a request with interceptors around it that have been drawn at random: those of Go's way and those of the specification, on both sides.
type stack struct {
	t       *testing.T
	r       *rand.Rand
	nowhere *orb.Ref // of an ORB that has no interceptors; nobody is there
	to      *orb.Ref // where the same servant is as well
	drawn   []string

	ran    atomic.Int32
	begun  [2]atomic.Int32 // starting points of portable interceptors that have gone well: the client's, the server's
	ended  [2]atomic.Int32
	panics bool // what the client panicked with is told to
}

type nextFunc = func(context.Context) error

const toldToPanic = "told to"

// down is a call that cannot be made: TRANSIENT, completed NO, of that call.
func (s *stack) down(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return call(ctx, s.nowhere, "ok")
}

// once returns a function that is true the first time.
func once() func() bool {
	var n atomic.Int32
	return func() bool { return n.Add(1) == 1 }
}

// behaviours are those of interceptors. atEnd is nil at the server.
var behaviours = []struct {
	name string
	does func(s *stack, first func() bool, ctx context.Context, next nextFunc, atEnd func(func(error) error)) error
}{
	{"passes", func(_ *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		return next(ctx)
	}},
	{"puts it in words", func(_ *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		if err := next(ctx); err != nil {
			return fmt.Errorf("words: %w", err)
		}
		return nil
	}},
	{"calls behind", func(s *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		_ = next(ctx)
		return s.down(ctx)
	}},
	{"calls before", func(s *stack, _ func() bool, ctx context.Context, _ nextFunc, _ func(func(error) error)) error {
		return s.down(ctx)
	}},
	{"calls at the end", func(s *stack, _ func() bool, ctx context.Context, next nextFunc, atEnd func(func(error) error)) error {
		if atEnd != nil {
			atEnd(func(error) error { return s.down(ctx) })
		}
		return next(ctx)
	}},
	{"panics at the end", func(_ *stack, first func() bool, ctx context.Context, next nextFunc, atEnd func(func(error) error)) error {
		if atEnd != nil && first() {
			atEnd(func(error) error { panic(toldToPanic) })
		}
		return next(ctx)
	}},
	{"plain behind", func(_ *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		_ = next(ctx)
		return errors.New("plain")
	}},
	{"forwards", func(s *stack, first func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		if first() {
			return &orb.ForwardRequest{To: s.to}
		}
		return next(ctx)
	}},
	{"forwards a result", func(s *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		if err := next(ctx); err != nil {
			return err
		}
		return &orb.ForwardRequest{To: s.to}
	}},
	{"nil behind", func(_ *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		_ = next(ctx)
		return nil
	}},
	{"joins its call's", func(s *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		return errors.Join(next(ctx), s.down(ctx))
	}},
	{"its call's before it", func(s *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		if err := next(ctx); err != nil {
			return fmt.Errorf("%w %w", s.down(ctx), err)
		}
		return nil
	}},
	{"panics behind", func(_ *stack, first func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		err := next(ctx)
		if first() {
			panic(toldToPanic)
		}
		return err
	}},
	{"has no time", func(_ *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		return next(ctx)
	}},
	{"cancels", func(_ *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return next(ctx)
	}},
	{"refuses", func(*stack, func() bool, context.Context, nextFunc, func(func(error) error)) error {
		return exc.New(exc.NoPermission, 9, exc.No, "")
	}},
	{"puts it aside", func(_ *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		if err := next(ctx); err != nil {
			return exc.New(exc.NoPermission, 9, exc.Maybe, "x: %w", err)
		}
		return nil
	}},
	{"deadline behind", func(_ *stack, _ func() bool, ctx context.Context, next nextFunc, _ func(func(error) error)) error {
		_ = next(ctx)
		return context.DeadlineExceeded
	}},
}

// outcomes are the ways in which the servant ends.
var outcomes = []struct {
	name string
	does func(s *stack, ctx context.Context) error
}{
	{"result", func(*stack, context.Context) error { return nil }},
	{"user", func(*stack, context.Context) error { return new(refused) }},
	{"MAYBE", func(*stack, context.Context) error { return exc.New(exc.NoResources, 5, exc.Maybe, "") }},
	{"YES", func(*stack, context.Context) error { return exc.New(exc.NoResources, 5, exc.Yes, "") }},
	{"call", (*stack).down},
	{"call in words", func(s *stack, ctx context.Context) error { return fmt.Errorf("x: %w", s.down(ctx)) }},
	{"panic", func(*stack, context.Context) error { panic("servant") }},
	{"plain", func(*stack, context.Context) error { return errors.New("plain") }},
	{"put aside", func(s *stack, ctx context.Context) error {
		return errors.Join(s.down(ctx), exc.New(exc.NoPermission, 9, exc.Yes, "x: %w", new(refused)))
	}},
	{"forward", func(s *stack, _ context.Context) error { return &orb.ForwardRequest{To: s.to} }},
}

// around draws up to two interceptors for either side.
func (s *stack) around(cfg *orb.Config, client, server bool) {
	for range s.r.IntN(3) {
		if client {
			b, first := behaviours[s.r.IntN(len(behaviours))], once()
			s.drawn = append(s.drawn, "client "+b.name)
			cfg.ClientInterceptors = append(cfg.ClientInterceptors, func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
				return b.does(s, first, ctx, next, r.AtEnd)
			})
		}
		if server {
			b, first := behaviours[s.r.IntN(len(behaviours))], once()
			s.drawn = append(s.drawn, "server "+b.name)
			cfg.ServerInterceptors = append(cfg.ServerInterceptors, func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
				return b.does(s, first, ctx, next, nil)
			})
		}
	}
}

// portable draws two portable interceptors of a side, of which one does something at one point, and counts their points; or none.
func (s *stack) portable(side int) []pi.Initializer {
	if s.r.IntN(2) == 0 {
		return nil
	}
	at, what, who, completed := pi.Point(s.r.IntN(10)), s.r.IntN(4), s.r.IntN(2), exc.Completed(s.r.IntN(3))
	s.drawn = append(s.drawn, fmt.Sprintf("portable %d of side %d does %d at %v", who, side, what, at))
	first := once()
	act := func(ctx context.Context, x int, i *pi.RequestInfo) (err error) {
		p := i.Point()
		defer func() {
			switch {
			case p == pi.AtReceiveRequest:
			case p != pi.AtSendRequest && p != pi.AtSendPoll && p != pi.AtReceiveRequestServiceContexts:
				s.ended[side].Add(1)
			case err == nil:
				s.begun[side].Add(1)
			}
		}()
		if x != who || p != at {
			return nil
		}
		switch what {
		case 0:
			return s.down(ctx)
		case 1:
			return exc.New(exc.NoPermission, 9, completed, "")
		case 2:
			if p == pi.AtReceiveException || p == pi.AtSendException || !first() { // there it may have run
				return nil
			}
			return &orb.ForwardRequest{To: s.to}
		}
		return fmt.Errorf("plain: %v", i.Err())
	}
	return []pi.Initializer{initializer{pre: func(i *pi.InitInfo) (err error) {
		for x := range 2 {
			if side == 1 {
				err = errors.Join(err, i.AddServerRequestInterceptor(serverAt{f: func(ctx context.Context, i *pi.ServerRequestInfo) error { return act(ctx, x, &i.RequestInfo) }}))
				continue
			}
			err = errors.Join(err, i.AddClientRequestInterceptor(clientAt{f: func(ctx context.Context, i *pi.ClientRequestInfo) error { return act(ctx, x, &i.RequestInfo) }}))
		}
		return err
	}}}
}

// newORB draws what is around the requests of an ORB.
func (s *stack) newORB(listen, client, server bool) *orb.ORB {
	cfg := orb.Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if listen {
		cfg.Listen = []string{"tcp:127.0.0.1:0"}
	}
	s.around(&cfg, client, server)
	var list []pi.Initializer
	if client {
		list = append(list, s.portable(0)...)
	}
	if server {
		list = append(list, s.portable(1)...)
	}
	if len(list) > 0 {
		if _, err := pi.Configure(&cfg, pi.Options{}, list...); err != nil {
			s.t.Fatal(err)
		}
	}
	s.around(&cfg, client, server)
	o, err := orb.New(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

// call makes the call, and returns the panic of an interceptor of the client as such.
func (s *stack) call(ctx context.Context, ref *orb.Ref, op string) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case toldToPanic:
			s.panics = true
		default:
			panic(p)
		}
	}()
	return call(ctx, ref, op)
}

// run draws a stack, makes the call, and returns what is wrong with its end.
func (s *stack) run() (complaints []string) {
	local, outcome := s.r.IntN(2) == 0, outcomes[s.r.IntN(len(outcomes))]
	oneway := s.r.IntN(8) == 0
	polled := !oneway && s.r.IntN(3) == 0
	s.drawn = append(s.drawn, fmt.Sprintf("local=%v oneway=%v polled=%v, the servant ends with: %s", local, oneway, polled, outcome.name))
	thing := &servant{do: func(ctx context.Context, _ string) error {
		s.ran.Add(1)
		return outcome.does(s, ctx)
	}}
	o := s.newORB(true, local, true)
	all := []*orb.ORB{o}
	co := o
	if !local {
		co = s.newORB(false, true, false)
		all = []*orb.ORB{co, o} // a server's end waits for its clients
	}
	other := s.newORB(true, false, false)
	all = append(all, other)
	s.to = co.NewRef(activate(s.t, other, thing).IOR())
	ref := co.NewRef(activate(s.t, o, thing).IOR())
	ctx, op := s.t.Context(), "ok"
	if oneway {
		op = "note"
	}
	if polled {
		ctx = orb.WithPoll(ctx)
	}
	got := s.call(ctx, ref, op)
	for _, o := range all { // requests that nobody waits for are over then
		if err := o.Shutdown(context.Background()); err != nil {
			s.t.Error(err)
		}
	}
	say := func(format string, args ...any) {
		complaints = append(complaints, fmt.Sprintf(format, args...)+fmt.Sprintf(" (got %v)", got))
	}
	var sys *exc.SystemException
	isSystem := errors.As(got, &sys)
	ran := s.ran.Load()
	switch {
	case s.panics:
	case isSystem && !sys.Called:
		say("the caller's exception does not say that it is a call's")
	case isSystem && sys.Completed == exc.No && ran > 0 && !oneway && !polled: // who polls hears of the request and the poll apart
		say("completed NO of what ran")
	case got == nil && ran == 0 && !oneway && !polled:
		say("a result of nothing")
	case !isSystem && brief(got) == "user" && outcome.name == "put aside":
		say("the user exception that was put aside")
	}
	if ran > 1 {
		say("it ran %d times", ran)
	}
	for side, name := range []string{"client", "server"} {
		if b, e := s.begun[side].Load(), s.ended[side].Load(); b != e {
			say("portable interceptors of the %s were at %d starting points, and at %d ending points", name, b, e)
		}
	}
	return complaints
}

// TestInterceptorsDrawn draws what is around a request, and what its servant does: whatever that is, NO is told of nothing that ran and a result of nothing that did not, nothing runs twice, and
// each portable interceptor that has begun with the request ends once. DSOM_SEED makes one draw again, DSOM_SOAK makes it go on for that long.
func TestInterceptorsDrawn(t *testing.T) {
	t.Parallel()
	seed, n := rand.Uint64(), 500
	if testing.Short() {
		n = 100
	}
	if again, err := strconv.ParseUint(os.Getenv("DSOM_SEED"), 10, 64); err == nil {
		seed, n = again, 1
	}
	soak, _ := time.ParseDuration(os.Getenv("DSOM_SOAK"))
	away, _ := newORB(t, false)
	nowhere, err := away.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); n > 0 || time.Since(began) < soak; n-- {
		s := &stack{t: t, r: rand.New(rand.NewPCG(seed, 17)), nowhere: nowhere}
		if complaints := s.run(); complaints != nil {
			t.Fatalf("seed %d: %s\n%s", seed, strings.Join(complaints, "; "), strings.Join(s.drawn, "\n"))
		}
		seed++
	}
}
