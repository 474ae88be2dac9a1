package orb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// A lateness is an object that somebody else keeps busy, or that cannot be found for a while.
type lateness struct {
	impl *lengthy
	ref  *orb.Ref
	busy bool // a call of another client is to be begun first
}

// A dawdler is a servant manager that takes long to find the servant of the object.
type dawdler struct{ servant orb.Servant }

func (d *dawdler) Incarnate(context.Context, string, *poa.POA) (orb.Servant, error) {
	time.Sleep(long)
	return d.servant, nil
}

func (d *dawdler) Etherealize(context.Context, poa.Etherealization) {}

// TestRequestArrivesTooLate holds, in virtual time, that a servant does not get a request when its time is over, whatever has kept it waiting in the server, and that the client
// hears of it at that time.
func TestRequestArrivesTooLate(t *testing.T) {
	t.Parallel()
	fixed := poa.Options{Lifespan: poa.Persistent, IDAssignment: poa.UserID}
	for name, set := range map[string]func(t *testing.T, root *poa.Root, x *lateness, s orb.Servant) (*poa.POA, error){
		"a thread of its own is busy": func(_ *testing.T, root *poa.Root, x *lateness, s orb.Servant) (*poa.POA, error) {
			x.busy = true
			opt := fixed
			opt.Threads = poa.SingleThreadModel
			return root.Create("p", opt)
		},
		"the main thread is busy": func(t *testing.T, root *poa.Root, x *lateness, s orb.Servant) (*poa.POA, error) {
			x.busy = true
			go root.Main(t.Context())
			opt := fixed
			opt.Threads = poa.MainThreadModel
			return root.Create("p", opt)
		},
		"there is no main thread yet": func(t *testing.T, root *poa.Root, x *lateness, s orb.Servant) (*poa.POA, error) {
			opt := fixed
			opt.Threads = poa.MainThreadModel
			time.AfterFunc(long, func() { root.Main(t.Context()) })
			return root.Create("p", opt)
		},
		"its manager holds requests": func(_ *testing.T, root *poa.Root, x *lateness, s orb.Servant) (*poa.POA, error) {
			opt := fixed
			opt.Manager = new(poa.Manager)
			time.AfterFunc(long, func() { opt.Manager.Activate() })
			return root.Create("p", opt)
		},
		"its adapter is being made": func(_ *testing.T, root *poa.Root, x *lateness, s orb.Servant) (*poa.POA, error) {
			x.busy = true
			p, err := root.Create("p", fixed)
			if err != nil {
				return nil, err
			}
			root.SetAdapterActivator(poa.AdapterActivatorFunc(func(_ context.Context, parent *poa.POA, name string) (bool, error) {
				time.Sleep(long)
				p, err := parent.Create(name, fixed)
				if err == nil {
					_, err = p.ActivateWithID("x", s)
				}
				return true, err
			}))
			return p, nil
		},
		"it is being incarnated": func(_ *testing.T, root *poa.Root, x *lateness, s orb.Servant) (*poa.POA, error) {
			x.busy = true
			opt := fixed
			opt.RequestProcessing, opt.ServantActivator = poa.UseServantManager, &dawdler{s}
			return root.Create("p", opt)
		},
		"its locator waits for the thread": func(_ *testing.T, root *poa.Root, x *lateness, s orb.Servant) (*poa.POA, error) {
			x.busy = true
			opt := fixed
			opt.Threads, opt.RequestProcessing, opt.ServantRetention = poa.SingleThreadModel, poa.UseServantManager, poa.NonRetain
			opt.ServantLocator = poa.LocatorFunc(func(context.Context, string) (orb.Servant, error) { return s, nil })
			return root.Create("p", opt)
		},
	} {
		for _, local := range []bool{false, true} {
			for policy, p := range map[string]func() orb.Policies{
				"request time-out": func() orb.Policies { return orb.Policies{RequestTimeout: time.Second} },
				"end of request":   func() orb.Policies { return orb.Policies{RequestEnd: time.Now().Add(time.Second)} },
			} {
				t.Run(fmt.Sprintf("%s, %s, local=%v", name, policy, local), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						n := inside{mem.New()}
						server, root := newORB(t, func(o *orb.Config) { o.Transports = transport.Set{n}; o.Listen = []string{"tcp:host:1"} })
						x := &lateness{impl: new(lengthy)}
						s := EchoClass.Servant(x.impl)
						a, err := set(t, root, x, s)
						if err != nil {
							t.Fatal(err)
						}
						if opt := a.Policies(); opt.RequestProcessing == poa.UseActiveObjectMapOnly {
							x.ref, err = a.ActivateWithID("x", s)
						} else {
							x.ref, err = a.Reference("x", s.Interface())
						}
						if err != nil {
							t.Fatal(err)
						}
						if name == "its adapter is being made" {
							if err := a.Destroy(t.Context(), false, true); err != nil {
								t.Fatal(err)
							}
						}
						client := server
						if !local {
							client = newClient(t, func(o *orb.Config) { o.Transports = transport.Set{n} })
						}
						e := EchoClass.Unchecked(client.NewRef(x.ref.IOR()))
						unhurried := orb.Policies{RoundtripTimeout: time.Hour}
						first, want := make(chan error, 1), int32(1)
						if x.busy {
							want = 2
							go func() { first <- obeying(EchoClass.Unchecked(server.NewRef(x.ref.IOR())), unhurried).Ping(t.Context()) }()
							synctest.Wait()
						}
						begin := time.Now()
						err = obeying(e, p()).Ping(t.Context())
						if sys := kindOf(t, err); sys.Kind != exc.Timeout || sys.Completed != exc.No || !errors.Is(err, context.DeadlineExceeded) {
							t.Errorf("got %v", err)
						}
						if took := time.Since(begin); took != time.Second {
							t.Errorf("took %v", took)
						}
						if x.busy {
							if err := <-first; err != nil {
								t.Errorf("whom it waited for: %v", err)
							}
						}
						if err := obeying(e, unhurried).Ping(t.Context()); err != nil {
							t.Errorf("who has time: %v", err)
						}
						if got := x.impl.calls.Load(); got != want {
							t.Errorf("the servant has had %d requests, want %d", got, want)
						}
					})
				})
			}
		}
	}
}

// TestArrivedInTime: the context of a request that has found its servant in time does not end when it had to, for the servant as for its locator.
func TestArrivedInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, root := newORB(t, func(o *orb.Config) {
			o.Transports = transport.Set{inside{mem.New()}}
			o.Listen = []string{"tcp:host:1"}
		})
		w := &watched{t: t}
		p, err := root.Create("p", poa.Options{
			Threads: poa.SingleThreadModel, IDAssignment: poa.UserID, RequestProcessing: poa.UseServantManager, ServantRetention: poa.NonRetain, ServantLocator: w,
		})
		if err != nil {
			t.Fatal(err)
		}
		ref, err := p.Reference("x", EchoClass.Servant(w).Interface())
		if err != nil {
			t.Fatal(err)
		}
		if err := obeying(EchoClass.Unchecked(ref), orb.Policies{RequestTimeout: time.Second}).Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if !w.told {
			t.Error("the locator was not told of the end")
		}
	})
}

// A watched servant is its own locator, and looks at the contexts that it is given.
type watched struct {
	echo
	t      *testing.T
	before context.Context
	told   bool
}

func (w *watched) Preinvoke(ctx context.Context, _ poa.Invocation) (orb.Servant, any, error) {
	w.before = ctx
	return EchoClass.Servant(w), nil, nil
}

func (w *watched) Ping(ctx context.Context) error {
	time.Sleep(long)
	if w.before.Err() != nil || ctx.Err() != nil {
		w.t.Errorf("the servant: its locator's context says %v, its own %v", w.before.Err(), ctx.Err())
	}
	return nil
}

func (w *watched) Postinvoke(ctx context.Context, _ poa.Invocation, _ any, _ orb.Servant) error {
	if w.told = true; ctx.Err() != nil {
		w.t.Errorf("Postinvoke: %v", ctx.Err())
	}
	return nil
}
