package stub

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// Oneway is what [Start] is told of an operation that wants no reply.
const Oneway = orb.Oneway

// Request is the server's side of a call.
type Request = orb.ServerRequest

// Start begins a call. The stub then marshals the arguments as long as Next says so, reads
// the results if Returned says so, and ends the call:
//
//	c := stub.Start(ctx, s.StubRef, "deposit", 0)
//	for c.Next() { // again, should the request be forwarded to where the form differs
//		c.Out.Double(amount)
//	}
//	c.Returned()
//	return c.End()
func Start(ctx context.Context, ref orb.StubRef, operation string, flags orb.CallFlags) *orb.Call {
	return orb.StartCall(ctx, orb.RefOf(ref), operation, flags)
}

// NotImplemented is what the generated Base of an interface answers.
func NotImplemented(interfaceID, operation string) error {
	return exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "%s: %s is not implemented by this object", interfaceID, operation)
}
