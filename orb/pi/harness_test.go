package pi_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/pi"
	"github.com/opendsom/dsom/orb/poa"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A servant answers: ok with nothing, user with an exception of the user's, system with one of the system's; note is a oneway.
type servant struct {
	mu  sync.Mutex
	ran []string
	do  func(ctx context.Context, op string) error // nil: what the name says
}

var iface = &orb.Interface{ID: "IDL:test/Thing:1.0", Bases: []string{"IDL:test/Base:1.0"}}

func (s *servant) Interface() *orb.Interface { return iface }
func (s *servant) Implementation() any       { return s }

func (s *servant) Dispatch(r *orb.ServerRequest) bool {
	op := strings.Clone(r.Operation())
	s.mu.Lock()
	s.ran = append(s.ran, op)
	s.mu.Unlock()
	if !r.Decoded() {
		return true
	}
	var err error
	switch {
	case s.do != nil:
		err = s.do(r.Context(), op)
	case op == "user":
		err = new(refused)
	case op == "system":
		err = exc.New(exc.NoResources, 5, exc.Maybe, "told to")
	}
	r.Returned(err, refusal{})
	return true
}

func (s *servant) calls() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.ran, ",")
}

type refused struct{}

func (*refused) Error() string { return "refused" }

// refusal is the descriptor of refused.
type refusal struct{}

const refusedID = "IDL:test/Refused:1.0"

func (refusal) ExceptionID() string { return refusedID }
func (refusal) PutIf(e *cdr.Encoder, err error, head func(*cdr.Encoder, string)) bool {
	var x *refused
	if !errors.As(err, &x) {
		return false
	}
	head(e, refusedID)
	return true
}
func (refusal) Read(*cdr.Decoder) error { return new(refused) }

func call(ctx context.Context, ref *orb.Ref, op string) error {
	var flags orb.CallFlags
	if op == "note" {
		flags = orb.Oneway
	}
	c := orb.StartCall(ctx, ref, op, flags)
	for c.Next() {
	}
	if flags == 0 {
		c.Returned(refusal{})
	}
	return c.End()
}

// brief says what became of a call.
func brief(err error) string {
	var sys *exc.SystemException
	var user *refused
	var foreign *orb.ForeignException
	switch {
	case err == nil:
		return "result"
	case errors.As(err, &foreign) && !errors.As(err, &sys):
		return foreign.ID
	case errors.As(err, &user):
		return "user"
	case orb.ForwardOf(err) != nil:
		return "forward"
	case errors.As(err, &sys):
		return fmt.Sprintf("%s:%d %v", sys.Kind.Name(), sys.Minor&0xfff, sys.Completed)
	}
	return err.Error()
}

// A diary is what interceptors have seen.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) take() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.lines
	d.lines = nil
	return strings.Join(l, "; ")
}

// clientAt and serverAt call a function at all points.
type clientAt struct {
	pi.Base
	f func(ctx context.Context, i *pi.ClientRequestInfo) error
}

func (x clientAt) SendRequest(ctx context.Context, i *pi.ClientRequestInfo) error { return x.f(ctx, i) }
func (x clientAt) SendPoll(ctx context.Context, i *pi.ClientRequestInfo) error    { return x.f(ctx, i) }
func (x clientAt) ReceiveReply(ctx context.Context, i *pi.ClientRequestInfo) error {
	return x.f(ctx, i)
}
func (x clientAt) ReceiveException(ctx context.Context, i *pi.ClientRequestInfo) error {
	return x.f(ctx, i)
}
func (x clientAt) ReceiveOther(ctx context.Context, i *pi.ClientRequestInfo) error {
	return x.f(ctx, i)
}

type serverAt struct {
	pi.Base
	f func(ctx context.Context, i *pi.ServerRequestInfo) error
}

func (x serverAt) ReceiveRequestServiceContexts(ctx context.Context, i *pi.ServerRequestInfo) error {
	return x.f(ctx, i)
}
func (x serverAt) ReceiveRequest(ctx context.Context, i *pi.ServerRequestInfo) error {
	return x.f(ctx, i)
}
func (x serverAt) SendReply(ctx context.Context, i *pi.ServerRequestInfo) error { return x.f(ctx, i) }
func (x serverAt) SendException(ctx context.Context, i *pi.ServerRequestInfo) error {
	return x.f(ctx, i)
}
func (x serverAt) SendOther(ctx context.Context, i *pi.ServerRequestInfo) error { return x.f(ctx, i) }

// initializer is made of functions.
type initializer struct{ pre, post func(*pi.InitInfo) error }

func (x initializer) PreInit(i *pi.InitInfo) error {
	if x.pre == nil {
		return nil
	}
	return x.pre(i)
}

func (x initializer) PostInit(i *pi.InitInfo) error {
	if x.post == nil {
		return nil
	}
	return x.post(i)
}

// must keeps the first error of several.
func must(errs ...error) error { return errors.Join(errs...) }

// newORB returns an ORB made with initializers.
func newORB(t *testing.T, listen bool, list ...pi.Initializer) (*orb.ORB, *pi.Setup) {
	t.Helper()
	var cfg orb.Config
	if listen {
		cfg.Listen = []string{"tcp:127.0.0.1:0"}
	}
	s, err := pi.Configure(&cfg, pi.Options{ORBID: "tested"}, list...)
	if err != nil {
		t.Fatal(err)
	}
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Shutdown(context.Background()) })
	return o, s
}

func activate(t *testing.T, o *orb.ORB, s *servant) *orb.Ref {
	t.Helper()
	a, _ := o.Adapter().(*poa.POA)
	if a == nil {
		a = poa.New(o).POA
	}
	ref, err := a.Activate(s)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// inAny says what an any has of a system exception.
func inAny(v any) string {
	x, ok := v.(dyn.Exception)
	if !ok {
		return fmt.Sprintf("%T", v)
	}
	k, _ := exc.KindOf(x.ID)
	var minor uint32
	completed := "?"
	for _, m := range x.Members {
		switch n := m.Value.(type) {
		case uint32:
			minor = n
		case string:
			completed = strings.TrimPrefix(n, "COMPLETED_")
		}
	}
	if s := fmt.Sprintf("%s:%d", k.Name(), minor&0xfff); k == exc.Unknown && minor == exc.OMGVMCID|1 {
		return s
	} else {
		return s + " completed " + completed
	}
}
