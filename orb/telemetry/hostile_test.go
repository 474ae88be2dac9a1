package telemetry_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/trace"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/telemetry"
)

const goodParent = "00-01000000000000000000000000000000-0200000000000000-01"

// fields is the data of a trace context, in either byte order.
func fields(little bool, all ...string) []byte {
	e := cdr.NewEncoder(nil, little, nil)
	e.Boolean(little)
	e.Count(len(all) / 2)
	for _, s := range all {
		e.RawString(s)
	}
	return e.Bytes()
}

// TestOctets holds what a trace context is on the wire.
func TestOctets(t *testing.T) {
	t.Parallel()
	ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled}))
	got := telemetry.Inject(ctx, nil)
	want := "01" + "000000" + // little-endian, padding
		"01000000" + // one field
		"0c000000" + hex.EncodeToString([]byte("traceparent\x00")) +
		"38000000" + hex.EncodeToString([]byte(goodParent+"\x00"))
	if hex.EncodeToString(got) != want {
		t.Errorf("got %x, want %s", got, want)
	}
	if got := telemetry.Inject(t.Context(), nil); got != nil {
		t.Errorf("without a trace: %x", got)
	}
}

// hostile are trace contexts that nobody sends in good faith, but the first.
var hostile = []struct {
	name   string
	data   []byte
	traced bool // the trace goes on
}{
	{"good, big-endian", fields(false, "traceparent", goodParent), true},
	{"other fields besides", fields(true, "x", strings.Repeat("y", 5000), "traceparent", goodParent, "", ""), true},
	{"twice: the first counts", fields(true, "traceparent", goodParent, "traceparent", "00-ff"), true},
	{"twice: the second does not count", fields(true, "traceparent", "00-ff", "traceparent", goodParent), false},
	{"twice: the first counts though it is empty", fields(true, "traceparent", "", "traceparent", goodParent), false},
	{"a state that is none", fields(true, "traceparent", goodParent, "tracestate", strings.Repeat("=,", 2000)), true},
	{"baggage that is none", fields(true, "traceparent", goodParent, "baggage", strings.Repeat("%%;=,", 2000)), true},
	{"baggage of 7000 members", fields(true, "traceparent", goodParent, "baggage", strings.Repeat("a=,", 5000)), true},
	{"nothing", nil, false},
	{"no byte order", []byte{7}, false},
	{"no count", []byte{1}, false},
	{"a count that lies", []byte{1, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f}, false},
	{"a length that lies", []byte{1, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 'x', 0, 0, 0}, false},
	{"a count too many", append(fields(true, "traceparent", goodParent)[:4:4], append([]byte{2, 0, 0, 0}, fields(true, "traceparent", goodParent)[8:]...)...), false},
	{"no terminator", []byte{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 'x', 0, 0, 0, 1, 0, 0, 0, 'y', 0, 0, 0}, false},
	{"a parent that is none", fields(true, "traceparent", strings.Repeat("0", 10000)), false},
	{"too long", fields(true, "traceparent", goodParent, "x", strings.Repeat("y", 20000)), false},
	{"a megabyte", fields(true, "traceparent", goodParent, "tracestate", strings.Repeat("a=b,", 1<<18)), false},
	{"many fields", fields(true, append(slices.Repeat([]string{"a"}, 1000), "traceparent", goodParent)...), true},
}

// TestHostile holds that no trace context breaks a request.
func TestHostile(t *testing.T) {
	t.Parallel()
	l := new(limits.Limits)
	server := newProcess(t, func(c *orb.Config) { c.Limits = l })
	ref := server.activate(t, new(thing))
	var data []byte
	client := newORB(t, orb.Config{ClientInterceptors: []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
		if err := r.AddContext(giop.ContextTrace, data, true); err != nil {
			return err
		}
		return next(ctx)
	}}})
	for _, c := range hostile {
		data = c.data
		if err := call(t.Context(), client.NewRef(ref.IOR()), "ok"); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		ended := server.spans.Ended()
		if len(ended) != 1 || ended[0].Parent().IsValid() != c.traced {
			t.Errorf("%s: got %d spans, parent %v", c.name, len(ended), ended[0].Parent())
		}
		server.spans.Reset()
	}
	if got := l.Hits(limits.TraceContext); got != 2 {
		t.Errorf("the limit has counted %d times, want 2", got)
	}
}

// TestTooMuchBaggage holds that what is too long for the receiver is not sent.
func TestTooMuchBaggage(t *testing.T) {
	t.Parallel()
	l := new(limits.Limits)
	l.Set(limits.TraceContext, 200)
	ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}}))
	if telemetry.Inject(ctx, l) == nil {
		t.Error("a plain trace is too long")
	}
	m, err := baggage.NewMember("much", strings.Repeat("x", 200))
	if err != nil {
		t.Fatal(err)
	}
	b, err := baggage.New(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := telemetry.Inject(baggage.ContextWithBaggage(ctx, b), l); got != nil || l.Hits(limits.TraceContext) != 1 {
		t.Errorf("got %d octets, counted %d", len(got), l.Hits(limits.TraceContext))
	}
}

// FuzzExtract holds that any octets are read without a panic and without memory beyond theirs, and that what was read is written again.
func FuzzExtract(f *testing.F) {
	for _, c := range hostile {
		f.Add(c.data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx := telemetry.Extract(context.Background(), data, nil)
		sc := trace.SpanContextFromContext(ctx)
		if !sc.IsValid() {
			return
		}
		again := trace.SpanContextFromContext(telemetry.Extract(context.Background(), telemetry.Inject(ctx, nil), nil))
		if fmt.Sprint(again.TraceID(), again.SpanID()) != fmt.Sprint(sc.TraceID(), sc.SpanID()) {
			t.Errorf("got %v, want %v", again, sc)
		}
	})
}
