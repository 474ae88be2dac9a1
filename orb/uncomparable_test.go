package orb_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/orb"
)

// several is an error that Go cannot compare.
type several []error

func (several) Error() string     { return "several errors" }
func (s several) Unwrap() []error { return s }

// A complainer raises its exception among several.
type complainer struct{ echo }

func (*complainer) Add(context.Context, float64, int32) (float64, int32, string, error) {
	return 0, 0, "", several{errors.New("first"), &Refused{Code: 7, Why: "second"}}
}

// TestUncomparableErrors: what a servant and interceptors return are errors of any kind, such as lists, and those that they pass on change
// nothing.
func TestUncomparableErrors(t *testing.T) {
	t.Parallel()
	for _, wraps := range []bool{false, true} {
		pass := func(err error) error {
			if wraps && err != nil {
				return several{err}
			}
			return err
		}
		o, root := newORB(t, func(c *orb.Config) {
			c.ServerInterceptors = []orb.ServerInterceptor{func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
				return pass(next(ctx))
			}}
		})
		ref, err := EchoClass.Activate(root, &complainer{echo{orb: o}})
		if err != nil {
			t.Fatal(err)
		}
		ended := 0
		client := newClient(t, func(c *orb.Config) {
			c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
				r.AtEnd(func(err error) error {
					ended++
					return pass(err)
				})
				return pass(next(ctx))
			}}
		})
		var refused *Refused
		if _, _, _, err := EchoClass.Unchecked(client.NewRef(ref.IOR())).Add(t.Context(), 1, 1); ended != 1 || !wraps && (!errors.As(err, &refused) || refused.Code != 7) || wraps && err == nil {
			t.Errorf("wraps=%v: got %v, and %d ends", wraps, err, ended)
		}
	}
}
