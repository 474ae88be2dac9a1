package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/orb/telemetry"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A process is an ORB that tells its spans and metrics to memory.
type process struct {
	*orb.ORB
	root   *poa.Root
	spans  *tracetest.SpanRecorder
	tracer trace.Tracer
	reader *sdkmetric.ManualReader
}

func newProcess(t testing.TB, set func(*orb.Config)) *process {
	t.Helper()
	p := &process{spans: tracetest.NewSpanRecorder(), reader: sdkmetric.NewManualReader()}
	tp := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p.spans))
	p.tracer = tp.Tracer("test")
	cfg := orb.Config{Listen: []string{"tcp:127.0.0.1:0"}}
	if set != nil {
		set(&cfg)
	}
	opt := telemetry.Options{TracerProvider: tp, MeterProvider: sdkmetric.NewMeterProvider(sdkmetric.WithReader(p.reader))}
	if err := telemetry.Configure(opt)(&cfg); err != nil {
		t.Fatal(err)
	}
	p.ORB = newORB(t, cfg)
	p.root = poa.New(p.ORB)
	return p
}

func newORB(t testing.TB, cfg orb.Config) *orb.ORB {
	t.Helper()
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Shutdown(context.Background()) })
	return o
}

// ended returns what the spans that have ended say, a line each: name, kind, status, attributes in order, but for addresses.
func (p *process) ended() []string {
	var all []string
	for _, s := range p.spans.Ended() {
		var attrs []string
		for _, a := range s.Attributes() {
			if k := string(a.Key); !strings.HasPrefix(k, "server.") && !strings.HasPrefix(k, "network.") {
				attrs = append(attrs, k+"="+a.Value.String())
			}
		}
		slices.Sort(attrs)
		all = append(all, fmt.Sprintf("%s %v %v: %s", s.Name(), s.SpanKind(), s.Status().Code, strings.Join(attrs, " ")))
	}
	p.spans.Reset()
	return all
}

// metrics returns the counts of a metric's series by their attributes, in order.
func (p *process) metrics(t *testing.T, name string) []string {
	t.Helper()
	var data metricdata.ResourceMetrics
	if err := p.reader.Collect(t.Context(), &data); err != nil {
		t.Fatal(err)
	}
	text := func(s attribute.Set) string {
		var all []string
		for _, a := range s.ToSlice() {
			all = append(all, string(a.Key)+"="+a.Value.String())
		}
		return strings.Join(all, " ")
	}
	var all []string
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != name {
				continue
			}
			switch d := m.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, p := range d.DataPoints {
					if p.Sum <= 0 || p.Sum > 60 {
						t.Errorf("%s of %s: %v %s in all", name, text(p.Attributes), p.Sum, m.Unit)
					}
					all = append(all, fmt.Sprint(p.Count, " ", text(p.Attributes)))
				}
			case metricdata.Sum[int64]:
				for _, p := range d.DataPoints {
					all = append(all, fmt.Sprint(p.Value, " ", text(p.Attributes)))
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

// thing is a servant of operations named by what they do.
type thing struct {
	do func(ctx context.Context) error
}

var iface = &orb.Interface{ID: "IDL:omg.org/Test/Thing:1.0"}

func (s *thing) Interface() *orb.Interface { return iface }
func (s *thing) Implementation() any       { return s }

func (s *thing) Dispatch(r *orb.ServerRequest) bool {
	var err error
	switch op := r.Operation(); op {
	case "ok", "unsayable":
	case "do":
		err = s.do(r.Context())
	case "user":
		err = fmt.Errorf("wrapped: %w", new(refused))
	case "system":
		err = exc.New(exc.NoResources, 5, exc.No, "told to")
	case "unheard of": // by a servant without a skeleton, which refuses by itself
		err = exc.New(exc.BadOperation, 7, exc.No, "told to")
	case "panic":
		panic("told to")
	default:
		return false
	}
	if r.Returned(err, refusal{}) && r.Operation() == "unsayable" {
		r.Out.String("a\x00b")
	}
	return true
}

type refused struct{}

func (*refused) Error() string { return "refused" }

type refusal struct{}

func (refusal) ExceptionID() string { return "IDL:omg.org/Test/Refused:1.0" }
func (x refusal) PutIf(e *cdr.Encoder, err error, head func(*cdr.Encoder, string)) bool {
	var r *refused
	if !errors.As(err, &r) {
		return false
	}
	head(e, x.ExceptionID())
	return true
}
func (refusal) Read(*cdr.Decoder) error { return new(refused) }

func call(ctx context.Context, ref *orb.Ref, op string) error {
	c := orb.StartCall(ctx, ref, op, 0)
	for c.Next() {
	}
	c.Returned(refusal{})
	return c.End()
}

func (p *process) activate(t testing.TB, s orb.Servant) *orb.Ref {
	t.Helper()
	ref, err := p.root.Activate(s)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// TestSpansAndMetrics holds what is told of each way a request can end, on either side.
func TestSpansAndMetrics(t *testing.T) {
	t.Parallel()
	server := newProcess(t, nil)
	client := newProcess(t, func(c *orb.Config) { c.Listen = nil })
	ref := client.NewRef(server.activate(t, new(thing)).IOR())
	gone := server.activate(t, new(thing))
	server.root.DeactivateObject(gone)
	const sys, giop = "rpc.system.name=corba", "corba.giop.version=1.2 "
	exception := func(minor, completed, kind string) (string, string) {
		return "corba.exception.completed=" + completed + " corba.exception.minor=" + minor + " " + giop + "error.type=" + kind + " ", "rpc.response.status_code=" + kind + " " + sys
	}
	for _, c := range []struct {
		op             string
		ref            *orb.Ref
		client, server string
	}{
		{"ok", ref, "omg.org/Test/Thing/ok client Unset: " + giop + "rpc.method=omg.org/Test/Thing/ok rpc.response.status_code=NO_EXCEPTION " + sys,
			"omg.org/Test/Thing/ok server Unset: " + giop + "rpc.method=omg.org/Test/Thing/ok rpc.response.status_code=NO_EXCEPTION " + sys},
		{"user", ref, "omg.org/Test/Thing/user client Error: " + giop + "error.type=IDL:omg.org/Test/Refused:1.0 rpc.method=omg.org/Test/Thing/user rpc.response.status_code=IDL:omg.org/Test/Refused:1.0 " + sys,
			"omg.org/Test/Thing/user server Unset: " + giop + "error.type=IDL:omg.org/Test/Refused:1.0 rpc.method=omg.org/Test/Thing/user rpc.response.status_code=IDL:omg.org/Test/Refused:1.0 " + sys},
	} {
		if err := call(t.Context(), c.ref, c.op); err != nil && c.op != "user" {
			t.Fatal(err)
		}
		if got := client.ended(); len(got) != 1 || got[0] != c.client {
			t.Errorf("%s: the client told\n%v, want\n%s", c.op, strings.Join(got, "\n"), c.client)
		}
		if got := server.ended(); len(got) != 1 || got[0] != c.server {
			t.Errorf("%s: the server told\n%v, want\n%s", c.op, strings.Join(got, "\n"), c.server)
		}
	}
	for _, c := range []struct {
		op, method       string // method as the server tells it
		ref              *orb.Ref
		minor, completed string
		kind             string
	}{
		{"system", "omg.org/Test/Thing/system", ref, "0x5", "NO", "NO_RESOURCES"},
		{"panic", "omg.org/Test/Thing/panic", ref, "0x44534002", "MAYBE", "UNKNOWN"},
		{"unsayable", "omg.org/Test/Thing/unsayable", ref, fmt.Sprintf("%#x", exc.MinorBadValue), "YES", "BAD_PARAM"},
		{"made up", "_OTHER", ref, "0x4f4d0002", "NO", "BAD_OPERATION"},
		{"unheard of", "_OTHER", ref, "0x7", "NO", "BAD_OPERATION"},
		{"ok", "_OTHER", client.NewRef(gone.IOR()), "0x4f4d0002", "NO", "OBJECT_NOT_EXIST"},
	} {
		if err := call(t.Context(), c.ref, c.op); err == nil {
			t.Errorf("%s was carried out", c.op)
		}
		head, tail := exception(c.minor, c.completed, c.kind)
		name := "omg.org/Test/Thing/" + c.op
		if got, want := client.ended(), name+" client Error: "+head+"rpc.method="+name+" "+tail; len(got) != 1 || got[0] != want {
			t.Errorf("%s: the client told\n%s, want\n%s", c.op, strings.Join(got, "\n"), want)
		}
		method := "rpc.method=" + c.method + " "
		if c.method == "_OTHER" {
			method += "rpc.method_original=" + c.op + " "
		}
		if got, want := server.ended(), c.method+" server Error: "+head+method+tail; len(got) != 1 || got[0] != want {
			t.Errorf("%s: the server told\n%s, want\n%s", c.op, strings.Join(got, "\n"), want)
		}
	}
	want := []string{
		"1 error.type=BAD_PARAM rpc.method=omg.org/Test/Thing/unsayable rpc.response.status_code=BAD_PARAM rpc.system.name=corba",
		"1 error.type=IDL:omg.org/Test/Refused:1.0 rpc.method=omg.org/Test/Thing/user rpc.response.status_code=IDL:omg.org/Test/Refused:1.0 rpc.system.name=corba",
		"1 error.type=NO_RESOURCES rpc.method=omg.org/Test/Thing/system rpc.response.status_code=NO_RESOURCES rpc.system.name=corba",
		"1 error.type=OBJECT_NOT_EXIST rpc.method=_OTHER rpc.response.status_code=OBJECT_NOT_EXIST rpc.system.name=corba",
		"1 error.type=UNKNOWN rpc.method=omg.org/Test/Thing/panic rpc.response.status_code=UNKNOWN rpc.system.name=corba",
		"1 rpc.method=omg.org/Test/Thing/ok rpc.response.status_code=NO_EXCEPTION rpc.system.name=corba",
		"2 error.type=BAD_OPERATION rpc.method=_OTHER rpc.response.status_code=BAD_OPERATION rpc.system.name=corba",
	}
	if got := server.metrics(t, "rpc.server.call.duration"); !slices.Equal(got, want) {
		t.Errorf("got\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := client.metrics(t, "rpc.client.call.duration"); len(got) != 8 {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	for p, name := range map[*process]string{client: "rpc.client.active_requests", server: "rpc.server.active_requests"} {
		if got := p.metrics(t, name); !slices.Equal(got, []string{"0 " + sys}) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// TestOneway holds that either side says of a request that nobody waits for it.
func TestOneway(t *testing.T) {
	t.Parallel()
	p := newProcess(t, nil)
	ref := p.activate(t, new(thing))
	for _, flags := range []orb.CallFlags{0, orb.Oneway} {
		c := orb.StartCall(t.Context(), ref, "ok", flags)
		for c.Next() {
		}
		if err := c.End(); err != nil {
			t.Fatal(err)
		}
		if flags == orb.Oneway { // nobody has waited for the servant
			if err := ref.ORB().Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		got := p.ended()
		if len(got) != 2 {
			t.Fatalf("got %v", got)
		}
		for _, span := range got {
			if strings.Contains(span, "corba.request.oneway=true") != (flags == orb.Oneway) {
				t.Errorf("flags %v: %s", flags, span)
			}
		}
	}
}

// TestTrace holds that a trace, its state and its baggage go through two processes, and through calls within one, in all versions of GIOP.
func TestTrace(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		last := newProcess(t, func(c *orb.Config) { c.MaxVersion = v })
		saw := ""
		end := last.activate(t, &thing{do: func(ctx context.Context) error {
			saw = baggage.FromContext(ctx).Member("who").Value()
			return nil
		}})
		middle := newProcess(t, func(c *orb.Config) { c.MaxVersion = v })
		inner := middle.activate(t, &thing{do: func(ctx context.Context) error { return call(ctx, middle.NewRef(end.IOR()), "do") }})
		outer := middle.activate(t, &thing{do: func(ctx context.Context) error { return call(ctx, inner, "do") }})
		client := newProcess(t, nil)
		m, err := baggage.NewMember("who", "somebody")
		if err != nil {
			t.Fatal(err)
		}
		b, err := baggage.New(m)
		if err != nil {
			t.Fatal(err)
		}
		state, err := trace.ParseTraceState("vendor=value")
		if err != nil {
			t.Fatal(err)
		}
		ctx := trace.ContextWithSpanContext(baggage.ContextWithBaggage(t.Context(), b), trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled, TraceState: state}))
		if err := call(ctx, client.NewRef(outer.IOR()), "do"); err != nil {
			t.Fatal(err)
		}
		if saw != "somebody" {
			t.Errorf("%v: the last servant saw baggage %q", v, saw)
		}
		var all []sdktrace.ReadOnlySpan
		for _, p := range []*process{client, middle, last} {
			all = append(all, p.spans.Ended()...)
		}
		if len(all) != 6 { // client; server and client within the middle, twice; server
			t.Errorf("%v: got %d spans", v, len(all))
		}
		chain := map[trace.SpanID]sdktrace.ReadOnlySpan{}
		for _, s := range all {
			chain[s.Parent().SpanID()] = s
		}
		at, depth := trace.SpanID{2}, 0
		for s := chain[at]; s != nil; s = chain[at] {
			at = s.SpanContext().SpanID()
			depth++
			if s.SpanContext().TraceID() != (trace.TraceID{1}) || s.SpanContext().TraceState().Get("vendor") != "value" {
				t.Errorf("%v: span %d is of trace %v, state %v", v, depth, s.SpanContext().TraceID(), s.SpanContext().TraceState())
			}
		}
		if depth != 6 {
			t.Errorf("%v: the chain of spans is %d long", v, depth)
		}
	}
}

// TestUnknowing holds that peers without telemetry are served, and serve, as before.
func TestUnknowing(t *testing.T) {
	t.Parallel()
	knowing := newProcess(t, nil)
	plain := newORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	root := poa.New(plain)
	ref, err := root.Activate(new(thing))
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := knowing.tracer.Start(t.Context(), "caller")
	defer span.End()
	if err := call(ctx, knowing.NewRef(ref.IOR()), "ok"); err != nil {
		t.Error(err)
	}
	if err := call(t.Context(), plain.NewRef(knowing.activate(t, new(thing)).IOR()), "ok"); err != nil {
		t.Error(err)
	}
	ended := knowing.spans.Ended()
	if len(ended) != 2 || ended[0].Parent().SpanID() != span.SpanContext().SpanID() || ended[1].Parent().IsValid() {
		t.Errorf("got %v", ended)
	}
}

// TestRetried holds that a call which is forwarded or made again is a span each time, with its count.
func TestRetried(t *testing.T) {
	t.Parallel()
	server := newProcess(t, nil)
	to := server.activate(t, new(thing))
	from := server.activate(t, new(thing))
	client := newProcess(t, func(c *orb.Config) {
		c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			if r.Attempt() == 0 {
				return &orb.ForwardRequest{To: to}
			}
			return next(ctx)
		}}
	})
	if err := call(t.Context(), client.NewRef(from.IOR()), "ok"); err != nil {
		t.Fatal(err)
	}
	got := client.ended()
	if len(got) != 2 || !strings.Contains(got[0], "status_code=LOCATION_FORWARD") || strings.Contains(got[0], "resend_count") || !strings.Contains(got[1], "corba.request.resend_count=1") {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}

// TestAddresses holds that a client's span says where the object is, and a server's who called.
func TestAddresses(t *testing.T) {
	t.Parallel()
	server, client := newProcess(t, nil), newProcess(t, nil)
	if err := call(t.Context(), client.NewRef(server.activate(t, new(thing)).IOR()), "ok"); err != nil {
		t.Fatal(err)
	}
	port := int64(server.Endpoints()[0].Port)
	got := map[attribute.Key]attribute.Value{}
	for _, a := range client.spans.Ended()[0].Attributes() {
		got[a.Key] = a.Value
	}
	if got["server.address"].AsString() == "" || got["server.port"].AsInt64() != port || got["network.peer.address"].AsString() != "127.0.0.1" || got["network.peer.port"].AsInt64() != port {
		t.Errorf("got %v", got)
	}
	for _, a := range server.spans.Ended()[0].Attributes() {
		if a.Key == "network.peer.address" && a.Value.AsString() == "127.0.0.1" {
			return
		}
	}
	t.Errorf("the server told %v", server.spans.Ended()[0].Attributes())
}

// TestNobodyThere holds that a call whose server is not there is told of as others are, be it the first of the process.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	client := newProcess(t, nil)
	ref, err := client.Resolve(t.Context(), "corbaloc::1.1@127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC() // no call object is left of another call
	runtime.GC()
	if err := call(t.Context(), ref, "ok"); !errors.Is(err, exc.Transient) {
		t.Errorf("got %v", err)
	}
	got := client.ended()
	if len(got) != 1 || !strings.Contains(got[0], "TRANSIENT") || !strings.Contains(got[0], "corba.giop.version=1.1") {
		t.Errorf("got %q", got)
	}
}

// TestCardinality holds that a client which makes up operations, and a server which makes up exceptions and types, do not grow metrics.
func TestCardinality(t *testing.T) {
	t.Parallel()
	l := new(limits.Limits)
	l.Set(limits.TelemetrySeries, 5)
	server := newProcess(t, func(c *orb.Config) { c.Limits = l })
	client := newProcess(t, func(c *orb.Config) { c.Limits = l })
	ref := server.activate(t, new(thing))
	for i := range 20 {
		other := *ref.IOR()
		other.TypeID = fmt.Sprintf("IDL:Made/Up%d:1.0", i)
		if err := call(t.Context(), client.NewRef(&other), strings.Repeat("\xff", i+1)); !errors.Is(err, exc.BadOperation) {
			t.Fatal(err)
		}
	}
	if got := server.metrics(t, "rpc.server.call.duration"); len(got) != 1 {
		t.Errorf("the server has\n%s", strings.Join(got, "\n"))
	}
	if got := client.metrics(t, "rpc.client.call.duration"); len(got) > 7 || !strings.Contains(strings.Join(got, "\n"), "rpc.method=_OTHER") {
		t.Errorf("the client has\n%s", strings.Join(got, "\n"))
	}
	if l.Hits(limits.TelemetrySeries) == 0 {
		t.Error("the limit has not counted")
	}
	for _, p := range []*process{client, server} {
		for _, s := range p.spans.Ended() {
			for _, a := range s.Attributes() {
				if v := a.Value.String(); strings.Contains(v, "\xff") || len(v) > 256 {
					t.Errorf("%s is %q", a.Key, v)
				}
			}
			if strings.Contains(s.Name(), "\xff") || s.Status().Code != codes.Error {
				t.Errorf("got span %q, %v", s.Name(), s.Status())
			}
		}
	}
}

// TestUnreadableResultsAreFailures: a call whose results the stub cannot read has failed, whatever the peer thinks.
func TestUnreadableResultsAreFailures(t *testing.T) {
	t.Parallel()
	server := newProcess(t, nil)
	client := newProcess(t, func(c *orb.Config) { c.Listen = nil })
	c := orb.StartCall(t.Context(), client.NewRef(server.activate(t, new(thing)).IOR()), "ok", 0)
	for c.Next() {
	}
	if c.Returned() {
		_ = c.In.String() // there is none
	}
	if err := c.End(); exc.From(err, exc.No).Kind != exc.Marshal {
		t.Fatalf("got %v", err)
	}
	got := client.ended()
	if len(got) != 1 || !strings.HasPrefix(got[0], "omg.org/Test/Thing/ok client Error: ") || !strings.Contains(got[0], " error.type=MARSHAL ") {
		t.Errorf("the client told %q", got)
	}
}

// TestReplacedException: a user exception that an interceptor further in has put another in the place of is not what the request has ended with, on either side.
func TestReplacedException(t *testing.T) {
	t.Parallel()
	denied := func(err error) error {
		if err == nil {
			return nil
		}
		return errors.Join(exc.New(exc.NoPermission, 7, exc.Yes, "not for you: %w", err), errors.New("and more"))
	}
	for _, atServer := range []bool{false, true} {
		server := newProcess(t, func(c *orb.Config) {
			if atServer {
				c.ServerInterceptors = []orb.ServerInterceptor{func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
					return denied(next(ctx))
				}}
			}
		})
		client := newProcess(t, func(c *orb.Config) {
			c.Listen = nil
			if !atServer {
				c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, _ *orb.ClientRequest, next func(context.Context) error) error {
					return denied(next(ctx))
				}}
			}
		})
		if err := call(t.Context(), client.NewRef(server.activate(t, new(thing)).IOR()), "user"); !errors.Is(err, exc.NoPermission) {
			t.Fatalf("got %v", err)
		}
		p := client
		if atServer {
			p = server
			if err := server.Shutdown(t.Context()); err != nil { // the span has ended
				t.Fatal(err)
			}
		}
		if got := p.ended(); len(got) != 1 || !strings.Contains(got[0], " Error: ") || !strings.Contains(got[0], " error.type=NO_PERMISSION ") {
			t.Errorf("atServer=%v: told %q", atServer, got)
		}
	}
}

// TestEndsInSpiteOfPanics: a request of which another interceptor panics at the end is under way no more.
func TestEndsInSpiteOfPanics(t *testing.T) {
	t.Parallel()
	server := newProcess(t, nil)
	client := newProcess(t, func(c *orb.Config) {
		c.Listen = nil
		c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			r.AtEnd(func(error) error { panic("at the end") })
			return next(ctx)
		}}
	})
	ref := client.NewRef(server.activate(t, new(thing)).IOR())
	func() {
		defer func() { _ = recover() }()
		_ = call(t.Context(), ref, "ok")
	}()
	for _, active := range client.metrics(t, "rpc.client.active_requests") {
		if !strings.HasPrefix(active, "0 ") {
			t.Errorf("active requests: %s", active)
		}
	}
	if got := client.ended(); len(got) != 1 {
		t.Errorf("told %q", got)
	}
}
