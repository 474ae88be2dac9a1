package poa_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb/poa"
)

// An errand is what an adapter activator does on the way: it asks for an adapter or calls an object in it.
type errand struct {
	after   time.Duration
	made    bool // when it has made its own adapter
	target  string
	calls   bool // an object, not FindPOA
	apart   bool // in another goroutine, for which it waits in the end
	patient bool // with a time-out of its own otherwise
}

func (e errand) String() string {
	return fmt.Sprintf("{%v made=%v %s calls=%v apart=%v patient=%v}", e.after, e.made, e.target, e.calls, e.apart, e.patient)
}

// The adapters that activators make: the activator of each is asked below its parent.
var paths = []string{"a", "b", "c", "a/d", "a/e", "b/f", "a/d/g"}

// drawn returns the errands of each adapter's activator; whether they are without a circle: then each goes to adapters that are, as their parents
// are, later in an order of all; and whether none has a time-out, which would hold for the activators too that are asked by its ctx.
func drawn(r *rand.Rand) (of map[string][]errand, ordered, patient bool) {
	ordered, patient = r.IntN(2) == 0, r.IntN(4) > 0
	rank := map[string]int{}
	for i, n := range r.Perm(len(paths)) {
		rank[paths[n]] = i
	}
	of = map[string][]errand{}
	for _, p := range paths {
		for range r.IntN(5) {
			e := errand{time.Duration(r.IntN(4)) * time.Second, r.IntN(2) == 0, paths[r.IntN(len(paths))], r.IntN(2) == 0, r.IntN(2) == 0, patient || r.IntN(2) == 0}
			later := true
			for q := e.target; q != "."; q = path.Dir(q) {
				later = later && rank[q] > rank[p]
			}
			if later || !ordered {
				of[p] = append(of[p], e)
			}
		}
	}
	return of, ordered, patient
}

// TestActivatorsDrawn has activators ask for each other's adapters as is drawn, in which whoever waits for himself would wait for ever: the bubble has no
// other clock. All adapters are made, each once, whoever asks first; where there is no circle, nobody is told that there were one.
func TestActivatorsDrawn(t *testing.T) {
	t.Parallel()
	first := rand.Uint64()
	for n := range uint64(300) {
		seed := first + n
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 0))
			of, ordered, patient := drawn(r)
			defer func() {
				if t.Failed() {
					t.Fatalf("seed %d, ordered %v, patient %v: %v", seed, ordered, patient, of)
				}
			}()
			o, root := newORB(t, nil)
			defer shutdown(t, o)
			var mu sync.Mutex
			asked := map[string]int{}
			refused := func(self string, e errand, err error) {
				switch {
				case err == nil:
				case errors.Is(err, context.DeadlineExceeded):
					if patient {
						t.Errorf("%s: %v: %v", self, e, err)
					}
				case errors.Is(err, poa.ErrAdapterNonExistent), is(err, exc.ObjAdapter, exc.MinorAdapterActivator):
					if ordered {
						t.Errorf("%s is told of a circle where there is none: %v: %v", self, e, err)
					}
				default:
					t.Errorf("%s: %v: %v", self, e, err)
				}
			}
			var activator poa.AdapterActivatorFunc
			visit := func(ctx context.Context, self string, made bool) {
				var apart sync.WaitGroup
				defer apart.Wait()
				for _, e := range of[self] {
					if e.made != made {
						continue
					}
					time.Sleep(e.after)
					do := func() {
						ctx := ctx
						if !e.patient {
							var cancel context.CancelFunc
							ctx, cancel = context.WithTimeout(ctx, 1500*time.Millisecond)
							defer cancel()
						}
						var err error
						if e.calls {
							_, err = work(ctx, objectX(t, o, strings.Split(e.target, "/")...))
						} else {
							p := root.POA
							for _, name := range strings.Split(e.target, "/") {
								if p, err = p.FindPOA(ctx, name, true); err != nil {
									break
								}
							}
						}
						refused(self, e, err)
					}
					if e.apart {
						apart.Go(do)
					} else {
						do()
					}
				}
			}
			activator = func(ctx context.Context, parent *poa.POA, name string) (bool, error) {
				self := strings.TrimPrefix(parent.Path()+"/"+name, "/")
				mu.Lock()
				asked[self]++
				mu.Unlock()
				visit(ctx, self, false)
				opt := persistent
				opt.AdapterActivator = activator
				p, err := parent.Create(name, opt)
				if err != nil {
					return false, err
				}
				if _, err = p.ActivateWithID("x", &worker{name: p.Path()}); err == nil {
					visit(ctx, self, true)
				}
				return err == nil, err
			}
			root.SetAdapterActivator(activator)
			var calls sync.WaitGroup
			for range 6 {
				to, late := paths[r.IntN(len(paths))], time.Duration(r.IntN(6))*time.Second/2
				calls.Go(func() {
					time.Sleep(late)
					if got, err := work(t.Context(), objectX(t, o, strings.Split(to, "/")...)); got != to || err != nil {
						t.Errorf("%s: %q, %v", to, got, err)
					}
				})
			}
			calls.Wait()
			for p, n := range asked {
				if patient && n > 1 {
					t.Errorf("the activator of %s was asked %d times", p, n)
				}
			}
		})
		if t.Failed() {
			return
		}
	}
}
