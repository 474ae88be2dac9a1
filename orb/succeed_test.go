package orb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// finder is a naming context where every name is one object's.
type finder struct{ is *ior.IOR }

func (*finder) Interface() *orb.Interface {
	return &orb.Interface{ID: "IDL:omg.org/CosNaming/NamingContext:1.0"}
}
func (f *finder) Implementation() any { return f }
func (f *finder) Dispatch(r *orb.ServerRequest) bool {
	if r.Operation() != "resolve" {
		return false
	}
	for range r.In.Count(8) {
		_, _ = r.In.String(), r.In.String()
	}
	if r.Decoded() && r.Returned(nil) {
		ior.Put(&r.Out, f.is)
	}
	return true
}

// names starts a server with an object and a naming context that has it, in which change may alter its reference, and returns a corbaname URL of it.
func names(t *testing.T, s Echo, change func(*ior.IIOP), config func(*orb.Config)) (o *orb.ORB, url string) {
	t.Helper()
	o, root := newORB(t, config)
	ref, err := root.ActivateKey("Echo", EchoClass.Servant(s))
	if err != nil {
		t.Fatal(err)
	}
	is := *ref.IOR()
	p, err := is.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&p)
	}
	is.Profiles = []ior.Profile{p.Profile()}
	if _, err := root.ActivateKey("NameService", &finder{&is}); err != nil {
		t.Fatal(err)
	}
	return o, fmt.Sprintf("corbaname::127.0.0.1:%d#x", o.Endpoints()[0].Port)
}

// TestOnlyOwnKindSucceeds holds that an object which was found by a corbaname URL is called over the connection by which it was found if its ORB is of this kind, which takes the code sets
// that each request tells, and over one of its own, with whose first request they are agreed on, if it is another's or does not say.
func TestOnlyOwnKindSucceeds(t *testing.T) {
	t.Parallel()
	type change = func(*ior.IIOP)
	typed := func(id uint32) change {
		return func(p *ior.IIOP) {
			for i, c := range p.Components {
				if c.Tag == ior.TagORBType {
					p.Components[i] = ior.ORBTypeComponent(id)
				}
			}
		}
	}
	for name, c := range map[string]struct {
		change change
		want   int // connections
	}{
		"ours":    {nil, 1},
		"omniORB": {typed(ior.ORBTypeOmniORB), 2},
		"TAO":     {typed(ior.ORBTypeTAO), 2},
		"nobody's": {func(p *ior.IIOP) {
			for i, c := range p.Components {
				if c.Tag == ior.TagORBType {
					p.Components = append(p.Components[:i:i], p.Components[i+1:]...)
					return
				}
			}
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, url := names(t, new(echo), c.change, nil)
			e, err := EchoClass.Bind(t.Context(), newClient(t, nil), url)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := e.Say(t.Context(), "日本"); got != "日本" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
			if got := o.Connections(); got != c.want {
				t.Errorf("%d connections, want %d", got, c.want)
			}
		})
	}
}

// TestNamedAndCalledBack holds that a client that offers to be called back is called by a server which it has found by a corbaname URL, of whatever version that is, and knows of
// those calls when it ends.
func TestNamedAndCalledBack(t *testing.T) {
	t.Parallel()
	for _, version := range []string{":", "iiop:1.1@", "iiop:1.2@"} {
		k := new(gatherer)
		_, url := names(t, k, nil, accepts)
		url = strings.Replace(url, "corbaname::", "corbaname:"+version, 1)
		client, err := orb.New(orb.Config{BiDir: orb.BiDir{Offer: true}, Logger: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		mine := &echo{entered: make(chan struct{}), release: make(chan struct{}), ended: make(chan error, 1)}
		me := callee(t, poa.New(client), poa.Both, mine)
		e, err := EchoClass.Bind(t.Context(), client, url)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Meet(t.Context(), me); err != nil {
			t.Fatal(err)
		}
		said := make(chan error, 1)
		go func() {
			_, err := k.met.Load().(Echo).Say(t.Context(), "wait")
			said <- err
		}()
		<-mine.entered
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // it does not wait, and says for what it would have waited
		var cut *orb.CutOff
		if err := client.Shutdown(ctx); !errors.As(err, &cut) || !strings.Contains(strings.Join(cut.Calls, " "), "say") {
			t.Errorf("got %v", err)
		}
		if err := <-said; !errors.Is(err, exc.CommFailure) {
			t.Errorf("the call back: %v", err)
		}
	}
}
