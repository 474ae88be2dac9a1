package interop_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/gen/asynchronous"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/omnipy"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/messaging"
)

// told are handlers that say what they were told.
type (
	told     chan string
	paramsTo struct {
		asynchronous.AMI_ParamsHandlerBase
		told
	}
	errorsTo struct {
		asynchronous.AMI_ErrorsHandlerBase
		told
	}
	callsTo struct {
		asynchronous.AMI_CallsHandlerBase
		told
	}
)

func (h *paramsTo) Mix(_ context.Context, sum, difference, product int32) error {
	h.told <- fmt.Sprint("mixed ", sum, " ", difference, " ", product)
	return nil
}

func (h *errorsTo) RaiseRefused(_ context.Context, result int32, never string) error {
	h.told <- fmt.Sprint("result ", result, " ", never)
	return nil
}

func (h *errorsTo) RaiseRefusedExcep(ctx context.Context, e messaging.ExceptionHolder) error {
	var refused *asynchronous.Refused
	if err := e.RaiseException(ctx); !errors.As(err, &refused) {
		h.told <- fmt.Sprint("no Refused: ", err)
		return nil
	}
	h.told <- fmt.Sprint("refused ", refused.Code, " ", refused.Why)
	return nil
}

func (h *errorsTo) SystemExcep(ctx context.Context, e messaging.ExceptionHolder) error {
	h.told <- system(e.RaiseException(ctx))
	return nil
}

func (h *callsTo) Pause(_ context.Context, ms uint32) error {
	h.told <- fmt.Sprint("paused ", ms)
	return nil
}

func (h *callsTo) PauseExcep(ctx context.Context, e messaging.ExceptionHolder) error {
	h.told <- system(e.RaiseException(ctx))
	return nil
}

func (h *callsTo) GetInterrupted(context.Context, uint32) error {
	h.told <- "interrupted"
	return nil
}

func system(err error) string {
	var sys *exc.SystemException
	if !errors.As(err, &sys) {
		return fmt.Sprint("no system exception: ", err)
	}
	return fmt.Sprint(sys.Kind.Name(), " ", sys.Completed)
}

// TestAsynchronous calls servers of other ORBs by what is generated for asynchronous calls, and has a handler told that is an
// object of another process's ORB, and one that is here. The servers need nothing special for it.
func TestAsynchronous(t *testing.T) {
	t.Parallel()
	servers := map[string]func(t *testing.T, version string) *peer.Server{}
	versions := map[string][]string{}
	cpp := omniorb.Build(t, &tally)
	servers["omniORB"] = func(t *testing.T, v string) *peer.Server {
		return cpp.Start(t, omniorb.Options{Version: v, Port: freeport.Hold(t)})
	}
	versions["omniORB"] = omniorb.Versions
	py := omnipy.Build(t, &tally)
	servers["omniORBpy"] = func(t *testing.T, v string) *peer.Server { return py.Start(t, omnipy.Options{Version: v}) }
	versions["omniORBpy"] = []string{"1.2"}
	for _, o := range javaORBs {
		built := o.build(t, &tally)
		servers[o.peer.Name] = func(t *testing.T, v string) *peer.Server { return built.Start(t, java.Options{Version: v}) }
		versions[o.peer.Name] = []string{"1.2"}
	}
	for name, start := range servers {
		for _, version := range versions[name] {
			t.Run(name+" "+version, func(t *testing.T) {
				t.Parallel()
				s := start(t, version)
				client, other := gopeer.NewORB(t, gopeer.Options{}), gopeer.NewORB(t, gopeer.Options{BigEndian: true})
				hub, err := interop.HubClass.Bind(t.Context(), client.ORB, s.IOR)
				if err != nil {
					t.Fatal(err)
				}
				params, err := hub.Parameters(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				mistakes, err := hub.Mistakes(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				traffic, err := hub.Traffic(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, where := range []string{"here", "elsewhere"} {
					heard := make(told, 1)
					var ph asynchronous.AMI_ParamsHandler = &paramsTo{told: heard}
					var eh asynchronous.AMI_ErrorsHandler = &errorsTo{told: heard}
					var ch asynchronous.AMI_CallsHandler = &callsTo{told: heard}
					if where == "elsewhere" {
						var refs [3]*orb.Ref
						refs[0], err = asynchronous.AMI_ParamsHandlerClass.Activate(other.Root, ph)
						if err != nil {
							t.Fatal(err)
						}
						if refs[1], err = asynchronous.AMI_ErrorsHandlerClass.Activate(other.Root, eh); err != nil {
							t.Fatal(err)
						}
						if refs[2], err = asynchronous.AMI_CallsHandlerClass.Activate(other.Root, ch); err != nil {
							t.Fatal(err)
						}
						ph = asynchronous.AMI_ParamsHandlerClass.Unchecked(client.NewRef(refs[0].IOR()))
						eh = asynchronous.AMI_ErrorsHandlerClass.Unchecked(client.NewRef(refs[1].IOR()))
						ch = asynchronous.AMI_CallsHandlerClass.Unchecked(client.NewRef(refs[2].IOR()))
					}
					p := asynchronous.NewParamsAsync(asynchronous.ParamsClass.Unchecked(params.(orb.Object)))
					e := asynchronous.NewErrorsAsync(asynchronous.ErrorsClass.Unchecked(mistakes.(orb.Object)))
					c := asynchronous.NewCallsAsync(asynchronous.CallsClass.Unchecked(traffic.(orb.Object)))
					ctx := t.Context()
					for _, step := range []struct {
						want  string
						begin func() error
					}{
						{"mixed 12 2 35", func() error { return p.SendcMix(ctx, ph, 7, 5) }},
						{"result 1 none", func() error { return e.SendcRaiseRefused(ctx, eh, 0, "no matter") }},
						{"refused 7 because", func() error { return e.SendcRaiseRefused(ctx, eh, 7, "because") }},
						{"NO_PERMISSION completed MAYBE", func() error { return e.SendcSystem(ctx, eh, "NO_PERMISSION", 1, 2) }},
						{"paused 10", func() error { return c.SendcPause(ctx, ch, 10) }},
						{"interrupted", func() error { return c.SendcGetInterrupted(ctx, ch) }},
					} {
						if err := step.begin(); err != nil {
							t.Errorf("%s, %s: %v", where, step.want, err)
						} else if got := <-heard; got != step.want {
							t.Errorf("%s: told %q, want %q", where, got, step.want)
						}
					}
					for patience := 100 * time.Millisecond; ; patience *= 2 {
						limited := orb.WithPolicies(ctx, orb.Policies{RoundtripTimeout: patience})
						if err := c.SendcPause(limited, ch, uint32(2*patience/time.Millisecond)+3_000); err != nil {
							t.Errorf("%s, a call that is given up: %v", where, err)
							break
						}
						got := <-heard
						if got == "TIMEOUT completed NO" && patience < time.Minute {
							continue // the time was over before the request was sent
						}
						if got != "TIMEOUT completed MAYBE" {
							t.Errorf("%s, a call that is given up: told %q", where, got)
						}
						break
					}
					octets := make([]byte, 100_000)
					mixed, sum := p.SendpMix(ctx, 7, 5), c.SendpChecksum(ctx, octets)
					if v, err := mixed.Wait(ctx); err != nil || v != (asynchronous.Params_MixResults{Result: 12, BOut: 2, C: 35}) {
						t.Errorf("%v, %v", v, err)
					}
					if v, err := sum.Wait(ctx); err != nil || v != 0 {
						t.Errorf("%v, %v", v, err)
					}
				}
			})
		}
	}
}
