package poa_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// TestComesAndGoes: objects of an adapter that is destroyed when it has nothing to do, and made again by its activator, are there
// all the time. What ends the adapter does so here at the worst moments: when it has just been made, and while the activator makes
// one below it.
func TestComesAndGoes(t *testing.T) {
	t.Parallel()
	const times = 3
	for name, spoil := range map[string]func(parent, made *poa.POA, left *int){
		"what was made": func(_, made *poa.POA, left *int) {
			if *left--; *left >= 0 {
				_ = made.Destroy(context.Background(), true, false)
			}
		},
		"what it is below": func(parent, _ *poa.POA, left *int) {
			if parent.Path() != "" {
				if *left--; *left >= 0 {
					_ = parent.Destroy(context.Background(), true, false)
				}
			}
		},
	} {
		for _, before := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				o, root := newORB(t, nil)
				left := times
				var make poa.AdapterActivatorFunc
				make = func(_ context.Context, parent *poa.POA, name string) (bool, error) {
					if before {
						if p, _ := parent.FindPOA(t.Context(), name, false); p == nil && parent.Path() != "" && left > 0 {
							left--
							_ = parent.Destroy(context.Background(), true, false)
						}
					}
					opt := persistent
					opt.AdapterActivator = make
					p, err := parent.Create(name, opt)
					if err != nil {
						return false, err
					}
					if _, err = p.ActivateWithID("x", &worker{name: p.Path()}); err != nil {
						return false, err
					}
					spoil(parent, p, &left)
					return true, nil
				}
				root.SetAdapterActivator(make)
				key := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), Adapter: "top\x00p", ID: []byte("x")})
				ref := must[*orb.Ref](t)(o.Reference(workerInterface, key, false))
				if name, err := work(t.Context(), ref); name != "top/p" || err != nil {
					t.Errorf("%q, %v", name, err)
				}
				if left > 0 {
					t.Errorf("the adapters went %d times, want %d", times-left, times)
				}
			})
		}
	}
}

// TestActivatorLies: an adapter activator that says to have made what is not there is asked once, and nothing is found.
func TestActivatorLies(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	asked := 0
	root.SetAdapterActivator(poa.AdapterActivatorFunc(func(_ context.Context, parent *poa.POA, name string) (bool, error) {
		asked++
		_, err := parent.Create(name+"'", persistent)
		return true, err
	}))
	if p, err := root.FindPOA(t.Context(), "p", true); !errors.Is(err, poa.ErrAdapterNonExistent) {
		t.Errorf("found %v, %v", p, err)
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// TestGoesEachTime: an adapter that is destroyed whenever it has been made, or that may not be, ends neither the server nor its shutdown.
func TestGoesEachTime(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(parent *poa.POA, name string, again poa.AdapterActivator) (bool, error){
		"itself": func(parent *poa.POA, name string, _ poa.AdapterActivator) (bool, error) {
			p, err := parent.Create(name, persistent)
			if err == nil {
				err = p.Destroy(context.Background(), true, false)
			}
			return true, err
		},
		"what it is below": func(parent *poa.POA, name string, again poa.AdapterActivator) (bool, error) {
			if parent.Path() != "" {
				_ = parent.Destroy(context.Background(), true, false)
				return false, errors.New("no")
			}
			opt := persistent
			opt.AdapterActivator = again
			_, err := parent.Create(name, opt)
			return err == nil, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, root := newORB(t, nil)
			asked := 0
			var again poa.AdapterActivatorFunc
			again = func(_ context.Context, parent *poa.POA, name string) (bool, error) {
				asked++
				return make(parent, name, again)
			}
			root.SetAdapterActivator(again)
			key := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), Adapter: "top\x00p", ID: []byte("x")})
			ref := must[*orb.Ref](t)(o.Reference(workerInterface, key, false))
			if _, err := work(t.Context(), ref); !is(err, exc.Transient, exc.MinorAdapterDestroyed) {
				t.Errorf("got %v", err)
			}
			if asked < 4 || asked > 20 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}
