package stub_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/stub"
)

func TestMake(t *testing.T) {
	t.Parallel()
	if got := stub.Make[[]int](cdr.NewDecoder(nil, true, nil), 0); got != nil {
		t.Errorf("got %v, want nil", got)
	}
	if got := stub.Make[[]int](cdr.NewDecoder(nil, true, nil), 3); len(got) != 3 || cap(got) != 3 {
		t.Errorf("got %d elements", len(got))
	}
}

// TestContext sends properties as an operation with a context clause does.
func TestContext(t *testing.T) {
	t.Parallel()
	properties := map[string]string{"region": "eu", "user.name": "ann", "user": "a", "password": "secret"}
	for name, c := range map[string]struct {
		clause []string
		want   map[string]string
	}{
		"nothing":  {nil, map[string]string{}},
		"one":      {[]string{"region", "absent"}, map[string]string{"region": "eu"}},
		"by start": {[]string{"user*"}, map[string]string{"user.name": "ann", "user": "a"}},
		"all":      {[]string{"*", "region"}, properties},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := cdr.NewEncoder(nil, false, nil)
			stub.PutContext(e, stub.WithProperties(context.Background(), properties), c.clause...)
			r := new(stub.Request)
			r.In.Reset(e.Bytes(), 0, false, nil)
			if got := stub.Properties(stub.GetContext(r)); !maps.Equal(got, c.want) || r.In.Err() != nil || r.In.Remaining() != 0 {
				t.Errorf("got %v (%v), want %v", got, r.In.Err(), c.want)
			}
		})
	}
}

func TestContextMalformed(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, false, nil)
	e.Count(3)
	for _, s := range []string{"a", "1", "b"} {
		e.String(s)
	}
	for n := range e.Bytes() {
		r := new(stub.Request)
		r.In.Reset(e.Bytes()[:n:n], 0, false, nil)
		if stub.GetContext(r); r.In.Err() == nil {
			t.Errorf("%d octets: got no error", n)
		}
	}
	r := new(stub.Request)
	r.In.Reset(e.Bytes(), 0, false, nil)
	if got, want := stub.Properties(stub.GetContext(r)), (map[string]string{"a": "1", "b": ""}); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := stub.Properties(context.Background()); got != nil {
		t.Errorf("got %v of a context without properties", got)
	}
}

// What is local, or given the wrong label, is refused by its name.
func TestRefusals(t *testing.T) {
	t.Parallel()
	e, d := cdr.NewEncoder(nil, false, nil), cdr.NewDecoder(nil, false, nil)
	stub.PutLocal(e, "IDL:L:1.0")
	if err := e.Err(); !errors.Is(err, exc.Marshal) {
		t.Errorf("got %v", err)
	}
	if got := stub.GetLocal[error](d, "IDL:L:1.0"); got != nil || !errors.Is(d.Err(), exc.Marshal) {
		t.Errorf("got %v, %v", got, d.Err())
	}
	e.Reset(nil, false, nil)
	stub.WrongArm(e, "IDL:U:1.0", 7)
	if err := e.Err(); !errors.Is(err, exc.BadParam) {
		t.Errorf("got %v", err)
	}
}

// unreferenced is a cdr.References that gives a Go object without a reference, as an any
// does that has not been sent.
type unreferenced struct{ v any }

func (u unreferenced) PutObject(*cdr.Encoder, any, any) {}
func (u unreferenced) Object(*cdr.Decoder) any          { return u.v }

func TestGetObject(t *testing.T) {
	t.Parallel()
	d := cdr.NewDecoder(nil, false, &cdr.Env{Refs: unreferenced{nil}})
	if o := stub.GetObject(d); o != nil || d.Err() != nil {
		t.Errorf("got %v, %v", o, d.Err())
	}
	d = cdr.NewDecoder(nil, false, &cdr.Env{Refs: unreferenced{new(int)}})
	if o := stub.GetObject(d); o != nil || !errors.Is(d.Err(), exc.BadParam) {
		t.Errorf("got %v, %v", o, d.Err())
	}
}

// TestMakeIsBounded: a message must not take more memory than its limit, however small its
// elements are on the wire.
func TestMakeIsBounded(t *testing.T) {
	t.Parallel()
	l := new(limits.Limits)
	l.Set(limits.DecodedSize, 1<<20)
	d := cdr.NewDecoder(make([]byte, 100), true, &cdr.Env{Version: cdr.V12, Limits: l})
	type large [64 << 10]byte
	if got := stub.Make[[]large](d, 10); len(got) != 10 || d.Err() != nil {
		t.Fatalf("got %d elements, %v", len(got), d.Err())
	}
	if got := stub.Make[[]large](d, 10); got != nil { // together they are too many
		t.Errorf("got %d elements over the limit", len(got))
	}
	var sys *exc.SystemException
	if err := d.Err(); !errors.As(err, &sys) || sys.Minor != exc.MinorLimit || !strings.Contains(err.Error(), "decoded-size") || l.Hits(limits.DecodedSize) != 1 {
		t.Errorf("got %v, and %d hits", err, l.Hits(limits.DecodedSize))
	}
	d = cdr.NewDecoder(nil, true, nil)
	if got := stub.Make[[]large](d, 200_000); got != nil || d.Err() == nil {
		t.Errorf("13 GB were allocated by default: %v", d.Err())
	}
}
