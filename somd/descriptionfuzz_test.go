package somd_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
)

// FuzzDescription reads whatever a peer can say of a class, and makes of it what stands for the class and for its objects: what cannot be is a system exception, and what was read says the
// same when it is written again.
func FuzzDescription(f *testing.F) {
	at := domain(f, somd.Config{})
	s, err := somd.NewServer(at, somd.Among(cat.Class, terrierClass), "Pets::Cat", "HoundTerrier")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Release() })
	for _, name := range []string{"Pets::Cat", "HoundTerrier"} {
		octets, err := s.Invoke(f.Context(), "somdDescribe", name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(octets.([]byte))
	}
	for _, all := range [][][3][]string{
		{{{"A"}, {"SOMObject"}, {"i:ip/long(long,{long,string})"}}},
		{{{"A"}, {"SOMObject"}, nil}, {{"B", "A"}, {"A"}, {"v:p/void(union(enum,0:<long>,default:long[2]))!IDL:X:1.0{long;"}}},
		{{{"A", "", "rc", "co", "o:o/object(object)", "1"}, {"SOMObject"}, {"v:i/void(" + strings.Repeat("long,", 130) + "long)"}}},
	} {
		e := cdr.NewEncoder(nil, false, nil)
		described(e, all...)
		f.Add(e.Bytes()[4:])
	}
	types := somd.DescribedTypes()
	f.Fuzz(func(t *testing.T, octets []byte) {
		all, err := somd.ReadDescription(octets)
		if err != nil {
			if !errors.Is(err, exc.NoImplement) && !errors.Is(err, exc.Marshal) {
				t.Errorf("it is no exception of those that readers raise: %v", err)
			}
			return
		}
		again, err := somd.AppendDescription(all)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if back, err := somd.ReadDescription(again); err != nil || !reflect.DeepEqual(back, all) {
			t.Errorf("what was read is\n%+v\nand written and read again\n%+v, %v", all, back, err)
		}
		somd.SetDescribedTypes(types) // each input by itself
		d := somd.New(at.Adapter(), somd.Config{})
		c, err := d.FromDescription(all)
		if err != nil {
			if x := (*exc.SystemException)(nil); !errors.As(err, &x) {
				t.Errorf("it is no exception: %v", err)
			}
			return
		}
		if c.Name() != all[len(all)-1].Name {
			t.Errorf("of %s was made %s", all[len(all)-1].Name, c)
		}
		if p, err := d.ProxyClass(c); err == nil && !p.DescendsFrom(somd.ClientProxy) {
			t.Errorf("the proxies are of %v", p.Order())
		} else if x := (*som.Error)(nil); err != nil && !errors.As(err, &x) {
			t.Logf("no proxies: %v", err)
		}
	})
}
