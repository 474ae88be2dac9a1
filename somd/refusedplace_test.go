package somd_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// TestRefusedPlacesDoNotCount has placed classes fail to be made at each step: none counts among the classes, methods and type information that are known by descriptions, however often
// it is tried.
func TestRefusedPlacesDoNotCount(t *testing.T) {
	t.Parallel()
	full := errors.New("the other kernel is full")
	refuse := func(name string) func(*som.Class) error {
		return func(c *som.Class) error {
			if c.Name() == name {
				return full
			}
			return nil
		}
	}
	for what, c := range map[string]struct {
		cfg    somd.Config
		base   string // of proxies
		parent string // "": SOMObject
		same   bool   // both methods have the same name
	}{
		"an ancestor is not shared":         {cfg: somd.Config{Share: refuse("SOMDClientProxy")}},
		"the class is not shared":           {cfg: somd.Config{Share: refuse("Far")}},
		"the base is none of proxies":       {base: "Egg"},
		"a method is there twice":           {same: true},
		"the parent is not there":           {parent: "Nobody"},
		"its ancestor is described, and is": {parent: "Above", cfg: somd.Config{Share: refuse("Far")}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			peer, client := domain(t, somd.Config{}), domain(t, c.cfg)
			client.Know(eggClass)
			methods := []somd.MethodDescription{{Name: "one", Signature: "v:/void()"}, {Name: "two", Signature: "v:/void()"}}
			if c.same {
				methods[1].Name = "one"
			}
			own := somd.ClassDescription{Name: "Far", Parents: []string{"SOMObject"}, BaseProxy: c.base, Methods: methods, Typelib: bytes.Repeat([]byte{1}, 1000)}
			var all []somd.ClassDescription
			if c.parent != "" {
				own.Parents = []string{c.parent}
			}
			if c.parent == "Above" {
				all = append(all, somd.ClassDescription{Name: "Above", Parents: []string{"SOMObject"}, Methods: []somd.MethodDescription{{Name: "zero", Signature: "v:/void()"}}})
			}
			said, err := somd.AppendDescription(append(all, own))
			if err != nil {
				t.Fatal(err)
			}
			ref, err := peer.ORB().Adapter().Activate(&liar{iface: orb.Interface{ID: "IDL:Lie:1.0"}, say: func(e *cdr.Encoder) { e.OctetSeq(said) }})
			if err != nil {
				t.Fatal(err)
			}
			place := somd.Place{Class: "Far", URL: ref.String()}
			if made, err := client.Place(t.Context(), place); err == nil {
				t.Fatalf("made %v", made)
			}
			classes, counted, octets := client.Described()
			if want := len(all); classes != want || counted != want || octets > 1000*want {
				t.Errorf("%d classes, %d methods and %d octets count", classes, counted, octets)
			}
			for range 3 {
				if made, err := client.Place(t.Context(), place); err == nil {
					t.Fatalf("made %v", made)
				}
			}
			if again, methods, info := client.Described(); again != classes || methods != counted || info != octets {
				t.Errorf("when it was tried again, %d classes, %d methods and %d octets count", again, methods, info)
			}
		})
	}
}
