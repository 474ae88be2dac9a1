package somd_test

import (
	"context"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/meta"
	"github.com/opendsom/dsom/somd"
)

// A breeder is a class whose instances are counted by whoever asks the class.
type breeder struct{ meta.Base }

func (b *breeder) Bred(context.Context) (int32, error) { return 1, nil }

type hound struct{ som.Base }

func (h *hound) Bark(_ context.Context, n int32) (int32, error) { return 3 * n, nil }

type pup struct{ som.Base }

type terrier struct{ som.Base }

var (
	breederClass = som.MustClass[breeder]("HoundBreeder", som.Parents(som.SOMClass))
	houndClass   = som.MustClass[hound]("Hound", som.WithMetaclass(breederClass))
	pupClass     = som.MustClass[pup]("HoundPup", som.Parents(houndClass))
	ownClass     = som.MustClass[breeder]("SOMMyBreeder", som.Parents(som.SOMClass)) // a user's, whatever its name begins with
	terrierClass = som.MustClass[terrier]("HoundTerrier", som.WithMetaclass(ownClass))
	timedClass   = som.MustClass[pup]("HoundTimed", som.WithMetaclass(meta.TimeStamped))
)

// TestMetaclassLacks places classes whose metaclass has methods, of its own or of an ancestor's: whoever places them is told that those are not done; a property of
// SOM's own metaclasses is kept where the objects are, and nothing is lacking.
func TestMetaclassLacks(t *testing.T) {
	for _, c := range []struct {
		class *som.Class
		lacks string // the metaclass whose methods are lacking
	}{{houndClass, "HoundBreeder"}, {pupClass, "HoundBreeder"}, {terrierClass, "SOMMyBreeder"}, {timedClass, ""}, {eggClass, ""}} {
		server, client := domain(t, somd.Config{}), domain(t, somd.Config{})
		s, err := somd.NewServer(server, somd.Among(c.class))
		if err != nil {
			t.Fatal(err)
		}
		ref, err := server.Export(s)
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		name := c.class.Name()
		if _, err := client.Place(t.Context(), somd.Place{Class: name, URL: ref.String(), Lacks: func(text string) { said = text }}); err != nil {
			t.Fatal(err)
		}
		if lacks := c.lacks != ""; lacks != strings.Contains(said, "methods of "+c.lacks+" are neither done nor sent there") || lacks != strings.HasPrefix(said, "class "+name+" is placed at") {
			t.Errorf("%s: told is %q", name, said)
		}
		if err := s.Release(); err != nil {
			t.Error(err)
		}
	}
}
