//go:build linux

package somd_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/somd"
)

// A liar is a server whose description of each class says that it is among its own ancestors, or that another is which says the same of it.
type liar struct {
	iface orb.Interface
	among map[string]string
}

func (l *liar) Interface() *orb.Interface { return &l.iface }
func (l *liar) Implementation() any       { return l }
func (l *liar) Dispatch(r *orb.ServerRequest) bool {
	if r.Operation() != "somdDescribe" {
		return false
	}
	class := r.In.String()
	if !r.Decoded() || !r.Returned(nil) {
		return true
	}
	e := cdr.NewEncoder(nil, false, nil)
	e.Boolean(false)
	for _, n := range []uint32{0x534f4d43, somd.DescriptionVersion, 1, 2} {
		e.ULong(n)
	}
	for _, name := range []string{l.among[class], class} {
		m := e.Begin()
		e.RawString(name)
		e.ULong(1)
		e.ULong(0)
		e.Count(1)
		e.RawString("SOMObject")
		e.Count(0)
		e.End(m)
	}
	r.Out.OctetSeq(e.Bytes())
	return true
}

// TestLiar has a client in C ask for classes whose servers say that they are their own ancestors: it gets an error, and waits for nobody.
func TestLiar(t *testing.T) {
	b := newBench(t)
	folder := b.chain(t)
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
	_ = poa.New(o)
	ref, err := o.Adapter().Activate(&liar{iface: orb.Interface{ID: "IDL:SOMDServer:1.0"}, among: map[string]string{
		"Chain::A": "Chain::A", "Chain::B": "Chain::D", "Chain::D": "Chain::B"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		letters string
		placed  []string
	}{
		"itself":           {"A", []string{"Chain::A"}},
		"each other":       {"BD", []string{"Chain::B", "Chain::D"}},
		"one that is here": {"AC", []string{"Chain::A"}},
	} {
		t.Run(name, func(t *testing.T) {
			var words []string
			for _, class := range c.placed {
				words = append(words, class+"="+ref.String())
			}
			dir := b.place(t, "liar-"+strings.ReplaceAll(name, " ", "-"), words...)
			ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
			defer stop()
			client := exec.CommandContext(ctx, b.path("chainer"), c.letters)
			client.Env = append(client.Environ(), "SOM_PATH="+dir+":"+folder)
			out, err := client.CombinedOutput()
			if want := strings.Count(c.letters, "A") + 2*strings.Count(c.letters, "B"); err != nil || strings.Count(string(out), "a class is among its own ancestors") != want || strings.Contains(c.letters, "C") && !strings.Contains(string(out), "C:ch") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
