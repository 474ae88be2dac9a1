package orb_test

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/stub"
	"github.com/opendsom/dsom/typecode"
)

// What follows is written by hand as the compiler writes it, for
//
//	interface Echo {
//	  exception Refused { long code; string why; };
//	  void ping();
//	  string say(in string s);
//	  double add(in double a, inout long n, out string text) raises (Refused);
//	  Echo meet(in Echo other);
//	  oneway void note(in string s);
//	  sequence<octet> blob(in sequence<octet> b);
//	};

type Echo interface {
	Ping(ctx context.Context) error
	Say(ctx context.Context, s string) (string, error)
	Add(ctx context.Context, a float64, n int32) (result float64, nOut int32, text string, err error)
	Meet(ctx context.Context, other Echo) (Echo, error)
	Note(ctx context.Context, s string) error
	Blob(ctx context.Context, b []byte) ([]byte, error)
}

type Refused struct {
	Code int32
	Why  string
}

func (v *Refused) Error() string               { return fmt.Sprintf("refused: %d %s", v.Code, v.Why) }
func (v *Refused) MarshalCDR(e *cdr.Encoder)   { e.Long(v.Code); e.String(v.Why) }
func (v *Refused) UnmarshalCDR(d *cdr.Decoder) { v.Code = d.Long(); v.Why = d.String() }

var RefusedType = stub.NewException[Refused]("IDL:Echo/Refused:1.0", typecode.Exception("IDL:Echo/Refused:1.0", "Refused",
	typecode.Member{Name: "code", Type: typecode.Long}, typecode.Member{Name: "why", Type: typecode.String}))

const echoID = "IDL:Echo:1.0"

var EchoClass = stub.NewClass[Echo](echoID, "Echo", nil, echoGlue{})

type EchoBase struct{}

func (EchoBase) IDLClass() orb.Class { return EchoClass }

type echoStub struct{ orb.StubRef }

func (s echoStub) Ping(ctx context.Context) error {
	c := stub.Start(ctx, s.StubRef, "ping", 0)
	for c.Next() {
	}
	c.Returned()
	return c.End()
}

func (s echoStub) Say(ctx context.Context, text string) (result string, err error) {
	c := stub.Start(ctx, s.StubRef, "say", 0)
	for c.Next() {
		c.Out.String(text)
	}
	if c.Returned() {
		result = c.In.String()
	}
	return result, c.End()
}

func (s echoStub) Add(ctx context.Context, a float64, n int32) (result float64, nOut int32, text string, err error) {
	c := stub.Start(ctx, s.StubRef, "add", 0)
	for c.Next() {
		c.Out.Double(a)
		c.Out.Long(n)
	}
	if c.Returned(RefusedType) {
		result = c.In.Double()
		nOut = c.In.Long()
		text = c.In.String()
	}
	return result, nOut, text, c.End()
}

func (s echoStub) Meet(ctx context.Context, other Echo) (result Echo, err error) {
	c := stub.Start(ctx, s.StubRef, "meet", 0)
	for c.Next() {
		EchoClass.Put(&c.Out, other)
	}
	if c.Returned() {
		result = EchoClass.Get(&c.In)
	}
	return result, c.End()
}

func (s echoStub) Note(ctx context.Context, text string) error {
	c := stub.Start(ctx, s.StubRef, "note", stub.Oneway)
	for c.Next() {
		c.Out.String(text)
	}
	return c.End()
}

func (s echoStub) Blob(ctx context.Context, b []byte) (result []byte, err error) {
	c := stub.Start(ctx, s.StubRef, "blob", 0)
	for c.Next() {
		c.Out.OctetSeq(b)
	}
	if c.Returned() {
		result = c.In.OctetSeq()
	}
	return result, c.End()
}

type echoGlue struct{}

func (echoGlue) Stub(r orb.StubRef) Echo { return echoStub{r} }

func (echoGlue) Dispatch(impl Echo, r *stub.Request) bool {
	switch r.Operation() {
	case "ping":
		if r.Decoded() {
			r.Returned(impl.Ping(r.Context()))
		}
	case "say":
		s := r.In.String()
		if r.Decoded() {
			result, err := impl.Say(r.Context(), s)
			if r.Returned(err) {
				r.Out.String(result)
			}
		}
	case "add":
		a := r.In.Double()
		n := r.In.Long()
		if r.Decoded() {
			result, nOut, text, err := impl.Add(r.Context(), a, n)
			if r.Returned(err, RefusedType) {
				r.Out.Double(result)
				r.Out.Long(nOut)
				r.Out.String(text)
			}
		}
	case "meet":
		other := EchoClass.Get(&r.In)
		if r.Decoded() {
			result, err := impl.Meet(r.Context(), other)
			if r.Returned(err) {
				EchoClass.Put(&r.Out, result)
			}
		}
	case "note":
		s := r.In.String()
		if r.Decoded() {
			r.Returned(impl.Note(r.Context(), s))
		}
	case "blob":
		b := r.In.OctetSeq()
		if r.Decoded() {
			result, err := impl.Blob(r.Context(), b)
			if r.Returned(err) {
				r.Out.OctetSeq(result)
			}
		}
	default:
		return false
	}
	return true
}
